"""Several at the same moment, each with a connection of their own: one row, one day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search.actions import answer_search, keep_search, set_search_aside
from search.models import UnansweredSearch
from tests.cast import as_member
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _the_whole_house(settings):
    settings.THINGS = "kmportal.things.THINGS"


def test_two_who_search_for_the_same_leave_one_row_and_one_day(riverside, reza, cara):
    one, other, now = as_member(reza), as_member(cara), timezone.now()
    for days in (0, 1):
        at = now + timedelta(days=days)
        at_once(
            lambda at=at: keep_search(riverside, "zeppelins", by=one, at=at),
            lambda at=at: keep_search(riverside, "zeppelins", by=other, at=at),
        )
    assert UnansweredSearch.objects.get().days == 2


def test_an_answer_and_a_search_lose_nothing_of_each_other(riverside, reza, farah):
    now = timezone.now()
    row = keep_search(riverside, "zeppelins", by=as_member(reza), at=now)
    me, her, later = as_member(reza), as_member(farah), now + timedelta(days=1)
    at_once(
        lambda: answer_search(row, by=her, at=now, seen=1, words="Ask Ward 6"),
        lambda: keep_search(riverside, "zeppelins", by=me, at=later),
    )
    row = UnansweredSearch.objects.get()
    assert (row.days, row.state, row.answer_words) == (2, "answered", "Ask Ward 6")


def test_two_who_decide_leave_one_decision(riverside, reza, farah, lena):
    row = keep_search(riverside, "zeppelins", by=as_member(reza), at=timezone.now())
    one, other = as_member(farah), as_member(lena)
    at_once(
        lambda: answer_search(row, by=one, at=timezone.now(), seen=1, words="Ask Ward 6"),
        lambda: set_search_aside(row, by=other, at=timezone.now(), seen=1),
    )
    row = UnansweredSearch.objects.get()
    assert row.state in {"answered", "aside"}
    assert row.answered_by is not None
