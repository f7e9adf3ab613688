"""Reading communities that somebody brings: a folder of Markdown files with YAML heads, and of their events.

``communities/*.md`` hold one community each, ``events/**/*.md`` one event each, as the archive of a public network has
them. Nothing is written here. What cannot be read is left out, with a line that says why.
"""

import html
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from kmportal.lib.cleaning import clean_text, first_words, line_of_text

LONGEST_NAME = 120
LONGEST_QUESTION = 300
LONGEST_MINUTES = 24 * 60
USUAL_MINUTES = 60
_HEAD = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}", re.DOTALL)
_COMMUNITY = re.compile(r"/communities/([a-z0-9-]+)")
_MOMENT = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::\d\d)?(?:\s*([+-]\d\d):?(\d\d))?)?")
# A head that is written as an invitation: “Join the Plain Language”, with “Community” above it.
_INVITES = re.compile(r"^Join the (?=\S)")
_OF_NAMES = re.compile(r"\b(?:community of practice|communities of practice|community|cop)\b", re.IGNORECASE)


@dataclass(frozen=True)
class BroughtEvent:
    """A meeting of the past: its moment is aware."""

    slug: str
    title: str
    starts_at: datetime
    minutes: int
    place: str = ""
    words: str = ""

    @property
    def key(self) -> str:
        """Which event it is: a slug alone may stand for a whole series, of one file a day."""
        return f"{self.slug} {self.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M}"


@dataclass
class BroughtCommunity:
    """One community as its file tells it. ``ended_on``: since when it is no longer active."""

    slug: str
    name: str
    question: str
    about: str
    terms: str
    link: str
    began_at: datetime
    ended_on: date | None
    events: list[BroughtEvent] = field(default_factory=list)

    @property
    def rhythm(self) -> str:
        """How often it met, by its events: “About every four weeks: 23 meetings from March 2019 to May 2024”."""
        days = sorted({event.starts_at.date() for event in self.events})
        if len(days) < 2:
            return ""
        weeks = round(median((after - before).days for before, after in itertools.pairwise(days)) / 7)
        often = "About every week" if weeks <= 1 else f"About every {weeks} weeks"
        return f"{often}: {len(days)} meetings from {days[0]:%B %Y} to {days[-1]:%B %Y}"


@dataclass
class Brought:
    """What the folder holds, in the order of its files; ``left_out``: the file, and why."""

    communities: list[BroughtCommunity]
    left_out: list[tuple[str, str]]


def read_folder(folder: Path) -> Brought:
    """Everything in the folder. Events that name no community of it are left out."""
    left_out: list[tuple[str, str]] = []
    communities: list[BroughtCommunity] = []
    known: dict[str, BroughtCommunity] = {}
    for path, head, body in _files(folder / "communities", left_out, folder):
        try:
            found = _community(path, head, body)
        except ValueError as error:
            left_out.append((_name(path, folder), str(error)))
            continue
        communities.append(found)
        known[found.slug] = found
        for alias in _words(head.get("aliases")):
            known.setdefault(alias.strip("/").split("/")[-1], found)
    hosts = {_key_of_host(one.name): one for one in communities}
    for path, head, body in _files(folder / "events", left_out, folder):
        try:
            owner, event = _owner(head, body, known, hosts), _event(path, head, body)
            if event.key in {other.key for other in owner.events}:
                raise ValueError("Another file holds the same event.")
            owner.events.append(event)
        except ValueError as error:
            left_out.append((_name(path, folder), str(error)))
    for community in communities:
        community.events.sort(key=lambda event: (event.starts_at, event.slug))
    return Brought(communities, left_out)


def _files(folder: Path, left_out: list[tuple[str, str]], root: Path) -> Iterator[tuple[Path, Mapping[str, Any], str]]:
    for path in sorted(folder.rglob("*.md")):
        if path.name.startswith("_"):  # the page that lists the others
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            left_out.append((_name(path, root), "It cannot be read as UTF-8."))
            continue
        found = _HEAD.match(text)
        try:
            head = yaml.safe_load(found[1]) if found else None
        except (yaml.YAMLError, ValueError):
            head = None
        if found is None or not isinstance(head, dict):
            left_out.append((_name(path, root), "It has no head that can be read."))
            continue
        yield path, head, text[found.end() :]


def _community(path: Path, head: Mapping[str, Any], body: str) -> BroughtCommunity:
    name = _line(head.get("title"))
    if not name:
        raise ValueError("It has no title.")
    began_at = _moment(head.get("date"))
    if began_at is None:
        raise ValueError("It does not say when it began.")
    ended_at = _moment(head.get("expirydate"))
    about = _plain(body)
    lists = head.get("community_list")
    terms = [_line(one.get("terms")) for one in lists if isinstance(one, dict)] if isinstance(lists, list) else []
    return BroughtCommunity(
        slug=_line(head.get("slug")) or path.stem,
        name=first_words(_INVITES.sub("", name), LONGEST_NAME),
        question=_question(name, _line(head.get("summary")), _line(head.get("deck")), about),
        about=about,
        terms=" ".join(dict.fromkeys(one for one in terms if one)),
        link=_link(head.get("redirectto")),
        began_at=began_at,
        ended_on=ended_at.date() if ended_at else None,
    )


def _question(name: str, *texts: str) -> str:
    """The first question that is asked; or else what it says of itself."""
    for text in texts:
        if found := re.search(r"(?:^|(?<=[.!?\n] )|(?<=\n))[A-Z][^.!?\n]{8,}\?", text):
            return first_words(line_of_text(found[0]), LONGEST_QUESTION)
    said = next((line_of_text(text.split("\n\n")[0]) for text in texts if text and "no longer active" not in text), "")
    return first_words(said or name, LONGEST_QUESTION)


def _owner(
    head: Mapping[str, Any],
    body: str,
    known: Mapping[str, BroughtCommunity],
    hosts: Mapping[str, BroughtCommunity],
) -> BroughtCommunity:
    """By whom it is named as the host; or else the one community that its words lead to most often."""
    if found := known.get(_line(head.get("event_cop"))):
        return found
    if found := hosts.get(_key_of_host(_line(head.get("host")))):
        return found
    linked = Counter(known[slug].slug for slug in _COMMUNITY.findall(body) if slug in known)
    if not linked:
        raise ValueError("It names no community of this folder.")
    return known[linked.most_common(1)[0][0]]


def _event(path: Path, head: Mapping[str, Any], body: str) -> BroughtEvent:
    title, starts_at, ends_at = _line(head.get("title")), _moment(head.get("date")), _moment(head.get("end_date"))
    if not title:
        raise ValueError("It has no title.")
    if starts_at is None:
        raise ValueError("It does not say when it was.")
    minutes = round((ends_at - starts_at).total_seconds() / 60) if ends_at else 0
    venue = head.get("venue")
    place = ", ".join(_words(venue.values())) if isinstance(venue, dict) else ""
    return BroughtEvent(
        slug=_line(head.get("slug")) or path.stem,
        title=first_words(title, 200),
        starts_at=starts_at,
        minutes=minutes if 5 <= minutes <= LONGEST_MINUTES else USUAL_MINUTES,
        place=first_words(place or _link(head.get("registration_url")), 300),
        words=first_words(_line(head.get("summary")) or _plain(body), 2_000),
    )


def _moment(value: Any) -> datetime | None:
    """Aware; without a zone it is UTC, without a time midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    found = _MOMENT.match(str(value or ""))
    if found is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in found.groups()[:5])
    zone = f"{found[6]}:{found[7]}" if found[6] else "+00:00"
    try:
        return datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00{zone}")
    except ValueError:
        return None


def _line(value: Any) -> str:
    return line_of_text(html.unescape(str(value))) if isinstance(value, str | int | float) else ""


def _words(values: Any) -> Sequence[str]:
    return [line for one in values if (line := _line(one))] if not isinstance(values, str | None) else []


def _link(value: Any) -> str:
    text = _line(value)
    return text if text.startswith(("https://", "http://")) else ""


def _plain(body: str) -> str:
    return clean_text(html.unescape(_SHORTCODE.sub("", body))).strip()


def _key_of_host(name: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", _OF_NAMES.sub(" ", name).lower()))


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
