"""The thread of one thing: gap → suggestion → intervention → sessions → lessons → actions, both ways.

Each function is named in ``kmportal.slots`` and gets the thing and the reader’s membership. Only what the reader may
see becomes a link. Solid stops happened, dashed ones are to come.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import ngettext

from actionplan.models import Action, ActionQuerySet
from actionplan.reports import lines
from kmportal.lib import things
from kmportal.lib.cleaning import first_words
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.markdown import plain
from kmportal.lib.prepared import prepared
from kmportal.lib.provenance import Link, Stop
from lessons.models import Asset, AssetPart, Lesson, Reuse, State
from organisations.models import Membership
from roadmap.models import Intervention
from selfassessment.models import Decision
from techniques.models import Session

TEMPLATE = "dashboards/_thread.html"
FOLDED = "dashboards/_thread_folded.html"
SHOWN = 3
LONGEST_EVIDENCE = 80


def of_decision(decision: Decision, membership: Membership) -> tuple[str, dict[str, Any]]:
    """From a gap forwards: what became of the suggestion."""
    here = Stop("here", "You are here", [Link(f"{worded('Suggestion')} for {decision.criterion}")])
    return FOLDED, {"stops": [here, *_after_decision(decision, membership)], "about": decision.words}


def of_intervention(intervention: Intervention, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From an intervention both ways."""
    before = _gap_stops(_decisions_for(intervention.pk), membership)
    here = Stop("here", "You are here", [Link(f"{worded('Intervention')} in step {intervention.step}")])
    return _drawn_thread([*before, here, *_after_interventions([intervention], membership)])


def actions_of_intervention(intervention: Intervention, membership: Membership) -> tuple[str, dict[str, Any]]:
    """All that was promised for it: on its own page, in its sessions and in its lessons, as its thread counts them."""
    sessions = _sessions_of([intervention], membership)
    lessons = _lessons_from([intervention], sessions, membership)
    refs = [things.ref_of(source) for source in (intervention, *sessions, *lessons)]
    rows = Action.objects.visible_to(membership).agreed_in(*refs).select_related("owner", "organisation")
    today = localdate()
    return "dashboards/_actions.html", {
        "here": intervention.get_absolute_url(),
        "open_actions": lines(rows.open().by_day(), membership, on=today),
        "over_actions": lines(rows.over(), membership, on=today),
    }


def of_session(session: Session, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From a session both ways."""
    here = Stop("here", "You are here", [Link(session.technique.name)])
    before = _before_intervention(session.intervention, membership)
    return _drawn_thread([*before, here, *_after_sessions([session], membership)])


def of_lesson(lesson: Lesson, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From a lesson both ways: session and intervention before it; after it actions, what changed and whether it is
    still so, the knowledge assets that it is part of, and whom it helped."""
    stops = _before_intervention(lesson.intervention, membership)
    if lesson.session and lesson.session.organisation_id == membership.organisation_id:
        stops.append(Stop("done", worded("Session"), [_link_to(lesson.session, membership)]))
    elif lesson.source:
        stops.append(Stop("done", "Brought in from", [Link(lesson.source, lesson.source_url)]))
    stops.append(Stop("here", "You are here", [Link(f"{worded('Lesson')} {lesson.pk}")]))
    stops += [*_actions_agreed_in([lesson], membership), *_later_life(lesson), *_put_to_use(lesson, membership)]
    return _drawn_thread(stops)


def of_action(action: Action, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """From an action back to the gap, intervention, session or lesson in which it was promised."""
    stops = _before_action(action, membership)
    stops.append(Stop("here", "You are here", [Link(worded("Action"))], note=action.get_state_display().lower()))
    return _drawn_thread(stops)


def _drawn_thread(stops: list[Stop]) -> tuple[str, dict[str, Any]] | None:
    """A thread of one stop is no thread."""
    return (TEMPLATE, {"stops": stops}) if len(stops) > 1 else None


# --- Backwards ---------------------------------------------------------------------------------------------------


def _decision_rows() -> QuerySet[Decision]:
    return Decision.objects.select_related("criterion", "assessment__organisation", "suggestion")


@prepared
def _decisions_for(intervention: int) -> QuerySet[Decision]:
    return _decision_rows().filter(intervention=intervention)[:1]


def _gap_stops(decisions: Sequence[Decision], membership: Membership) -> list[Stop]:
    """The gap and the suggestion that a thing came from; nothing for what was planned by hand."""
    stops = []
    for decision in decisions[:1]:
        report = reverse("gap_report", args=[decision.assessment.organisation.slug, decision.assessment_id])
        words = f"{decision.criterion}"
        if decision.now is not None and decision.wanted is not None:
            words += f": now {decision.now.normalize():f}, wanted {decision.wanted.normalize():f}"
        stops.append(Stop("done", "Gap", [Link(words, f"{report}#{decision.criterion.code}")]))
        suggestion = Link(decision.words or decision.suggestion.title, f"{report}#do")
        stops.append(Stop("done", worded("Suggestion accepted"), [suggestion], note=_day_in_words(decision.at)))
    return stops


def _before_intervention(intervention: Intervention | None, membership: Membership) -> list[Stop]:
    if intervention is None or intervention.programme.organisation_id != membership.organisation_id:
        return []
    gaps = _gap_stops(_decisions_for(intervention.pk), membership)
    return [*gaps, Stop("done", worded("Intervention"), [_link_to(intervention, membership)])]


def _before_action(action: Action, membership: Membership) -> list[Stop]:
    """Where an action was agreed, and what led there."""
    if decision := _decision_rows().filter(action=action).first():
        return _gap_stops([decision], membership)
    kind, pk = action.source or ("", 0)
    match kind:
        case "session":
            return _before_and_session(_readable_sessions(membership).filter(pk=pk).first(), membership)
        case "lesson":
            return _before_and_lesson(_readable_lessons(membership).filter(pk=pk).first(), membership)
        case "intervention":
            rows = Intervention.objects.visible_to(membership).select_related("programme__organisation")
            return _before_intervention(rows.filter(pk=pk).first(), membership)
    return []


def _before_and_session(session: Session | None, membership: Membership) -> list[Stop]:
    if session is None:
        return []
    before = _before_intervention(session.intervention, membership)
    return [*before, Stop("done", worded("Session"), [_link_to(session, membership)])]


def _before_and_lesson(lesson: Lesson | None, membership: Membership) -> list[Stop]:
    if lesson is None:
        return []
    stops = _before_intervention(lesson.intervention, membership)
    if lesson.session and lesson.session.organisation_id == membership.organisation_id:
        stops.append(Stop("done", worded("Session"), [_link_to(lesson.session, membership)]))
    return [*stops, Stop("done", worded("Lesson"), [_link_to(lesson, membership)])]


def _readable_sessions(membership: Membership) -> QuerySet[Session]:
    return Session.objects.visible_to(membership).select_related(
        "organisation", "intervention__programme__organisation"
    )


def _readable_lessons(membership: Membership) -> QuerySet[Lesson]:
    return Lesson.objects.visible_to(membership).select_related(
        "revision", "organisation", "session__organisation", "intervention__programme__organisation"
    )


# --- Forwards ----------------------------------------------------------------------------------------------------


def _after_decision(decision: Decision, membership: Membership) -> list[Stop]:
    if decision.verdict == Decision.Verdict.REJECTED:
        return [Stop("done", "Rejected", [Link(decision.reason)], note=_day_in_words(decision.at))]
    if decision.intervention:
        later = _after_interventions([decision.intervention], membership)
        return [Stop("done", worded("Intervention"), [_link_to(decision.intervention, membership)]), *later]
    if decision.action:
        return _action_stops(_standing_actions(membership, decision.action.pk), membership)
    return []


def _after_interventions(interventions: Sequence[Intervention], membership: Membership) -> list[Stop]:
    sessions = _sessions_of(interventions, membership)
    stops = []
    held = [session for session in sessions if session.state == Session.State.CLOSED]
    to_come = [session for session in sessions if session.state != Session.State.CLOSED]
    if held:
        stops.append(
            Stop(
                "done",
                _many_in_words(len(held), worded("Session held"), worded("Sessions held")),
                _links_to(held, membership),
            )
        )
    if to_come:
        stops.append(
            Stop(
                "next",
                _many_in_words(len(to_come), worded("Session to come"), worded("Sessions to come")),
                _links_to(to_come, membership),
            )
        )
    lessons = _lessons_from(interventions, sessions, membership)
    return [
        *stops,
        *_lesson_stops(lessons, membership),
        *_actions_agreed_in([*interventions, *sessions, *lessons], membership),
    ]


def _sessions_of(interventions: Sequence[Intervention], membership: Membership) -> list[Session]:
    return _sessions_for(membership, tuple(one.pk for one in interventions)) if interventions else []


@prepared
def _sessions_for(membership: Membership, interventions: tuple[int, ...]) -> QuerySet[Session]:
    rows = Session.objects.visible_to(membership).filter(intervention__in=interventions)
    return rows.exclude(state=Session.State.CANCELLED).select_related("organisation").order_by("starts_at")


def _after_sessions(sessions: Sequence[Session], membership: Membership) -> list[Stop]:
    lessons = _lessons_from([], sessions, membership)
    return [*_lesson_stops(lessons, membership), *_actions_agreed_in(sessions, membership)]


def _lessons_from(
    interventions: Sequence[Intervention], sessions: Sequence[Session], membership: Membership
) -> list[Lesson]:
    keys = [tuple(one.pk for one in rows) for rows in (interventions, sessions)]
    return _lessons_for(membership, *keys) if any(keys) else []


@prepared
def _lessons_for(membership: Membership, interventions: tuple[int, ...], sessions: tuple[int, ...]) -> QuerySet[Lesson]:
    came = Q(intervention__in=interventions) | Q(session__in=sessions)
    return _readable_lessons(membership).filter(came).order_by("pk")


def _lesson_stops(lessons: Sequence[Lesson], membership: Membership) -> list[Stop]:
    if not lessons:
        return []
    done = any(lesson.validated_at for lesson in lessons)
    return [
        Stop(
            "done" if done else "next",
            _many_in_words(len(lessons), worded("Lesson"), worded("Lessons")),
            _links_to(lessons, membership),
        )
    ]


def _later_life(lesson: Lesson) -> list[Stop]:
    """What has changed because of it, and that it is still so, or when somebody looks."""
    if lesson.learned_on is None:
        return []
    evidence = Link(first_words(plain(lesson.evidence), LONGEST_EVIDENCE) or "Somebody has seen it")
    stops = [Stop("done", "Changed", [evidence], note=long_day(lesson.learned_on))]
    if lesson.state == State.EMBEDDED:
        stops.append(Stop("done", "Still so after six months"))
    elif lesson.state == State.LEARNED and lesson.look_again_on is not None:
        stops.append(Stop("next", "Somebody looks whether it is still so", note=long_day(lesson.look_again_on)))
    return stops


@prepared
def _assets_with(membership: Membership, lesson: int) -> QuerySet[Asset]:
    parts = AssetPart.objects.filter(lesson=lesson).values("asset")
    return Asset.objects.visible_to(membership).published().filter(pk__in=parts).select_related("organisation")


@prepared
def _helped_by(membership: Membership, lesson: int) -> QuerySet[Reuse]:
    return Reuse.objects.visible_to(membership).helped().filter(lesson=lesson)


def _put_to_use(lesson: Lesson, membership: Membership) -> list[Stop]:
    """The knowledge assets that it is part of, and whom it helped. Two queries."""
    stops = []
    if assets := _assets_with(membership, lesson.pk):
        words = ngettext("Knowledge asset", "Knowledge assets", len(assets))
        stops.append(Stop("done", f"Part of {len(assets)} {words.lower()}", _links_to(assets, membership)))
    if helped := _helped_by.count(membership, lesson.pk):
        url = f"{reverse('reuse_list', args=[membership.organisation.slug])}?kind=helped&lesson={lesson.pk}"
        stops.append(Stop("done", "Helped", [Link(f"{helped} {ngettext('time', 'times', helped)}", url)]))
    return stops


def _actions_agreed_in(sources: Iterable[Model], membership: Membership) -> list[Stop]:
    """What was agreed in any of these things."""
    keys: dict[str, tuple[int, ...]] = {}
    for source in sources:
        kind, key = things.ref_of(source)
        keys[kind] = (*keys.get(kind, ()), key)
    return _action_stops(_actions_from(membership, **keys), membership) if keys else []


@prepared
def _actions_from(membership: Membership, **keys: tuple[int, ...]) -> QuerySet[Action]:
    refs = [things.Ref(kind, key) for kind, idents in keys.items() for key in idents]
    return _still_promised(Action.objects.agreed_in(*refs), membership)


@prepared
def _standing_actions(membership: Membership, action: int) -> QuerySet[Action]:
    return _still_promised(Action.objects.filter(pk=action), membership)


def _still_promised(rows: ActionQuerySet, membership: Membership) -> ActionQuerySet:
    rows = rows.visible_to(membership).exclude(state=Action.State.DROPPED)
    return rows.select_related("organisation").order_by("pk")


def _action_stops(actions: Sequence[Action], membership: Membership) -> list[Stop]:
    done = [action for action in actions if action.state == Action.State.DONE]
    to_do = [action for action in actions if action.state == Action.State.OPEN]
    stops = []
    if done:
        stops.append(
            Stop(
                "done",
                _many_in_words(len(done), worded("Action done"), worded("Actions done")),
                _links_to(done, membership),
            )
        )
    if to_do:
        stops.append(
            Stop(
                "next",
                _many_in_words(len(to_do), worded("Action to do"), worded("Actions to do")),
                _links_to(to_do, membership),
            )
        )
    return stops


# --- Words -------------------------------------------------------------------------------------------------------


def _link_to(row: Model, membership: Membership) -> Link:
    """A thing by its title, on its page under the reader’s own organisation, through which they see it."""
    words = str(row.revision) if isinstance(row, Lesson) else str(row)
    return Link(words, things.thing_of(row).url(row.pk, membership.organisation.slug, row))


def _links_to(rows: Sequence[Model], membership: Membership) -> list[Link]:
    return _first_few([_link_to(row, membership) for row in rows])


def _first_few(links: Sequence[Link]) -> list[Link]:
    """The first few, and how many more there are."""
    rest = len(links) - SHOWN
    return [*links[:SHOWN], *([Link(f"and {rest} more")] if rest > 0 else [])]


def _many_in_words(number: int, one: str, more: str) -> str:
    return ngettext(one, f"{number} {more.lower()}", number)


def _day_in_words(moment: Any) -> str:
    return long_day(localtime(moment).date())
