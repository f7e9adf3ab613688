"""The audit trail as lines that a person can read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery

from kmportal.lib import things
from kmportal.lib.days import long_day
from organisations.events import vocabulary
from organisations.models import AuditEntry, AuditName, Organisation

COLUMNS = ("When", "Who", "What", "Kind", "Number", "Name", "Facts")


def trail(organisation: Organisation, *, person: int | None = None, kind: str = "") -> QuerySet[AuditEntry]:
    """The trail, newest first, each row with the names as they stood (``who`` and ``what``), in one query."""
    names = AuditName.objects.filter(organisation=OuterRef("organisation"))
    rows = AuditEntry.objects.filter(organisation=organisation).annotate(
        who=Subquery(names.filter(kind="person", ident=OuterRef("actor_id")).values("name")[:1]),
        what=Subquery(names.filter(kind=OuterRef("kind"), ident=OuterRef("ident")).values("name")[:1]),
    )
    if person:
        rows = rows.filter(actor_id=person)
    if kind:
        rows = rows.filter(kind=kind)
    return rows


def trail_people(organisation: Organisation) -> QuerySet[AuditName]:
    """Everybody who has ever done something here."""
    return AuditName.objects.filter(organisation=organisation, kind="person").order_by("name")


def trail_kinds(organisation: Organisation) -> list[tuple[str, str]]:
    """The kinds of things that the trail speaks of: key and word."""
    kinds = AuditEntry.objects.filter(organisation=organisation).order_by().values_list("kind", flat=True).distinct()
    return sorted(((kind, things.kind(kind).word) for kind in kinds), key=lambda each: each[1])


@dataclass(frozen=True)
class TrailLine:
    """One line of the trail in words."""

    at: datetime
    who: str
    change: str
    kind: str
    ident: int
    what: str
    facts: str

    @classmethod
    def of(cls, entry: AuditEntry, names: Mapping[int, str] | None = None) -> "TrailLine":
        """From a row of ``trail()``. With ``names`` of people, by number, it is for reading: names and days in full."""
        # In one order, because PostgreSQL keeps one of its own: what was before it first.
        order = sorted(entry.facts, key=lambda key: (not key.endswith("before"), key))
        said = [
            (key, entry.facts[key])
            for key in order
            if key != "guest" and (names is None or entry.facts[key] is not None)
        ]
        facts = ", ".join(f"{key.replace('_', ' ')}: {_word(key, value, names)}" for key, value in said)
        what = getattr(entry, "what", None) or ""
        change = str(vocabulary().get(entry.event, entry.event))
        return cls(entry.at, _who(entry), change, things.kind(entry.kind).word.lower(), entry.ident, what, facts)

    @property
    def number(self) -> str:
        """Kind and number, unless the name is just that."""
        words = f"{self.kind} {self.ident}"
        return "" if self.what.lower() == words else words

    def cells(self) -> list[str]:
        """The line for a spreadsheet, under ``COLUMNS``."""
        return [self.at.isoformat(), self.who, self.change, self.kind, str(self.ident), self.what, self.facts]


def _who(entry: AuditEntry) -> str:
    if entry.actor_id is not None:
        return getattr(entry, "who", None) or f"person {entry.actor_id}"
    return "a guest" if entry.facts.get("guest") else "the portal"


# Facts that are the number of a person.
_PEOPLE = {"owner", "owner_before", "facilitator", "lead", "sponsor", "taken_from"}


def _word(key: str, value: object, names: Mapping[int, str] | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if names is not None and key in _PEOPLE and isinstance(value, int):
        return names.get(value, f"person {value}")
    if names is not None and isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return long_day(date.fromisoformat(value))
    return str(value)
