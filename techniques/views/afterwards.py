"""Around a session: its sheet to print, the two questions on everybody’s phone, and what came of it later on."""

from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.views import wait_or_show
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import guest, requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest
from techniques import policies, preconditions
from techniques.actions import afterwards, paper
from techniques.actions.room import assist, market
from techniques.forms.afterwards import FeedbackForm, MatchesForm, OutcomeForm, ReportForm
from techniques.models import Outcome, Session
from techniques.views.facilitating import find_session
from techniques.views.joining import answer_stranger, by_code_even_over, seat_of_guest


@guest
@by_code_even_over
def join_feedback(request: GuestRequest, session: Session) -> HttpResponse:
    """Two questions, from the last step on; afterwards thanks, and the way back."""
    seat = seat_of_guest(request, session)
    if seat is None or seat.participant is None:
        return answer_stranger(request, session)
    if not session.is_over and not preconditions.is_feedback_open(session, request.now):
        return redirect("join_room", session.code)
    form = FeedbackForm(sent(request))
    is_asked = preconditions.is_feedback_open(session, request.now) and not seat.participant.gave_feedback
    if form.is_valid():
        with refusals_on(form):
            afterwards.give_feedback(session, by=seat.participant, at=request.now, answers=form.cleaned_data)
            return redirect("join_feedback", session.code or session.last_code)
    way_back = reverse("join_room", args=[session.code or session.last_code])
    if session.is_over and request.user.is_authenticated and seat.participant.person_id == request.user.pk:
        way_back = session.get_absolute_url()
    values = {"session": session, "seat": seat, "form": form, "is_asked": is_asked, "way_back": way_back}
    return render(request, "techniques/feedback.html", values, status=status_of(form))


@requires(Permission.READ)
def session_outcome(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What came of it, in the words of whoever led it or took an action on."""
    session = find_session(request, pk)
    if not policies.may_tell_outcome(request.membership, session):
        raise Http404
    mine = Outcome.objects.filter(session=session, person=request.user).first()
    form = OutcomeForm(sent(request), instance=mine)
    if form.is_valid():
        with refusals_on(form):
            said = {name: form.cleaned_data[name] for name in ("kind", "words")}
            afterwards.tell_outcome(session, by=request.membership, at=request.now, **said)
            return done(request, "Thank you. Everybody can read it here now.", f"{session.get_absolute_url()}#outcome")
    return _page_of_session(request, session, form, title="What came of it?")


@requires(Permission.READ)
def session_report(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What became of the advice: one answer for each piece, by whoever led it or took an action on."""
    session = find_session(request, pk)
    advice = list(session.advice.all())
    if not advice or not policies.may_tell_outcome(request.membership, session):
        raise Http404
    form = ReportForm(sent(request), advice=advice)
    if form.is_valid():
        with refusals_on(form):
            assist.report_back(session, by=request.membership, at=request.now, became=form.became)
            return done(request, "Thank you. Everybody here can read it now.", session)
    return _page_of_session(request, session, form, title="What became of the advice?")


@requires(Permission.READ)
def session_matches(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One’s own list: whom one found, and four weeks later whether they talked and what it saved."""
    session = find_session(request, pk)
    found = list(session.matches.of_person(request.user).select_related("taker", "giver"))
    if not found:
        raise Http404
    reader = request.user
    asked = [one for one in found if one.is_told_by(reader)]
    here = Membership.objects.current().filter(organisation=organisation, person__in=[one.giver_id for one in asked])
    people = set(here.values_list("person", flat=True))
    form = MatchesForm(sent(request), matches=asked, reader=reader, here=people)
    if form.is_valid():
        with refusals_on(form):
            if not market.tell_of_matches(session, by=request.membership, at=request.now, told=form.told):
                return done(request, "Nothing was changed.", session)
            passed_on = "Whoever helped you reads your thanks." if form.thanks else "It is saved."
            return done(request, f"Thank you. {passed_on}", session)
    rows = [(one, one.other_of(reader), one.reach_of_other(reader), one.is_taken_by(reader)) for one in found]
    return _page_of_session(
        request, session, form, title="Whom you found", template="techniques/session_matches.html", rows=rows
    )


@requires(Permission.FACILITATE)
@require_POST
def session_sheet(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A sheet to fill in by hand, as a PDF."""
    session = find_session(request, pk)
    with refusals_said(request):
        return wait_or_show(paper.request_sheet_pdf(session, by=request.membership, at=request.now))
    return redirect(session)


def _page_of_session(
    request: MemberRequest, session: Session, form: BaseForm, *, title: str, **more: Any
) -> HttpResponse:
    """A form about a session that is over, with the way back to it."""
    home = session.get_absolute_url()
    trail = [(worded("Sessions"), reverse("session_list", args=[session.organisation.slug])), (session.title, home)]
    back = worded("Back to the session")
    return form_page(
        request, form, title=title, verb="Save", back=home, back_words=back, intro=session.title, crumbs=trail, **more
    )
