"""Pieces of lessons on pages of apps below (see ``kmportal/slots.py``)."""

from typing import Any

from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import things
from lessons import labels, policies
from lessons.models import Lesson, LessonQuerySet, State
from organisations.models import Membership
from roadmap.models import Intervention
from techniques.models import Session

Piece = tuple[str, dict[str, Any]]


def outcome_of_session(session: Session, membership: Membership) -> Piece | None:
    """On a closed session: its summary, the actions and the lessons that this member may see."""
    if not session.is_closed:
        return None
    today = timezone.localdate()
    actions = Action.objects.visible_to(membership).agreed_in(things.ref_of(session))
    lessons = Lesson.objects.visible_to(membership).filter(session=session).order_by("pk")
    stages = session.stages.all()
    return "lessons/_session_outcome.html", {
        "session": session,
        "summary": [(stage, session.summary[stage.key]) for stage in stages if session.summary.get(stage.key)],
        "actions": [
            (action, action.days_late(today)) for action in actions.select_related("owner", "organisation").by_day()
        ],
        "lessons": _lessons_with_looks(lessons),
        "may_add_action": policies.may_add_session_action(membership, session),
        "may_log": "log" in policies.allowed_in(membership, session.organisation),
    }


def lessons_of_intervention(intervention: Intervention, membership: Membership) -> Piece:
    """On an intervention: the lessons that came of it, and a way to log one."""
    lessons = Lesson.objects.visible_to(membership).filter(intervention=intervention).order_by("-pk")
    return "lessons/_intervention_lessons.html", {
        "intervention": intervention,
        "lessons": _lessons_with_looks(lessons),
        "may_log": "log" in policies.allowed_in(membership, intervention.organisation),
    }


def _lessons_with_looks(rows: LessonQuerySet) -> list[tuple[Lesson, things.Look]]:
    lessons = rows.select_related("revision", "organisation")
    return [(lesson, labels.STATES[State(lesson.state)]) for lesson in lessons]
