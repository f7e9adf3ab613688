"""Knowledge assets: the list, one as a page and on paper, writing it, what belongs to it, and its earlier versions."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from attachments.inspection import CheckedFile
from kmportal.lib.conflicts import Difference, compare
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Stale
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import PageOf, page_number, whole_number
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import assets
from lessons.actions.asset_files import add_files
from lessons.forms.assets import AssetForm, PartForm
from lessons.models import Asset, AssetPart
from lessons.reports import ListHead
from lessons.reports.assets import AssetPage, asset_rows
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import index

PER_PAGE = 20


@requires(Permission.READ)
@require_safe
def asset_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All that this member may read, the newest first; or what fits some words, the best first."""
    words = request.GET.get("q", "").strip()[:500]
    readable = Asset.objects.visible_to(request.membership).select_related("organisation", "group", "owner")
    if words:
        hits = index.find(
            request.membership, words, kinds=["asset"], page=page_number(request.GET), per_page=PER_PAGE, correct=True
        )
        found = readable.in_bulk([hit.ident for hit in hits.hits])
        rows = [found[hit.ident] for hit in hits.hits if hit.ident in found]
        page: Any = PageOf(hits.page, PER_PAGE, hits.total, hits.more)
    else:
        page = Paginator(readable, PER_PAGE).get_page(request.GET.get("page"))
        rows = list(page)
    context = {"rows": asset_rows(rows), "page": page, "q": words, "head": ListHead.build(request.membership, "assets")}
    return render(request, "lessons/asset_list.html", context)


@requires(Permission.READ)
@require_safe
def asset_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What it is for, what it says, what belongs to it, and who says so."""
    page = AssetPage.build(asset_or_404(request, pk), request.membership)
    return render(request, "lessons/asset_detail.html", vars(page))


@requires(Permission.READ)
@require_safe
def asset_print(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The same for paper."""
    page = AssetPage.build(asset_or_404(request, pk), request.membership)
    return render(request, "lessons/asset_print.html", vars(page))


@requires(Permission.READ)
@require_safe
def asset_history(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What each version changed, the newest first."""
    asset = asset_or_404(request, pk)
    revisions = list(asset.revisions.select_related("by"))
    labels = {name: str(AssetForm.base_fields[name].label) for name in assets.WORDS}
    changes = [
        (new, compare([(label, getattr(old, name), getattr(new, name)) for name, label in labels.items()]))
        for new, old in pairwise(revisions)
    ]
    context = {"asset": asset, "changes": changes, "first": revisions[-1] if revisions else None}
    return render(request, "lessons/asset_history.html", context)


@requires(Permission.CONTRIBUTE)
def asset_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Begin a draft."""
    form = AssetForm(sent(request), membership=request.membership)
    if form.is_valid():
        with refusals_on(form, "share_with"):
            key = form.cleaned_data["once"]
            asset = assets.start_asset(organisation, by=request.membership, at=request.now, once=key, **form.values())
            said = "Your draft is kept. Only you can see it. Now add what belongs to it."
            return done(request, said, "asset_detail", organisation.slug, asset.pk)
    return _page_of_form(request, form, None)


@requires(Permission.CONTRIBUTE)
def asset_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words, other readers, another day."""
    asset = asset_or_404(request, pk)
    if not policies.may_write_asset(request.membership, asset):
        raise PermissionDenied
    form = AssetForm(sent(request), instance=asset, membership=request.membership, initial={"version": asset.version})
    differences: list[Difference] = []
    if form.is_valid():
        seen = form.cleaned_data["version"] or 0
        fresh = asset_or_404(request, pk)
        with refusals_on(form, "share_with"), conflicts_on(form, lambda: asset_or_404(request, pk)) as differences:
            assets.write_asset(fresh, by=request.membership, at=request.now, seen=seen, **form.values())
            return done(request, "The change is saved.", "asset_detail", organisation.slug, pk)
    return _page_of_form(request, form, asset, differences)


@requires(Permission.CONTRIBUTE)
def asset_part_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Add a lesson, files, a link or somebody to ask."""
    asset = asset_or_404(request, pk)
    if not policies.may_write_asset(request.membership, asset):
        raise PermissionDenied
    form = PartForm(sent(request), request.FILES or None, asset=asset, membership=request.membership)
    if form.is_valid():
        with refusals_on(form):
            _add(asset, request, **form.cleaned_data)
            return done(request, "It belongs to it now.", "asset_detail", organisation.slug, pk)
        form.ask_for_files_again()
    return form_page(
        request,
        form,
        title="Add something",
        verb="Add it",
        back=_page(request, "asset_detail", pk),
        crumbs=[*_crumbs(request), (asset.title, _page(request, "asset_detail", pk))],
    )


def _add(asset: Asset, request: MemberRequest, *, uploads: Sequence[CheckedFile], **values: Any) -> None:
    if values["kind"] == AssetPart.Kind.FILE:
        add_files(asset, by=request.membership, at=request.now, files=uploads, note=values["note"])
    else:
        assets.add_part(asset, by=request.membership, at=request.now, **values)


@requires(Permission.READ)
@require_POST
def asset_part_away(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take one thing out, or one’s own name off."""
    readable = Asset.objects.visible_to(request.membership)
    rows = AssetPart.objects.filter(asset__in=readable).select_related("asset__organisation", "asset__group", "file")
    part = get_object_or_404(rows, pk=pk)
    if not policies.may_remove_part(request.membership, part):
        raise PermissionDenied
    assets.remove_part(part, by=request.membership, at=request.now)
    return done(request, "It is taken out.", "asset_detail", organisation.slug, part.asset_id)


@requires(Permission.CONTRIBUTE)
@require_POST
def asset_publish(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let others read it."""
    return _press(request, pk, assets.publish_asset, "Others can read it now.")


@requires(Permission.CONTRIBUTE)
@require_POST
def asset_take(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Look after it."""
    return _press(request, pk, assets.take_asset, "You look after it now.")


@requires(Permission.CONTRIBUTE)
@require_POST
def asset_keep(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say that it still holds."""
    asset = asset_or_404(request, pk)
    # Another day than the one that was read there changes nothing.
    seen = asset.review_on if request.POST.get("seen") == str(asset.review_on) else None
    with refusals_said(request):
        kept = assets.keep_asset(asset, by=request.membership, at=request.now, seen=seen)
        until = f" It is looked at again by {long_day(kept.review_on)}." if kept.review_on else ""
        return done(request, f"Thank you.{until}", asset)
    return redirect(asset.get_absolute_url())


@requires(Permission.CONTRIBUTE)
@require_POST
def asset_check(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say that what one has read is right."""
    asset, number = asset_or_404(request, pk), whole_number(request.POST.get("number", "")) or 0
    with refusals_said(request):
        try:
            assets.check_asset(asset, by=request.membership, at=request.now, number=number)
        except Stale:
            return done(request, "It has changed while you read. Read it again first.", asset)
        return done(request, "Thank you. It says now that you checked it.", "asset_detail", organisation.slug, pk)
    return redirect("asset_detail", organisation.slug, pk)


@requires(Permission.CONTRIBUTE)
@require_POST
def asset_discard(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Throw a draft away."""
    asset = asset_or_404(request, pk)
    with refusals_said(request):
        assets.discard_asset(asset, by=request.membership, at=request.now)
        return done(request, "The draft is thrown away.", "asset_list", organisation.slug)
    return redirect("asset_detail", organisation.slug, pk)


def _press(request: MemberRequest, pk: int, deed: Callable[..., Any], said: str) -> HttpResponse:
    asset = asset_or_404(request, pk)
    with refusals_said(request):
        deed(asset, by=request.membership, at=request.now)
        return done(request, said, "asset_detail", request.membership.organisation.slug, pk)
    return redirect("asset_detail", request.membership.organisation.slug, pk)


def asset_or_404(request: MemberRequest, pk: int) -> Asset:
    rows = Asset.objects.visible_to(request.membership)
    found = rows.select_related("organisation", "group", "author", "owner", "checked_by")
    return get_object_or_404(found, pk=pk)


def _page(request: MemberRequest, name: str, *args: int) -> str:
    return reverse(name, args=[request.membership.organisation.slug, *args])


def _crumbs(request: MemberRequest) -> list[tuple[str, str]]:
    return [("Knowledge assets", _page(request, "asset_list"))]


def _page_of_form(
    request: MemberRequest, form: AssetForm, asset: Asset | None, differences: list[Difference] | None = None
) -> HttpResponse:
    back = _page(request, "asset_detail", asset.pk) if asset else _page(request, "asset_list")
    context = {
        "form": form,
        "asset": asset,
        "back": back,
        "differences": differences or [],
        "trail": [*_crumbs(request), *([(asset.title, back)] if asset else [])],
    }
    return render(request, "lessons/asset_form.html", context, status=status_of(form))
