"""Reading YAML: what is refused, and whether the error says where."""

import pytest

from kmportal.lib.content import (
    ContentError,
    Named,
    Names,
    checksum,
    draft_problems,
    is_sentence,
    parse_yaml,
    read_yaml,
    sentences,
    text_problems,
)
from tests.content.conftest import sentences_of


def parse(text: str):
    return parse_yaml(text, file="words.yaml")


def test_a_missing_file_is_named(tmp_path):
    assert sentences_of(lambda: read_yaml(tmp_path / "none.yaml")) == ["none.yaml: The file is missing."]


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "old.yaml").write_bytes("name: Café".encode("cp1252"))
    assert sentences_of(lambda: read_yaml(tmp_path / "old.yaml")) == ["old.yaml: The file is not UTF-8 text."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1, 2", "words.yaml, line 1: This is not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "words.yaml, line 3: “a” stands here twice."),
        ("a: !!python/object/apply:os.system [ls]", "words.yaml, line 1: This is not valid YAML"),
        ("a: b: c", "words.yaml, line 1: This is not valid YAML"),
    ],
)
def test_what_is_not_sound_yaml_is_refused_with_its_line(text, expected):
    # The two readers of YAML disagree by a line about an end that never comes
    assert sentences_of(lambda: parse(text))[0].replace("line 2: This", "line 1: This").startswith(expected)


def test_yes_no_and_days_stay_texts():
    assert parse("a: no\nb: 2026-11-22\nc: true\n").data == {"a": "no", "b": "2026-11-22", "c": True}


def test_a_problem_names_line_and_place():
    document = parse("entries:\n  - key: pitch\n    how:\n      - One\n      - Two\n")
    problem = document.problem(["entries", 0, "how", 1], "It is wrong.")
    assert str(problem) == "words.yaml, line 5: entries › pitch › how › no. 2: It is wrong."
    assert document.problem(["entries", 0, "missing"], "x").line == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: It's so", "typographic"),
        ("a: Say “hello”!", "exclamation"),
        ("a: 'two  spaces'", "spaces"),
        ("a: Ask the stakeholders", "plainer or British words: “stakeholders”"),
        ("a: We organize it.", "plainer or British words: “organize”"),
        ("a: Bring cake, tea etc to it.", "plainer or British words: “etc”"),
        ("a: " + "word " * 31 + "ends.", "A sentence here has 32 words. 30 are the most."),
        ("a: |\n  a line\n  and another\n", "line breaks"),
    ],
)
def test_house_style(text, expected):
    assert [expected in problem.sentence for problem in text_problems(parse(text))].count(True) == 1


def test_sources_may_be_written_as_they_are():
    assert list(text_problems(parse('sources: ["It\'s a title!"]'))) == []


def test_draft_marks_must_name_fields():
    document = parse("stages: [{say: Hello.}]\nname: x\n")
    item = {"stages": [{"say": "Hello."}], "name": "x", "draft": ["stages.say", "name", "stages.sing", "colour"]}
    assert [problem.sentence for problem in draft_problems(document, [], item)] == [
        "“stages.sing” is marked as draft, but there is no such field.",
        "“colour” is marked as draft, but there is no such field.",
    ]


@pytest.mark.parametrize("text", ["It is.", "“Why?”", "Is it?", "“It is.”", "30 minutes are enough."])
def test_sentences(text):
    assert is_sentence(text)


@pytest.mark.parametrize("text", ["It is", "it is.", "It is,", ""])
def test_no_sentences(text):
    assert not is_sentence(text)


def test_a_question_inside_a_sentence_does_not_end_it():
    assert sentences("Most leaders ask “Who has done this?” when work starts.") == 1
    assert sentences("It is. Is it? “Yes.” Good.") == 4


def test_names_are_found_by_key_name_and_alias_whatever_the_capitals():
    cafe = Named("technique", "knowledge-cafe", "Knowledge café", ("Leavers’ café",))
    names = Names([cafe])
    assert [names.find(word) for word in ("knowledge-cafe", "KNOWLEDGE CAFÉ", "leavers' café", "tea")] == [
        cafe,
        cafe,
        cafe,
        None,
    ]


def test_a_word_with_two_meanings_is_a_clash():
    names = Names([Named("technique", "a", "Café"), Named("intervention", "b", "Bar", ("café",))])
    assert names.clashes == ["“café” means both “Café” and “Bar”."]


def test_an_intervention_and_its_meeting_may_share_a_name():
    lunch = Named("intervention", "lunch", "Brown bag lunch")
    held = Named("technique", "lunch", "Brown bag lunch")
    assert Names([lunch, held]).clashes
    names = Names([lunch, held], pairs=[(lunch, held)])
    assert names.clashes == []
    assert names.find("lunch") == lunch
    assert names.find("lunch", "technique") == held
    assert names.find("lunch", "step") is None
    assert list(names) == [lunch, held]


def test_the_checksum_changes_with_the_words_and_not_with_the_order():
    assert checksum({"a": 1, "b": [2]}) == checksum({"b": [2], "a": 1}) != checksum({"a": 1, "b": [3]})


def test_every_problem_is_told_at_once_and_in_order():
    document = parse("a: 1\nb: 2\n")
    error = ContentError([document.problem(["b"], "Second."), document.problem(["a"], "First.")])
    assert str(error) == "words.yaml, line 1: a: First.\nwords.yaml, line 2: b: Second."
