"""The pages of who curates: lessons to mend, all tags, and one of them with what can be done with it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.forms import sent, status_of
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons.actions import tags
from lessons.forms.tags import RenameForm, ReplaceForm
from lessons.labels import flags_in_words
from lessons.models import Tag
from lessons.reports import ListHead
from lessons.reports.mending import MendingList
from lessons.reports.tags import perhaps_the_same, tag_rows
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 50
RETIRED = "retired"


@requires(Permission.FACILITATE)
@require_safe
def tag_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All tags with their lessons, by name; those that are no longer used apart."""
    every = Tag.ever_used.filter(organisation=organisation).select_related("replaced_by")
    is_retired = request.GET.get("which") == RETIRED
    rows = every.filter(retired_at__isnull=not is_retired).order_by("name", "pk")
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(name_key__contains=key_of_name(words[:80]))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": tag_rows(list(page), request.membership),
        "page": page,
        "q": words,
        "which": RETIRED if is_retired else "",
        "numbers": [every.filter(retired_at=None).count(), every.exclude(retired_at=None).count()],
        "same": [] if words or is_retired else perhaps_the_same(request.membership),
        "head": ListHead.build(request.membership, "tags"),
    }
    return render(request, "lessons/tag_list.html", context)


@requires(Permission.FACILITATE)
def tag_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One tag: another name, or another tag in its place."""
    tag = _tag_or_404(request, pk)
    which = request.POST.get("do", "")
    rename = RenameForm(sent(request) if which == "rename" else None, initial={"name": tag.name}, prefix="rename")
    replace = ReplaceForm(sent(request) if which == "replace" else None, prefix="replace")
    if rename.is_valid():
        with refusals_on(rename, "name"):
            row = tags.rename_tag(tag, by=request.membership, at=request.now, **rename.cleaned_data)
            return done(request, f"The tag is called {quoted(row)} now.", "tag_edit", organisation.slug, pk)
    if replace.is_valid():
        with refusals_on(replace, "name"):
            other = tags.replace_tag(tag, by=request.membership, at=request.now, **replace.cleaned_data)
            said = f"{quoted(other)} stands in the place of {quoted(tag)} now."
            return done(request, said, "tag_edit", organisation.slug, other.pk)
    context = {
        "row": tag_rows([tag], request.membership)[0],
        "tag": tag,
        "rename": rename,
        "replace": replace,
        "wrong": replace if which == "replace" else rename,
    }
    return render(request, "lessons/tag_edit.html", context, status=status_of(rename, replace))


@requires(Permission.FACILITATE)
@require_POST
def tag_retire(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Put it out of use."""
    tag = _tag_or_404(request, pk)
    with refusals_said(request):
        tags.retire_tag(tag, by=request.membership, at=request.now)
        return done(
            request, f"{quoted(tag)} is not used any more. You can bring it back.", "tag_list", organisation.slug
        )
    return redirect("tag_edit", organisation.slug, pk)


@requires(Permission.FACILITATE)
@require_POST
def tag_restore(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Bring it back."""
    tag = _tag_or_404(request, pk)
    with refusals_said(request):
        tags.restore_tag(tag, by=request.membership, at=request.now)
        return done(request, f"{quoted(tag)} is back.", "tag_edit", organisation.slug, pk)
    return redirect("tag_edit", organisation.slug, pk)


@requires(Permission.FACILITATE)
@require_safe
def lesson_mending(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Checked lessons in which something is missing or damaged."""
    built = MendingList.build(request.membership, request.GET.get("which", ""))
    page = Paginator(built.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **vars(built),
        "page": page,
        "lines": [(lesson, flags_in_words(lesson)) for lesson in page],
        "head": ListHead.build(request.membership, "mending"),
    }
    return render(request, "lessons/lesson_mending.html", context)


def _tag_or_404(request: MemberRequest, pk: int) -> Tag:
    rows = Tag.ever_used.filter(organisation=request.membership.organisation_id)
    return get_object_or_404(rows.select_related("organisation", "replaced_by"), pk=pk)
