"""Pages that belong to no app: help, statements, the sheet of components, and what is said when something breaks."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from kmportal.lib.disk import is_disk_full
from kmportal.lib.glossary import glossary
from kmportal.lib.samples import component_values

View = Callable[..., HttpResponse]


def _open_to_all(view: View) -> View:
    """Open to everybody. The mark is the one that the walk over all addresses reads."""
    marked = login_not_required(view)
    marked.access = "public"  # type: ignore[attr-defined]
    return marked


@_open_to_all
def help_page(request: HttpRequest) -> HttpResponse:
    """What each part of the portal does, in a few sentences."""
    return render(request, "pages/help.html")


@_open_to_all
def words(request: HttpRequest) -> HttpResponse:
    """The portal’s own words and what they mean."""
    return render(request, "pages/words.html", {"groups": glossary().groups})


@_open_to_all
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "pages/accessibility.html")


@_open_to_all
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why and for how long."""
    return render(request, "pages/privacy.html")


@_open_to_all
def components(request: HttpRequest) -> HttpResponse:
    """Every component once, drawn by the templates and tags that all pages use: for developers, in the demo and in
    debug alone."""
    if not (settings.DEMO or settings.DEBUG or settings.TESTING):
        raise Http404
    return render(request, "pages/components.html", component_values())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. Drawn without the request: what is wrong with it may break the frame of the page too. Whose session
    was ended while we answered signs in again."""
    if isinstance(exception, SessionInterrupted):
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a member whose role does not open this page."""
    return render(request, "403.html", {"introduction": None}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing there, or nothing for this person; both look the same."""
    return render(request, "404.html", {"introduction": None}, status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: more of the same than a person sends. Drawn without the request, which may come in floods."""
    minutes = settings.BRAKE_MINUTES
    page = render_to_string("429.html", {"minutes": minutes})
    return HttpResponse(page, status=429, headers={"Retry-After": str(minutes * 60)})


def server_error(request: HttpRequest) -> HttpResponse:
    """500, 507 when there is no room to save, or 503 when the database does not answer. Touches neither database nor
    session."""
    if is_disk_full(sys.exc_info()[1]):
        return HttpResponse(render_to_string("507.html"), status=507)
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
