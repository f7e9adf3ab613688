"""A task of our own, to see how work is done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from jobs import actions, broker, tasks
from jobs.models import Job


@pytest.fixture(autouse=True)
def wakes(monkeypatch) -> list[str]:
    """No test sends to a real broker unless it says so; what would have been sent is counted here."""
    sent: list[str] = []
    monkeypatch.setattr(broker, "_quiet_until", 0.0)
    monkeypatch.setattr(broker._sender, "send_task", lambda name, **options: sent.append(name))
    return sent


@pytest.fixture
def task(monkeypatch) -> Callable[..., Job]:
    """``task(function, **options)``: a job whose task is ``function(work, **args)``."""

    def make(function: Callable[..., Any], args: dict[str, Any] | None = None, **options: Any) -> Job:
        monkeypatch.setattr(tasks, "probe", function, raising=False)
        return actions.enqueue("jobs.tasks.probe", args, **{"title": "A probe", "at": timezone.now(), **options})

    return make
