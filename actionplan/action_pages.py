"""The page on which somebody promises something for a thing of an app above: an intervention, a session, a lesson."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from actionplan.forms import ActionForm
from actionplan.models import Action
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import form_page, sent
from kmportal.lib.sentences import quoted


def action_page(
    request: HttpRequest,
    promise: Callable[..., Action],
    *,
    thing: str,
    back: str,
    intro: str,
    crumbs: Sequence[tuple[str, str]],
    initial: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Ask for an action and make it by ``promise(by=…, **words)``; afterwards the ``thing`` at ``back`` is shown.

    What ``promise`` refuses is said on top of the form.
    """
    form = ActionForm(sent(request), membership=request.membership, initial=initial)  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            action = promise(by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{quoted(action)} is now listed with this {thing}.")
            return redirect(back)
    return form_page(
        request,
        form,
        title="Add an action",
        verb="Add the action",
        back=back,
        back_words=f"Back to the {thing}",
        intro=intro,
        crumbs=crumbs,
    )
