"""The catalogue of interventions: what ships is sound, and what is broken is refused with a clear sentence."""

import pytest

from roadmap import catalogue
from roadmap.models import Area, CatalogueEntry, Effort, Kind, Step
from selfassessment import instrument
from techniques import content_schema
from tests.content.conftest import sentences_of


def test_the_roadmap_has_its_25_entries_in_five_steps():
    entries = catalogue.read().entries
    seed = [entry for entry in entries if not entry.extra]
    assert len(seed) == 25
    assert [sum(entry.step == step for entry in seed) for step in range(1, 6)] == [5, 6, 5, 4, 5]
    assert {"knowledge-scan-wake", "knowledge-scan-measure"} <= {entry.key for entry in seed}


def test_every_named_technique_exists():
    assert catalogue.technique_problems({one.key for one in content_schema.read().techniques}) == []


def test_words_and_choices_agree_with_the_models():
    whole = catalogue.read()
    assert [(step.number, step.name) for step in whole.steps] == Step.choices
    assert [(area.key, area.name) for area in whole.areas] == Area.choices
    assert {entry.kind for entry in whole.entries} <= set(Kind.values)
    assert {entry.effort for entry in whole.entries} <= set(Effort.values)


def test_every_text_fits_its_column():
    for entry in catalogue.read().entries:
        assert len(entry.key) <= CatalogueEntry._meta.get_field("key").max_length
        assert len(entry.name) <= CatalogueEntry._meta.get_field("name").max_length


def test_the_plan_can_serve_every_area_in_every_kind():
    entries = catalogue.read().entries
    assert {area for entry in entries for area in entry.areas} == set(Area.values)
    assert {entry.kind for entry in entries} == set(Kind.values)


def test_every_source_that_is_listed_is_used():
    used = {text for entry in catalogue.read().entries for text in entry.sources}
    used |= {text for technique in content_schema.read().techniques for text in technique.sources}
    used |= set(instrument.read().sources) | {catalogue.read_sources()["P5"]}
    assert set(catalogue.read_sources().values()) == used


def test_an_unknown_technique_is_refused():
    problems = catalogue.technique_problems({"fishbowl"})
    assert any("There is no technique “self-assessment-meeting”." in str(problem) for problem in problems)


FIRST = "1-awareness.yaml"


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        (FIRST, lambda c: c["entries"].pop(0), "The roadmap has 5 entries in this step, but here are 4."),
        (FIRST, lambda c: c["entries"][0].pop("why"), "“why” is missing."),
        (FIRST, lambda c: c["entries"][0].update(why=""), "This must not be empty."),
        (FIRST, lambda c: c["entries"][0].update(wyh="x"), "“wyh” is not a field that exists here."),
        (FIRST, lambda c: c["entries"][0].update(areas=["moon"]), "“moon” is not one of foundation, knowledge"),
        (FIRST, lambda c: c["entries"][0].update(areas=[]), "This must not be empty."),
        (FIRST, lambda c: c["entries"][0].update(effort="huge"), "“huge” is not one of quick, medium, long."),
        (FIRST, lambda c: c["entries"][0].update(how=["One."]), "There must be at least 3, but there are 1."),
        (FIRST, lambda c: c["entries"][0]["how"].append("no stop"), "Each step must be a full sentence"),
        (FIRST, lambda c: c["entries"][0].update(time="An hour."), "This is a short label, so it has no full stop."),
        (FIRST, lambda c: c["entries"][0].update(what="a talk"), "This must be a full sentence with a full stop."),
        (FIRST, lambda c: c["entries"][1].update(key="brown-bag-lunch"), "stands in the catalogue twice."),
        (FIRST, lambda c: c["entries"][1]["aliases"].append("Lunch talk"), "“lunch talk” means both"),
        (FIRST, lambda c: c.update(step=2), "The guide says that this is step 1."),
        (FIRST, lambda c: c["entries"][0]["sources"].append("Z9"), "There is no source with the mark “Z9”."),
        ("sources.yaml", lambda c: c["sources"].pop("ours"), "“ours” is missing."),
        ("steps.yaml", lambda c: c["steps"].pop(), "There must be at least 5, but there are 4."),
        ("steps.yaml", lambda c: c["steps"][1].update(number=3), "This must be step 2."),
        ("steps.yaml", lambda c: c["steps"][0].update(purpose="To wake."), None),
        ("steps.yaml", lambda c: c["steps"][0].update(purpose="One. Two."), "must be one full sentence."),
        ("steps.yaml", lambda c: c["steps"][0].update(exit_questions=["A?", "B?"]), "There must be at least 3"),
        ("steps.yaml", lambda c: c["steps"][0]["exit_questions"].__setitem__(0, "Is it."), "with a question mark."),
        ("steps.yaml", lambda c: c["steps"][0]["exit_questions"].__setitem__(0, "Who is it?"), "with yes or no."),
        ("steps.yaml", lambda c: c["steps"][0].update(file="none"), "content/none.yaml: The file is missing."),
    ],
)
def test_broken_copies_are_refused(spoil, file, change, expected):
    folder = spoil(catalogue.FOLDER, file, change)
    if expected is None:
        catalogue.read(folder)
    else:
        assert any(expected in sentence for sentence in sentences_of(lambda: catalogue.read(folder)))


def test_the_error_says_where(spoil):
    folder = spoil(catalogue.FOLDER, FIRST, lambda c: c["entries"][2].update(cost="free"))
    (sentence,) = sentences_of(lambda: catalogue.read(folder))
    assert sentence.startswith("content/1-awareness.yaml, line ")
    assert sentence.endswith(": entries › success-stories › cost: “free” is not one of low, medium, high.")


def test_an_entry_that_is_asked_for_by_key():
    whole = catalogue.read()
    assert whole.entry("elevator-pitch").name == "Elevator pitch"
    with pytest.raises(KeyError):
        whole.entry("no-such-thing")
