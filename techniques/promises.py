"""What the mail of the day asks about sessions: three months later, what came of each."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.promises import Promised
from organisations.models import Person
from techniques.models import ASKED_AFTER, ASKED_FOR, Outcome, Session
from techniques.things import SESSION


def outcomes(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Sessions of three months ago, to whoever led each and whoever took an action on in it, but for those who have
    said already what came of it. Each is told once."""
    rows = Session.objects.closed_between(until - ASKED_AFTER - ASKED_FOR, until - ASKED_AFTER)
    found = {row.pk: row for row in rows.select_related("organisation", "technique", "facilitator")}
    asked = {(pk, row.facilitator_id) for pk, row in found.items() if row.facilitator_id}
    agreed = Action.objects.filter(source_kind=SESSION.kind, source_ident__in=found).exclude(owner=None)
    asked |= set(agreed.values_list("source_ident", "owner"))
    asked -= set(Outcome.objects.filter(session__in=found).values_list("session", "person"))
    if people is not None:
        asked = {(pk, person) for pk, person in asked if person in people}
    names = Person.objects.in_bulk({person for _, person in asked})
    for pk, person in sorted(asked):
        session = found[pk]
        assert session.closed_at is not None  # noqa: S101  it is closed
        yield Promised(
            "session-outcome", pk, names[person], session.organisation, session.title,
            reverse("session_outcome", args=[session.organisation.slug, pk]),
            timezone.localdate(session.closed_at) + ASKED_AFTER, _ask, is_told_once=True,
        )  # fmt: skip


def _ask(on: date) -> str:
    return worded("It is three months since this session. What came of it?")
