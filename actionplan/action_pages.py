"""The page on which somebody adds an action for a thing of an app above: an intervention, a session, a lesson."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse

from actionplan.forms import ActionForm
from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on
from organisations.requests import MemberRequest


def action_page(
    request: MemberRequest,
    add: Callable[..., Action],
    *,
    thing: str,
    back: str,
    intro: str,
    crumbs: Sequence[tuple[str, str]],
    initial: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Ask for an action and make it by ``add(by=…, at=…, **words)``; afterwards the ``thing`` at ``back`` is shown.

    What ``add`` refuses is said on top of the form.
    """
    form = ActionForm(sent(request), membership=request.membership, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            action = add(by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"{quoted(action)} is now listed with this {thing}.", back)
    return form_page(
        request,
        form,
        title=worded("Add an action"),
        verb=worded("Add the action"),
        back=back,
        back_words=f"Back to the {worded(thing)}",
        intro=intro,
        crumbs=crumbs,
    )
