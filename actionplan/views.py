"""The pages of actions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from actionplan import actions, policies, reports
from actionplan.filters import DONE, MINE, YEAR_BACK, ActionFilter
from actionplan.forms import ActionForm, DropForm, HandOverForm, MoveForm, WordsForm
from actionplan.models import Action
from actionplan.tokens import is_token_of
from kmportal.lib.conflicts import Difference
from kmportal.lib.csv import csv_download
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import posted, sent
from kmportal.lib.links import path_here
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import guest, requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest

ROWS = 50


@requires(Permission.READ)
def action_list(request: MemberRequest, organisation: Organisation) -> HttpResponseBase:
    """Mine, everybody’s or what is done; as a page, or as CSV of what the page shows."""
    today = timezone.localdate()
    chosen = ActionFilter(
        request.GET, reports.listed(request.membership), membership=request.membership, on=today, show=MINE
    )
    wanted, rows = chosen.chosen, chosen.qs
    if request.GET.get("format") == "csv":
        return csv_download("actions", reports.COLUMNS, list(reports.table(rows, request.membership, on=today)))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    is_over = wanted["show"] in (DONE, YEAR_BACK)
    context = {
        "page": page,
        "title": reports.TITLES[wanted["show"]],
        "words": reports.words_of_list(wanted["show"], wanted["when"]),
        "chosen": wanted,
        "counts": reports.counts(request.membership, on=today),
        "owners": reports.owners(request.membership) if wanted["show"] != "mine" else [],
        "times": [("", "Any time"), *ActionFilter.WHEN],
        "is_all": wanted["show"] == "all",
        "sections": [] if is_over else reports.sections(page, request.membership, on=today),
        "lines": reports.lines(page, request.membership, on=today) if is_over else [],
    }
    return render(request, "actionplan/action_list.html", context)


@requires(Permission.READ)
def action_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """An action that comes from nowhere else."""
    form = ActionForm(sent(request), membership=request.membership)
    if form.is_valid():
        with refusals_on(form):
            action = actions.add_action(organisation, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"{quoted(action)} is on the list.", action)
    back = reverse("action_list", args=[organisation.slug])
    return form_page(
        request,
        form,
        title=worded("Add an action"),
        verb=worded("Add the action"),
        back=back,
        back_words="Back to the list",
    )


@requires(Permission.READ)
def action_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One action: what, who, by when, where from, and its story."""
    action = _find_action(request, pk)
    context = {
        "action": action,
        "page": reports.ActionPage.build(action, request.membership, on=timezone.localdate()),
        "changes": action.changes.select_related("by"),
    }
    return render(request, "actionplan/action_detail.html", context)


@requires(Permission.READ)
@require_POST
def action_done(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press, from wherever the action is shown; a second press changes nothing."""
    action = _find_action(request, pk)
    with refusals_said(request):
        note = posted(request, "note")[:500]
        actions.complete_action(action, by=request.membership, at=request.now, note=note)
        back = _next_address(request, action)
        words = render_to_string("actionplan/_done_message.html", {"action": action, "back": back}, request=request)
        messages.success(request, mark_safe(words))  # noqa: S308  a rendered template
        return redirect(back)
    return redirect(action)


@requires(Permission.READ)
@require_POST
def action_reopen(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Undo."""
    action = _find_action(request, pk)
    with refusals_said(request):
        actions.reopen_action(action, by=request.membership, at=request.now)
        messages.success(request, f"{quoted(action)} is open again.")
        return HttpResponseRedirect(_next_address(request, action))
    return redirect(action)


@requires(Permission.READ)
def action_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The words. Whoever saves second is shown both versions and chooses."""
    action = _find_action(request, pk, to_change=True)
    form = WordsForm(sent(request), instance=_find_action(request, pk), initial={"version": action.version})
    differences: list[Difference] = []
    if form.is_valid():
        with refusals_on(form), conflicts_on(form, lambda: action) as differences:
            actions.reword_action(action, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, "The wording is saved.", action)
    return _action_page(request, action, form, title="Reword it", verb="Save the wording", differences=differences)


@requires(Permission.READ)
def action_move(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Another day, and why; or the first day."""

    def move(action: Action, wanted: dict[str, Any]) -> str:
        actions.reschedule_action(
            action, by=request.membership, at=request.now, to=wanted["to"], reason=wanted.get("reason", "")
        )
        return f"It is due on {long_day(action.due_on)} now." if action.due_on else "It has no date now."

    is_first = _find_action(request, pk, to_change=True).due_on is None
    words = "Set the date" if is_first else "Move the date"
    return _run_change(request, pk, MoveForm(sent(request), is_first=is_first), move, title=words, verb=words)


@requires(Permission.READ)
def action_hand_over(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Somebody else does it from now on."""

    def hand_over(action: Action, wanted: dict[str, Any]) -> str:
        actions.hand_over_action(action, by=request.membership, at=request.now, **wanted)
        return f"{action.owner_name} does it now."

    form = HandOverForm(sent(request), membership=request.membership)
    return _run_change(request, pk, form, hand_over, title="Hand it over", verb="Hand it over")


@requires(Permission.READ)
def action_drop(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It will not be done, and why."""

    def drop(action: Action, wanted: dict[str, Any]) -> str:
        actions.drop_action(action, by=request.membership, at=request.now, **wanted)
        return f"{quoted(action)} is dropped."

    return _run_change(
        request, pk, DropForm(sent(request)), drop, title=worded("Drop this action"), verb=worded("Drop the action")
    )


@never_cache
@guest
def action_guest(request: GuestRequest, slug: str, pk: int, token: str) -> HttpResponse:
    """For a guest who owns it, from the link in their mail: read it, and say that it is done."""
    action = get_object_or_404(Action.objects.select_related("organisation", "author"), pk=pk, organisation__slug=slug)
    if not is_token_of(token, action):
        raise Http404
    with action.organisation.at_home():
        if request.method == "POST":
            actions.complete_as_guest(action, token=token, at=request.now, note=posted(request, "note"))
            return redirect(request.path)
        source = reports.sources_of([action], None).get(action.pk)
        return render(request, "actionplan/action_guest.html", {"action": action, "source": source})


def _find_action(request: MemberRequest, pk: int, *, to_change: bool = False) -> Action:
    """One that this member may see, also what a group shares with them; to change it they must be concerned."""
    rows = Action.objects.visible_to(request.membership)
    action = get_object_or_404(
        rows.select_related("organisation", "owner", "author", "told_when_late", "done_by", "group"), pk=pk
    )
    if to_change and not policies.may_change(request.membership, action):
        raise PermissionDenied
    return action


def _run_change(
    request: MemberRequest,
    pk: int,
    form: forms.Form,
    change: Callable[[Action, dict[str, Any]], str],
    *,
    title: str,
    verb: str,
) -> HttpResponse:
    """A page with one form that changes the action; ``change`` answers the sentence to show afterwards."""
    action = _find_action(request, pk, to_change=True)
    if form.is_valid():
        with refusals_on(form):
            return done(request, change(action, form.cleaned_data), action)
    return _action_page(request, action, form, title=title, verb=verb)


def _action_page(request: MemberRequest, action: Action, form: forms.BaseForm, **words: Any) -> HttpResponse:
    crumbs = [
        (worded("My actions"), reverse("action_list", args=[action.organisation.slug])),
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


def _next_address(request: MemberRequest, action: Action) -> str:
    """The address of the page on which the button was pressed."""
    return path_here(request.POST.get("next", ""), action.get_absolute_url())
