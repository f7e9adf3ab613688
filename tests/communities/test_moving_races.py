"""Two who decide, merge or answer at the same moment, each with a connection of their own."""

import pytest
from django.utils import timezone

from communities.actions import health, life, moving, people, review
from communities.models import Community, QuietLine, Review, Transfer
from kmportal.lib.exceptions import Refusal
from tests.cast import as_member
from tests.races import at_once


@pytest.fixture
def two(transactional_db, riverside, cara, farah):
    """Cara’s and Farah’s, each with both of them as facilitators, and a look back open in each."""
    made = []
    for name, first, second in (("Home on time", cara, farah), ("Bags", farah, cara)):
        community = life.found_community(
            riverside, by=as_member(first), at=timezone.now(), name=name, question="Why do they wait?"
        )
        people.join_community(community, by=as_member(second), at=timezone.now())
        people.set_roles(community, by=as_member(first), at=timezone.now(), person=second, roles=["facilitator"])
        review.open_review(community, by=as_member(first), at=timezone.now())
        made.append(community)
    return made


def look_back(community) -> Review:
    return Review.objects.select_related("community__organisation", "community__group").get(community=community)


def fresh(community) -> Community:
    return Community.objects.select_related("organisation", "group").get(pk=community.pk)


@pytest.mark.parametrize("other", ["close", "carry on"])
def test_of_two_decisions_one_counts_and_the_other_is_told(two, cara, farah, other):
    one, second, by, at = look_back(two[0]), look_back(two[0]), as_member(farah), timezone.now()
    decide = {
        "close": lambda: review.decide_to_close(second, by=by, at=at, why="Enough.", reason="done"),
        "carry on": lambda: review.decide_to_carry_on(second, by=by, at=at, why="Once more."),
    }
    me = as_member(cara)
    answers = at_once(lambda: review.decide_to_change(one, by=me, at=at, why="Another hour."), decide[other])
    lost = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(lost) == 1
    assert "has decided already" in str(lost[0])
    assert Review.objects.get(community=two[0]).decision in {"change", other.replace(" ", "-")}


def test_each_into_the_other_leaves_one(two, cara, farah):
    first, second, at = look_back(two[0]), look_back(two[1]), timezone.now()
    into_second, into_first, me, her = fresh(two[1]), fresh(two[0]), as_member(cara), as_member(farah)
    answers = at_once(
        lambda: moving.decide_to_merge(first, by=me, at=at, why="Alike.", into=into_second),
        lambda: moving.decide_to_merge(second, by=her, at=at, why="Alike.", into=into_first),
    )
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    assert sorted(Community.objects.values_list("state", flat=True)) == ["closed", "forming"]
    assert Transfer.objects.get().state == "done"


def test_taken_back_twice_is_taken_back_once(two, cara, farah):
    done = moving.decide_to_merge(
        look_back(two[0]), by=as_member(cara), at=timezone.now(), why="Alike.", into=fresh(two[1])
    )
    rows = Transfer.objects.select_related("source__organisation", "target__organisation", "review__community")
    one, other, me, her = rows.get(pk=done.pk), rows.get(pk=done.pk), as_member(cara), as_member(farah)
    answers = at_once(
        lambda: moving.undo_transfer(one, by=me, at=timezone.now()),
        lambda: moving.undo_transfer(other, by=her, at=timezone.now()),
    )
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    assert set(Community.objects.values_list("state", flat=True)) == {"forming"}


def test_two_who_answer_the_quiet(two, cara, farah):
    QuietLine.objects.create(community=two[0])
    rows = QuietLine.objects.select_related("community__organisation")
    one, other, me, her = rows.get(), rows.get(), as_member(cara), as_member(farah)
    answers = at_once(
        lambda: health.answer_quiet_line(one, by=me, at=timezone.now(), answer="wanted"),
        lambda: health.answer_quiet_line(other, by=her, at=timezone.now(), answer="busy"),
    )
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
