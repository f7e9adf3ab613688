"""After the close: putting the summary right, and sending it to those who were there."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import emails, policies, room_log
from techniques.events import Event
from techniques.helper_registry import told_in
from techniques.models import Participant, Session, SummaryVersion
from techniques.preconditions import refuse_words_of_set
from techniques.unlinking import remove_traces

logger = logging.getLogger(__name__)


@transaction.atomic
def correct_summary(
    session: Session, *, by: Membership, at: datetime, seen: int, words: Mapping[str, str], reason: str = ""
) -> Session:
    """Put the agreed words right. ``words`` maps stage keys to words; a key that is not named stays as it is.

    Within the hour after the close nobody has been sent the summary, and it is simply another one. Later it is a new
    version with a ``reason``, the old one stays, and members who were there are told. ``Stale`` when somebody else
    was quicker.
    """
    require_that(policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    refuse_words_of_set(session)
    if not session.is_closed:
        raise Refusal(worded("This session is not closed. Its summary is worded when you close it."))
    if session.version != seen:
        raise Stale
    fresh = {**session.summary, **{key: clean_text(text).strip() for key, text in words.items()}}
    if fresh == session.summary:
        return session
    why = line_of_text(reason)[:300]
    in_grace = session.is_in_grace(at)
    if not (why or in_grace):
        raise Refusal("Say why the summary changes: people have read the old one.")
    last = _last_version(session)
    if in_grace:
        # The room agreed to the words that stood there, not to these.
        SummaryVersion.objects.filter(pk=last.pk).update(words=fresh, agreed=0)
    else:
        SummaryVersion.objects.create(
            session=session, number=last.number + 1, words=fresh, reason=why, by=by.person, at=at
        )
    session.summary = fresh
    session.version += 1
    session.save(update_fields=["summary", "version"])
    events.record(Event.SUMMARY_CORRECTED, session, by=by, at=at, told=not in_grace)
    return session


@transaction.atomic
def send_summary(session: Session, *, at: datetime) -> bool:
    """Tell everybody who joined what came out of it: members by a notice, guests by the address that they gave.

    The addresses go with it. Idempotent: once for each session, and not within the hour after the close. Answers
    whether it was sent now. Where it is not kept who was there, only guests who asked for it hear.
    """
    session = room_log.lock_session(session)
    if not session.is_closed or session.summary_sent_at is not None or session.is_in_grace(at):
        return False
    session.summary_sent_at = at
    guests = Participant.objects.filter(session=session).exclude(email="")
    if any(session.summary.values()) or told_in(session):
        for guest in {one.email.lower(): one for one in guests.order_by("-pk")}.values():
            emails.send_summary(session, guest, at=at)
        events.record(Event.SUMMARY_SENT, session, by=None, at=at, guests=guests.count())
    if guests.update(email=""):
        session.keeps_traces = True
        transaction.on_commit(remove_traces, robust=True)
    session.save(update_fields=["summary_sent_at", "keeps_traces"])
    return True


def send_due_summaries(*, at: datetime) -> int:
    """What is owed now. Called by the timetable; answers how many were sent. One that fails does not keep the others
    back: it is tried again the next time."""
    sent = 0
    for session in Session.objects.for_room().owed_summary(at):
        try:
            sent += send_summary(session, at=at)
        except Exception:
            logger.exception("The summary of session %s could not be sent", session.pk)
    return sent


def _last_version(session: Session) -> SummaryVersion:
    """Of a session that was closed before versions were kept, what stands there now."""
    last = SummaryVersion.objects.filter(session=session).order_by("-number").first()
    return last or SummaryVersion.objects.create(
        session=session, number=1, words=session.summary, at=session.closed_at or session.created_at
    )
