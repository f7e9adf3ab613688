"""Joining by code: the code, the guest’s name, the room as participants see it."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib import calendar_files
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import refusals_on
from organisations.access import guest
from organisations.accounts import network_of
from organisations.models import Membership, Person
from organisations.requests import GuestRequest
from techniques import guest_cookies, join_codes, participant_lookup, policies, presence
from techniques.actions.room import joining
from techniques.forms import CodeForm, NameForm
from techniques.models import Participant, Session
from techniques.room_visibility import Audience
from techniques.views import join_links, room_views
from techniques.views.room_views import Seat

RoomView = Callable[..., HttpResponse]
UNKNOWN = _("This code does not work. Check it for typing mistakes. If it is right, the session may be over")


def by_code(view: RoomView) -> RoomView:
    """Hands the view the session whose code stands in the address. A wrong or dead code is answered 404 with the
    page that asks for another one; too many of them are braked. Whoever was in is told that the session is over."""
    return _session_by_code(view, until_the_end=True)


def by_code_even_over(view: RoomView) -> RoomView:
    """The same for views that can answer whoever was in a session which is over."""
    return _session_by_code(view, until_the_end=False)


def _session_by_code(view: RoomView, *, until_the_end: bool) -> RoomView:
    @wraps(view)
    def with_session(request: GuestRequest, code: str, **kwargs: object) -> HttpResponse:
        with room_views.refusals_kept() as said:
            session = _find_session(request, code)
        if said:
            return _ask_for_code_again(request, said[0], status=429)
        if session is None:
            return _ask_for_code_again(request, f"{UNKNOWN}.", status=404)
        with session.organisation.at_home():
            if session.is_over and until_the_end:
                return room_views.draw_over(request, session)
            return view(request, session, **kwargs)

    return never_cache(with_session)


def _find_session(request: GuestRequest, typed: str) -> Session | None:
    """The session of a code. Whoever is in its room already is never braked, and finds it when it is over, too.

    Raises ``Refusal`` while there is a brake.
    """
    code, network = join_codes.tidy_code(typed), network_of(request)
    session = Session.objects.for_room().filter(code=code).first() if code else None
    if code and session is None and (over := _find_session_over(request, code)):
        return over
    if join_codes.is_braked(network) and not (session and _participant_of(request, session)):
        raise Refusal(join_codes.BRAKED)
    if session is None:
        join_codes.count_failure(network)
    return session


def _find_session_over(request: GuestRequest, code: str) -> Session | None:
    """The session that has ended with this code, for those alone who were in."""
    ended = Session.objects.for_room().filter(last_code=code).order_by("-pk")
    return next((one for one in ended if _participant_of(request, one)), None)


def _ask_for_code_again(request: GuestRequest, sentence: str, *, status: int) -> HttpResponse:
    if room_views.wants_json(request):
        return room_views.json_answer({"error": sentence}, status=status)
    form = CodeForm()
    return render(request, "techniques/join.html", {"form": form, "sentence": sentence}, status=status)


@guest
@never_cache
def join(request: GuestRequest) -> HttpResponse:
    """Ask for the code. ``?code=`` and a form on another page may bring it along."""
    typed = request.POST if request.method == "POST" else request.GET if "code" in request.GET else None
    form = CodeForm(typed)
    if form.is_valid():
        with refusals_on(form, "code"):
            session = _find_session(request, form.cleaned_data["code"])
            if session is not None and session.is_over:
                return room_views.draw_over(request, session)
            if session is not None:
                return redirect("join_session", session.code)
            form.add_error("code", UNKNOWN)
    return render(request, "techniques/join.html", {"form": form}, status=status_of(form))


@guest
@by_code
def join_session(request: GuestRequest, session: Session) -> HttpResponse:
    """Ask a guest for a name; a member comes in with one press. Of a set nothing is told but to its members."""
    if _participant_of(request, session):
        return redirect("join_room", session.code)
    member = participant_lookup.membership_in(session, _person_of_request(request))
    if session.learning_set is not None and not policies.is_member_of_set(member, session.learning_set):
        member = None
    if session.takes_alias:
        member = None  # the room is not told whose name it is
    by = member if "as_member" in request.POST else None
    form = _form_for_name(request, session, by)
    if by or form.is_valid():
        name = str(by.person) if by else form.cleaned_data["name"]
        key = (form.cleaned_data["key"] if by is None else "") or guest_cookies.new_key()
        with refusals_on(form, "name"):
            side = request.POST.get("as_member", "") if by else form.cleaned_data.get("side", "")
            before = guest_cookies.key_from(request.COOKIES, session.pk)
            joining.join_room(session, by=by, at=request.now, name=name, key=key, side=side, key_before=before)
            return _let_person_in(session, key, remember=by is None)
    values = {"session": session, "form": form, "member": member}
    return render(request, "techniques/join_session.html", values, status=status_of(form))


def _form_for_name(request: GuestRequest, session: Session, by: Membership | None) -> NameForm:
    """What was typed, or the name of the member who comes in with one press."""
    key = guest_cookies.new_key()
    if by is not None:
        return NameForm(
            {"name": str(by.person)[: joining.NAME_LIMIT], "key": key, "side": request.POST.get("as_member", "")},
            session=session,
        )
    return NameForm(sent(request), initial={"key": key}, session=session)


def _let_person_in(session: Session, key: str, *, remember: bool) -> HttpResponse:
    answer = redirect("join_room", session.code)
    if remember:
        answer.set_cookie(
            guest_cookies.cookie_name(session.pk),
            guest_cookies.sign(key, session.pk),
            max_age=guest_cookies.LASTS_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


def _person_of_request(request: GuestRequest) -> Person | None:
    """The account of somebody who is signed in; whoever holds the code needs none."""
    return request.user if isinstance(request.user, Person) else None


def _participant_of(request: GuestRequest, session: Session) -> Participant | None:
    return participant_lookup.participant_of(session, _person_of_request(request), request.COOKIES)


def seat_of_guest(request: GuestRequest, session: Session) -> Seat | None:
    participant = _participant_of(request, session)
    return Seat(session, Audience.PARTICIPANT, participant) if participant else None


@guest
@by_code
def join_room(request: GuestRequest, session: Session) -> HttpResponse:
    """The room on somebody’s phone; before it is open, the place to wait."""
    seat = seat_of_guest(request, session)
    if seat is None:
        return redirect("join_session", session.code)
    if not session.is_live:
        return render(request, "techniques/room_waiting.html", {"session": session, "seat": seat})
    if seat.participant is not None:
        presence.mark_here(session.pk, seat.participant.pk)
    return room_views.draw_room(request, seat)


@guest
@by_code
@require_POST
def join_leave(request: GuestRequest, session: Session) -> HttpResponse:
    """Go, so that somebody else can join with this phone. What was written stays.

    The cookie goes, too, unless somebody has claimed with it: then it opens nothing, but is known at the door.
    """
    if participant := _participant_of(request, session):
        joining.leave_room(session, by=participant, at=request.now)
    answer = redirect("join_session", session.code)
    if not participant_lookup.claims_made_with(session, guest_cookies.key_from(request.COOKIES, session.pk)):
        answer.delete_cookie(guest_cookies.cookie_name(session.pk))
    return answer


@guest
@by_code_even_over
@require_POST
def join_note(request: GuestRequest, session: Session) -> HttpResponse:
    seat = seat_of_guest(request, session)
    return room_views.save_note(request, seat) if seat else answer_stranger(request, session)


@guest
@by_code
def join_note_change(request: GuestRequest, session: Session, handle: UUID) -> HttpResponse:
    seat = seat_of_guest(request, session)
    return room_views.change_note(request, seat, handle) if seat else answer_stranger(request, session)


@guest
@by_code
def join_mine(request: GuestRequest, session: Session) -> HttpResponse:
    seat = seat_of_guest(request, session)
    return room_views.send_own_notes(request, seat) if seat else answer_stranger(request, session)


@guest
@by_code_even_over
def join_since(request: GuestRequest, session: Session, number: int) -> HttpResponse:
    seat = seat_of_guest(request, session)
    if seat is None:
        return answer_stranger(request, session)
    if seat.participant is not None:
        presence.mark_here(session.pk, seat.participant.pk)
    return room_views.send_updates(request, seat, number)


def answer_stranger(request: GuestRequest, session: Session) -> HttpResponse:
    """Somebody who has not joined, or whose browser has forgotten it."""
    if room_views.wants_json(request):
        return room_views.json_answer(
            {"error": worded("Join the session again: this browser is no longer known here.")}, status=403
        )
    if request.method == "POST":
        return redirect("join_session", session.code)
    raise Http404


@guest
@by_code
def join_calendar(request: GuestRequest, session: Session) -> HttpResponse:
    """The date as a file for a calendar. That of a meeting of a set is for its members, and says neither which set nor
    where: others look into calendars."""
    learning_set, person = session.learning_set, _person_of_request(request)
    if learning_set and not policies.is_member_of_set(participant_lookup.membership_in(session, person), learning_set):
        return redirect("join_session", session.code)
    url = join_links.absolute_url(request, "join_session", session.code)
    entry = calendar_files.Entry(
        ident=calendar_files.entry_ident(f"session-{session.pk}"),
        version=session.version,
        title=session.technique.name if learning_set else session.title,
        words=f"{session.technique.name}. Join with the code {session.code_in_words}: {url}",
        place="" if learning_set else session.place,
        url=url,
        starts_at=session.starts_at,
        minutes=session.minutes,
    )
    text = calendar_files.calendar_file([entry], at=request.now)
    headers = {"Content-Disposition": 'attachment; filename="session.ics"'}
    return HttpResponse(text, content_type=calendar_files.CONTENT_TYPE, headers=headers)
