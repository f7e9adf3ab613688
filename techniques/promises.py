"""What the mail of the day asks about sessions: after four weeks whether two have talked, after six what became of
advice, after three months what came of it all."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.promises import Promised
from organisations.models import Person
from techniques.models import (
    ASKED_AFTER,
    ASKED_FOR,
    ASKED_WHETHER_TALKED,
    REPORT_AFTER,
    TALKED_AFTER,
    Advice,
    Match,
    Outcome,
    OwnAction,
    Session,
)
from techniques.things import SESSION

Asked = set[tuple[int, int]]
WHAT_CAME = _("It is three months since this session. What came of it?")
# The mail stays longer than it is kept who found whom: it names nobody, and does not say that they found somebody.
WHETHER_TALKED = _("It is four weeks since this session. Did you talk with anybody since, and what did it save?")
WHAT_BECAME = _("Six weeks ago you were given advice. Tell the visitors what became of it")

YOUR_OWN = "Something that you wanted to do"
ONLY_YOU = "Its day has come. Only you can read what it is."


def outcomes(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Sessions of three months ago, to whoever led each and whoever took an action on in it, but for those who have
    said already what came of it. Each is told once."""
    found = _closed_before(until, ASKED_AFTER)
    asked = _who_is_asked(found, people)
    asked -= set(Outcome.objects.filter(session__in=found).values_list("session", "person"))
    yield from _promises("session-outcome", "session_outcome", found, asked, ASKED_AFTER, WHAT_CAME)


def reports(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Sessions of six weeks ago whose visitors gave advice, until somebody has said what became of it. Each is told
    once."""
    found = _closed_before(until, REPORT_AFTER)
    owed = set(Advice.objects.to_report_on().filter(session__in=found).values_list("session", flat=True))
    asked = {(pk, person) for pk, person in _who_is_asked(found, people) if pk in owed}
    yield from _promises("session-report", "session_report", found, asked, REPORT_AFTER, WHAT_BECAME)


def matches(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Sessions of four weeks ago in which people found each other, to whoever has not said yet whether they talked."""
    found = _closed_before(until, TALKED_AFTER)
    rows = Match.objects.not_told().filter(session__in=found)
    asked = {(pk, taker or giver) for pk, taker, giver in rows.values_list("session", "taker", "giver")}
    asked = {(pk, person) for pk, person in asked if person and (people is None or person in people)}
    yield from _promises(ASKED_WHETHER_TALKED, "session_matches", found, asked, TALKED_AFTER, WHETHER_TALKED)


def own_actions(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """What presenters of action learning sets meant to do by now, to each of them alone. The mail says neither what it
    is nor which set: mails are kept for a while, and others look after them."""
    rows = OwnAction.objects.open().filter(due_on__lte=until, due_on__gt=until - ASKED_FOR)
    if people is not None:
        rows = rows.filter(person__in=people)
    for row in rows.select_related("person", "learning_set__organisation"):
        organisation = row.learning_set.organisation
        assert row.due_on is not None  # noqa: S101  it is due
        yield Promised(
            "own-action", row.pk, row.person, organisation, YOUR_OWN,
            reverse("learning_set_list", args=[organisation.slug]), row.due_on, partial(_ask, ONLY_YOU),
            is_told_once=True,
        )  # fmt: skip


def _closed_before(until: date, since: timedelta) -> dict[int, Session]:
    """Those whose day of asking lies within the last weeks: an update asks nobody about years ago."""
    last = timezone.make_aware(datetime.combine(until - since + timedelta(days=1), time.min))
    rows = Session.objects.closed_between(last - ASKED_FOR, last)
    return {row.pk: row for row in rows.select_related("organisation", "technique", "facilitator")}


def _who_is_asked(found: Mapping[int, Session], people: Collection[int] | None) -> Asked:
    """Session and person: who led it, and who took an action on in it."""
    asked = {(pk, row.facilitator_id) for pk, row in found.items() if row.facilitator_id}
    agreed = Action.objects.filter(source_kind=SESSION.kind, source_ident__in=found).exclude(owner=None)
    asked |= {(ident, owner) for ident, owner in agreed.values_list("source_ident", "owner") if ident and owner}
    return asked if people is None else {(pk, person) for pk, person in asked if person in people}


def _promises(
    kind: str, page: str, found: Mapping[int, Session], asked: Asked, after: timedelta, words: str
) -> Iterator[Promised]:
    names = Person.objects.in_bulk({one[1] for one in asked})
    for pk, person in sorted(asked):
        session = found[pk]
        assert session.closed_at is not None  # noqa: S101  it is closed
        yield Promised(
            kind, pk, names[person], session.organisation, session.title,
            reverse(page, args=[session.organisation.slug, pk]),
            timezone.localdate(session.closed_at) + after, partial(_ask, words), is_told_once=True,
        )  # fmt: skip


def _ask(words: str, on: date) -> str:
    """The same on each day."""
    return str(words)
