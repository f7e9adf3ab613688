"""The shelf of a community: what it looks after, on a page that can be printed."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import shelf
from communities.forms.shelf import PinEditForm, PinForm
from communities.models import Community, Pin
from communities.reports.community import shelf_rows
from communities.views.finding import community_or_404, crumbs, page
from kmportal.lib.forms import sent
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

# Most shelves stand on one page, so that they are printed whole; a longer one has an address for that, too.
PER_PAGE = 100
WHOLE = "whole"


@requires(Permission.READ)
@require_safe
def shelf_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All that is pinned and that this member may read."""
    community = community_or_404(request, pk)
    if community.moved_to_id:
        return redirect(page(request, "shelf_detail", community.moved_to_id))
    standing = policies.standing_of(request.membership, community)
    rows = shelf_rows(community, request.membership)
    per_page = max(len(rows), PER_PAGE) if WHOLE in request.GET else PER_PAGE
    found = Paginator(rows, per_page).get_page(request.GET.get("page"))
    context = {
        "community": community,
        "rows": list(found),
        "page": found,
        "place": _place(request),
        "allowed": policies.allowed(request.membership, community, standing),
        "trail": crumbs(request, community),
    }
    return render(request, "communities/shelf_detail.html", context)


@requires(Permission.READ)
def pin_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Pin something."""
    community = community_or_404(request, pk)
    if not policies.may_arrange(request.membership, community):
        raise PermissionDenied
    form = PinForm(sent(request), community=community, membership=request.membership)
    if form.is_valid():
        with refusals_on(form):
            shelf.pin_to_shelf(community, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "It stands there now.", _shelf(request, pk))
    return _page_of_form(request, form, community, title="Put something on the shelf", verb="Put it there")


@requires(Permission.READ)
def pin_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What it is good for, who looks after it, until when."""
    pin = _pin_to_arrange(request, pk)
    initial = {"note": pin.note, "owner": pin.owner_id, "review_on": pin.review_on}
    form = PinEditForm(sent(request), community=pin.community, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            shelf.change_pin(pin, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "The change is saved.", _shelf(request, pin.community_id))
    return _page_of_form(request, form, pin.community, title="Who looks after it", verb="Save the change")


@requires(Permission.READ)
@require_POST
def pin_move(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One place up, one place down, or off the shelf."""
    pin = _pin_to_arrange(request, pk)
    with refusals_said(request):
        match request.POST.get("to"):
            case "away":
                shelf.unpin(pin, by=request.membership, at=request.now)
                return done(request, "It is off the shelf.", _shelf(request, pin.community_id))
            case where:
                shelf.move_pin(pin, by=request.membership, at=request.now, up=where == "up")
    return redirect(_shelf(request, pin.community_id))


def _place(request: MemberRequest) -> str:
    """Where on the shelf somebody is, to come back there: the query of its address, empty on the first page."""
    if WHOLE in request.GET:
        return f"?{WHOLE}=1"
    number = whole_number(request.GET.get("page", "")) or 1
    return f"?page={number}" if number > 1 else ""


def _shelf(request: MemberRequest, pk: int) -> str:
    return f"{page(request, 'shelf_detail', pk)}{_place(request)}"


def _pin_to_arrange(request: MemberRequest, pk: int) -> Pin:
    rows = Pin.objects.filter(community__in=Community.objects.visible_to(request.membership))
    pin: Pin = get_object_or_404(rows.select_related("community__organisation", "community__group"), pk=pk)
    if not policies.may_arrange(request.membership, pin.community):
        raise PermissionDenied
    return pin


def _page_of_form(
    request: MemberRequest, form: PinForm | PinEditForm, community: Community, *, title: str, verb: str
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        verb=verb,
        back=_shelf(request, community.pk),
        back_words="Back to the shelf",
        crumbs=crumbs(request, community, ("What we look after", _shelf(request, community.pk))),
    )
