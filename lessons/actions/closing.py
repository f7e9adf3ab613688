"""The end of a session: its summary, the actions that were agreed, and the lessons that others could use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

import actionplan.actions
from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from lessons import emails, prefill
from lessons.actions.writing import start_lesson
from lessons.prefill import Advice, Promise
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require
from techniques import room_log
from techniques.actions.room import closing
from techniques.models import Session, Wording


@transaction.atomic
def close_with_lessons(
    session: Session,
    *,
    by: Membership,
    at: datetime,
    summary: Mapping[str, str],
    promised: Sequence[Promise] = (),
    advice: Sequence[Advice] = (),
    seen: datetime | None = None,
) -> Session:
    """Close a session and keep what came of it, all or nothing. A second close is refused and makes nothing twice.

    Whoever led it hears when an action is late. The lessons become drafts of ``by``, so that somebody else checks
    them; those that tell the story begin with what the agreed summary says of it.
    ``seen`` is when the draft was saved that ``by`` has read: refuses when somebody has saved other words since.
    """
    require(Permission.FACILITATE, by, session.organisation)
    _refuse_other_words(session, seen)
    if session.learning_set_id:
        raise Refusal("A set ends its meeting on its own page, and nothing leaves it.")
    session = closing.close_session(session, by=by, at=at, summary=summary)
    agreed = [_add_action(session, by=by, at=at, **vars(promise)) for promise in promised]
    stages = list(session.stages.all())
    day = timezone.localdate(min(session.starts_at, at))  # a group that begins the evening before has met today
    for lesson in advice:
        story = prefill.story_from(session.summary, stages, about=lesson.stage) if lesson.with_story else {}
        words = {**story, "title": lesson.title, "when_you": lesson.when_you, "then_do": lesson.then_do}
        facts = {"group": session.group, "happened_on": day}
        start_lesson(session.organisation, by=by, at=at, words=words, facts=facts, session=session)
    _mail_guests(session, agreed, at=at)
    return session


def _refuse_other_words(session: Session, seen: datetime | None) -> None:
    room_log.lock_session(session)
    if seen and Wording.objects.filter(session=session).exclude(saved_at=seen).exists():
        raise Refusal("Somebody else has saved other words this very moment. Read them, then close.")


@transaction.atomic
def add_session_action(session: Session, *, by: Membership, at: datetime, **words: Any) -> Action:
    """An action that somebody remembers after the close. ``words`` are those of ``actionplan.actions.add_action``.

    A guest hears of it once, as those do who took an action on before the close.
    """
    require(Permission.CONTRIBUTE, by, session.organisation)
    if not session.is_closed:
        raise Refusal(worded("This session is not closed yet. You add its actions when you close it."))
    if session.learning_set_id:
        raise Refusal("Nothing leaves a set. Whoever wants to can share what they will do from their own page.")
    action = _add_action(session, by=by, at=at, **words)
    _mail_guests(session, [action], at=at)
    return action


def _add_action(session: Session, *, by: Membership, at: datetime, **words: Any) -> Action:
    return actionplan.actions.add_action(
        session.organisation, by=by, at=at, source=session, told_when_late=session.facilitator, **words
    )


def _mail_guests(session: Session, actions: Sequence[Action], *, at: datetime) -> None:
    """Each guest with an address gets one mail with all that they took on."""
    of_guests: dict[str, list[Action]] = {}
    for action in actions:
        if action.guest_email:
            of_guests.setdefault(action.guest_email.lower(), []).append(action)
    for address, theirs in of_guests.items():
        emails.actions_of_guest(session, address, theirs[0].guest_name, theirs, at=at)
