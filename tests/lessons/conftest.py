"""Lessons in the states that tests begin with."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons.actions import review, writing
from lessons.actions.risk_holders import name_holder
from lessons.actions.risks import add_risk
from lessons.models import Lesson, Risk, State
from organisations.visibility import Reach
from tests.cast import as_member

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
WORDS = {
    "title": "Ask pharmacy at ten",
    "expected": "Patients go home at two with their medicines.",
    "happened": "Medicines came at four on the first two days.",
    "why": "Pharmacy starts when the request arrives.",
    "when_you": "move a ward",
    "then_do": "ask pharmacy for take-home medicines by ten.",
}
ALL_TICKED = ["do", "cause", "who", "stranger", "nobody", "one", "contact", "process"]


@pytest.fixture(autouse=True)
def _outbox(settings):
    """Mails are rows of the outbox, as outside of tests."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"


@pytest.fixture
def draft(riverside, cara):
    """``draft(**words)``: a draft of Cara’s, or of ``by``."""

    def make(by=None, facts=None, tags=(), organisation=None, **words) -> Lesson:
        return writing.start_lesson(
            organisation or riverside,
            by=as_member(by or cara),
            at=NOON,
            words={**WORDS, **words},
            facts=facts or {},
            tags=tags,
        )

    return make


@pytest.fixture
def waiting(draft):
    """A lesson that Cara has sent for review."""

    def make(**words) -> Lesson:
        lesson = draft(**words)
        return writing.submit_lesson(lesson, by=as_member(lesson.author), at=NOON)

    return make


@pytest.fixture
def claimed(waiting, farah):
    """The same, claimed by Farah."""

    def make(**words) -> Lesson:
        return review.claim_lesson(waiting(**words), by=as_member(farah), at=NOON)

    return make


def validate(lesson: Lesson, by, **values) -> Lesson:
    values = {
        "outcome": State.IDENTIFIED,
        "read": lesson.revision_id,
        "ticked": ALL_TICKED,
        "contact": "Cara Doyle, Ward 6",
        "process": "Discharge checklist",
        "share_with": Reach.ORGANISATION,
        **values,
    }
    return review.validate_lesson(lesson, by=as_member(by), at=NOON, **values)


@pytest.fixture
def identified(claimed, farah):
    """The same, checked by Farah and shared with everybody at Riverside."""

    def make(share_with=Reach.ORGANISATION, group=None, outcome=State.IDENTIFIED, tags=(), **words) -> Lesson:
        return validate(claimed(**words), farah, share_with=share_with, group=group, outcome=outcome, tags=tags)

    return make


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
def put_in(riverside, farah):
    """``put_in(title, matter, loss, owner=…)``: a topic of the register of knowledge at risk."""

    def put_in(title="Start the old boiler", matter=3, loss=3, **more) -> Risk:
        wanted = {"title": title, "matter": matter, "loss": loss, **more}
        return add_risk(riverside, by=as_member(farah), at=timezone.now(), wanted=wanted)

    return put_in


@pytest.fixture
def risk(put_in, cara, reza) -> Risk:
    """Cara sees to it, Reza knows about it."""
    found = put_in(owner=cara, why="The wards get cold.")
    name_holder(found, by=as_member(cara), at=timezone.now(), person=reza)
    found.refresh_from_db()
    return found
