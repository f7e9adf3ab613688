"""The versions of a lesson: compared, and brought back without losing any."""

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import review, versions, writing
from lessons.models import Lesson, LessonRevision
from tests.cast import as_member

from .conftest import NOON, validate

pytestmark = pytest.mark.database


def rewrite(lesson, by, **words) -> Lesson:
    fresh = Lesson.objects.get(pk=lesson.pk)
    return writing.write_lesson(fresh, by=as_member(by), at=NOON, seen=fresh.version, words=words)


def restore(lesson, by, number, seen=None) -> Lesson:
    fresh = Lesson.objects.get(pk=lesson.pk)
    return versions.restore_revision(fresh, by=as_member(by), at=NOON, seen=seen or fresh.version, number=number)


@pytest.fixture
def rewritten(identified, cara) -> Lesson:
    """Checked, and then changed twice by its author."""
    lesson = rewrite(identified(), cara, why="Pharmacy is short of hands.")
    return rewrite(lesson, cara, why="Nobody knows why.")


def page(lesson, **asked) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return reverse("lesson_versions", args=["riverside", lesson.pk]) + (f"?{query}" if query else "")


class TestCompared:
    def test_any_two(self, rewritten, reza, as_):
        browser = as_(reza)
        first = browser.get(page(rewritten, older=1, newer=3)).text
        assert "Pharmacy starts when the request" in first
        assert "Version 1" in first
        assert "Version 3" in first
        assert browser.get(page(rewritten)).context["page"].titles == ["Version 2", "Version 3"]
        assert browser.get(page(rewritten, older=3, newer=1)).context["page"].titles == ["Version 1", "Version 3"]
        assert "Both read the same" in browser.get(page(rewritten, older=2, newer=2)).text
        for odd in ("x", "99", "-1", "9" * 40):
            assert browser.get(page(rewritten, older=odd, newer=odd)).status_code == 200

    def test_the_page_of_the_lesson_leads_there_and_says_what_was_checked_when(self, rewritten, reza, as_):
        text = " ".join(as_(reza).get(rewritten.get_absolute_url()).text.split())
        assert page(rewritten) in text
        assert "Changed since it was checked on 23 November 2026, by Cara Doyle" in text

    def test_what_a_check_took_out_is_for_its_author_and_those_who_check(self, claimed, farah, cara, reza, as_):
        lesson = claimed(happened="Nurse Blunt forgot it.")
        lesson = review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="Name nobody.")
        lesson = rewrite(lesson, cara, happened="It was forgotten.")
        lesson = writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
        lesson = validate(review.claim_lesson(lesson, by=as_member(farah), at=NOON), farah)
        lesson = rewrite(lesson, cara, why="Nobody asked.")
        assert "Blunt" not in as_(reza).get(page(lesson, older=1, newer=2)).text
        assert "Blunt" in as_(cara).get(page(lesson, older=1, newer=2)).text
        assert "Blunt" in as_(farah).get(page(lesson, older=1, newer=2)).text


class TestBroughtBack:
    def test_as_a_new_version_and_nothing_is_lost(self, rewritten, cara):
        lesson = restore(rewritten, cara, 2)
        assert (lesson.words.number, lesson.words.restored_from) == (4, 2)
        assert lesson.words.why == "Pharmacy is short of hands."
        assert lesson.changed_since_validation
        assert [one.why for one in lesson.revisions.order_by("number")][2] == "Nobody knows why."
        restore(rewritten, cara, 2)
        assert LessonRevision.objects.filter(lesson=rewritten).count() == 4

    def test_what_was_checked_is_checked_still(self, rewritten, cara):
        lesson = restore(rewritten, cara, 1)
        assert lesson.words.number == 4
        assert not Lesson.objects.get(pk=lesson.pk).changed_since_validation

    def test_also_over_words_that_nobody_was_shown(self, claimed, farah, cara):
        lesson = review.return_lesson(claimed(), by=as_member(farah), at=NOON, comment="Say why.")
        lesson = rewrite(lesson, cara, why="Half a thought")
        assert restore(lesson, cara, 1).words.number == 3
        assert lesson.revisions.get(number=2).why == "Half a thought"

    def test_not_over_what_somebody_else_has_changed(self, rewritten, cara):
        with pytest.raises(Stale):
            restore(rewritten, cara, 1, seen=rewritten.version - 1)

    def test_not_by_who_may_not_write_nor_to_what_there_is_not(self, rewritten, cara, nia, lena):
        with pytest.raises(Refusal, match="no such version"):
            restore(rewritten, cara, 9)
        other = as_member(cara)
        Lesson.objects.filter(pk=rewritten.pk).update(author=lena)
        with pytest.raises(Refusal, match="Only its author"):
            versions.restore_revision(
                Lesson.objects.get(pk=rewritten.pk), by=other, at=NOON, seen=rewritten.version, number=1
            )

    def test_by_hand(self, rewritten, cara, reza, as_):
        address = reverse("lesson_restore", args=["riverside", rewritten.pk])
        assert address in as_(cara).get(page(rewritten)).text
        assert address not in as_(reza).get(page(rewritten)).text
        seen = {"number": 1, "seen": rewritten.version}
        assert as_(reza).post(address, seen).status_code == 403
        assert as_(cara).post(address, seen).status_code == 302
        assert Lesson.objects.get(pk=rewritten.pk).words.why == "Pharmacy starts when the request arrives."
        assert "Brought back from version 1" in as_(cara).get(page(rewritten)).text
        for odd in ({}, {"number": "x", "seen": "y"}, seen):
            assert as_(cara).post(address, odd).status_code == 302
