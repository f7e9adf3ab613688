"""The techniques: what ships is sound, and what is broken is refused with a clear sentence."""

import pytest

from kmportal.lib.content import LENGTHS
from selfassessment import instrument
from techniques import content_schema
from techniques.models import Stage, Technique
from tests.content.conftest import sentences_of

ALL = (*content_schema.KEYS, *content_schema.MEETINGS)


def test_all_twelve_and_the_meetings_are_there_in_their_order():
    techniques = content_schema.read().techniques
    assert tuple(one.key for one in techniques) == ALL
    assert [one.family for one in techniques] == ["technique"] * 12 + ["meeting"] * 10


def test_all_can_be_run_but_those_that_no_room_suits():
    cards_only = {one.key: one.not_in_room for one in content_schema.read().techniques if not one.can_run}
    assert set(cards_only) == {"randomised-coffee-trial", "knowledge-harvesting"}
    assert all(cards_only.values())


def test_a_meeting_whose_intervention_has_its_name_is_found_beside_it():
    names = instrument.known_names()
    for key in ("brown-bag-lunch", "open-discussion", "wants-and-offers"):
        assert names.find(key).kind == "intervention"
        assert names.find(key, "technique").key == key


@pytest.mark.parametrize("key", ALL)
@pytest.mark.parametrize("length", LENGTHS)
def test_minutes_add_up(key, length):
    technique = content_schema.read().technique(key)
    assert sum(stage.minutes.of(length) for stage in technique.stages) == technique.totals.of(length)


def test_the_after_action_review_asks_its_four_questions():
    review = content_schema.read().technique("after-action-review")
    assert [stage.key for stage in review.stages] == ["open", "expect", "happened", "why", "learn", "close"]
    columns = {stage.key: [(column.name, column.makes) for column in stage.columns] for stage in review.stages}
    assert columns["expect"] == [("What we expected", "summary")]
    assert [name for name, _ in columns["happened"]] == ["What went well", "What could have been better"]
    assert columns["why"] == [("Why", "summary")]
    assert columns["learn"] == [("Our actions", "actions"), ("Lessons for others", "lessons")]
    assert [stage.key for stage in review.stages if stage.reveal == "hidden"] == ["expect", "why"]


def test_what_must_not_be_kept_is_never_written():
    library = content_schema.read()
    for key in ("action-learning-set", "randomised-coffee-trial"):
        assert all(stage.writes == "nobody" for stage in library.technique(key).stages)


def test_choices_agree_with_the_models():
    for technique in content_schema.read().techniques:
        assert technique.moment in Technique.Moment.values
        for stage in technique.stages:
            assert stage.writes in Stage.Writes.values
            assert stage.reveal in Stage.Reveal.values


def test_every_text_fits_its_column():
    for technique in content_schema.read().techniques:
        assert len(technique.name) <= Technique._meta.get_field("name").max_length
        for stage in technique.stages:
            assert len(stage.key) <= Stage._meta.get_field("key").max_length
            assert len(stage.name) <= Stage._meta.get_field("name").max_length


AAR = "after-action-review.yaml"
SET = "action-learning-set.yaml"
TRIAL = "randomised-coffee-trial.yaml"


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        (AAR, lambda c: c.update(family="meeting"), "This is a technique."),
        (AAR, lambda c: c["stages"][1].update(say="Write your name into it."), "“your name” asks for names, but no"),
        (AAR, lambda c: c.update(can_run=False), "Say why no room suits it (not_in_room), or let it be run."),
        (TRIAL, lambda c: c.pop("not_in_room"), "Say why no room suits it (not_in_room), or let it be run."),
        (AAR, lambda c: c["front"].update(what="One. Two."), "On the card this is one full sentence."),
        (AAR, lambda c: c["front"]["steps"].append("and so on"), "A step on the card must be a full sentence."),
        (AAR, lambda c: c["front"]["steps"].append("x" * 101), "at most 100 characters, but there are 101."),
        (AAR, lambda c: c.update(card_words=["flying carpet"]), "The postcard says “flying carpet”, but roles"),
        (
            AAR,
            lambda c: c["stages"][1]["minutes"].update(standard=13),
            "The stages of the standard length add up to 61 minutes, but the total says 60.",
        ),
        (AAR, lambda c: c["totals"].update(short=14), "add up to 15 minutes, but the total says 14."),
        (AAR, lambda c: c["stages"][1]["minutes"].pop("long"), "“long” is missing."),
        (AAR, lambda c: c["stages"][1]["minutes"].update(long=-1), "-1 is less than the minimum of 0."),
        (AAR, lambda c: c["stages"][1].pop("say"), "“say” is missing."),
        (AAR, lambda c: c["stages"][1].pop("reveal_reason"), "Say why the notes are open or hidden"),
        (AAR, lambda c: c["stages"][1].update(writes="nobody"), "There are columns, but nobody may write in them."),
        (AAR, lambda c: c["stages"][0].update(writes="everyone"), "there is no column to write in."),
        (AAR, lambda c: c["stages"][0].update(reveal="hidden"), "Nothing is written here, so nothing can be hidden."),
        (AAR, lambda c: c["stages"][1]["columns"][0].update(makes="money"), "“money” is not one of nothing, summary"),
        (AAR, lambda c: c["stages"][1]["columns"][0].pop("tells"), "“tells” is missing."),
        (AAR, lambda c: c["stages"][1]["columns"][0].update(tells="tales"), "“tales” is not one of expected, happened"),
        (AAR, lambda c: c["stages"][4]["columns"][0].update(tells="why"), "What makes actions tells “actions”."),
        (AAR, lambda c: c["stages"][4]["columns"][1].update(tells="happened"), "What makes lessons tells “learned”."),
        (AAR, lambda c: c["stages"][1]["columns"][0].pop("takes"), "“takes” is missing."),
        (
            AAR,
            lambda c: c["stages"][1]["columns"][0].update(takes="vote"),
            "takes: “vote” is not one of note, support, topic, joining.",
        ),
        (AAR, lambda c: c["stages"][2]["columns"][1].update(key="well"), "The column “well” stands here twice."),
        (AAR, lambda c: c["stages"][2].update(key="expect"), "The stage “expect” stands here twice."),
        (AAR, lambda c: c["stages"][1]["prompts"].append("what else"), "A prompt must be a full question"),
        (AAR, lambda c: c.update(key="aar"), "The key must be the name of the file, “after-action-review”."),
        (AAR, lambda c: c.update(position=2), "Another technique has the position 2 already."),
        (AAR, lambda c: c["size"].update(min=20), "The smallest size is larger than the largest."),
        (AAR, lambda c: c["prep"].reverse(), "The checklist must go from the earliest day to the latest."),
        (AAR, lambda c: c["prep"].append(c["prep"][-1]), "This stands in the checklist twice."),
        (AAR, lambda c: c["keep"].append("all of it"), "This must be a full sentence with a full stop."),
        (AAR, lambda c: c.update(purpose=""), "This must not be empty."),
        (AAR, lambda c: c.update(confidentiality="secret"), "“secret” is not one of open, no-blame"),
        (AAR, lambda c: c["aliases"].append("Fishbowl"), "“fishbowl” means both"),
        (AAR, lambda c: c["draft"].append("stages.smell"), "“stages.smell” is marked as draft"),
        (AAR, lambda c: c["sources"].append("Z9"), "There is no source with the mark “Z9”."),
        (SET, lambda c: c["stages"][2]["rounds"].update(short=3), "3 rounds of 32 minutes are 96 minutes, but"),
        (SET, lambda c: c["stages"][2].pop("rounds"), "A stage that repeats needs both rounds and parts."),
    ],
)
def test_broken_copies_are_refused(spoil, file, change, expected):
    folder = spoil(content_schema.FOLDER, file, change)
    assert any(expected in sentence for sentence in sentences_of(lambda: content_schema.read(folder)))


def test_a_technique_without_its_file_is_missed(spoil):
    folder = spoil(content_schema.FOLDER, AAR, lambda c: None)
    (folder / "fishbowl.yaml").unlink()
    assert sentences_of(lambda: content_schema.read(folder)) == [
        "content/fishbowl.yaml: The file of this technique is missing."
    ]
