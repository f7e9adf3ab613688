"""The pages of what was promised."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from actionplan import actions, reports
from actionplan.forms import ActionForm, DropForm, FilterForm, HandOverForm, MoveForm, WordsForm
from actionplan.models import Action
from actionplan.policies import may_change
from actionplan.tokens import is_token_of
from kmportal.lib.conflicts import Difference, both_versions
from kmportal.lib.csv import csv_download
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import form_page, posted, sent
from kmportal.lib.links import path_here
from kmportal.lib.sentences import quoted
from organisations.access import guest, requires
from organisations.models import Organisation
from organisations.permissions import Permission

ROWS = 50


@requires(Permission.READ)
def action_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Mine, everybody’s or what is done; as a page, or as CSV of what the page shows."""
    today = timezone.localdate()
    wanted = FilterForm(request.GET).chosen()
    rows = reports.chosen(request.membership, **wanted, on=today)
    if request.GET.get("format") == "csv":
        return csv_download("actions", reports.COLUMNS, list(reports.table(rows, on=today)))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    done = wanted["show"] == "done"
    context = {
        "page": page,
        "chosen": wanted,
        "counts": reports.counts(request.membership, on=today),
        "owners": reports.owners(request.membership) if wanted["show"] != "mine" else [],
        "times": FilterForm.WHEN,
        "is_all": wanted["show"] == "all",
        "sections": [] if done else reports.sections(page, request.membership, on=today),
        "lines": reports.lines(page, request.membership, on=today) if done else [],
    }
    return render(request, "actionplan/action_list.html", context)


@requires(Permission.READ)
def action_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = ActionForm(sent(request), membership=request.membership)
    if form.is_valid():
        try:
            action = actions.promise(organisation, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{quoted(action)} is on the list.")
            return redirect(action)
    back = reverse("action_list", args=[organisation.slug])
    return form_page(
        request, form, title="Add an action", verb="Add the action", back=back, back_words="Back to the list"
    )


@requires(Permission.READ)
def action_detail(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One promise: what, who, until when, where from, and its story."""
    action = _find(request, pk)
    context = {
        "action": action,
        "changes": action.changes.select_related("by"),
        "may_change": may_change(action, request.membership),
        "late": action.days_late(timezone.localdate()),
    }
    return render(request, "actionplan/action_detail.html", context)


@require_POST
@requires(Permission.READ)
def action_done(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press, from wherever the action is shown; a second press changes nothing."""
    action = _find(request, pk)
    try:
        actions.done(action, by=request.user, at=timezone.now(), note=posted(request, "note")[:500])
    except Refusal as refusal:
        return _refused(request, action, refusal)
    back = _next(request, action)
    words = render_to_string("actionplan/_done_message.html", {"action": action, "back": back}, request=request)
    messages.success(request, mark_safe(words))  # noqa: S308  a rendered template
    return redirect(back)


@require_POST
@requires(Permission.READ)
def action_reopen(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Undo."""
    action = _find(request, pk)
    try:
        actions.reopen(action, by=request.user)
    except Refusal as refusal:
        return _refused(request, action, refusal)
    messages.success(request, f"{quoted(action)} is open again.")
    return HttpResponseRedirect(_next(request, action))


@requires(Permission.READ)
def action_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The words. Whoever saves second is shown both versions and chooses."""
    action = _find(request, pk, to_change=True)
    form = WordsForm(sent(request), instance=_find(request, pk), initial={"version": action.version})
    differences: list[Difference] = []
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            actions.reword(
                action, by=request.user, seen=wanted["version"], title=wanted["title"], detail=wanted["detail"]
            )
        except Stale:
            differences = both_versions(form, action, version=action.version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The wording is saved.")
            return redirect(action)
    return _page(request, action, form, title="Reword it", verb="Save the wording", differences=differences)


@requires(Permission.READ)
def action_move(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    def move(action: Action, wanted: dict[str, Any]) -> str:
        actions.move(action, to=wanted["to"], reason=wanted.get("reason", ""), by=request.user)
        return f"It is due on {long_day(action.due_on)} now." if action.due_on else "It has no date now."

    is_first = _find(request, pk, to_change=True).due_on is None
    words = "Set the date" if is_first else "Move the date"
    return _change(request, pk, MoveForm, move, title=words, verb=words, is_first=is_first)


@requires(Permission.READ)
def action_hand_over(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    def hand_over(action: Action, wanted: dict[str, Any]) -> str:
        actions.hand_over(action, by=request.user, **wanted)
        return f"{action.owner_name} does it now."

    return _change(
        request, pk, HandOverForm, hand_over, title="Hand it over", verb="Hand it over", membership=request.membership
    )


@requires(Permission.READ)
def action_drop(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    def drop(action: Action, wanted: dict[str, Any]) -> str:
        actions.drop(action, by=request.user, reason=wanted["reason"])
        return f"{quoted(action)} is dropped."

    return _change(request, pk, DropForm, drop, title="Drop this action", verb="Drop the action")


@never_cache
@guest
def action_guest(request: HttpRequest, slug: str, pk: int, token: str) -> HttpResponse:
    """For a guest who owns it, from the link in their mail: read it, and say that it is done."""
    action = get_object_or_404(Action.objects.select_related("organisation", "author"), pk=pk, organisation__slug=slug)
    if not is_token_of(token, action):
        raise Http404
    with timezone.override(action.organisation.time_zone):
        if request.method == "POST":
            actions.done_by_guest(action, at=timezone.now(), note=posted(request, "note"))
            return redirect(request.path)
        return render(request, "actionplan/action_guest.html", {"action": action})


def _find(request: HttpRequest, pk: int, *, to_change: bool = False) -> Action:
    """One that this member may see, in this organisation; to change it they must be one of those concerned."""
    rows = Action.objects.visible_to(request.membership).filter(organisation=request.membership.organisation_id)
    action = get_object_or_404(
        rows.select_related("organisation", "owner", "author", "told_when_late", "done_by", "group"), pk=pk
    )
    if to_change and not may_change(action, request.membership):
        raise PermissionDenied
    return action


def _change(
    request: HttpRequest,
    pk: int,
    form_class: type[forms.Form],
    change: Callable[[Action, dict[str, Any]], str],
    *,
    title: str,
    verb: str,
    **form_values: Any,
) -> HttpResponse:
    """A page with one form that changes the action; ``change`` answers the sentence to show afterwards."""
    action = _find(request, pk, to_change=True)
    form = form_class(sent(request), **form_values)
    if form.is_valid():
        try:
            words = change(action, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, words)
            return redirect(action)
    return _page(request, action, form, title=title, verb=verb)


def _page(request: HttpRequest, action: Action, form: forms.BaseForm, **words: Any) -> HttpResponse:
    crumbs = [
        ("My actions", reverse("action_list", args=[action.organisation.slug])),
        (action.title, action.get_absolute_url()),
    ]
    return form_page(
        request,
        form,
        back=action.get_absolute_url(),
        crumbs=crumbs,
        template="components/versioned_form.html",
        subject=action.title,
        **words,
    )


def _refused(request: HttpRequest, action: Action, refusal: Refusal) -> HttpResponse:
    """One who may not is told so with 403; what the state forbids is a sentence on the page of the action."""
    if not may_change(action, request.membership):
        raise PermissionDenied
    messages.error(request, str(refusal))
    return redirect(action)


def _next(request: HttpRequest, action: Action) -> str:
    """The address of the page on which the button was pressed."""
    return path_here(request.POST.get("next", ""), action.get_absolute_url())
