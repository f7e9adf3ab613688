"""What processes of the tests write down for each other."""

from types import SimpleNamespace

import pytest

from tests import measure


@pytest.fixture
def left(tmp_path, monkeypatch):
    """What a run that was broken off has left, and a file of coverage beside it."""
    monkeypatch.setattr(measure, "_notes", lambda: tmp_path / ".coverage")
    monkeypatch.setattr(measure, "_templates", lambda: SimpleNamespace(watch=lambda: None))
    part, real = tmp_path / ".coverage-part-7.pickle", tmp_path / ".coverage.host.7.abc"
    for one in (part, real):
        one.write_bytes(b"")
    return part, real


def test_parts_of_an_older_run_go_before_this_one_begins(left):
    part, real = left
    measure.pytest_configure(SimpleNamespace(workerinput={}))
    assert part.exists(), "a worker leaves what the others write"
    measure.pytest_configure(SimpleNamespace())
    assert (part.exists(), real.exists()) == (False, True)
