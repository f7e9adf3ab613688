"""Marks in the code say what coverage would have seen by tracing it."""

import contextlib

import coverage
import pytest
from coverage.parser import PythonParser

from tests import line_marks

EVERYTHING = '''"""Words of a module."""
from __future__ import annotations

import functools

TEN = 10
"""Words behind a value."""


def twice(call):
    @functools.wraps(call)
    def both(number):
        return call(number), call(
            number,
        )

    return both


class Counter:
    """With words."""

    __start = 0
    steps: tuple[int, ...] = ()

    def up(self):
        self.__start += 1
        return self.__start


@twice
def tried(number):
    """Words of a function."""
    counter, seen = Counter(), []
    if number > 5:
        seen.append("large")
    elif number == 3:
        seen.append("three")
    else:
        seen.append(
            "small",
        )
    if number == 4:
        return seen
    for one in range(number):
        if one == 7:
            break
        if one % 2:
            continue
        counter.up()
    else:
        seen.append("to the end")
    while counter.up() < 4:
        seen.append("more")
    match number:
        case 1 | 2:
            seen.append("few")
        case 3 if seen:
            with contextlib.suppress(ValueError):
                int("no number")
                seen.append("never")
        case 8:
            seen.append("eight")
    match seen:
        case []:
            return None
        case [*_]:
            pass
    try:
        if number == 2:
            raise KeyError(number)
        if number == 9:
            raise LookupError(number)
    except KeyError:
        seen.append("key")
    except LookupError as error:
        seen.append(str(error))
    else:
        seen.append("well")
    finally:
        seen.append("at last")
    return seen
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "everything.py"
    path.write_text(EVERYTHING)
    return path


def by_tracing(path, number) -> tuple[set[int], line_marks.Arcs]:
    seen = coverage.Coverage(data_file=None, branch=True, include=[str(path)], config_file=False)
    names = {"contextlib": contextlib}
    with seen.collect():
        exec(compile(EVERYTHING, str(path), "exec", dont_inherit=True), names)  # noqa: S102
        names["tried"](number)
    found = seen.analysis2(str(path))
    arcs = set(seen.get_data().arcs(str(path)))
    return set(found[1]) - set(found[3]), arcs


def by_marks(path, number) -> tuple[set[int], line_marks.Arcs]:
    code, marks = line_marks.marked(EVERYTHING, str(path))
    hits = bytearray(len(marks.lines))
    names = {"contextlib": contextlib, line_marks.NAME: hits}
    exec(code, names)  # noqa: S102
    names["tried"](number)
    arcs = line_marks.arcs_of(EVERYTHING, bytes(hits), marks)
    return {line for start, line in arcs if start == -1}, arcs


@pytest.mark.parametrize("number", range(10))
def test_lines_and_branches_are_those_that_tracing_finds(file, number):
    parser = PythonParser(text=EVERYTHING)
    parser.parse_source()
    branching = {line for line, exits in parser.exit_counts().items() if exits > 1}
    possible = {arc for arc in parser.arcs() if arc[0] in branching}
    (traced, traced_arcs), (marked, marked_arcs) = by_tracing(file, number), by_marks(file, number)
    assert marked == traced
    assert marked_arcs & possible == parser.translate_arcs(traced_arcs) & possible


def test_what_a_program_does_stays_as_it_was(file):
    code, marks = line_marks.marked(EVERYTHING, str(file))
    plain, ours = {"contextlib": contextlib}, {"contextlib": contextlib, line_marks.NAME: bytearray(len(marks.lines))}
    exec(compile(EVERYTHING, str(file), "exec", dont_inherit=True), plain)  # noqa: S102
    exec(code, ours)  # noqa: S102
    for number in range(10):
        assert ours["tried"](number) == plain["tried"](number)
    assert (ours["__doc__"], ours["tried"].__doc__) == ("Words of a module.", "Words of a function.")
    assert ours["Counter"].__doc__ == "With words."
    assert set(vars(ours["Counter"])) == set(vars(plain["Counter"]))
