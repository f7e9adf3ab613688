"""The demo, loaded once for all tests of a file and taken back afterwards; and one of everything in Riverside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from demo import simulate
from demo.world import World
from tests import shipped


@dataclass(frozen=True)
class Story:
    """What was made, and when the loading began."""

    world: World
    began: datetime


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker) -> Iterator[Story]:
    outbox = override_settings(EMAIL_BACKEND="jobs.mail.Backend")  # pytest has put another one in its place
    with django_db_blocker.unblock(), transaction.atomic(), outbox:
        shipped.load()
        began = timezone.now()
        yield Story(simulate.load(), began)
        transaction.set_rollback(True)


@pytest.fixture
def demo(story, db) -> Story:
    """The demo, in a test that may change it: what the test does is taken back after it."""
    return story
