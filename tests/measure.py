"""Coverage of the tests: ``pytest -p tests.measure``. Each process measures itself, also those of xdist.

Begins before Django is set up, so that the lines count that run while modules are read. Afterwards ``coverage report``
tells the result. What tests start as processes of their own is not measured: the servers and what is in scripts/.
"""

from collections.abc import Iterator

import coverage
import pytest

from tests.template_lines import TemplateLines

measured = coverage.Coverage(data_suffix=True)
measured.start()


def _templates() -> TemplateLines:
    return next(plugin for plugin in measured._plugins.file_tracers if isinstance(plugin, TemplateLines))


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Templates are watched once Django is there."""
    _templates().watch()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test with many examples the first alone is measured: the others seldom reach another line."""
    seen: set[str] = set()
    for item in items:
        function = item.nodeid.partition("[")[0]
        if function in seen:
            item.add_marker("unmeasured")
        seen.add(function)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What walks the same lines thousands of times is not measured: it would take half as long again."""
    if not item.get_closest_marker("unmeasured"):
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was measured; the last process adds all up."""
    measured.stop()
    _templates().write_to(measured.get_data())
    measured.save()
    if not hasattr(session.config, "workerinput"):
        total = coverage.Coverage()
        total.combine()
        total.save()
