"""Who may do what with sessions: the action asks, whoever calls it, and the page offers nothing else."""

import re
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry, Group, Membership
from roadmap.models import Intervention, Programme
from techniques import guest_cookies, policies
from techniques.actions import planning
from techniques.actions.room import closing, grouping, joining, notes, reactions, screen, stages, voting
from techniques.models import Note, Participant, Session, Technique
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside

LEADS = {"lena", "farah"}
OTHERS = {"cara", "reza", "ada", "sam", "nia", "oskar"}


@pytest.fixture
def cast(lena, farah, cara, reza, ada, sam, nia, oskar):
    people = {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "ada": ada, "sam": sam, "nia": nia}
    return {**people, "oskar": oskar}


@pytest.fixture
def gus(session) -> Participant:
    return joining.join_room(session, by=None, at=NOW, name="Gus", key=guest_cookies.new_key())


def plan(session: Session, **changes):
    values = {"technique": session.technique, "length": "short", "title": "Next", "starts_at": NOW, **changes}
    return lambda **who: planning.plan_session(session.organisation, **{**values, **who})


# What whoever facilitates does, each with a session that is planned or, from the second part on, open.
WHILE_PLANNED = {
    "plan": plan,
    "edit": lambda session: lambda **who: planning.edit_session(session, seen=1, title="Other words", **who),
    "cancel": lambda session: lambda **who: planning.cancel_session(session, **who),
    "tick": lambda session: lambda **who: planning.tick_preparation(session, item="Find a room.", is_done=True, **who),
    "invite": lambda session: lambda **who: planning.invite_to_session(session, guests={"a@b.example": ""}, **who),
    "open": lambda session: lambda **who: joining.open_room(session, **who),
}


def at_notes(room: Session) -> Session:
    """The room at a step of which everybody reads the notes."""
    room.stage = room.stages.get(key="happened")
    room.save(update_fields=["stage"])
    return room


def a_note(room: Session, stage: str = "happened", column: str = "well") -> Note:
    """What somebody has written, who is there."""
    author = room.participants.create(name="Rhea", key=uuid4().hex, joined_at=NOW)
    values = {"stage": room.stages.get(key=stage), "column": column, "text": "Keys", "author": author}
    return room.notes.create(client_id=uuid4(), **values)


def two_notes(room: Session) -> list[UUID]:
    return [a_note(room).client_id, a_note(room).client_id]


WHILE_OPEN = {
    "stop": lambda room: lambda **who: joining.stop_admission(room, **who),
    "resume": lambda room: lambda **who: joining.resume_admission(room, **who),
    "remove": lambda room: (
        lambda **who: joining.remove_participant(
            room, participant=room.participants.create(name="Gus", key=uuid4().hex, joined_at=NOW), **who
        )
    ),
    "go": lambda room: lambda **who: stages.go_to_stage(room, stage=room.stages.get(key="talk"), **who),
    "extend": lambda room: (
        lambda **who: stages.extend_stage(room, stage=room.stage, minutes=2, seen_minutes=room.stage.minutes, **who)
    ),
    "pause": lambda room: lambda **who: stages.pause_clock(room, **who),
    "go on": lambda room: lambda **who: stages.resume_clock(room, **who),
    "reveal": lambda room: lambda **who: stages.reveal_notes(room, stage=room.stages.get(key="expect"), **who),
    "turn": lambda room: lambda **who: screen.turn_page(at_notes(room), stage=room.stage, page=1, seen="", **who),
    "put column": lambda room: (
        lambda **who: screen.put_column_alone(at_notes(room), stage=room.stage, column="well", minutes=5, **who)
    ),
    "take off": lambda room: lambda **who: screen.take_off(at_notes(room), stage=room.stage, seen="well", **who),
    "type": lambda room: (
        lambda **who: notes.write_note(room, stage_key="happened", column="well", text="Said", client_id=uuid4(), **who)
    ),
    "group": lambda room: (
        lambda **who: grouping.group_notes(at_notes(room), stage=room.stage, notes=two_notes(room), name="Keys", **who)
    ),
    "merge": lambda room: (
        lambda **who: grouping.merge_notes(at_notes(room), stage=room.stage, notes=two_notes(room), **who)
    ),
    "take apart": lambda room: (
        lambda **who: grouping.take_notes_apart(at_notes(room), stage=room.stage, notes=two_notes(room), **who)
    ),
    "rename": lambda room: (
        lambda **who: grouping.rename_group(
            at_notes(room), group=room.stage.groups.create(session=room, column="well", name="Rota"), name="Keys", **who
        )
    ),
    "undo": lambda room: lambda **who: grouping.undo_grouping(at_notes(room), stage=room.stage, seen=0, **who),
    "open a vote": lambda room: (
        lambda **who: (
            two_notes(room)
            and voting.open_voting(at_notes(room), stage=room.stages.get(key="happened"), on="notes", budget=3, **who)
        )
    ),
    "end a vote": lambda room: lambda **who: voting.end_voting(at_notes(room), stage=room.stage, **who),
    "correct": lambda room: lambda **who: notes.change_note(a_note(room), text="Corrected", column="better", **who),
    "take away": lambda room: lambda **who: notes.withdraw_note(a_note(room), **who),
    "close": lambda room: lambda **who: closing.close_session(room, summary={}, **who),
}


def voted_on(room: Session) -> Note:
    note = a_note(room)
    room.votings.create(stage=note.stage, on="notes", budget=3)
    return note


# What whoever takes part does, with the note or step in which they do it.
TAKING_PART = {
    "write": lambda room, note: (
        lambda **who: notes.write_note(
            room, stage_key=note.stage.key, column=note.column, text="Mine", client_id=uuid4(), **who
        )
    ),
    "me too": lambda room, note: lambda **who: reactions.set_me_too(note, is_on=True, **who),
    "comment": lambda room, note: lambda **who: reactions.write_comment(note, text="In May", client_id=uuid4(), **who),
    "vote": lambda room, note: lambda **who: voting.cast_votes(room, handle=note.client_id, count=1, **who),
    "ready": lambda room, note: lambda **who: reactions.say_ready(room, stage=note.stage, is_ready=True, **who),
}


def check_each(action, cast) -> None:
    for name in OTHERS:
        with pytest.raises(PermissionDenied):
            action(by=as_member(cast[name]), at=NOW)
    trail = AuditEntry.objects.count()
    away = as_member(cast["lena"])
    away.suspended_at = NOW
    with pytest.raises(PermissionDenied):
        action(by=away, at=NOW)
    assert AuditEntry.objects.count() == trail
    for name in sorted(LEADS)[:1]:
        action(by=as_member(cast[name]), at=NOW)


@pytest.mark.parametrize("name", WHILE_PLANNED)
def test_only_those_who_facilitate_plan(name, session, cast):
    check_each(WHILE_PLANNED[name](session), cast)


@pytest.mark.parametrize("name", WHILE_OPEN)
def test_only_those_who_facilitate_lead(name, room, cast):
    check_each(WHILE_OPEN[name](room), cast)


@pytest.mark.parametrize("name", TAKING_PART)
def test_only_those_who_are_in_take_part(name, room, gus, farah):
    note = voted_on(at_notes(room))
    action = TAKING_PART[name](room, note)
    other = joining.open_room(plan(room)(by=as_member(farah), at=NOW), by=as_member(farah), at=NOW)
    elsewhere = joining.join_room(other, by=None, at=NOW, name="Gus", key=guest_cookies.new_key())
    gone = joining.join_room(room, by=None, at=NOW, name="Kit", key=guest_cookies.new_key())
    joining.leave_room(room, by=gone, at=NOW)
    gone.refresh_from_db()
    for who in (elsewhere, gone):
        with pytest.raises(PermissionDenied):
            action(by=who, at=NOW)
    action(by=gus, at=NOW)


@pytest.mark.parametrize("name", TAKING_PART)
def test_when_it_is_over_nobody_takes_part(name, room, gus, farah):
    action = TAKING_PART[name](room, voted_on(at_notes(room)))
    Session.objects.filter(pk=room.pk).update(state="closed", code="")
    with pytest.raises(Refusal, match="closed"):
        action(by=gus, at=NOW)


@pytest.mark.parametrize("name", ["me too", "comment"])
def test_to_what_is_hidden_nobody_says_anything(name, room, gus):
    hidden = a_note(room, "expect", "expected")
    with pytest.raises(Refusal, match="hidden"):
        TAKING_PART[name](room, hidden)(by=gus, at=NOW)


# --- Where a plan may reach ------------------------------------------------------------------------------------------


def test_a_plan_uses_nothing_of_another_organisation(session, hillside, farah, oskar):
    foreign = Technique.objects.create(
        key="theirs", organisation=hillside, name="Theirs", moment="after", tier="starter", purpose="Ours.",
        card={}, stages=session.technique.stages, minutes={}, can_run=True,
    )  # fmt: skip
    programme = Programme.objects.create(organisation=hillside, name="P", starts_on=NOW.date(), ends_on="2099-01-01")
    theirs = {
        "technique": foreign,
        "group": Group.objects.create(organisation=hillside, name="Team"),
        "intervention": Intervention.objects.create(programme=programme, step=5, title="Theirs"),
    }
    for name, thing in theirs.items():
        with pytest.raises(PermissionDenied):
            plan(session, **{name: thing})(by=as_member(farah), at=NOW)
        if name != "technique":
            with pytest.raises(PermissionDenied):
                planning.edit_session(session, by=as_member(farah), at=NOW, seen=1, **{name: thing})
    assert not policies.may_plan_with(as_member(farah), foreign)
    assert not Technique.objects.visible_to(as_member(farah)).filter(pk=foreign.pk).exists()
    assert Technique.objects.visible_to(as_member(oskar)).filter(pk=foreign.pk).exists()


def test_only_those_who_may_lead_are_asked_to(session, farah, reza, oskar):
    for person in (reza, oskar):
        with pytest.raises(Refusal, match="may not lead sessions here"):
            plan(session, facilitator=person)(by=as_member(farah), at=NOW)
        with pytest.raises(Refusal, match="may not lead sessions here"):
            planning.edit_session(session, by=as_member(farah), at=NOW, seen=1, facilitator=person)


def test_whoever_leads_already_may_stay_though_they_have_gone(session, farah, lena):
    Membership.objects.filter(person=farah).update(left_at=NOW)
    planning.edit_session(session, by=as_member(lena), at=NOW, seen=1, title="Other words", facilitator=farah)
    assert Session.objects.get().title == "Other words"


def test_members_who_are_asked_to_come_are_members(session, farah, oskar):
    with pytest.raises(Refusal, match="Oskar Lind is not a member here"):
        planning.invite_to_session(session, by=as_member(farah), at=NOW, people=[oskar])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "Say what the session is about."),
        ({"title": "x" * 121}, "Shorten “title” to 120 characters."),
        ({"purpose": "x" * 1001}, "Shorten “purpose” to 1,000 characters."),
        ({"place": "x" * 201}, "Shorten “place” to 200 characters."),
        ({"length": "endless"}, "not a valid choice"),
    ],
)
def test_the_rules_of_a_plan_stand_behind_every_caller(session, farah, changes, sentence):
    with pytest.raises(Refusal, match=sentence):
        plan(session, **changes)(by=as_member(farah), at=NOW)
    with pytest.raises(Refusal, match=sentence):
        planning.edit_session(session, by=as_member(farah), at=NOW, seen=1, **changes)


def test_a_bad_address_is_refused(session, farah):
    with pytest.raises(Refusal, match="Enter a complete e-mail address"):
        planning.invite_to_session(session, by=as_member(farah), at=NOW, guests={"gus(at)example.org": ""})


# --- In the room -----------------------------------------------------------------------------------------------------


def test_somebody_in_one_room_is_nobody_in_another(room, gus, farah):
    other = joining.open_room(plan(room)(by=as_member(farah), at=NOW), by=as_member(farah), at=NOW)
    values = {"stage_key": "happened", "column": "well", "text": "x", "client_id": uuid4()}
    with pytest.raises(PermissionDenied):
        notes.write_note(other, by=gus, at=NOW, **values)
    with pytest.raises(PermissionDenied):
        joining.leave_room(other, by=gus, at=NOW)
    note = notes.write_note(other, by=as_member(farah), at=NOW, **values)
    with pytest.raises(PermissionDenied):
        notes.change_note(note, by=gus, at=NOW, text="y", column="well")
    with pytest.raises(PermissionDenied):
        notes.withdraw_note(note, by=gus, at=NOW)
    with pytest.raises(Refusal, match="not part of the session"):
        stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=other.stages.get(key="talk"))


def test_whoever_was_taken_out_writes_nothing_more(room, gus, farah):
    joining.remove_participant(room, by=as_member(farah), at=NOW, participant=gus)
    gus.refresh_from_db()
    with pytest.raises(PermissionDenied):
        notes.write_note(room, by=gus, at=NOW, stage_key="happened", column="well", text="x", client_id=uuid4())


def test_a_member_of_another_organisation_comes_in_as_a_guest(room, oskar):
    joined = joining.join_room(room, by=as_member(oskar), at=NOW, name="Oskar", key=guest_cookies.new_key())
    assert (joined.person, joined.name) == (None, "Oskar")


def test_one_person_is_one_author_at_the_desk_and_on_their_phone(room, farah):
    phone = joining.join_room(room, by=as_member(farah), at=NOW, name="Farah", key=guest_cookies.new_key())
    note = notes.write_note(
        room, by=phone, at=NOW, stage_key="expect", column="expected", text="Hidden", client_id=uuid4()
    )
    changed = notes.change_note(note, by=as_member(farah), at=NOW, text="Still hidden", column="expected")
    assert (changed.text, changed.by_facilitator) == ("Still hidden", False)


# --- What the pages offer --------------------------------------------------------------------------------------------

PAGES = {
    "session_room": "go_to_stage",
    "session_close": "close",
    "session_open": "open_room",
    "session_invite": "invite",
    "session_attendance": "note_attendance",
    "session_edit": "edit",
    "session_cancel": "cancel",
    "session_tick": "tick_preparation",
    "session_join": "join",
}


def offered_on(page: str, session: Session) -> set[str]:
    """The moves to which links and buttons of the page lead."""
    urls = set(re.findall(r'(?:href|action)="([^"#?]+)', page))
    return {move for name, move in PAGES.items() if inside(name, session) in urls}


@pytest.mark.parametrize("state", ["planned", "live", "closed", "cancelled"])
def test_the_page_of_a_session_offers_what_its_reader_may_do(state, session, cast, as_, farah):
    if state == "cancelled":
        planning.cancel_session(session, by=as_member(farah), at=NOW)
    if state in {"live", "closed"}:
        joining.open_room(session, by=as_member(farah), at=NOW)
    if state == "closed":
        closing.close_session(session, by=as_member(farah), at=NOW, summary={})
    session.refresh_from_db()
    for name in {*LEADS, *OTHERS} - {"oskar"}:
        allowed = policies.allowed(as_member(cast[name]), session)
        offered = offered_on(as_(cast[name]).get(inside("session_detail", session)).content.decode(), session)
        assert offered <= allowed, name
        # Whoever facilitates joins with a device only when the room is open
        missing = (allowed & set(PAGES.values())) - offered
        assert missing <= ({"join"} if name in LEADS and state == "planned" else set()), name
    assert policies.allowed(as_member(cast["oskar"]), session) == frozenset()


def test_what_is_over_has_no_page_to_change_it(room, farah, as_):
    browser = as_(farah)
    for name, sentence in (("session_edit", "under way"), ("session_cancel", "under way")):
        assert sentence in browser.get(inside(name, room), follow=True).content.decode()
    closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    page = browser.get(inside("session_invite", room), follow=True).content.decode()
    assert "nobody can be invited any more" in page


def test_while_admission_is_stopped_no_page_offers_to_join(room, farah, reza, as_):
    joining.stop_admission(room, by=as_member(farah), at=NOW)
    page = as_(reza).get(inside("session_detail", room)).content.decode()
    assert inside("session_join", room) not in page
    assert "Nobody else can come in just now." in page
    assert "resume_admission" in policies.allowed(as_member(farah), Session.objects.get())
    joining.resume_admission(room, by=as_member(farah), at=NOW)
    assert inside("session_join", room) in as_(reza).get(inside("session_detail", room)).content.decode()


def test_whoever_is_in_finds_back_while_admission_is_stopped(room, farah, reza, as_):
    browser = as_(reza)
    browser.post(inside("session_join", room))
    joining.stop_admission(room, by=as_member(farah), at=NOW)
    page = browser.get(inside("session_detail", room)).content.decode()
    assert reverse("join_room", args=[room.code]) in page
    assert "Nobody else can come in" not in page


def test_the_clock_is_paused_or_goes_on(room, farah):
    assert "pause_clock" in policies.allowed(as_member(farah), room)
    stages.pause_clock(room, by=as_member(farah), at=NOW)
    moves = policies.allowed(as_member(farah), Session.objects.get())
    assert "resume_clock" in moves
    assert "pause_clock" not in moves


def test_each_move_of_the_desk_is_one_of_the_policies(room, farah):
    moves = policies.allowed(as_member(farah), room)
    assert moves >= {"go_to_stage", "extend_stage", "reveal_notes", "remove_participant", "stop_admission", "close"}
