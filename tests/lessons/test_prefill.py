"""What notes say about actions and lessons."""

import pytest

from lessons.advice import advice_in, title_of
from lessons.prefill import Gathered, Line, StageNotes, can_tell_story, lesson_rows, story_from
from techniques.models import Stage


@pytest.mark.parametrize(
    ("note", "when_you", "then_do"),
    [
        ("When you are about to move a ward, then ask pharmacy by ten", "move a ward", "ask pharmacy by ten"),
        ("When you're about to move a ward, ask pharmacy, early", "move a ward", "ask pharmacy, early"),
        ("when you move a ward then ask pharmacy", "move a ward", "ask pharmacy"),
        ("When you are about to… move a ward… then… ask", "move a ward", "ask"),
        ("Ask pharmacy at ten", "", "Ask pharmacy at ten"),
        ("Whenever it rains, close the\n window", "it rains", "close the window"),
        ("", "", ""),
        # A colon ends the first half, and commas of the second stay in it
        (
            "When you are about to open a new entrance: tell porters, reception and cleaning on the day, with a map.",
            "open a new entrance",
            "tell porters, reception and cleaning on the day, with a map.",
        ),
        ("When you open a ward: everybody must know, with a map", "open a ward", "everybody must know, with a map"),
        ("When you move a ward: then call site", "move a ward", "call site"),
        ("When you move a ward; tell site", "move a ward", "tell site"),
        ("When you move a ward – ask pharmacy", "move a ward", "ask pharmacy"),
        # A list in the first half is no end of it
        ("When you move beds, drips and pumps, ask estates first", "move beds, drips and pumps", "ask estates first"),
        (
            "When you open a ward, close a bay or move a bed, ask site",
            "open a ward, close a bay or move a bed",
            "ask site",
        ),
        ("When you move a ward and then a clinic, ask pharmacy", "move a ward and then a clinic", "ask pharmacy"),
        # “then” inside the second half is no beginning of it
        (
            "When you move a ward, ask pharmacy and then tell porters",
            "move a ward",
            "ask pharmacy and then tell porters",
        ),
        # Neither a time nor a number is cut in two
        ("When you are about to go live at 10:30, tell the wards", "go live at 10:30", "tell the wards"),
        ("When you order 1,000 masks, check the store", "order 1,000 masks", "check the store"),
        ("When the sign says: closed, use the other door", "the sign says: closed", "use the other door"),
        ("When you move a ward, two porters are too few", "move a ward", "two porters are too few"),
    ],
)
def test_the_halves_of_an_advice(note, when_you, then_do):
    assert advice_in(note) == (when_you, then_do)


@pytest.mark.parametrize(
    "note",
    [
        "When you move beds, drips, pumps",
        "When you close a ward, or move one",
        "When we moved the ward, nobody knew where the beds were.",
        "When it rained we were late. Next time, tell the porters",
        "When a ward moves, its telephone goes too",
        "When the lift is out",
        "When you",
        "When then",
        "Whenever",
    ],
)
def test_what_cannot_be_told_apart_is_left_whole(note):
    assert advice_in(note) == ("", note)


def test_a_title_is_the_advice_and_short():
    assert title_of("When you move a ward, then ask pharmacy.") == "Ask pharmacy"
    assert len(title_of("When you move a ward, then " + "ask " * 100)) <= 120


# --- The story -------------------------------------------------------------------------------------------------------


def column(key: str, tells: str, makes: str = "summary", name: str = "") -> dict[str, str]:
    return {"key": key, "name": name or key.capitalize(), "tells": tells, "makes": makes, "takes": "note"}


REVIEW = [
    Stage(key="expect", columns=[column("expected", "expected")]),
    Stage(key="happened", columns=[column("well", "happened"), column("better", "happened")]),
    Stage(key="why", columns=[column("why", "why")]),
    Stage(key="marks", columns=[]),
    Stage(key="learn", columns=[column("actions", "actions", "actions"), column("lessons", "learned", "lessons")]),
]
AGREED = {"expect": "Two o’clock", "happened": "Four o’clock", "why": "A late request", "marks": "7", "gone": "x"}


def test_what_each_column_tells():
    assert story_from(AGREED, REVIEW) == {
        "expected": "Two o’clock",
        "happened": "Four o’clock",
        "why": "A late request",
    }


def test_no_key_is_guessed_at():
    """The columns that were misread before: “questions”, “roots”, “aims”, “why”."""
    stages = [
        Stage(key="question", columns=[column("questions", "happened")]),
        Stage(key="reasons", columns=[column("roots", "happened")]),
        Stage(key="objectives", columns=[column("why", "nothing"), column("aims", "why")]),
    ]
    told = story_from({"question": "a", "reasons": "b", "objectives": "Why\n– c\n\nAims\n– d"}, stages)
    assert told == {"expected": "", "happened": "a\n\nb", "why": "Aims\n– d"}


def test_columns_of_one_stage_may_tell_different_parts():
    stage = Stage(
        key="present",
        columns=[
            column("question", "expected", name="The question for today"),
            column("context", "happened", name="What visitors should know"),
            column("advice", "learned", name="Advice"),
        ],
    )
    words = "The question for today\n– How?\n\nWhat visitors should know:\n– We moved\nAdvice\n– Ask\n\nadvice\n– Wait"
    assert story_from({"present": words}, [stage]) == {
        "expected": "The question for today\n– How?",
        "happened": "What visitors should know:\n– We moved",
        "why": "",
    }
    assert story_from({"present": "Somebody wrote it anew."}, [stage])["expected"] == "Somebody wrote it anew."
    assert story_from({"present": "  "}, [stage]) == {"expected": "", "happened": "", "why": ""}


RETROSPECT = [
    Stage(key="aims", columns=[column("aims", "expected")]),
    Stage(key="good", columns=[column("good", "why"), column("repeat", "learned", "lessons")]),
    Stage(key="bad", columns=[column("bad", "why"), column("avoid", "learned", "lessons")]),
    Stage(key="after", columns=[column("after", "happened")]),
]
SAID = {"aims": "Open on Monday", "good": "We walked", "bad": "No seat", "after": "Tea"}


@pytest.mark.parametrize(
    ("about", "why", "happened"),
    [("good", "We walked", ""), ("bad", "No seat", ""), ("", "We walked\n\nNo seat", "Tea"), ("gone", None, "Tea")],
)
def test_a_lesson_tells_of_its_own_stage_and_of_what_led_to_it(about, why, happened):
    told = story_from(SAID, RETROSPECT, about=about)
    assert (told["expected"], told["happened"]) == ("Open on Monday", happened)
    assert why is None or told["why"] == why


def notes_of(stage, *lessons):
    """Notes of its column that makes lessons."""
    [key] = [one.key for one in stage.columns if one.makes == "lessons"]
    return StageNotes(stage, {key: [Line(text, text) for text in lessons]})


def test_the_story_is_offered_once_for_each_stage():
    notes = [
        notes_of(RETROSPECT[1], "When you build, walk", "Walk twice"),
        notes_of(RETROSPECT[2], "Give them a seat"),
    ]
    rows = lesson_rows(Gathered(notes))
    assert [(row["stage"], row["with_story"]) for row in rows] == [("good", True), ("good", False), ("bad", True)]
    assert (rows[0]["when_you"], rows[0]["then_do"]) == ("build", "walk")
    assert [row["with_story"] for row in lesson_rows(Gathered(notes), told={"good"})] == [False, False, True]


def test_where_nothing_is_told_nothing_is_offered():
    assert can_tell_story(REVIEW)
    assert not can_tell_story([Stage(key="a", columns=[column("a", "happened", "nothing"), column("b", "learned")])])
    assert not can_tell_story([])
