"""The thread of one thing: gap → suggestion → intervention → sessions → lessons → actions, both ways.

Each function is named in ``kmportal.slots`` and gets the thing and the reader’s membership. Only what the reader may
see becomes a link. Solid stops happened, dashed ones are to come.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime

from actionplan.models import Action
from kmportal.lib.days import long_day
from kmportal.lib.provenance import Link, Stop
from lessons.models import Lesson, LessonAction, SessionAction
from organisations.models import Membership
from roadmap.models import Intervention
from selfassessment.models import Decision
from techniques.models import Session

TEMPLATE = "dashboards/_thread.html"
FOLDED = "dashboards/_thread_folded.html"
SHOWN = 3


def of_decision(decision: Decision, membership: Membership) -> tuple[str, dict[str, Any]]:
    """From a gap forwards: what became of the suggestion."""
    here = Stop("here", "You are here", [Link(f"Suggestion for {decision.criterion}")])
    return FOLDED, {"stops": [here, *_after_decision(decision, membership)], "about": decision.words}


def of_intervention(intervention: Intervention, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From an intervention both ways."""
    before = _gaps(Decision.objects.filter(intervention=intervention), membership)
    here = Stop("here", "You are here", [Link(f"Intervention in step {intervention.step}")])
    return _drawn([*before, here, *_after_interventions([intervention], membership)])


def of_session(session: Session, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From a session both ways."""
    here = Stop("here", "You are here", [Link(session.technique.name)])
    before = _before_intervention(session.intervention, membership)
    return _drawn([*before, here, *_after_sessions([session], membership)])


def of_lesson(lesson: Lesson, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From a lesson both ways: session and intervention before it, actions after it."""
    stops = _before_intervention(lesson.intervention, membership)
    if lesson.session and lesson.session.organisation_id == membership.organisation_id:
        stops.append(Stop("done", "Session", [_link(lesson.session)]))
    elif lesson.source:
        stops.append(Stop("done", "Brought in from", [Link(lesson.source, lesson.source_url)]))
    stops.append(Stop("here", "You are here", [Link(f"Lesson {lesson.pk}")]))
    stops += _actions(Q(lessonaction__lesson=lesson), membership)
    return _drawn(stops)


def of_action(action: Action, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From an action back to the gap, intervention, session or lesson in which it was promised."""
    stops: list[Stop] = []
    if decision := _decisions().filter(action=action).first():
        stops += _gaps([decision], membership)
    elif link := SessionAction.objects.filter(action=action).select_related("session__intervention").first():
        stops += _before_intervention(link.session.intervention, membership)
        stops.append(Stop("done", "Session", [_link(link.session)]))
    elif lesson := _lessons_of(action, membership):
        stops += _before_intervention(lesson.intervention, membership)
        if lesson.session:
            stops.append(Stop("done", "Session", [_link(lesson.session)]))
        stops.append(Stop("done", "Lesson", [Link(str(lesson.revision), lesson.get_absolute_url())]))
    elif intervention := _source_intervention(action, membership):
        stops += _before_intervention(intervention, membership)
    stops.append(Stop("here", "You are here", [Link("Action")], note=action.get_state_display().lower()))
    return _drawn(stops)


def _drawn(stops: list[Stop]) -> tuple[str, dict[str, Any]] | None:
    """A thread of one stop is no thread."""
    return (TEMPLATE, {"stops": stops}) if len(stops) > 1 else None


# --- Backwards ---------------------------------------------------------------------------------------------------


def _decisions() -> Any:
    return Decision.objects.select_related("criterion", "assessment__organisation")


def _gaps(decisions: Iterable[Decision], membership: Membership) -> list[Stop]:
    """The gap and the suggestion that a thing came from; nothing for what was planned by hand."""
    if not isinstance(decisions, Sequence):
        decisions = decisions.select_related("criterion", "assessment__organisation")  # type: ignore[attr-defined]
    stops = []
    for decision in list(decisions)[:1]:
        report = reverse("gap_report", args=[decision.assessment.organisation.slug, decision.assessment_id])
        words = f"{decision.criterion}"
        if decision.now is not None and decision.wanted is not None:
            words += f": now {decision.now.normalize():f}, wanted {decision.wanted.normalize():f}"
        stops.append(Stop("done", "Gap", [Link(words, f"{report}#{decision.criterion.code}")]))
        suggestion = Link(decision.words or decision.suggestion.title, f"{report}#do")
        stops.append(Stop("done", "Suggestion accepted", [suggestion], note=_day(decision.at)))
    return stops


def _before_intervention(intervention: Intervention | None, membership: Membership) -> list[Stop]:
    if intervention is None or intervention.programme.organisation_id != membership.organisation_id:
        return []
    gaps = _gaps(Decision.objects.filter(intervention=intervention), membership)
    return [*gaps, Stop("done", "Intervention", [_link(intervention)])]


def _source_intervention(action: Action, membership: Membership) -> Intervention | None:
    if action.source_url_name != "intervention_detail":
        return None
    rows = Intervention.objects.visible_to(membership).select_related("programme__organisation")
    return rows.filter(pk=action.source_url_args[-1]).first()


def _lessons_of(action: Action, membership: Membership) -> Lesson | None:
    links = LessonAction.objects.filter(action=action).values("lesson")
    rows = Lesson.objects.visible_to(membership).filter(pk__in=links)
    return rows.select_related(
        "revision", "organisation", "session__organisation", "intervention__programme__organisation"
    ).first()


# --- Forwards ----------------------------------------------------------------------------------------------------


def _after_decision(decision: Decision, membership: Membership) -> list[Stop]:
    if decision.verdict == Decision.Verdict.REJECTED:
        return [Stop("done", "Rejected", [Link(decision.reason)], note=_day(decision.at))]
    if decision.intervention:
        later = _after_interventions([decision.intervention], membership)
        return [Stop("done", "Intervention", [_link(decision.intervention)]), *later]
    if decision.action:
        return _actions(Q(pk=decision.action_id), membership)
    return []


def _after_interventions(interventions: Sequence[Intervention], membership: Membership) -> list[Stop]:
    sessions = list(
        Session.objects.visible_to(membership)
        .filter(intervention__in=interventions)
        .exclude(state=Session.State.CANCELLED)
        .select_related("organisation")
        .order_by("starts_at")
    )
    stops = []
    held = [session for session in sessions if session.state == Session.State.CLOSED]
    to_come = [session for session in sessions if session.state != Session.State.CLOSED]
    if held:
        stops.append(Stop("done", _many(len(held), "Session held", "Sessions held"), _links(held)))
    if to_come:
        stops.append(Stop("next", _many(len(to_come), "Session to come", "Sessions to come"), _links(to_come)))
    lessons = Q(intervention__in=interventions) | Q(session__in=sessions)
    stops += _lessons(lessons, membership)
    promised = Q(sessionaction__session__in=sessions) | Q(lessonaction__lesson__intervention__in=interventions)
    for intervention in interventions:
        promised |= Q(
            source_url_name="intervention_detail", source_url_args=[membership.organisation.slug, intervention.pk]
        )
    return stops + _actions(promised, membership)


def _after_sessions(sessions: Sequence[Session], membership: Membership) -> list[Stop]:
    stops = _lessons(Q(session__in=sessions), membership)
    return stops + _actions(Q(sessionaction__session__in=sessions), membership)


def _lessons(condition: Q, membership: Membership) -> list[Stop]:
    rows = Lesson.objects.visible_to(membership).filter(condition).select_related("revision", "organisation")
    lessons = list(rows.order_by("pk"))
    if not lessons:
        return []
    done = any(lesson.validated_at for lesson in lessons)
    links = [Link(str(lesson.revision), lesson.get_absolute_url()) for lesson in lessons]
    return [Stop("done" if done else "next", _many(len(lessons), "Lesson", "Lessons"), _some(links))]


def _actions(condition: Q, membership: Membership) -> list[Stop]:
    rows = Action.objects.visible_to(membership).filter(condition).exclude(state=Action.State.DROPPED)
    actions = list(rows.select_related("organisation").distinct().order_by("pk"))
    done = [action for action in actions if action.state == Action.State.DONE]
    to_do = [action for action in actions if action.state == Action.State.OPEN]
    stops = []
    if done:
        stops.append(Stop("done", _many(len(done), "Action done", "Actions done"), _links(done)))
    if to_do:
        stops.append(Stop("next", _many(len(to_do), "Action to do", "Actions to do"), _links(to_do)))
    return stops


# --- Words -------------------------------------------------------------------------------------------------------


def _link(thing: Any) -> Link:
    return Link(str(thing), thing.get_absolute_url())


def _links(things: Sequence[Any]) -> list[Link]:
    return _some([_link(thing) for thing in things])


def _some(links: Sequence[Link]) -> list[Link]:
    """The first few, and how many more there are."""
    rest = len(links) - SHOWN
    return [*links[:SHOWN], *([Link(f"and {rest} more")] if rest > 0 else [])]


def _many(number: int, one: str, more: str) -> str:
    return one if number == 1 else f"{number} {more.lower()}"


def _day(moment: Any) -> str:
    return long_day(localtime(moment).date())
