"""People who want to be found, and people who do not."""

from datetime import UTC, datetime

import pytest

from people import actions
from people.models import Profile
from tests.cast import as_member

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _outbox(settings):
    """Mails are rows of the outbox, as outside of tests."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"


@pytest.fixture
def listed():
    """``listed(cara, "moving wards")``: she can be asked about that; ``is_listed=False``: she has only written it."""

    def write(person, *topics, organisation=None, is_listed=True, at=NOON, **words) -> Profile:
        by = as_member(person, organisation)
        before = Profile.objects.filter(membership=by).first()
        return actions.write_profile(
            by.organisation,
            by=by,
            at=at,
            seen=before.version if before else 0,
            is_listed=is_listed,
            asked_about=topics or ["moving wards"],
            **words,
        )

    return write


@pytest.fixture
def ask():
    """``ask(farah, profile, …)``: she asks these people one line."""

    def send(person, *profiles, line="Who has moved a ward?", at=NOON, **words):
        by = as_member(person)
        return actions.send_enquiry(by.organisation, by=by, at=at, line=line, people=profiles, **words)

    return send
