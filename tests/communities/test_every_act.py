"""Every role in a community × every kind of access × every act: who may, by a table that lacks no act."""

import pytest

from communities.models import Access, Community, CommunityRole, RoleKind
from organisations.models import GroupMembership, Membership, Person
from organisations.permissions import Role
from tests.test_permissions import WALKED, attempt, public_actions

APP = "communities.actions."
ACTS_HERE = [name.removeprefix(APP) for name in WALKED if name.startswith(APP)]
OUTSIDE, GUEST, MEMBER = "nobody in it", "guest", "member"
STANDINGS = [OUTSIDE, GUEST, MEMBER, *RoleKind.values]
RUN = {RoleKind.FACILITATOR.value, RoleKind.DEPUTY.value}
CORE = {*RUN, RoleKind.CORE.value}
BELONG = set(STANDINGS) - {OUTSIDE, GUEST}
# Who may, whatever the access: people who contribute at its home and have this standing in it.
TABLE: dict[frozenset[str], str] = {
    frozenset(): """
        benefits.confirm_benefit benefits.decline_benefit
        emergency.agree_to_emergency_reading emergency.ask_emergency_reading emergency.end_emergency_reading
        emergency.name_emergency_reader emergency.release_emergency_reader
        kickoff.change_kickoff kickoff.end_kickoff kickoff.open_kickoff kickoff.remove_barrier
        meetings.plan_session_of_day review.plan_review_session
        people.answer_knock problems.change_problem problems.take_away_problem rehoming.answer_for_home
        stories.change_story stories.take_story_back talk.change_post
    """,  # other people’s own, and what a role of the organisation is needed for
    frozenset(RUN): """
        asking.ask_expert calendars.renew_community_calendar closing.announce_closing closing.answer_objection
        closing.stop_closing founding.give_problem_back health.answer_quiet_line life.change_community
        life.leave_informal moving.answer_merge moving.decide_to_merge moving.decide_to_split moving.undo_transfer
        people.let_in_from_elsewhere people.set_roles review.decide_to_carry_on review.decide_to_change
        review.decide_to_close talk.mark_answer talk.unmark_answer
    """,
    frozenset(CORE): """
        closing.write_story health.agree_on_figures life.answer_step life.take_step life.write_charter
        meetings.cancel_meeting meetings.cancel_meeting_day meetings.change_meeting meetings.move_meeting_day
        meetings.plan_meeting meetings.write_up_meeting review.answer_review review.open_review
    """,
    frozenset({*RUN, RoleKind.SPONSOR.value}): "rehoming.write_farewell",
    frozenset({*CORE, RoleKind.LIBRARIAN.value}): """
        rehoming.ask_for_home rehoming.leave_behind shelf.change_pin shelf.move_pin shelf.pin_to_shelf shelf.unpin
    """,
    frozenset(BELONG): """
        closing.object_to_closing closing.wake_community founding.take_up_problem health.show_in_picture
        people.find_facilitator people.invite_into_community review.give_voice
    """,
    frozenset({GUEST, *BELONG}): """
        keeping.make_asset people.leave_community stories.tell_story talk.make_lesson talk.start_thread
        talk.see_talk talk.write_post wishes.choose_community_mail wishes.follow_thread wishes.mute_thread
    """,
    frozenset(STANDINGS): """
        founding.found_from_problem founding.found_from_topic kickoff.name_barrier life.found_community
        life.request_charter_pdf people.ask_to_join people.join_community problems.move_problems
        problems.put_problem_back problems.raise_problem problems.remove_topic problems.share_problem
        problems.unshare_problem
    """,
}
WHO_MAY = {act: standings for standings, acts in TABLE.items() for act in acts.split()}
# Where not everybody can come in, only who keeps it together asks people in.
BY_ACCESS = {"people.invite_into_community": {Access.REQUEST: RUN, Access.INVITATION: RUN}}


def test_the_table_has_each_act_once():
    assert sorted(WHO_MAY) == sorted(ACTS_HERE)
    assert len(" ".join(TABLE.values()).split()) == len(WHO_MAY)


@pytest.fixture
def cast(world) -> dict[str, int]:
    """Somebody for each standing, who contributes at Riverside and has it in every community there."""
    found = {}
    for number, standing in enumerate(STANDINGS):
        person = Person.objects.create(email=f"s{number}@riverside.example", name=f"Standing {number}")
        member = Membership.objects.create(organisation=world.riverside, person=person, role=Role.CONTRIBUTOR)
        found[standing] = member.pk
        for community in Community.objects.exclude(group=None) if standing != OUTSIDE else ():
            seat = GroupMembership.objects.create(
                group_id=community.group_id, person=person, membership=member, is_guest=standing == GUEST
            )
            if standing in RoleKind.values:
                CommunityRole.objects.create(seat=seat, kind=standing)
    return found


@pytest.mark.long
@pytest.mark.parametrize("access", Access.values)
def test_every_role_every_act(access, world, cast, settings):
    settings.SMTP_URL = "smtp://mail.example"
    Community.objects.update(access=access)
    wrong = []
    for act in ACTS_HERE:
        expected = BY_ACCESS.get(act, {}).get(Access(access), WHO_MAY[act])
        for standing, key in cast.items():
            by = Membership.objects.select_related("organisation", "person").get(pk=key)
            said = attempt(public_actions()[APP + act], APP + act, world, by)
            if (said == "forbidden") == (standing in expected):
                wrong.append((act, standing, said))
    assert wrong == []
