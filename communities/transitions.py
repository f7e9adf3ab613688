"""What every action of a community shares: the lock, the seats of its group, and the rules about its facilitators."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from communities import catalogue, policies
from communities.events import Event
from communities.models import (
    RUNNING_ROLES,
    Community,
    CommunityRole,
    KickOff,
    Knock,
    Problem,
    Review,
    ReviewAnswer,
    RoleKind,
    State,
    StepAnswer,
    StepKind,
    StepMove,
    Support,
    Thread,
    Topic,
)
from communities.policies import Standing
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from search.analyser import fold

FORMING_DAYS = 60
# Why something cannot be done with a community, by the state that it is really in.
_INSTEAD = {
    State.CLOSING: _("This community is closing. It takes nobody and nothing new in."),
    State.CLOSED: _("This community is closed. Wake it first."),
    State.ARCHIVED: _("This community is archived. Wake it first."),
}
NAME_TAKEN = _("There is already a community or a group with this name. Choose another name.")


def lock_community(community: Community) -> None:
    """Row lock: hold the row until the transaction ends, and bring ``community`` up to what stands there now."""
    rows = Community.objects.select_for_update(of=("self",)).select_related("organisation", "group")
    community.refresh_from_db(from_queryset=rows)


def lock_thread(thread: Thread) -> None:
    """Row lock on the thread; its community is read as it stands."""
    rows = Thread.objects.select_for_update(of=("self",)).select_related("community__organisation", "organisation")
    thread.refresh_from_db(from_queryset=rows)


def refuse_unless_living(community: Community) -> None:
    if not community.is_living:
        raise Refusal(_INSTEAD[State(community.state)])


def refuse_unless_open(community: Community) -> None:
    """While it closes people still write; afterwards it is only read."""
    if community.is_ended:
        refuse_unless_living(community)


def save_community(community: Community, *columns: str) -> None:
    """Save columns of a locked community and count its version up. Its group ends and wakes with it."""
    community.version += 1
    community.save(update_fields=[*columns, "version"])
    if "state" in columns:
        ended_at = community.closed_at if community.is_ended else None
        Group.objects.filter(pk=community.group_id).update(ended_at=ended_at)


def begin_community(
    organisation: Organisation, *, by: Membership, at: datetime, name: str, question: str, access: str, once: UUID
) -> Community:
    """The community, its group and its first step, and nobody in it yet. Refuses a name that another group has."""
    community = Community(
        organisation=organisation,
        name=name,
        question=question,
        access=access,
        founded_by=by.person,
        created_at=at,
        forming_until_on=forming_until(timezone.localdate(at)),
        once=once,
    )
    refuse_invalid(community, "name", "question", "access")
    community.group = make_group(organisation, name, at=at)
    community.save()
    StepMove.objects.create(community=community, step=StepKind.PLANNING, at=at, by=by.person)
    return community


# --- The group and its seats -----------------------------------------------------------------------------------------


def make_group(organisation: Organisation, name: str, *, at: datetime) -> Group:
    """The group whose people are the community’s. Refuses a name that another group has."""
    try:
        with transaction.atomic():
            return Group.objects.create(
                organisation=organisation, name=name, kind=Group.Kind.COMMUNITY, is_self_run=True, created_at=at
            )
    except IntegrityError:
        raise Refusal(NAME_TAKEN) from None


def rename_group(group: Group, name: str) -> None:
    """The group is called as its community is."""
    group.name, group.version = name, group.version + 1
    try:
        with transaction.atomic():
            group.save(update_fields=["name", "name_key", "version"])
    except IntegrityError:
        raise Refusal(NAME_TAKEN) from None


def take_seat(community: Community, membership: Membership, *, at: datetime) -> GroupMembership | None:
    """Let a member of the community’s organisation in, which answers what they asked, or were asked; None when they are
    in already."""
    seat, is_new = GroupMembership.objects.get_or_create(
        group_id=community.group_id,
        person_id=membership.person_id,
        defaults={"membership": membership, "joined_at": at},
    )
    if not is_new:
        return None
    Knock.objects.filter(community=community, membership=membership, answered_at=None).update(
        answered_at=at, is_accepted=True
    )
    Group.objects.filter(pk=community.group_id).update(version=F("version") + 1)
    return seat


def seats_of(community: Community) -> QuerySet[GroupMembership]:
    """Everybody in the community, by name, with their roles; those who have left the portal are not in it."""
    rows = GroupMembership.objects.filter(group_id=community.group_id, membership__left_at=None)
    whole = rows.select_related("person", "membership__organisation").prefetch_related("roles")
    return whole.order_by("person__name", "pk")


def seats_that_open(community: Community) -> QuerySet[GroupMembership]:
    """Those through which somebody can come in today: not of who is suspended, nor of whom either organisation no
    longer allows."""
    rows = GroupMembership.objects.in_force_for_anybody().filter(group_id=community.group_id)
    return rows.filter(membership__in=Membership.objects.current())


def seats_with_roles(community: Community) -> QuerySet[GroupMembership]:
    """Those of them who do something in it: few, however many belong to it."""
    roles = CommunityRole.objects.filter(seat__group_id=community.group_id)
    return seats_of(community).filter(pk__in=roles.values("seat"))


def people_with(community: Community, *kinds: str) -> list[Person]:
    """Those who have one of these roles, each once, in the order in which they took it."""
    roles = CommunityRole.objects.filter(
        seat__group_id=community.group_id, kind__in=kinds, seat__membership__left_at=None
    )
    found = {role.seat.person_id: role.seat.person for role in roles.select_related("seat__person").order_by("pk")}
    return list(found.values())


def people_of(community: Community) -> list[Person]:
    """Everybody in it, guests too."""
    return [seat.person for seat in seats_of(community).prefetch_related(None)]


def running_people(community: Community) -> list[Person]:
    """Facilitators and deputies: who is told what concerns the whole."""
    return people_with(community, *RUNNING_ROLES)


def running_facilitators(community: Community) -> list[Person]:
    """Those who facilitate it and can act in it today, deputies not."""
    roles = facilitator_roles(community).select_related("seat__person").order_by("pk")
    return [role.seat.person for role in roles]


def facilitator_roles(community: Community) -> QuerySet[CommunityRole]:
    """Of those who can act in it today: not of somebody suspended, nor of whom either organisation no longer allows."""
    home = community.organisation
    return acting_facilitators(home.pk, admits_outsiders=home.admits_outsiders).filter(
        seat__group_id=community.group_id
    )


def acting_facilitators(organisation: int, *, admits_outsiders: bool) -> QuerySet[CommunityRole]:
    """Of all communities of an organisation, as if everybody sat in one of them: filter by seat or group."""
    home = Q(seat__membership__organisation=organisation)
    if admits_outsiders:
        home |= Q(seat__membership__organisation__lends_members=True)
    rows = CommunityRole.objects.filter(kind=RoleKind.FACILITATOR)
    return rows.filter(home, seat__membership__in=Membership.objects.current())


def facilitated_by(people: Collection[int]) -> QuerySet[Community]:
    """The communities that any of these people facilitates and can act in today."""
    home = Q(seat__membership__organisation=F("seat__group__community__organisation")) | Q(
        seat__group__community__organisation__admits_outsiders=True,
        seat__membership__organisation__lends_members=True,
    )
    rows = CommunityRole.objects.filter(kind=RoleKind.FACILITATOR, seat__person__in=people)
    rows = rows.filter(home, seat__membership__in=Membership.objects.current())
    return Community.objects.filter(group__in=rows.values("seat__group"))


# --- Who keeps it together ------------------------------------------------------------------------------------------


def refuse_last_facilitator(community: Community, standing: Standing) -> None:
    """Refuse when this one leaves and nobody else facilitates. The row must be locked, or two could leave at once."""
    if RoleKind.FACILITATOR not in standing.roles or community.is_ended:
        return
    if not facilitator_roles(community).exclude(seat=standing.seat).exists():
        raise Refusal(worded("You are its only facilitator. Hand over to somebody first, or announce the end of it."))


def make_facilitator(community: Community, person: Person, *, at: datetime) -> None:
    """Somebody who is in it facilitates it from now on, and is no deputy any more; nothing happens to who is not, or
    does already."""
    seat = GroupMembership.objects.filter(group_id=community.group_id, person=person).first()
    if seat is not None:
        CommunityRole.objects.filter(seat=seat, kind=RoleKind.DEPUTY).delete()
        CommunityRole.objects.get_or_create(seat=seat, kind=RoleKind.FACILITATOR, defaults={"at": at})


def seat_in(community: Community, person: Person) -> GroupMembership:
    """The seat of somebody who must be in it."""
    seat = GroupMembership.objects.filter(group_id=community.group_id, person=person).first()
    if seat is None:
        raise Refusal(f"{person} does not belong to this {worded('community')}.")
    return seat


def forming_until(day: date) -> date:
    return day + timedelta(days=FORMING_DAYS)


# --- The charter and the steps --------------------------------------------------------------------------------------

ONE_LINE = ("name", "question")


def clean_answers(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers to prompts that there are, without what nobody can see; empty ones are left out."""
    kept = {}
    for prompt in catalogue.prompts():
        clean = line_of_text if prompt.key in ONE_LINE else clean_text
        if text := clean(answers.get(prompt.key, "")).strip():
            kept[prompt.key] = text
    return kept


def missing_prompts(answers: Mapping[str, str]) -> list[catalogue.Prompt]:
    """The prompts that a community still has to answer before it is established."""
    return [prompt for prompt in catalogue.prompts() if prompt.needed and not answers.get(prompt.key)]


def newest_step_answers(community: Community) -> dict[str, StepAnswer]:
    """What was answered last to each question, by its key. One query."""
    found: dict[str, StepAnswer] = {}
    for row in community.step_answers.select_related("by").order_by("pk"):
        found[row.question] = row
    return found


def newest_review_answers(review: Review) -> dict[str, ReviewAnswer]:
    """What was written last to each stage of a look back, by its key. One query."""
    return {row.stage: row for row in review.answers.select_related("by").order_by("pk")}


# --- Looking back -----------------------------------------------------------------------------------------------------


def lock_open_review(review: Review) -> None:
    """Hold the community’s row, so that of two who decide one comes first."""
    lock_community(review.community)
    fields = [
        "decision",
        "why",
        "decided_at",
        "decided_by",
        "missed_yes",
        "missed_no",
        "free_yes",
        "free_no",
        "session",
    ]
    review.refresh_from_db(fields=fields)
    if review.decision:
        who = review.decided_by or "Somebody who has left"
        raise Refusal(f"{who} has decided already: {review.get_decision_display()}. Nothing else was done.")
    refuse_unless_living(review.community)


def settle_review(review: Review, decision: str, why: str, *, by: Membership, at: datetime) -> None:
    """Write a decision down. Who comes second is told what was decided, and changes nothing."""
    lock_open_review(review)
    review.decision, review.why = decision, clean_text(why).strip()
    if not line_of_text(review.why):
        raise Refusal("Say why, for those who look back next year.")
    refuse_invalid(review, "why")
    review.decided_at, review.decided_by = at, by.person
    review.save(update_fields=["decision", "why", "decided_at", "decided_by"])
    events.record(Event.COMMUNITY_REVIEW_DECIDED, review.community, by=by, at=at, decision=decision)


def look_again_in_a_year(community: Community, *, at: datetime) -> None:
    """The next look back, twelve months from the day of this one."""
    community.review_on = timezone.localdate(at) + timedelta(days=365)
    save_community(community, "review_on")


def invite(community: Community, member: Membership, *, by: Membership, at: datetime) -> Knock:
    """Ask somebody in, who says yes or no; they are told."""
    knock = Knock.objects.create(community=community, membership=member, kind=Knock.Kind.INVITATION, at=at)
    events.record(Event.COMMUNITY_INVITED, community, by=by, at=at, member=member.person)
    return knock


# --- Kick-offs ------------------------------------------------------------------------------------------------------


def lock_kickoff(kickoff: KickOff) -> None:
    """Row lock: what is raised, sorted and begun in one kick-off is done one after the other."""
    rows = KickOff.objects.select_for_update(of=("self",)).select_related("organisation")
    kickoff.refresh_from_db(from_queryset=rows)


def refuse_unless_running(kickoff: KickOff, at: datetime) -> None:
    if kickoff.is_ended:
        raise Refusal("This kick-off has ended. What nobody has taken up can still be shared and taken up.")
    if not kickoff.has_begun(at):
        raise Refusal(f"This kick-off begins on {long_day(kickoff.opens_on)}.")


def find_topic_like(kickoff: KickOff, name: str) -> Topic | None:
    """The topic whose name differs by accents or case at most."""
    wanted = fold(line_of_text(name))
    return next((one for one in kickoff.topics.all() if fold(one.name) == wanted), None)


def name_new_topic(kickoff: KickOff, name: str, *, at: datetime) -> Topic:
    """A topic without problems yet. The kick-off is locked, so that no other of the name can come between."""
    topic = Topic(kickoff=kickoff, name=name, at=at)
    refuse_invalid(topic, "name")
    topic.save()
    return topic


def lock_problem(problem: Problem) -> None:
    """Row lock, as ``lock_community``; whoever locks its kick-off too does that first."""
    rows = Problem.objects.select_for_update(of=("self",))
    neighbours = ("kickoff__organisation", "organisation", "community__organisation", "community__group", "was_in")
    problem.refresh_from_db(from_queryset=rows.select_related(*neighbours))


def refuse_taken_up(problem: Problem) -> None:
    if problem.community is not None:
        raise Refusal(f"“{problem.community}” has taken this problem up.")


@dataclass(frozen=True)
class CountedIn:
    """A member who has said that they want to belong to what comes of a problem."""

    member: Membership
    would_facilitate: bool


def people_counted_in(problems: Sequence[Problem]) -> list[CountedIn]:
    """Those who raised or shared one of these problems and said “count me in”, each once, by name. Two queries."""
    would: dict[int, bool] = {}
    for problem in problems:
        if problem.person_id is not None and problem.is_in:
            would[problem.person_id] = would.get(problem.person_id, False) or problem.would_facilitate
    for row in Support.objects.filter(problem__in=problems, is_in=True):
        would[row.person_id] = would.get(row.person_id, False) or row.would_facilitate
    if not would:
        return []
    members = Membership.objects.current().filter(organisation=problems[0].organisation_id, person__in=would)
    rows = members.select_related("person", "organisation").order_by("person__name", "pk")
    return [CountedIn(one, would[one.person_id]) for one in rows]


def refuse_unkept(thread: Thread) -> None:
    """What was for the members of a community alone stays with them once it has ended."""
    if not policies.may_be_kept(thread):
        raise Refusal(worded("This community is closed, and this was for its members alone. It stays with them."))
