"""What holds for every request, whatever page it is for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control

Respond = Callable[[HttpRequest], HttpResponse]
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
