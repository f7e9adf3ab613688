"""What people do besides writing notes: vote, say “me too”, comment, say that they are ready."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from kmportal.lib.forms import posted
from kmportal.lib.pagination import whole_number
from organisations.access import guest
from organisations.requests import GuestRequest
from techniques import room_visibility
from techniques.actions.room import reactions, voting
from techniques.models import Comment, Correction, Note, Session, Stage
from techniques.views import room_views
from techniques.views.joining import answer_stranger, by_code, seat_of_guest
from techniques.views.room_views import Seat, read_handle


def press(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A press of somebody who sits in the room whose code stands in the address; others are shown the way in."""

    @guest
    @by_code
    @require_POST
    @wraps(view)
    def pressed(request: GuestRequest, session: Session) -> HttpResponse:
        seat = seat_of_guest(request, session)
        if seat is None:
            return answer_stranger(request, session)
        return view(request, session, seat)

    return pressed


@press
def join_vote(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """Give votes to one note or group: the button says which, and how many it shall have."""
    handle, _, count = posted(request, "votes").partition("/")
    values: dict[str, Any] = {"handle": read_handle(handle), "count": whole_number(count, most=100)}
    return act_in_room(request, seat, voting.cast_votes, session, **values)


@press
def join_me_too(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """“Me too” on a note, or not any more."""
    handle, _, wanted = posted(request, "me_too").partition("/")
    return act_in_room(request, seat, reactions.set_me_too, _find_note(session, handle), is_on=wanted == "on")


@press
def join_ready(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """“I am ready” with this step, or not yet."""
    stage = get_object_or_404(Stage, session=session, key=posted(request, "stage"))
    return act_in_room(request, seat, reactions.say_ready, session, stage=stage, is_ready="not_yet" not in request.POST)


@press
def join_correction(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """“I have seen it”: what whoever leads did to one’s note."""
    number = whole_number(posted(request, "correction"))
    correction = Correction.objects.filter(participant=seat.participant, pk=number).first()
    if correction is None:
        return _answer(request, seat)
    return act_in_room(request, seat, reactions.confirm_correction, correction)


@guest
@by_code
def join_comment(request: GuestRequest, session: Session, handle: UUID) -> HttpResponse:
    """The page on which a comment is written; the same form stands at the note itself."""
    seat = seat_of_guest(request, session)
    if seat is None:
        return answer_stranger(request, session)
    note = _find_note(session, str(handle))
    seen = room_visibility.readable_note(note, 0)
    if seen is None or note.gone_at is not None or not session.is_live:
        raise Http404
    if request.method != "POST":
        return _draw_comment(request, seat, seen)
    if take_back := request.POST.get("take_back", ""):
        comment = get_object_or_404(Comment, session=session, client_id=read_handle(take_back))
        return act_in_room(request, seat, reactions.withdraw_comment, comment)
    text, sent = request.POST.get("text", ""), read_handle(posted(request, "client_id"))
    with room_views.refusals_kept() as said:
        reactions.write_comment(note, by=seat.participant, at=request.now, text=text, client_id=sent)  # type: ignore[arg-type]
        return _answer(request, seat)
    if room_views.wants_json(request):
        return room_views.json_answer({"error": said[0]}, status=422)
    return _draw_comment(request, seat, seen, typed=text, error=said[0])


def _draw_comment(
    request: GuestRequest, seat: Seat, note: room_visibility.SeenNote, *, typed: str = "", error: str = ""
) -> HttpResponse:
    values = {"seat": seat, "session": seat.session, "note": note, "typed": typed, "error": error, "fresh": uuid4()}
    return render(request, "techniques/comment_form.html", values, status=422 if error else 200)


def _find_note(session: Session, handle: str) -> Note:
    rows = Note.objects.select_related("session__organisation", "stage", "author")
    return get_object_or_404(rows, session=session, client_id=read_handle(handle))


def act_in_room(
    request: GuestRequest,
    seat: Seat,
    action: Callable[..., object],
    thing: object,
    *,
    typed: dict[str, str] | None = None,
    **values: Any,
) -> HttpResponse:
    """Run one of the actions of whoever takes part. ``typed`` is shown again where it is refused."""
    with room_views.refusals_kept() as said:
        action(thing, by=seat.participant, at=request.now, **values)
        return _answer(request, seat)
    if room_views.wants_json(request):
        return room_views.json_answer({"error": said[0]}, status=422)
    messages.error(request, said[0])
    if typed is not None and not seat.session.is_over:
        return room_views.draw_room(request, seat, status=422, typed=typed)
    return _back(request, seat)


def _answer(request: GuestRequest, seat: Seat) -> HttpResponse:
    if not room_views.wants_json(request):
        return _back(request, seat)
    return room_views.json_answer({"done": True, "marks": room_views.own_marks(request, seat)})


def _back(request: GuestRequest, seat: Seat) -> HttpResponse:
    """To the step at which one was looking, and the note at which one pressed."""
    stage = seat.session.stages.filter(key=request.POST.get("stage", "")).first()
    return redirect(f"{seat.home}?stage={stage.key}" if stage else seat.home)
