"""What one wrote, on home and in its list, and the thread of a lesson after its actions."""

import pytest
from django.utils import timezone

import actionplan.actions
from lessons.actions import assets, life, reuse, review, writing
from lessons.models import AssetPart, Lesson
from lessons.reports.mine import own_figures
from tests.cast import as_member
from tests.lessons.conftest import NOON, claimed, draft, validate, waiting  # noqa: F401  fixtures
from tests.markup import tidy

pytestmark = pytest.mark.django_db
HOME = "/o/riverside/"


def test_every_number_opens_as_many(draft, waiting, claimed, farah, lena, cara, as_):  # noqa: F811
    for _ in range(2):
        draft()
    waiting()
    back = claimed()
    review.return_lesson(back, by=as_member(farah), at=NOON, comment="Say when.")
    validate(claimed(), farah)
    declined = claimed()
    review.decline_lesson(declined, by=as_member(farah), at=NOON, reason="Known already.")
    draft(by=lena)
    figures = own_figures(as_member(cara))
    assert [(figure.key, figure.count) for figure in figures] == [
        ("back", 1), ("drafts", 2), ("waiting", 1), ("checked", 1), ("over", 1),
    ]  # fmt: skip
    assert sum(figure.count for figure in figures) == Lesson.objects.filter(author=cara).count()
    home = as_(cara).get(HOME).text
    for figure in figures:
        assert figure.url in home
        page = as_(cara).get(figure.url).text
        assert f'<span class="km-total"><data value="{figure.count}">' in page
        assert page.count("<h3>") == figure.count
        assert 'aria-current="page"' in page


def test_nothing_where_nothing_was_written(reza, cara, as_):
    for person in (reza, cara):
        assert "Your lessons" not in as_(person).get(HOME).text
    assert "None of your lessons" not in as_(cara).get("/o/riverside/lessons/yours/?which=odd").text
    assert as_(cara).get("/o/riverside/lessons/yours/?which=drafts").status_code == 200


def test_the_thread_of_a_lesson_goes_on(claimed, farah, cara, reza, riverside, as_):  # noqa: F811
    lesson = validate(claimed(), farah)
    action = writing.add_lesson_action(lesson, by=as_member(cara), at=NOON, title="Change the list", owner=cara)
    actionplan.actions.complete_action(action, by=as_member(cara), at=NOON)
    lesson = life.learn_lesson(
        Lesson.objects.get(pk=lesson.pk), by=as_member(farah), at=NOON, evidence="Checklist, version 8"
    )
    reuse.say_reuse(lesson, by=as_member(reza), at=NOON, kind="helped")
    reuse.say_reuse(lesson, by=as_member(farah), at=NOON, kind="same")
    asset = assets.start_asset(
        riverside, by=as_member(cara), at=NOON, words={"title": "Medicines", "purpose": "Clerks", "text": "Ask at ten."}
    )
    asset = assets.publish_asset(asset, by=as_member(cara), at=NOON)
    AssetPart.objects.create(asset=asset, kind="lesson", lesson=lesson, at=timezone.now())
    page = tidy(as_(reza).get(lesson.get_absolute_url()).text)
    thread = page[page.index("The thread") :]
    for words in ("Change the list", "Changed", "Checklist, version 8", "Somebody looks whether it is still so"):
        assert words in thread
    assert "Part of 1 knowledge asset" in thread
    assert "1 time" in thread
    assert f"kind=helped&amp;lesson={lesson.pk}" in thread
