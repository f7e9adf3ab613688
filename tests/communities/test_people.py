"""Who comes in, by which way, who goes, and what everybody may do: every role × every kind of access."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import organisations.actions
from communities import policies
from communities.actions import closing, life, people, shelf, talk
from communities.models import Access, Community, CommunityRole, Knock, Pin, RoleKind, State
from communities.promises import requests_to_join
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Role
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.markup import tidy


def is_in(community, person) -> bool:
    return GroupMembership.objects.filter(group_id=community.group_id, person=person).exists()


def roles_of(community, person) -> set[str]:
    return set(
        CommunityRole.objects.filter(seat__group_id=community.group_id, seat__person=person).values_list(
            "kind", flat=True
        )
    )


class TestWhoeverIsRemoved:
    """The page on which an administrator hands on says what becomes of their communities."""

    def says(self, riverside, ada, cara, as_, monkeypatch) -> str:
        monkeypatch.setattr("organisations.views.people.require_fresh_sign_in", lambda request: None)
        page = as_(ada).get(f"/o/riverside/people/{as_member(cara).pk}/remove/").text
        return tidy(page)

    def test_nobody_follows_or_the_deputy_or_who_facilitates_too(
        self, community, riverside, ada, cara, farah, as_, monkeypatch
    ):
        page = self.says(riverside, ada, cara, as_, monkeypatch)
        assert "Communities that Cara keeps together" in page
        assert "Facilitator. Nobody stands in there." in page
        assert "Nobody follows" in page
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.DEPUTY])
        page = self.says(riverside, ada, cara, as_, monkeypatch)
        assert "Farah Siddiqui stands in there, and is its facilitator from then on" in page
        assert "Nobody follows" not in page
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.FACILITATOR])
        assert "Goes on with Farah Siddiqui as facilitator" in self.says(riverside, ada, cara, as_, monkeypatch)
        people.set_roles(community, by=as_member(farah), at=NOON, person=cara, roles=[RoleKind.DEPUTY])
        assert "Deputy. Nobody else stands in there" in self.says(riverside, ada, cara, as_, monkeypatch)

    def test_nothing_for_whoever_keeps_none_together(self, community, riverside, ada, reza, as_, monkeypatch):
        assert "keeps together" not in self.says(riverside, ada, reza, as_, monkeypatch)


class TestWaysIn:
    @pytest.mark.parametrize("access", Access.values)
    @pytest.mark.parametrize("name", ["lena", "reza", "ada", "sam"])
    def test_what_the_page_offers_is_what_the_action_allows(self, access, name, found, request, as_):
        person = request.getfixturevalue(name)
        community = found(access=access)
        standing = policies.standing_of(as_member(person), community)
        offered = policies.allowed(as_member(person), community, standing)
        for move, act in (("join", people.join_community), ("knock", people.ask_to_join)):
            Knock.objects.all().delete()
            GroupMembership.objects.filter(person=person).delete()
            try:
                act(community, by=as_member(person), at=NOON)
                was_done = True
            except Refusal:
                was_done = False
            assert was_done == (move in offered)
            page = as_(person).get(f"/o/riverside/communities/{community.pk}/")
            assert page.status_code == 200

    def test_asking_is_answered_by_who_keeps_it_together(self, found, cara, farah, reza):
        community = found(access=Access.REQUEST)
        knock = people.ask_to_join(community, by=as_member(reza), at=NOON, words="I work nights")
        assert people.ask_to_join(community, by=as_member(reza), at=NOON) == knock
        assert "Reza Amini asks to join" in Notice.objects.get(person=cara).text
        with pytest.raises(PermissionDenied):
            people.answer_knock(knock, by=as_member(farah), at=NOON, accept=True)
        people.answer_knock(knock, by=as_member(cara), at=NOON, accept=True)
        assert is_in(community, reza)
        assert "You belong to" in Notice.objects.get(person=reza).text

    def test_who_asks_stands_where_its_facilitators_look_and_counts_once(self, found, cara, farah, reza, lena, as_):
        community = found(access=Access.REQUEST)
        knocks = [people.ask_to_join(community, by=as_member(one), at=NOON) for one in (reza, lena)]
        count = Knock.objects.to_answer_by(as_member(cara)).count()
        home, yours = (tidy(as_(cara).get(f"/o/riverside/{page}").text) for page in ("", "yours/"))
        assert f'<data value="{count}">Two people ask to join “Home on time”</data>' in home
        assert "They ask to join (2)" in yours
        page = tidy(as_(cara).get(community.get_absolute_url()).text)
        assert f'<data value="{count}">' in page.partition('id="knocks"')[2].partition("</h2>")[0]
        assert not Knock.objects.to_answer_by(as_member(farah)).exists()
        assert "to join" not in as_(farah).get("/o/riverside/yours/").text
        told = list(requests_to_join(NOON.date(), None))
        assert [(one.person, one.ident, one.is_told_once) for one in told] == [(cara, one.pk, True) for one in knocks]
        assert list(requests_to_join(NOON.date(), [farah.pk])) == []
        people.answer_knock(knocks[0], by=as_member(cara), at=NOON, accept=True)
        assert [one.ident for one in requests_to_join(NOON.date(), None)] == [knocks[1].pk]
        assert "Lena" in tidy(as_(cara).get("/o/riverside/").text).partition("asks to join")[0][-40:]
        Community.objects.filter(pk=community.pk).update(state=State.CLOSING)
        assert not Knock.objects.to_answer_by(as_member(cara)).exists()

    def test_a_no_lets_nobody_in_and_stays(self, found, cara, reza):
        community = found(access=Access.REQUEST)
        knock = people.ask_to_join(community, by=as_member(reza), at=NOON)
        people.answer_knock(knock, by=as_member(cara), at=NOON, accept=False)
        people.answer_knock(knock, by=as_member(cara), at=NOON, accept=True)
        assert not is_in(community, reza)

    def test_whoever_is_invited_says_yes_or_no(self, found, cara, farah, reza, as_):
        community = found(access=Access.INVITATION)
        knock = people.invite_into_community(community, by=as_member(cara), at=NOON, person=reza)
        with pytest.raises(PermissionDenied):
            people.answer_knock(knock, by=as_member(farah), at=NOON, accept=True)
        assert "You are invited" in as_(reza).get("/o/riverside/").text
        as_(reza).post(f"/o/riverside/communities/knocks/{knock.pk}/answer/", {"answer": "yes"})
        assert is_in(community, reza)

    def test_asking_and_being_invited_meet(self, found, cara, reza):
        community = found(access=Access.REQUEST)
        people.ask_to_join(community, by=as_member(reza), at=NOON)
        people.invite_into_community(community, by=as_member(cara), at=NOON, person=reza)
        assert is_in(community, reza)

    def test_a_member_invites_only_into_an_open_one(self, community, farah, sam):
        assert people.invite_into_community(community, by=as_member(farah), at=NOON, person=sam)
        Community.objects.update(access=Access.REQUEST)
        community.refresh_from_db()
        with pytest.raises(PermissionDenied):
            people.invite_into_community(community, by=as_member(farah), at=NOON, person=sam)

    def test_nobody_invites_somebody_of_elsewhere_by_name(self, community, cara, oskar):
        with pytest.raises(Refusal, match="your organisation"):
            people.invite_into_community(community, by=as_member(cara), at=NOON, person=oskar)

    @pytest.mark.parametrize("state", [State.CLOSING, State.CLOSED, State.ARCHIVED])
    def test_one_that_ends_takes_nobody_in(self, state, community, cara, sam):
        Community.objects.update(state=state)
        community.refresh_from_db()
        for act in (people.join_community, people.ask_to_join):
            with pytest.raises(Refusal):
                act(community, by=as_member(sam), at=NOON)
        with pytest.raises(Refusal):
            people.invite_into_community(community, by=as_member(cara), at=NOON, person=sam)

    def test_joining_twice_changes_nothing(self, community, reza):
        people.join_community(community, by=as_member(reza), at=NOON)
        assert GroupMembership.objects.filter(group_id=community.group_id, person=reza).count() == 1


class TestLeaving:
    def test_what_was_written_stays_and_one_reads_no_further(self, thread, reza, as_):
        people.leave_community(thread.community, by=as_member(reza), at=NOON)
        assert thread.posts.get().author == reza
        assert as_(reza).get(f"/o/riverside/communities/talk/{thread.pk}/").status_code == 404
        assert "bags" not in as_(reza).get("/o/riverside/search/?q=bags").text.split("</header>")[1].split("value=")[0]

    def test_the_last_facilitator_hands_over_first(self, community, cara, farah):
        with pytest.raises(Refusal, match="only facilitator"):
            people.leave_community(community, by=as_member(cara), at=NOON)
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.FACILITATOR])
        people.leave_community(community, by=as_member(cara), at=NOON)
        assert roles_of(community, farah) == {RoleKind.FACILITATOR}

    def test_the_role_itself_is_never_given_away_to_nobody(self, community, cara):
        with pytest.raises(Refusal, match="needs a facilitator"):
            people.set_roles(community, by=as_member(cara), at=NOON, person=cara, roles=[])

    def test_a_deputy_follows_who_leaves_the_organisation(self, community, ada, cara, farah):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.DEPUTY])
        organisations.actions.remove_member(as_member(cara), by=as_member(ada), at=NOON)
        assert roles_of(community, farah) == {RoleKind.FACILITATOR}
        assert Notice.objects.filter(person=farah, text__contains="facilitate it now").exists()

    def test_without_a_deputy_who_plans_is_told_and_may_wake_it(self, community, ada, cara, lena):
        organisations.actions.remove_member(as_member(cara), by=as_member(ada), at=NOON)
        assert "has no facilitator any more" in Notice.objects.get(person=lena).text
        assert Community.objects.get().state == State.FORMING

    def test_who_plans_or_a_member_finds_another_one(self, community, ada, cara, farah, lena, sam, as_):
        page, url = f"/o/riverside/communities/{community.pk}/", f"/o/riverside/communities/{community.pk}/facilitator/"
        with pytest.raises(Refusal, match="already"):
            people.find_facilitator(community, by=as_member(farah), at=NOON, person=farah)
        organisations.actions.remove_member(as_member(cara), by=as_member(ada), at=NOON)
        assert "Find somebody" not in as_(sam).get(page).text
        assert "Find somebody" in as_(farah).get(page).text
        assert as_(sam).post(url, {"person": sam.pk}).status_code == 403
        as_(lena).post(url, {"person": sam.pk})
        assert roles_of(community, sam) == {RoleKind.FACILITATOR}
        assert "Find somebody" not in as_(farah).get(page).text

    def test_what_one_looked_after_others_look_after(self, community, cara, farah):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.LIBRARIAN])
        pin = shelf.pin_to_shelf(
            community, by=as_member(farah), at=NOON, kind="link", url="https://x.example/", title="The form"
        )
        people.leave_community(community, by=as_member(farah), at=NOON)
        assert Pin.objects.get(pk=pin.pk).owner is None

    def test_who_cannot_come_in_is_no_facilitator(self, community, cara, farah, lena, as_):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.FACILITATOR])
        Membership.objects.filter(person=cara).update(suspended_at=NOON)
        with pytest.raises(Refusal, match="only facilitator"):
            people.leave_community(community, by=as_member(farah), at=NOON)
        with pytest.raises(Refusal, match="Somebody facilitates it"):
            people.find_facilitator(community, by=as_member(lena), at=NOON, person=lena)
        Membership.objects.filter(person=farah).update(suspended_at=NOON)
        assert "Nobody facilitates it." in as_(lena).get(community.get_absolute_url()).text
        people.find_facilitator(community, by=as_member(lena), at=NOON, person=lena)
        assert RoleKind.FACILITATOR in roles_of(community, lena)

    def test_nobody_is_told_again_when_others_go(self, community, ada, cara, farah, lena, sam):
        organisations.actions.remove_member(as_member(cara), by=as_member(ada), at=NOON)
        told = Notice.objects.filter(person=lena).count()
        assert told
        organisations.actions.remove_member(as_member(sam), by=as_member(ada), at=NOON)
        assert Notice.objects.filter(person=lena).count() == told


class TestKnocks:
    """The sentences say what happened."""

    def test_a_stale_page_does_not_say_yes_after_a_no(self, found, cara, reza, as_):
        community = found(access=Access.REQUEST)
        knock = people.ask_to_join(community, by=as_member(reza), at=NOON)
        people.answer_knock(knock, by=as_member(cara), at=NOON, accept=False)
        page = as_(cara).post(reverse("knock_answer", args=["riverside", knock.pk]), {"answer": "yes"}, follow=True)
        assert "The answer is no" in page.text
        assert not is_in(community, reza)

    def test_whoever_asked_is_let_in_by_an_invitation(self, found, cara, reza, as_):
        community = found(access=Access.REQUEST)
        people.ask_to_join(community, by=as_member(reza), at=NOON)
        url = f"/o/riverside/communities/{community.pk}/invite/"
        page = as_(cara).post(url, {"person": reza.pk}, follow=True)
        assert "Reza Amini belongs to it now." in page.text
        assert is_in(community, reza)

    def test_whoever_is_invited_and_asks_is_in(self, found, cara, reza, as_):
        community = found(access=Access.REQUEST)
        people.invite_into_community(community, by=as_member(cara), at=NOON, person=reza)
        page = as_(reza).post(reverse("community_knock", args=["riverside", community.pk]), {"words": ""}, follow=True)
        assert "You belong to" in page.text
        assert is_in(community, reza)

    def test_a_seat_answers_what_was_asked(self, found, cara, reza, lena):
        community = found(access=Access.REQUEST)
        knock = people.ask_to_join(community, by=as_member(reza), at=NOON)
        CommunityRole.objects.all().delete()
        people.find_facilitator(community, by=as_member(lena), at=NOON, person=reza)
        assert Knock.objects.get(pk=knock.pk).is_accepted

    def test_an_invitation_into_one_that_ended_leaves_home(self, community, cara, sam, as_):
        people.invite_into_community(community, by=as_member(cara), at=NOON, person=sam)
        home = "/o/riverside/"
        assert "Home on time" in as_(sam).get(home).text
        Community.objects.update(state=State.CLOSED, closed_at=NOON)
        assert "Home on time" not in as_(sam).get(home).text


class TestRoles:
    def test_somebody_can_have_several(self, community, cara, farah, as_):
        url = f"/o/riverside/communities/{community.pk}/people/{farah.pk}/"
        as_(cara).post(url, {"roles": ["deputy", "librarian"]})
        assert roles_of(community, farah) == {"deputy", "librarian"}
        assert "Deputy" in as_(farah).get(f"/o/riverside/communities/{community.pk}/").text

    def test_not_of_somebody_who_is_not_in_it(self, community, cara, sam):
        with pytest.raises(Refusal, match="does not belong"):
            people.set_roles(community, by=as_member(cara), at=NOON, person=sam, roles=["expert"])

    def test_no_role_that_there_is_not(self, community, cara, farah):
        with pytest.raises(Refusal):
            people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=["king"])

    @pytest.mark.parametrize("kind", [None, *RoleKind.values])
    def test_every_role_and_every_act(self, kind, community, cara, farah, thread):
        """Who keeps it together does all; the core shapes it; everybody in it talks."""
        if kind:
            people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[kind])
        runs = kind in (RoleKind.FACILITATOR, RoleKind.DEPUTY)
        core = runs or kind == RoleKind.CORE
        by = as_member(farah)
        acts = {
            "talk": (True, lambda: talk.write_post(thread, by=by, at=NOON, text="I know")),
            "settle": (runs, lambda: talk.unmark_answer(thread, by=by, at=NOON)),
            "charter": (core, lambda: life.answer_step(community, by=by, at=NOON, step=1, answers={"need": "Yes"})),
            "step": (core, lambda: life.take_step(community, by=by, at=NOON, step=2)),
            "roles": (
                runs,
                lambda: people.set_roles(community, by=by, at=NOON, person=farah, roles=[kind] if kind else []),
            ),
            "close": (
                runs,
                lambda: closing.announce_closing(community, by=by, at=NOON, reason="done", words="Pharmacy keeps it"),
            ),
        }
        for name, (may, act) in acts.items():
            try:
                act()
                was_done = True
            except PermissionDenied:
                was_done = False
            assert was_done == may, name


class TestAdministrators:
    """They see that it exists and who is in it, and put nobody into it, themselves least of all."""

    def test_not_by_the_page_of_groups(self, community, ada, as_):
        browser = as_(ada)
        assert "Home on time" in browser.get("/o/riverside/groups/").text
        assert browser.get(f"/o/riverside/groups/{community.group_id}/").status_code == 404
        assert browser.get(f"/o/riverside/groups/{community.group_id}/admit/").status_code == 404

    def test_not_by_the_action(self, community, ada):
        group = Group.objects.get(pk=community.group_id)
        with pytest.raises(Refusal, match="its own page"):
            organisations.actions.change_group(
                group, by=as_member(ada), at=NOON, seen=group.version, name="Mine", kind="team", people=[ada]
            )
        with pytest.raises(Refusal, match="its own page"):
            organisations.actions.admit_outsider(group, by=as_member(ada), at=NOON, email="x@y.example")

    def test_not_by_an_invitation(self, community, ada, as_):
        assert "Home on time" not in as_(ada).get("/o/riverside/people/invite/").text

    def test_no_page_shows_them_a_discussion(self, thread, ada, lena, as_):
        for person in (ada, lena):
            browser = as_(person)
            assert browser.get(f"/o/riverside/communities/talk/{thread.pk}/").status_code == 404
            for page in (
                f"communities/{thread.community_id}/",
                f"communities/{thread.community_id}/talk/",
                "search/?q=Ward",
                "",
            ):
                assert "Who brings the bags?" not in browser.get(f"/o/riverside/{page}").text
        assert "Who brings the bags?" not in as_(ada).get("/o/riverside/audit/").text


class TestMany:
    """A community of many people: pages do not grow with it."""

    @pytest.fixture
    def many(self, community, riverside):
        people_ = Person.objects.bulk_create(Person(email=f"p{n}@x.example", name=f"Person {n:03}") for n in range(120))
        members = Membership.objects.bulk_create(Membership(organisation=riverside, person=one) for one in people_)
        GroupMembership.objects.bulk_create(
            GroupMembership(group=community.group, person=one.person, membership=one, joined_at=NOON) for one in members
        )
        return community

    def test_the_list_comes_in_pages_and_is_searched(self, many, cara, as_):
        url = reverse("community_people", args=["riverside", many.pk])
        first, found = as_(cara).get(url).text, as_(cara).get(url, {"q": "person 07"}).text
        assert "Person 001" in first
        assert "Person 119" not in first
        assert "Person 119" in as_(cara).get(url, {"page": 3}).text
        assert ("Person 079" in found, "Person 080" in found) == (True, False)
        assert "Nobody in it has “zz”" in as_(cara).get(url, {"q": "zz"}).text

    def test_its_page_says_how_many_and_reads_few(self, many, cara, as_):
        browser = as_(cara)
        browser.get(many.get_absolute_url())
        with CaptureQueriesContext(connection) as taken:
            page = browser.get(many.get_absolute_url()).text
        assert "123 people" in page
        assert "Person 001" not in page
        assert max(len(row["sql"]) for row in taken) < 8_000, "no list of all their keys"

    def test_the_steps_count_everybody(self, many, cara, as_):
        page = as_(cara).get(reverse("community_steps", args=["riverside", many.pk])).text
        assert "123 people share" in page


class TestElsewhere:
    """Members of other organisations and guests, where both sides allow it."""

    @pytest.fixture
    def mo(self, db):
        moorland = Organisation.objects.create(name="Moorland", slug="moorland", lends_members=True)
        person = Person.objects.create(email="mo@moorland.example", name="Mo Hart")
        Membership.objects.create(organisation=moorland, person=person, role=Role.CONTRIBUTOR)
        return person

    def let_in(self, community, cara, mo, **words):
        return people.let_in_from_elsewhere(community, by=as_member(cara), at=NOON, email=mo.email, **words)

    def test_not_where_one_side_does_not_allow_it(self, community, cara, mo):
        with pytest.raises(Refusal, match="does not let"):
            self.let_in(community, cara, mo)
        assert not is_in(community, mo)

    def test_a_guest_talks_and_has_no_role(self, community, thread, cara, mo, riverside, as_):
        Organisation.objects.filter(pk=riverside.pk).update(admits_outsiders=True)
        community = Community.objects.select_related("organisation", "group").get()
        self.let_in(community, cara, mo, is_guest=True)
        browser = as_(mo)
        assert f"{riverside}. 4 people" in browser.get("/o/moorland/communities/").text
        its_page = browser.get(f"/o/moorland/communities/{community.pk}/").text
        assert f"Everybody at {riverside} can join" in its_page
        assert f"{riverside}. 4 people, since" in its_page
        page = browser.post(f"/o/moorland/communities/talk/{thread.pk}/", {"text": "We use a trolley"}, follow=True)
        assert "We use a trolley" in page.text
        with pytest.raises(Refusal, match="guest"):
            people.set_roles(community, by=as_member(cara), at=NOON, person=mo, roles=["expert"])
        with pytest.raises(PermissionDenied):
            closing.object_to_closing(community, by=as_member(mo), at=NOON)

    def test_it_ends_when_one_side_takes_it_back(self, community, thread, cara, mo, riverside, as_):
        Organisation.objects.filter(pk=riverside.pk).update(admits_outsiders=True)
        community = Community.objects.select_related("organisation", "group").get()
        self.let_in(community, cara, mo)
        Organisation.objects.filter(slug="moorland").update(lends_members=False)
        assert as_(mo).get(f"/o/moorland/communities/talk/{thread.pk}/").status_code == 404
        with pytest.raises(PermissionDenied):
            talk.write_post(thread, by=as_member(mo), at=NOON, text="Still here")

    def test_a_facilitator_from_elsewhere_who_goes_is_followed(self, community, cara, farah, mo, riverside):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.DEPUTY])
        Organisation.objects.filter(pk=riverside.pk).update(admits_outsiders=True)
        self.let_in(community, cara, mo)
        people.set_roles(community, by=as_member(cara), at=NOON, person=mo, roles=[RoleKind.FACILITATOR])
        people.set_roles(community, by=as_member(cara), at=NOON, person=cara, roles=[])
        head = Person.objects.create(email="head@moorland.example", name="Hal Head")
        moorland = as_member(mo).organisation
        Membership.objects.create(organisation=moorland, person=head, role=Role.ADMINISTRATOR)
        organisations.actions.remove_member(as_member(mo), by=as_member(head), at=NOON)
        assert RoleKind.FACILITATOR in roles_of(community, farah)

    def test_whoever_keeps_it_together_is_told_why_nobody_can_come(self, community, cara, farah, riverside, as_):
        page = f"/o/riverside/communities/{community.pk}/people/"
        words = "An administrator of Riverside can allow it"
        assert words in " ".join(as_(cara).get(page).text.split())
        assert words not in " ".join(as_(farah).get(page).text.split())
        Organisation.objects.filter(pk=riverside.pk).update(admits_outsiders=True)
        allowed = " ".join(as_(cara).get(page).text.split())
        assert words not in allowed
        assert "Somebody from another organisation" in allowed
        invite = as_(cara).get(f"/o/riverside/communities/{community.pk}/invite/").text
        assert "Who comes from another organisation is not in this list" in invite

    def test_a_stranger_sees_nothing(self, community, thread, oskar, as_):
        browser = as_(oskar)
        assert "Home on time" not in browser.get("/o/hillside/communities/").text
        for page in (f"communities/{community.pk}/", f"communities/talk/{thread.pk}/"):
            assert browser.get(f"/o/hillside/{page}").status_code == 404


@pytest.mark.parametrize("time", [timedelta(0), timedelta(days=400)])
def test_a_suspended_member_is_nobody(time, community, reza):
    Membership.objects.filter(person=reza).update(suspended_at=NOON)
    with pytest.raises(PermissionDenied):
        people.leave_community(community, by=as_member(reza), at=NOON + time)
