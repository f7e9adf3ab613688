"""A fishbowl, with people in it."""

import pytest

from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import fishbowl, joining, stages
from techniques.models import Chair, Session, Technique, Waiting
from tests.cast import as_member
from tests.techniques.conftest import NOW, stage


@pytest.fixture
def technique(db):
    said = stage("debrief", "Debrief", 10, "said", writes="facilitator")
    return Technique.objects.create(
        key="fishbowl", name="Fishbowl", moment="during", tier="next", purpose="Few talk, many listen.",
        card={"confidentiality": "chatham-house", "say_first": ["Only the inner circle talks."]},
        stages=[
            {**stage("explain", "Explain", 10, writes="nobody"), "takes": "fishbowl"},
            {**stage("talk", "Talk", 10, "heard", "asked", reveal="hidden"), "takes": "fishbowl"},
            {**stage("playback", "Play-back", 10, "answers", writes="facilitator"), "takes": "playback"},
            said,
        ],
        minutes={"short": 40, "standard": 90, "long": 120}, can_run=True, position=1,
    )  # fmt: skip


@pytest.fixture
def plan(riverside, farah, technique):
    """``plan("closed", 3)``: a session of that form, still planned."""

    def make(kind: str = "open", chairs: int = 4, keeps: str = "chatham-house") -> Session:
        return planning.plan_session(
            riverside, by=as_member(farah), technique=technique, length="short", title="Who may discharge?",
            starts_at=NOW, at=NOW, confidentiality=keeps, circle=(kind, chairs),
        )  # fmt: skip

    return make


@pytest.fixture
def begin(plan, farah):
    """``begin("closed", 3)``: the same, open, at the step in which people come in."""

    def make(*how, **more) -> Session:
        room = joining.open_room(plan(*how, **more), by=as_member(farah), at=NOW)
        stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=room.stages.get(key="talk"))
        room.refresh_from_db()
        return room

    return make


@pytest.fixture
def explained(plan, farah):
    """A room in its first step, before anybody comes in."""
    return joining.open_room(plan(), by=as_member(farah), at=NOW)


@pytest.fixture
def room(begin):
    return begin()


def come(room, name, by=None):
    return joining.join_room(room, by=by, name=name, key=guest_cookies.new_key(), at=NOW)


@pytest.fixture
def people(room):
    return [come(room, name) for name in ("Ana", "Ben", "Cem", "Dee", "Eve", "Fay")]


def press(room, by, action, at=NOW, **values):
    """``press(room, ana, "take_chair")``."""
    return getattr(fishbowl, action)(room, by=by, at=at, stage=room.stages.get(key="talk"), **values)


def sitting(room) -> list[str]:
    rows = Chair.objects.filter(bowl__session=room).select_related("participant")
    return [row.name or row.participant.name for row in rows]


def waiting(room) -> list[str]:
    rows = Waiting.objects.filter(bowl__session=room).select_related("participant")
    return [row.name or row.participant.name for row in rows]
