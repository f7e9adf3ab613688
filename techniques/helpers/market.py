"""Wants and offers, the claims: three of each person, told to the two whom they concern, and what is left of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kmportal.lib.exceptions import Refusal
from kmportal.lib.mail import can_leave
from kmportal.lib.sentences import counted
from techniques import room_log, trading
from techniques.actions.room import market
from techniques.confidentiality import Confidentiality
from techniques.helper_registry import Act, Helper, Viewer
from techniques.helpers.ending import close
from techniques.helpers.sheets import take_step
from techniques.models import (
    CLAIMS_EVER,
    CLAIMS_OF_ONE,
    Claim,
    Match,
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
from techniques.trading import CLAIMS, OFFERS, SHEET, WANTS, Deal, Market, Step, steps_taking


@dataclass(frozen=True)
class Figures:
    """What is kept once the session is over: how many matches there were, and what became of them.

    A want that two people can help with is two ``matches``, and so is an offer that two have claimed.

    ``talked`` and ``saved`` are told once, when nobody can answer any more and it is forgotten who they were: until
    then each answer would be seen in how the figures change. ``open_wants`` could not be met; ``unmet`` are their
    words, where notes are kept.
    """

    matches: int = 0
    talked: int = 0
    saved: tuple[tuple[str, int], ...] = ()
    open_wants: int = 0
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True)
class _State:
    """All of a room, or what is left of it. Never for a template."""

    market: Market
    figures: Figures
    is_first: bool
    is_last: bool
    sheet_step: Step | None
    claim_step: Step


@dataclass(frozen=True)
class SeenEntry:
    """A want or an offer in the list. Only desk and big screen are told whether it ``is_claimed``, nobody by whom.
    ``is_mine``: claimed by the viewer. ``is_own``: written by them."""

    handle: UUID
    is_want: bool
    text: str
    is_claimed: bool
    is_mine: bool
    is_own: bool


@dataclass(frozen=True)
class SeenClaims:
    """What may be known of the claims. ``deals`` are the viewer’s own alone, with how to reach each other."""

    entries: tuple[SeenEntry, ...]
    deals: tuple[Deal, ...]
    reach: str
    figures: Figures
    is_first: bool
    is_last: bool
    sheet_step: Step | None
    claim_step: Step
    made: int
    is_addressed: bool
    sends_mail: bool

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
        return max(min(CLAIMS_OF_ONE - len(self.mine), CLAIMS_EVER - self.made), 0)

    @property
    def changes(self) -> int:
        """How often one may still think again."""
        return max(CLAIMS_EVER - self.made - self.left, 0)

    @property
    def own_handles(self) -> str:
        """Of what the viewer has written, which they cannot claim."""
        return " ".join(str(deal.entry.handle) for deal in self.deals if deal.is_own)

    @property
    def handles(self) -> str:
        """Of what the viewer has claimed, for the script that marks it in the list of all."""
        return " ".join(str(deal.entry.handle) for deal in self.mine)


def read_claims(stages: Sequence[Stage]) -> dict[int, _State]:
    sessions = {one.pk: one for one in Session.objects.filter(pk__in={stage.session_id for stage in stages})}
    over = [pk for pk, one in sessions.items() if one.is_over]
    markets = trading.read_markets([pk for pk in sessions if pk not in over])
    figures = _figures_of(over) if over else {}
    figures |= {pk: _figures_now(found, sessions[pk]) for pk, found in markets.items()}
    sheets, claims = steps_taking(SHEET, sessions), steps_taking(CLAIMS, sessions)
    return {
        one.pk: _State(
            markets.get(one.session_id, Market()),
            figures[one.session_id],
            is_first=claims[one.session_id][0].key == one.key,
            is_last=claims[one.session_id][-1].key == one.key,
            sheet_step=next(iter(sheets[one.session_id]), None),
            claim_step=claims[one.session_id][0],
        )
        for one in stages
    }


def _figures_now(found: Market, session: Session) -> Figures:
    """What would be kept if the session ended now."""
    matches = sum(len(one.partners_of(claimant)) for one in found.entries for claimant in one.claimants)
    unmet = tuple(one.text for one in found.entries if one.is_want and not one.claimants)
    keeps_notes = Confidentiality(session.confidentiality).keeps_notes
    return Figures(matches, open_wants=len(unmet), unmet=unmet if keeps_notes else ())


def _figures_of(sessions: Collection[int]) -> dict[int, Figures]:
    rows: dict[int, list[tuple[str, str]]] = {pk: [] for pk in sessions}
    unmet: dict[int, list[str]] = {pk: [] for pk in sessions}
    for pk, talked, saved in Match.objects.filter(session__in=rows).values_list("session", "talked", "saved"):
        rows[pk].append((talked, saved))
    for pk, text in Unmet.objects.filter(session__in=rows).values_list("session", "text"):
        unmet[pk].append(text)
    known = set(Match.objects.with_names().filter(session__in=rows).values_list("session", flat=True))
    return {
        pk: Figures(
            len(rows[pk]),
            talked=0 if pk in known else _how_many_talked(rows[pk]),
            saved=() if pk in known else _what_it_saved(rows[pk]),
            open_wants=len(unmet[pk]),
            unmet=tuple(filter(None, unmet[pk])),
        )
        for pk in rows
    }


def _how_many_talked(rows: Iterable[tuple[str, str]]) -> int:
    """From three answers on: of fewer, people could work out what another said."""
    told = Counter(talked for talked, _ in rows if talked)
    return told[Match.Talked.YES] if told.total() >= FEWEST else 0


def _what_it_saved(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    """The same: each kind with how many said it."""
    saved = Counter(saved for _, saved in rows if saved)
    kinds = tuple((str(one.label), saved[one.value]) for one in Match.Saved if saved[one.value])
    return kinds if saved.total() >= FEWEST else ()


def see_claims(state: _State, viewer: Viewer) -> SeenClaims:
    own = viewer.participant or 0
    tells_claimed = viewer.audience != "participant"
    entries = tuple(
        SeenEntry(
            one.handle,
            one.is_want,
            one.text,
            is_claimed=tells_claimed and bool(one.claimants),
            is_mine=own in one.claimants,
            is_own=own in one.authors,
        )
        for one in state.market.entries
    )
    sheet = state.market.sheets.get(own)
    return SeenClaims(
        entries,
        tuple(state.market.deals_of(own)) if own else (),
        sheet.reach if sheet else "",
        state.figures,
        state.is_first,
        state.is_last,
        state.sheet_step,
        state.claim_step,
        made=state.market.made.get(own, 0),
        is_addressed=own in state.market.addressed,
        sends_mail=can_leave(),
    )


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
    made = seen.figures.matches
    words = [f"{counted(made, 'match was', 'matches were')} made.".capitalize()] if made else []
    if seen.figures.unmet:
        words += ["Nobody could meet these wants yet:", *(f"– {text}" for text in seen.figures.unmet)]
    elif seen.figures.open_wants:
        words.append(f"Nobody could meet {counted(seen.figures.open_wants, 'want', 'wants')} yet.")
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


def hear_arrival(session: Session, *, by: Participant, at: datetime) -> None:
    trading.tell_sheets(session, at)


def leave(session: Session, *, by: Participant, at: datetime) -> None:
    """Nobody is given the number of somebody who has gone, and their claims are free for others."""
    trading.tell_sheets(session, at)
    if not trading.let_go_of(session, by):
        return
    for stage in session.stages.filter(takes__in=(WANTS, OFFERS)):
        trading.tell_entries(session, stage=stage, at=at)
    trading.tell_claims(session, at)


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
