"""The instrument of self-assessment: what ships is sound, and what is broken is refused with a clear sentence."""

import pytest

from roadmap.models import Effort
from selfassessment import instrument
from selfassessment.models import Criterion, Framework, Section, Suggestion
from tests.content.conftest import sentences_of

CODES = [
    *(f"L{number}" for number in range(1, 7)),
    *(f"B{number}" for number in range(1, 7)),
    *(f"C{number}" for number in range(1, 8)),
    *(f"K{number}" for number in range(1, 7)),
]


@pytest.fixture(scope="module")
def framework() -> instrument.Framework:
    return instrument.read()


def test_25_criteria_in_four_sections(framework):
    assert [criterion.code for criterion in framework.criteria] == CODES
    assert [section.name for section in framework.sections] == [
        "Leadership",
        "Behaviours",
        "Capabilities and working practices",
        "Knowledge resources",
    ]


def test_five_levels_with_a_rule_of_thumb(framework):
    assert [level.name for level in framework.levels] == [
        "Not yet",
        "Starting",
        "In place",
        "Joined up",
        "Second nature",
    ]
    assert all(len(criterion.statements) == 5 for criterion in framework.criteria)


def test_it_says_that_it_is_not_the_nhs_tool(framework):
    assert "It is not the NHS tool." in framework.note


def test_no_statement_stands_twice(framework):
    statements = [statement for criterion in framework.criteria for statement in criterion.statements]
    assert len(set(statements)) == 125


def test_every_criterion_carries_its_tags(framework):
    assert all(criterion.iso and criterion.outcomes for criterion in framework.criteria)
    # 4 and 5 are about the library team and the library service themselves, which these questions do not measure.
    assert {outcome for criterion in framework.criteria for outcome in criterion.outcomes} == {1, 2, 3, 6}


def test_what_helps_is_found_through_aliases(framework):
    criteria = {criterion.code: criterion for criterion in framework.criteria}
    assert criteria["L1"].helps[:2] == ("open-discussion", "knowledge-scan-measure")
    assert all(criterion.helps for criterion in framework.criteria)


def test_every_text_fits_its_column(framework):
    def fits(model, field, text):
        assert len(text) <= model._meta.get_field(field).max_length

    fits(Framework, "name", framework.title)
    for section in framework.sections:
        fits(Section, "name", section.name)
        fits(Section, "short_name", section.short_name)
    for criterion in framework.criteria:
        fits(Criterion, "name", criterion.name)
        fits(Criterion, "question", criterion.question)
        for suggestion in (criterion.first, criterion.stretch):
            fits(Suggestion, "title", suggestion.title)
            fits(Suggestion, "entry_key", suggestion.intervention)
            assert suggestion.effort in Effort.values


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["criteria"][0]["statements"].pop(), "There must be at least 5, but there are 4."),
        (
            lambda c: c["criteria"][0]["statements"].__setitem__(2, "We have an aim"),
            "The statement of level 3 must be a sentence with a full stop.",
        ),
        (
            lambda c: c["criteria"][0]["statements"].__setitem__(4, "We do it. We like it."),
            "The statement of level 5 must be one sentence only.",
        ),
        (
            lambda c: c["criteria"][0]["statements"].__setitem__(3, c["criteria"][0]["statements"][2]),
            "Two levels have the same statement.",
        ),
        (
            lambda c: c["criteria"][0]["statements"].__setitem__(2, "We have an aim, and it names our goals."),
            "The statement of level 3 says two things.",
        ),
        (
            lambda c: c["criteria"][0]["statements"].__setitem__(4, "Sharing is second nature to us."),
            "Nobody can see “second nature”. Say what people do.",
        ),
        (
            lambda c: c["criteria"][0].update(question="Does every profession share its aim?"),
            "The question names “profession”, but no statement does.",
        ),
        (
            lambda c: c["criteria"][1]["statements"].__setitem__(0, c["criteria"][0]["statements"][0]),
            "This is hard to tell from “None of our plans",
        ),
        (
            lambda c: c["criteria"][4].update(question="Do we decide?", statements=[f"We see {n}." for n in "abcde"]),
            "No statement of this section names research or evidence.",
        ),
        (
            lambda c: c["criteria"][0]["helps"].append("Magic wand"),
            "“Magic wand” is neither in the catalogue nor among the techniques.",
        ),
        (lambda c: c["criteria"][0].update(question="Is it so."), "The question must end with a question mark."),
        (lambda c: c["criteria"][0].update(code="L9"), "The code of this criterion must be L1."),
        (lambda c: c["criteria"][0].update(iso=["4.9"]), "“4.9” is not one of 4.1, 4.2"),
        (lambda c: c["criteria"][0].update(outcomes=[7]), "7 is greater than the maximum of 6."),
        (lambda c: c["criteria"][0].pop("evidence"), "“evidence” is missing."),
        (lambda c: c["criteria"][0]["first"].pop("effort"), "“effort” is missing."),
        (lambda c: c["criteria"][0]["first"].update(effort="tiny"), "“tiny” is not one of quick, medium, long."),
        (lambda c: c["criteria"][0]["first"].update(title="x" * 61), "at most 60 characters, but there are 61."),
        (lambda c: c["criteria"][0]["first"].update(title="Do it."), "A title has no full stop."),
        (lambda c: c["criteria"][0]["first"].update(text="Ask the library."), "must have two to four sentences."),
        (lambda c: c["criteria"][0]["first"].update(text="Do it. Do more."), "say what the library can offer."),
        (lambda c: c["criteria"][0]["first"].pop("intervention"), "What becomes an intervention names one of the"),
        (lambda c: c["criteria"][0]["first"].update(becomes="action"), "and an action names none."),
        (lambda c: c["criteria"][0]["first"].update(intervention="no-such"), "no catalogue entry with the key"),
        (lambda c: c["criteria"][0]["first"].update(technique="elevator-pitch"), "There is no technique with the key"),
        (lambda c: c["criteria"][0]["stretch"].update(title=c["criteria"][0]["first"]["title"]), "the same title."),
        (lambda c: c["criteria"][0].update(name="Learning after"), "“Learning after” stands in another criterion too."),
        (lambda c: c.update(key="leaders"), "The key must be the name of the file, “leadership”."),
        (lambda c: c.update(name="Behaviours"), "Another section has “Behaviours” already."),
        (lambda c: c.update(colour="red"), "“colour” is not a field that exists here."),
    ],
)
def test_broken_sections_are_refused(spoil, change, expected):
    folder = spoil(instrument.FOLDER, "leadership.yaml", change)
    assert any(expected in sentence for sentence in sentences_of(lambda: instrument.read(folder)))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["levels"].pop(), "There must be at least 5, but there are 4."),
        (lambda c: c["levels"][1].update(number=1), "This must be level 2."),
        (lambda c: c["levels"][1].update(rule="Some do"), "The rule of thumb must be one full sentence."),
        (lambda c: c.update(note="Ours"), "This must be a full sentence with a full stop."),
        (lambda c: c["how_to_answer"].append("and so on"), "This must be a full sentence with a full stop."),
        (lambda c: c["sections"].append("hope"), "four-headings/hope.yaml: The file is missing."),
        (lambda c: c.pop("title"), "“title” is missing."),
        (lambda c: c["must_say"].append("dragon"), "Neither a question nor a statement names “dragon”."),
        (lambda c: c["sources"].append("Z9"), "There is no source with the mark “Z9”."),
    ],
)
def test_broken_frameworks_are_refused(spoil, change, expected):
    folder = spoil(instrument.FOLDER, "framework.yaml", change)
    assert any(expected in sentence for sentence in sentences_of(lambda: instrument.read(folder)))


def test_the_error_says_where(spoil):
    folder = spoil(
        instrument.FOLDER, "capabilities.yaml", lambda c: c["criteria"][3]["statements"].__setitem__(1, "Nothing")
    )
    (sentence,) = sentences_of(lambda: instrument.read(folder))
    assert sentence.startswith("four-headings/capabilities.yaml, line ")
    assert ": criteria › C4 › statements › no. 2: The statement of level 2" in sentence
