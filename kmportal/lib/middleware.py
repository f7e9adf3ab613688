"""What holds for every request, whatever page it is for."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control

from kmportal.lib import domain_words

Respond = Callable[[HttpRequest], HttpResponse]
PAGE_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
# Beside the file: the other fields of the form and what stands between them.
ROOM_FOR_FIELDS = 1024 * 1024


def refuse_oversize(respond: Respond) -> Respond:
    """Refuse a body that no form of ours could be, before anything is read of it. Django puts files of any size on the
    disk, signed in or not, as soon as it looks for the form’s token."""

    def checked(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or len(length) > 15 or int(length) > settings.UPLOAD_LIMIT + ROOM_FOR_FIELDS:
            return HttpResponse(render_to_string("413.html"), status=413)
        return respond(request)

    return checked


def refuse_noughts(respond: Respond) -> Respond:
    """Refuse addresses with a nought in them: PostgreSQL keeps no such text, and to look for one is an error."""

    def checked(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse(render_to_string("400.html"), status=400)
        return respond(request)

    return checked


def keep_words_apart(respond: Respond) -> Respond:
    """Each request begins with our own words and leaves none behind: whose page it is binds theirs."""

    def checked(request: HttpRequest) -> HttpResponse:
        with domain_words.bound(domain_words.OURS):
            return respond(request)

    return checked


_DEVICES = ("camera", "geolocation", "microphone", "payment", "usb")
PERMISSIONS = ", ".join(f"{name}=()" for name in _DEVICES)
_AND_MICROPHONE = PERMISSIONS.replace("microphone=()", "microphone=(self)")


def with_microphone(page: HttpResponse) -> HttpResponse:
    """A page on which somebody may press a button and be heard. The browser still asks them first."""
    page.headers["Permissions-Policy"] = _AND_MICROPHONE
    return page


def forbid_devices(respond: Respond) -> Respond:
    """Permissions-Policy: no page of ours, and nothing that found its way into one, asks for camera or place; but for
    those where somebody may record what they say."""

    def marked(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return marked


def refuse_odd_methods(respond: Respond) -> Respond:
    """Pages are read and forms are sent; whatever else is asked of them is no request of a browser. The API has more
    methods and answers for itself."""

    def checked(request: HttpRequest) -> HttpResponse:
        if request.method not in PAGE_METHODS and not request.path_info.startswith("/api/"):
            return HttpResponseNotAllowed(PAGE_METHODS)
        return respond(request)

    return checked


LIMITED = "limited"  # the key in sessions that end when nobody uses them
SEEN_COOKIE = f"{settings.COOKIE_PREFIX}seen"
REFRESH_SECONDS = 60


def limit_sessions(respond: Respond) -> Respond:
    """Sign out who has not used the portal for the idle limit, or has been signed in for the absolute one.

    When somebody came and was last here stands in a signed cookie of theirs and nowhere on the server, where it could
    be laid beside anonymous answers. It is good for one session only, and a session without it has ended. Requests
    that a page makes by itself (polling, the live board) do not count as using the portal. Stands after the middleware
    of messages.
    """

    def limited(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or not request.session.get(LIMITED):
            response = respond(request)
            if request.session.get(LIMITED) and _is_signed_in(request):  # it has just begun
                now = time.time()
                _set_seen(response, request, began=now, seen=now)
            return response
        began, seen = _read_seen(request)
        now = time.time()
        if now - seen > settings.SESSION_IDLE_MINUTES * 60 or now - began > settings.SESSION_COOKIE_AGE:
            logout(request)
            messages.info(request, "You were signed out, because you had not been here for a while. Sign in to go on.")
            return respond(request)
        response = respond(request)
        key = request.session.session_key if _is_signed_in(request) else None
        if key and now - seen > REFRESH_SECONDS and _is_a_persons_doing(request):
            _set_seen(response, request, began=began, seen=now)
        elif key and key != request.COOKIES.get(settings.SESSION_COOKIE_NAME):  # a new password, a new key
            _set_seen(response, request, began=began, seen=seen)
        return response

    return limited


def _is_signed_in(request: HttpRequest) -> bool:
    """Afterwards: the API, which knows nobody by their session, leaves nobody at all."""
    return request.user is not None and request.user.is_authenticated


def _is_a_persons_doing(request: HttpRequest) -> bool:
    return request.method == "POST" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _salt_of(key: str | None) -> str:
    return f"{SEEN_COOKIE}.{key}"


def _read_seen(request: HttpRequest) -> tuple[float, float]:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    try:
        began, seen = signing.loads(request.COOKIES.get(SEEN_COOKIE, ""), salt=_salt_of(key))
    except (signing.BadSignature, TypeError, ValueError):
        return 0.0, 0.0
    return began, seen


def _set_seen(response: HttpResponse, request: HttpRequest, *, began: float, seen: float) -> None:
    response.set_cookie(
        SEEN_COOKIE,
        signing.dumps([began, seen], salt=_salt_of(request.session.session_key)),
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def keep_private(respond: Respond) -> Respond:
    """Let no proxy keep a page that was drawn for somebody, and have browsers ask again for it, unless its view says
    otherwise. Signing out takes what the browser has kept along: on a ward’s computer the next person would see it by
    going back. (To forbid keeping altogether would cost people the text that they find again by going back.)

    Stands around the middleware of sessions.
    """

    def marked(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        session = getattr(request, "session", None)
        if session is not None and session.accessed and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        if request.method == "POST" and request.path_info == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache"'
        return response

    return marked
