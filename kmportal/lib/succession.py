"""Succession: everything that a person can be responsible for, and how somebody else takes it over.

The map ``kmportal/succession.py`` names an ``Owned`` for each, which its app describes in its own ``succession.py``.
Whoever is removed leaves none behind: the administrator hands each on, and what nobody was named for belongs to nobody
and asks for somebody on the home of those who can choose.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from kmportal.lib.sentences import quoted


@dataclass(frozen=True)
class Owned:
    """One way of being responsible: the field that names the person, which rows still count, and handing them on.

    ``needs`` is the permission that somebody must have to be given one, ``chosen_by`` the one of those who look for
    somebody. ``pass_on(row, to=…, by=…, at=…)`` is an action; ``to`` None leaves it to nobody. ``call`` begins the line
    on home where nobody is named: “Find somebody to lead”. ``must_have``: a row without anybody is asked about, too.
    """

    model: str
    field: str
    title: str
    call: str
    needs: str
    chosen_by: str
    # Of an organisation, on a day.
    open_rows: Callable[[Any, date], QuerySet[Any]]
    pass_on: Callable[..., Any]
    must_have: bool = True
    # Those rows for which somebody can still be chosen.
    asked_about: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    # The page on which somebody is chosen for a row.
    chosen_at: Callable[[Any], str] = lambda row: str(row.get_absolute_url())
    # Rows of nobody that somebody let go when they went, where a row may also be nobody’s from the beginning.
    let_go: Q | None = None
    # Whether whoever hands on may choose another for each row. Not where one person may have hundreds.
    is_split: bool = True
    # Who may not have this row, whatever they may do else: keys of people. A query a row, so not where there are many.
    kept_from: Callable[[Any], Collection[int]] = lambda row: ()

    @property
    def key(self) -> str:
        """What it is called in a form: “roadmap-intervention-owner”."""
        return f"{self.model}-{self.field}".replace(".", "-").lower()

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    def of_person(self, person: Any, organisation: Any) -> QuerySet[Any]:
        """What this person is responsible for in this organisation."""
        return self.open_rows(organisation, timezone.localdate()).filter(**{self.field: person})

    def hang_on_nobody(self, organisation: Any, here: Any, *, on: date) -> QuerySet[Any]:
        """What nobody does although somebody should, or somebody who cannot.

        ``here``: the memberships of today in this organisation.
        """
        able = here.may(self.needs).values("person")
        left = Q(**{f"{self.field}__isnull": False}) & ~Q(**{f"{self.field}__in": able})
        if self.must_have:
            left |= Q(**{self.field: None})
        if self.let_go is not None:
            left |= self.let_go
        return self.asked_about(self.open_rows(organisation, on)).filter(left)

    def to_pass_on(self, membership: Any, here: Any, *, on: date) -> QuerySet[Any]:
        """Of these, what this member may read."""
        rows: Any = self.hang_on_nobody(membership.organisation, here, on=on)
        found: QuerySet[Any] = rows.visible_to(membership)
        return found

    def call_for(self, row: Any) -> str:
        """“Find somebody to lead “The move””."""
        return f"{self.call} {quoted(row)}"

    def why_left(self, row: Any) -> str:
        """Why somebody has to be found for a row of ``to_pass_on``."""
        holder = getattr(row, self.field)
        if holder:
            return f"{holder} cannot do it any more"
        return "Nobody is named" if self.must_have else "Whoever had it is no longer here"


@dataclass(frozen=True)
class Belongings:
    """What somebody is responsible for, of one kind."""

    owned: Owned
    rows: list[Any]


def belongings_of(person: Any, organisation: Any) -> list[Belongings]:
    """Everything that this person is responsible for in an organisation, by kind; kinds without any are left out."""
    found = (Belongings(owned, list(owned.of_person(person, organisation))) for owned in owned_kinds())
    return [one for one in found if one.rows]


def owned_kinds() -> list[Owned]:
    """All that are registered, in the order of the map."""
    return [import_string(dotted) for dotted in import_string(getattr(settings, "OWNED", "kmportal.succession.OWNED"))]
