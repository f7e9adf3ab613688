"""Presses: the buttons of a page, chosen by its report and drawn by the template.

Which ones there are follows from the ``policies`` of the app, the same that its actions and the API’s ``allowed`` ask,
so that a page never offers what the action refuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# How a press looks: class names of the kit.
LOOKS = {
    "": "govuk-button",
    "secondary": "govuk-button govuk-button--secondary",
    "small": "govuk-button govuk-button--secondary km-btn--small",
    "quiet": "km-btn km-btn--quiet",
    "warning": "govuk-button govuk-button--warning",
}


@dataclass(frozen=True)
class Press:
    """One button: the move that it makes (as the policies call it), its word, and where it goes.

    ``is_form`` leads to a page with a form; else one press does it. ``about`` is read out after the word. ``fields``
    are sent along with a press, as (name, value).
    """

    move: str
    word: str
    url: str
    is_form: bool = False
    look: str = ""
    icon: str = ""
    about: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def classes(self) -> str:
        return LOOKS[self.look]


def offered(presses: Iterable[Press], allowed: Iterable[str]) -> list[Press]:
    """Those whose move is allowed, in their order."""
    moves = set(allowed)
    return [press for press in presses if press.move in moves]
