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
MOST_WEEKS = 8
DAYS_OF_MONTH = 30.44
_HEAD = re.compile(r"\A\s*---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}", re.DOTALL)
_COMMUNITY = re.compile(r"/communities/([a-z0-9-]+)")
_MOMENT = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::\d\d)?(?:\s*([+-]\d\d):?(\d\d))?)?")
# A head that is written as an invitation: “Join the Plain Language”, with “Community” above it.
_INVITES = re.compile(r"^Join the (?=\S)")
_OF_PRACTICE = r"(?:community|communities) of practice|cop"
_SAYS_COMMUNITY = re.compile(rf"\b(?:{_OF_PRACTICE})\b", re.IGNORECASE)
_OF_NAMES = re.compile(rf"\b(?:{_OF_PRACTICE}|community)\b", re.IGNORECASE)
_SHORT_NAME = re.compile(r"\(([^()]+)\)")
# Words that names are written with and without: “Challenge & Prize”, “Challenges and Prizes”.
_BETWEEN_NAMES = {"and", "the", "of", "for"}
_SENTENCE = re.compile(r"(?<=[a-z0-9)][.!?])\s+|\n+")  # not after “U.S.”
_LINKED = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MEETS = re.compile(r"\b(?:meets?|meetings?|calls?|huddles?|gatherings?)\b", re.IGNORECASE)
_OFTEN = re.compile(
    r"\b(?:weekly|fortnightly|monthly|quarterly|(?:every|each) (?:other )?(?:week|month|quarter)"
    r"|(?:first|second|third|fourth|last) (?:mon|tues|wednes|thurs|fri)day)\b",
    re.IGNORECASE,
)


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
    """One community as its file tells it. ``ended_on``: since when it is no longer active.

    ``topic``: the words of its domain; ``place``: where its members write to; ``called``: what else it goes by.
    """

    slug: str
    name: str
    question: str
    about: str
    terms: str
    link: str
    began_at: datetime
    ended_on: date | None
    topic: str = ""
    place: str = ""
    called: frozenset[str] = frozenset()
    events: list[BroughtEvent] = field(default_factory=list)

    @property
    def rhythm(self) -> str:
        """How often it says that it meets, and how often it did: “Monthly calls. About every four weeks: 23 meetings
        from March 2019 to May 2024”."""
        return " ".join(part for part in (_own_rhythm(self.about), _lived_rhythm(self.events)) if part)


def _own_rhythm(about: str) -> str:
    """The first sentence that says how often they come together."""
    sentences = (_LINKED.sub(r"\1", part).strip(" *-") for part in _SENTENCE.split(about))
    said = next((one for one in sentences if _MEETS.search(one) and _OFTEN.search(one)), "")
    return first_words(line_of_text(said), LONGEST_QUESTION)


def _lived_rhythm(events: Sequence[BroughtEvent]) -> str:
    """Three meetings make a rhythm, two do not yet. Beyond two months nobody counts in weeks."""
    days = sorted({event.starts_at.date() for event in events})
    if len(days) < 2:
        return ""
    first, last = f"{days[0]:%B %Y}", f"{days[-1]:%B %Y}"
    told = f"{len(days)} meetings " + (f"in {first}" if first == last else f"from {first} to {last}")
    if len(days) < 3:
        return told
    apart = median((after - before).days for before, after in itertools.pairwise(days))
    weeks, months = round(apart / 7), round(apart / DAYS_OF_MONTH)
    return f"{_every(weeks, 'week') if weeks <= MOST_WEEKS else _every(months, 'month')}: {told}"


def _every(number: int, unit: str) -> str:
    return f"About every {unit}" if number <= 1 else f"About every {number} {unit}s"


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
        for alias in _words([path.stem, head.get("event_cop"), *_words(head.get("aliases"))]):
            known.setdefault(alias.strip("/").split("/")[-1], found)
    hosts = {name: one for one in reversed(communities) for name in one.called}
    for path, head, body in _files(folder / "events", left_out, folder):
        try:
            if head.get("draft") is True:
                raise ValueError("It is a draft that was never published.")
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
            text = path.read_text(encoding="utf-8-sig")
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
    given = head.get("community_list")
    lists = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    terms = [_line(one.get("terms")) for one in lists]
    slug = _line(head.get("slug")) or path.stem
    return BroughtCommunity(
        slug=slug,
        name=first_words(_INVITES.sub("", name), LONGEST_NAME),
        question=_question(name, _line(head.get("summary")), _line(head.get("deck")), about),
        about=about,
        terms=" ".join(dict.fromkeys(one for one in terms if one)),
        link=_link(head.get("redirectto")),
        began_at=began_at,
        ended_on=ended_at.date() if ended_at else None,
        topic=_topic(_words(head.get("topics"))),
        place=" ".join(dict.fromkeys(told for one in lists if (told := _way_in(one)))),
        called=_names_of(name, slug, path.stem, _line(head.get("dg_shortname"))),
    )


def _topic(words: Sequence[str]) -> str:
    text = ", ".join(dict.fromkeys(word.replace("-", " ") for word in words))
    return text[:1].upper() + text[1:]


def _way_in(given: Mapping[str, Any]) -> str:
    """How members come to where they write to each other: “Mailing list (government): write to …, subject …”."""
    address = _line(given.get("subscribe_email")) or _link(given.get("subscribe_form"))
    if not address:
        return ""
    platform = _line(given.get("platform"))
    where = "Mailing list" if platform in {"", "listserv"} else platform.capitalize()
    whose = f" ({kind})" if (kind := _line(given.get("type")).replace("_", " ")) else ""
    subject, words = _line(given.get("subscribe_email_subject")), _line(given.get("subscribe_email_body"))
    how = [f"subject “{subject}”"] if subject else []
    how += [f"with the words “{words}”"] if words else []
    return f"{where}{whose}: {', '.join([f'to join, write to {address}', *how])}."


def _names_of(name: str, *others: str) -> frozenset[str]:
    """All that a host may be called who is this community: its name with and without what stands in brackets, too."""
    names = (name, _SHORT_NAME.sub(" ", name), *_SHORT_NAME.findall(name), *others)
    return frozenset(key for one in names if (key := _key_of_host(_INVITES.sub("", one))))


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
    """By whom it is named as the host; or else the one community that its words lead to most often; or else the one
    that host or title call a community of practice."""
    if found := known.get(_line(head.get("event_cop"))):
        return found
    host = _line(head.get("host"))
    for part in (host, *host.split(",")):
        if found := hosts.get(_key_of_host(part)):
            return found
    linked = Counter(known[slug].slug for slug in _COMMUNITY.findall(body) if slug in known)
    if linked:
        return known[linked.most_common(1)[0][0]]
    for text in (host, _line(head.get("title"))):
        words = f" {_key_of_host(text)} "
        if _SAYS_COMMUNITY.search(text) and (named := [key for key in hosts if f" {key} " in words]):
            return hosts[max(named, key=len)]
    raise ValueError("It names no community of this folder.")


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
    """The words that tell it from others, in the singular: “APIs Community of Practice” is “api”."""
    words = re.findall(r"[a-z0-9]+", _OF_NAMES.sub(" ", name).lower())
    return " ".join(word.removesuffix("s") if len(word) > 3 else word for word in words if word not in _BETWEEN_NAMES)


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
