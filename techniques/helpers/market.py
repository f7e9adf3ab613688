"""Wants and offers: a sheet for each person, five of both, three claims, and afterwards everybody’s own list."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from kmportal.lib.exceptions import Refusal
from kmportal.lib.sentences import counted
from kmportal.lib.unlinking import shuffle
from techniques import emails, room_log, trading
from techniques.actions.room import market
from techniques.confidentiality import Confidentiality
from techniques.helper_registry import Act, Helper, Viewer
from techniques.models import (
    CLAIMS_OF_ONE,
    MOST_OF_ONE,
    Claim,
    Match,
    Note,
    Participant,
    RoomEvent,
    Session,
    Sheet,
    Stage,
    Unmet,
)
from techniques.scoring import FEWEST
from techniques.screen_wall import Group
from techniques.seen_wording import WordedLine
from techniques.trading import CLAIMS, OFFERS, SHEET, WANTS, WITH_SHEET, Deal, Entry, Half, Market

# --- The sheet -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheets:
    """Who can be reached how, and how much each has written in this step. Never for a template."""

    reach: dict[int, str] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    counts: bool = False


@dataclass(frozen=True)
class SeenSheet:
    """One’s own sheet. ``left`` is how many more one may write in this step; ``ready`` how many can be reached."""

    reach: str
    left: int | None
    ready: int
    people: int


def read_sheets(stages: Sequence[Stage]) -> dict[int, _Sheets]:
    sessions = {stage.session_id for stage in stages}
    reach: dict[int, dict[int, str]] = {pk: {} for pk in sessions}
    rows = Sheet.objects.filter(participant__session__in=sessions).values_list(
        "participant__session", "participant", "reach"
    )
    for session, participant, words in rows:
        reach[session][participant] = words
    written: dict[int, dict[int, int]] = {stage.pk: {} for stage in stages}
    notes = Note.objects.filter(stage__in=stages, gone_at=None, by_facilitator=False).exclude(author=None)
    for stage_pk, author, count in notes.order_by().values_list("stage", "author").annotate(n=Count("pk")):
        written[stage_pk][author] = count
    return {one.pk: _Sheets(reach[one.session_id], written[one.pk], bool(one.columns)) for one in stages}


def see_sheet(state: _Sheets, viewer: Viewer) -> SeenSheet:
    own, here = viewer.participant or 0, {person.pk for person in viewer.here}
    left = max(MOST_OF_ONE - state.written.get(own, 0), 0) if state.counts else None
    return SeenSheet(state.reach.get(own, ""), left, len(here & set(state.reach)), len(here))


def take_step(typed: str) -> dict[str, Any]:
    """The step stands in the form already; it only names the box."""
    return {}


def hear_arrival(session: Session, *, by: Participant, at: datetime) -> None:
    trading.tell_sheets(session, at)


def refuse_note(stage: Stage, column: str, author: Participant | None) -> str:
    """Five of each person, and nothing that nobody could answer."""
    if author is None:
        return ""
    if not Sheet.objects.filter(participant=author).exists():
        return "Say first how people can reach you. It stands at the top of this step."
    if Note.objects.filter(stage=stage, author=author, gone_at=None).count() >= MOST_OF_ONE:
        return f"You have written {MOST_OF_ONE}. Take one back before you write another."
    return ""


# --- Claims ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What is kept once the session is over: how many found each other, and what became of it."""

    pairs: int = 0
    talked: int = 0
    saved: tuple[tuple[str, int], ...] = ()
    unmet: tuple[str, ...] = ()

    @property
    def tells_savings(self) -> bool:
        """Of fewer answers, each person could work out what another said."""
        return sum(count for _, count in self.saved) >= FEWEST


@dataclass(frozen=True)
class _State:
    """All of a room, or what is left of it. Never for a template."""

    market: Market
    figures: Figures
    is_first: bool


@dataclass(frozen=True)
class SeenEntry:
    """A want or an offer in the list. Only desk and big screen are told whether it ``is_claimed``, nobody by whom."""

    handle: UUID
    is_want: bool
    text: str
    is_claimed: bool
    is_mine: bool


@dataclass(frozen=True)
class SeenClaims:
    """What may be known of the claims. ``deals`` are the viewer’s own alone, with how to reach each other."""

    entries: tuple[SeenEntry, ...]
    deals: tuple[Deal, ...]
    reach: str
    figures: Figures
    is_first: bool
    budget: int = CLAIMS_OF_ONE

    @property
    def wants(self) -> tuple[SeenEntry, ...]:
        return tuple(one for one in self.entries if one.is_want)

    @property
    def offers(self) -> tuple[SeenEntry, ...]:
        return tuple(one for one in self.entries if not one.is_want)

    @property
    def unmet(self) -> tuple[SeenEntry, ...]:
        return tuple(one for one in self.wants if not one.is_claimed)

    @property
    def claimed(self) -> int:
        return sum(one.is_claimed for one in self.entries)

    @property
    def mine(self) -> tuple[Deal, ...]:
        """What the viewer has claimed."""
        return tuple(deal for deal in self.deals if not deal.is_own)

    @property
    def asked_for(self) -> tuple[Deal, ...]:
        """What the viewer has written and somebody has claimed."""
        return tuple(deal for deal in self.deals if deal.is_own and deal.entry.claimants)

    @property
    def left(self) -> int:
        return max(self.budget - len(self.mine), 0)

    @property
    def handles(self) -> str:
        """Of what the viewer has claimed, for the script that marks it in the list of all."""
        return " ".join(str(deal.entry.handle) for deal in self.mine)


def read_claims(stages: Sequence[Stage]) -> dict[int, _State]:
    sessions = {one.pk: one for one in Session.objects.filter(pk__in={stage.session_id for stage in stages})}
    over = [pk for pk, one in sessions.items() if one.is_over]
    markets = trading.read_markets([pk for pk in sessions if pk not in over])
    figures = _figures_of(over) if over else {}
    first: dict[int, int] = {}
    for stage in sorted(stages, key=lambda one: one.position):
        first.setdefault(stage.session_id, stage.pk)
    figures |= {pk: _figures_now(market) for pk, market in markets.items()}
    return {
        one.pk: _State(markets.get(one.session_id, Market()), figures[one.session_id], first[one.session_id] == one.pk)
        for one in stages
    }


def _figures_now(found: Market) -> Figures:
    """What would be kept if the session ended now."""
    pairs = sum(len(one.claimants) * max(len(one.authors), 1) for one in found.entries)
    return Figures(pairs, 0, (), tuple(one.text for one in found.entries if one.is_want and not one.claimants))


def _figures_of(sessions: Iterable[int]) -> dict[int, Figures]:
    talked: dict[int, list[str]] = {pk: [] for pk in sessions}
    saved: dict[int, Counter[str]] = {pk: Counter() for pk in talked}
    unmet: dict[int, list[str]] = {pk: [] for pk in talked}
    for pk, said, what in Match.objects.filter(session__in=talked).values_list("session", "talked", "saved"):
        talked[pk].append(said)
        saved[pk].update([what] if what else [])
    for pk, text in Unmet.objects.filter(session__in=talked).values_list("session", "text"):
        unmet[pk].append(text)
    labels = [(one.value, str(one.label)) for one in Match.Saved]
    return {
        pk: Figures(
            len(talked[pk]),
            talked[pk].count(Match.Talked.YES),
            tuple((label, saved[pk][value]) for value, label in labels if saved[pk][value]),
            tuple(unmet[pk]),
        )
        for pk in talked
    }


def see_claims(state: _State, viewer: Viewer) -> SeenClaims:
    own = viewer.participant
    tells_claimed = viewer.audience != "participant"
    entries = tuple(
        SeenEntry(one.handle, one.is_want, one.text, tells_claimed and bool(one.claimants), own in one.claimants)
        for one in state.market.entries
    )
    deals = tuple(state.market.deals_of(own)) if own else ()
    sheet = state.market.sheets.get(own or 0)
    return SeenClaims(entries, deals, sheet.reach if sheet else "", state.figures, state.is_first)


def put_on_wall(seen: SeenClaims) -> Sequence[Group[Any]]:
    """What nobody has claimed stands first, so that people find it."""
    if not seen.is_first:
        return []
    wants, offers = (sorted(part, key=lambda one: one.is_claimed) for part in (seen.wants, seen.offers))
    named = (("wanted", "Somebody needs to know", wants), ("offered", "Somebody can tell, show or lend", offers))
    return [Group(key, name, [WordedLine(_on_wall(one)) for one in part]) for key, name, part in named if part]


def _on_wall(one: SeenEntry) -> str:
    return f"{one.text} (claimed)" if one.is_claimed else one.text


def tell_claims(seen: SeenClaims) -> str:
    """Without anybody’s name: these two know each other."""
    if not seen.is_first:
        return ""
    pairs = seen.figures.pairs
    words = [f"{counted(pairs, 'pair', 'pairs')} found each other.".capitalize()] if pairs else []
    if seen.figures.unmet:
        words += ["Nobody could meet these wants yet:", *(f"– {text}" for text in seen.figures.unmet)]
    return "\n".join(words)


def take_handle(typed: str) -> dict[str, Any]:
    try:
        return {"handle": UUID(typed)}
    except ValueError:
        raise Refusal("We could not read this. Load the page again.") from None


def move(session: Session, *, stage: Stage, at: datetime) -> None:
    """What was written until now is there to be claimed."""
    if stage.takes == CLAIMS:
        room_log.append_event(session, RoomEvent.Kind.HELPER, stage.pk, at=at)


def leave(session: Session, *, by: Participant, at: datetime) -> None:
    """Nobody is given the number of somebody who has gone, and their claims are free for others."""
    gone = Claim.objects.filter(Q(participant=by) | Q(note__author=by), note__session=session).delete()[0]
    gone += Sheet.objects.filter(participant=by).delete()[0]
    if not gone:
        return
    trading.tell_sheets(session, at)
    for stage in session.stages.filter(takes__in=(WANTS, OFFERS)):
        trading.tell_entries(session, stage=stage, at=at)
    trading.tell_claims(session, at)


# --- The end ---------------------------------------------------------------------------------------------------------


def close(stage: Stage, at: datetime) -> None:
    """Everybody is sent their own list; then who wrote and claimed what goes, but for what the two of a match read.

    Once for a session, with the first of its steps that has to do with it.
    """
    session = stage.session
    if session.stages.filter(takes__in=WITH_SHEET).order_by("position").first() != stage:
        return
    found = trading.read_markets([session.pk])[session.pk]
    _send_lists(session, found, at)
    matches = [one for entry in found.entries for one in _matches_of(session, entry, found)]
    unmet = [Unmet(session=session, text=one.text) for one in found.entries if one.is_want and not one.claimants]
    for rows in (matches, unmet):
        shuffle(rows)  # the order of writing says who was first
    Match.objects.bulk_create(matches)
    Unmet.objects.bulk_create(unmet)
    Claim.objects.filter(note__session=session).delete()
    Sheet.objects.filter(participant__session=session).delete()


def _send_lists(session: Session, found: Market, at: datetime) -> None:
    people = Participant.objects.here().filter(session=session, sheet__isnull=False).select_related("person")
    for participant in people:
        if deals := found.deals_of(participant.pk):
            emails.send_list(session, participant, deals, at=at)


def _matches_of(session: Session, entry: Entry, found: Market) -> Iterable[Match]:
    for claimant in entry.claimants:
        for author in entry.authors or (0,):
            author_half, claimant_half = found.sheets.get(author), found.sheets.get(claimant)
            taker, giver = (author_half, claimant_half) if entry.is_want else (claimant_half, author_half)
            yield _match(session, entry, taker, giver)


def _match(session: Session, entry: Entry, taker: Half | None, giver: Half | None) -> Match:
    """Where it is not kept who came, or neither of the two has an account to read it, only that there was a match."""
    match = Match(session=session, is_want=entry.is_want)
    can_read = (taker and taker.person) or (giver and giver.person)
    if not can_read or not Confidentiality(session.confidentiality).keeps_who_came:
        return match
    match.text = entry.text
    if taker:
        match.taker_id, match.taker_reach = taker.person, taker.reach
        match.taker_name = "" if taker.person else taker.name
    if giver:
        match.giver_id, match.giver_reach = giver.person, giver.reach
        match.giver_name = "" if giver.person else giver.name
    return match


def _sheet(key: str, refuse: Callable[..., str] | None = None) -> Helper:
    more: dict[str, Any] = {"refuse_note": refuse, "counts_own": True} if refuse else {}
    return Helper(
        key=key,
        read=read_sheets,
        see=see_sheet,
        drawing="techniques/helpers/sheet.html",
        own="techniques/helpers/sheet_own.html",
        acts={"reach": Act(market.write_sheet, take_step, words="reach")},
        close=close,
        secrets=(Sheet, Claim, Match),
        **more,
    )


SHEET_ONLY = _sheet(SHEET)
WANTED = _sheet(WANTS, refuse_note)
OFFERED = _sheet(OFFERS, refuse_note)
CLAIMED = Helper(
    key=CLAIMS,
    read=read_claims,
    see=see_claims,
    drawing="techniques/helpers/claims.html",
    own="techniques/helpers/claims_own.html",
    outcome="techniques/helpers/claims_outcome.html",
    on_wall=put_on_wall,
    tell=tell_claims,
    acts={
        "reach": Act(market.write_sheet, take_step, words="reach"),
        "claim": Act(market.claim_entry, take_handle),
        "drop": Act(market.drop_claim, take_handle),
    },
    arrive=hear_arrival,
    leave=leave,
    move=move,
    written=trading.tell_entries,
    close=close,
    secrets=(Sheet, Claim, Match),
)
