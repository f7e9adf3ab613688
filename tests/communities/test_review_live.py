"""A look back held as a session: planned by the script, and what its page takes over at the close."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from communities.actions import people, review
from communities.models import Review, ReviewAnswer
from communities.models.community import LONGEST_ANSWER
from kmportal.lib.exceptions import Refusal
from techniques import guest_cookies
from techniques.actions.planning import cancel_session
from techniques.actions.room.closing import close_session
from techniques.actions.room.joining import join_room, open_room
from techniques.actions.room.notes import write_note
from techniques.actions.room.stages import reveal_notes
from techniques.models import Session
from tests.cast import as_member
from tests.communities.conftest import NOON

NEXT_WEEK = NOON + timedelta(days=7)
pytestmark = pytest.mark.database


@pytest.fixture
def opened(content, community, cara, farah) -> Review:
    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=["deputy"])
    return review.open_review(community, by=as_member(cara), at=NOON)


@pytest.fixture
def planned(opened, farah) -> Session:
    return review.plan_review_session(opened, by=as_member(farah), at=NOON, starts_at=NEXT_WEEK, place="Library")


@pytest.fixture
def room(planned, farah) -> Session:
    return open_room(planned, by=as_member(farah), at=NOON)


@pytest.fixture
def write(room):
    """``write("needed", "Yes")``: a guest writes under that column."""
    member = join_room(room, by=None, at=NOON, name="Gus", key=guest_cookies.new_key())

    def write(column: str, text: str):
        stage = next(stage for stage in room.stages.all() if column in stage.column_keys)
        return write_note(room, by=member, at=NOON, stage_key=stage.key, column=column, text=text, client_id=uuid4())

    return write


def close(room, farah, *shown: str) -> None:
    for stage in room.stages.all():
        if not shown or stage.key in shown:
            reveal_notes(room, by=as_member(farah), at=NOON, stage=stage)
    close_session(room, by=as_member(farah), at=NOON, summary={})


def said(opened) -> dict[str, str]:
    return {row.stage: row.text for row in ReviewAnswer.objects.filter(review=opened).order_by("pk")}


class TestPlanning:
    @pytest.mark.parametrize(("length", "minutes"), [("short", 30), ("standard", 60), ("long", 90)])
    def test_three_lengths(self, length, minutes, opened, farah):
        session = review.plan_review_session(opened, by=as_member(farah), at=NOON, starts_at=NEXT_WEEK, length=length)
        assert session.minutes == minutes
        assert session.group == opened.community.group

    def test_twice_is_once_and_a_cancelled_one_gives_way(self, opened, planned, farah):
        again = review.plan_review_session(opened, by=as_member(farah), at=NOON, starts_at=NEXT_WEEK)
        assert again == planned
        cancel_session(planned, by=as_member(farah), at=NOON)
        opened = Review.objects.get(pk=opened.pk)
        assert review.plan_review_session(opened, by=as_member(farah), at=NOON, starts_at=NEXT_WEEK) != planned

    def test_who_leads_no_sessions_or_does_not_belong_to_it_plans_none(self, opened, cara, lena):
        for person in (cara, lena):
            with pytest.raises(PermissionDenied):
                review.plan_review_session(opened, by=as_member(person), at=NOON, starts_at=NEXT_WEEK)

    def test_what_was_decided_is_not_looked_at_again(self, opened, cara, farah):
        review.decide_to_carry_on(opened, by=as_member(cara), at=NOON, why="We need it.")
        with pytest.raises(Refusal, match="decided already"):
            review.plan_review_session(opened, by=as_member(farah), at=NOON, starts_at=NEXT_WEEK)

    def test_by_hand(self, opened, farah, reza, as_):
        address = f"/o/riverside/communities/{opened.community_id}/review/"
        assert f"{address}session/" in as_(farah).get(address).text
        assert f"{address}session/" not in as_(reza).get(address).text
        assert as_(farah).post(f"{address}session/", {"starts_at_0": "", "length": "short"}).status_code == 422
        assert "90 minutes" in as_(farah).get(f"{address}session/").text.replace("1 hour 30 minutes", "90 minutes")


class TestClosing:
    def test_what_was_shown_stands_at_its_stage_without_a_name(self, opened, room, write, farah, reza, as_):
        write("stories", "The porters’ list")
        write("needed", "Nights are missing")
        write("decide", "Close it")
        close(room, farah)
        assert said(opened) == {"stories": "– The porters’ list", "needed": "– Nights are missing"}
        assert not ReviewAnswer.objects.exclude(by=None).exists()
        page = as_(reza).get(f"/o/riverside/communities/{opened.community_id}/review/").text
        assert "Nights are missing" in page
        assert "What came of it stands below." in page

    def test_the_words_that_the_room_agreed_count_before_its_notes(self, opened, room, write, farah):
        write("needed", "Nights are missing")
        write("stories", "The porters’ list")
        for stage in room.stages.all():
            reveal_notes(room, by=as_member(farah), at=NOON, stage=stage)
        agreed = {"needed": "– Nights are missing\n– We ask the site team", "rhythm": "Keep both times.", "decide": "x"}
        close_session(room, by=as_member(farah), at=NOON, summary=agreed)
        assert said(opened) == {
            "stories": "– The porters’ list", "needed": agreed["needed"], "rhythm": "Keep both times.",
        }  # fmt: skip

    def test_what_was_written_before_stays_above(self, opened, room, write, cara, farah):
        review.answer_review(opened, by=as_member(cara), at=NOON, answers={"needed": "Yes."})
        write("needed", "Nights are missing")
        close(room, farah)
        assert said(opened)["needed"] == "Yes.\n– Nights are missing"

    def test_what_was_never_shown_stays_away(self, opened, room, write, farah):
        write("stories", "A secret")
        close(room, farah, "needed")
        assert said(opened) == {}

    def test_a_second_close_adds_nothing(self, opened, room, write, farah):
        write("needed", "Nights are missing")
        close(room, farah)
        review.take_over_review_session(room, at=NOON)
        assert said(opened) == {"needed": "– Nights are missing"}

    def test_after_the_decision_nothing_is_added(self, opened, room, write, cara, farah):
        write("needed", "Nights are missing")
        review.decide_to_carry_on(opened, by=as_member(cara), at=NOON, why="We need it.")
        close(room, farah)
        assert said(opened) == {}

    def test_a_page_that_stood_open_meanwhile_overwrites_nothing(self, opened, room, write, cara, farah, as_):
        address = f"/o/riverside/communities/{opened.community_id}/review/answers/"
        write("needed", "Nights are missing")
        close(room, farah)
        answer = as_(cara).post(address, {"seen": "0", "needed": "Yes, more than ever"})
        assert answer.status_code == 422
        assert "Meanwhile this was written here: – Nights are missing" in answer.text
        assert "Yes, more than ever" in answer.text
        seen = ReviewAnswer.objects.order_by("-pk").first().pk
        assert f'name="seen" value="{seen}"' in answer.text
        as_(cara).post(address, {"seen": str(seen), "needed": "Both"})
        assert said(opened)["needed"] == "Both"

    def test_what_stands_there_can_be_saved_again(self, opened, room, write, cara, farah, as_):
        review.answer_review(opened, by=as_member(cara), at=NOON, answers={"needed": "x" * (LONGEST_ANSWER - 10)})
        write("needed", "Nights are missing")
        close(room, farah)
        assert len(said(opened)["needed"]) <= LONGEST_ANSWER

    def test_what_does_not_fit_is_counted(self, opened, room, write, farah):
        for number in range(12):
            write("needed", f"{number} " + "word " * 50)
        close(room, farah)
        text = said(opened)["needed"]
        assert len(text) <= LONGEST_ANSWER
        assert text.endswith("more, in the summary of the session")
