"""Coverage of the tests: ``pytest -p tests.measure``. Each process notes what it reached, also those of xdist.

Begins before Django is set up, so that the lines count that run while modules are read. The last process adds all up,
and ``coverage report`` tells the result. What tests start as processes of their own is not measured: the servers and
what is in scripts/.
"""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

from tests.line_marks import Finder, all_arcs
from tests.template_lines import TemplateLines

measured = coverage.Coverage()
measured._init()
finder = Finder(measured.get_option("run:omit"))  # type: ignore[arg-type]


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before pytest-django reads our modules. The process that only hands out tests to others reads them unmarked."""
    if "PYTEST_XDIST_WORKER" in os.environ or not early_config.known_args_namespace.numprocesses:
        finder.begin()
    return (yield)


def _templates() -> TemplateLines:
    return next(plugin for plugin in measured._plugins.file_tracers if isinstance(plugin, TemplateLines))


def _notes() -> Path:
    return Path(measured.config.data_file)


def _parts() -> Iterator[Path]:
    """What other processes have written. No file of coverage is called so, and it reads none of these."""
    return _notes().parent.glob(f"{_notes().name}-part-*.pickle")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Templates are watched once Django is there. Parts of a run that was broken off are not counted in this one."""
    if not hasattr(config, "workerinput"):
        for part in _parts():
            part.unlink()
    _templates().watch()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was reached; the last process adds all up."""
    if hasattr(session.config, "workerinput"):
        mine = {path: bytes(hits) for path, hits in finder.hits.items()}
        Path(f"{_notes()}-part-{os.getpid()}.pickle").write_bytes(pickle.dumps((mine, dict(_templates().drawn))))
        return
    hits = dict(finder.hits)
    for part in _parts():
        theirs, drawn = pickle.loads(part.read_bytes())  # noqa: S301  what our own processes wrote
        for path, reached in theirs.items():
            known = hits.setdefault(path, bytearray(len(reached)))
            known[:] = (int.from_bytes(known) | int.from_bytes(reached)).to_bytes(len(reached))
        for path, lines in drawn.items():
            _templates().drawn[path] |= lines
        part.unlink()
    measured._init_for_start()  # which files there are; nothing is traced
    data = measured.get_data()
    data.add_arcs(dict(all_arcs({path: bytes(reached) for path, reached in hits.items()})))
    _templates().write_to(data)
    measured._post_save_work()  # notes what was never reached at all
    measured.save()
