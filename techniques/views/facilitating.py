"""The room for whoever leads it, and the big screen."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.forms import posted
from kmportal.lib.pagination import whole_number
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from techniques import actions
from techniques.models import Participant, Session, Stage
from techniques.room_visibility import Audience
from techniques.views import join_links, room_views


def find(request: HttpRequest, pk: int) -> Session:
    """A session of this organisation, with what its pages need."""
    return get_object_or_404(Session.objects.visible_to(request.membership).for_room(), pk=pk)  # type: ignore[attr-defined]


def _seat(request: HttpRequest, pk: int, *, writes: bool = False) -> room_views.Seat:
    session = find(request, pk)
    if writes and not session.is_over:
        participant: Participant | None = actions.lead(session, request.user)  # type: ignore[arg-type]
    else:
        participant = Participant.objects.filter(session=session, person=request.user.pk).first()
    return room_views.Seat(session, Audience.FACILITATOR, participant, request.user)  # type: ignore[arg-type]


def _stage(session: Session, request: HttpRequest) -> Stage:
    return get_object_or_404(Stage, session=session, key=posted(request, "stage"))


@requires(Permission.FACILITATE)
@require_POST
def session_open(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return room_views.do(request, _seat(request, pk), actions.open_room)


@requires(Permission.FACILITATE)
@never_cache
def session_room(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The room of whoever leads. Before it is open and after the close there is only the session’s page."""
    seat = _seat(request, pk)
    if not seat.session.is_live:
        return redirect(seat.session)
    return room_views.draw_room(request, seat)


@requires(Permission.FACILITATE)
@require_POST
def room_go(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    return room_views.do(request, seat, actions.go_to, stage=_stage(seat.session, request))


@requires(Permission.FACILITATE)
@require_POST
def room_show(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    return room_views.do(request, seat, actions.reveal, stage=_stage(seat.session, request))


@requires(Permission.FACILITATE)
@require_POST
def room_time(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The clock: two minutes more, pause, go on."""
    seat, verb = _seat(request, pk), request.POST.get("verb", "")
    if verb == "more":
        seen_minutes = whole_number(request.POST.get("minutes", ""), most=10_000)
        stage = _stage(seat.session, request)
        more = room_views.MORE_MINUTES
        return room_views.do(request, seat, actions.give_time, stage=stage, minutes=more, seen_minutes=seen_minutes)
    return room_views.do(request, seat, actions.resume if verb == "resume" else actions.pause)


@requires(Permission.FACILITATE)
@require_POST
def room_people(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who may be here: take somebody out, let nobody else in, let people in again."""
    seat, door = _seat(request, pk), request.POST.get("door", "")
    if door:
        return room_views.do(request, seat, actions.open_door if door == "open" else actions.shut_door)
    person = whole_number(posted(request, "person"))
    participant = get_object_or_404(Participant, session=seat.session, pk=person)
    return room_views.do(request, seat, actions.take_out, participant=participant)


@requires(Permission.FACILITATE)
@require_POST
def room_note(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return room_views.save_note(request, _seat(request, pk, writes=True))


@requires(Permission.FACILITATE)
def room_note_change(request: HttpRequest, organisation: Organisation, pk: int, handle: UUID) -> HttpResponse:
    return room_views.change_note(request, _seat(request, pk, writes=request.method == "POST"), handle)


@requires(Permission.FACILITATE)
@never_cache
def room_mine(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return room_views.own_notes(request, _seat(request, pk))


@requires(Permission.FACILITATE)
@never_cache
def room_since(request: HttpRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    return room_views.news_since(room_views.Seat(find(request, pk), Audience.FACILITATOR), number)


@requires(Permission.READ)
@never_cache
def session_screen(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What everybody in the room looks at. Before the room is open: how to join."""
    seat = room_views.Seat(find(request, pk), Audience.SCREEN)
    if seat.session.is_over:
        return redirect(seat.session)
    if not seat.session.is_live:
        poster = join_links.poster(request, seat.session)
        values = {"session": seat.session, "seat": seat, "poster": poster, "room": room_views.look(seat)}
        return render(request, "techniques/screen_waiting.html", values)
    return room_views.draw_room(request, seat)


@requires(Permission.READ)
@never_cache
def screen_since(request: HttpRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    return room_views.news_since(room_views.Seat(find(request, pk), Audience.SCREEN), number)
