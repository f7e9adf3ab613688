"""Made-up things to find; search knows no app above it."""

import pytest

from organisations.visibility import Reach
from search import index


@pytest.fixture(autouse=True)
def _made_up_kinds(settings):
    settings.THINGS = "tests.search.things.THINGS"
    settings.SLOTS = "tests.search.things.SLOTS"


@pytest.fixture
def doc(riverside):
    """``doc(7, title="…")``: a thing of Riverside, not yet put."""

    def make(ident=1, **fields):
        values = {
            "kind": "lesson", "ident": ident, "organisation": riverside, "reach": Reach.ORGANISATION,
            "group_id": None, "author_id": None, "title": f"Thing {ident}",
        }  # fmt: skip
        return index.Doc(**values | fields)

    return make


@pytest.fixture
def put(doc, django_capture_on_commit_callbacks):
    """``put(7, title="…")``: the thing can be found, and its words are known to corrections."""

    def add(ident=1, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            index.put_many([doc(ident, **fields)])

    return add


@pytest.fixture
def reader(lena, member):
    return member(lena)
