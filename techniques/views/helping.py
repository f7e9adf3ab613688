"""The presses of helpers of steps, at one address for each door: “verb” or “verb/value”, and which step it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from kmportal.lib.forms import posted
from organisations.access import guest, requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest
from techniques import helper_registry
from techniques.models import Session, Stage
from techniques.views import room_views
from techniques.views.facilitating import desk_of_session
from techniques.views.joining import answer_stranger, by_code, seat_of_guest
from techniques.views.room_views import RoomRequest, Seat


@guest
@by_code
@require_POST
def join_act(request: GuestRequest, session: Session) -> HttpResponse:
    """A press of somebody who takes part."""
    seat = seat_of_guest(request, session)
    if seat is None or seat.participant is None:
        return answer_stranger(request, session)
    return _run(request, seat, leads=False, by=seat.participant)


@requires(Permission.FACILITATE)
@require_POST
def room_act(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A press of whoever leads."""
    return _run(request, desk_of_session(request, pk), leads=True, by=request.membership)


def _run(request: RoomRequest, seat: Seat, *, leads: bool, by: Any) -> HttpResponse:
    stage = get_object_or_404(Stage, session=seat.session, key=posted(request, "stage"))
    helper = helper_registry.helper_of(stage.takes)
    verb, _, typed = posted(request, "act").partition("/")
    act = helper.acts.get(verb) if helper else None
    if act is None or act.leads not in (None, leads):
        raise Http404
    with room_views.refusals_kept() as said:
        run: Callable[..., object] = partial(act.run, seat.session, by=by, at=request.now, stage=stage)
        words = {name: posted(request, f"{name}-{typed}") for name in act.words.split()}
        run(**act.take(typed), **words)
        return _answer(request, seat, stage)
    if room_views.wants_json(request):
        return room_views.json_answer({"error": said[0]}, status=422)
    messages.error(request, said[0])
    return redirect(seat.session if seat.session.is_over else f"{seat.home}?stage={stage.key}")


def _answer(request: RoomRequest, seat: Seat, stage: Stage) -> HttpResponse:
    if not room_views.wants_json(request):
        return redirect(f"{seat.home}?stage={stage.key}")
    done: dict[str, Any] = {"done": True}
    if seat.participant and not seat.membership:
        done["marks"] = room_views.own_marks(request, seat)
    return room_views.json_answer(done)
