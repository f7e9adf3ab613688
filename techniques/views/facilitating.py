"""The room for whoever leads it, and the big screen."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.forms import posted
from kmportal.lib.pagination import whole_number
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques import policies, room_updates
from techniques.actions.room import joining, screen, stages
from techniques.models import Note, Participant, Session, Stage
from techniques.room_visibility import Audience
from techniques.views import join_links, room_views
from techniques.views.room_views import Seat, read_handle


def find_session(request: MemberRequest, pk: int) -> Session:
    """A session of this organisation, with what its pages need."""
    return get_object_or_404(Session.objects.visible_to(request.membership).for_room(), pk=pk)


def find_session_to_lead(request: MemberRequest, pk: int) -> Session:
    """One whose desk this member may open: a member of a set that somebody else advises may not, wherever else they
    facilitate."""
    session = find_session(request, pk)
    if session.learning_set_id and not policies.may_facilitate(request.membership, session):
        raise Http404
    return session


def desk_of_session(request: MemberRequest, pk: int) -> Seat:
    """The seat of whoever leads; their own notes are those that they have typed for the room before."""
    session = find_session_to_lead(request, pk)
    participant = Participant.objects.filter(session=session, person=request.membership.person_id).first()
    return Seat(session, Audience.FACILITATOR, participant, request.membership)


def _find_stage(session: Session, request: MemberRequest) -> Stage:
    return get_object_or_404(Stage, session=session, key=posted(request, "stage"))


@requires(Permission.FACILITATE)
@require_POST
def session_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return room_views.run_action(request, desk_of_session(request, pk), joining.open_room)


@requires(Permission.FACILITATE)
@never_cache
def session_room(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The room of whoever leads. Before it is open and after the close there is only the session’s page."""
    seat = desk_of_session(request, pk)
    if not seat.session.is_live:
        return redirect(seat.session)
    return room_views.draw_room(request, seat)


@requires(Permission.FACILITATE)
@require_POST
def room_go(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    seat = desk_of_session(request, pk)
    return room_views.run_action(request, seat, stages.go_to_stage, stage=_find_stage(seat.session, request))


@requires(Permission.FACILITATE)
@require_POST
def room_show(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    seat = desk_of_session(request, pk)
    return room_views.run_action(request, seat, stages.reveal_notes, stage=_find_stage(seat.session, request))


@requires(Permission.FACILITATE)
@require_POST
def room_time(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The clock: two minutes more or less, one’s own minutes, begin anew, pause, go on."""
    seat, verb = desk_of_session(request, pk), request.POST.get("verb", "")
    if verb in ("more", "less"):
        seen_minutes = whole_number(request.POST.get("minutes", ""), most=10_000)
        change = stages.extend_stage if verb == "more" else stages.shorten_stage
        step, stage = room_views.MORE_MINUTES, _find_stage(seat.session, request)
        return room_views.run_action(request, seat, change, stage=stage, minutes=step, seen_minutes=seen_minutes)
    if verb == "own":
        left = whole_number(request.POST.get("left", ""), most=10_000)
        stage = _find_stage(seat.session, request)
        return room_views.run_action(request, seat, stages.set_minutes_left, stage=stage, minutes=left)
    if verb == "again":
        return room_views.run_action(request, seat, stages.restart_stage, stage=_find_stage(seat.session, request))
    return room_views.run_action(request, seat, stages.resume_clock if verb == "resume" else stages.pause_clock)


@requires(Permission.FACILITATE)
@require_POST
def room_screen(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The big screen, from the desk: turn a page, put a note or a column alone on it, take it off."""
    seat = desk_of_session(request, pk)
    minutes = whole_number(posted(request, "minutes"), most=10_000)
    if "note" in request.POST:
        note = get_object_or_404(Note, session=seat.session, client_id=read_handle(posted(request, "note")))
        return room_views.run_action(request, seat, screen.put_note_alone, note=note, minutes=minutes)
    verb = next((name for name in ("column", "off") if name in request.POST), "page")
    key, _, what = posted(request, verb).partition("/")  # each button says of which stage it is
    stage = get_object_or_404(Stage, session=seat.session, key=key)
    if verb == "column":
        values = {"stage": stage, "column": what, "minutes": minutes}
        return room_views.run_action(request, seat, screen.put_column_alone, **values)
    if verb == "off":
        return room_views.run_action(request, seat, screen.take_off, stage=stage, seen=what)
    number, _, seen = what.partition("/")
    page = whole_number(number, most=10_000)
    return room_views.run_action(request, seat, screen.turn_page, stage=stage, page=page, seen=seen)


@requires(Permission.FACILITATE)
@require_POST
def room_people(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who may be here: take somebody out, let nobody else in, let people in again."""
    seat, door = desk_of_session(request, pk), request.POST.get("door", "")
    if door:
        admission = joining.resume_admission if door == "open" else joining.stop_admission
        return room_views.run_action(request, seat, admission)
    person = whole_number(posted(request, "person"))
    participant = get_object_or_404(Participant, session=seat.session, pk=person)
    return room_views.run_action(request, seat, joining.remove_participant, participant=participant)


@requires(Permission.FACILITATE)
@require_POST
def room_note(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return room_views.save_note(request, desk_of_session(request, pk))


@requires(Permission.FACILITATE)
def room_note_change(request: MemberRequest, organisation: Organisation, pk: int, handle: UUID) -> HttpResponse:
    return room_views.change_note(request, desk_of_session(request, pk), handle)


@requires(Permission.FACILITATE)
@never_cache
def room_mine(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return room_views.send_own_notes(request, desk_of_session(request, pk))


@requires(Permission.FACILITATE)
@never_cache
def room_here(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Whose screen is open just now: no line of the room’s log tells it, so the desk asks."""
    room = room_views.room_from(Seat(find_session_to_lead(request, pk), Audience.FACILITATOR), request.now)
    return room_views.json_answer({"count": room.people, "html": room_updates.draw_people(room)})


@requires(Permission.FACILITATE)
@never_cache
def room_since(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    return room_views.send_updates(request, Seat(find_session_to_lead(request, pk), Audience.FACILITATOR), number)


@requires(Permission.READ)
@never_cache
def session_screen(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What everybody in the room looks at. Before the room is open: how to join."""
    seat = Seat(find_session(request, pk), Audience.SCREEN)
    if seat.session.is_over:
        return redirect(seat.session)
    if not seat.session.is_live:
        poster = join_links.poster_of(request, seat.session)
        values = {
            "session": seat.session,
            "seat": seat,
            "poster": poster,
            "room": room_views.room_from(seat, request.now),
        }
        return render(request, "techniques/screen_waiting.html", values)
    return room_views.draw_room(request, seat)


@requires(Permission.READ)
@never_cache
def screen_since(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    return room_views.send_updates(request, Seat(find_session(request, pk), Audience.SCREEN), number)
