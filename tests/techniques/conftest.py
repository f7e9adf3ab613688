"""A small technique, a session of it, and people in its room."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import joining
from techniques.models import Session, Technique
from tests.cast import as_member

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


def stage(key, name, minutes, *columns, writes="everyone", reveal="open"):
    return {
        "key": key,
        "name": name,
        "prompts": [f"Question about {name.lower()}"],
        "say": f"Words to say in {key}",
        "minutes": {"short": minutes, "standard": minutes * 4, "long": minutes * 10},
        "columns": [
            {"key": one, "name": one.capitalize(), "tells": "happened", "makes": "summary", "takes": "note"}
            for one in columns
        ],
        "writes": writes,
        "reveal": reveal,
        "reveal_reason": "",
    }


@pytest.fixture
def review(db) -> Technique:
    """Five steps: nobody writes, hidden, open with two columns, only the facilitator writes, nobody writes."""
    return Technique.objects.create(
        key="after-action-review",
        name="After action review",
        moment="after",
        tier="starter",
        purpose="Look back together.",
        card={
            "confidentiality": "no-blame",
            "say_first": ["We are here to learn, not to judge."],
            "prep": [{"days": 2, "text": "Find a room."}, {"days": 0, "text": "Bring the plan."}],
            "size": {"min": 3, "max": 15, "note": "Everyone who took part."},
            "card_time": "15 minutes to half a day",
            "use_when": ["Something has ended."],
        },
        stages=[
            stage("open", "Open", 2, writes="nobody"),
            stage("expect", "What did we expect?", 3, "expected", reveal="hidden"),
            stage("happened", "What happened?", 5, "well", "better"),
            stage("talk", "Talk", 3, "said", writes="facilitator"),
            stage("close", "Close", 2, writes="nobody"),
        ],
        minutes={"short": 15, "standard": 60, "long": 150},
        can_run=True,
        position=1,
    )


@pytest.fixture
def session(riverside, farah, review) -> Session:
    """Planned by Farah, three days ago, for today at two."""
    with time_machine.travel(NOW - timedelta(days=3)):
        return planning.plan_session(
            riverside, by=as_member(farah), technique=review, length="standard", title="Winter ward opening",
            purpose="What made the opening calm?", starts_at=NOW, place="Seminar room 2", at=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def room(session, farah) -> Session:
    """The session, opened at two."""
    return joining.open_room(session, by=as_member(farah), at=NOW)


@pytest.fixture
def enter():
    """``enter(session, "Gus")``: a browser in which a guest has joined."""

    def join(session: Session, name: str = "Gus") -> Client:
        browser = Client()
        answer = browser.post(
            reverse("join_session", args=[session.code]), {"name": name, "key": guest_cookies.new_key()}
        )
        assert answer.status_code == 302, answer.content.decode()
        return browser

    return join


@pytest.fixture
def send():
    """``send(browser, session, "happened", "well", "text")``: a note as JavaScript sends it."""

    def write(browser: Client, session: Session, stage: str, column: str, text: str, client_id=None):
        values = {"client_id": client_id or uuid4(), "stage": stage, "column": column, "text": text}
        return browser.post(reverse("join_note", args=[session.code]), values, headers={"Accept": "application/json"})

    return write


def inside(name: str, session: Session, *args) -> str:
    return reverse(name, args=[session.organisation.slug, session.pk, *args])
