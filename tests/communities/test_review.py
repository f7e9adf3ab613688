"""The yearly look back: reminded, answered, counted without names, and decided once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from communities.actions import people, review
from communities.models import Community, Review, ReviewAnswer, ReviewVoice, State
from communities.promises import reviews
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import AuditEntry
from tests.cast import as_member
from tests.communities.conftest import NOON


@pytest.fixture
def opened(community, cara, farah) -> Review:
    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=["deputy"])
    return review.open_review(community, by=as_member(cara), at=NOON)


def address(community, what=""):
    return f"/o/riverside/communities/{community.pk}/review/{what}"


class TestReminders:
    def test_thirty_days_before_on_the_day_and_sixty_after(self, community, cara, farah, opened):
        Community.objects.update(review_on=date(2026, 12, 31))
        told = {
            day: sorted({one.kind for one in reviews(day, None)})
            for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 3, 1))
        }
        soon, due, late = "community-review-soon", "community-review", "community-review-late"
        assert list(told.values()) == [[], [soon], [due, soon], [due, late, soon]]
        assert {one.person for one in reviews(date(2026, 12, 1), None)} == {cara, farah}
        assert [one.person for one in reviews(date(2026, 12, 1), [farah.pk])] == [farah]
        assert all(one.is_told_once for one in reviews(date(2027, 3, 1), None))
        assert (
            next(reviews(date(2026, 12, 1), None)).says(date(2026, 12, 1)).startswith("Looking back at your year, due")
        )

    def test_what_has_ended_is_left_in_peace(self, community, cara):
        Community.objects.update(review_on=date(2026, 12, 31), state=State.CLOSED)
        assert not list(reviews(date(2027, 1, 1), None))


class TestAnswering:
    def test_the_core_writes_and_the_year_before_stands_beside(self, community, opened, cara, reza, as_):
        as_(cara).post(address(community, "answers/"), {"seen": "0", "needed": "Yes, more than ever", "next": ""})
        assert ReviewAnswer.objects.count() == 1
        as_(cara).post(address(community, "answers/"), {"seen": "0", "needed": "Yes, more than ever"})
        assert ReviewAnswer.objects.count() == 1
        assert "Yes, more than ever" in as_(reza).get(address(community)).text
        review.decide_to_carry_on(opened, by=as_member(cara), at=NOON, why="We need it.")
        as_(cara).post(address(community, "open/"))
        page = as_(cara).get(address(community)).text
        assert "Last time" in page
        assert "We need it." in page
        assert as_(reza).get(address(community, "answers/")).status_code == 403

    def test_only_members_read_it(self, community, opened, lena, ada, oskar, as_):
        for person in (lena, ada):
            assert as_(person).get(address(community)).status_code == 403
        assert as_(oskar).get(address(community)).status_code == 404

    def test_begun_twice_it_is_one_and_all_are_told_once(self, community, opened, cara, farah, reza):
        assert review.open_review(community, by=as_member(farah), at=NOON) == opened
        assert Notice.objects.filter(person=reza, text__contains="looks back").count() == 1

    def test_too_long_and_words_about_people(self, community, opened, cara, as_):
        answer = as_(cara).post(address(community, "answers/"), {"seen": "0", "needed": "x" * 2001})
        assert answer.status_code == 422
        with pytest.raises(Refusal, match="2,000"):
            review.answer_review(opened, by=as_member(cara), at=NOON, answers={"needed": "x" * 2001})
        answer = as_(cara).post(address(community, "answers/"), {"seen": "0", "needed": "Ring 07700 900123"})
        assert "tick the box" in answer.text


class TestVoices:
    def test_counted_once_without_a_name(self, community, opened, reza, as_):
        before = AuditEntry.objects.count()
        as_(reza).post(address(community, "voice/"), {"missed": "yes", "free": "no"})
        opened.refresh_from_db()
        assert (opened.missed_yes, opened.missed_no, opened.free_yes, opened.free_no) == (1, 0, 0, 1)
        assert AuditEntry.objects.count() == before
        again = as_(reza).post(address(community, "voice/"), {"missed": "no", "free": "no"})
        assert "answered already" in again.text
        opened.refresh_from_db()
        assert opened.missed_no == 0
        assert ReviewVoice.objects.count() == 1

    def test_health_shows_the_count_from_five_on(self, community, opened, cara, as_):
        url = f"/o/riverside/communities/{community.pk}/health/"
        Review.objects.update(missed_yes=3, missed_no=1, free_yes=2, free_no=2)
        assert "3 of 4" not in as_(cara).get(url).text
        Review.objects.update(missed_yes=4, free_no=3)
        page = as_(cara).get(url).text
        assert "4 of 5 said yes" in page
        assert "2 of 5 said yes" in page

    def test_guests_and_strangers_have_none(self, community, opened, sam):
        with pytest.raises(PermissionDenied):
            review.give_voice(opened, by=as_member(sam), at=NOON, would_miss=True, is_free=True)


class TestDeciding:
    def test_carry_on_sets_the_next_day(self, community, opened, cara, reza, as_):
        as_(cara).post(address(community, "carry-on/"), {"why": "We need it."})
        community.refresh_from_db()
        assert community.review_on == timezone.localdate() + timedelta(days=365)
        assert "decided: carry on" in Notice.objects.filter(person=reza).latest("pk").text

    def test_change_opens_the_charter(self, community, opened, cara, as_):
        answer = as_(cara).post(address(community, "change/"), {"why": "Another hour."})
        assert answer.url == f"/o/riverside/communities/{community.pk}/charter/edit/"

    def test_close_begins_the_closing(self, community, opened, cara, as_):
        as_(cara).post(address(community, "close/"), {"why": "Pharmacy keeps the list.", "reason": "done"})
        community.refresh_from_db()
        assert community.state == State.CLOSING
        assert community.closings.get().words == "Pharmacy keeps the list."
        assert community.reviews.get().decision == "close"

    def test_of_two_who_decide_one_wins_and_the_other_is_told(self, community, opened, cara, farah):
        one, other = Review.objects.get(), Review.objects.get()
        review.decide_to_carry_on(one, by=as_member(cara), at=NOON, why="We need it.")
        with pytest.raises(Refusal, match=r"Cara Doyle has decided already: Carry on\. Nothing else was done"):
            review.decide_to_close(other, by=as_member(farah), at=NOON, why="Enough.", reason="done")
        community.refresh_from_db()
        assert community.state == State.FORMING

    def test_without_a_why_or_a_right_nothing_is_decided(self, community, opened, cara, reza):
        with pytest.raises(Refusal, match="why"):
            review.decide_to_carry_on(opened, by=as_member(cara), at=NOON, why=" \u200b")
        with pytest.raises(PermissionDenied):
            review.decide_to_carry_on(opened, by=as_member(reza), at=NOON, why="x")
        with pytest.raises(Refusal):
            review.decide_to_close(opened, by=as_member(cara), at=NOON, why="x", reason="boredom")
        opened.refresh_from_db()
        assert opened.decision == ""

    def test_an_ended_one_is_not_looked_back_on(self, community, opened, cara):
        Community.objects.update(state=State.CLOSED)
        with pytest.raises(Refusal, match="closed"):
            review.decide_to_carry_on(opened, by=as_member(cara), at=NOON, why="x")
