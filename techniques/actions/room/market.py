"""Wants and offers: how one can be reached, three claims each, and four weeks later whether the two have talked."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log, trading
from techniques.events import Event
from techniques.models import CLAIMS_OF_ONE, Claim, Match, Participant, Session, Sheet, Stage
from techniques.preconditions import find_step_taking, lock_open_room
from techniques.trading import CLAIMS, WITH_SHEET
from techniques.unlinking import remove_traces


@transaction.atomic
def write_sheet(session: Session, *, by: Participant, at: datetime, stage: Stage, reach: str = "") -> Sheet:
    """Say where one works and how one can be reached. Idempotent; whoever thinks again writes it anew."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, *WITH_SHEET)
    sheet = Sheet.objects.filter(participant=by).first() or Sheet(participant=by)
    is_new, before = sheet.pk is None, sheet.reach
    sheet.reach = line_of_text(reach)
    refuse_invalid(sheet, "reach")
    if sheet.reach == before:
        return sheet
    sheet.save()
    if is_new:
        trading.tell_sheets(session, at)
    if Claim.objects.filter(note__session=session).exists():
        trading.tell_claims(session, at)
    return sheet


@transaction.atomic
def claim_entry(session: Session, *, by: Participant, at: datetime, stage: Stage, handle: UUID) -> None:
    """Say that one can help with a want, or would like what is offered. Idempotent; three at most, of other people.

    From then on both read how to reach each other.
    """
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, CLAIMS)
    market = trading.read_markets([session.pk])[session.pk]
    entry = market.entry(handle)
    if entry is None:
        raise Refusal("This was taken away meanwhile.")
    if by.pk in entry.claimants:
        return
    if by.pk in entry.authors:
        raise Refusal("This is your own. Claim something that somebody else has written.")
    if by.pk not in market.sheets:
        raise Refusal("Say first how people can reach you. It stands at the top of this step.")
    taken = set(Claim.objects.filter(participant=by).values_list("slot", flat=True))
    free = next((slot for slot in range(1, CLAIMS_OF_ONE + 1) if slot not in taken), None)
    if free is None:
        raise Refusal(f"You have made your {CLAIMS_OF_ONE} claims. Take one back before you make another.")
    Claim.objects.create(participant=by, slot=free, note_id=entry.notes[0])
    trading.tell_claims(session, at)


@transaction.atomic
def drop_claim(session: Session, *, by: Participant, at: datetime, stage: Stage, handle: UUID) -> None:
    """Take a claim back. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, CLAIMS)
    entry = trading.read_markets([session.pk])[session.pk].entry(handle)
    if entry and Claim.objects.filter(participant=by, note__in=entry.notes).delete()[0]:
        trading.tell_claims(session, at)


@transaction.atomic
def tell_of_matches(session: Session, *, by: Membership, at: datetime, told: Mapping[int, tuple[str, str, str]]) -> int:
    """Four weeks later: whether the two have talked, what it saved, and a word of thanks, for each match by its key.

    Whoever wanted something says it, and where that was a guest, whoever gave it. When they have talked, nobody needs
    phone numbers any more. Idempotent: the same again changes nothing. Answers how many say something else now.
    """
    require_that(policies.may_tell_of_matches(by, session))
    session = room_log.lock_session(session)
    changed = 0
    for match in session.matches.asked_of(by.person).filter(pk__in=told):
        talked, saved, thanks = told[match.pk]
        has_talked = talked == Match.Talked.YES
        fresh = (talked, saved if has_talked else "", line_of_text(thanks) if has_talked else "")
        if (match.talked, match.saved, match.thanks) == fresh or not talked:
            continue
        match.talked, match.saved, match.thanks = fresh
        match.told_at = at
        refuse_invalid(match, "talked", "saved", "thanks")
        if has_talked and not match.saved:
            raise Refusal("Say what it saved. “Nothing that I could name” is an answer, too.")
        if has_talked:
            match.taker_reach = match.giver_reach = ""
        match.save()
        changed += 1
    if changed:
        _leave_no_traces(session)
        events.record(Event.MATCHES_TOLD, session, by=by, at=at)
    return changed


@transaction.atomic
def forget_matches(at: datetime) -> int:
    """Forget who the two were and what it was about, two months after the close. What it saved stays, without anybody.

    Called by the timetable. Idempotent; answers for how many.
    """
    rows = Match.objects.to_forget(at)
    sessions = list(Session.objects.filter(pk__in=rows.values("session")))
    count = rows.update(
        taker=None, giver=None, taker_name="", giver_name="", taker_reach="", giver_reach="", text="", thanks=""
    )
    for session in sessions:
        _leave_no_traces(session)
    return count


def _leave_no_traces(session: Session) -> None:
    """What was cut may still lie in the files of the database."""
    Session.objects.filter(pk=session.pk).update(keeps_traces=True)
    transaction.on_commit(remove_traces, robust=True)
