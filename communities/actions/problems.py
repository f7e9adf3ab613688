"""What people do with problems at a kick-off: raise, change, share and take away, name topics, sort and put back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import KickOff, Problem, Support, Topic
from communities.transitions import (
    find_topic_like,
    lock_kickoff,
    lock_problem,
    name_new_topic,
    refuse_taken_up,
    refuse_unless_running,
)
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from search.analyser import fold

# Far above what anybody wants to solve; it keeps a stuck browser, or a bad joke, from filling the page.
PROBLEMS_OF_ONE = 30
TOPICS_OF_ONE_KICKOFF = 100


@transaction.atomic
def raise_problem(
    kickoff: KickOff,
    *,
    by: Membership,
    at: datetime,
    line: str,
    more: str = "",
    is_in: bool = False,
    would_facilitate: bool = False,
    once: UUID | None = None,
) -> Problem:
    """Say what one wants to solve. Idempotent for the same ``once``.

    Refuses what reads like a problem that is there, whatever its accents and capitals: that one is shared instead.
    """
    require_that(policies.may_take_part_in_kickoff(by, kickoff))
    lock_kickoff(kickoff)
    key = once or uuid4()
    if made := Problem.objects.filter(kickoff=kickoff, once=key, person=by.person).first():
        return made
    refuse_unless_running(kickoff, at)
    problem = Problem(
        kickoff=kickoff,
        organisation=kickoff.organisation,
        line=line,
        more=clean_text(more).strip(),
        person=by.person,
        is_in=is_in or would_facilitate,
        would_facilitate=would_facilitate,
        at=at,
        once=key,
    )
    refuse_invalid(problem, "line", "more")
    _refuse_double(problem)
    if Problem.objects.filter(kickoff=kickoff, person=by.person).count() >= PROBLEMS_OF_ONE:
        raise Refusal(f"You have raised {PROBLEMS_OF_ONE} problems. Let the others have their say, or take one away.")
    problem.save()
    events.record(Event.PROBLEM_RAISED, problem, by=by, at=at)
    return problem


def _refuse_double(problem: Problem) -> None:
    wanted = fold(line_of_text(problem.line))
    others = Problem.objects.filter(kickoff=problem.kickoff).exclude(pk=problem.pk).values_list("line", flat=True)
    if any(fold(line) == wanted for line in others):
        raise Refusal("This problem is there already, in the same words. Find it in the list and share it.")


@transaction.atomic
def change_problem(problem: Problem, *, by: Membership, at: datetime, line: str, more: str) -> Problem:
    """Other words for one’s own problem. The same again changes nothing."""
    require_that(policies.is_writer(by, problem))
    lock_kickoff(problem.kickoff)
    lock_problem(problem)
    wanted = line_of_text(line), clean_text(more).strip()
    if (problem.line, problem.more) == wanted:
        return problem
    refuse_unless_running(problem.kickoff, at)
    refuse_taken_up(problem)
    problem.line, problem.more = wanted
    refuse_invalid(problem, "line", "more")
    _refuse_double(problem)
    problem.save(update_fields=["line", "more"])
    events.record(Event.PROBLEM_CHANGED, problem, by=by, at=at)
    return problem


@transaction.atomic
def take_away_problem(problem: Problem, *, by: Membership, at: datetime) -> None:
    """Delete a problem: one’s own that nobody shares, or, for who looks after the kick-off, any that should not stand
    there. What a community has taken up stays."""
    require_that(policies.may_take_away(by, problem))
    kickoff = problem.kickoff
    lock_kickoff(kickoff)
    if not Problem.objects.filter(pk=problem.pk).exists():
        return
    lock_problem(problem)
    refuse_taken_up(problem)
    shared = problem.voices or problem.supports.exists()
    if shared and not policies.may_run_kickoff(by, kickoff):
        raise Refusal("Others share this problem, so it stays. You can change its words.")
    events.record(Event.PROBLEM_DELETED, problem, by=by, at=at)
    problem.delete()


@transaction.atomic
def share_problem(
    problem: Problem, *, by: Membership, at: datetime, is_in: bool = False, would_facilitate: bool = False
) -> Problem:
    """Say that one has this problem too, once; whoever raised it has said so already. Said again, the ticks count anew.

    ``is_in``: they want to belong to the community that takes it up. Nobody is made a member without that.
    """
    require_that(policies.may_share(by, problem))
    lock_problem(problem)
    refuse_taken_up(problem)
    if not problem.kickoff.has_begun(at):
        refuse_unless_running(problem.kickoff, at)
    ticks = {"is_in": is_in or would_facilitate, "would_facilitate": would_facilitate}
    if problem.person_id == by.person_id:
        if all(getattr(problem, name) == tick for name, tick in ticks.items()):
            return problem
        problem.is_in, problem.would_facilitate = ticks.values()
        problem.save(update_fields=list(ticks))
    else:
        row, is_new = Support.objects.get_or_create(problem=problem, person=by.person, defaults={**ticks, "at": at})
        if not is_new and all(getattr(row, name) == tick for name, tick in ticks.items()):
            return problem
        Support.objects.filter(pk=row.pk).update(**ticks)
    events.record(Event.PROBLEM_SHARED, problem, by=by, at=at)
    return problem


@transaction.atomic
def unshare_problem(problem: Problem, *, by: Membership, at: datetime) -> Problem:
    """Take it back that one shares it. Idempotent; who raised a problem takes back only that they would be in."""
    require_that(policies.may_share(by, problem))
    lock_problem(problem)
    refuse_taken_up(problem)
    if problem.person_id == by.person_id:
        was_said = problem.is_in
        problem.is_in = problem.would_facilitate = False
        problem.save(update_fields=["is_in", "would_facilitate"])
    else:
        was_said = bool(Support.objects.filter(problem=problem, person=by.person).delete()[0])
    if was_said:
        events.record(Event.PROBLEM_UNSHARED, problem, by=by, at=at)
    return problem


# --- Sorting ---------------------------------------------------------------------------------------------------------


def _topic_named(kickoff: KickOff, *, by: Membership, at: datetime, name: str) -> Topic:
    """The topic of that name; one that differs by accents or capitals alone is the same."""
    if line_of_text(name) and (found := find_topic_like(kickoff, name)):
        return found
    if kickoff.topics.count() >= TOPICS_OF_ONE_KICKOFF:
        raise Refusal(f"There are {TOPICS_OF_ONE_KICKOFF} topics. Use one of them, or remove one that is empty.")
    topic = name_new_topic(kickoff, name, at=at)
    events.record(Event.KICKOFF_TOPIC_NAMED, kickoff, by=by, at=at, topic=topic.pk)
    return topic


@transaction.atomic
def remove_topic(topic: Topic, *, by: Membership, at: datetime) -> None:
    """Remove a topic in which nothing stands any more. Idempotent."""
    require_that(policies.may_take_part_in_kickoff(by, topic.kickoff))
    lock_kickoff(topic.kickoff)
    if not Topic.objects.filter(pk=topic.pk).exists():
        return
    refuse_unless_running(topic.kickoff, at)
    topic.refresh_from_db(fields=["community"])
    if topic.community_id is not None or topic.problems.exists():
        raise Refusal("There are problems in this topic. Move them out first.")
    events.record(Event.KICKOFF_TOPIC_REMOVED, topic.kickoff, by=by, at=at, topic=topic.pk)
    topic.delete()


@transaction.atomic
def move_problems(
    kickoff: KickOff,
    *,
    by: Membership,
    at: datetime,
    problems: Iterable[Problem],
    topic: Topic | None = None,
    name: str = "",
) -> list[Problem]:
    """Put problems into a topic, into a new one (``name``), or into none. Idempotent; answers those that it moved.

    A topic that has become a community takes nothing more: its members take problems up. What somebody has taken away
    or taken up meanwhile is left out.
    """
    require_that(policies.may_take_part_in_kickoff(by, kickoff))
    lock_kickoff(kickoff)
    refuse_unless_running(kickoff, at)
    keys = [problem.pk for problem in problems]
    rows = Problem.objects.select_for_update(of=("self",)).select_related(
        "kickoff__organisation", "organisation", "topic"
    )
    there = list(rows.filter(pk__in=keys, kickoff=kickoff, community=None).order_by("pk"))
    if not there:
        raise Refusal("Choose a problem that nobody has taken up.")
    if topic is not None and topic.kickoff_id != kickoff.pk:
        raise Refusal("This topic belongs to another kick-off.")
    if name.strip():
        topic = _topic_named(kickoff, by=by, at=at, name=name)
    if topic is not None:
        topic = Topic.objects.filter(pk=topic.pk).first()
        if topic is None:
            raise Refusal("Somebody has removed this topic. Choose another one.")
        if topic.community_id is not None:
            raise Refusal(worded("This topic is a community already. Join it, and take the problem up there."))
    return [problem for problem in there if _move(problem, topic, by=by, at=at)]


def _move(problem: Problem, topic: Topic | None, *, by: Membership, at: datetime) -> bool:
    if problem.topic == topic:
        return False
    problem.was_in_id, problem.topic, problem.was_moved = problem.topic_id, topic, True
    problem.save(update_fields=["was_in", "topic", "was_moved"])
    events.record(Event.PROBLEM_MOVED, problem, by=by, at=at, topic=topic.pk if topic else None)
    return True


@transaction.atomic
def put_problem_back(problem: Problem, *, by: Membership, at: datetime) -> Problem:
    """Undo its last move: back to where it stood. Idempotent, so that a second press does not move it again."""
    require_that(policies.may_take_part_in_kickoff(by, problem.kickoff))
    lock_kickoff(problem.kickoff)
    lock_problem(problem)
    refuse_unless_running(problem.kickoff, at)
    refuse_taken_up(problem)
    if not problem.was_moved:
        return problem
    before = problem.was_in if problem.was_in and problem.was_in.community_id is None else None
    problem.topic, problem.was_in, problem.was_moved = before, None, False
    problem.save(update_fields=["topic", "was_in", "was_moved"])
    events.record(Event.PROBLEM_PUT_BACK, problem, by=by, at=at)
    return problem
