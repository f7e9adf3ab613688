from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import closing, joining, notes, stages
from techniques.models import NOTE_LIMIT, Note, Participant, RoomEvent, Session
from tests.cast import as_member
from tests.techniques.conftest import NOW


@pytest.fixture
def gus(session) -> Participant:
    return joining.join_room(session, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)


@pytest.fixture
def write(room, gus):
    def one(text="Beds came late", *, stage="happened", column="well", by=gus, client_id=None):
        return notes.write_note(
            room, by=by, at=NOW, stage_key=stage, column=column, text=text, client_id=client_id or uuid4()
        )

    return one


def kinds(session: Session) -> list[str]:
    return list(session.events.values_list("kind", flat=True))


# --- Opening and joining ---------------------------------------------------------------------------------------------


def test_opening_starts_the_first_step(session, farah):
    for _ in range(2):
        room = joining.open_room(session, by=as_member(farah), at=NOW)
    assert room.is_live
    assert room.stage.key == "open"
    assert room.seconds_left(NOW) == 8 * 60
    assert kinds(session) == ["opened"]
    assert AuditEntry.objects.filter(event="session.room_opened").count() == 1


def test_the_same_key_is_the_same_guest(session):
    key = guest_cookies.new_key()
    assert joining.join_room(session, by=None, name="Gus", key=key, at=NOW) == joining.join_room(
        session, by=None, name="Gus", key=key, at=NOW
    )
    assert kinds(session) == ["people"]
    assert Participant.objects.get().key != key


def test_two_guests_of_one_name_are_two(session):
    for _ in range(2):
        joining.join_room(session, by=None, name="Sam", key=guest_cookies.new_key(), at=NOW)
    assert Participant.objects.here().count() == 2


def test_a_member_on_two_devices_is_one(session, cara):
    first, second = (
        joining.join_room(session, name="Cara", key=guest_cookies.new_key(), by=as_member(cara), at=NOW)
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("name", ["", "  ", "\x00", "\u202e"])
def test_a_name_is_needed(session, name):
    with pytest.raises(Refusal, match="Enter your name"):
        joining.join_room(session, by=None, name=name, key=guest_cookies.new_key(), at=NOW)


def test_a_name_is_kept_short_and_clean(session):
    joined = joining.join_room(
        session, by=None, name=" Gus \x00\u202e  Gray " + "x" * 100, key=guest_cookies.new_key(), at=NOW
    )
    assert joined.name.startswith("Gus Gray x")
    assert len(joined.name) == 60


def test_a_full_room_says_so(session, monkeypatch):
    monkeypatch.setattr("techniques.actions.room.joining.PEOPLE_LIMIT", 1)
    joining.join_room(session, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)
    with pytest.raises(Refusal, match="room is full"):
        joining.join_room(session, by=None, name="Sam", key=guest_cookies.new_key(), at=NOW)


def test_whoever_leads_is_not_counted(room, farah):
    for _twice in range(2):
        notes.write_note(
            room, by=as_member(farah), at=NOW, stage_key="happened", column="well", text="x", client_id=uuid4()
        )
    assert Participant.objects.get().person == farah
    assert Participant.objects.here().count() == 0
    joining.join_room(room, name="Farah", key=guest_cookies.new_key(), by=as_member(farah), at=NOW)
    assert Participant.objects.here().count() == 1


def test_leaving_keeps_the_notes(room, gus, write):
    write()
    joining.leave_room(room, by=gus, at=NOW)
    joining.leave_room(room, by=gus, at=NOW)
    assert Participant.objects.here().count() == 0
    assert Note.objects.count() == 1
    assert (kinds(room).count("people"), kinds(room).count("away")) == (1, 1)


def test_with_the_door_shut_nobody_else_comes_in_and_whoever_is_in_finds_back(room, farah, cara):
    key = guest_cookies.new_key()
    gus = joining.join_room(room, by=None, name="Gus", key=key, at=NOW)
    for _twice in range(2):
        joining.stop_admission(room, by=as_member(farah), at=NOW)
    for person in (None, cara):
        with pytest.raises(Refusal, match="Nobody else can come in"):
            joining.join_room(room, name="Rhea", key=guest_cookies.new_key(), by=as_member(person), at=NOW)
    assert joining.join_room(room, by=None, name="Gus", key=key, at=NOW) == gus
    for _twice in range(2):
        joining.resume_admission(room, by=as_member(farah), at=NOW)
    joining.join_room(room, by=None, name="Rhea", key=guest_cookies.new_key(), at=NOW)
    told = AuditEntry.objects.filter(event__contains="admission").order_by("pk").values_list("event", flat=True)
    assert list(told) == ["session.admission_stopped", "session.admission_resumed"]


def test_whoever_is_taken_out_stays_out_and_their_notes_stay(room, gus, write, farah):
    write()
    for _twice in range(2):
        joining.remove_participant(room, participant=gus, by=as_member(farah), at=NOW)
    assert Participant.objects.here().count() == 0
    assert Note.objects.count() == 1
    assert (kinds(room).count("away"), AuditEntry.objects.filter(event="session.participant_removed").count()) == (1, 1)
    with pytest.raises(Refusal, match="Nobody else can come in"):
        joining.join_room(room, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)


def test_nobody_is_taken_out_of_another_room(room, riverside, review, farah):
    other = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=review,
        length="short",
        title="Other",
        starts_at=NOW,
        at=timezone.now(),
    )
    rhea = joining.join_room(other, by=None, name="Rhea", key=guest_cookies.new_key(), at=NOW)
    joining.remove_participant(room, participant=rhea, by=as_member(farah), at=NOW)
    assert Participant.objects.here().get() == rhea


# --- Steps and clock -------------------------------------------------------------------------------------------------


def test_the_facilitator_goes_forth_and_back_and_the_clock_remembers(room, farah):
    expect, first = room.stages.get(key="expect"), room.stages.get(key="open")
    stages.go_to_stage(room, stage=expect, by=as_member(farah), at=NOW + timedelta(minutes=3))
    room.refresh_from_db()
    assert room.stage == expect
    assert room.seconds_left(NOW + timedelta(minutes=3)) == 12 * 60
    stages.go_to_stage(room, stage=first, by=as_member(farah), at=NOW + timedelta(minutes=5))
    room.refresh_from_db()
    assert room.seconds_left(NOW + timedelta(minutes=5)) == 5 * 60
    stages.go_to_stage(room, stage=expect, by=as_member(farah), at=NOW + timedelta(minutes=6))
    room.refresh_from_db()
    assert room.seconds_left(NOW + timedelta(minutes=6)) == 10 * 60


def test_steps_may_be_skipped(room, farah):
    stages.go_to_stage(room, stage=room.stages.get(key="close"), by=as_member(farah), at=NOW)
    room.refresh_from_db()
    assert room.stage.key == "close"
    assert room.stages.get(key="talk").started_at is None


def test_going_where_one_is_changes_nothing(room, farah):
    for _ in range(2):
        stages.go_to_stage(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=NOW)
    assert kinds(room).count("stage") == 1


def test_nothing_advances_by_itself(room):
    assert room.seconds_left(NOW + timedelta(minutes=10)) == -120
    room.refresh_from_db()
    assert room.stage.key == "open"


def test_two_minutes_more_come_from_the_longest_later_step(room, farah):
    stage = room.stages.get(key="open")
    for _ in range(2):  # the second press of a double click sees the old minutes
        stages.extend_stage(room, stage=stage, minutes=2, seen_minutes=8, by=as_member(farah), at=NOW)
    room.refresh_from_db()
    assert [one.minutes for one in room.stages.all()] == [10, 12, 18, 12, 8]
    assert room.seconds_left(NOW) == 10 * 60
    assert kinds(room).count("timer") == 1


def test_more_time_when_it_is_over_counts_from_now(room, farah):
    late = NOW + timedelta(minutes=20)
    stages.extend_stage(
        room, stage=room.stages.get(key="open"), minutes=2, seen_minutes=8, by=as_member(farah), at=late
    )
    room.refresh_from_db()
    assert room.seconds_left(late) == 120


def test_pause_and_go_on(room, farah):
    stages.pause_clock(room, by=as_member(farah), at=NOW + timedelta(minutes=1))
    stages.pause_clock(room, by=as_member(farah), at=NOW + timedelta(minutes=2))
    room.refresh_from_db()
    assert room.seconds_left(NOW + timedelta(hours=1)) == 7 * 60
    stages.extend_stage(room, stage=room.stages.get(key="open"), minutes=2, seen_minutes=8, by=as_member(farah), at=NOW)
    room.refresh_from_db()
    assert room.seconds_left(NOW) == 9 * 60
    later = NOW + timedelta(minutes=30)
    stages.resume_clock(room, by=as_member(farah), at=later)
    stages.resume_clock(room, by=as_member(farah), at=later + timedelta(minutes=1))
    room.refresh_from_db()
    assert room.seconds_left(later) == 9 * 60
    assert kinds(room).count("timer") == 3


def test_a_planned_room_cannot_be_led(session, farah):
    for act in (stages.pause_clock, stages.resume_clock):
        with pytest.raises(Refusal, match="not open yet"):
            act(session, by=as_member(farah), at=NOW)
    with pytest.raises(Refusal, match="not open yet"):
        stages.go_to_stage(session, stage=session.stages.get(key="close"), by=as_member(farah), at=NOW)


# --- Notes -----------------------------------------------------------------------------------------------------------


def test_sending_twice_saves_once(write, room):
    client_id = uuid4()
    first, again = write(client_id=client_id), write(client_id=client_id)
    assert first == again
    assert kinds(room).count("note") == 1


def test_somebody_elses_identifier_is_refused(write, room):
    note = write()
    mallory = joining.join_room(room, by=None, name="Mallory", key=guest_cookies.new_key(), at=NOW)
    with pytest.raises(Refusal, match="could not be saved"):
        write(by=mallory, client_id=note.client_id)


def test_the_log_keeps_no_text(write, room):
    note = write("Very secret words")
    event = room.events.get(kind="note")
    assert (event.ident, event.seq) == (note.pk, room.events.count())
    assert "secret" not in str(RoomEvent.objects.values())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": " \n\t "}, "Write something"),
        ({"text": "x" * (NOTE_LIMIT + 1)}, "at most 1,000 characters. Yours has 1,001"),
        ({"stage": "nowhere"}, "not part of the session"),
        ({"column": "nowhere"}, "not part of the session"),
        ({"stage": "talk", "column": "said"}, "the facilitator writes"),
        ({"stage": "open", "column": "well"}, "not part of the session"),
    ],
)
def test_bad_notes_get_a_sentence(write, changes, sentence):
    with pytest.raises(Refusal, match=sentence):
        write(**changes)
    assert Note.objects.count() == 0


def test_a_note_may_have_any_letters_but_no_control_characters(write):
    assert (
        write("Beds\x00 came \u202elate 🛏️ \u200d👩\u200d⚕️\r\nand cold").text
        == "Beds came late 🛏️ \u200d👩\u200d⚕️\nand cold"
    )
    assert write("x" * NOTE_LIMIT).text == "x" * NOTE_LIMIT


def test_whoever_leads_writes_where_only_they_may(write, room, farah):
    note = write(stage="talk", column="said", by=as_member(farah))
    assert note.by_facilitator


def test_a_note_for_an_earlier_step_is_taken(write, room, farah):
    stages.go_to_stage(room, stage=room.stages.get(key="close"), by=as_member(farah), at=NOW)
    assert write("Kept while the line was down").stage.key == "happened"


def test_a_stuck_browser_cannot_fill_the_room(write, monkeypatch):
    monkeypatch.setattr("techniques.actions.room.notes.NOTES_OF_ONE", 2)
    write()
    write()
    with pytest.raises(Refusal, match="You have written 2 notes"):
        write()


def test_changing_ones_own_note(write, gus, room):
    note = write()
    notes.change_note(note, text="Beds came early", column="better", by=gus, at=NOW)
    notes.change_note(note, text="Beds came early", column="better", by=gus, at=NOW)
    note.refresh_from_db()
    assert (note.text, note.column) == ("Beds came early", "better")
    assert kinds(room).count("note") == 2


def test_nobody_who_takes_part_changes_what_another_wrote(write, room):
    note = write()
    mallory = joining.join_room(room, by=None, name="Mallory", key=guest_cookies.new_key(), at=NOW)
    for act in (
        lambda: notes.change_note(note, text="x", column="well", by=mallory, at=NOW),
        lambda: notes.withdraw_note(note, by=mallory, at=NOW),
    ):
        with pytest.raises(Refusal, match="Only the person who wrote"):
            act()


def test_taking_back_deletes_the_words_and_stays_gone(write, gus):
    client_id = uuid4()
    note = write("Regretted", client_id=client_id)
    notes.withdraw_note(note, by=gus, at=NOW)
    notes.withdraw_note(note, by=gus, at=NOW)
    assert not Note.objects.filter(text__contains="Regretted").exists()
    assert write("Regretted", client_id=client_id).gone_at is not None, "a late second sending brings nothing back"


def test_whoever_leads_may_take_away_a_note_that_is_shown_but_no_hidden_one(write, room, farah):
    lead = as_member(farah)
    shown, hidden = write("Mr Smith fell"), write("Quiet", stage="expect", column="expected")
    notes.withdraw_note(shown, by=lead, at=NOW)
    shown.refresh_from_db()
    assert shown.text == ""
    entry = AuditEntry.objects.get(event="session.note_removed")
    assert "Smith" not in str(entry.facts)
    with pytest.raises(Refusal):
        notes.withdraw_note(hidden, by=lead, at=NOW)


def test_notes_typed_for_the_room_belong_to_all_who_lead(write, room, farah, lena):
    note = write(by=as_member(farah))
    notes.change_note(note, text="Better words", column="well", by=as_member(lena), at=NOW)
    note.refresh_from_db()
    assert note.text == "Better words"


def test_showing_cannot_be_taken_back_and_twice_is_once(room, farah):
    stage = room.stages.get(key="expect")
    for minutes in (1, 2):
        stages.reveal_notes(room, stage=stage, by=as_member(farah), at=NOW + timedelta(minutes=minutes))
    stage.refresh_from_db()
    assert stage.revealed_at == NOW + timedelta(minutes=1)
    assert kinds(room).count("reveal") == 1
    stages.reveal_notes(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=NOW)
    assert kinds(room).count("reveal") == 1


# --- The end ---------------------------------------------------------------------------------------------------------


def test_the_close_deletes_the_notes_of_a_no_blame_session(write, room, farah, gus):
    write()
    closed = closing.close_session(room, by=as_member(farah), summary={"happened": " Beds came late. \x00"}, at=NOW)
    assert closed.is_closed
    assert (closed.code, closed.stage, closed.ends_at) == ("", None, None)
    assert closed.summary == {"happened": "Beds came late."}
    assert Note.objects.count() == 0
    assert closed.notes_deleted_at == NOW
    gus.refresh_from_db()
    assert gus.name == ""
    assert AuditEntry.objects.get(event="session.closed").facts == {"notes_kept": False}
    assert kinds(room)[-1] == "closed"


def test_an_open_session_keeps_shown_notes_without_authors(write, room, farah, gus):
    Session.objects.update(confidentiality="open")
    write("Shown")
    write("Never shown", stage="expect", column="expected")
    notes.withdraw_note(write("Regretted"), by=gus, at=NOW)
    closed = closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    note = Note.objects.get()
    assert (note.text, note.author, closed.notes_deleted_at) == ("Shown", None, None)


def test_closing_twice_and_writing_after_are_refused(write, room, farah, gus):
    note = write()
    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    with pytest.raises(Refusal, match="closed already"):
        closing.close_session(room, by=as_member(farah), summary={"happened": "Other"}, at=NOW)
    for act in (
        write,
        lambda: joining.join_room(room, by=None, name="Late", key=guest_cookies.new_key(), at=NOW),
        lambda: stages.pause_clock(room, by=as_member(farah), at=NOW),
        lambda: joining.open_room(room, by=as_member(farah), at=NOW),
        lambda: stages.reveal_notes(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=NOW),
    ):
        with pytest.raises(Refusal, match="closed"):
            act()
    assert not Note.objects.filter(pk=note.pk).exists()


def test_a_session_that_was_never_open_is_not_closed(session, farah):
    with pytest.raises(Refusal, match="Open the room first"):
        closing.close_session(session, by=as_member(farah), summary={}, at=NOW)


def test_a_closed_session_cannot_have_a_code(room, farah):
    from django.db import IntegrityError

    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    with pytest.raises(IntegrityError):
        Session.objects.filter(pk=room.pk).update(code="RNK4G7")
