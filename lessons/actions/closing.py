"""The end of a session: its summary, the promises that were made, and the lessons that others could use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from actionplan import actions as promises
from actionplan.models import Action
from kmportal.lib.exceptions import Refusal
from lessons import emails, prefill
from lessons.actions import writing
from lessons.models import SessionAction
from lessons.prefill import Advice, Promise
from organisations.models import Person
from techniques import actions as sessions
from techniques.models import Session


@transaction.atomic
def close(
    session: Session,
    *,
    by: Person,
    at: datetime,
    summary: Mapping[str, str],
    promised: Sequence[Promise] = (),
    advice: Sequence[Advice] = (),
) -> Session:
    """Close a session and keep what came of it, all or nothing. A second close is refused and makes nothing twice.

    Whoever led it hears when an action is late. The lessons become drafts of ``by``, so that somebody else checks
    them; what was expected, what happened and why come from the agreed summary.
    """
    session = sessions.close(session, by=by, summary=summary, at=at)
    made = [_promise(session, promise, by) for promise in promised]
    story = prefill.story_from(session.summary, session.stages.all())
    day = timezone.localdate(min(session.starts_at, at))  # a group that begins the evening before has met today
    for lesson in advice:
        words = {**story, "title": lesson.title, "when_you": lesson.when_you, "then_do": lesson.then_do}
        facts = {"group": session.group, "happened_on": day}
        writing.start(session.organisation, by=by, at=at, words=words, facts=facts, session=session)
    _tell_guests(session, made)
    return session


@transaction.atomic
def promise_for(session: Session, *, by: Person, **words: Any) -> Action:
    """An action that somebody remembers after the close. ``words`` are those of ``actionplan.actions.promise``.

    A guest hears of it once, as those do who promised before the close.
    """
    if session.state != Session.State.CLOSED:
        raise Refusal("This session is not closed yet. You add its actions when you close it.")
    action = _hang_on(session, by, words)
    _, is_new = SessionAction.objects.get_or_create(action=action, defaults={"session": session})
    if is_new:
        _tell_guests(session, [action])
    return action


def _promise(session: Session, promise: Promise, by: Person) -> Action:
    action = _hang_on(session, by, dict(vars(promise)))
    SessionAction.objects.create(session=session, action=action)
    return action


def _hang_on(session: Session, by: Person, words: dict[str, Any]) -> Action:
    return promises.promise(
        session.organisation,
        by=by,
        source=f"{session.technique.name}: {session.title}",
        source_url_name="session_detail",
        source_url_args=[session.organisation.slug, session.pk],
        told_when_late=session.facilitator,
        **words,
    )


def _tell_guests(session: Session, made: Sequence[Action]) -> None:
    """Each guest with an address gets one mail with all that they promised."""
    guests: dict[str, list[Action]] = {}
    for action in made:
        if action.guest_email:
            guests.setdefault(action.guest_email.lower(), []).append(action)
    for address, actions in guests.items():
        emails.promised(session, address, actions[0].guest_name, actions)
