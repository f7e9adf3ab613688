"""Actions of guests whom nobody can write to, for the mail of the day of whoever gave them."""

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial

from actionplan.models import Action
from kmportal.lib.promises import Promised


def guests(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Open actions of guests without an address, on their day: whoever wrote them down has to say it."""
    rows = Action.objects.open().filter(owner=None, guest_email="", due_on__lte=until).exclude(guest_name="")
    rows = rows.exclude(author=None) if people is None else rows.filter(author__in=people)
    for row in rows.select_related("organisation", "author").order_by("pk"):
        if row.author is not None and row.due_on is not None:
            yield Promised(
                "guest-action", row.pk, row.author, row.organisation, row.title, row.get_absolute_url(), row.due_on,
                partial(_words, f"Remind {row.guest_name}: the portal cannot write to them"),
            )  # fmt: skip


def _words(words: str, on: date) -> str:
    """The same on each day."""
    return words
