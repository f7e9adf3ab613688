"""The kit for pages: what a view does with a form, a refusal, a conflict and a success. One way for all apps."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kmportal.lib.addresses import left_out_sentence
from kmportal.lib.conflicts import Difference, both_versions
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import status_of
from kmportal.lib.prepared import Prepared

P = ParamSpec("P")
Row = TypeVar("Row")


@contextmanager
def refusals_on(form: forms.BaseForm, field: str | None = None) -> Iterator[None]:
    """Show what the action inside refuses as an error of the form: beside ``field``, or on top.

    ``with refusals_on(form, "reason"): actions.drop_action(…); return done(…)``; the code after it runs only when the
    action refused. A form without that field shows the sentence on top.
    """
    try:
        yield
    except Refusal as refusal:
        form.add_error(field if field in form.fields else None, str(refusal))


@contextmanager
def refusals_said(request: HttpRequest) -> Iterator[None]:
    """Show what the action inside refuses as a message on the next page: for buttons that have no form."""
    try:
        yield
    except Refusal as refusal:
        request.is_refused = True  # type: ignore[attr-defined]  # so that organisations.once lets it be tried again
        messages.error(request, str(refusal))


@contextmanager
def conflicts_on(
    form: forms.BaseForm, fresh: Callable[[], Any], shown: Callable[[Any], Any] = lambda row: row
) -> Iterator[list[Difference]]:
    """When the action inside raises ``Stale``, put both versions side by side: the list that it yields is filled.

    ``fresh`` reads the row as it stands now (with its ``version``); ``shown`` gives its values by name where the row’s
    own attributes are not what the form asks for.
    """
    differences: list[Difference] = []
    try:
        yield differences
    except Stale:
        row = fresh()
        differences += both_versions(form, shown(row), version=row.version)


def first_or_404(rows: Prepared[P, Row], *args: P.args, **kwargs: P.kwargs) -> Row:
    """The first row of a prepared statement. Raises ``Http404`` where there is none."""
    found = rows.first(*args, **kwargs)
    if found is None:
        raise Http404
    return found


def done(request: HttpRequest, words: str, to: Any, *args: Any) -> HttpResponse:
    """Say what was done, and go to a page: a thing, a URL name with its arguments, or a path."""
    messages.success(request, words)
    return redirect(to, *args)


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    verb: str,
    back: str,
    back_words: str = "Leave it as it was",
    intro: str = "",
    crumbs: Sequence[tuple[str, str]] = (),
    template: str = "components/form_page.html",
    **values: Any,
) -> HttpResponse:
    """A whole page for one form: heading, what to put right, the form, the verb button and a way back.

    Answers 422 when the form was sent with errors. ``template`` may extend ``components/form_page.html`` and fill its
    blocks ``before_form`` and ``after_form``.
    """
    context = {"form": form, "title": title, "verb": verb, "back": back, "back_words": back_words, "intro": intro}
    return render(request, template, {**context, "crumbs": crumbs, **values}, status=status_of(form))


_LEFT_OUT = "left_out_addresses"


def leave_out(request: HttpRequest, bad: Sequence[str]) -> None:
    """Say which addresses were not used, and keep them for the box of the next page: nothing typed is lost."""
    if bad:
        messages.warning(request, left_out_sentence(bad))
        request.session[_LEFT_OUT] = list(bad)


def take_left_out(request: HttpRequest) -> str:
    """What the box of addresses begins with: the ones that were left out just now, once."""
    return "\n".join(request.session.pop(_LEFT_OUT, ()))
