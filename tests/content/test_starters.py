"""The starter programmes: what ships is sound, and what is broken is refused with a clear sentence."""

import pytest

from organisations.models import Organisation
from roadmap import starters
from roadmap.models import Intervention
from tests.content.conftest import sentences_of


def test_one_for_each_kind_of_organisation():
    found = starters.read()
    assert [one.key for one in found] == ["trust", "council", "ngo"]
    assert {one.for_whom for one in found} <= set(Organisation.Kind.values)


def test_every_text_fits_its_column():
    for one in starters.read():
        for line in one.lines:
            assert len(line.words) <= Intervention._meta.get_field("summary").max_length


def test_an_unknown_key_is_nobody():
    assert starters.starter("moon") is None


TRUST = "trust.yaml"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["lines"][0].update(entry="no-such"), "There is no catalogue entry with the key “no-such”."),
        (lambda c: c["lines"][1].update(entry=c["lines"][0]["entry"]), "stands here twice."),
        (lambda c: c["lines"][0].update(to=120), "120 is greater than the maximum of 100."),
        (lambda c: c["lines"][0].update({"from": 20, "to": 10}), "It would end on day 10, before it begins."),
        (lambda c: c["lines"][0].update(why="because"), "This must be a full sentence with a full stop."),
        (lambda c: c["lines"][0].update(who="The lead."), "so it has no full stop."),
        (lambda c: c["lines"][0].pop("who"), "“who” is missing."),
        (lambda c: c.update(key="hospital"), "The key must be the name of the file, “trust”."),
        (lambda c: c.update(sentence="One. Two."), "This must be one full sentence."),
        (lambda c: c.update(after="Soon"), "This must be a full sentence with a full stop."),
        (lambda c: c.update(lines=c["lines"][:5]), "There must be at least 6, but there are 5."),
        (lambda c: c.update(lines=[x for x in c["lines"] if x["entry"] in _INNER]), "Nothing in it serves the area"),
        (lambda c: c.update(lines=[x for x in c["lines"] if x["entry"] in _LATE]), "done by day 90."),
        (lambda c: c.update(lines=[x for x in c["lines"] if x["entry"] in _EARLY]), "reach four of the five steps."),
        (lambda c: c["sources"].append("Z9"), "There is no source with the mark “Z9”."),
    ],
)
def test_broken_starters_are_refused(spoil, change, expected):
    folder = spoil(starters.FOLDER, TRUST, change)
    assert any(expected in sentence for sentence in sentences_of(lambda: starters.read(folder)))


_INNER = {"elevator-pitch", "find-champions", "knowledge-scan-wake", "leverage-successes", "action-planning",
          "leavers-programme"}  # fmt: skip
_EARLY = {"elevator-pitch", "find-champions", "knowledge-scan-wake", "leverage-successes", "success-stories",
          "management-presentation"}  # fmt: skip
_LATE = {"elevator-pitch", "find-champions", "leverage-successes", "knowledge-scan-wake", "open-discussion",
         "action-planning", "learning-reviews", "leavers-programme"}  # fmt: skip
