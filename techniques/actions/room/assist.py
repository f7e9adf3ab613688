"""Peer assist: which side one is on, who speaks, and what the home team does with each piece of advice."""

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
from techniques import policies, room_log
from techniques.assisting import ADVICE, SIDES, TALK, end_turn, notes_with_advice, tell_sides, tell_talk
from techniques.events import Event
from techniques.models import Advice, Participant, RoomEvent, Session, Side, Stage, TalkShare
from techniques.policies import Writer
from techniques.preconditions import find_step_taking, lock_open_room


@transaction.atomic
def choose_side(session: Session, *, by: Participant, at: datetime, stage: Stage, side: str) -> None:
    """Say on whose side one is. Idempotent; who has chosen wrongly chooses again."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, SIDES)
    if side not in Side.values:
        raise Refusal("Choose the home team or the visitors.")
    if Participant.objects.filter(pk=by.pk).exclude(side=side).update(side=side):
        tell_sides(session, at)


@transaction.atomic
def let_speak(session: Session, *, by: Membership, at: datetime, stage: Stage, side: str) -> TalkShare:
    """From now on this side speaks, or nobody where it is empty. Idempotent: whoever speaks already goes on.

    A change of the step ends the turn (``helpers.assist.move_talk``).
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, TALK)
    if side not in {"", *Side.values}:
        raise Refusal("Choose the home team, the visitors or nobody.")
    share = TalkShare.objects.get_or_create(session=session)[0]
    if share.speaking == side:
        return share
    end_turn(share, at)
    share.speaking, share.began_at = side, at if side else None
    share.save()
    tell_talk(session, at)
    return share


@transaction.atomic
def answer_advice(
    session: Session, *, by: Writer, at: datetime, stage: Stage, handle: UUID, answer: str, reason: str = ""
) -> Advice | None:
    """Use, adapt or park one piece of advice; an empty answer takes back what was said. Idempotent.

    The home team answers, or whoever leads for it. Who adapts or parks says why, because the visitors will ask.
    """
    session = lock_open_room(session)
    if isinstance(by, Participant):
        by = Participant.objects.get(pk=by.pk)
    require_that(policies.may_write(by, session))
    if isinstance(by, Participant) and by.side != Side.HOME:
        raise Refusal("The home team answers. If you belong to it, say so in the first step.")
    found = find_step_taking(session, stage, ADVICE)
    note = notes_with_advice(found).filter(client_id=handle).first()
    if note is None:
        raise Refusal("This note was taken away meanwhile.")
    fresh = {"answer": answer, "reason": line_of_text(reason)}
    there = Advice.objects.filter(session=session, note=note).first()
    if not answer:
        gone = there is not None and bool(there.delete())
        if gone:
            room_log.append_event(session, RoomEvent.Kind.HELPER, found.pk, at=at)
        return None
    if answer in (Advice.Answer.ADAPT, Advice.Answer.PARK) and not fresh["reason"]:
        raise Refusal("Say why in a few words. The visitors will want to know.")
    if there and (there.answer, there.reason) == (fresh["answer"], fresh["reason"]):
        return there
    row = there or Advice(session=session, note=note)
    row.stage, row.answer, row.reason, row.answered_at = found, fresh["answer"], fresh["reason"], at
    refuse_invalid(row, "answer", "reason")
    row.save()
    room_log.append_event(session, RoomEvent.Kind.HELPER, found.pk, at=at)
    return row


@transaction.atomic
def report_back(session: Session, *, by: Membership, at: datetime, became: Mapping[int, tuple[str, str]]) -> int:
    """Six weeks later: what became of each piece of advice, by its key, and why. Members who were there are told once.

    Idempotent: the same again changes nothing. Answers how many pieces are new or say something else.
    """
    require_that(policies.may_tell_outcome(by, session))
    session = room_log.lock_session(session)
    changed, was_told = 0, session.advice.exclude(became="").exists()
    for row in session.advice.filter(pk__in=became):
        fresh = (became[row.pk][0], line_of_text(became[row.pk][1]))
        if (row.became, row.because) == fresh:
            continue
        row.became, row.because = fresh
        row.told_at = at
        refuse_invalid(row, "became", "because")
        if not row.became:
            raise Refusal("Choose what became of it.")
        row.save(update_fields=["became", "because", "told_at"])
        changed += 1
    if changed:
        events.record(Event.ADVICE_REPORTED, session, by=by, at=at, told=not was_told)
    return changed
