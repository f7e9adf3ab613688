"""Putting the introduction of a page away, and taking it out again. Each is safe to repeat."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from help.introductions import by_page
from kmportal.lib.links import path_here
from organisations import actions
from organisations.access import signed_in


@require_POST
@signed_in
def introduction_put_away(request: HttpRequest) -> HttpResponse:
    """Show it no more. The script asks for no page back, so that nothing half written is lost."""
    actions.put_away(_page(request), by=request.user)
    return HttpResponse(status=204) if request.htmx else HttpResponseRedirect(_back(request))


@require_POST
@signed_in
def introduction_show(request: HttpRequest) -> HttpResponse:
    """Show it again, and go there."""
    actions.take_out(_page(request), by=request.user)
    return HttpResponseRedirect(f"{_back(request)}#introduction")


@require_POST
@signed_in
def introduction_show_all(request: HttpRequest) -> HttpResponse:
    """Show every introduction again."""
    actions.take_out_all(by=request.user)
    messages.success(request, "Every page shows its introduction again.")
    return redirect("account")


def _page(request: HttpRequest) -> str:
    """Which introduction is meant; one that does not exist is not kept."""
    page = request.POST.get("page", "")
    if page not in by_page():
        raise Http404
    return by_page()[page].page


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is here; else the way in."""
    return path_here(request.POST.get("back", ""), "/")
