"""Who is to be reminded of what at a moment, over all organisations. Reads only; ``actions.remind`` writes.

A person gets one mail for all organisations, in the morning of the organisation that they joined first; a guest in
the morning of the organisation that asked first. Each organisation’s days are counted in its own zone.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Lower

from actionplan.models import Action, PromiseReminder, Reminder
from actionplan.reminder_stages import day_of, stage_on
from kmportal.lib.news import News, news
from kmportal.lib.promises import Promised, promised
from notifications.models import DailyMail
from organisations.models import Membership, Organisation, Person

T = TypeVar("T")
MORNING, EVENING = 7, 20
# So many people at a time: what is theirs is in memory.
BATCH = 500
# From the last hour of mail to the first of the next day: what was written less long ago is of the same day.
SAME_DAY = timedelta(hours=24 - EVENING + MORNING)


@dataclass(frozen=True)
class Item:
    """One action in a mail. ``own``: the reader does it; else they are told that it is late."""

    action: Action
    due_on: date
    stage: int
    own: bool
    on: date

    @property
    def days_late(self) -> int:
        return max(0, (self.on - self.due_on).days)

    @property
    def as_guest(self) -> bool:
        """The reader has no account in that organisation."""
        return self.own and self.action.owner_id is None


@dataclass(frozen=True)
class Nudge:
    """Something else that the reader has promised, in a mail of this day."""

    promised: Promised
    stage: int
    on: date

    @property
    def words(self) -> str:
        return self.promised.says(self.on)


@dataclass(frozen=True)
class Part:
    """What one organisation has in a mail, the latest first. A guest has no ``membership`` there."""

    organisation: Organisation
    own: list[Item]
    told: list[Item]
    membership: Membership | None = None
    nudges: list[Nudge] = field(default_factory=list)
    news: list[News] = field(default_factory=list)


@dataclass
class Digest:
    """Everything for one address on one day."""

    address: str
    person: Person | None
    name: str
    zone: str
    items: list[Item] = field(default_factory=list)
    memberships: dict[int, Membership] = field(default_factory=dict)
    nudges: list[Nudge] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.items or self.nudges or self.news)

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def is_morning(self, at: datetime) -> bool:
        """From seven on; a machine that was off at seven does it later, but not at night."""
        return MORNING <= at.astimezone(ZoneInfo(self.zone)).hour < EVENING

    def reminders(self, at: datetime) -> Iterator[Reminder]:
        """What it tells of actions, to be kept with it: nobody is told it again."""
        for item in self.items:
            yield Reminder(
                action=item.action, address=self.address, due_on=item.due_on, stage=item.stage, written_at=at
            )

    def promise_reminders(self, at: datetime) -> Iterator[PromiseReminder]:
        """The same of everything else."""
        told = [(one.promised.kind, one.promised.ident, one.promised.day, one.stage) for one in self.nudges]
        told += [(one.kind, one.ident, one.day, 0) for one in self.news]
        for kind, ident, day, stage in told:
            yield PromiseReminder(kind=kind, ident=ident, address=self.address, due_on=day, stage=stage, written_at=at)

    @property
    def parts(self) -> list[Part]:
        """By organisation, those of the reader first."""
        items = sorted(self.items, key=lambda item: (item.due_on, item.action.pk))
        nudges = sorted(self.nudges, key=lambda nudge: (nudge.promised.day, nudge.promised.kind, nudge.promised.ident))
        found = {item.action.organisation for item in items} | {nudge.promised.organisation for nudge in nudges}
        found |= {one.organisation for one in self.news}
        return [
            Part(
                organisation,
                [item for item in items if item.action.organisation == organisation and item.own],
                [item for item in items if item.action.organisation == organisation and not item.own],
                self.memberships.get(organisation.pk),
                [nudge for nudge in nudges if nudge.promised.organisation == organisation],
                [one for one in self.news if one.organisation == organisation],
            )
            for organisation in sorted(found, key=lambda one: (one.name, one.pk))
        ]


@dataclass(frozen=True)
class Readers:
    """Some of those who may get a mail: people with what belongs to them, and their addresses or those of guests."""

    people: Collection[int]
    addresses: Collection[str]


def batches_of_readers(at: datetime) -> Iterator[Readers]:
    """Everybody who may get a mail at this moment, some hundred at a time: members first, then guests. Left out is who
    has had the mail of this day."""
    last, had = 0, DailyMail.objects.filter(written_at__gt=at - SAME_DAY).annotate(to=Lower("address"))
    members = _members().alias(address=Lower("email")).exclude(address__in=had.values("to"))
    while batch := list(members.filter(pk__gt=last).order_by("pk").values_list("pk", "email")[:BATCH]):
        last = batch[-1][0]
        yield Readers({pk for pk, _ in batch}, {email.lower() for _, email in batch})
    guests = _candidates(at).exclude(guest_email="").annotate(address=Lower("guest_email"))
    addresses = guests.order_by("address").values_list("address", flat=True).distinct()
    for some in in_batches(addresses.iterator(), BATCH):
        known = _members().alias(address=Lower("email")).filter(address__in=some)
        yield Readers([], set(some) - {email.lower() for email in known.values_list("email", flat=True)})


def due_digests(at: datetime, *, only: Iterable[int] | None = None, readers: Readers | None = None) -> list[Digest]:
    """The mails to be written at this moment, none of them empty. ``only`` narrows to actions, ``readers`` to them."""
    actions = _read_actions(at, only, readers)
    # An address without a person is a guest’s: they have promised actions alone.
    theirs = None if readers is None else readers.people
    others = list(promised(at.date() + timedelta(days=4), theirs))
    fresh = list(news(at, theirs))
    wanted = None if readers is None else readers.addresses
    current = _current_memberships(actions, [*(one.person.pk for one in others), *(one.person.pk for one in fresh)])
    reminded = _reminded_actions(actions)
    digests: dict[str, Digest] = {}
    for action in actions:
        for digest in _readers_of_digests(action, current, digests):
            if _is_wanted(digest.address, wanted) and (item := _build_item(action, digest, reminded, at)):
                digest.items.append(item)
    _add_nudges(others, current, digests, at, wanted)
    _add_news(fresh, current, digests, wanted)
    return [digest for digest in digests.values() if not digest.is_empty and digest.is_morning(at)]


def _add_nudges(
    others: Iterable[Promised],
    belonging: "Belonging",
    digests: dict[str, Digest],
    at: datetime,
    wanted: Collection[str] | None,
) -> None:
    """What was promised besides actions, in the mails of those who may still come in, each stage once."""
    rows = list(others)
    told: dict[tuple[str, int, str, date], int] = defaultdict(lambda: -1000)
    before = PromiseReminder.objects.filter(ident__in={one.ident for one in rows})
    latest = before.values_list("kind", "ident", "address", "due_on").annotate(latest=Max("stage"))
    told.update({(kind, ident, to, due_on): stage for kind, ident, to, due_on, stage in latest})
    for one in rows:
        membership = belonging.places.get((one.organisation.pk, one.person.pk))
        to = one.person.email.lower()
        if membership is None or not _is_wanted(to, wanted):
            continue
        on = at.astimezone(ZoneInfo(one.organisation.time_zone)).date()
        stage, last = stage_on(one.day, on), told[one.kind, one.ident, to, one.day]
        if stage is None or stage <= last or (one.is_told_once and (last > -1000 or stage < 0)):
            continue
        digest = _digest_of_member(membership, one.person, belonging, digests)
        digest.nudges.append(Nudge(one, stage, on))


def _add_news(
    rows: Iterable[News], belonging: "Belonging", digests: dict[str, Digest], wanted: Collection[str] | None
) -> None:
    """What is new, in the mails of those who may still come in: each day’s once, though it changed meanwhile."""
    found = list(rows)
    before = PromiseReminder.objects.filter(due_on__in={one.day for one in found}, kind__in={one.kind for one in found})
    told = set(before.values_list("kind", "ident", "address", "due_on"))
    for one in found:
        membership = belonging.places.get((one.organisation.pk, one.person.pk))
        to = one.person.email.lower()
        if membership is None or not _is_wanted(to, wanted) or (one.kind, one.ident, to, one.day) in told:
            continue
        _digest_of_member(membership, one.person, belonging, digests).news.append(one)


def _digest_of_member(
    membership: Membership, person: Person, belonging: "Belonging", digests: dict[str, Digest]
) -> Digest:
    """The mail of somebody, who may so far be known as another organisation’s guest."""
    to, zone = person.email.lower(), belonging.zones[person.pk]
    digest = digests.setdefault(to, Digest(to, person, person.first_name, zone))
    if digest.person is None:
        digest.person, digest.name, digest.zone = person, person.first_name, zone
    digest.memberships[membership.organisation_id] = membership
    return digest


def _is_wanted(address: str, wanted: Collection[str] | None) -> bool:
    return wanted is None or address in wanted


def _members() -> QuerySet[Person]:
    return Person.objects.filter(pk__in=Membership.objects.current().values("person"))


def in_batches(found: Iterable[T], size: int) -> Iterator[list[T]]:
    """So many at a time."""
    rows = iter(found)
    while some := list(itertools.islice(rows, size)):
        yield some


def _candidates(at: datetime) -> QuerySet[Action]:
    """Open and due within days, anywhere on earth."""
    return Action.objects.open().filter(due_on__lte=at.date() + timedelta(days=4))


def _read_actions(at: datetime, only: Iterable[int] | None, readers: Readers | None) -> list[Action]:
    rows = _candidates(at)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    if readers is not None:
        theirs = Q(owner__in=readers.people) | Q(told_when_late__in=readers.people)
        rows = rows.alias(address=Lower("guest_email")).filter(theirs | Q(address__in=readers.addresses))
    return list(rows.select_related("organisation", "owner", "told_when_late").order_by("organisation_id", "pk"))


def _current_memberships(actions: Iterable[Action], others: Iterable[int]) -> "Belonging":
    """Where the people concerned belong today, and which addresses belong to people who were sent away."""
    people = {pk for action in actions for pk in (action.owner_id, action.told_when_late_id) if pk}
    people |= set(others)
    guests = {action.guest_email.lower() for action in actions if action.guest_email}
    belonging = Belonging()
    rows = (
        Membership.objects.current().filter(person__in=people).select_related("organisation", "person").order_by("pk")
    )
    for row in rows:
        belonging.places[row.organisation_id, row.person_id] = row
        belonging.zones.setdefault(row.person_id, row.organisation.time_zone)
    known = Membership.objects.filter(person__email__in=guests).exclude(
        pk__in=Membership.objects.current().values("pk")
    )
    belonging.closed.update((org, email.lower()) for org, email in known.values_list("organisation", "person__email"))
    return belonging


@dataclass
class Belonging:
    """``places``: today’s memberships by (organisation, person); ``zones``: each person’s.

    ``closed``: addresses not to be mailed, by organisation.
    """

    places: dict[tuple[int, int], Membership] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)
    closed: set[tuple[int, str]] = field(default_factory=set)


def _reminded_actions(actions: Iterable[Action]) -> dict[tuple[int, str, date], int]:
    """The latest stage that each address was told, by action and due day."""
    rows = Reminder.objects.filter(action__in=[action.pk for action in actions])
    latest = rows.values_list("action", "address", "due_on").annotate(latest=Max("stage"))
    found: dict[tuple[int, str, date], int] = defaultdict(lambda: -1000)
    found.update({(action, address, due_on): stage for action, address, due_on, stage in latest})
    return found


def _readers_of_digests(action: Action, belonging: Belonging, digests: dict[str, Digest]) -> list[Digest]:
    """Whom this action concerns and who may be mailed."""
    found = []
    for person in dict.fromkeys((action.owner, action.told_when_late)):
        membership = belonging.places.get((action.organisation_id, person.pk)) if person else None
        if person is not None and membership is not None:
            found.append(_digest_of_member(membership, person, belonging, digests))
    guest = action.guest_email.lower()
    if guest and (action.organisation_id, guest) not in belonging.closed:
        zone = action.organisation.time_zone
        found.append(digests.setdefault(guest, Digest(guest, None, action.guest_name, zone)))
    return found


def _build_item(
    action: Action, digest: Digest, reminded: dict[tuple[int, str, date], int], at: datetime
) -> Item | None:
    """This action in this mail, if a stage has been reached that the address has not been told."""
    if action.due_on is None:
        return None
    zone = ZoneInfo(action.organisation.time_zone)
    on = at.astimezone(zone).date()
    stage = stage_on(action.due_on, on)
    if stage is None or stage <= reminded[action.pk, digest.address, action.due_on]:
        return None
    if day_of(action.due_on, stage) < action.created_at.astimezone(zone).date():
        return None  # whoever wrote it down that day knew
    own = digest.address == action.guest_email.lower() or digest.person == action.owner
    if not own and stage < 1:
        return None
    return Item(action, action.due_on, stage, own, on)
