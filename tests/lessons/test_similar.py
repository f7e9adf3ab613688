"""Lessons that are like one that somebody writes: while they type, on request, before they send it, and for who
checks."""

import pytest

from lessons.models import Lesson
from lessons.search_documents import documents
from search import index
from tests.lessons.conftest import WORDS, validate

pytestmark = pytest.mark.django_db
NEW = "/o/riverside/lessons/new/"
LOOK = "/o/riverside/lessons/similar/"


@pytest.fixture
def there(claimed, farah):
    return validate(claimed(), farah)


def test_while_somebody_types(there, reza, lena, cara, as_):
    typed = {"happened": "Medicines came late again.", "then_do": "ask pharmacy early."}
    piece = as_(cara).post(LOOK, typed).text
    assert f"/lessons/{there.pk}/" in piece
    assert "Both speak of" in piece
    assert "Compare" not in piece
    assert f"/lessons/{there.pk}/" not in as_(cara).post(LOOK, {**typed, "lesson": there.pk}).text
    assert "Does one of these" not in as_(cara).post(LOOK, {"happened": "Keys"}).text
    assert as_(cara).get(LOOK).status_code == 405
    assert as_(reza).post(LOOK, typed).status_code == 403


def test_what_is_not_for_everybody_shows_to_nobody(waiting, sam, as_):
    waiting()
    assert "Does one of these" not in as_(sam).post(LOOK, WORDS).text


def test_on_request_the_draft_is_kept_and_the_list_stands_in_the_form(there, cara, as_):
    answer = as_(cara).post(NEW, {**WORDS, "kind": "lesson", "share_with": "organisation", "then": "similar"})
    draft = Lesson.objects.get(state="draft")
    assert answer.url == f"/o/riverside/lessons/{draft.pk}/edit/#similar"
    page = as_(cara).get(answer.url).text
    assert f"/lessons/{there.pk}/" in page
    assert "It has the same title." in page


def test_before_it_is_sent(there, cara, as_):
    answer = as_(cara).post(NEW, {**WORDS, "kind": "lesson", "share_with": "organisation", "then": "send"})
    draft = Lesson.objects.get(state="draft")
    assert answer.url == f"/o/riverside/lessons/{draft.pk}/send/"
    assert f"/lessons/{there.pk}/" in as_(cara).get(answer.url).text


def test_who_checks_can_compare_the_two(there, claimed, farah, as_):
    new = claimed(title="Ask the pharmacy by ten")
    page = as_(farah).get(f"/o/riverside/lessons/{new.pk}/check/").text
    assert f"/lessons/{new.pk}/merge/{there.pk}/" in page


def test_nobody_is_led_to_merge_with_a_lesson_of_others(there, claimed, hillside, farah, as_):
    """One that a neighbour shares is read, and compared with nothing."""
    new = claimed(title="Ask the pharmacy by ten")
    Lesson.objects.filter(pk=there.pk).update(organisation=hillside, reach="network", share_with="network")
    index.put_many(documents(Lesson.objects.filter(pk=there.pk).select_related("organisation", "revision", "group")))
    page = as_(farah).get(f"/o/riverside/lessons/{new.pk}/check/").text
    assert f"/lessons/{there.pk}/" in page
    assert f"/merge/{there.pk}/" not in page
