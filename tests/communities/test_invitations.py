"""The mails of a meeting as Outlook and Google Calendar need them: each rule of RFC 5545, 5546 and 6047 by itself.

None of these programs runs here. What they are known to need was read in RFC 5545, 5546 and 6047, in [MS-OXCICAL] and
in reports of others; docs/decisions/0070 says which.
"""

from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from icalendar import Calendar

from communities.actions import meetings
from communities.models import Meeting
from jobs import runner
from jobs.mail import message_of
from jobs.models import Job, Mail
from tests.cast import as_member
from tests.communities.conftest import NOON, TUESDAY

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def _sender(settings):
    settings.SMTP_URL = "smtp://mail.example"
    settings.DEFAULT_FROM_EMAIL = "KM Portal <portal@km.example>"


def written(to: str) -> list[Mail]:
    """The mails to somebody that were written since the last time."""
    before = set(Mail.objects.values_list("pk", flat=True))
    Job.objects.filter(function="communities.tasks.tell_of_meeting").update(due_at=NOON)
    runner.run_ready()
    return [mail for mail in Mail.objects.exclude(pk__in=before).order_by("pk") if to in mail.recipients]


def sent(mail: Mail):
    """What goes over the line, read as another program reads it."""
    return message_from_bytes(message_of(mail).message().as_bytes(linesep="\r\n"), policy=default)


def raw_calendar(mail: Mail) -> str:
    return sent(mail).get_payload()[1].get_payload(decode=True).decode()


def events_of(mail: Mail):
    return Calendar.from_ical(raw_calendar(mail)).walk("VEVENT")


@pytest.fixture
def each(plan, cara, farah):
    """Farah’s mails of everything that can happen to a meeting, by name."""
    meeting = plan(title="Round of cases – “Mittwochsrunde für alle”", words="Bring a case. " * 30)
    found = {"planned": written(farah.email)}
    first, second = meeting.days.filter(slot=0)[:2]
    moved = {"starts_at": datetime(2027, 1, 6, 15, tzinfo=UTC), "minutes": 30, "place": "Room 2"}
    meetings.move_meeting_day(second, by=as_member(cara), at=NOON, seen=second.version, **moved)
    found["one moved"] = written(farah.email)
    meetings.cancel_meeting_day(first, by=as_member(cara), at=NOON)
    found["one called off"] = written(farah.email)
    meeting.refresh_from_db()
    meetings.change_meeting(meeting, by=as_member(cara), at=NOON, seen=meeting.version, title="Cases")
    found["changed"] = written(farah.email)
    meetings.change_meeting(meeting, by=as_member(cara), at=NOON, seen=meeting.version, again_at=None, first_on=TUESDAY)
    found["one time gone"] = written(farah.email)
    meetings.cancel_meeting(meeting, by=as_member(cara), at=NOON)
    found["called off"] = written(farah.email)
    return found


def test_what_is_written_when(each):
    methods = {what: [str(Calendar.from_ical(raw_calendar(mail))["METHOD"]) for mail in mails]
               for what, mails in each.items()}  # fmt: skip
    assert methods == {
        "planned": ["REQUEST", "REQUEST"],  # its two times are two entries of a calendar
        "one moved": ["REQUEST"],
        "one called off": ["CANCEL"],
        "changed": ["REQUEST", "REQUEST"],
        "one time gone": ["REQUEST", "CANCEL"],
        "called off": ["CANCEL"],
    }


def test_the_calendar_is_the_last_alternative_to_the_words_and_the_header_has_its_method(each):
    """Outlook looks for text/calendar beside the words, and takes what is attached for a file (MS-OXCMAIL)."""
    for mail in [mail for mails in each.values() for mail in mails]:
        message = sent(mail)
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/calendar"]
        calendar = message.get_payload()[1]
        assert calendar.get_param("method") == str(Calendar.from_ical(raw_calendar(mail))["METHOD"])
        assert calendar.get_content_charset() == "utf-8"
        assert calendar.get_content_disposition() is None
        assert calendar["Content-Transfer-Encoding"] in ("7bit", "8bit", "quoted-printable", "base64")


def test_lines_end_with_crlf_and_are_folded_at_75_octets(each):
    for mail in [mail for mails in each.values() for mail in mails]:
        for text in (mail.calendar, raw_calendar(mail)):
            assert text.replace("\r\n", "").count("\n") == 0
            assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
            assert text.endswith("END:VCALENDAR\r\n")


def test_what_every_entry_must_have(each, farah):
    """RFC 5546 3.2.2 and 3.2.5: one organiser, the same as who sends it, and the one who gets it as attendee."""
    for what, mails in each.items():
        for mail in mails:
            calendar = Calendar.from_ical(raw_calendar(mail))
            assert (str(calendar["VERSION"]), bool(calendar["PRODID"])) == ("2.0", True)
            for event in calendar.walk("VEVENT"):
                for name in ("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "SUMMARY", "ORGANIZER", "ATTENDEE", "STATUS"):
                    assert name in event, (what, name)
                    assert not isinstance(event[name], list), (what, name)
                assert str(event["ORGANIZER"]) == "mailto:portal@km.example"
                assert event["ORGANIZER"].params["CN"] == "KM Portal"
                assert str(event["ATTENDEE"]) == f"mailto:{farah.email}"
                assert "portal@km.example" in sent(mail)["From"]
                assert b"Z" in event["DTSTAMP"].to_ical()


def test_the_name_stays_and_the_number_grows(each):
    """Whatever happens to one of its times, a calendar takes it for the same entry, and the newest for what counts."""
    by_name: dict[str, list[int]] = {}
    for mail in [mail for mails in each.values() for mail in mails]:
        numbers = {int(event["SEQUENCE"]) for event in events_of(mail)}
        (name,) = {str(event["UID"]) for event in events_of(mail)}
        by_name.setdefault(name, []).append(max(numbers))
        assert len(numbers) == 1
    assert len(by_name) == 2
    for numbers in by_name.values():
        assert numbers == sorted(set(numbers))


def test_status_says_whether_it_is_on(each):
    for mail in [mail for mails in each.values() for mail in mails]:
        is_off = str(Calendar.from_ical(raw_calendar(mail))["METHOD"]) == "CANCEL"
        assert {str(event["STATUS"]) for event in events_of(mail)} == {"CANCELLED" if is_off else "CONFIRMED"}


def test_each_zone_that_is_named_is_explained_by_rules(each):
    """RFC 5545 3.2.19; and Outlook makes one wrong day a year out of a list (MS-OXCICAL 2.1.3.1.1.19)."""
    for mail in [mail for mails in each.values() for mail in mails]:
        calendar = Calendar.from_ical(raw_calendar(mail))
        assert calendar.get_missing_tzids() == set()
        for zone in calendar.walk("VTIMEZONE"):
            assert [("RRULE" in one, "RDATE" in one) for one in zone.subcomponents] == [(True, False)] * 2


def test_one_moved_day_is_named_as_its_rhythm_has_it(each):
    """RFC 5545 3.8.4.4: by the clock of the zone if the rhythm is; a program that compares letters finds it."""
    rhythm, (moved,) = events_of(each["planned"][0])[0], events_of(each["one moved"][0])
    days = rrulestr(rhythm["RRULE"].to_ical().decode(), dtstart=rhythm["DTSTART"].dt.replace(tzinfo=None))
    assert moved["RECURRENCE-ID"].params["TZID"] == rhythm["DTSTART"].params["TZID"] == "Europe/London"
    assert moved["RECURRENCE-ID"].dt.replace(tzinfo=None) in days[:3]
    assert moved["DTSTART"].dt == datetime(2027, 1, 6, 15, tzinfo=LONDON)
    assert "RRULE" not in moved


def test_a_change_of_all_says_again_which_days_are_else(each):
    """A program that is sent the rhythm anew forgets what it was told of single days."""
    rhythm, moved = events_of(each["changed"][0])
    assert rhythm["EXDATE"].dts[0].dt == datetime(2026, 12, 1, 14, tzinfo=LONDON)
    assert rhythm["EXDATE"].params["TZID"] == "Europe/London"
    assert moved["RECURRENCE-ID"].dt == datetime(2027, 1, 5, 14, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("repeats", "first", "rule"),
    [
        ("weekly", date(2026, 12, 1), "FREQ=WEEKLY"),
        ("fortnightly", date(2026, 12, 1), "FREQ=WEEKLY;INTERVAL=2"),
        ("same-weekday", date(2026, 12, 1), "FREQ=MONTHLY;BYDAY=1TU"),
        ("last-weekday", date(2027, 1, 26), "FREQ=MONTHLY;BYDAY=-1TU"),
        ("same-day", date(2026, 12, 15), "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("same-day", date(2026, 12, 31), "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("yearly", date(2026, 12, 31), "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=12"),
        ("yearly", date(2028, 2, 29), "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2"),
    ],
)
def test_rules_are_of_the_shapes_that_outlook_knows(plan, farah, repeats, first, rule):
    """[MS-OXCICAL] 2.1.3.2.2. A 29th and a 30th of each month have no such shape: they are lists of days."""
    plan(repeats=repeats, first_on=first, again_at=None, until_on=first + timedelta(days=900))
    (event,) = events_of(written(farah.email)[0])
    text = event["RRULE"].to_ical().decode()
    parts = sorted(part for part in text.split(";") if not part.startswith("UNTIL"))
    assert parts == sorted(rule.split(";"))
    assert text.partition("UNTIL=")[2].partition(";")[0].endswith("Z")  # in UTC, as DTSTART has a zone


def test_the_rhythm_begins_on_a_day_that_its_rule_has(plan, farah):
    """RFC 5545 3.8.5.3: otherwise programs differ about the first day."""
    for repeats, first in (("same-day", date(2027, 1, 30)), ("same-weekday", date(2026, 12, 29)), ("weekly", TUESDAY)):
        plan(repeats=repeats, first_on=first, again_at=None)
        (event,) = events_of(written(farah.email)[0])
        start = event["DTSTART"].dt.replace(tzinfo=None)
        assert rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)[0] == start


def test_without_its_second_time_it_leaves_the_calendars(each):
    request, cancel = each["one time gone"]
    assert "no longer has a second time" in cancel.body
    (first,), (gone,) = events_of(request)[:1], events_of(cancel)
    assert str(first["UID"]) != str(gone["UID"])
    assert str(gone["UID"]) in {str(event["UID"]) for event in events_of(each["planned"][1])}


def test_what_happens_once_is_told_in_utc(plan, farah):
    plan(repeats="once", again_at=None, clock=time(9), first_on=date(2027, 7, 1))
    (mail,) = written(farah.email)
    assert "DTSTART:20270701T080000Z\r\n" in mail.calendar
    assert "TZID" not in mail.calendar
    assert Meeting.objects.get().version == 1
