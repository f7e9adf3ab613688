"""After the close of a session: its summary is put right, and printed."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.views import wait_or_show
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from lessons.actions import summary as printing
from lessons.forms.summaries import SummaryCorrection, words_now
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.actions import summary
from techniques.models import Session

IN_GRACE = "Nobody has been sent it yet: within an hour of the close it is simply put right."
LATER = "People have read it, so the old words stay, and everybody who was there is told why they change."


@requires(Permission.FACILITATE)
def summary_correct(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words, and later why."""
    session = _session_or_404(request, pk)
    if not session.is_closed:
        return redirect(session)
    in_grace = session.is_in_grace(request.now)
    form = SummaryCorrection(sent(request), session=session, in_grace=in_grace)
    differences: list[Difference] = []
    if form.is_valid():
        seen, reason = form.cleaned_data["version"] or 0, form.cleaned_data.get("reason", "")
        fresh = lambda: _session_or_404(request, pk)  # noqa: E731
        with refusals_on(form), conflicts_on(form, fresh, words_now) as differences:
            summary.correct_summary(
                session, by=request.membership, at=request.now, seen=seen, words=form.words, reason=reason
            )
            return done(request, "The summary is put right.", session)
    return form_page(
        request,
        form,
        title="Put the summary right",
        verb="Save",
        back=session.get_absolute_url(),
        intro=IN_GRACE if in_grace else LATER,
        crumbs=[
            (worded("Sessions"), reverse("session_list", args=[organisation.slug])),
            (session.title, session.get_absolute_url()),
        ],
        template="components/versioned_form.html",
        differences=differences,
    )


@requires(Permission.READ)
@require_POST
def summary_pdf(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What came out of it, on paper."""
    session = _session_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(printing.request_summary_pdf(session, by=request.membership, at=request.now))
    return redirect(session)


def _session_or_404(request: MemberRequest, pk: int) -> Session:
    return get_object_or_404(Session.objects.visible_to(request.membership).for_room(), pk=pk)
