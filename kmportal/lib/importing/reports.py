"""An after-action report in Markdown: its headings are known in the words of several teams, and it is one row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kmportal.lib.importing.sheets import Sheet
from kmportal.lib.importing.values import Lines, Record, Unreadable

MOST = 2_000_000
HEADINGS = ("Title", "Date", "Summary", "What happened", "Why", "What was learned", "Recommendation")
# What a heading of a report is about, by the first of these words that stands in it.
_ABOUT = [
    (
        "Recommendation",
        "action item|action|follow|recommend|next step|improve|remediat|to do|todo|changes for|next time",
    ),
    (
        "What was learned",
        "lesson|learn|went well|went wrong|didn.t go|did not go|go well|lucky|worked|keep|retro|feedback",
    ),
    ("Why", "root cause|cause|why|contributing"),
    ("Summary", "summary|abstract|overview|impact|tl;dr"),
    ("What happened", "timeline|what happened|happened|detail|background|report|events|incident|description"),
    ("Date", "^date"),
]
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$")
_UNDERLINE = re.compile(r"^(=+|-{3,})[ \t]*$")
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)")
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[ \][ \t]*)?(.+)$")


@dataclass
class Report:
    """What stands in one report. ``sections``: heading and text, in order."""

    title: str = ""
    day: str = ""
    sections: list[tuple[str, str]] = field(default_factory=list)

    def about(self, what: str) -> str:
        """The texts below all headings of one sort."""
        found = [(heading, text) for heading, text in self.sections if _sort_of(heading) == what and text]
        return "\n\n".join(f"{heading}\n{text}" if len(found) > 1 else text for heading, text in found)

    def items(self, what: str) -> list[str]:
        """The points of the lists below them; a box that is ticked stays before its point."""
        lines = self.about(what).splitlines()
        return [" ".join(found[1].split()) for line in lines if (found := _ITEM.match(line))]


def _sort_of(heading: str) -> str:
    lowered = heading.lower()
    return next((name for name, words in _ABOUT if re.search(words, lowered)), "What happened")


def parse_report(text: str) -> Report:
    """Title, day and sections. A heading may be marked or underlined; front matter is passed over."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.DOTALL)
    report, heading = Report(), ""
    taken: list[str] = []
    fenced = False
    lines = text.split("\n")
    for number, line in enumerate(lines):
        fenced ^= line.lstrip().startswith("```")
        below = lines[number + 1] if number + 1 < len(lines) else ""
        found = None if fenced else _HEADING.match(line)
        name = found[2] if found else line.strip() if line.strip() and not fenced and _UNDERLINE.match(below) else ""
        if not name:
            if not (_UNDERLINE.match(line) and not taken):
                taken.append(line)
            continue
        _close(report, heading, taken)
        taken = []
        heading = name if report.title else ""
        report.title = report.title or name
    _close(report, heading, taken)
    day = _DAY.search(report.title) or _DAY.search(text)
    report.day = day[1] if day else ""
    return report


def _close(report: Report, heading: str, lines: list[str]) -> None:
    text = "\n".join(lines).strip()
    if text or heading:
        report.sections.append((heading or "Summary", text))


def read_report(lines: Lines) -> Sheet:
    """The report as a table of one row."""
    taken, size = [], 0
    for line in lines():
        taken.append(line)
        size += len(line)
        if size > MOST:
            raise Unreadable("This report is longer than anybody would read. Bring in a shorter one.")
    report = parse_report("".join(taken))
    if not report.title and not report.sections:
        raise Unreadable("This file is empty.")
    cells = {"Title": report.title, "Date": report.day}
    cells |= {name: report.about(name) for name in HEADINGS[2:]}

    def records() -> Iterator[Record]:
        yield Record(1, cells)

    return Sheet("md", HEADINGS, lines, reports=records)
