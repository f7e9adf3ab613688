"""After the close: the summary is put right, sent once to those who were there, found and printed; and the clock."""

from datetime import timedelta

import pytest
from django.urls import reverse

from jobs.models import Job, Mail
from kmportal.lib.exceptions import Refusal, Stale
from notifications.models import Notice
from search.models import SearchDoc
from techniques import guest_cookies
from techniques.actions.room import closing, joining, stages, wording
from techniques.actions.summary import correct_summary, send_due_summaries
from techniques.models import GRACE, Participant, Session, SummaryVersion
from techniques.search_documents import session_documents
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside

LATER = NOW + GRACE + timedelta(minutes=1)


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def closed(room, lead, cara):
    """Cara and two guests were there; Gus left an address."""
    joining.join_room(room, by=as_member(cara), name="Cara", key="c", at=NOW)
    gus = joining.join_room(room, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)
    joining.join_room(room, by=None, name="Hal", key=guest_cookies.new_key(), at=NOW)
    wording.leave_address(room, by=gus, email="gus@x.example", at=NOW)
    return closing.close_session(room, summary={"happened": "Porters brought trolleys"}, **lead)


def test_within_the_hour_it_is_put_right_and_nobody_is_sent_the_slip(closed, lead, mailoutbox):
    assert send_due_summaries(at=NOW + timedelta(minutes=59)) == 0
    SummaryVersion.objects.update(agreed=2, people=3)
    correct_summary(closed, seen=closed.version, words={"happened": "Porters brought beds"}, **lead)
    assert SummaryVersion.objects.get().words["happened"] == "Porters brought beds"
    assert SummaryVersion.objects.get().agreed == 0, "nobody has agreed to these"
    assert send_due_summaries(at=LATER) == 1
    [mail] = mailoutbox
    assert mail.to == ["gus@x.example"]
    assert "Porters brought beds" in mail.body


def test_what_search_knows_of_it_is_the_same_in_whatever_order_the_database_keeps_the_words(closed):
    closed.summary = {"next": "Ring the porters", "happened": "Porters brought trolleys"}
    [written] = session_documents([closed])
    closed.summary = dict(reversed(closed.summary.items()))
    assert [doc.digest for doc in session_documents([closed])] == [written.digest]


def test_it_is_sent_once_to_members_and_guests_and_the_address_goes(closed, cara, mailoutbox):
    for _ in range(2):
        send_due_summaries(at=LATER)
    assert [mail.to for mail in mailoutbox] == [["gus@x.example"]]
    assert not Participant.objects.exclude(email="").exists()
    assert [one.text for one in Notice.objects.filter(person=cara, kind="session")] == [
        "Here is what came out of “Winter ward opening”"
    ]


def test_each_guest_who_asked_gets_one_mail_and_nobody_who_was_taken_out(room, lead, settings):
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    asked = [("Gus", "gus@x.example"), ("Hal", "hal@x.example"), ("Ida", "HAL@x.example"), ("Jo", "jo@x.example")]
    for name, address in asked:
        guest = joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW)
        wording.leave_address(room, by=guest, email=address, at=NOW)
    joining.remove_participant(room, participant=guest, **lead)
    closing.close_session(room, summary={"happened": "Calm"}, **lead)
    for _ in range(2):
        send_due_summaries(at=LATER)
    assert sorted(mail.recipients for mail in Mail.objects.all()) == [["gus@x.example"], ["hal@x.example"]]


def test_a_summary_that_fails_keeps_no_other_back(closed, lead, monkeypatch):
    def fail(session, *, at):
        tried.append(session.pk)
        raise OSError(session.pk)

    tried = []
    monkeypatch.setattr("techniques.actions.summary.send_summary", fail)
    assert send_due_summaries(at=LATER) == 0
    assert tried == [closed.pk]


def test_what_the_room_agreed_to_is_said_of_those_words_alone(closed, lead, as_, farah):
    SummaryVersion.objects.update(agreed=2, people=3)
    said = "In the room 2 of 3 agreed to these words."
    assert said in " ".join(as_(farah).get(inside("session_detail", closed)).text.split())
    correct_summary(closed, by=lead["by"], at=LATER, seen=closed.version, words={"happened": "Beds"}, reason="A slip")
    assert said not in " ".join(as_(farah).get(inside("session_detail", closed)).text.split())


def test_where_it_is_not_kept_who_was_there_only_guests_who_asked_hear(room, lead, cara, mailoutbox):
    Session.objects.update(confidentiality="chatham-house")
    joining.join_room(room, by=as_member(cara), name="Cara", key="c", at=NOW)
    gus = joining.join_room(room, by=None, name="Gus", key="g", at=NOW)
    wording.leave_address(room, by=gus, email="gus@x.example", at=NOW)
    closing.close_session(room, summary={"happened": "Calm"}, **lead)
    send_due_summaries(at=LATER)
    assert [mail.to for mail in mailoutbox] == [["gus@x.example"]]
    assert not Notice.objects.filter(person=cara, kind="session").exists()


def test_later_it_is_a_new_version_with_its_reason(closed, lead, cara, as_, farah):
    send_due_summaries(at=LATER)
    closed.refresh_from_db()
    with pytest.raises(Refusal, match="Say why"):
        correct_summary(closed, by=lead["by"], at=LATER, seen=closed.version, words={"happened": "Beds"})
    correct_summary(closed, by=lead["by"], at=LATER, seen=closed.version, words={"happened": "Beds"}, reason="A slip")
    with pytest.raises(Stale):
        correct_summary(closed, by=lead["by"], at=LATER, seen=closed.version, words={"happened": "x"}, reason="y")
    first, second = SummaryVersion.objects.all()
    assert (first.words["happened"], second.words["happened"]) == ("Porters brought trolleys", "Beds")
    assert Notice.objects.filter(person=cara, text__contains="was corrected").count() == 1
    page = as_(farah).get(inside("session_detail", closed)).text
    for words in ("Beds", "A slip", "Porters brought trolleys"):
        assert words in page


def test_who_may_put_it_right(closed, as_, farah, reza, oskar):
    page = inside("summary_correct", closed)
    assert as_(reza).get(page).status_code == 403
    assert as_(oskar).get(page).status_code == 404
    browser = as_(farah)
    sent = {"words-happened": "Two wrote", "version": str(closed.version + 5), "reason": "A slip"}
    both = browser.post(page, sent)
    assert "Two wrote" in both.text
    assert "Porters brought trolleys" in both.text
    assert Session.objects.get(pk=closed.pk).summary["happened"] == "Porters brought trolleys"


def test_it_is_found_by_its_words_and_printed(closed, as_, reza):
    assert "trolleys" in SearchDoc.objects.get(kind="session", ident=closed.pk).text.body
    assert as_(reza).post(inside("summary_pdf", closed)).status_code == 302
    assert Job.objects.filter(function="lessons.tasks.summary_pdf").count() == 1


# --- The clock -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_clock_gives_takes_is_set_and_begins_anew(room, lead):
    stage, planned = room.stage, room.stage.minutes
    stages.shorten_stage(room, stage=stage, minutes=2, seen_minutes=planned, **lead)
    stages.shorten_stage(room, stage=stage, minutes=2, seen_minutes=planned, **lead)
    assert Session.objects.get(pk=room.pk).seconds_left(NOW) == (planned - 2) * 60
    stages.set_minutes_left(room, stage=stage, minutes=25, **lead)
    assert Session.objects.get(pk=room.pk).seconds_left(NOW) == 25 * 60
    later = {**lead, "at": NOW + timedelta(minutes=10)}
    stages.restart_stage(room, stage=stage, **later)
    assert Session.objects.get(pk=room.pk).seconds_left(later["at"]) == 25 * 60
    stages.pause_clock(room, **later)
    stages.shorten_stage(room, stage=stage, minutes=40, seen_minutes=25, **later)
    assert Session.objects.get(pk=room.pk).paused_seconds == 0
    for wrong in (0, 481):
        with pytest.raises(Refusal, match="between 1 and 480"):
            stages.set_minutes_left(room, stage=stage, minutes=wrong, **later)
    with pytest.raises(Refusal, match="another step"):
        stages.restart_stage(room, stage=room.stages.last(), **later)


@pytest.mark.django_db
def test_a_clock_that_is_set_adds_to_what_was_used_and_overtime_is_not_wound_back(room, lead):
    stage, planned = room.stage, room.stage.minutes
    used = {**lead, "at": NOW + timedelta(minutes=3)}
    stages.set_minutes_left(room, stage=stage, minutes=10, **used)
    stage.refresh_from_db()
    assert stage.minutes == 13 != planned
    over = {**lead, "at": NOW + timedelta(minutes=15)}
    stages.shorten_stage(room, stage=stage, minutes=2, seen_minutes=13, **over)
    assert Session.objects.get(pk=room.pk).seconds_left(over["at"]) == -120
    stage.refresh_from_db()
    assert stage.minutes == 13


def test_the_desk_sees_whose_screen_is_open_and_nobody_else_does(room, enter, as_, farah, reza):
    phone = enter(room, "Gus")
    assert "(away)" in as_(farah).get(inside("room_here", room)).json()["html"]
    phone.get(reverse("join_room", args=[room.code]))
    here = as_(farah).get(inside("room_here", room)).json()["html"]
    assert "Gus" in here
    assert "(away)" not in here
    assert as_(reza).get(inside("room_here", room)).status_code == 403
    assert "What made the opening calm?" in phone.get(reverse("join_room", args=[room.code])).text
