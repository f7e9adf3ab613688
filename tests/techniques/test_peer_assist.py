"""Peer assist: two sides, a quarter of the talk for the home team, and an answer to each piece of advice."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from actionplan.models import Action
from kmportal.lib.exceptions import Refusal
from kmportal.lib.promises import promised
from lessons import prefill
from lessons.actions.closing import close_with_lessons
from lessons.forms.closing import CloseForms
from lessons.reports.summary import summary_values
from notifications.models import Notice
from techniques import guest_cookies, helper_registry, room_updates, talking
from techniques.actions import planning
from techniques.actions.room import assist, grouping, joining, notes, stages
from techniques.helpers.assist import decided
from techniques.models import Advice, Note, Participant, RoomEvent, Session, TalkShare, Technique
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside, stage
from tests.techniques.test_afterwards import said_on

ADVICE = ("Tell the porters on the same day", "Ring the ward first", "Hire two more porters")


def learned(key, *columns, **more):
    found = stage(key, key.capitalize(), 10, *columns, **more)
    for column in found["columns"]:
        column["tells"] = "learned"
    return found


@pytest.fixture
def room(riverside, farah) -> Session:
    """Welcome with sides, the home team speaks, advice, and what becomes of it. An hour in all."""
    actions = stage("actions", "Actions", 10, "actions")
    actions["columns"][0] |= {"tells": "actions", "makes": "actions"}
    technique = Technique.objects.create(
        key="peer-assist", name="Peer assist", moment="before", tier="next", purpose="Ask those who have done it.",
        card={"confidentiality": "no-blame"},
        stages=[
            {**stage("welcome", "Welcome", 10, writes="nobody"), "takes": "sides"},
            {**stage("present", "Present", 10, writes="nobody"), "takes": "talk"},
            {**learned("feedback", "advice"), "takes": "talk"},
            {**actions, "takes": "advice"},
        ],
        minutes={"short": 60, "standard": 60, "long": 60}, can_run=True, position=1,
    )  # fmt: skip
    session = planning.plan_session(
        riverside, by=as_member(farah), technique=technique, length="short", title="Winter beds", starts_at=NOW, at=NOW
    )
    Session.objects.filter(pk=session.pk).update(minutes=60)
    session.refresh_from_db()
    return joining.open_room(session, by=as_member(farah), at=NOW)


def come(room, name, side):
    return joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW, side=side)


@pytest.fixture
def home(room):
    return come(room, "Hana", "home")


@pytest.fixture
def visitor(room):
    return come(room, "Vic", "visitors")


@pytest.fixture
def last(room, visitor, farah):
    """Advice is written, and the room is at the last step."""
    for text in ADVICE:
        notes.write_note(room, by=visitor, at=NOW, stage_key="feedback", column="advice", text=text, client_id=uuid4())
    found = room.stages.get(key="actions")
    stages.go_to_stage(room, stage=found, by=as_member(farah), at=NOW)
    return found


def answer(room, last, by, text, said, reason=""):
    handle = Note.objects.get(text=text).client_id
    return assist.answer_advice(room, by=by, at=NOW, stage=last, handle=handle, answer=said, reason=reason)


# --- The arithmetic --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "limit", "warn"), [(60, 15, 12), (210, 52, 42), (420, 105, 84)])
def test_a_quarter_is_the_home_teams_and_four_fifths_of_it_a_warning(minutes, limit, warn):
    found = talking.Limit(minutes)
    assert (found.limit, found.warn) == (limit, warn)


@given(st.integers(0, 30_000))
def test_figures_are_half_minutes_near_the_true_ones(seconds):
    assert abs(talking.in_half_minutes(seconds) - seconds) <= 15
    assert float(talking.minutes_in_figures(seconds)) * 2 == talking.in_half_minutes(seconds) / 30


# --- Sides -----------------------------------------------------------------------------------------------------------


def test_the_door_asks_for_the_side_without_javascript(room, as_, farah, cara):
    gus, url = Client(), reverse("join_session", args=[room.code])
    unsaid = gus.post(url, {"name": "Gus", "key": guest_cookies.new_key()})
    assert unsaid.status_code == 422
    assert "Say on which side you are" in unsaid.text
    assert gus.post(url, {"name": "Gus", "side": "home", "key": guest_cookies.new_key()}).status_code == 302
    as_(cara).post(url, {"as_member": "visitors"})
    assert dict(Participant.objects.values_list("name", "side")) == {"Gus": "home", str(cara): "visitors"}
    assert "Home team 1, visitors 1." in said_on(as_(farah).get(inside("session_room", room)))
    gus.post(reverse("join_act", args=[room.code]), {"stage": "welcome", "act": "side/visitors"})
    assert "Home team 0, visitors 2" in said_on(as_(cara).get(inside("session_screen", room)))


def test_other_rooms_ask_for_no_side(session, enter):
    enter(session, "Kim")
    assert Participant.objects.get(name="Kim").side == ""


def test_no_other_side_and_nobody_elses(room, home):
    first = room.stages.get(key="welcome")
    with pytest.raises(Refusal, match="home team or the visitors"):
        assist.choose_side(room, by=home, at=NOW, stage=first, side="mine")
    joining.leave_room(room, by=home, at=NOW)
    home.refresh_from_db()
    assert home.side == ""


# --- Talk ------------------------------------------------------------------------------------------------------------


def speak(room, farah, side, minutes, key="present"):
    at = NOW + timedelta(minutes=minutes)
    step = room.stages.get(key=key)
    return assist.let_speak(room, by=as_member(farah), at=at, stage=step, side=side)


def test_each_press_ends_a_turn_and_begins_another(room, farah):
    speak(room, farah, "home", 0)
    speak(room, farah, "home", 3)  # the same press twice
    speak(room, farah, "visitors", 8)
    share = speak(room, farah, "", 10)
    assert (share.home, share.visitors, share.speaking) == (8 * 60, 2 * 60, "")


def test_another_step_ends_the_turn(room, farah):
    speak(room, farah, "home", 0)
    feedback = room.stages.get(key="feedback")
    stages.go_to_stage(room, stage=feedback, by=as_member(farah), at=NOW + timedelta(minutes=4))
    share = TalkShare.objects.get()
    assert (share.home, share.speaking) == (240, "")


def test_whoever_leads_is_warned_and_the_screen_is_told_when_it_is_too_long(room, as_, farah, reza, enter):
    phone = Client()
    phone.post(
        reverse("join_session", args=[room.code]), {"name": "Kim", "side": "home", "key": guest_cookies.new_key()}
    )
    near, over = "Its time is nearly up: ask it for short answers.", "It is the visitors’ turn"
    for minutes, hidden in ((11, {near, over}), (12, {over}), (16, {near})):
        TalkShare.objects.update_or_create(session=room, defaults={"home": minutes * 60})
        desk = as_(farah).get(inside("session_room", room)).text
        for mark, words in (("warns", near), ("over", over)):
            assert (f"data-talk-{mark} hidden" in desk) == (words in hidden)
        screen = as_(reza).get(inside("session_screen", room)).text
        assert ("data-talk-over hidden" in screen) == (over in hidden)
        assert "data-talk" not in phone.get(reverse("join_room", args=[room.code])).text
    assert phone.post(
        reverse("join_act", args=[room.code]), {"stage": "present", "act": "speak/home"}
    ).status_code == 404  # fmt: skip


def test_only_the_share_is_kept(room, farah):
    speak(room, farah, "home", 0)
    speak(room, farah, "visitors", 10)
    end = NOW + timedelta(minutes=40, seconds=10)
    close_with_lessons(room, by=as_member(farah), at=end, summary={})
    share = TalkShare.objects.get()
    assert (share.home, share.visitors, share.speaking, share.began_at) == (600, 1800, "", None)
    assert not Participant.objects.exclude(side="").exists()
    told = dict(helper_registry.told_in(Session.objects.get(pk=room.pk)))
    assert told == {"Present": "The home team spoke for 10 of the 40 minutes that were counted."}


# --- Advice ----------------------------------------------------------------------------------------------------------


def test_the_home_team_answers_and_nobody_else(room, last, home, visitor, farah):
    with pytest.raises(Refusal, match="The home team answers"):
        answer(room, last, visitor, ADVICE[0], "use")
    answer(room, last, home, ADVICE[0], "use")
    answer(room, last, as_member(farah), ADVICE[1], "adapt", "At night nobody is there")
    assert [(row.answer, row.reason) for row in Advice.objects.all()] == [
        ("use", ""), ("adapt", "At night nobody is there"),
    ]  # fmt: skip
    with pytest.raises(Refusal, match="Say why"):
        answer(room, last, home, ADVICE[2], "park", " ")
    with pytest.raises(Refusal):
        answer(room, last, home, ADVICE[2], "praise", "Fine")
    stranger = Participant(session_id=room.pk + 1, joined_at=NOW, side="home")
    stranger.save = lambda: None
    with pytest.raises((PermissionDenied, Participant.DoesNotExist)):
        answer(room, last, stranger, ADVICE[0], "use")


def test_one_answer_for_each_that_can_be_changed_and_taken_back(room, last, home):
    for said in ("use", "use", "adapt"):
        answer(room, last, home, ADVICE[0], said, "Why not")
    assert Advice.objects.get().answer == "adapt"
    for _ in range(2):
        answer(room, last, home, ADVICE[0], "")
    assert not Advice.objects.exists()


def test_what_is_used_or_adapted_is_an_action_of_the_close(room, last, home, farah):
    answer(room, last, home, ADVICE[0], "use")
    answer(room, last, home, ADVICE[1], "adapt", "At night by mail")
    answer(room, last, home, ADVICE[2], "park", "No money")
    forms = CloseForms.from_draft(room, as_member(farah), {})
    kept = [row["title"].value() for row in forms.actions if row.is_kept]
    assert kept == [ADVICE[0], f"{ADVICE[1]} (adapted: At night by mail)"]
    # Parked after all: its row goes from an open page, as a note does that is taken away.
    known = prefill.gather(room).marks
    answer(room, last, home, ADVICE[0], "park", "Too early")
    assert len(known - prefill.gather(room).marks) == 1


def test_other_words_take_the_answer_along(room, last, home, visitor):
    """What the home team said was said to something else."""
    answer(room, last, home, ADVICE[0], "use")
    seen = room_update_number(room)
    note = Note.objects.get(text=ADVICE[0])
    notes.change_note(note, by=visitor, at=NOW, text="Buy trolleys", column="advice")
    assert not Advice.objects.exists()
    kinds = list(RoomEvent.objects.filter(session=room, seq__gt=seen).values_list("kind", "ident"))
    assert ("helper", last.pk) in kinds, "the list of advice is drawn anew"


def test_advice_that_was_made_one_with_other_is_one_action(room, last, home, farah):
    for text in ADVICE[:2]:
        answer(room, last, home, text, "use")
    feedback = room.stages.get(key="feedback")
    handles = Note.objects.filter(text__in=ADVICE[:2]).values_list("client_id", flat=True)
    grouping.merge_notes(room, by=as_member(farah), at=NOW, stage=feedback, notes=handles)
    assert decided(last) == [ADVICE[0]]


def test_enter_in_a_box_presses_nothing(room, last, home, as_, farah):
    page = as_(farah).get(inside("session_room", room)).text
    form = page.split('id="helper-actions"')[1].split("</form>")[0]
    assert form.index("disabled hidden") < form.index("</button>")


def room_update_number(room) -> int:
    return Session.objects.get(pk=room.pk).seq


def test_it_stands_on_every_page_and_paper_in_words_without_notes(room, last, home, as_, farah, reza):
    gus = Client()
    gus.post(reverse("join_session", args=[room.code]), {"name": "G", "side": "home", "key": guest_cookies.new_key()})
    answer(room, last, home, ADVICE[0], "use")
    answer(room, last, home, ADVICE[2], "park", "No money")
    said = ["We use it: Tell the porters on the same day", "We park it: Hire two more porters (No money)"]
    for page in (as_(farah).get(inside("session_close", room)), gus.get(reverse("join_room", args=[room.code]))):
        assert "No money" in page.text
    close_with_lessons(room, by=as_member(farah), at=timezone.now(), summary={})
    room = Session.objects.get(pk=room.pk)
    assert not Note.objects.exists()
    assert dict(helper_registry.told_in(room))["Actions"].splitlines() == said
    assert dict(summary_values(room, as_member(reza))["told"])["Actions"].splitlines() == said
    assert all(line in said_on(gus.get(reverse("join_room", args=[room.last_code]))) for line in said)
    page = said_on(as_(reza).get(room.get_absolute_url()))
    assert "We park it: No money" in page
    assert ADVICE[1] not in page, "what nobody answered goes with the notes"


def test_advice_that_was_taken_away_is_answered_by_nobody(room, last, home, visitor, farah):
    answer(room, last, home, ADVICE[0], "use")
    notes.withdraw_note(Note.objects.get(text=ADVICE[0]), by=visitor, at=NOW)
    with pytest.raises(Refusal, match="taken away"):
        assist.answer_advice(
            room, by=home, at=NOW, stage=last, handle=Note.objects.order_by("pk")[0].client_id, answer="use"
        )
    assert not prefill.gather(room).actions
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    assert not Advice.objects.exists()


def test_phones_hear_of_answers_and_of_nothing_of_the_sides(room, last, home):
    seq = room_updates.last_numbers([room.pk])[room.pk]
    answer(room, last, home, ADVICE[0], "use")
    for audience in Audience:
        pieces = room_updates.updates_since(room.pk, seq, audience, at=NOW).pieces
        assert "We use it" in str([piece.values for piece in pieces])
        if audience is not Audience.FACILITATOR:
            assert "Hana" not in str([piece.values for piece in pieces])


# --- Six weeks later -------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(room, last, home, cara, farah):
    joining.join_room(room, by=as_member(cara), name="Cara", key="k", at=NOW, side="visitors")
    answer(room, last, home, ADVICE[0], "use")
    answer(room, last, home, ADVICE[2], "park", "No money")
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    return Session.objects.get(pk=room.pk)


def test_the_visitors_hear_what_became_of_it(closed, as_, farah, cara, reza):
    Action.objects.create(
        organisation=closed.organisation, title="Porters", owner=reza, source_kind="session", source_ident=closed.pk
    )
    day = timezone.localdate(NOW) + timedelta(days=42)
    asked = lambda: {str(one.person) for one in promised(day) if one.kind == "session-report"}  # noqa: E731
    assert asked() == {str(farah), str(reza)}
    url = inside("session_report", closed)
    assert as_(cara).get(url).status_code == 404
    with time_machine.travel(NOW + timedelta(days=43)):
        owner = as_(reza)
        used, parked = Advice.objects.all()
        said = {f"became-{used.pk}": "adapted", f"because-{used.pk}": "Only by day"}
        assert owner.post(url, said).status_code == 422
        for _ in range(2):
            owner.post(url, {**said, f"became-{parked.pk}": "parked", f"because-{parked.pk}": ""})
    assert not asked()
    assert "Since then: adapted, Only by day" in said_on(as_(cara).get(closed.get_absolute_url()))
    assert Notice.objects.filter(person=cara, text__contains="what became of the advice").count() == 1
