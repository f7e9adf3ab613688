"""Pieces of lessons on pages of apps below (see ``kmportal/slots.py``)."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import things
from kmportal.lib.prepared import prepared
from kmportal.lib.work import work_of
from lessons import labels, policies
from lessons.actions.leaving import KEPT_FOR
from lessons.models import Lesson, LessonQuerySet, PackAnswer, Risk
from lessons.reports.leaving import drafts_of
from lessons.reports.pack import build_pack
from lessons.reports.quotes import QuotePanel
from organisations.models import Membership
from roadmap.models import Intervention
from techniques.models import ASKED_AFTER, Session
from techniques.policies import may_facilitate, may_tell_outcome

MOST_TAKEN_UP = 10
BEFORE_ACTION_REVIEW = "before-action-review"
Piece = tuple[str, dict[str, Any]]


def outcome_of_session(session: Session, membership: Membership) -> Piece | None:
    """On a closed session: its summary, the actions and the lessons that this member may see."""
    if not session.is_closed:
        return None
    today = timezone.localdate()
    actions = Action.objects.visible_to(membership).agreed_in(things.ref_of(session))
    lessons = Lesson.objects.visible_to(membership).filter(session=session).order_by("pk")
    versions = list(session.summary_versions.select_related("by"))
    return "lessons/_session_outcome.html", {
        "session": session,
        "summary": session.summary_by_step(),
        "versions": versions,
        "may_correct": may_facilitate(membership, session),
        "actions": [
            (action, action.days_late(today)) for action in actions.select_related("owner", "organisation").by_day()
        ],
        "lessons": _lessons_with_looks(lessons, membership),
        "quotes": QuotePanel.build(session, membership),
        "may_add_action": policies.may_add_session_action(membership, session),
        "may_log": "log" in policies.allowed_in(membership, session.organisation),
    }


def what_came_of_session(session: Session, membership: Membership) -> Piece | None:
    """On a closed session: what came of it, once somebody has said it or it is time to ask."""
    if not session.is_closed or session.closed_at is None:
        return None
    outcomes = list(session.outcomes.select_related("person"))
    may_tell = may_tell_outcome(membership, session)
    is_time = timezone.localdate() >= timezone.localdate(session.closed_at) + ASKED_AFTER
    if not outcomes and not (may_tell and is_time):
        return None
    return "lessons/_what_came.html", {
        "session": session,
        "outcomes": outcomes,
        "may_tell": may_tell,
        "has_told": any(one.person_id == membership.person_id for one in outcomes),
        "may_log": "log" in policies.allowed_in(membership, session.organisation),
        "lessons": Lesson.objects.visible_to(membership).filter(session=session).validated().exists(),
    }


def drafts_of_leaver(leaver: Membership, membership: Membership) -> Piece | None:
    """Before somebody is removed: how many drafts they have and what becomes of them. Which they are nobody is told."""
    drafts = drafts_of(leaver)
    if drafts.is_empty:
        return None
    return "lessons/_drafts_of_leaver.html", {"leaver": leaver, "drafts": drafts, "kept_days": KEPT_FOR.days}


def knowledge_of_leaver(leaver: Membership, membership: Membership) -> Piece | None:
    """Before somebody is removed: what they know that nobody has said is kept. Whoever looks after people reads what it
    is, and its page where they may."""
    known = Risk.objects.open().filter(organisation=leaver.organisation_id, holders__person=leaver.person_id)
    risks = list(known.select_related("organisation", "owner", "asset").order_by("pk"))
    if not risks:
        return None
    readable = Risk.objects.visible_to(membership).in_bulk([risk.pk for risk in risks])
    rows = [(risk, labels.look_of_risk(risk), risk.pk in readable) for risk in risks]
    return "lessons/_knowledge_of_leaver.html", {"leaver": leaver, "rows": rows}


def lessons_of_intervention(intervention: Intervention, membership: Membership) -> Piece:
    """On an intervention: the lessons that came of it, and a way to log one."""
    lessons = Lesson.objects.visible_to(membership).filter(intervention=intervention).order_by("-pk")
    return "lessons/_intervention_lessons.html", {
        "intervention": intervention,
        "lessons": _lessons_with_looks(lessons, membership),
        "may_log": "log" in policies.allowed_in(membership, intervention.organisation),
    }


def lessons_before_session(session: Session, membership: Membership) -> Piece | None:
    """On a session that is to come or under way: what to know before. In a before action review the lessons of what it
    is about stand here as ticks; elsewhere there is a link."""
    if session.is_over:
        return None
    work = work_of(session)
    if session.technique.key != BEFORE_ACTION_REVIEW:
        return "lessons/_before_session.html", {"work": work}
    about = work_of(session.intervention) if session.intervention else work
    return "lessons/_before_ticks.html", {
        "session": session,
        "work": about,
        "pack": build_pack(about, membership),
        "is_ahead": about.starts_on is not None and about.starts_on >= timezone.localdate(),
    }


def open_from_last_time(session: Session, membership: Membership) -> Piece | None:
    """On a session that is to come or under way: what its group promised the last time and has not done yet."""
    if session.is_over or session.group_id is None:
        return None
    before = Session.objects.visible_to(membership).held().filter(group=session.group_id)
    last = before.order_by("-closed_at").first()
    if last is None:
        return None
    today = timezone.localdate()
    agreed = Action.objects.visible_to(membership).agreed_in(things.ref_of(last)).open()
    actions = [(one, one.days_late(today)) for one in agreed.select_related("owner", "organisation").by_day()]
    return ("lessons/_open_from_last_time.html", {"last": last, "actions": actions}) if actions else None


@prepared
def _taken_up(membership: Membership, lesson: int) -> QuerySet[PackAnswer]:
    return PackAnswer.objects.visible_to(membership).filter(lesson=lesson).taken_up()[:MOST_TAKEN_UP]


def taken_up_before(lesson: Lesson, membership: Membership) -> Piece | None:
    """On a lesson: the work for which somebody uses it."""
    pages = things.pointers([row.work for row in _taken_up(membership, lesson.pk)], membership)
    return ("lessons/_taken_up.html", {"pages": list(pages.values())}) if pages else None


def lesson_of_action(action: Action, membership: Membership) -> Piece | None:
    """On an action that came of a lesson before some work began: that lesson."""
    rows = PackAnswer.objects.visible_to(membership).filter(action=action).select_related("lesson__revision")
    lessons = [row.lesson for row in rows]
    return ("lessons/_lesson_of_action.html", {"lessons": lessons}) if lessons else None


def _lessons_with_looks(rows: LessonQuerySet, membership: Membership) -> list[tuple[Lesson, things.Look]]:
    lessons = rows.select_related("revision", "organisation")
    return [(lesson, labels.look_of(lesson, membership.organisation_id)) for lesson in lessons]
