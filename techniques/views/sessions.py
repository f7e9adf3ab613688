"""Sessions outside the room: the list, planning one, its page, inviting people."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference, both_versions
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import quoted
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from roadmap.models import Intervention
from techniques import actions, guest_cookies, participant_lookup, room_visibility
from techniques.forms import InviteForm, SessionForm
from techniques.models import Participant, Session, Technique
from techniques.room_visibility import Audience
from techniques.views import join_links
from techniques.views.facilitating import find

HELD_ON_ONE_PAGE = 20
# How long before the start people are likely to begin, in minutes
COMES_TO_MIND = 30


@requires(Permission.READ)
def session_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Sessions to come, and those that were held."""
    rows = Session.objects.visible_to(request.membership).select_related("technique", "facilitator", "organisation")
    values = {
        "to_come": rows.to_come(),
        "held": Paginator(rows.held(), HELD_ON_ONE_PAGE).get_page(request.GET.get("page")),
        "may_plan": request.membership.can(Permission.FACILITATE),
    }
    return render(request, "techniques/session_list.html", values)


@requires(Permission.FACILITATE)
def session_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Plan a session: first the technique, then the rest. ``?intervention=`` fills the plan in."""
    runnable = Technique.objects.of(organisation).filter(can_run=True)
    intervention = _intervention(request)
    technique = runnable.filter(key=request.GET.get("technique", "")).first()
    if technique is None:
        values = {"techniques": runnable, "intervention": intervention, "chosen": _suggested(intervention)}
        return render(request, "techniques/session_choose.html", values)
    start = {"facilitator": request.user.pk, "intervention": intervention, "starts_at": _next_hour()}
    if intervention:
        start["title"] = intervention.title[:120]
    form = SessionForm(sent(request), initial=start, organisation=organisation, technique=technique)
    if form.is_valid():
        once = form.cleaned_data["once"]
        session = actions.plan(organisation, by=request.user, technique=technique, once=once, **form.wanted)
        messages.success(request, "The session is planned. Now invite people.")
        return redirect(session)
    values = {"form": form, "technique": technique, "intervention": intervention}
    return render(request, "techniques/session_form.html", values, status=status_of(form))


def _intervention(request: HttpRequest) -> Intervention | None:
    """The intervention from which somebody came here, if it is one of theirs."""
    pk = whole_number(request.GET.get("intervention", ""))
    rows = Intervention.objects.visible_to(request.membership).select_related("entry", "programme")
    return rows.filter(pk=pk).first() if pk else None


def _suggested(intervention: Intervention | None) -> str:
    """The technique that the intervention’s catalogue entry names."""
    return intervention.entry.guidance.get("technique", "") if intervention and intervention.entry else ""


def _next_hour() -> Any:
    now = timezone.localtime()
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


@requires(Permission.READ)
def session_detail(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One session: the plan before, the way in during, what came of it after."""
    session = find(request, pk)
    may_lead = request.membership.can(Permission.FACILITATE)
    values = {
        "session": session,
        "room": room_visibility.look(room_visibility.gather(session), Audience.PARTICIPANT),
        "may_lead": may_lead,
        "has_joined": participant_lookup.participant_of(session, request.user, request.COOKIES) is not None,
        "poster": join_links.poster(request, session),
        "invitees": session.invitees.select_related("person") if may_lead else (),
        "came": Participant.objects.here().filter(session=session).count(),
        "checklist": checklist(session),
        "opens_soon": session.starts_at - timezone.now() < timedelta(minutes=COMES_TO_MIND),
    }
    return render(request, "techniques/session_detail.html", values)


def checklist(session: Session) -> list[dict[str, Any]]:
    """What to prepare, with the day counted back from the session, but never to before it was planned."""
    day = timezone.localdate(session.starts_at)
    first = min(day, timezone.localdate(session.created_at))
    done = set(session.prepared)
    return [
        {"text": item["text"], "on": max(first, day - timedelta(days=item["days"])), "is_done": item["text"] in done}
        for item in session.technique.card.get("prep", [])
    ]


@requires(Permission.FACILITATE)
def session_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change the plan. When somebody else was quicker, both plans are shown and nothing typed is lost."""
    session = find(request, pk)
    if not session.is_planned:
        messages.error(request, f"This session is {session.get_state_display().lower()} and can no longer be changed.")
        return redirect(session)
    form = SessionForm(sent(request), instance=session, organisation=organisation, technique=session.technique)
    differences: list[Difference] = []
    if form.is_valid():
        fresh = find(request, pk)
        try:
            seen = form.cleaned_data["version"] or 0
            actions.edit(fresh, by=request.user, seen=seen, **form.wanted)
        except Stale:
            differences = both_versions(form, fresh, version=fresh.version)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(fresh)
        else:
            messages.success(request, "The plan is changed.")
            return redirect(fresh)
    values = {"form": form, "technique": session.technique, "session": find(request, pk), "differences": differences}
    return render(request, "techniques/session_form.html", values, status=status_of(form))


@requires(Permission.FACILITATE)
def session_cancel(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because those who were invited get a mail."""
    session = find(request, pk)
    if request.method != "POST":
        return render(request, "techniques/session_cancel.html", {"session": session})
    try:
        actions.cancel(session, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(session)
    messages.success(request, f"{quoted(session.title)} is cancelled.")
    return redirect("session_list", organisation.slug)


@requires(Permission.FACILITATE)
def session_invite(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask members and others to come."""
    session = find(request, pk)
    form = InviteForm(sent(request), session=session)
    if form.is_valid():
        asked, guests = form.cleaned_data["asked"], form.cleaned_data["guests"]
        try:
            fresh = actions.invite(session, by=request.user, people=asked, guests=guests)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            count = len(fresh)
            messages.success(request, f"{count} {'person is' if count == 1 else 'people are'} invited by e-mail.")
            return redirect(session)
    return render(request, "techniques/session_invite.html", {"session": session, "form": form}, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def session_tick(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Tick or untick one item of the checklist."""
    session = find(request, pk)
    items = {item["text"] for item in session.technique.card.get("prep", [])}
    item = request.POST.get("item", "")
    if item in items:
        actions.tick(session, item=item, is_done="untick" not in request.POST)
    return redirect(f"{session.get_absolute_url()}#prepare")


@requires(Permission.READ)
@require_POST
def session_join(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A member comes in with one press."""
    session = find(request, pk)
    try:
        actions.join(
            session, name=str(request.user), key=guest_cookies.new_key(), person=request.user, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(session)
    return redirect("join_room", session.code)
