"""Examples: what ships is sound and fits the models, and what is broken is refused with a clear sentence."""

import pytest

import lessons.examples
import lessons.theme_sets
import roadmap.examples
import selfassessment.examples
import techniques.examples
from lessons.models import Lesson, LessonRevision, Theme, ThemeSet
from selfassessment.models import Decision
from tests.content.conftest import sentences_of

LESSONS = lessons.examples.FILE
SUMMARIES = techniques.examples.FOLDER
PITCHES = roadmap.examples.FOLDER
THEMES = lessons.theme_sets.FILE
ROUND = selfassessment.examples.FILE


def test_there_is_a_lesson_of_each_kind():
    assert set(lessons.examples.KINDS) == set(Lesson.Kind.values)
    assert {one.kind for one in lessons.examples.read().examples} == set(Lesson.Kind.values)


def test_example_lessons_would_fit_a_lesson():
    for one in lessons.examples.read().examples:
        for field in ("title", "expected", "happened", "why", "when_you", "then_do"):
            assert len(getattr(one, field)) <= LessonRevision._meta.get_field(field).max_length
        assert len(one.contact) <= Lesson._meta.get_field("contact").max_length
        assert len(one.process) <= Lesson._meta.get_field("process").max_length


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["examples"].pop(), "There is no example of the kind “success-story”."),
        (lambda c: c["examples"][0].update(went_well=True), "Give a lesson from something that went well"),
        (lambda c: c["examples"][1].update(key=c["examples"][0]["key"]), "stands here twice."),
        (lambda c: c["examples"][0].update(title="Do it."), "A title has no full stop."),
        (lambda c: c["examples"][0].update(why="so it was"), "This must be full sentences with a full stop."),
        (lambda c: c["examples"][0].update(then_do="keep one list."), "say “because”."),
        (lambda c: c["examples"][0].update(then_do="Keep one, because."), "begin it small."),
        (lambda c: c["examples"][0].update(then_do="ask, because " + "x " * 34 + "y."), "35 are the most."),
        (lambda c: c["examples"][1]["notice"].append("good"), "This must be a full sentence with a full stop."),
        (lambda c: c["examples"][0].update(kind="tale"), "“tale” is not one of lesson, good-practice"),
        (lambda c: c["sources"].append("Z9"), "There is no source with the mark “Z9”."),
    ],
)
def test_broken_lessons_are_refused(spoil, change, expected):
    file = spoil(LESSONS.parent, LESSONS.name, change) / LESSONS.name
    assert any(expected in sentence for sentence in sentences_of(lambda: lessons.examples.read(file)))


def test_the_summary_answers_every_stage_that_has_one():
    review = techniques.examples.example("after-action-review")
    assert list(review.summary) == ["expect", "happened", "why"]
    assert review.length == "short"
    assert techniques.examples.example("fishbowl") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c.update(technique="tea"), "There is no technique “tea”."),
        (lambda c: c.update(technique="fishbowl"), "The file must have the name of the technique."),
        (lambda c: c["summary"].update(dance=["We danced."]), "has no words of a stage “dance”."),
        (lambda c: c["summary"].pop("why"), "The words of the stage “why” are missing."),
        (lambda c: c["summary"]["why"].append("so"), "This must be a full sentence with a full stop."),
        (lambda c: c["lessons"][0].update(then_do="do it."), "Say “because”, and end with a full stop."),
        (lambda c: c["notice"].append("good"), "This must be a full sentence with a full stop."),
        (lambda c: c["actions"][0].pop("who"), "“who” is missing."),
    ],
)
def test_broken_summaries_are_refused(spoil, change, expected):
    folder = spoil(SUMMARIES, "after-action-review.yaml", change)
    assert any(expected in sentence for sentence in sentences_of(lambda: techniques.examples.read(folder)))


def test_the_pitch_comes_in_three_lengths():
    assert [pitch.seconds for pitch in roadmap.examples.example("elevator-pitch").pitches] == [30, 60, 90]
    assert roadmap.examples.example("quick-wins") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c.update(entry="no-such"), "There is no catalogue entry with the key “no-such”."),
        (lambda c: c.update(entry="quick-wins"), "The file must have the name of the entry."),
        (lambda c: c["pitches"].reverse(), "The shortest comes first, and each length comes once."),
        (lambda c: c["pitches"][0].update(words=["Help me."]), "30 seconds hold 60 to 78 words, but here are 2."),
        (lambda c: c["pitches"][0]["words"].append("please"), "This must be full sentences with a full stop."),
    ],
)
def test_broken_pitches_are_refused(spoil, change, expected):
    folder = spoil(PITCHES, "elevator-pitch.yaml", change)
    assert any(expected in sentence for sentence in sentences_of(lambda: roadmap.examples.read(folder)))


def test_twelve_people_have_answered_everything():
    example = selfassessment.examples.read()
    assert example.people == 12
    assert len(example.answers) == 25
    assert {len(said.choices) for said in example.answers.values()} == {12}
    assert {one.verdict for one in example.decisions} == set(Decision.Verdict.values)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["answers"].pop("L1"), "The answers to L1 are missing."),
        (lambda c: c["answers"].update(Z9=c["answers"]["L1"]), "There is no criterion Z9."),
        (lambda c: c["answers"]["L1"].update(now="1 2 3"), "There must be 12 answers, but there are 3."),
        (lambda c: c["answers"]["L1"].update(now="7 2 3"), "does not have the form"),
        (lambda c: c["answers"]["L1"].update(matters=[13]), "The people have the numbers 1 to 12."),
        (lambda c: [said.update(matters=[1]) for said in c["answers"].values()], "five are the most."),
        (lambda c: c["answers"]["L1"].update(comments={1: "no stop"}), "This must be a full sentence"),
        (lambda c: c["answers"]["L1"].update(comments={1: "Dr Brown said so."}), "Nobody may be recognised"),
        (lambda c: c.update(asked=5), "More people answered than were asked."),
        (lambda c: c["decisions"][0].pop("who"), "“who” is missing."),
        (lambda c: c["decisions"][3].pop("reason"), "“reason” is missing."),
        (lambda c: c["decisions"][0].update(criterion="Z9"), "There is no criterion Z9."),
        (lambda c: c["notice"].append("good"), "This must be a full sentence with a full stop."),
    ],
)
def test_broken_rounds_are_refused(spoil, change, expected):
    file = spoil(ROUND.parent, ROUND.name, change) / ROUND.name
    assert any(expected in sentence for sentence in sentences_of(lambda: selfassessment.examples.read(file)))


def test_sets_of_themes_fit_the_models():
    for one in lessons.theme_sets.read().sets:
        assert len(one.name) <= ThemeSet._meta.get_field("name").max_length
        for theme in one.themes:
            for name in ("code", "name", "text"):
                assert len(getattr(theme, name)) <= Theme._meta.get_field(name).max_length


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["sets"][1].update(key=c["sets"][0]["key"]), "stands here twice."),
        (lambda c: c["sets"][0]["themes"][1].update(code="im"), "stands here twice."),
        (lambda c: c["sets"][0].update(about="themes"), "This must be a full sentence"),
        (lambda c: c["sets"][0]["themes"][0].update(text="how we keep"), "This must be a full sentence"),
        (lambda c: c["sets"][2]["themes"][0].pop("key"), "“much” and “little”"),
        (lambda c: c["fields"].pop(), "There are four fields"),
        (lambda c: c["sources"].append("Z9"), "There is no source with the mark “Z9”."),
    ],
)
def test_broken_sets_of_themes_are_refused(spoil, change, expected):
    file = spoil(THEMES.parent, THEMES.name, change) / THEMES.name
    assert any(expected in sentence for sentence in sentences_of(lambda: lessons.theme_sets.read(file)))
