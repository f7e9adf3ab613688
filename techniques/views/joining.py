"""Coming in by code: the door, the guest’s name, the room as participants see it."""

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import status_of
from organisations.access import guest
from organisations.models import Person
from techniques import actions, calendars, guest_cookies, join_codes, participant_lookup
from techniques.forms import CodeForm, NameForm
from techniques.models import Session
from techniques.room_visibility import Audience
from techniques.views import join_links, room_views

RoomView = Callable[..., HttpResponse]


def by_code(view: RoomView) -> RoomView:
    """Hands the view the session whose code stands in the address. A wrong or dead code is answered 404 with the
    page that asks for another one; too many of them are braked. Whoever was in is told that the session is over."""
    return _by_code(view, until_the_end=True)


def by_code_even_over(view: RoomView) -> RoomView:
    """The same for views that can answer whoever was in a session which is over."""
    return _by_code(view, until_the_end=False)


def _by_code(view: RoomView, *, until_the_end: bool) -> RoomView:
    @wraps(view)
    def found(request: HttpRequest, code: str, **kwargs: object) -> HttpResponse:
        try:
            session = _session(request, code)
        except Refusal as refusal:
            return _ask_again(request, str(refusal), status=429)
        if session is None:
            return _ask_again(
                request,
                "This code does not work. Check it for typing mistakes. If it is right, the session may be over.",
            )
        if session.is_over and until_the_end:
            return room_views.draw_over(request, session)
        with timezone.override(session.organisation.time_zone):
            return view(request, session, **kwargs)

    return never_cache(found)


def _session(request: HttpRequest, typed: str) -> Session | None:
    """The session of a code. Whoever is in its room already is never braked, and finds it when it is over, too."""
    code, address = join_codes.tidy(typed), _address(request)
    session = Session.objects.for_room().filter(code=code).first() if code else None
    if code and session is None and (over := _over(request, code)):
        return over
    try:
        join_codes.check_brake(address)
    except Refusal:
        if session and participant_lookup.participant_of(session, _person(request), request.COOKIES):
            return session
        raise
    if session is None:
        join_codes.count_failure(address)
    return session


def _over(request: HttpRequest, code: str) -> Session | None:
    """The session that has ended with this code, for those alone who were in."""
    ended = Session.objects.for_room().filter(last_code=code).order_by("-pk")
    return next(
        (one for one in ended if participant_lookup.participant_of(one, _person(request), request.COOKIES)), None
    )


def _address(request: HttpRequest) -> str:
    """Where the request comes from; behind a proxy, what the proxy itself saw. Of the new, long addresses only the
    half that stands for a whole house or network: whoever has one has as many of them as they like."""
    said = request.META.get("REMOTE_ADDR", "")
    if getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0):
        said = request.headers.get("X-Forwarded-For", said).rpartition(",")[2]
    try:
        address = ip_address(said.strip())
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((int(address), 64), strict=False))
    return str(address)


def _ask_again(request: HttpRequest, sentence: str, *, status: int = 404) -> HttpResponse:
    if room_views.wants_json(request):
        return room_views.json_answer({"error": sentence}, status=status)
    form = CodeForm()
    return render(request, "techniques/join.html", {"form": form, "sentence": sentence}, status=status)


@guest
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """Ask for the code. ``?code=`` and a form on another page may bring it along."""
    typed = request.POST if request.method == "POST" else request.GET if "code" in request.GET else None
    form = CodeForm(typed)
    if typed is not None and form.is_valid():
        try:
            session = _session(request, form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            if session is not None:
                return (
                    room_views.draw_over(request, session)
                    if session.is_over
                    else redirect("join_session", session.code)
                )
            form.add_error(
                "code", "This code does not work. Check it for typing mistakes. If it is right, the session may be over"
            )
    return render(request, "techniques/join.html", {"form": form}, status=status_of(form))


@guest
@by_code
def join_session(request: HttpRequest, session: Session) -> HttpResponse:
    """Ask a guest for a name; a member comes in with one press."""
    member = participant_lookup.membership_in(session, _person(request))
    if participant_lookup.participant_of(session, _person(request), request.COOKIES):
        return redirect("join_room", session.code)
    person = member.person if member and "as_member" in request.POST else None
    form = NameForm(request.POST if request.method == "POST" and person is None else None)
    form.fields["key"].initial = guest_cookies.new_key()
    if request.method == "POST" and (person or form.is_valid()):
        key = (form.cleaned_data["key"] if form.is_bound else "") or guest_cookies.new_key()
        name = str(person) if person else form.cleaned_data["name"]
        try:
            actions.join(session, name=name, key=key, person=person, at=timezone.now())
        except Refusal as refusal:
            form = form if form.is_bound else NameForm({"key": key})
            form.add_error("name", str(refusal))
        else:
            return _let_in(session, key, remember=person is None)
    values = {"session": session, "form": form, "member": member}
    return render(request, "techniques/join_session.html", values, status=status_of(form))


def _let_in(session: Session, key: str, *, remember: bool) -> HttpResponse:
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


def _person(request: HttpRequest) -> Person | None:
    return request.user if isinstance(request.user, Person) else None


def _seat(request: HttpRequest, session: Session) -> room_views.Seat | None:
    participant = participant_lookup.participant_of(session, _person(request), request.COOKIES)
    return room_views.Seat(session, Audience.PARTICIPANT, participant) if participant else None


@guest
@by_code
def join_room(request: HttpRequest, session: Session) -> HttpResponse:
    """The room on somebody’s phone; before it is open, the place to wait."""
    seat = _seat(request, session)
    if seat is None:
        return redirect("join_session", session.code)
    if not session.is_live:
        return render(request, "techniques/room_waiting.html", {"session": session, "seat": seat})
    return room_views.draw_room(request, seat)


@guest
@by_code
@require_POST
def join_leave(request: HttpRequest, session: Session) -> HttpResponse:
    """Go, so that somebody else can join with this phone. What was written stays."""
    seat = _seat(request, session)
    if seat and seat.participant:
        actions.leave(seat.participant, at=timezone.now())
    answer = redirect("join_session", session.code)
    answer.delete_cookie(guest_cookies.cookie_name(session.pk))
    return answer


@guest
@by_code_even_over
@require_POST
def join_note(request: HttpRequest, session: Session) -> HttpResponse:
    seat = _seat(request, session)
    return room_views.save_note(request, seat) if seat else _not_in(request, session)


@guest
@by_code
def join_note_change(request: HttpRequest, session: Session, handle: UUID) -> HttpResponse:
    seat = _seat(request, session)
    return room_views.change_note(request, seat, handle) if seat else _not_in(request, session)


@guest
@by_code
def join_mine(request: HttpRequest, session: Session) -> HttpResponse:
    seat = _seat(request, session)
    return room_views.own_notes(request, seat) if seat else _not_in(request, session)


@guest
@by_code_even_over
def join_since(request: HttpRequest, session: Session, number: int) -> HttpResponse:
    seat = _seat(request, session)
    return room_views.news_since(seat, number) if seat else _not_in(request, session)


def _not_in(request: HttpRequest, session: Session) -> HttpResponse:
    """Somebody who has not come in by the door, or whose browser has forgotten it."""
    if room_views.wants_json(request):
        return room_views.json_answer(
            {"error": "Join the session again: this browser is no longer known here."}, status=403
        )
    if request.method == "POST":
        return redirect("join_session", session.code)
    raise Http404


@guest
@by_code
def join_calendar(request: HttpRequest, session: Session) -> HttpResponse:
    """The date as a file for a calendar."""
    url = join_links.absolute(request, "join_session", session.code)
    text = calendars.event(
        ident=f"session-{session.pk}@{request.get_host().partition(':')[0]}",
        version=session.version,
        title=session.title,
        words=f"{session.technique.name}. Join with the code {session.code_in_words}: {url}",
        place=session.place,
        url=url,
        starts_at=session.starts_at,
        minutes=session.minutes,
        at=timezone.now(),
    )
    headers = {"Content-Disposition": 'attachment; filename="session.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
