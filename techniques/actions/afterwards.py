"""After a session: two questions to everybody who was in, and three months later what came of it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, preconditions, room_log
from techniques.events import Event
from techniques.models import QUESTIONS, Feedback, Outcome, Participant, Session, Worth
from techniques.scoring import FEWEST


@transaction.atomic
def give_feedback(session: Session, *, by: Participant, at: datetime, answers: Mapping[str, str]) -> None:
    """Answer the two questions, from the last step on. Idempotent: each person counts once, with the first answers.

    Only counts are kept, and that this person has answered. Nobody is told which way.
    """
    require_that(policies.may_give_feedback(by, session))
    session = room_log.lock_session(session)
    preconditions.require_feedback_open(session, at)
    given = {question: answers.get(question, "") for question in QUESTIONS}
    if not set(given.values()) <= set(Worth.values):
        raise Refusal("Choose an answer to both questions.")
    if not Participant.objects.filter(pk=by.pk, gave_feedback=False).update(gave_feedback=True):
        return
    waiting = Feedback.objects.get_or_create(session=session, is_shown=False)[0]
    waiting.count(given)
    if waiting.people >= FEWEST:
        shown = Feedback.objects.filter(session=session, is_shown=True).first()
        shown = shown or Feedback(session=session, is_shown=True)
        shown.add(waiting)
        shown.save()
    waiting.keeps_traces = True
    waiting.save()


@transaction.atomic
def tell_outcome(session: Session, *, by: Membership, at: datetime, kind: str, words: str = "") -> Outcome:
    """Say what came of it. Each person has one answer; a later one takes its place. Idempotent."""
    require_that(policies.may_tell_outcome(by, session))
    session = room_log.lock_session(session)
    outcome = Outcome.objects.filter(session=session, person=by.person).first()
    outcome = outcome or Outcome(session=session, person=by.person)
    fresh = (kind, clean_text(words).strip())
    if outcome.pk and (outcome.kind, outcome.words) == fresh:
        return outcome
    (outcome.kind, outcome.words), outcome.at = fresh, at
    if kind == Outcome.Kind.CHANGED and not outcome.words:
        raise Refusal(worded("Say in a sentence what is different now."))
    refuse_invalid(outcome, "kind", "words")
    outcome.save()
    events.record(Event.OUTCOME_TOLD, session, by=by, at=at)
    return outcome
