"""The end of a session: its summary, the promises that were made, and the lessons that others could use."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actionplan import actions as promises
from actionplan.models import Action
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
    for lesson in advice:
        words = {**story, "title": lesson.title, "when_you": lesson.when_you, "then_do": lesson.then_do}
        facts = {"group": session.group, "happened_on": timezone.localdate(session.starts_at)}
        writing.start(session.organisation, by=by, at=at, words=words, facts=facts, session=session)
    _tell_guests(session, made)
    return session


def _promise(session: Session, promise: Promise, by: Person) -> Action:
    action = promises.promise(
        session.organisation,
        by=by,
        title=promise.title,
        detail=promise.detail,
        owner=promise.owner,
        guest_name=promise.guest_name,
        guest_email=promise.guest_email,
        due_on=promise.due_on,
        source=f"{session.technique.name}: {session.title}",
        source_url_name="session_detail",
        source_url_args=[session.organisation.slug, session.pk],
        told_when_late=session.facilitator,
    )
    SessionAction.objects.create(session=session, action=action)
    return action


def _tell_guests(session: Session, made: Sequence[Action]) -> None:
    """Each guest with an address gets one mail with all that they promised."""
    guests: dict[str, list[Action]] = {}
    for action in made:
        if action.guest_email:
            guests.setdefault(action.guest_email.lower(), []).append(action)
    for address, actions in guests.items():
        emails.promised(session, address, actions[0].guest_name, actions)
