"""Libraries: pyproject.toml, its locks, the table of docs/dependencies.md and the code name the same ones."""

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.portal import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PORTAL = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
TESTS = [Requirement(line) for line in PYPROJECT["dependency-groups"]["dev"]]
APPS = ["kmportal", *settings.LOCAL_APPS]
# Our code need not name these: Django, uvicorn, pytest and mypy load them by themselves. The API needs the last three.
LOADED_BY_OTHERS = {
    *("psycopg2-binary", "redis", "argon2-cffi", "tzdata", "uvloop", "httptools"),
    *("pytest-django", "pytest-xdist", "pytest-rerunfailures", "pytest-randomly", "setuptools"),
    "types-pyyaml",
    "defusedxml",  # openpyxl takes it where it is there
    *("djangorestframework", "drf-spectacular", "django-filter"),
}


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(one.name) for one in requirements}


@cache
def homes() -> Mapping[str, list[str]]:
    """Module → the libraries that bring it."""
    return packages_distributions()


def table(heading: str) -> list[list[str]]:
    """The cells of each row below a heading of docs/dependencies.md."""
    page = (ROOT / "docs" / "dependencies.md").read_text()
    part = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def pinned(lock: str) -> dict[str, tuple[str, bool]]:
    """Library → its version, and whether pyproject.toml itself asks for it."""
    found = {}
    for entry in re.split(r"^(?=\S+==)", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]:
        name, version = re.match(r"([\w.-]+)(?:\[[\w,]+\])?==(\S+)", entry).groups()
        found[name] = (version, bool(re.search(r"kmportal \(pyproject\.toml", entry)))
    return found


def modules_of(*folders: str) -> set[str]:
    """The top-level modules that are imported somewhere in these folders."""
    found = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names


@pytest.mark.parametrize(
    ("heading", "requirements"), [("What the portal runs on", PORTAL), ("What the tests need on top", TESTS)]
)
def test_each_library_has_its_line_in_the_table_and_no_other(heading, requirements):
    rows = table(heading)
    assert [row[0] for row in rows] == [canonicalize_name(one.name) for one in requirements]
    assert [row for row in rows if len(row) != 5 or not all(row) or not re.match(r"20\d\d-\d\d, ", row[3])] == []


@pytest.mark.parametrize(
    ("lock", "requirements"), [("requirements.txt", PORTAL), ("requirements-dev.txt", PORTAL + TESTS)]
)
def test_the_locks_are_compiled_from_what_is_asked_for_now(lock, requirements):
    """After a change in pyproject.toml: make lock."""
    found = pinned(lock)
    assert {name for name, (_version, asked) in found.items() if asked} == names(requirements)
    refused = [str(one) for one in requirements if found[canonicalize_name(one.name)][0] not in one.specifier]
    assert refused == []


def test_both_locks_pin_the_same_versions():
    portal, tests = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert {name: version for name, (version, _asked) in portal.items()}.items() <= {
        name: version for name, (version, _asked) in tests.items()
    }.items()


@pytest.mark.parametrize(
    ("folders", "requirements"), [(APPS, PORTAL), (["tests", "scripts", "benchmarks"], PORTAL + TESTS)]
)
def test_what_is_imported_is_asked_for(folders, requirements):
    """A library that only another one brings along may go with it."""
    scripts = {path.stem for folder in ("scripts", "benchmarks") for path in (ROOT / folder).iterdir()}
    own = {*APPS, "tests", "scripts", "benchmarks", *scripts}
    unasked = {
        module
        for module in modules_of(*folders) - own
        if names(requirements).isdisjoint(canonicalize_name(home) for home in homes().get(module, [module]))
    }
    assert unasked == set()


def test_what_is_asked_for_is_used():
    """Its module or its name stands in the code, in the settings, or among the tools of pyproject.toml."""
    folders = (*APPS, "tests", "scripts", "benchmarks")
    said = [path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    words = set(re.findall(r"\w+", "\n".join([*said, str(PYPROJECT["tool"])])))
    used = {canonicalize_name(home) for module in words for home in homes().get(module, [])}
    assert names(PORTAL + TESTS) - used - words - LOADED_BY_OTHERS == set()
