"""One session as a calendar file (RFC 5545), so that a phone or Outlook keeps the date."""

from datetime import UTC, datetime, timedelta

LINE_BYTES = 75


def event(
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
        f"DTSTAMP:{_moment(at)}",
        f"DTSTART:{_moment(starts_at)}",
        f"DTEND:{_moment(starts_at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(words)}",
        *([f"LOCATION:{_text(place)}"] if place else []),
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """Escaped as the format asks; a line break becomes two characters, so that nobody can add a line."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    for raw, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(raw, escaped)
    return plain


def _folded(line: str) -> str:
    """No line is longer than 75 bytes; the next one begins with a space. Letters are never cut in two."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LINE_BYTES - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
