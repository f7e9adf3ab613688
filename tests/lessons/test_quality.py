"""What makes a lesson good."""

from lessons import quality
from lessons.models import LessonRevision, State

GOOD = LessonRevision(
    title="T", expected="E", happened="H", why="W", when_you="move a ward", then_do="ask pharmacy by ten"
)


def test_a_good_lesson_has_nothing_to_be_said_about_it():
    assert quality.advice_before_sending(GOOD) == []
    assert quality.missing_for(State.IDENTIFIED, GOOD, contact="Cara", process="Checklist") == {}


def test_each_gap_is_named():
    empty = LessonRevision(then_do="x" * 700)
    assert len(quality.advice_before_sending(empty)) == 4
    assert set(quality.missing_for(State.IDENTIFIED, LessonRevision(), contact="", process=" ")) == {
        "do", "cause", "who", "contact", "process",
    }  # fmt: skip


def test_noted_lessons_name_nothing_to_change():
    assert quality.missing_for(State.NOTED, GOOD, contact="Cara", process="") == {}
    assert "process" not in {line.key for line in quality.quality_for(State.NOTED)}


def test_a_title_out_of_the_advice():
    assert quality.title_from("ask pharmacy at ten.", "It was late") == "Ask pharmacy at ten"
    assert quality.title_from("", "It was late.") == "It was late"
    assert quality.title_from("", "") == ""


def test_hints_leave_the_author_out():
    words = LessonRevision(happened="Cara Doyle and Lena Marsh asked Mr Bean.")
    names = ["Cara Doyle", "Lena Marsh"]
    assert [hint.words for hint in quality.personal_hints(words, names=names, author="Cara Doyle")] == [
        "Lena Marsh",
        "Mr Bean",
    ]
