"""Looking back opens with what the same team expected and feared, and says which fears came true."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from organisations.models import Group
from techniques import helper_registry, outlooks
from techniques.actions import planning
from techniques.actions.room import closing, joining, outlook, stages
from techniques.models import Outlook, Session, Technique
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside, stage
from tests.techniques.test_afterwards import said_on

WORDS = "Aim\n– Ward open by noon\n\nRisks\n– No keys\n– Too few porters"


@pytest.fixture
def ward(riverside) -> Group:
    return Group.objects.create(organisation=riverside, name="Ward 6")


@pytest.fixture
def before(riverside, farah, ward) -> Session:
    """A before action review of Ward 6, a week ago."""
    aim = stage("aim", "Aim", 5, "aim", "risks")
    for column in aim["columns"]:
        column |= {"tells": "expected", "fears": column["key"] == "risks"}
    technique = Technique.objects.create(
        key="before-action-review", name="Before action review", moment="before", tier="starter", purpose="Look ahead.",
        card={"confidentiality": "open"}, stages=[aim, stage("needs", "Needs", 5, "needs")],
        minutes={"short": 10, "standard": 10, "long": 10}, can_run=True, position=2,
    )  # fmt: skip
    at, by = NOW - timedelta(days=7), as_member(farah)
    session = planning.plan_session(
        riverside, by=by, technique=technique, length="short", title="Moving Ward 6", starts_at=at, group=ward, at=at
    )
    session = joining.open_room(session, by=by, at=at)
    return closing.close_session(session, by=by, at=at, summary={"aim": WORDS, "needs": "A van"})


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def step(room, ward, before):
    Session.objects.filter(pk=room.pk).update(group=ward)
    room.refresh_from_db()
    room.stages.filter(key="expect").update(takes="outlook")
    return room.stages.get(key="expect")


def test_hopes_and_fears_are_told_apart_by_their_columns(before):
    assert outlooks.lines_of(before) == [
        ("expected", "Ward open by noon"), ("feared", "No keys"), ("feared", "Too few porters"),
    ]  # fmt: skip


def test_only_the_same_team_is_meant_and_only_what_came_before(room, step, before, riverside):
    assert outlooks.find_before(room) == before
    room.group = Group.objects.create(organisation=riverside, name="Ward 7")
    assert outlooks.find_before(room) is None
    room.group = None
    assert outlooks.find_before(room) is None
    Session.objects.filter(pk=before.pk).update(starts_at=NOW + timedelta(days=1))
    room.refresh_from_db()
    assert outlooks.find_before(room) is None


def test_nobody_reads_it_before_whoever_leads_has_shown_it(room, step, enter, as_, farah, reza, lead):
    phone, desk = enter(room), as_(farah)
    assert "Moving Ward 6" in desk.get(inside("session_room", room)).text
    everything = [reverse("join_room", args=[room.code]), reverse("join_mine", args=[room.code])]
    everything.append(reverse("join_since", args=[room.code, 0]))
    assert not any("No keys" in phone.get(url).text for url in everything)
    assert phone.post(
        reverse("join_act", args=[room.code]), {"stage": step.key, "act": "show"}
    ).status_code == 404  # fmt: skip
    for _ in range(2):
        desk.post(inside("room_act", room), {"stage": step.key, "act": "show"})
    assert Outlook.objects.count() == 3
    for page in (phone.get(everything[0]), as_(reza).get(inside("session_screen", room))):
        assert "What was feared No keys" in said_on(page)


def test_which_fears_came_true_is_kept_and_the_rest_is_not(room, step, enter, as_, farah, lead):
    desk = as_(farah)
    outlook.show_outlook(room, stage=step, **lead)
    keys, porters = Outlook.objects.filter(kind="feared")
    for came in ("not", "true", "true"):
        desk.post(inside("room_act", room), {"stage": step.key, "act": f"{came}/{keys.pk}"})
    outlook.mark_fear(room, stage=step, number=porters.pk, came="partly", **lead)
    outlook.mark_fear(room, stage=step, number=porters.pk, came="", **lead)
    assert "It came true" in said_on(enter(room).get(reverse("join_room", args=[room.code])))
    assert "Feared: No keys. It came true." in said_on(desk.get(inside("session_close", room)))
    closing.close_session(room, summary={}, **lead)
    assert [one.text for one in Outlook.objects.all()] == ["No keys"]
    told = helper_registry.told_in(Session.objects.get(pk=room.pk))
    assert told == [(step.name, "Feared: No keys. It came true.")]


def test_no_other_mark_and_no_other_line(room, step, lead, before):
    outlook.show_outlook(room, stage=step, **lead)
    hope = Outlook.objects.get(kind="expected")
    for number, came in ((hope.pk, "true"), (0, "true"), (Outlook.objects.last().pk, "perhaps")):
        with pytest.raises(Refusal):
            outlook.mark_fear(room, stage=step, number=number, came=came, **lead)
    other = room.stages.get(key="happened")
    room.stages.filter(pk=other.pk).update(takes="outlook")
    Session.objects.filter(pk=before.pk).update(summary={})
    with pytest.raises(Refusal, match="Nothing was written down"):
        outlook.show_outlook(room, stage=other, **lead)


def test_on_the_big_screen_fears_stand_among_the_notes_once_these_are_shown(room, step, enter, send, as_, reza, lead):
    """Above them they would push notes off the screen."""
    send(enter(room), room, "expect", "expected", "Calm")
    outlook.show_outlook(room, stage=step, **lead)
    screen = as_(reza)
    assert 'class="km-advice' in screen.get(inside("session_screen", room)).text
    stages.reveal_notes(room, stage=step, **lead)
    page = screen.get(inside("session_screen", room))
    assert 'class="km-advice' not in page.text
    assert "What was feared 2 No keys Too few porters" in said_on(page)
    outlook.mark_fear(room, stage=step, number=Outlook.objects.last().pk, came="partly", **lead)
    seen = screen.get(inside("screen_since", room, 0)).json()["pieces"]
    assert any("Too few porters (" in piece.get("wall", "") for piece in seen if piece["kind"] == "helper")
