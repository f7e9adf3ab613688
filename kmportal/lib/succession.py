"""Succession: everything that a person can be responsible for, and how somebody else takes it over.

The map ``kmportal/succession.py`` names an ``Owned`` for each, which its app describes in its own ``succession.py``.
Whoever is removed leaves none behind: the administrator hands each on, and what nobody was named for belongs to nobody
and asks for somebody on the home of those who can choose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string


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
    open_rows: Callable[[Any], QuerySet[Any]]
    pass_on: Callable[..., Any]
    must_have: bool = True
    # Those rows for which somebody can still be chosen.
    asked_about: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows

    @property
    def key(self) -> str:
        """What it is called in a form: “roadmap-intervention-owner”."""
        return f"{self.model}-{self.field}".replace(".", "-").lower()

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    def of_person(self, person: Any, organisation: Any) -> QuerySet[Any]:
        """What this person is responsible for in this organisation."""
        return self.open_rows(organisation).filter(**{self.field: person})


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
