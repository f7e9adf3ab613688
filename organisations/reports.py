"""The audit trail as lines that a person can read, and the buttons of the people page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from kmportal.lib import things
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.mail import can_leave
from kmportal.lib.presses import Press
from organisations.accounts import has_second_step
from organisations.events import vocabulary
from organisations.models import AuditEntry, AuditName, Invitation, Membership, Organisation

COLUMNS = ("When", "Who", "What", "Kind", "Number", "Name", "Facts")


def trail(organisation: Organisation) -> QuerySet[AuditEntry]:
    """The trail, newest first, each row with the names as they stood (``who`` and ``what``), in one query."""
    names = AuditName.objects.filter(organisation=OuterRef("organisation"))
    return AuditEntry.objects.filter(organisation=organisation).annotate(
        who=Subquery(names.filter(kind="person", ident=OuterRef("actor_id")).values("name")[:1]),
        what=Subquery(names.filter(kind=OuterRef("kind"), ident=OuterRef("ident")).values("name")[:1]),
    )


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
            if key != "guest" and (names is None or entry.facts[key] not in (None, ""))
        ]
        facts = ", ".join(
            f"{worded(key.replace('_', ' '))}: {_fact_in_words(key, value, names)}" for key, value in said
        )
        what = getattr(entry, "what", None) or ""
        change = str(vocabulary().get(entry.event, entry.event))
        return cls(
            entry.at, _who_in_words(entry), change, things.kind(entry.kind).word.lower(), entry.ident, what, facts
        )

    @property
    def number(self) -> str:
        """Kind and number, unless the name is just that."""
        words = f"{self.kind} {self.ident}"
        return "" if self.what.lower() == words else words

    def cells(self) -> list[str]:
        """The line for a spreadsheet, under ``COLUMNS``."""
        return [self.at.isoformat(), self.who, self.change, self.kind, str(self.ident), self.what, self.facts]


def _who_in_words(entry: AuditEntry) -> str:
    if entry.actor_id is not None:
        return getattr(entry, "who", None) or f"person {entry.actor_id}"
    return "a guest" if entry.facts.get("guest") else "the portal"


# Facts that are the number of a person.
_PEOPLE = {"owner", "owner_before", "facilitator", "lead", "sponsor", "taken_from", "member", "helper", "follows"}


def _fact_in_words(key: str, value: object, names: Mapping[int, str] | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if names is not None and key in _PEOPLE and isinstance(value, int):
        return names.get(value, f"person {value}")
    if names is not None and isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return long_day(date.fromisoformat(value))
    return str(value)


def access_presses(member: Membership, by: Membership) -> list[Press]:
    """The buttons that stop somebody’s access, or let them in again. Nobody shuts themselves out."""
    if member.person_id == by.person_id:
        return []
    args, about = [by.organisation.slug, member.pk], member.person.name
    if member.suspended_at:
        first = Press("restore", "Let in again", reverse("person_restore", args=args), look="secondary", about=about)
    else:
        first = Press("suspend", "Suspend", reverse("person_suspend", args=args), look="secondary", about=about)
    remove = reverse("person_remove", args=args)
    out = reverse("person_sign_out", args=args)
    presses = [
        Press("sign_out", "Sign out everywhere…", out, is_form=True, look="secondary", about=about),
        first,
    ]
    if has_second_step(member.person):
        reset = reverse("person_second_step", args=args)
        presses.append(Press("reset", "Take the second step off…", reset, is_form=True, look="secondary", about=about))
    return [*presses, Press("remove", "Remove…", remove, is_form=True, look="warning", about=about)]


def reset_presses(member: Membership, by: Membership) -> list[Press]:
    """The button for a link to a new password: for members of today other than oneself."""
    if member.person_id == by.person_id or not member.is_current:
        return []
    url = reverse("person_reset", args=[by.organisation.slug, member.pk])
    return [Press("reset", "Make a link for a new password", url, look="secondary", about=member.person.name)]


def invitation_presses(invitation: Invitation, by: Membership) -> list[Press]:
    """The buttons of an open invitation."""
    args, about = [by.organisation.slug, invitation.pk], invitation.email
    again = "Send again" if can_leave() else "Make a new link"
    return [
        Press("change", "Change", reverse("invitation_edit", args=args), is_form=True, look="small", about=about),
        Press("resend", again, reverse("invitation_resend", args=args), look="small", about=about),
        Press("revoke", "Cancel the invitation", reverse("invitation_revoke", args=args), look="quiet", about=about),
    ]
