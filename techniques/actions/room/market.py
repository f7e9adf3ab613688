"""Wants and offers: how one can be reached, three claims each, and four weeks later whether the two have talked."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from actionplan.models import PromiseReminder
from jobs.actions import forget_mails
from kmportal.lib import things
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import in_words
from notifications.actions import withdraw_notices
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log, trading
from techniques.events import Event
from techniques.models import (
    ASKED_FOR,
    ASKED_WHETHER_TALKED,
    CLAIMS_EVER,
    CLAIMS_OF_ONE,
    TALKED_AFTER,
    Claim,
    Match,
    Participant,
    Session,
    Sheet,
    Stage,
)
from techniques.preconditions import find_step_taking, lock_open_room
from techniques.trading import CLAIMS, WITH_SHEET
from techniques.unlinking import MAILS_STAY_WITHIN


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
        trading.tell_return(session, by, at)
    if Claim.objects.filter(note__session=session).exists():
        trading.tell_claims(session, at)
    return sheet


@transaction.atomic
def claim_entry(session: Session, *, by: Participant, at: datetime, stage: Stage, handle: UUID) -> None:
    """Say that one can help with a want, or would like what is offered. Idempotent; three at most, of other people.

    From then on both read how to reach each other. So what is taken back counts, too, and for a guest whatever was
    claimed with the same browser: nobody goes through the room in passing and collects numbers. Whoever comes in with
    another browser begins anew; the room sees that name among those who are here.
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
    if market.made[by.pk] >= CLAIMS_EVER:
        raise Refusal(
            f"You have claimed {in_words(CLAIMS_EVER)} times, with what you took back. More is not possible, because"
            " each claim tells you how to reach somebody."
        )
    taken = set(Claim.objects.filter(participant=by).values_list("slot", flat=True))
    free = next((slot for slot in range(1, CLAIMS_OF_ONE + 1) if slot not in taken), None)
    if free is None:
        raise Refusal(f"You have made your {CLAIMS_OF_ONE} claims. Take one back before you make another.")
    Claim.objects.create(participant=by, slot=free, note_id=entry.notes[0])
    Participant.objects.filter(pk=by.pk).update(claims_made=F("claims_made") + 1)
    trading.tell_claims(session, at)


@transaction.atomic
def drop_claim(session: Session, *, by: Participant, at: datetime, stage: Stage, handle: UUID) -> None:
    """Take a claim back; it stays among those that one has made. Idempotent."""
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
    phone numbers any more. Neither trail nor notice says who it was: only these two read of each other. Idempotent: the
    same again changes nothing. Answers how many say something else now.
    """
    require_that(policies.may_tell_of_matches(by, session))
    session = room_log.lock_session(session)
    changed: list[Match] = []
    thanked: list[Match] = []
    unthanked: set[int | None] = set()
    for match in session.matches.asked_of(by.person).filter(pk__in=told):
        talked, saved, thanks = told[match.pk]
        has_talked = talked == Match.Talked.YES
        words = line_of_text(thanks) if has_talked and match.takes_thanks_of(by.person) else ""
        before, fresh = (match.talked, match.saved, match.thanks), (talked, saved if has_talked else "", words)
        if fresh == before or not talked:
            continue
        match.talked, match.saved, match.thanks = fresh
        match.told_at = at
        refuse_invalid(match, "talked", "saved", "thanks")
        if has_talked and not match.saved:
            raise Refusal("Say what it saved. “Nothing that I could name” is an answer, too.")
        if has_talked:
            match.taker_reach = match.giver_reach = ""
        match.save(update_fields=["talked", "saved", "thanks", "told_at", "taker_reach", "giver_reach"])
        changed.append(match)
        if words not in ("", before[2]):
            thanked.append(match)
        elif before[2] and not words:
            unthanked.add(match.giver_id)
    if any(match.talked == Match.Talked.YES for match in changed):
        forget_mails(session.key_of_lists)
    if changed:
        _mark_traces(session)
        _withdraw_thanks(session, unthanked)
        pks = " ".join(str(match.pk) for match in thanked)
        events.record(Event.MATCHES_TOLD, session, by=None, at=at, texts={"thanked": pks})
    return len(changed)


def _withdraw_thanks(session: Session, givers: Collection[int | None]) -> None:
    """The notices go, unless somebody else here thanks them, too: a notice does not say whose thanks they are."""
    still = session.matches.exclude(thanks="").filter(giver__in=givers).values_list("giver", flat=True)
    of = {pk for pk in givers if pk is not None}.difference(still)
    withdraw_notices(things.ref_of(session), event=Event.MATCHES_TOLD, of=of)


def forget_matches(at: datetime) -> int:
    """Forget who the two were and what it was about, two months after the close. What it saved stays, without anybody.

    The mails with everybody’s own list go, too, the notices of thanks, what says who was asked, and the sheets of a
    room that nobody has ever closed. Called by the timetable, one room after the other. Idempotent; answers for how
    many matches.
    """
    before = at - TALKED_AFTER - ASKED_FOR
    mailed = Session.objects.closed_between(at - MAILS_STAY_WITHIN, before).filter(stages__takes__in=WITH_SHEET)
    due = {*Match.objects.to_forget(at).values_list("session", flat=True), *mailed.values_list("pk", flat=True)}
    left_open = Sheet.objects.filter(participant__session__opened_at__lt=before)
    for pk in sorted(set(left_open.values_list("participant__session", flat=True))):
        _forget_sheets_of(pk)
    return sum(_forget_matches_of(pk, at) for pk in sorted(due))


@transaction.atomic
def _forget_matches_of(pk: int, at: datetime) -> int:
    session = room_log.lock_session(Session(pk=pk))
    mails = forget_mails(session.key_of_lists)
    count = Match.objects.to_forget(at).filter(session=session).update(
        taker=None, giver=None, taker_name="", giver_name="", taker_reach="", giver_reach="", text="", thanks="",
        told_at=None,
    )  # fmt: skip
    if count:
        withdraw_notices(things.ref_of(session), event=Event.MATCHES_TOLD)
    # That somebody was asked says that they found somebody.
    asked, _ = PromiseReminder.objects.filter(kind=ASKED_WHETHER_TALKED, ident=pk).delete()
    if mails or count or asked:
        _mark_traces(session)
    return count


@transaction.atomic
def _forget_sheets_of(pk: int) -> None:
    session = room_log.lock_session(Session(pk=pk))
    Claim.objects.filter(note__session=session).delete()
    Sheet.objects.filter(participant__session=session).delete()
    Participant.objects.filter(session=session).exclude(claims_made=0).update(claims_made=0)
    _mark_traces(session)


def _mark_traces(session: Session) -> None:
    """What was cut may still lie in the files of the database. The timetable writes them anew within the minute: that
    locks the tables of all rooms, so it is nothing for a member’s request."""
    Session.objects.filter(pk=session.pk).update(keeps_traces=True)
