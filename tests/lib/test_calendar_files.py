from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from kmportal.lib.calendar_files import CANCEL, REQUEST, Entry, Party, calendar_file

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


def test_one_date_of_a_rhythm_is_named_by_the_clock_of_the_rhythm():
    """Some programs find the date by its letters: in UTC they would not."""
    first, then = datetime(2027, 4, 6, 14, tzinfo=LONDON), datetime(2027, 4, 7, 9, tzinfo=LONDON)
    text = make(starts_at=then, stands_for=first, minutes=30)
    for line in (
        "RECURRENCE-ID;TZID=Europe/London:20270406T140000",
        "DTSTART;TZID=Europe/London:20270407T090000",
        "DTEND;TZID=Europe/London:20270407T093000",
    ):
        assert f"{line}\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == 1


def test_each_zone_is_explained_once_and_none_that_nobody_needs():
    def rhythm(zone: str, year: int = 2027) -> Entry:
        starts = datetime(year, 3, 2, 14, tzinfo=ZoneInfo(zone))
        return entry(starts_at=starts, rule={"freq": "weekly"})

    text = calendar_file([rhythm("Europe/London"), rhythm("Europe/London", 2025), rhythm("Asia/Kolkata")], at=AT)
    zones = Calendar.from_ical(text).walk("VTIMEZONE")
    assert [str(zone["tzid"]) for zone in zones] == ["Asia/Kolkata", "Europe/London"]
    assert min(one["dtstart"].dt.year for one in zones[1].subcomponents) == 2024  # before the first date
    assert text.index("VTIMEZONE") < text.index("VEVENT")
    for plain in (make(), make(starts_at=datetime(2027, 3, 2, 14, tzinfo=ZoneInfo("UTC")), rule={"freq": "weekly"})):
        assert "VTIMEZONE" not in plain
        assert "TZID" not in plain


def test_an_invitation_says_who_invites_whom_and_waits_for_no_answer():
    who = {"organiser": Party("portal@x.example", "KM Portal"), "attendee": Party("b@x.example", "Bo Hill")}
    text = calendar_file([entry()], at=AT, method=REQUEST, **who)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert (str(event["organizer"]), event["organizer"].params["CN"]) == ("mailto:portal@x.example", "KM Portal")
    assert str(event["attendee"]) == "mailto:b@x.example"
    assert dict(event["attendee"].params) == {
        "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE", "CN": "Bo Hill",
    }  # fmt: skip
    assert event["status"] == "CONFIRMED"


def test_a_file_for_ones_own_calendar_invites_nobody():
    text = make()
    assert "METHOD:PUBLISH\r\n" in text
    assert "ORGANIZER" not in text
    assert "ATTENDEE" not in text


@pytest.mark.parametrize(
    "name", ['Bo "the" Hill', "Bo;ROLE=CHAIR:mailto:x@x.example", "Bo\r\nSUMMARY:Mine", "حسن", "Bo^nHill", "B" * 200]
)
def test_no_name_changes_what_a_line_says(name):
    text = calendar_file([entry()], at=AT, method=REQUEST, attendee=Party("b@x.example", name))
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["attendee"]) == "mailto:b@x.example"
    assert event["attendee"].params["ROLE"] == "REQ-PARTICIPANT"
    assert event["summary"] == "Winter ward"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_an_invitation_that_is_taken_back():
    who = {"organiser": Party("a@x.example"), "attendee": Party("b@x.example")}
    text = calendar_file([entry(is_cancelled=True, stands_for=AT)], at=AT, method=CANCEL, **who)
    for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "RECURRENCE-ID:20261126T140000Z"):
        assert f"{line}\r\n" in text
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["attendee"]) == "mailto:b@x.example"
