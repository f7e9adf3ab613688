"""One session as a calendar file (RFC 5545), so that a phone or Outlook keeps the date."""

from datetime import UTC, datetime, timedelta

LINE_BYTES = 75


def one_event_calendar(
    *,
    ident: str,
    version: int,
    title: str,
    words: str,
    place: str,
    url: str,
    starts_at: datetime,
    minutes: int,
    at: datetime,
) -> str:
    """A calendar with one event. Times are in UTC, so that no zone has to be described.

    A later ``version`` of the same ``ident`` takes the place of an earlier one in the reader’s calendar.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//KM Portal//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{ident}",
        f"SEQUENCE:{version}",
        f"DTSTAMP:{_moment_in_utc(at)}",
        f"DTSTART:{_moment_in_utc(starts_at)}",
        f"DTEND:{_moment_in_utc(starts_at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_escape_text(title)}",
        f"DESCRIPTION:{_escape_text(words)}",
        *([f"LOCATION:{_escape_text(place)}"] if place else []),
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_fold_long_line(line)}\r\n" for line in lines)


def _moment_in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escape_text(words: str) -> str:
    """Escaped as the format asks; a line break becomes two characters, so that nobody can add a line."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    for raw, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(raw, escaped)
    return plain


def _fold_long_line(line: str) -> str:
    """No line is longer than 75 bytes; the next one begins with a space. Letters are never cut in two."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LINE_BYTES - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
