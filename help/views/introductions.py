"""Putting the introduction of a page away, and taking it out again. Each is safe to repeat."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from help import actions
from help.introductions import by_page
from kmportal.lib.links import path_here
from organisations.access import signed_in
from organisations.requests import PersonRequest


@require_POST
@signed_in
def introduction_put_away(request: PersonRequest) -> HttpResponse:
    """Show it no more. The script asks for no page back, so that nothing half written is lost."""
    actions.hide_introduction(_asked_page(request), by=request.user)
    return HttpResponse(status=204) if request.htmx else HttpResponseRedirect(_way_back(request))


@require_POST
@signed_in
def introduction_show(request: PersonRequest) -> HttpResponse:
    """Show it again, and go there."""
    actions.show_introduction(_asked_page(request), by=request.user)
    return HttpResponseRedirect(f"{_way_back(request)}#introduction")


@require_POST
@signed_in
def introduction_show_all(request: PersonRequest) -> HttpResponse:
    """Show every introduction again."""
    actions.show_all_introductions(by=request.user)
    messages.success(request, "Every page shows its introduction again.")
    return redirect("account")


def _asked_page(request: PersonRequest) -> str:
    """Which introduction is meant; one that does not exist is not kept."""
    page = request.POST.get("page", "")
    if page not in by_page():
        raise Http404
    return by_page()[page].page


def _way_back(request: PersonRequest) -> str:
    """Where the person came from, if that is here; else the way in."""
    return path_here(request.POST.get("back", ""), "/")
