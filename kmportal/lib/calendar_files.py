"""Calendar files (RFC 5545 and 5546), so that a phone or Outlook keeps a date, moves it and takes it away again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vCalAddress

from kmportal.lib.calendar_zones import zone_component
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.links import portal_address

CONTENT_TYPE = "text/calendar; charset=utf-8"
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


@dataclass(frozen=True)
class Entry:
    """One date, or with a ``rule`` one rhythm, as a calendar keeps it.

    A later ``version`` of the same ``ident`` takes the place of an earlier one. A rhythm gives ``starts_at`` in its own
    zone, so that its hour stays the same when the clocks change; ``excluded`` are dates that it leaves out.
    ``stands_for``: this is one date of a rhythm, the one that was to begin then. It is given in the zone of the rhythm
    as well: some programs find the date by the letters of its time, and not by the moment.
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


@dataclass(frozen=True)
class Party:
    """Who invites, or who is invited."""

    email: str
    name: str = ""


def entry_ident(name: str) -> str:
    """What every calendar knows an entry by, for good, however it was reached."""
    return f"{name}@{urlsplit(portal_address()).hostname or 'localhost'}"


def calendar_file(
    entries: Iterable[Entry],
    *,
    at: datetime,
    method: str = PUBLISH,
    organiser: Party | None = None,
    attendee: Party | None = None,
    name: str = "",
) -> str:
    """The text of a calendar file. An invitation by mail needs ``organiser`` and ``attendee``; a file that somebody
    takes into their own calendar has neither, or Outlook asks them to answer an invitation."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//KM Portal//EN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    written = list(entries)
    for entry in written:
        calendar.add_component(_event_of(entry, at, organiser, attendee))
    first_years: dict[str, int] = {}
    for moment in [moment for entry in written for moment in _local_moments(entry)]:
        first_years[_zone_of(moment)] = min(moment.year, first_years.get(_zone_of(moment), moment.year))
    calendar.subcomponents[:0] = [zone_component(zone, year) for zone, year in sorted(first_years.items())]
    text: str = calendar.to_ical(sorted=False).decode()
    return text


def _zone_of(moment: datetime) -> str:
    """By the name that tells zones apart in a file; nothing for a moment that is written in UTC."""
    return getattr(moment.tzinfo, "key", "") if moment.tzinfo != UTC else ""


def _local_moments(entry: Entry) -> list[datetime]:
    """Those that are written by the clock of a zone, which the file then explains."""
    moments = [entry.starts_at, *entry.excluded, *([entry.stands_for] if entry.stands_for else [])]
    return [one for one in moments if _is_local(entry) and _zone_of(one) not in ("", "UTC")]


def _is_local(entry: Entry) -> bool:
    """A single date is a moment; a rhythm and its dates go by the clock on a wall."""
    return bool(entry.rule) or entry.stands_for is not None


def _event_of(entry: Entry, at: datetime, organiser: Party | None, attendee: Party | None) -> Event:
    event = Event()
    event.add("uid", entry.ident)
    event.add("sequence", entry.version)
    event.add("dtstamp", at.astimezone(UTC))
    if _is_local(entry):
        event.add("dtstart", entry.starts_at)
        event.add("dtend", _end_by_the_clock(entry))
    else:
        event.add("dtstart", entry.starts_at.astimezone(UTC))
        event.add("dtend", (entry.starts_at + timedelta(minutes=entry.minutes)).astimezone(UTC))
    if entry.rule:
        event.add("rrule", dict(entry.rule))
    if entry.excluded:
        event.add("exdate", list(entry.excluded))
    if entry.stands_for is not None:
        event.add("recurrence-id", entry.stands_for)
    event.add("summary", _plain_lines(entry.title))
    if entry.words:
        event.add("description", _plain_lines(entry.words))
    if entry.place:
        event.add("location", _plain_lines(entry.place))
    event.add("url", entry.url)
    if organiser:
        event.add("organizer", _address_of(organiser))
    if attendee:
        # Nobody reads answers at the portal’s address, so none is asked for; “Accept” keeps it all the same.
        person = {"cutype": "INDIVIDUAL", "role": "REQ-PARTICIPANT", "partstat": "NEEDS-ACTION", "rsvp": "FALSE"}
        event.add("attendee", _address_of(attendee, **person))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    return event


def _address_of(party: Party, **parameters: str) -> vCalAddress:
    """A parameter knows no quotation marks (RFC 5545 section 3.2)."""
    address = vCalAddress(f"mailto:{party.email}")
    name = line_of_text(party.name).replace('"', "’")
    for key, value in {**parameters, **({"cn": name} if name else {})}.items():
        address.params[key] = value
    return address


def _end_by_the_clock(entry: Entry) -> datetime:
    """So many minutes later by the sun, in the zone of the beginning."""
    return (entry.starts_at.astimezone(UTC) + timedelta(minutes=entry.minutes)).astimezone(entry.starts_at.tzinfo)


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
