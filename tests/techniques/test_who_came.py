"""Attacks: after a session of which it is not kept who was there, no row of any table names one of them and it.

Walks every model, those to come too: a row names a person by a key or in its words, and the session by a key, through
rows that hang on it, as what it is about, or in its words.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db.models import ForeignKey, Model

from communities.models import MeetingDay
from jobs.actions import tell_undelivered
from jobs.models import Job, Mail
from notifications.actions import withdraw_undelivered, words_of_undelivered
from notifications.models import Notice
from organisations.models import Membership, Person
from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import closing, joining, notes, wording
from techniques.actions.summary import send_due_summaries
from techniques.models import GRACE, Participant, Session
from techniques.unlinking import forget_summaries, forget_undelivered_before, forget_who_came_before
from tests.cast import as_member
from tests.techniques.conftest import NOW

pytestmark = pytest.mark.database
LATER = NOW + GRACE + timedelta(minutes=1)
GUEST, ASKED, INVITED = "gus@guest.example", "rhea@guest.example", "Rhea Guestmann"
# Rows that join the two because the person said so after the promise, in a deed of their own that tells it.
BY_THEIR_OWN_WORD = {
    "communities.Attendance": "refused, and deleted at the close: tests/communities/test_meeting_days.py",
    "communities.KickOff": "whoever plans or leads it",
    "communities.Review": "whoever opened and decided a look back",
    "lessons.Lesson": "whoever writes it; a lesson of a session is begun by whoever leads it",
    "lessons.Quote": "who agreed to be quoted by name, afterwards (decision 78)",
    "selfassessment.Assessment": "whoever leads the round whose results it spoke of",
    "techniques.Invitee": "deleted at the close",
    "techniques.Match": "who found whom: names nobody where who came is not kept, else nobody after two months",
    "techniques.Outcome": "who said three months on what came of it: whoever led it or has an action from it",
    "techniques.Participant": "loses person and name at the close",
    "techniques.Session": "whoever plans and leads it",
    "techniques.SetVisit": "who came to a set: promised, and read by its members and its adviser alone (decision 90)",
    "techniques.Turn": "who presented in a set: the same",
    "techniques.SummaryVersion": "whoever words the summary: a facilitator",
    "techniques.Wording": "deleted at the close",
}


def keys_to(model: type[Model], targets: set[type[Model]]) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in targets
    ]


def hanging_on(session: Session) -> dict[type[Model], set[Any]]:
    """The session, and whatever hangs on it by keys: stages, notes, people in the room, the day of a meeting…"""
    found: dict[type[Model], set[Any]] = {Session: {session.pk}}
    fresh = dict(found)
    while fresh:
        found_now: dict[type[Model], set[Any]] = {}
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                of = fresh.get(field.related_model) if isinstance(field, ForeignKey) else None
                if of and model not in (Person, Membership):
                    rows = model._base_manager.filter(**{f"{field.attname}__in": of}).values_list("pk", flat=True)
                    if new := set(rows) - found.get(model, set()):
                        found_now.setdefault(model, set()).update(new)
                        found.setdefault(model, set()).update(new)
        fresh = found_now
    return found


def rows_that_tell(session: Session, people: list[Person], words: list[str]) -> Iterator[str]:
    """Each row of each table that names one of them and this session."""
    persons = {person.pk for person in people}
    members = set(Membership.objects.filter(person__in=persons).values_list("pk", flat=True))
    about = [session.title, f"/sessions/{session.pk}/", session.code or session.last_code]
    said = [*words, *(person.email for person in people), *(person.name for person in people)]
    parts = hanging_on(session)
    for model in apps.get_models(include_auto_created=True):
        to_person, to_member = keys_to(model, {Person}), keys_to(model, {Membership})
        for row in model._base_manager.values():
            text = " ".join(str(value) for value in row.values())
            names = any(row[key] in persons for key in to_person) or any(row[key] in members for key in to_member)
            tells = row[model._meta.pk.attname] in parts.get(model, ()) or any(word in text for word in about)
            tells |= (row.get("kind"), row.get("ident")) == ("session", session.pk)
            if (names or any(word in text for word in said)) and tells:
                yield f"{model._meta.label}: {text}"


@pytest.fixture
def held(session, farah, cara, reza, lena, settings):
    """Cara and Reza were asked; Cara, Lena and a guest came, whose address waits for the summary; a mail came back."""
    settings.EMAIL_BACKEND, settings.SMTP_URL, settings.DEMO = "jobs.mail.Backend", "smtp://mail.example", False
    lead = {"by": as_member(farah), "at": NOW}

    def hold(confidentiality: str) -> Session:
        Session.objects.update(confidentiality=confidentiality)
        planned = Session.objects.get(pk=session.pk)
        planning.invite_to_session(planned, people=[cara, reza], guests={ASKED: INVITED}, **lead)
        planning.edit_session(planned, seen=planned.version, place="Seminar room 3", **lead)
        tell_undelivered(Mail.objects.get(recipients=[ASKED], subject__startswith="Invitation").job, at=NOW)
        room = joining.open_room(Session.objects.get(pk=session.pk), **lead)
        for one in (cara, lena):
            there = joining.join_room(room, by=as_member(one), name=one.name, key=guest_cookies.new_key(), at=NOW)
            said = {"stage_key": "happened", "column": "well", "text": "Porters came", "client_id": uuid4()}
            notes.write_note(room, by=there, at=NOW, **said)
        gus = joining.join_room(room, by=None, name="Gus Guestmann", key=guest_cookies.new_key(), at=NOW)
        wording.leave_address(room, by=gus, email=GUEST, at=NOW)
        return room

    return hold


def test_no_row_joins_somebody_who_was_there_and_the_session(transactional_db, held, farah, cara, reza, lena):
    people, words = [cara, reza, lena], [GUEST, ASKED, INVITED, "Gus Guestmann"]
    room = held("chatham-house")
    joined = {row.partition(":")[0] for row in rows_that_tell(room, people, words)}
    assert {"jobs.Mail", "notifications.Notice", "techniques.Participant", "techniques.Invitee"} <= joined
    assert Notice.objects.filter(person=farah, text__contains=ASKED).exists(), "nothing was tried"
    closing.close_session(room, by=as_member(farah), at=NOW, summary={"happened": "Calm"})
    room.refresh_from_db()
    Participant.objects.exclude(email="").get(email=GUEST)  # asked for what came out of it, and is owed that
    assert not list(rows_that_tell(room, people, [ASKED, INVITED, "Gus Guestmann"]))
    send_due_summaries(at=LATER)
    assert Mail.objects.get().recipients == [GUEST]


@pytest.mark.parametrize("left", ["sent", "failed"])
def test_who_asked_for_the_summary_is_forgotten_once_it_has_left(transactional_db, held, farah, left):
    room = closing.close_session(held("chatham-house"), by=as_member(farah), at=NOW, summary={"happened": "Calm"})
    send_due_summaries(at=LATER)
    with time_machine.travel(LATER + timedelta(days=2)):
        call_command("remove_traces")
        assert list(rows_that_tell(room, [], [GUEST])), "it may still be sent"
        if left == "sent":
            Mail.objects.update(sent_at=LATER)
        else:
            Job.objects.update(state=Job.State.FAILED)
        call_command("remove_traces")
    assert not list(rows_that_tell(room, [], [GUEST]))


def test_a_session_that_an_older_version_closed_is_forgotten_later(held, farah, cara, monkeypatch):
    """It kept the notices, and a summary that waits for a guest still arrives."""
    with monkeypatch.context() as older:
        older.setattr(closing, "forget_who_came", lambda session: session.invitees.all().delete())
        room = closing.close_session(held("chatham-house"), by=as_member(farah), at=NOW, summary={"happened": "Calm"})
    send_due_summaries(at=LATER)
    Notice.objects.filter(person=farah).update(kind="session", ident=room.pk)
    Session.objects.update(keeps_traces=False)
    assert Notice.objects.filter(person=cara).exists(), "nothing was tried"
    forget_who_came_before()
    assert {notice.person for notice in Notice.objects.filter(kind="session")} == {farah}
    assert not Participant.objects.exclude(person=None, name="").exists()
    assert Mail.objects.filter(recipients=[GUEST]).exists()
    assert Session.objects.with_traces().get() == room
    Session.objects.update(keeps_traces=False)
    forget_who_came_before()
    assert not Session.objects.with_traces().exists()


def test_a_summary_that_left_late_and_other_mails_to_its_reader(held, farah, riverside):
    """The mail server was away for a month. Of other mails to the same address whoever wrote them is still told."""
    room = closing.close_session(held("chatham-house"), by=as_member(farah), at=NOW, summary={"happened": "Calm"})
    send_due_summaries(at=LATER)
    Mail.objects.update(sent_at=LATER + timedelta(days=30))
    forget_summaries(at=LATER + timedelta(days=31))
    assert not Mail.objects.exists()
    assert Session.objects.with_traces().get() == room
    for number, subject in enumerate(("Invitation: Ward 4", "Your account")):
        text = words_of_undelivered(ASKED, subject)
        Notice.objects.create(organisation=riverside, person=farah, key=f"mail.undelivered {number}", text=text)
    withdraw_undelivered(riverside, [(ASKED, "Invitation: Ward 4")])
    assert [notice.text[-12:] for notice in Notice.objects.filter(text__contains=ASKED)] == ["Your account"]


def test_notices_of_lost_mails_from_before_they_had_a_key_go_unless_they_are_about_another_session(
    held, farah, riverside, session
):
    """What such a notice is about stands in its words alone, and the session may have another title by now."""
    room = closing.close_session(held("chatham-house"), by=as_member(farah), at=NOW, summary={"happened": "Calm"})
    said = {"technique": session.technique, "length": "standard", "title": "Handover", "starts_at": LATER}
    other = planning.plan_session(riverside, by=as_member(farah), at=NOW, **said)
    long = "x" * 180
    told = {
        "gone": (ASKED, f"Invitation: {room.title}, 26 November 2026 at 14:00"),
        "another title": (ASKED, "New time or place: As it was called, 26 November 2026 at 14:00"),
        "cut": (f"{long}@guest.example", f"Invitation: {room.title}, 26 November 2026 at 14:00"),
        "another session": (ASKED, f"Invitation: {other.title}, 1 December 2026 at 9:00"),
        "no session": (ASKED, "Your account"),
    }
    for name, (address, subject) in told.items():
        text = words_of_undelivered(address, subject)[:300]
        Notice.objects.create(
            organisation=riverside, person=farah, key=f"mail.undelivered {name}", text=text, at=NOW - timedelta(days=1)
        )
    Session.objects.update(keeps_traces=False)
    call_command("forget_undelivered")
    left = Notice.objects.filter(key__startswith="mail.undelivered").values_list("key", flat=True)
    assert set(left) == {"mail.undelivered another session", "mail.undelivered no session"}
    assert Session.objects.with_traces().get() == room
    assert forget_undelivered_before() == 0


def test_elsewhere_they_are_remembered_as_people_are_told(held, farah, cara):
    room = closing.close_session(held("no-blame"), by=as_member(farah), at=NOW, summary={})
    assert {row.partition(":")[0] for row in rows_that_tell(room, [cara], [])} >= {"jobs.Mail", "techniques.Invitee"}
    assert "The portal remembers which members were there." in room.what_is_kept
    room.confidentiality = "chatham-house"
    assert "who was there is then deleted too" in room.what_is_kept


def test_every_table_that_could_join_the_two_is_known():
    """A new model with a key to a person and one to a session, or to what hangs on one, is looked at once."""
    hanging = {Session, MeetingDay}
    joining_both = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if (keys_to(model, {Person, Membership}) and keys_to(model, hanging)) or model is Session
    }
    assert joining_both == set(BY_THEIR_OWN_WORD)
