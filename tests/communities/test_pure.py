"""Rules without a database: who is alike, who is named, what ships."""

import pytest

from communities import catalogue
from communities.likeness import alike
from kmportal.lib.content import ContentError
from kmportal.lib.mentions import MOST, mentioned, without_calls

PEOPLE = {1: "Farah Siddiqui", 2: "Farah Khan", 3: "Cara Doyle", 4: "Zoë O’Neill"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ask @Farah Siddiqui, please", [1]),
        ("@cara and @farah khan", [3, 2]),
        ("@Farah alone could be two people", []),
        ("write to farah@riverside.example", []),
        ("@Caradoc is somebody else", []),
        ("@Cara, @Cara and @Cara again", [3]),
        ("@zoë knows", [4]),
        ("@@Cara", []),
        ("", []),
    ],
)
def test_a_text_names_people_by_whole_or_unmistakable_names(text, named):
    assert mentioned(text, PEOPLE) == named


def test_what_calls_somebody_is_left_out_of_what_is_asked_about():
    text = "@farah  siddiqui and @Farah Khan, not Cara Doyle, and x@Cara Doyle"
    assert without_calls(text, PEOPLE.values()) == "@ and @, not Cara Doyle, and x@Cara Doyle"
    assert without_calls("@Cara Doyles", ["Cara Doyle", ""]) == "@Cara Doyles"


def test_one_post_does_not_call_everybody():
    many = {key: f"Person{key} Smith" for key in range(1, 60)}
    text = " ".join(f"@{name}" for name in many.values())
    assert len(mentioned(text, many)) == MOST


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("@Cara O’Neill knows", "@ knows"),
        ("Ask @cara o'neill, please", "Ask @, please"),
        ("@Cara O’Neill. @Ada Lovelace", "@. @Ada Lovelace"),
        ("Cara O’Neill and @Mary Smith", "Cara O’Neill and @Mary Smith"),
        ("cara@Cara O’Neill", "cara@Cara O’Neill"),
    ],
)
def test_calling_somebody_who_is_known_is_not_writing_about_them(text, left):
    assert without_calls(text, ["Cara O’Neill"]) == left


def test_likeness_says_why():
    others = [
        (1, "Discharge circle", "How do medicines reach the ward in time?"),
        (2, "Wheelchairs", "Who repairs a wheelchair on a Sunday?"),
        (3, "Night staff", "Who answers the bell?"),
    ]
    [found] = alike("Home on time", "Why do medicines keep people on the ward?", others)
    assert found.key == 1
    assert found.shared == ("medicines", "ward")


def test_common_words_make_nobody_alike():
    assert alike("Our team", "How can we do this better?", [(1, "Your group", "How do we help people?")]) == []


@pytest.mark.parametrize("name", ["Café", "CAFE", "cafe"])
def test_a_name_that_differs_only_by_accents_or_case_is_alike(name):
    assert [one.key for one in alike(name, "Where?", [(7, "Cafe", "Anything else at all?")])] == [7]


def test_what_ships_is_sound_and_nine_answers_establish():
    prompts, steps, barriers = catalogue.read()
    assert len(prompts.prompts) == 14
    assert sum(one.needed for one in prompts.prompts) == 9
    assert [one.number for one in steps.steps] == [1, 2, 3, 4]
    assert [one.day for one in catalogue.forming()] == [14, 30, 45, 60]
    assert barriers.barriers == catalogue.barriers()
    assert len(barriers.barriers) == 8
    assert all(len(one.helps) > 1 for one in barriers.barriers)


def test_mistakes_in_what_ships_are_found(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    charter = folder / "charter.yaml"
    twice = "  - {key: name, ask: What are we called?, help: Two words., example: Home}\n" * 2
    charter.write_text(f"prompts:\n{twice}")
    with pytest.raises(ContentError, match="stands here twice"):
        catalogue.read(charter=charter)
    steps = folder / "steps.yaml"
    one = "  - {number: 1, name: Planning, usual: Weeks, questions: [{key: need, ask: Is there one?}]}\n" * 4
    steps.write_text(f"steps:\n{one}forming:\n  - {{day: 14, ask: Who else?}}\n")
    with pytest.raises(ContentError, match="in their order"):
        catalogue.read(steps=steps)
    barriers = folder / "barriers.yaml"
    one = "  - {key: time, says: I have none, behind: Rush., helps: [Stop something.], who: All, sign: Yes.}\n"
    barriers.write_text(f"barriers:\n{one * 2}")
    with pytest.raises(ContentError) as wrong:
        catalogue.read(barriers=barriers)
    assert "stands here twice" in str(wrong.value)
    assert "must be a full sentence" in str(wrong.value)
