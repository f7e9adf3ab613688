"""A review that was held elsewhere and written down, as a closed session with its actions and a draft of its lesson."""

import re
from datetime import UTC, date, datetime, time
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

import actionplan.actions
from kmportal.lib.cleaning import first_words, plain_text
from kmportal.lib.importing.reports import Report
from kmportal.lib.markdown import plain
from lessons.actions.closing import close_with_lessons
from lessons.actions.writing import start_lesson
from lessons.models import LONGEST_TEXT
from lessons.prefill import Promise
from organisations.models import Group, Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require
from techniques.actions.planning import plan_session
from techniques.actions.room.joining import open_room
from techniques.models import Session, Technique

SOMEBODY_OUTSIDE = "Somebody outside"
MOST_ACTIONS = 40
# A ticked box before it, or what is said at its end; “get it done by May” says nothing.
_DONE = re.compile(r"^\[[xX]\]|\((?i:done)\)|\bDONE\b(?=\W*$)")
# What the report says about it → the step of an after action review.
_STEPS = {"happened": "What happened", "why": "Why", "learn": "What was learned"}


@transaction.atomic
def bring_review_in(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    report: Report,
    file_name: str,
    technique: Technique,
    group: Group | None = None,
) -> Session | None:
    """Keep one report. Idempotent: one of this name and content that is here already changes nothing, and None is
    answered.

    Its action points belong to “somebody outside”; those that it calls done are done. The lesson is a draft of ``by``,
    so that somebody else checks it.
    """
    require(Permission.FACILITATE, by, organisation)
    digest = sha256(repr(report).encode()).hexdigest()
    once = uuid5(NAMESPACE_URL, f"review {organisation.pk} {file_name} {digest}")
    if Session.objects.filter(organisation=organisation, once=once).exists():
        return None
    held = _moment_of(report.day, at)
    session = plan_session(
        organisation,
        by=by,
        at=at,
        technique=technique,
        length="standard",
        title=first_words(_plain(report.title), 120) or first_words(file_name, 120),
        purpose=first_words(_plain(report.about("Summary")), 1000),
        group=group,
        starts_at=held,
        once=once,
    )
    session = open_room(session, by=by, at=at)
    summary = {key: _plain(report.about(what))[:LONGEST_TEXT] for key, what in _STEPS.items()}
    session = close_with_lessons(session, by=by, at=at, summary={key: text for key, text in summary.items() if text})
    session.opened_at = session.closed_at = held
    session.save(update_fields=["opened_at", "closed_at"])
    for item, is_done in _actions_of(report):
        promise = Promise(title=item, guest_name=SOMEBODY_OUTSIDE)
        action = actionplan.actions.add_action(organisation, by=by, at=at, source=session, **vars(promise))
        if is_done:
            actionplan.actions.complete_action(action, by=by, at=at)
    words = {
        "title": first_words(_plain(report.title), 200),
        "happened": _plain(report.about("Summary") or report.about("What happened")),
        "why": _plain(report.about("Why")),
        "then_do": _plain(report.about("Recommendation")),
        "learned": _plain(report.about("What was learned")),
    }
    facts = {"group": group, "happened_on": held.date()}
    words = {name: text[:LONGEST_TEXT] for name, text in words.items()}
    start_lesson(organisation, by=by, at=at, words=words, facts=facts, session=session)
    return session


def _plain(text: str) -> str:
    return plain(plain_text(text))


def _moment_of(day: str, at: datetime) -> datetime:
    """Noon of the day that the report names; without one, or with one to come, now."""
    try:
        held = datetime.combine(date.fromisoformat(day), time(12), UTC)
    except ValueError:
        return at
    return min(held, at)


def _actions_of(report: Report) -> list[tuple[str, bool]]:
    found: dict[str, bool] = {}
    for item in report.items("Recommendation"):
        if title := first_words(_plain(_DONE.sub("", item)), 200):
            found[title] = bool(_DONE.search(item))
    return list(found.items())[:MOST_ACTIONS]
