"""The later life of a lesson: a change is agreed, made, seen half a year later, or not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
from dashboards.todo.lessons import changes_to_look_at
from kmportal.lib.exceptions import Refusal
from lessons.actions import life, review, writing
from lessons.models import Lesson, LessonEvent, State
from lessons.promises import changed_lessons
from lessons.quality import quality_for
from notifications.models import Notice
from tests.cast import as_member

pytestmark = pytest.mark.database
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + life.LOOK_AGAIN_AFTER
WORDS = {
    "title": "Ask at ten", "happened": "It came late.", "why": "Nobody asked.", "when_you": "move", "then_do": "ask.",
}  # fmt: skip


@pytest.fixture
def checked(riverside, cara, farah) -> Lesson:
    """Cara’s lesson, which Farah has checked: something must change."""
    lesson = writing.start_lesson(riverside, by=as_member(cara), at=NOW, words=WORDS, facts={}, tags=())
    lesson = review.claim_lesson(writing.submit_lesson(lesson, by=as_member(cara), at=NOW), by=as_member(farah), at=NOW)
    return review.validate_lesson(
        lesson,
        by=as_member(farah),
        at=NOW,
        outcome=State.IDENTIFIED,
        read=lesson.revision_id,
        ticked=[line.key for line in quality_for(State.IDENTIFIED)],
        contact="Cara",
        process="Discharge checklist",
    )


@pytest.fixture
def promise(checked, reza, cara):
    """``promise()``: Cara adds an action that Reza owns."""
    return lambda title="Change line 4": writing.add_lesson_action(
        checked, by=as_member(cara), at=NOW, title=title, owner=reza
    )


@pytest.fixture
def done(checked, promise, reza) -> Lesson:
    """All that was promised is done."""
    actionplan.actions.complete_action(promise(), by=as_member(reza), at=NOW)
    return Lesson.objects.get(pk=checked.pk)


@pytest.fixture
def changed(done, farah) -> Lesson:
    return life.learn_lesson(done, by=as_member(farah), at=NOW, evidence="Checklist, version 8")


def state_of(lesson) -> str:
    return Lesson.objects.get(pk=lesson.pk).state


class TestAgreed:
    def test_with_the_first_action_a_change_is_agreed(self, checked, promise):
        promise()
        promise("Tell the porters")
        assert state_of(checked) == State.ACTION_AGREED
        assert LessonEvent.objects.filter(lesson=checked, after=State.ACTION_AGREED).count() == 1

    def test_when_the_last_one_is_dropped_nobody_has_promised_anything(self, checked, promise, reza):
        first, second = promise(), promise("Tell the porters")
        actionplan.actions.drop_action(first, by=as_member(reza), at=NOW, reason="No time")
        assert state_of(checked) == State.ACTION_AGREED
        actionplan.actions.drop_action(second, by=as_member(reza), at=NOW, reason="No time")
        assert state_of(checked) == State.IDENTIFIED

    def test_whoever_checked_it_is_told_when_all_is_done(self, checked, promise, reza, farah):
        first, second = promise(), promise("Tell the porters")
        actionplan.actions.complete_action(first, by=as_member(reza), at=NOW)
        assert not Notice.objects.filter(person=farah, text__contains="is done. Look whether").exists()
        actionplan.actions.complete_action(second, by=as_member(reza), at=NOW)
        assert Notice.objects.filter(person=farah, text__contains="is done. Look whether").count() == 1


class TestChanged:
    def test_what_has_changed_is_said_for_all_who_read_it(self, changed, cara, reza, as_):
        assert state_of(changed) == State.LEARNED
        assert (changed.learned_on, changed.look_again_on) == (NOW.date(), LATER.date())
        page = as_(reza).get(changed.get_absolute_url()).text
        assert "Checklist, version 8" in page
        assert Notice.objects.filter(person=cara, text__contains="has changed").exists()

    def test_not_while_something_promised_is_open_or_nothing_was_done(self, checked, promise, farah, reza):
        with pytest.raises(Refusal):
            life.learn_lesson(checked, by=as_member(farah), at=NOW, evidence="All of it")
        promise()
        with pytest.raises(Refusal, match="not done yet"):
            life.learn_lesson(checked, by=as_member(farah), at=NOW, evidence="All of it")

    def test_not_without_saying_where(self, done, farah):
        for nothing in ("", "  ", "\u200b"):
            with pytest.raises(Refusal, match="where people can see it"):
                life.learn_lesson(done, by=as_member(farah), at=NOW, evidence=nothing)

    def test_its_author_and_who_does_not_check_cannot_say_so(self, done, cara, reza):
        for person in (cara, reza):
            with pytest.raises(PermissionDenied):
                life.learn_lesson(done, by=as_member(person), at=NOW, evidence="All of it")

    def test_the_same_twice_changes_nothing(self, changed, farah):
        before = changed.version
        life.learn_lesson(changed, by=as_member(farah), at=NOW, evidence="Checklist, version 8")
        assert Lesson.objects.get(pk=changed.pk).version == before
        with pytest.raises(Refusal):
            life.learn_lesson(changed, by=as_member(farah), at=NOW, evidence="Something else")

    def test_by_hand(self, done, farah, reza, as_):
        page = reverse("lesson_learned", args=["riverside", done.pk])
        assert page in as_(farah).get(done.get_absolute_url()).text
        assert page not in as_(reza).get(done.get_absolute_url()).text
        assert as_(farah).post(page, {"evidence": " "}).status_code == 422
        assert as_(farah).post(page, {"evidence": "Checklist, version 8"}).status_code == 302
        assert state_of(done) == State.LEARNED
        assert as_(farah).get(page).status_code == 302


class TestHalfAYearLater:
    def test_whoever_checked_it_is_asked_in_the_mail_of_the_day(self, changed, farah):
        assert not list(changed_lessons(LATER.date() - timedelta(days=1), None))
        (one,) = changed_lessons(LATER.date(), None)
        assert (one.person, one.kind) == (farah, "lesson-still")
        assert not list(changed_lessons(LATER.date(), [farah.pk + 1]))
        [need] = changes_to_look_at(as_member(farah), LATER.date())
        assert need.title == f"Is it still so? “{changed.words.title}”"
        assert not changes_to_look_at(as_member(farah), LATER.date() - timedelta(days=1))

    def test_it_is_still_so(self, changed, farah):
        life.embed_lesson(changed, by=as_member(farah), at=LATER)
        life.embed_lesson(changed, by=as_member(farah), at=LATER)
        assert state_of(changed) == State.EMBEDDED
        assert LessonEvent.objects.filter(lesson=changed, after=State.EMBEDDED).count() == 1
        assert not list(changed_lessons(LATER.date(), None))

    def test_not_before_six_months_are_over(self, changed, farah):
        with pytest.raises(Refusal, match="Six months are not over"):
            life.embed_lesson(changed, by=as_member(farah), at=LATER - timedelta(days=1))

    def test_it_is_not_so_any_more_and_a_new_action_begins_it_again(self, changed, promise, farah, reza, cara):
        with pytest.raises(Refusal, match="not so any more"):
            life.fall_back(changed, by=as_member(farah), at=LATER, reason=" ")
        life.fall_back(changed, by=as_member(farah), at=LATER, reason="Version 9 has lost the line.")
        fresh = Lesson.objects.get(pk=changed.pk)
        assert (fresh.state, fresh.evidence, fresh.learned_on) == (State.IDENTIFIED, "", None)
        assert Notice.objects.filter(person=cara, text__contains="is not so any more").exists()
        action = promise("Put the line back")
        assert state_of(changed) == State.ACTION_AGREED
        with pytest.raises(Refusal, match="not done yet"):
            life.learn_lesson(fresh, by=as_member(farah), at=LATER, evidence="Version 10")
        actionplan.actions.complete_action(action, by=as_member(reza), at=LATER)
        life.learn_lesson(fresh, by=as_member(farah), at=LATER, evidence="Version 10")
        assert state_of(changed) == State.LEARNED


class TestWhoWaitsForWhat:
    def test_each_number_opens_its_list(self, checked, changed, as_, farah, sam, reza):
        page = reverse("lesson_aging", args=["riverside"])
        text = as_(farah).get(page).text
        assert "Changed, to look at again" in text
        for waits, number in (("action", 0), ("change", 0), ("still", 1), ("odd", 1)):
            shown = as_(sam).get(f"{page}?waits={waits}").text
            assert shown.count('class="km-rows__title"') == number
        assert as_(reza).get(page).status_code == 403

    def test_it_says_how_long(self, checked, as_, farah):
        LessonEvent.objects.update(at=timezone.now() - timedelta(days=12))
        assert "Waits for 12 days. To change: Discharge checklist" in " ".join(
            as_(farah).get(reverse("lesson_aging", args=["riverside"])).text.split()
        )
