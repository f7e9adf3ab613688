"""Who may do what with a community and its threads: asked by the action, by the page’s buttons, and by nobody else’s
role. What somebody is in a community is ``Standing``: one query, asked once for a page.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from communities.models import (
    ENDED,
    RUNNING_ROLES,
    Access,
    ClaimedBenefit,
    Community,
    EmergencyReader,
    EmergencyReading,
    KickOff,
    Knock,
    Post,
    Problem,
    Rehoming,
    RoleKind,
    State,
    Story,
    Thread,
)
from kmportal.lib.prepared import prepared
from lessons.policies import may_confirm_benefits
from organisations import policies
from organisations.models import GroupMembership, Membership, Organisation
from organisations.permissions import Permission
from organisations.visibility import Reach


@dataclass(frozen=True)
class Standing:
    """What one member is in one community: in it or not, a guest, with which roles."""

    seat: int | None = None
    is_guest: bool = False
    roles: frozenset[str] = frozenset()

    @property
    def is_in(self) -> bool:
        return self.seat is not None

    @property
    def is_member(self) -> bool:
        """In it, and no guest."""
        return self.is_in and not self.is_guest

    @property
    def runs(self) -> bool:
        return self.is_in and not self.roles.isdisjoint(RUNNING_ROLES)

    @property
    def is_core(self) -> bool:
        return self.runs or RoleKind.CORE in self.roles

    @property
    def arranges(self) -> bool:
        return self.is_core or RoleKind.LIBRARIAN in self.roles


NOWHERE = Standing()


@prepared
def _seats_and_roles(membership: Membership, group: int) -> QuerySet[GroupMembership, tuple[int, bool, str | None]]:
    seats = GroupMembership.objects.in_force(membership).filter(group_id=group)
    return seats.values_list("pk", "is_guest", "roles__kind")


def standing_of(membership: Membership | None, community: Community) -> Standing:
    """What somebody is in a community today: nothing for nobody, and for who may not come in here any more."""
    if not isinstance(membership, Membership) or not membership.is_current:
        return NOWHERE
    rows = _seats_and_roles(membership, community.group_id)
    if not rows:
        return NOWHERE
    return Standing(rows[0][0], rows[0][1], frozenset(kind for _, _, kind in rows if kind))


def may_found(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever contributes. Nobody’s approval is asked."""
    return policies.may(Permission.CONTRIBUTE, membership, organisation)


def belongs_here(membership: Membership | None, community: Community) -> bool:
    """Whether somebody is a current member of the community’s own organisation: they know of it and may ask."""
    return policies.belongs(membership, community.organisation)


def may_ask_in(membership: Membership | None, community: Community) -> bool:
    """Whether somebody is one who can join, ask or accept at all; what the access says is the action’s to refuse."""
    return belongs_here(membership, community)


def may_take_part(membership: Membership | None, community: Community) -> bool:
    return standing_of(membership, community).is_in


def may_belong(membership: Membership | None, community: Community) -> bool:
    return standing_of(membership, community).is_member


def may_run(membership: Membership | None, community: Community) -> bool:
    """Facilitator and deputy: people, access, steps, the end."""
    return standing_of(membership, community).runs


def may_shape(membership: Membership | None, community: Community) -> bool:
    """The core group too: charter and answers to the steps."""
    return standing_of(membership, community).is_core


def may_arrange(membership: Membership | None, community: Community) -> bool:
    """What stands on the shelf: the librarian, and the core."""
    return standing_of(membership, community).arranges


def may_bid_farewell(membership: Membership | None, community: Community) -> bool:
    """Who keeps it together, and its sponsor: they thank people."""
    standing = standing_of(membership, community)
    return standing.runs or (standing.is_in and RoleKind.SPONSOR in standing.roles)


def may_answer_for_home(membership: Membership | None, rehoming: Rehoming) -> bool:
    """Whoever was asked, while they belong to the organisation."""
    is_asked = membership is not None and rehoming.person_id == membership.person_id
    return is_asked and belongs_here(membership, rehoming.closing.community)


def may_look_at_health(membership: Membership | None, community: Community) -> bool:
    """Who belongs to it, guests not: nobody else, whatever their role in the organisation."""
    return may_belong(membership, community)


def may_wake(membership: Membership | None, community: Community) -> bool:
    """Any member of it, and who plans the programme."""
    return may_belong(membership, community) or policies.may(Permission.PLAN, membership, community.organisation)


def may_read_thread(membership: Membership | None, thread: Thread) -> bool:
    """As the queryset says it. One query or two."""
    return isinstance(membership, Membership) and (
        membership.is_current and Thread.objects.visible_to(membership).filter(pk=thread.pk).exists()
    )


def may_settle(membership: Membership | None, thread: Thread) -> bool:
    """Whether somebody may say which post is the answer: who asked, and who keeps the community together."""
    standing = standing_of(membership, thread.community)
    asked = membership is not None and thread.author_id == membership.person_id
    return standing.runs or (standing.is_in and asked)


def may_be_kept(thread: Thread) -> bool:
    """Whether a lesson or a knowledge asset can come of a discussion: not of one that was for its members alone once
    the community has ended. Nothing new belongs to its group, and nobody else was meant to read it."""
    return thread.reach != Reach.GROUP or not thread.community.is_ended


def may_change_post(membership: Membership | None, post: Post) -> bool:
    """Whoever wrote it, while they belong to the community."""
    is_own = membership is not None and post.author_id is not None and post.author_id == membership.person_id
    return is_own and standing_of(membership, post.thread.community).is_in


def may_change_story(membership: Membership | None, story: Story) -> bool:
    """The teller, as long as they can read it; nobody else changes what somebody told of themself."""
    if not isinstance(membership, Membership) or not membership.is_current:
        return False
    is_own = story.author_id is not None and story.author_id == membership.person_id
    return is_own and Story.objects.visible_to(membership).filter(pk=story.pk).exists()


def may_decide_benefit(membership: Membership | None, benefit: ClaimedBenefit | None) -> bool:
    """Segregation of duties: one of those who may confirm benefits, who can read the story and did not tell it."""
    if membership is None or benefit is None:
        return False
    story = benefit.story
    if not may_confirm_benefits(membership, story.organisation):
        return False
    return story.author_id != membership.person_id and Story.objects.visible_to(membership).filter(pk=story.pk).exists()


def may_answer_knock(membership: Membership | None, knock: Knock) -> bool:
    """Facilitators answer who asks; whoever was invited answers for themself."""
    if knock.kind == Knock.Kind.INVITATION:
        return (
            membership is not None
            and membership.pk == knock.membership_id
            and belongs_here(membership, knock.community)
        )
    return may_run(membership, knock.community)


# --- In an emergency -------------------------------------------------------------------------------------------------


@prepared
def _is_named(organisation: int, membership: int) -> QuerySet[EmergencyReader]:
    """Few are: whoever is not need not be looked at further."""
    return EmergencyReader.objects.filter(organisation=organisation, membership=membership)


def may_read_in_emergency(membership: Membership | None, organisation: Organisation, at: datetime) -> bool:
    """Whether somebody is one of those who were named here, long enough ago, and is no administrator today."""
    if membership is None or not policies.belongs(membership, organisation):
        return False
    if not _is_named.exists(organisation.pk, membership.pk):
        return False
    return EmergencyReader.objects.counting(at).filter(organisation=organisation, membership=membership).exists()


def reads_in_emergency(membership: Membership | None, reading: EmergencyReading, at: datetime) -> bool:
    """Whether somebody is one of the two, while it lasts."""
    is_one = membership is not None and membership.person_id in (reading.asked_by_id, reading.agreed_by_id)
    if not is_one or not reading.is_running(at) or not both_count(reading, at):
        return False
    return may_read_in_emergency(membership, reading.organisation, at)


def both_count(reading: EmergencyReading, at: datetime) -> bool:
    """Whether each of its people is still named and able: nobody reads on alone. One person while it waits."""
    people = {reading.asked_by_id, reading.agreed_by_id} if reading.agreed_at else {reading.asked_by_id}
    named = EmergencyReader.objects.counting(at).filter(organisation=reading.organisation)
    return named.filter(membership__person__in=people - {None}).count() == len(people)


def may_end_emergency_reading(membership: Membership | None, reading: EmergencyReading) -> bool:
    """Either of the two, while they belong to the organisation."""
    is_one = membership is not None and membership.person_id in (reading.asked_by_id, reading.agreed_by_id)
    return is_one and policies.belongs(membership, reading.organisation)


def may_release_emergency_reader(membership: Membership | None, reader: EmergencyReader) -> bool:
    """Who administers, and whoever was named."""
    is_own = membership is not None and membership.pk == reader.membership_id
    own = is_own and policies.belongs(membership, reader.organisation)
    return own or policies.may(Permission.ADMINISTER, membership, reader.organisation)


# --- Moves -----------------------------------------------------------------------------------------------------------


def allowed(membership: Membership | None, community: Community, standing: Standing) -> frozenset[str]:
    """The names of all moves that this member may make with the community as it stands. No queries."""
    living, closing = community.is_living, community.state == State.CLOSING
    here = belongs_here(membership, community)
    found = {
        "join": here and not standing.is_in and living and community.access == Access.OPEN,
        "knock": here and not standing.is_in and living and community.access == Access.REQUEST,
        "leave": standing.is_in,
        "talk": standing.is_in and (living or closing),
        "run": standing.runs and community.state not in ENDED,
        "invite": standing.is_member and living,
        "shape": standing.is_core and living,
        "meet": standing.is_core and (living or closing),
        "arrange": standing.arranges and living,
        "close": standing.runs and living,
        "review": standing.is_core and living,
        "decide": standing.runs and living,
        "voice": standing.is_member and living,
        "let_be_informal": standing.runs and community.state == State.FORMING,
        "object": standing.is_member and closing,
        "tell_story": standing.is_core and closing,
        "rehome": standing.arranges and closing,
        "farewell": closing and (standing.runs or (standing.is_in and RoleKind.SPONSOR in standing.roles)),
        "find_facilitator": community.state not in ENDED
        and (standing.is_member or policies.may(Permission.PLAN, membership, community.organisation)),
        "wake": community.state in ENDED
        and (standing.is_member or policies.may(Permission.PLAN, membership, community.organisation)),
    }
    return frozenset(name for name, may in found.items() if may)


# --- Kick-offs -------------------------------------------------------------------------------------------------------


def may_open_kickoff(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever facilitates sessions here: they change it, end it, and take away what names somebody."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_run_kickoff(membership: Membership | None, kickoff: KickOff) -> bool:
    return may_open_kickoff(membership, kickoff.organisation)


def may_take_part_in_kickoff(membership: Membership | None, kickoff: KickOff) -> bool:
    """Every member of the organisation: they raise, share and sort problems, and say what gets in the way."""
    return policies.belongs(membership, kickoff.organisation)


def may_share(membership: Membership | None, problem: Problem) -> bool:
    """Every member of the organisation."""
    return policies.belongs(membership, problem.organisation)


def is_writer(membership: Membership | None, problem: Problem) -> bool:
    """Whether they raised it themselves and still belong here."""
    own = membership is not None and problem.person_id is not None and problem.person_id == membership.person_id
    return own and policies.belongs(membership, problem.organisation)


def may_take_away(membership: Membership | None, problem: Problem) -> bool:
    """Whoever raised it, and whoever looks after the kick-off: it may name a patient or a colleague."""
    return is_writer(membership, problem) or may_run_kickoff(membership, problem.kickoff)


def may_found_from(membership: Membership | None, kickoff: KickOff) -> bool:
    """Whoever may begin a community anyway."""
    return may_found(membership, kickoff.organisation)


def may_take_up(membership: Membership | None, community: Community, problem: Problem) -> bool:
    """A member of the community, which is at home where the problem was raised: its words go no further."""
    at_home = community.organisation_id == problem.organisation_id
    return at_home and may_belong(membership, community) and policies.belongs(membership, problem.organisation)


def may_give_back(membership: Membership | None, problem: Problem) -> bool:
    """Who keeps the community together that has taken it up."""
    return problem.community is not None and may_run(membership, problem.community)


def allowed_in_kickoff(membership: Membership | None, kickoff: KickOff, at: datetime) -> frozenset[str]:
    """The names of all moves that this member may make in a kick-off as it stands. No queries."""
    writes = kickoff.takes_words(at) and may_take_part_in_kickoff(membership, kickoff)
    runs = may_run_kickoff(membership, kickoff)
    found = {
        "raise": writes,
        "sort": writes,
        "name_barrier": writes,
        "found": may_found_from(membership, kickoff) and kickoff.has_begun(at),
        "edit": runs and not kickoff.is_ended,
        "end": runs and not kickoff.is_ended,
        "remove_barrier": runs,
    }
    return frozenset(name for name, may in found.items() if may)


def allowed_with_problem(membership: Membership | None, problem: Problem, at: datetime) -> frozenset[str]:
    """The names of all moves that this member may make with a problem as it stands. No queries."""
    kickoff, is_free = problem.kickoff, problem.community_id is None
    writes = kickoff.takes_words(at) and may_take_part_in_kickoff(membership, kickoff)
    found = {
        "share": is_free and may_share(membership, problem) and kickoff.has_begun(at),
        "change": is_free and writes and is_writer(membership, problem),
        "move": writes and is_free,
        "put_back": writes and is_free and problem.was_moved,
        "found": is_free and may_found_from(membership, kickoff) and kickoff.has_begun(at),
        "take_up": is_free and may_share(membership, problem),
        "delete": is_free and may_take_away(membership, problem),
    }
    return frozenset(name for name, may in found.items() if may)
