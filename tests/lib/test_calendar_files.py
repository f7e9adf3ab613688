from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

from kmportal.lib.calendar_files import CANCEL, Entry, calendar_file

AT = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def entry(**changes) -> Entry:
    values = {
        "ident": "session-1@example.org", "version": 1, "title": "Winter ward", "words": "Come", "place": "Room 2",
        "url": "https://example.org/join/RNK4G7/", "starts_at": AT, "minutes": 60,
    }  # fmt: skip
    return Entry(**{**values, **changes})


def make(**changes) -> str:
    return calendar_file([entry(**changes)], at=AT)


def test_an_event_in_utc():
    text = make()
    assert "DTSTART:20261126T140000Z\r\n" in text
    assert "DTEND:20261126T150000Z\r\n" in text
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")


def test_a_later_plan_takes_the_place_of_the_earlier_one():
    assert "UID:session-1@example.org\r\nSEQUENCE:2\r\n" in make(version=2)


def test_nobody_can_add_a_line():
    text = make(title="Ward\r\nATTENDEE:mailto:x@example.org", place="a;b,c\\d")
    assert "\r\nATTENDEE" not in text
    assert "SUMMARY:Ward\\nATTENDEE" in text
    assert "LOCATION:a\\;b\\,c\\\\d" in text


def test_long_lines_are_folded_without_cutting_letters():
    title = "Überlegung " * 20
    text = make(title=title)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert title.strip() in text.replace("\r\n ", "")


def test_a_rhythm_keeps_its_hour_when_the_clocks_change():
    starts = datetime(2027, 3, 2, 14, tzinfo=LONDON)
    text = make(starts_at=starts, rule={"freq": "monthly", "byday": "1TU"}, excluded=(starts.replace(month=4, day=6),))
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert "DTSTART;TZID=Europe/London:20270302T140000\r\n" in text
    assert "EXDATE;TZID=Europe/London:20270406T140000\r\n" in text
    assert "BEGIN:DAYLIGHT" in text
    assert len(text) < 2_000  # the clock changes of some years, and not of a century


def test_an_invitation_that_is_taken_back():
    text = calendar_file(
        [entry(is_cancelled=True, stands_for=AT)], at=AT, method=CANCEL, organiser="a@x.example", attendee="b@x.example"
    )
    for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "RECURRENCE-ID:20261126T140000Z", "ATTENDEE:mailto:b@x.example"):
        assert f"{line}\r\n" in text
