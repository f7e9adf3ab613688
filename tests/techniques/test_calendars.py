from datetime import UTC, datetime

from techniques import calendars

AT = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


def make(**changes) -> str:
    values = {
        "ident": "session-1@example.org", "version": 1, "title": "Winter ward", "words": "Come", "place": "Room 2",
        "url": "https://example.org/join/RNK4G7/", "starts_at": AT, "minutes": 60, "at": AT,
    }  # fmt: skip
    return calendars.one_event_calendar(**{**values, **changes})


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
