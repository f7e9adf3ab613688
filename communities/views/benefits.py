"""The second person’s answer to what a story claims."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import floatformat
from django.views.decorators.http import require_POST

from communities import policies
from communities.actions import benefits
from communities.models import ClaimedBenefit
from communities.views.finding import crumbs
from kmportal.lib.exceptions import Stale
from kmportal.lib.forms import sent
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from lessons.forms.reuse import DECLINED, DECLINING, DeclineSavingForm
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_POST
def benefit_confirm(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It is so."""
    benefit = _benefit_to_decide(request, pk)
    with refusals_said(request):
        seen = whole_number(request.POST.get("seen", ""))
        benefits.confirm_benefit(benefit, by=request.membership, at=request.now, seen=seen)
        return done(request, "Thank you. It counts as confirmed now.", benefit.story)
    return redirect(benefit.story)


@requires(Permission.READ)
def benefit_decline(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It cannot be confirmed, and why."""
    benefit = _benefit_to_decide(request, pk)
    story = benefit.story
    form = DeclineSavingForm(sent(request), initial={"seen": benefit.version})
    if form.is_valid():
        with refusals_on(form, "reason"):
            seen, reason = form.cleaned_data["seen"] or 0, form.cleaned_data["reason"]
            try:
                benefits.decline_benefit(benefit, by=request.membership, at=request.now, seen=seen, reason=reason)
                return done(request, DECLINED, story)
            except Stale as stale:
                benefit = _benefit_to_decide(request, pk)
                form.ask_again(str(stale), version=benefit.version)
    return form_page(
        request,
        form,
        title="It cannot be confirmed",
        verb="Do not confirm it",
        back=story.get_absolute_url(),
        intro=DECLINING,
        crumbs=[*crumbs(request, story.community), (story.title, story.get_absolute_url())],
        template="components/decline_page.html",
        stands=_what_stands(benefit),
    )


def _what_stands(benefit: ClaimedBenefit) -> list[tuple[str, str]]:
    facts = [
        (
            "How much",
            f"{floatformat(benefit.amount, '-2g')} {benefit.get_unit_display().lower()}" if benefit.unit else "",
        ),
        ("How sure", benefit.get_sureness_display()),
        ("Who says so", benefit.who_says),
        ("What changed", benefit.what),
    ]
    return [(label, words) for label, words in facts if words]


def _benefit_to_decide(request: MemberRequest, pk: int) -> ClaimedBenefit:
    rows = ClaimedBenefit.objects.visible_to(request.membership).select_related(
        "story__organisation", "story__community__organisation", "story__community__group", "decided_by"
    )
    benefit = get_object_or_404(rows, pk=pk)
    if not policies.may_decide_benefit(request.membership, benefit):
        raise PermissionDenied
    return benefit
