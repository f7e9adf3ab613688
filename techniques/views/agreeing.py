"""The last step on a phone: agree to what is worded, say how one would word it, say where a guest gets it."""

from typing import Any

from django.http import HttpResponse

from kmportal.lib.forms import posted
from kmportal.lib.pagination import whole_number
from organisations.requests import GuestRequest
from techniques.actions.room import wording
from techniques.models import Session
from techniques.views import room_views
from techniques.views.room_views import Seat
from techniques.views.taking_part import act_in_room, press


@press
def join_agree(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """The button says to which words, and whether one agrees or no longer."""
    version, _, is_on = posted(request, "agree").partition("/")
    values: dict[str, Any] = {"version": whole_number(version), "is_on": is_on == "on"}
    return act_in_room(request, seat, wording.agree_to_words, session, **values)


@press
def join_wish(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """How one would word it, or what is to be added."""
    about, text = posted(request, "about"), request.POST.get("text", "")
    sent = room_views.read_handle(posted(request, "client_id"))
    typed = {"wish": text, "about": about}
    return act_in_room(request, seat, wording.make_wish, session, typed=typed, about=about, text=text, client_id=sent)


@press
def join_address(request: GuestRequest, session: Session, seat: Seat) -> HttpResponse:
    """Where a guest gets the summary."""
    email = request.POST.get("email", "")
    return act_in_room(request, seat, wording.leave_address, session, typed={"email": email}, email=email)
