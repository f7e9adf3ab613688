"""Calendar files (RFC 5545 and 5546), so that a phone or Outlook keeps a date, moves it and takes it away again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vCalAddress

from kmportal.lib.links import portal_address

CONTENT_TYPE = "text/calendar; charset=utf-8"
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


@dataclass(frozen=True)
class Entry:
    """One date, or with a ``rule`` one rhythm, as a calendar keeps it.

    A later ``version`` of the same ``ident`` takes the place of an earlier one. A rhythm gives ``starts_at`` in its own
    zone, so that its hour stays the same when the clocks change; ``excluded`` are dates that it leaves out.
    ``stands_for``: this is one date of a rhythm, the one that was to begin then.
    """

    ident: str
    version: int
    title: str
    starts_at: datetime
    minutes: int
    url: str
    words: str = ""
    place: str = ""
    rule: Mapping[str, Any] | None = None
    excluded: tuple[datetime, ...] = field(default=())
    stands_for: datetime | None = None
    is_cancelled: bool = False


def entry_ident(name: str) -> str:
    """What every calendar knows an entry by, for good, however it was reached."""
    return f"{name}@{urlsplit(portal_address()).hostname or 'localhost'}"


def calendar_file(
    entries: Iterable[Entry],
    *,
    at: datetime,
    method: str = PUBLISH,
    organiser: str = "",
    attendee: str = "",
    name: str = "",
) -> str:
    """The text of a calendar file. ``organiser`` and ``attendee`` are addresses: an invitation by mail needs both."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//KM Portal//EN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    written = list(entries)
    for entry in written:
        calendar.add_component(_event_of(entry, at, organiser, attendee))
    if rhythms := [entry.starts_at for entry in written if entry.rule]:
        # The clock changes of the years in question, and not of a century.
        first = min(rhythms)
        calendar.add_missing_timezones(first_date=first.date(), last_date=(first + timedelta(days=5 * 366)).date())
    text: str = calendar.to_ical(sorted=False).decode()
    return text


def _event_of(entry: Entry, at: datetime, organiser: str, attendee: str) -> Event:
    event = Event()
    event.add("uid", entry.ident)
    event.add("sequence", entry.version)
    event.add("dtstamp", at.astimezone(UTC))
    if entry.rule:
        event.add("dtstart", entry.starts_at)
        event.add("dtend", _end_of_rhythm(entry))
        event.add("rrule", dict(entry.rule))
        if entry.excluded:
            event.add("exdate", list(entry.excluded))
    else:
        event.add("dtstart", entry.starts_at.astimezone(UTC))
        event.add("dtend", (entry.starts_at + timedelta(minutes=entry.minutes)).astimezone(UTC))
    if entry.stands_for is not None:
        event.add("recurrence-id", entry.stands_for.astimezone(UTC))
    event.add("summary", _plain_lines(entry.title))
    if entry.words:
        event.add("description", _plain_lines(entry.words))
    if entry.place:
        event.add("location", _plain_lines(entry.place))
    event.add("url", entry.url)
    if organiser:
        event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    if attendee:
        event.add("attendee", vCalAddress(f"mailto:{attendee}"))
    if entry.is_cancelled:
        event.add("status", "CANCELLED")
    return event


def _end_of_rhythm(entry: Entry) -> datetime:
    """So many minutes later by the sun, in the zone of the beginning."""
    return (entry.starts_at.astimezone(UTC) + timedelta(minutes=entry.minutes)).astimezone(entry.starts_at.tzinfo)


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
