"""Each deed is told once, to those whom it concerns."""

from datetime import timedelta
from uuid import uuid4

from notifications.models import Notice
from organisations.models import AuditEntry
from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import closing, joining, notes, stages
from tests.cast import as_member
from tests.techniques.conftest import NOW


def told() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("event", flat=True))


def test_what_happens_to_a_session_is_told_once_and_what_happens_in_its_room_only_where_somebody_decides(
    session, farah, cara
):
    by = as_member(farah)
    planning.edit_session(session, by=by, at=NOW, seen=1, title="Other words")
    planning.tick_preparation(session, by=by, at=NOW, item="Find a room.", is_done=True)
    planning.invite_to_session(session, by=by, at=NOW, people=[cara])
    planning.invite_to_session(session, by=by, at=NOW, people=[cara])
    room = joining.open_room(session, by=by, at=NOW)
    gus = joining.join_room(room, by=None, at=NOW, name="Gus", key=guest_cookies.new_key())
    note = notes.write_note(
        room, by=gus, at=NOW, stage_key="happened", column="well", text="Mr Smith fell", client_id=uuid4()
    )
    stages.go_to_stage(room, by=by, at=NOW, stage=room.stages.get(key="happened"))
    stages.reveal_notes(room, by=by, at=NOW, stage=room.stages.get(key="expect"))
    notes.withdraw_note(note, by=by, at=NOW)
    joining.remove_participant(room, by=by, at=NOW, participant=gus)
    joining.resume_admission(room, by=by, at=NOW)
    closing.close_session(room, by=by, at=NOW, summary={})
    assert told() == [
        "session.planned",
        "session.changed",
        "session.invited",
        "session.room_opened",
        "session.notes_revealed",
        "session.note_removed",
        "session.participant_removed",
        "session.admission_stopped",
        "session.admission_resumed",
        "session.closed",
    ]
    assert {entry.actor_id for entry in AuditEntry.objects.all()} == {farah.pk}
    assert "Smith" not in str(list(AuditEntry.objects.values()))


def test_every_moment_is_the_one_that_was_given(session, farah, cara, mailoutbox):
    later = NOW + timedelta(hours=3)
    planning.invite_to_session(session, by=as_member(farah), at=later, people=[cara])
    assert Notice.objects.get(person=cara).at == later
    assert AuditEntry.objects.get(event="session.invited").at == later
    assert mailoutbox[0].outbox_at == later


def test_whoever_invites_or_hands_over_to_themselves_is_not_told(session, farah, lena):
    planning.invite_to_session(session, by=as_member(farah), at=NOW, people=[farah, lena])
    planning.edit_session(session, by=as_member(lena), at=NOW, seen=1, facilitator=lena)
    assert not Notice.objects.filter(person=farah).exists()
    assert [notice.text for notice in Notice.objects.filter(person=lena)] == [
        "You are invited to “Winter ward opening”"
    ]


def test_whoever_is_to_lead_from_now_on_is_told(session, farah, lena):
    planning.edit_session(session, by=as_member(farah), at=NOW, seen=1, facilitator=lena)
    notice = Notice.objects.get(person=lena)
    assert notice.text == "Farah Siddiqui asks you to lead “Winter ward opening”"
    assert (notice.kind, notice.ident) == ("session", session.pk)
