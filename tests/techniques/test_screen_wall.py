"""How notes are laid out on the big screen: sizes, tracks and pages from words alone."""

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from techniques import screen_wall
from techniques.screen_wall import (
    MOST_TRACKS,
    SIZES,
    SIZES_ALONE,
    Group,
    Measured,
    height_for_notes,
    show_all,
    show_one,
)

CSS = Path(settings.BASE_DIR, "static/css/room.css").read_text()
ASK = "What happened?", ("What did we see?",)


@dataclass(frozen=True)
class Words:
    text: str


def some(count: int, length: int = 8, seed: int = 1) -> list[Words]:
    chance = random.Random(seed)
    return [
        Words(f"{number} " + " ".join(chance.choices(["beds", "came", "porters", "late"], k=chance.randint(1, length))))
        for number in range(count)
    ]


def wall(*groups: list[Words], page: int = 1):
    return show_all([Group(str(n), f"Column {n}", notes) for n, notes in enumerate(groups)], page, *ASK)


def everything(shown) -> list[Words]:
    pages = shown.wall.pages
    return [note for page in pages for part in page for track in part.tracks for note in track]


@pytest.mark.parametrize("counts", [(0,), (1,), (7,), (24,), (60,), (500,), (3, 40), (12, 12), (20, 0, 20), (9,) * 7])
def test_every_note_stands_on_one_page_once(counts):
    groups = [some(count, seed=number) for number, count in enumerate(counts)]
    shown = wall(*groups)
    assert sorted(everything(shown), key=str) == sorted((note for group in groups for note in group), key=str)
    assert shown.count == 1 or shown.wall.size == SIZES[-1]
    for page in shown.wall.pages:
        assert [part.key for part in page] == [str(number) for number in range(len(counts))]
        assert sum(part.span for part in page) == shown.wall.tracks


def test_more_notes_are_smaller_then_on_more_pages_and_never_on_fewer():
    notes = some(120)
    sizes, pages = [], []
    for count in range(len(notes)):
        shown = wall(notes[:count], notes[60 : 60 + count // 3])
        sizes.append(shown.wall.size)
        pages.append(shown.count)
    assert sizes == sorted(sizes, reverse=True)
    assert set(sizes) == set(SIZES)
    assert pages == sorted(pages)
    assert pages[-1] > 2


def test_a_page_that_is_gone_is_the_last_one_that_there_is():
    assert wall(some(60), page=2).number == 2
    assert wall(some(60), page=0).number == 1
    assert wall(some(60), page=99).number == wall(some(60)).count
    assert (wall(some(60)).before, wall(some(60)).after) == (0, 2)
    assert wall(some(60), page=99).after == 0


@pytest.mark.parametrize(
    "text", ["", "x" * 1000, "word " * 200, "a\n" * 500, "W" * 1000, "災" * 1000, "נ" * 300, "é̂" * 99]
)
def test_any_text_is_laid_out(text):
    shown = wall([Words(text), Words("short")])
    assert len(everything(shown)) == 2
    assert show_one(Words(text), *ASK).size in SIZES_ALONE


def test_a_long_question_leaves_less_and_always_something():
    assert height_for_notes("Short", ()) > height_for_notes(*ASK[:1], ("What did we see? " * 12,))
    assert height_for_notes("Long " * 40, ("Question " * 300,)) == screen_wall.LEAST_HEIGHT


def test_lines_are_counted_as_they_break():
    assert Measured.of("").lines_in(10) == 1
    assert Measured.of("one two\nthree").lines_in(30) == 2
    assert Measured.of("m" * 20).lines_in(9.1) == 2  # 0.9 each, so ten in a line
    assert Measured.of("one two three four").lines_at_least(2) <= Measured.of("one two three four").lines_in(2)


def test_the_style_sheet_has_every_size_and_every_track():
    found = {int(size) for size in re.findall(r"\.km-wall--\d+ \{ --size: (\d+); \}", CSS)}
    assert found == set(SIZES_ALONE)
    assert {int(one) for one in re.findall(r"\.km-wall--by(\d)", CSS)} == set(range(2, MOST_TRACKS + 1))
    assert {int(one) for one in re.findall(r"\.km-wall__group--(\d)", CSS)} == set(range(1, MOST_TRACKS + 1))
    for name, value in (("__step", 50), ("__prompts", 40), ("__group h3", 38)):
        assert re.search(rf"{name} \{{[^}}]*font-size: calc\({value} \* var\(--u\)\)", CSS), name
