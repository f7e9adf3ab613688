"""Wants and offers of a room as rows: what can be claimed, whose it was, and who is to hear. Under the room’s lock."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from techniques import room_log
from techniques.models import Claim, Note, RoomEvent, Session, Sheet, Stage

SHEET, WANTS, OFFERS, CLAIMS = "sheet", "wants", "offers", "claims"
# The steps in which somebody says how they can be reached.
WITH_SHEET = (SHEET, WANTS, OFFERS, CLAIMS)


@dataclass(frozen=True)
class Half:
    """Somebody in the room, with how they can be reached; a member by their account, too."""

    name: str
    reach: str
    person: int | None = None

    @property
    def in_words(self) -> str:
        return f"{self.name}, {self.reach}"


@dataclass(frozen=True)
class Entry:
    """A want or an offer that everybody reads. ``authors`` and ``claimants`` are participants, told to nobody else."""

    handle: UUID
    is_want: bool
    text: str
    authors: tuple[int, ...]
    claimants: tuple[int, ...]
    notes: tuple[int, ...]


@dataclass(frozen=True)
class Deal:
    """A want or an offer as one person has a part in it: their own or claimed by them, and with whom."""

    entry: Entry
    is_own: bool
    others: tuple[Half, ...]


@dataclass(frozen=True)
class Market:
    """All of one room. Never for a template: it knows who wrote and claimed what."""

    entries: tuple[Entry, ...] = ()
    sheets: dict[int, Half] = field(default_factory=dict)

    def entry(self, handle: UUID) -> Entry | None:
        return next((one for one in self.entries if one.handle == handle), None)

    def halves(self, participants: Iterable[int]) -> tuple[Half, ...]:
        """By name, so that nobody is told who was first."""
        found = [self.sheets[pk] for pk in participants if pk in self.sheets]
        return tuple(sorted(found, key=lambda half: (half.name, half.reach)))

    def deals_of(self, participant: int) -> list[Deal]:
        """What this person claims, then what they wrote themselves."""
        claimed = [one for one in self.entries if participant in one.claimants]
        own = [one for one in self.entries if participant in one.authors]
        return [
            *(Deal(one, False, self.halves(pk for pk in one.authors if pk != participant)) for one in claimed),
            *(Deal(one, True, self.halves(pk for pk in one.claimants if pk != participant)) for one in own),
        ]


def read_markets(sessions: Collection[int]) -> dict[int, Market]:
    """Those of these rooms, with the queries of one. What its step hides is in none; neither is what somebody wrote who
    has gone again."""
    sheets: dict[int, dict[int, Half]] = defaultdict(dict)
    rows = Sheet.objects.filter(participant__session__in=sessions).select_related("participant")
    for row in rows:
        one = row.participant
        sheets[one.session_id][one.pk] = Half(one.name, row.reach, one.person_id)
    claimants: dict[int, list[int]] = defaultdict(list)
    for claimed, participant in Claim.objects.filter(note__session__in=sessions).values_list("note", "participant"):
        claimants[claimed].append(participant)
    found: dict[int, list[Note]] = defaultdict(list)
    notes = Note.objects.filter(session__in=sessions, stage__takes__in=(WANTS, OFFERS), gone_at=None)
    for note in notes.select_related("stage").order_by("client_id"):  # which tells nothing of who was first
        if note.stage.shows_notes and (note.by_facilitator or note.author_id in sheets[note.session_id]):
            found[note.session_id].append(note)
    return {pk: Market(tuple(_entries(found[pk], claimants)), dict(sheets[pk])) for pk in sessions}


def _entries(notes: Iterable[Note], claimants: dict[int, list[int]]) -> Iterable[Entry]:
    """Notes that say the same are one, and whoever claims it claims it of all."""
    rows = list(notes)
    there = {note.pk for note in rows}
    for head in rows:
        if head.same_as_id in there:
            continue
        every = [head, *(one for one in rows if one.same_as_id == head.pk)]
        authors = dict.fromkeys(one.author_id for one in every if one.author_id and not one.by_facilitator)
        claimed = dict.fromkeys(pk for one in every for pk in claimants.get(one.pk, ()))
        pks = tuple(one.pk for one in every)
        yield Entry(head.client_id, head.stage.takes == WANTS, head.text, tuple(authors), tuple(claimed), pks)


def tell_sheets(session: Session, at: datetime) -> None:
    """The desk counts who can be reached."""
    for stage in session.stages.filter(takes__in=(SHEET, WANTS, OFFERS)):
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def tell_claims(session: Session, at: datetime) -> None:
    """Desk and big screen read what is claimed, and whose it is finds by whom."""
    for stage in session.stages.filter(takes=CLAIMS):
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)
    room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)


def tell_entries(session: Session, *, stage: Stage, at: datetime) -> None:
    """What stands in this step has changed: whoever is claiming already has another list. Claims of what was taken
    back go."""
    if stage.takes not in (WANTS, OFFERS):
        return
    Claim.objects.filter(note__session=session).exclude(note__gone_at=None).delete()
    for one in session.stages.filter(Q(started_at__isnull=False) | Q(pk=session.stage_id), takes=CLAIMS):
        room_log.append_event(session, RoomEvent.Kind.HELPER, one.pk, at=at)
