"""Wants and offers of a room as rows: what can be claimed, whose it was, and who is to hear. Under the room’s lock."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from techniques import room_log
from techniques.models import Claim, Note, Participant, RoomEvent, Session, Sheet, Stage

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
    """A want or an offer that everybody reads. ``authors`` and ``claimants`` are participants, told to nobody else.

    ``is_typed``: at least one stands there for somebody without a phone, of whom nothing is known.
    """

    handle: UUID
    is_want: bool
    text: str
    authors: tuple[int, ...]
    claimants: tuple[int, ...]
    notes: tuple[int, ...]
    is_typed: bool = False

    def partners_of(self, claimant: int) -> tuple[int, ...]:
        """Whom somebody finds who claims it, 0 for the unknown one: never themselves, where theirs says the same."""
        found = tuple(pk for pk in self.authors if pk != claimant)
        return found or ((0,) if self.is_typed else ())


@dataclass(frozen=True)
class Deal:
    """A want or an offer as one person has a part in it: their own or claimed by them, and with whom."""

    entry: Entry
    is_own: bool
    others: tuple[Half, ...]

    @property
    def is_found(self) -> bool:
        """Whether somebody claimed it: they themselves, or another one of what is theirs."""
        return not self.is_own or bool(self.others)

    def who_tells(self, *, has_account: bool) -> tuple[bool, bool]:
        """Who is asked four weeks later: they themselves, and any of the others. It is whoever needed it, and else
        whoever gave it, as ``Match.is_told_by`` has it; of those who have an account."""
        needs = self.is_own == self.entry.is_want
        known = [bool(half.person) for half in self.others] or [False]
        asks_them = any(known) and not (needs and has_account)
        return has_account and (needs or not all(known)), asks_them


@dataclass(frozen=True)
class Market:
    """All of one room. Never for a template: it knows who wrote and claimed what.

    ``made``: how often each has claimed, with what they took back. ``addressed``: who can be mailed their list.
    """

    entries: tuple[Entry, ...] = ()
    sheets: dict[int, Half] = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)
    addressed: frozenset[int] = frozenset()

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
    made: dict[int, dict[int, int]] = defaultdict(dict)
    addressed: dict[int, set[int]] = defaultdict(set)
    rows = Sheet.objects.filter(participant__session__in=sessions).select_related("participant__person")
    for row in rows:
        one = row.participant
        sheets[one.session_id][one.pk] = Half(one.name, row.reach, one.person_id)
        made[one.session_id][one.pk] = one.claims_made
        if one.address:
            addressed[one.session_id].add(one.pk)
    claimants: dict[int, list[int]] = defaultdict(list)
    for claimed, participant in Claim.objects.filter(note__session__in=sessions).values_list("note", "participant"):
        claimants[claimed].append(participant)
    found: dict[int, list[Note]] = defaultdict(list)
    notes = Note.objects.filter(session__in=sessions, stage__takes__in=(WANTS, OFFERS), gone_at=None)
    for note in notes.select_related("stage").order_by("client_id"):  # which tells nothing of who was first
        if note.stage.shows_notes and (note.by_facilitator or note.author_id in sheets[note.session_id]):
            found[note.session_id].append(note)
    return {
        pk: Market(tuple(_entries(found[pk], claimants)), sheets[pk], made[pk], frozenset(addressed[pk]))
        for pk in sessions
    }


def _entries(notes: Iterable[Note], claimants: dict[int, list[int]]) -> Iterable[Entry]:
    """Notes that say the same are one, and whoever claims it claims it of all; also where the first of them is of
    somebody who has gone."""
    together: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        together[note.same_as_id or note.pk].append(note)
    for pk, every in together.items():
        every.sort(key=lambda one: one.pk != pk)
        head = every[0]
        entry = Entry(
            head.client_id,
            head.stage.takes == WANTS,
            head.text,
            tuple(dict.fromkeys(one.author_id for one in every if one.author_id and not one.by_facilitator)),
            (),
            tuple(one.pk for one in every),
            any(one.by_facilitator for one in every),
        )
        claimed = dict.fromkeys(one for note in every for one in claimants.get(note.pk, ()))
        yield replace(entry, claimants=tuple(one for one in claimed if entry.partners_of(one)))


# --- Claims that move ------------------------------------------------------------------------------------------------


def pass_claims_on(note: int, to: int) -> None:
    """What was claimed of a note is claimed of another that says the same, once by each."""
    there = Claim.objects.filter(note=to).values_list("participant", flat=True)
    Claim.objects.filter(note=note, participant__in=list(there)).delete()
    Claim.objects.filter(note=note).update(note=to)


def let_go_of(session: Session, participant: Participant) -> bool:
    """Somebody has gone: nobody is given their number, and their claims are free. What others wrote who said the same
    stays claimed. Answers whether anything of theirs was there."""
    gone = Claim.objects.filter(participant=participant, note__session=session).delete()[0]
    own = Note.objects.filter(session=session, author=participant, by_facilitator=False)
    for note in own.filter(claims__isnull=False).distinct():
        head = note.same_as_id or note.pk
        same = Note.objects.filter(Q(pk=head) | Q(same_as=head), gone_at=None).exclude(pk__in=own.values("pk"))
        other = same.filter(Q(by_facilitator=True) | Q(author__sheet__isnull=False)).order_by("pk").first()
        if other:
            pass_claims_on(note.pk, other.pk)
    gone += Claim.objects.filter(note__in=own.values("pk")).delete()[0]
    gone += Sheet.objects.filter(participant=participant).delete()[0]
    return bool(gone)


def _tidy_claims(session: Session) -> None:
    """Claims of what was taken back go. So do those that sorting has made needless: a person claims what is shown as
    one once, and never what is theirs alone. Each has its slot back."""
    rows = Claim.objects.filter(note__session=session)
    rows.exclude(note__gone_at=None).delete()
    found = list(rows.order_by("participant", "slot").values_list("pk", "participant", "note"))
    if not found:
        return
    entries = {note: one for one in read_markets([session.pk])[session.pk].entries for note in one.notes}
    kept: set[tuple[UUID, int]] = set()
    for pk, participant, note in found:
        entry = entries.get(note)
        if entry is None:
            continue
        if (entry.handle, participant) in kept or not entry.partners_of(participant):
            Claim.objects.filter(pk=pk).delete()
        kept.add((entry.handle, participant))


# --- Who is to hear --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A step by its key and its name, to lead somebody there."""

    key: str
    name: str


def steps_taking(takes: str, sessions: Iterable[int]) -> dict[int, list[Step]]:
    """The steps of each session that have this helper, in their order."""
    found: dict[int, list[Step]] = {pk: [] for pk in sessions}
    rows = Stage.objects.filter(session__in=found, takes=takes).order_by("position")
    for session, key, name in rows.values_list("session", "key", "name"):
        found[session].append(Step(key, name))
    return found


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
    """What stands in this step has changed: whoever is claiming already has another list."""
    if stage.takes not in (WANTS, OFFERS):
        return
    _tidy_claims(session)
    for one in session.stages.filter(Q(started_at__isnull=False) | Q(pk=session.stage_id), takes=CLAIMS):
        room_log.append_event(session, RoomEvent.Kind.HELPER, one.pk, at=at)


def tell_return(session: Session, participant: Participant, at: datetime) -> None:
    """Somebody who had gone can be reached again: what they wrote stands there as before."""
    own = Note.objects.filter(session=session, author=participant, by_facilitator=False, gone_at=None)
    for stage in session.stages.filter(takes__in=(WANTS, OFFERS), pk__in=own.values("stage")):
        tell_entries(session, stage=stage, at=at)
