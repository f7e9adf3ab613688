"""From problems to communities: a topic or a single problem becomes one, or one that lives takes a problem up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import Access, Community, KickOff, Problem, Topic
from communities.transitions import (
    begin_community,
    invite,
    lock_community,
    lock_kickoff,
    lock_problem,
    make_facilitator,
    people_counted_in,
    refuse_unless_living,
    take_seat,
)
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import GroupMembership, Membership, Person
from organisations.policies import require_that
from search.analyser import fold


@transaction.atomic
def found_from_topic(
    topic: Topic,
    *,
    by: Membership,
    at: datetime,
    name: str,
    question: str,
    facilitator: Person,
    access: str = Access.OPEN,
) -> Community:
    """Make a community of a topic, with its problems. First members are those who have said “count me in”, and whoever
    facilitates it: the one who does this, or one of those who have said that they would. Who has joined the topic in
    the room is invited, as far as their name tells who it is.

    Idempotent: of two people who do it at once both are answered the one community. Refuses a name that is taken.
    """
    require_that(policies.may_found_from(by, topic.kickoff))
    lock_kickoff(topic.kickoff)
    _refuse_before(topic.kickoff, at)
    topic = Topic.objects.select_related("kickoff__organisation", "community__organisation").get(pk=topic.pk)
    if topic.community is not None:
        return topic.community
    problems = list(topic.problems.select_for_update(of=("self",)).filter(community=None).order_by("pk"))
    if not problems:
        raise Refusal("No problem stands in this topic. Move one into it first.")
    community = _found(
        topic.kickoff, problems, by=by, at=at, name=name, question=question, facilitator=facilitator, access=access
    )
    seated = set(GroupMembership.objects.filter(group_id=community.group_id).values_list("person", flat=True))
    for member in _members_who_joined(topic):
        if member.person_id not in seated:
            invite(community, member, by=by, at=at)
    Topic.objects.filter(pk=topic.pk).update(community=community, joined="")
    return community


def _members_who_joined(topic: Topic) -> list[Membership]:
    """Who they are that joined a topic in the room, as far as a name tells: the whole name of one member here, or a
    first name that no other has. Two queries."""
    wanted = {fold(name) for name in topic.names_joined}
    if not wanted:
        return []
    called: dict[str, list[int]] = {}
    rows = Membership.objects.current().filter(organisation=topic.kickoff.organisation_id)
    for pk, name in rows.values_list("pk", "person__name"):
        whole = fold(name)
        for word in {whole, whole.split(" ")[0]} & wanted:
            called.setdefault(word, []).append(pk)
    sure = [keys[0] for keys in called.values() if len(keys) == 1]
    return list(rows.filter(pk__in=sure).select_related("person", "organisation").order_by("person__name", "pk"))


@transaction.atomic
def found_from_problem(
    problem: Problem,
    *,
    by: Membership,
    at: datetime,
    name: str,
    question: str,
    facilitator: Person,
    access: str = Access.OPEN,
) -> Community:
    """The same of a single problem, also long after its kick-off. Idempotent: one that is taken up answers by whom."""
    require_that(policies.may_found_from(by, problem.kickoff))
    lock_kickoff(problem.kickoff)
    lock_problem(problem)
    _refuse_before(problem.kickoff, at)
    if problem.community is not None:
        return problem.community
    return _found(
        problem.kickoff, [problem], by=by, at=at, name=name, question=question, facilitator=facilitator, access=access
    )


def _refuse_before(kickoff: KickOff, at: datetime) -> None:
    if not kickoff.has_begun(at):
        raise Refusal("This kick-off has not begun.")


def _found(
    kickoff: KickOff,
    problems: Sequence[Problem],
    *,
    by: Membership,
    at: datetime,
    name: str,
    question: str,
    facilitator: Person,
    access: str,
) -> Community:
    counted_in = people_counted_in(problems)
    would = {one.member.person_id: one.member for one in counted_in if one.would_facilitate} | {by.person_id: by}
    if facilitator.pk not in would:
        raise Refusal("Choose somebody who has said that they would keep it together, or yourself.")
    community = begin_community(
        kickoff.organisation, by=by, at=at, name=name, question=question, access=access, once=uuid4()
    )
    for member in [would[facilitator.pk], *(one.member for one in counted_in)]:
        take_seat(community, member, at=at)
    make_facilitator(community, facilitator, at=at)
    _take_up(problems, community)
    events.record(
        Event.COMMUNITY_FOUNDED, community, by=by, at=at, also=problems, kickoff=kickoff.pk, problems=len(problems)
    )
    return community


def _take_up(problems: Sequence[Problem], community: Community) -> None:
    for problem in problems:
        problem.community, problem.was_in, problem.was_moved = community, None, False
        problem.save(update_fields=["community", "was_in", "was_moved"])


@transaction.atomic
def take_up_problem(problem: Problem, *, by: Membership, at: datetime, community: Community) -> Problem:
    """A member takes a problem up for a community that lives. Who raised and shared it hear of it; nobody is made a
    member. Idempotent for the same community."""
    require_that(policies.may_take_up(by, community, problem))
    lock_community(community)
    refuse_unless_living(community)
    lock_kickoff(problem.kickoff)
    lock_problem(problem)
    if problem.community_id == community.pk:
        return problem
    if problem.community is not None:
        raise Refusal(f"“{problem.community}” has taken it up already.")
    _take_up([problem], community)
    events.record(Event.PROBLEM_TAKEN_UP, problem, by=by, at=at, community=community)
    return problem


@transaction.atomic
def give_problem_back(problem: Problem, *, by: Membership, at: datetime) -> Problem:
    """Whoever keeps the community together gives it back, so that others find it again. Idempotent."""
    require_that(problem.community_id is None or policies.may_give_back(by, problem))
    require_that(policies.may_share(by, problem))
    lock_problem(problem)
    if problem.community is None:
        return problem
    require_that(policies.may_give_back(by, problem))
    problem.community = None
    problem.save(update_fields=["community"])
    events.record(Event.PROBLEM_GIVEN_BACK, problem, by=by, at=at)
    return problem
