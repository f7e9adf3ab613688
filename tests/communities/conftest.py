"""Communities as tests begin with them: Cara facilitates, Farah and Reza belong to it."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.actions import life, meetings, people, talk
from communities.models import Community, Meeting, Thread
from tests.cast import as_member

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
TUESDAY = date(2026, 12, 1)
NINE = {
    "name": "Home on time",
    "question": "Why do medicines keep people here?",
    "people": "Ward clerks and pharmacists",
    "facilitator": "Cara, and Farah as deputy",
    "rhythm": "First Tuesday, 14:00 and 02:30",
    "makes": "A checklist",
    "inside": "Names of speakers",
    "difference": "Four wards ask by ten",
    "ending": "In twelve months; pharmacy keeps the list",
}


@pytest.fixture(autouse=True)
def _outbox(settings):
    """Mails are rows of the outbox, as outside of tests."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"


@pytest.fixture
def found(riverside, cara):
    """``found(name)``: a community that Cara has just begun."""

    def make(name="Home on time", question="Why do medicines keep people here?", by=None, **words) -> Community:
        return life.found_community(
            riverside, by=as_member(by or cara, riverside), at=NOON, name=name, question=question, **words
        )

    return make


@pytest.fixture
def community(found, farah, reza) -> Community:
    made = found()
    for person in (farah, reza):
        people.join_community(made, by=as_member(person), at=NOON)
    return made


@pytest.fixture
def thread(community, reza) -> Thread:
    """A question of Reza’s that nobody has answered."""
    return talk.start_thread(
        community, by=as_member(reza), at=NOON, title="Who brings the bags?", text="Nobody on Ward 6 knows."
    )


@pytest.fixture
def queries():
    """``queries(browser, address)``: how many a page takes, the second time it is opened."""

    def count(browser, address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as taken:
            assert browser.get(address).status_code == 200
        return len(taken)

    return count


@pytest.fixture
def plan(community, cara):
    """``plan(**words)``: what Cara plans, by default the first Tuesday at two and again at half past two at night."""

    def make(by=None, at=NOON, **words) -> Meeting:
        said = {
            "title": "Round of cases", "first_on": TUESDAY, "clock": time(14), "again_at": time(2, 30),
            "repeats": "same-weekday", "place": "https://meet.example/ward", **words,
        }  # fmt: skip
        return meetings.plan_meeting(community, by=as_member(by or cara), at=at, **said)

    return make


@pytest.fixture
def meeting(plan) -> Meeting:
    return plan()
