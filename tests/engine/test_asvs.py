"""docs/asvs.csv: every requirement once, every state known, everything that it names there."""

import ast
import csv
import re
from collections import Counter
from functools import cache

import pytest

from kmportal import settings as portal_settings
from tests.portal import ROOT

STATES = {"met", "partly", "not met", "not applicable"}
HEAD, _, BODY = (ROOT / "docs" / "asvs.csv").read_text().partition("\n")
ROWS = list(csv.DictReader(BODY.splitlines()))


@cache
def known_tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def is_there(reference: str) -> bool:
    """Whether a file, a test of a file or a setting of the portal exists."""
    kind, _, name = reference.partition(":")
    if kind == "settings":
        return hasattr(portal_settings, name)
    path, _, test = reference.partition("::")
    return (ROOT / path).is_file() and (not test or test in known_tests(path))


def test_every_requirement_stands_there_once():
    ids = [row["id"] for row in ROWS]
    assert len(set(ids)) == len(ids) == 253
    assert Counter(row["level"] for row in ROWS) == {"1": 70, "2": 183}
    kept = {chapter: int(number) for chapter, number in re.findall(r"(V\d+)=(\d+)", HEAD)}
    assert Counter(name.partition(".")[0] for name in ids) == kept
    assert ids == sorted(ids, key=lambda name: [int(part) for part in name[1:].split(".")])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_state_is_known_and_has_its_reason(row):
    assert re.fullmatch(r"V\d+\.\d+\.\d+", row["id"])
    assert row["title"]
    assert row["status"] in STATES
    assert row["evidence"] if row["status"] == "met" else row["note"]
    assert [name for name in row["evidence"].split() if not is_there(name)] == []


def test_a_reference_to_nothing_is_found():
    assert is_there("tests/test_doors.py::test_the_walk_inside_riverside")
    assert not is_there("tests/test_doors.py::test_that_was_never_written")
    assert not is_there("settings:NO_SUCH_SETTING")
    assert not is_there("docs/no_such_page.md")


def test_the_page_says_the_same_numbers():
    counted = Counter(row["status"] for row in ROWS)
    page = (ROOT / "docs" / "security.md").read_text()
    rows = dict(re.findall(r"^\| (met|partly|not met|not applicable) \| (\d+) \|$", page, re.MULTILINE))
    assert {state: int(number) for state, number in rows.items()} == counted
