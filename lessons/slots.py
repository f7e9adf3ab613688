"""Pieces of lessons on pages of apps below (see ``kmportal/slots.py``)."""

from typing import Any

from django.utils import timezone

from actionplan.models import Action
from lessons import labels
from lessons.models import Lesson
from organisations.models import Membership
from organisations.permissions import Permission
from roadmap.models import Intervention
from techniques.models import Session

Piece = tuple[str, dict[str, Any]]


def outcome_of_session(session: Session, membership: Membership) -> Piece | None:
    """On a closed session: its summary, the actions and the lessons that this member may see."""
    if session.state != Session.State.CLOSED:
        return None
    today = timezone.localdate()
    actions = Action.objects.visible_to(membership).filter(sessionaction__session=session)
    lessons = Lesson.objects.visible_to(membership).filter(session=session).select_related("revision", "organisation")
    stages = session.stages.all()
    return "lessons/_session_outcome.html", {
        "session": session,
        "summary": [(stage, session.summary[stage.key]) for stage in stages if session.summary.get(stage.key)],
        "actions": [
            (action, action.days_late(today)) for action in actions.select_related("owner", "organisation").by_day()
        ],
        "lessons": [(lesson, labels.STATES[lesson.state]) for lesson in lessons.order_by("pk")],
        "may_write": membership.can(Permission.CONTRIBUTE),
        "slug": membership.organisation.slug,
    }


def lessons_of_intervention(intervention: Intervention, membership: Membership) -> Piece:
    """On an intervention: the lessons that came of it, and a way to log one."""
    rows = Lesson.objects.visible_to(membership).filter(intervention=intervention)
    lessons = rows.select_related("revision", "organisation").order_by("-pk")
    return "lessons/_intervention_lessons.html", {
        "intervention": intervention,
        "lessons": [(lesson, labels.STATES[lesson.state]) for lesson in lessons],
        "may_write": membership.can(Permission.CONTRIBUTE),
        "slug": membership.organisation.slug,
    }
