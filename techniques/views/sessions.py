"""Sessions outside the room: the list, planning one, its page, inviting people."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference
from kmportal.lib.days import YEAR
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.mail import can_leave
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import people_in_words, quoted
from kmportal.lib.view_kit import conflicts_on, done, leave_out, refusals_on, refusals_said, take_left_out
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap.models import Intervention
from techniques import guest_cookies, participant_lookup, policies, preconditions, reports
from techniques.actions import attendance, planning
from techniques.actions.room import joining
from techniques.forms import AttendanceForm, InviteForm, SessionForm
from techniques.models import Participant, Session, Technique
from techniques.preconditions import require_invitable, require_planned
from techniques.views import join_links
from techniques.views.facilitating import find_session

HELD_ON_ONE_PAGE = 20


@requires(Permission.READ)
def session_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Sessions to come, and those that were held; ``held=year`` leaves out those that are longer ago."""
    rows = Session.objects.visible_to(request.membership).select_related("technique", "facilitator", "organisation")
    of_year = request.GET.get("held") == "year"
    over = rows.held_since(timezone.localdate(request.now) - YEAR) if of_year else rows.held()
    held = Paginator(over, HELD_ON_ONE_PAGE).get_page(request.GET.get("page"))
    values = {
        "of_year": of_year,
        "took_part": Participant.objects.filter(session__in=over).here().count(),
        "to_come": reports.with_looks(rows.to_come()),
        "held": held,
        "held_rows": reports.with_attendance(held),
        "may_plan": policies.may_plan(request.membership, organisation),
    }
    return render(request, "techniques/session_list.html", values)


@requires(Permission.FACILITATE)
def session_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Plan a session: first the technique, then the rest. ``?intervention=`` fills the plan in."""
    runnable = Technique.objects.visible_to(request.membership).filter(can_run=True)
    intervention = _intervention_of(request)
    technique = runnable.filter(key=request.GET.get("technique", "")).first()
    if technique is None:
        values = {"techniques": runnable, "intervention": intervention, "chosen": _suggested_technique(intervention)}
        return render(request, "techniques/session_choose.html", values)
    if technique.meets_as_set:
        return redirect("learning_set_new", organisation.slug)
    start: dict[str, Any] = {
        "facilitator": request.user.pk,
        "intervention": intervention,
        "starts_at": _next_full_hour(),
    }
    if intervention:
        start["title"] = intervention.title[:120]
    form = SessionForm(sent(request), initial=start, organisation=organisation, technique=technique)
    if form.is_valid():
        with refusals_on(form):
            session = planning.plan_session(
                organisation,
                by=request.membership,
                at=request.now,
                technique=technique,
                once=form.cleaned_data["once"],
                **form.wanted,
            )
            if form.cleaned_data["was_held"]:
                joining.open_room(session, by=request.membership, at=request.now)
                said = worded("The session is on the list. Now say who was there.")
                return done(request, said, "session_attendance", organisation.slug, session.pk)
            return done(request, worded("The session is planned. Now invite people."), session)
    context = {"form": form, "technique": technique, "intervention": intervention}
    return render(request, "techniques/session_form.html", context, status=status_of(form))


def _intervention_of(request: MemberRequest) -> Intervention | None:
    """The intervention from which somebody came here, if it is one of theirs."""
    pk = whole_number(request.GET.get("intervention", ""))
    rows = Intervention.objects.visible_to(request.membership).select_related("entry", "programme")
    return rows.filter(pk=pk).first() if pk else None


def _suggested_technique(intervention: Intervention | None) -> str:
    """The key of the technique that the intervention’s catalogue entry names."""
    return intervention.entry.guidance.technique if intervention and intervention.entry else ""


def _next_full_hour() -> datetime:
    now = timezone.localtime()
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


@requires(Permission.READ)
def session_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One session: the plan before, the way in during, what came of it after. One of a set stands on its page."""
    session = find_session(request, pk)
    if session.learning_set_id:
        return redirect(session)
    mine = participant_lookup.participant_of(session, request.user, request.COOKIES)
    is_in = mine is not None
    is_asked = session.is_closed and preconditions.is_feedback_open(session, request.now)
    values = {
        "session": session,
        "asks_feedback": bool(is_asked and mine and not mine.gave_feedback and session.last_code),
        "page": reports.SessionPage.build(session, request.membership, at=request.now, is_in=is_in),
        "poster": join_links.poster_of(request, session),
    }
    return render(request, "techniques/session_detail.html", values)


@requires(Permission.FACILITATE)
def session_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change the plan while nothing has begun."""
    session = find_session(request, pk)
    if session.learning_set_id:
        return redirect("learning_set_next", organisation.slug, session.learning_set_id)
    with refusals_said(request):
        require_planned(session)
        return _edit_session_plan(request, session)
    return redirect(session)


def _edit_session_plan(request: MemberRequest, session: Session) -> HttpResponse:
    """When somebody else was quicker, both plans are shown and nothing typed is lost."""
    organisation, technique = session.organisation, session.technique
    form = SessionForm(sent(request), instance=session, organisation=organisation, technique=technique)
    differences: list[Difference] = []
    if form.is_valid():
        fresh, seen = find_session(request, session.pk), form.cleaned_data["version"] or 0
        with refusals_on(form), conflicts_on(form, lambda: find_session(request, session.pk)) as differences:
            planning.edit_session(fresh, by=request.membership, at=request.now, seen=seen, **form.wanted)
            return done(request, "The plan is changed.", fresh)
    values = {"form": form, "technique": technique, "differences": differences}
    values["session"] = find_session(request, session.pk)  # without what the form has written into its own
    return render(request, "techniques/session_form.html", values, status=status_of(form))


@requires(Permission.FACILITATE)
def session_cancel(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because those who were invited get a mail."""
    session = find_session(request, pk)
    with refusals_said(request):
        if request.method != "POST":
            require_planned(session)
            return render(request, "techniques/session_cancel.html", {"session": session})
        planning.cancel_session(session, by=request.membership, at=request.now)
        return done(request, f"{quoted(session.title)} is cancelled.", "session_list", organisation.slug)
    return redirect(session)


@requires(Permission.FACILITATE)
def session_invite(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask members and others to come."""
    session = find_session(request, pk)
    if session.learning_set_id:
        return redirect("learning_set_people", organisation.slug, session.learning_set_id)
    with refusals_said(request):
        require_invitable(session)
        return _invite_people(request, session)
    return redirect(session)


def _invite_people(request: MemberRequest, session: Session) -> HttpResponse:
    form = InviteForm(sent(request), session=session, initial={"addresses": take_left_out(request)})
    if form.is_valid():
        asked, guests = form.cleaned_data["asked"], form.cleaned_data["guests"]
        with refusals_on(form):
            fresh = planning.invite_to_session(
                session, by=request.membership, at=request.now, people=asked, guests=guests
            )
            words = "1 person is" if len(fresh) == 1 else f"{len(fresh)} people are"
            said = f"{words} invited by e-mail." if can_leave() else f"{words} invited. {_how_guests_hear(session)}"
            if bad := form.cleaned_data["bad"]:
                leave_out(request, bad)
                return done(request, said, "session_invite", session.organisation.slug, session.pk)
            return done(request, said, session)
    return render(request, "techniques/session_invite.html", {"session": session, "form": form}, status=status_of(form))


def _how_guests_hear(session: Session) -> str:
    return f"No e-mail was sent: tell guests the code, {session.code_in_words}."


@requires(Permission.FACILITATE)
def session_attendance(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say who was there without joining; then on to what came out of it, if that is not written down yet."""
    session = find_session(request, pk)
    if not policies.may_note_attendance(request.membership, session):
        messages.info(request, worded("You can say who was there once the session is closed."))
        return redirect(session)
    form = AttendanceForm(sent(request), session=session)
    if form.is_valid():
        with refusals_on(form):
            came = attendance.note_attendance(
                session,
                by=request.membership,
                at=request.now,
                people=form.cleaned_data.get("people", ()),
                others=form.cleaned_data["others"] or 0,
            )
            said = f"{people_in_words(came)} took part."
            if session.is_live:
                said += " Now write down what came out of it."
                return done(request, said, "session_close", organisation.slug, session.pk)
            return done(request, said, session)
    values = {"session": session, "form": form, "joined": session.participants.here().joined().count()}
    return render(request, "techniques/session_attendance.html", values, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def session_tick(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Tick or untick one item of the checklist."""
    session = find_session(request, pk)
    item, is_done = request.POST.get("item", ""), "untick" not in request.POST
    planning.tick_preparation(session, by=request.membership, at=request.now, item=item, is_done=is_done)
    return redirect(f"{session.get_absolute_url()}#prepare")


@requires(Permission.READ)
@require_POST
def session_join(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A member comes in with one press."""
    session, key = find_session(request, pk), guest_cookies.new_key()
    if session.takes_alias and session.code:
        return redirect("join_session", session.code)
    with refusals_said(request):
        joining.join_room(session, by=request.membership, at=request.now, name=str(request.user), key=key)
        return redirect("join_room", session.code)
    return redirect(session)
