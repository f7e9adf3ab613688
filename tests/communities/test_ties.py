"""Who helps whom: of those who agreed alone, for members alone, gone as soon as somebody takes it back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from communities.actions import health, people, talk
from communities.models import InPicture
from communities.reports.ties import MOST, TiesPage
from kmportal.lib.charts import Tie, ties
from tests.cast import as_member
from tests.communities.conftest import NOON

pytestmark = pytest.mark.database


def agree(community, *who, show=True) -> None:
    for person in who:
        health.show_in_picture(community, by=as_member(person), at=NOON, show=show)


def rows(community, person, at=NOON) -> list[list[str]] | None:
    page = TiesPage.build(community, as_member(person), at=at)
    return [list(row) for row in page.picture.table.rows] if page.picture else None


@pytest.fixture
def helped(community, thread, cara, farah):
    """Cara and Farah answered Reza’s question, Cara twice."""
    for person, words in ((cara, "The porters."), (cara, "At ten."), (farah, "Or the clerks.")):
        talk.write_post(thread, by=as_member(person), at=NOON, text=words)
    return thread


def test_under_three_there_is_none(community, helped, cara, reza):
    assert rows(community, cara) is None
    agree(community, cara, reza)
    assert rows(community, cara) is None


def test_a_question_counts_once_for_each_who_answered_it(community, helped, cara, farah, reza):
    agree(community, cara, farah, reza)
    assert sorted(rows(community, cara)) == [[str(cara), str(reza), "1"], [str(farah), str(reza), "1"]]


def test_who_takes_it_back_or_leaves_is_gone(community, helped, cara, farah, reza):
    agree(community, cara, farah, reza)
    agree(community, farah, show=False)
    assert rows(community, cara) is None
    agree(community, farah)
    people.leave_community(community, by=as_member(farah), at=NOON)
    people.join_community(community, by=as_member(farah), at=NOON)
    assert InPicture.objects.count() == 2


def test_talk_and_what_is_older_than_a_year_do_not_count(community, helped, cara, farah, reza):
    agree(community, cara, farah, reza)
    chat = talk.start_thread(community, by=as_member(cara), at=NOON, title="Lunch", text="Soup.", kind="talk")
    talk.write_post(chat, by=as_member(farah), at=NOON, text="Good.")
    assert len(rows(community, cara)) == 2
    assert rows(community, cara, at=NOON + timedelta(days=366)) == []


def test_members_alone_see_it_and_press_twice_without_harm(as_, community, helped, cara, farah, reza, ada, lena):
    page = reverse("community_ties", args=["riverside", community.pk])
    for person in (cara, farah, reza, cara):
        assert as_(person).post(page, {"show": "yes"}).status_code == 302
    assert InPicture.objects.count() == 3
    shown = as_(farah).get(page).text
    assert "<svg" in shown
    assert "Take me out" in shown
    for person in (ada, lena):
        assert as_(person).get(page).status_code == 403
        assert as_(person).post(page, {"show": "yes"}).status_code == 403


def test_as_many_queries_for_one_question_as_for_twenty(as_, community, helped, cara, farah, reza, queries):
    agree(community, cara, farah, reza)
    page = reverse("community_ties", args=["riverside", community.pk])
    before = queries(as_(cara), page)
    for number in range(12):
        asked = talk.start_thread(
            community, by=as_member(reza), at=NOON + timedelta(minutes=number), title=f"Why {number}?", text="Hm."
        )
        talk.write_post(asked, by=as_member(farah), at=NOON + timedelta(minutes=number), text="So.")
    assert queries(as_(cara), page) == before


def test_no_label_and_no_arrow_leaves_the_picture():
    names = [f"Bartholomew-Maximilian Featherstonehaugh {number}" for number in range(MOST)]
    found = [Tie(one, other, 1 + one) for one in range(MOST) for other in range(MOST) if one != other]
    drawn = ties(names, found, "All", heads=("Who", "Whom", "Times"))
    width, height = drawn.box
    for arrow in drawn.arrows:
        assert all(0 <= x <= width for x in (arrow.x1, arrow.x2))
        assert all(0 <= y <= height for y in (arrow.y1, arrow.y2))
    for label in drawn.labels:
        for y, text in label.lines:
            wide = len(text) * 16 * 0.56
            left = {"start": label.x, "middle": label.x - wide / 2, "end": label.x - wide}[label.anchor]
            assert left >= 0, (label.anchor, text)
            assert left + wide <= width
            assert 10 <= y <= height
