"""How a community ends: thirty days, objections, read-only and found, archived, woken."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from communities.actions import closing, life, people, talk
from communities.actions.timetable import move_communities_on
from communities.models import Closing, CommunityRole, RoleKind, State
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from tests.cast import as_member
from tests.communities.conftest import NINE, NOON
from tests.markup import tidy


def announce(community, by, **words):
    said = {"reason": "done", "words": "Pharmacy keeps the checklist.", **words}
    return closing.announce_closing(community, by=as_member(by), at=NOON, **said)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).values_list("text", flat=True))


class TestAnnouncing:
    def test_everybody_in_it_is_told_and_has_thirty_days(self, community, cara, farah, reza, as_):
        announce(community, cara)
        assert community.state == State.CLOSING
        for person in (farah, reza):
            assert any("is to close after" in words for words in told(person))
        page = as_(reza).get(f"/o/riverside/communities/{community.pk}/").text
        assert "Its last day is" in page
        assert "Keep it open" in page
        assert "We have done what we came for" in page

    def test_not_sooner(self, community, cara):
        with pytest.raises(Refusal, match="30 days"):
            announce(community, cara, last_on=(NOON + timedelta(days=29)).date())

    def test_whoever_is_alone_in_it_can_end_it_today(self, found, cara):
        community = found()
        announce(community, cara)
        move_communities_on(at=NOON + timedelta(days=1))
        community.refresh_from_db()
        assert community.state == State.CLOSED

    @pytest.mark.parametrize("words", [{"reason": "boredom"}, {"words": " "}])
    def test_a_reason_and_what_happens_to_the_knowledge(self, community, cara, words):
        with pytest.raises(Refusal):
            announce(community, cara, **words)
        assert not Closing.objects.exists()

    @pytest.mark.parametrize("reason", ["merged", "split"])
    def test_a_merger_or_a_split_is_decided_in_the_look_back(self, reason, community, cara, as_):
        with pytest.raises(Refusal, match="look back"):
            announce(community, cara, reason=reason)
        page = as_(cara).get(f"/o/riverside/communities/{community.pk}/close/")
        assert reason not in dict(page.context["form"].fields["reason"].choices)
        assert f'href="/o/riverside/communities/{community.pk}/review/"' in page.text

    def test_only_who_keeps_it_together(self, community, reza):
        with pytest.raises(PermissionDenied):
            announce(community, reza)

    def test_not_twice(self, community, cara):
        announce(community, cara)
        with pytest.raises(Refusal, match="closing"):
            announce(community, cara)

    def test_people_talk_until_the_last_day(self, community, cara, reza):
        announce(community, cara)
        assert talk.start_thread(community, by=as_member(reza), at=NOON, title="Last", text="One more")

    def test_it_is_announced_by_the_page(self, community, cara, as_):
        url = f"/o/riverside/communities/{community.pk}/close/"
        day = as_(cara).get(url).context["form"].initial["last_on"]
        sent = {"reason": "gone", "words": "Nothing is left", "last_on": f"{day:%d %B %Y}"}
        as_(cara).post(url, sent)
        assert Closing.objects.get().reason == "gone"


class TestObjecting:
    def test_three_with_a_facilitator_among_them_stop_it(self, community, cara, farah, reza, sam):
        people.join_community(community, by=as_member(sam), at=NOON)
        announce(community, cara)
        for person in (farah, reza):
            closing.object_to_closing(community, by=as_member(person), at=NOON, would_carry=True)
        closing.object_to_closing(community, by=as_member(farah), at=NOON, would_carry=True)
        assert community.state == State.CLOSING
        closing.object_to_closing(community, by=as_member(sam), at=NOON, would_facilitate=True)
        assert community.state == State.FORMING
        assert CommunityRole.objects.filter(seat__person=sam, kind=RoleKind.FACILITATOR).exists()
        assert any("stays open" in words for words in told(reza))

    def test_three_without_one_do_not(self, community, cara, farah, reza, sam):
        people.join_community(community, by=as_member(sam), at=NOON)
        announce(community, cara)
        for person in (farah, reza, sam):
            closing.object_to_closing(community, by=as_member(person), at=NOON, would_carry=True)
        assert community.state == State.CLOSING

    def test_who_has_left_does_not_count(self, community, cara, farah, reza, sam):
        people.join_community(community, by=as_member(sam), at=NOON)
        announce(community, cara)
        for person in (farah, reza):
            closing.object_to_closing(community, by=as_member(person), at=NOON, would_carry=True)
        people.leave_community(community, by=as_member(reza), at=NOON)
        closing.object_to_closing(community, by=as_member(sam), at=NOON, would_facilitate=True)
        assert community.state == State.CLOSING

    def test_only_members_while_it_is_closing(self, community, cara, sam, reza):
        with pytest.raises(Refusal, match="not closing"):
            closing.object_to_closing(community, by=as_member(reza), at=NOON)
        announce(community, cara)
        with pytest.raises(PermissionDenied):
            closing.object_to_closing(community, by=as_member(sam), at=NOON)

    def test_it_is_answered_and_everybody_in_it_reads_that(self, community, cara, farah, reza, sam, as_):
        announce(community, cara)
        row = closing.object_to_closing(community, by=as_member(farah), at=NOON, words="Two wards need it")
        address = f"/o/riverside/communities/objections/{row.pk}/answer/"
        assert "Two wards need it" in as_(cara).get(address).text
        assert (as_(reza).get(address).status_code, as_(farah).get(address).status_code) == (403, 403)
        as_(cara).post(address, {"answer": "Winter planning takes it up."})
        page = as_(reza).get(f"/o/riverside/communities/{community.pk}/").text
        assert "Winter planning takes it up." in page
        assert address not in page
        assert any("answers why you would keep" in words for words in told(farah))
        with pytest.raises(PermissionDenied):
            closing.answer_objection(row, by=as_member(sam), at=NOON, answer="No")
        with pytest.raises(Refusal, match="Write an answer"):
            closing.answer_objection(row, by=as_member(cara), at=NOON, answer="  ")
        closing.stop_closing(community, by=as_member(cara), at=NOON)
        assert as_(cara).get(address).status_code == 404
        announce(community, cara)
        with pytest.raises(Refusal, match="is over"):
            closing.answer_objection(row, by=as_member(cara), at=NOON, answer="Late")

    def test_the_page_shows_it_and_the_announcement_is_taken_back(self, community, cara, farah, as_):
        announce(community, cara)
        url = f"/o/riverside/communities/{community.pk}/close/"
        as_(farah).post(f"{url}object/", {"words": "Two wards need it", "would_carry": "on"})
        page = as_(cara).get(f"/o/riverside/communities/{community.pk}/").text
        assert "Two wards need it" in page
        assert as_(farah).post(f"{url}stop/").status_code == 403
        as_(cara).post(f"{url}stop/")
        community.refresh_from_db()
        assert community.state == State.FORMING


class TestEnding:
    def end(self, community, cara):
        announce(community, cara)
        closing.write_story(community, by=as_member(cara), at=NOON, story="Four wards ask by ten.")
        move_communities_on(at=NOON + timedelta(days=30))
        community.refresh_from_db()
        assert community.state == State.CLOSING  # the last day itself is theirs
        move_communities_on(at=NOON + timedelta(days=31))
        community.refresh_from_db()
        return community

    def test_it_is_read_only_found_and_says_why(self, community, thread, cara, reza, as_):
        assert self.end(community, cara).state == State.CLOSED
        browser = as_(reza)
        page = browser.get(f"/o/riverside/communities/{community.pk}/").text
        assert "Four wards ask by ten." in page
        assert "We have done what we came for" in page
        assert "Ask the community" not in page
        assert "Home on time" in browser.get("/o/riverside/communities/?which=ended").text
        assert "Home on time" not in browser.get("/o/riverside/communities/").text
        assert "1 that has ended matches, too" in tidy(browser.get("/o/riverside/communities/?q=home").text)
        own = tidy(as_(cara).get("/o/riverside/communities/?which=mine&q=home").text)
        assert "Home on time" in own
        assert "ended matches, too" not in own
        assert f"/communities/talk/{thread.pk}/" in browser.get("/o/riverside/search/?q=bags").text
        assert any("is closed now" in words for words in told(reza))

    def test_what_it_held_before_was_not_called_off(self, community, cara, plan):
        held = plan(repeats="once", at=NOON - timedelta(days=20), first_on=(NOON - timedelta(days=10)).date())
        coming = plan(repeats="once", first_on=(NOON + timedelta(days=60)).date())
        rhythm = plan()
        self.end(community, cara)
        held.refresh_from_db()
        coming.refresh_from_db()
        rhythm.refresh_from_db()
        assert (held.cancelled_at, coming.cancelled_at is None, rhythm.cancelled_at is None) == (None, False, False)

    def test_after_a_year_it_is_archived_once(self, community, cara):
        self.end(community, cara)
        move_communities_on(at=NOON + timedelta(days=31 + 364))
        community.refresh_from_db()
        assert community.state == State.CLOSED
        assert move_communities_on(at=NOON + timedelta(days=31 + 365)) == 1
        assert move_communities_on(at=NOON + timedelta(days=31 + 366)) == 0
        community.refresh_from_db()
        assert community.state == State.ARCHIVED

    def test_it_wakes_with_a_reason_and_a_facilitator(self, community, cara, reza, lena, sam, as_):
        self.end(community, cara)
        with pytest.raises(PermissionDenied):
            closing.wake_community(community, by=as_member(sam), at=NOON, reason="It is back", facilitator=sam)
        with pytest.raises(Refusal, match="why"):
            closing.wake_community(community, by=as_member(reza), at=NOON, reason=" ", facilitator=reza)
        url = f"/o/riverside/communities/{community.pk}/wake/"
        as_(lena).post(url, {"reason": "Bags are late again", "facilitator": sam.pk})
        community.refresh_from_db()
        assert community.state == State.INFORMAL
        assert CommunityRole.objects.filter(seat__person=sam, kind=RoleKind.FACILITATOR).exists()
        assert any("woke" in words for words in told(reza))

    def test_its_people_are_told_what_they_are_now_and_its_page_keeps_both_ends(
        self, community, cara, farah, reza, lena, sam, as_
    ):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.DEPUTY])
        self.end(community, cara)
        move_communities_on(at=NOON + timedelta(days=31 + 365))
        url = f"/o/riverside/communities/{community.pk}/"
        assert "told. Who kept it together before does so still" in tidy(as_(lena).get(f"{url}wake/").text)
        as_(lena).post(f"{url}wake/", {"reason": "Bags are late again", "facilitator": sam.pk})
        heard = {one: [said for said in told(one) if "woke" in said] for one in (sam, cara, farah, reza)}
        assert [len(said) for said in heard.values()] == [1, 1, 1, 1]
        assert "named you as facilitator" in heard[sam][0]
        assert "keep it together as before" in heard[cara][0]
        assert "keep it together as before" in heard[farah][0]
        assert "Why stands on its page" in heard[reza][0]
        page = tidy(as_(reza).get(url).text)
        for words in (
            "It has ended before", "We have done what we came for", "Lena Marsh woke it", "Bags are late again",
            "Four wards ask by ten.", "Pharmacy keeps the checklist.", "Ask the community",
        ):  # fmt: skip
            assert words in page
        assert "Home on time" in as_(reza).get("/o/riverside/communities/").text

    def test_it_looks_back_a_year_after_it_woke_and_a_deputy_who_facilitates_is_none(self, community, cara, farah, as_):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.DEPUTY])
        life.write_charter(community, by=as_member(cara), at=NOON, seen=community.version, answers=NINE)
        self.end(community, cara)
        page = f"/o/riverside/communities/{community.pk}/"
        assert "looked at again" not in as_(farah).get(page).text
        later = NOON + timedelta(days=500)
        closing.wake_community(community, by=as_member(farah), at=later, reason="Again", facilitator=farah)
        community.refresh_from_db()
        assert community.review_on == later.date() + timedelta(days=365)
        assert set(CommunityRole.objects.filter(seat__person=farah).values_list("kind", flat=True)) == {"facilitator"}

    def test_what_still_lives_or_is_closing_is_not_woken(self, community, cara, reza):
        closing.wake_community(community, by=as_member(reza), at=NOON, reason="x", facilitator=reza)
        assert community.state == State.FORMING
        announce(community, cara)
        with pytest.raises(Refusal, match="not ended"):
            closing.wake_community(community, by=as_member(reza), at=NOON, reason="x", facilitator=reza)

    def test_its_story_is_told_by_the_core_while_it_closes(self, community, cara, reza, as_):
        announce(community, cara)
        with pytest.raises(PermissionDenied):
            closing.write_story(community, by=as_member(reza), at=NOON, story="x")
        as_(cara).post(f"/o/riverside/communities/{community.pk}/close/story/", {"story": "We learned to ask."})
        assert Closing.objects.get().story == "We learned to ask."
