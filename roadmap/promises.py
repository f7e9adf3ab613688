"""What somebody does in the plan, for the mail of the day: when it begins, and when it ends."""

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial

from django.db.models import Q

from kmportal.lib.days import day_in_words, due_in_words
from kmportal.lib.promises import Promised
from roadmap.models import Intervention

State = Intervention.State


def interventions(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Those that end until then and are not done, and those that should have begun. Paused ones are left in peace."""
    rows = Intervention.objects.filter(state__in=[State.PLANNED, State.DOING]).exclude(owner=None)
    rows = rows.filter(Q(ends_on__lte=until) | Q(state=State.PLANNED, starts_on__lte=until))
    if people is not None:
        rows = rows.filter(owner__in=people)
    for row in rows.select_related("programme__organisation", "owner").order_by("pk"):
        if row.ends_on is not None and row.ends_on <= until:
            yield _promised(row, "intervention-end", row.ends_on, _end_in_words)
        elif row.starts_on is not None:
            yield _promised(row, "intervention-begin", row.starts_on, _beginning_in_words)


def _promised(row: Intervention, kind: str, day: date, words: object) -> Promised:
    assert callable(words)  # noqa: S101  one of the two below
    return Promised(
        kind, row.pk, row.owner, row.organisation, row.title, row.get_absolute_url(), day, partial(words, day)
    )


def _end_in_words(day: date, on: date) -> str:
    return f"In the plan, {due_in_words(day, on=on)}"


def _beginning_in_words(day: date, on: date) -> str:
    verb = "should have begun" if day < on else "begins"
    return f"In the plan, {verb} {day_in_words(day, on=on)}"
