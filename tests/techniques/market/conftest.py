"""A marketplace of wants and offers, with people in it."""

from uuid import uuid4

import pytest

from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import joining, market, notes, stages
from techniques.models import Session, Technique
from tests.cast import as_member
from tests.techniques.conftest import NOW, stage

BEDS, PORTERS = "run a bed meeting in ten minutes", "lend a trolley"


@pytest.fixture
def technique(db):
    return Technique.objects.create(
        key="wants-and-offers", name="Wants and offers", moment="before", tier="starter", purpose="Find each other.",
        card={"confidentiality": "open", "say_first": ["A small want is better than a large one."]},
        stages=[
            {**stage("intro", "Intro", 10, writes="nobody"), "takes": "sheet"},
            {**stage("wants", "Wants", 10, "wants", reveal="hidden"), "takes": "wants"},
            {**stage("offers", "Offers", 10, "offers"), "takes": "offers"},
            {**stage("claim", "Claim", 10, writes="nobody"), "takes": "claims"},
            {**stage("close", "Close", 10, writes="nobody"), "takes": "claims"},
        ],
        minutes={"short": 60, "standard": 60, "long": 60}, can_run=True, position=1,
    )  # fmt: skip


@pytest.fixture
def plan(riverside, farah, technique):
    """``plan("no-blame")``: an open room with that promise."""

    def make(keeps: str = "open", naming: str = "anonymous") -> Session:
        session = planning.plan_session(
            riverside, by=as_member(farah), technique=technique, length="short", title="Market", starts_at=NOW, at=NOW
        )
        Session.objects.filter(pk=session.pk).update(confidentiality=keeps, naming=naming)
        session.refresh_from_db()
        return joining.open_room(session, by=as_member(farah), at=NOW)

    return make


@pytest.fixture
def room(plan):
    return plan()


def come(room, who, reach="Ward 3, ext. 4123"):
    """A guest by name, or a member; with a sheet, if they say how to reach them."""
    by, name = (None, who) if isinstance(who, str) else (as_member(who), str(who))
    found = joining.join_room(room, by=by, name=name, key=guest_cookies.new_key(), at=NOW)
    if reach:
        market.write_sheet(room, by=found, at=NOW, stage=room.stages.get(key="intro"), reach=reach)
    return found


def write(room, by, step, text):
    return notes.write_note(room, by=by, at=NOW, stage_key=step, column=step, text=text, client_id=uuid4())


def claim(room, by, note, verb=market.claim_entry):
    return verb(room, by=by, at=NOW, stage=room.stages.get(key="claim"), handle=note.client_id)


def go(room, farah, key):
    stages.reveal_notes(room, by=as_member(farah), at=NOW, stage=room.stages.get(key="wants"))
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=room.stages.get(key=key))


@pytest.fixture
def cara_in(room, cara):
    return come(room, cara, "Site B, cara@riverside.example")


@pytest.fixture
def gus_in(room):
    return come(room, "Gus")


@pytest.fixture
def want(room, cara_in, gus_in, farah):
    """Cara wants something, Gus offers something, and both stand there to be claimed."""
    found = write(room, cara_in, "wants", BEDS)
    write(room, gus_in, "offers", PORTERS)
    go(room, farah, "claim")
    return found
