"""The last step on a phone: agree to what is worded, say how one would word it, say where a guest gets it."""

from contextlib import suppress
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from kmportal.lib.forms import posted
from kmportal.lib.pagination import whole_number
from organisations.access import guest
from organisations.requests import GuestRequest
from techniques.actions.room import wording
from techniques.models import Session
from techniques.views.joining import answer_stranger, by_code, seat_of_guest
from techniques.views.taking_part import act_in_room


@guest
@by_code
@require_POST
def join_agree(request: GuestRequest, session: Session) -> HttpResponse:
    """The button says to which words, and whether one agrees or no longer."""
    seat = seat_of_guest(request, session)
    if seat is None:
        return answer_stranger(request, session)
    version, _, is_on = posted(request, "agree").partition("/")
    values = {"version": whole_number(version), "is_on": is_on == "on"}
    return act_in_room(request, seat, wording.agree_to_words, session, **values)


@guest
@by_code
@require_POST
def join_wish(request: GuestRequest, session: Session) -> HttpResponse:
    """How one would word it, or what is to be added."""
    seat = seat_of_guest(request, session)
    if seat is None:
        return answer_stranger(request, session)
    client_id = uuid4()
    with suppress(ValueError):
        client_id = UUID(request.POST.get("client_id", ""))
    values = {"about": posted(request, "about"), "text": request.POST.get("text", ""), "client_id": client_id}
    return act_in_room(request, seat, wording.make_wish, session, **values)


@guest
@by_code
@require_POST
def join_address(request: GuestRequest, session: Session) -> HttpResponse:
    """Where a guest gets the summary."""
    seat = seat_of_guest(request, session)
    if seat is None:
        return answer_stranger(request, session)
    return act_in_room(request, seat, wording.leave_address, session, email=request.POST.get("email", ""))
