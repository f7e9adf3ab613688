"""Numbers that open a list: each person follows every one that their pages show, and the list says the same number.

A tally is a link with a ``data`` element in it, a list’s own number stands in ``km-total``: kmportal/lib/tallies.py.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from lessons.models import Lesson, LessonRevision
from lessons.search_documents import document
from organisations.visibility import Reach
from roadmap.models import Intervention, Step
from search import index
from techniques.models import Participant, Session
from tests.shares import fewer_on_postgresql

DAY = timedelta(days=1)
TEMPLATES = Path(__file__).parents[1] / "templates"
HEADINGS = {"h1", "h2", "h3"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Page(HTMLParser):
    """The links, tallies and totals of a page; of each total, which ids stand around it. Strays stand in no heading."""

    html: str
    links: list[str] = field(default_factory=list)
    tallies: list[tuple[str, int]] = field(default_factory=list)
    totals: list[tuple[set[str], int]] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.around: list[tuple[str, dict[str, str]]] = []
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "data":
            number = int(values["value"])
            if link := next((outer["href"] for name, outer in self.around if name == "a" and "href" in outer), ""):
                self.tallies.append((link, number))
            elif any("km-total" in outer.get("class", "") for _, outer in self.around):
                if not {name for name, _ in self.around} & HEADINGS:
                    self.strays.append(number)
                self.totals.append(({outer["id"] for _, outer in self.around if "id" in outer}, number))
        if tag not in VOID:
            self.around.append((tag, values))

    def handle_endtag(self, tag):
        while self.around and tag not in VOID:
            if self.around.pop()[0] == tag:
                break

    def total(self, place: str) -> list[int]:
        """The numbers that the page, or the place on it, says of itself."""
        return [number for ids, number in self.totals if not place or place in ids]


@pytest.fixture
def busy(world, riverside):
    """Something of each kind that is counted, in numbers that differ."""
    today, now = timezone.localdate(), timezone.now()
    programme, people = world.things.programme, world.people
    states = [("planned", 4), ("doing", 3), ("done", 5), ("dropped", 2), ("paused", 1)]
    for state, count in states:
        for number in range(count):
            Intervention.objects.create(
                programme=programme, title=f"{state} {number}", state=state, step=Step.values[number % 5],
                owner=people["lena"] if number % 2 else None, state_reason="Because" * (state in ("dropped", "paused")),
                starts_on=today - 20 * DAY, ends_on=today + (number * 7 - 9) * DAY, areas=["context"],
            )  # fmt: skip
    for number in range(6):
        Action.objects.create(
            organisation=riverside, title=f"Late {number}", owner=people["cara"], due_on=today - (number + 1) * DAY
        )
        Action.objects.create(
            organisation=riverside, title=f"Done {number}", owner=people["lena"], due_on=today - 30 * DAY, state="done",
            done_at=now - (28 + number) * DAY,
        )  # fmt: skip
    for number, values in enumerate([{}, {}, {"source": "Elsewhere", "external_id": "1"}]):
        lesson = Lesson.objects.create(
            organisation=riverside, state="identified", reach=Reach.NETWORK, share_with=Reach.NETWORK, **values
        )
        words = LessonRevision.objects.create(lesson=lesson, number=1, title=f"Counted {number}")
        lesson.revision = lesson.approved = words
        lesson.save()
        index.put_many([document(lesson, ())])
    room = world.things.room
    Session.objects.filter(pk=room.pk).update(state=Session.State.CLOSED, code="", closed_at=now)
    Participant.objects.create(session=room, name="Mo", key="k" * 64, joined_at=now)
    return world


@pytest.mark.parametrize("who", fewer_on_postgresql(["lena", "farah", "cara", "reza", "ada", "sam"], 3))
def test_every_tally_opens_a_list_that_says_the_same_number(busy, as_, who):
    browser = as_(busy.people[who])
    pages: dict[str, Page] = {}

    def read(url: str) -> Page | None:
        if url not in pages:
            answer = browser.get(url, follow=True)
            is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
            pages[url] = Page(answer.text if is_page else "")
        return pages[url]

    home = reverse("home", args=["riverside"])
    waiting, seen, kinds, followed = [home], set(), Counter(), []
    while waiting:
        url = waiting.pop(0)
        kind = re.sub(r"\d+", "N", urlsplit(url).path)
        if url in seen or kinds[kind] >= 3 or "format=csv" in url or not url.startswith("/o/"):
            continue
        seen.add(url)
        kinds[kind] += 1
        page = read(url)
        for link, number in page.tallies:
            target, place = urldefrag(urljoin(url, link))
            followed.append((url, link, number, read(target).total(place)))
        waiting += [urldefrag(urljoin(url, link))[0] for link in page.links]
    wrong = [
        f"{url}: {number} opens {link}, which says {totals}"
        for url, link, number, totals in followed
        if number not in (totals or [0])
    ]  # fmt: skip  an empty list says in words that it is
    assert "\n".join(wrong) == ""
    assert len(followed) > 8
    assert {url: page.strays for url, page in pages.items() if page and page.strays} == {}


def test_every_list_says_its_number_in_its_heading():
    loose = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        html = path.read_text()
        for match in re.finditer(r"{% total ", html):
            opened, closed = (max(html.rfind(f"{tag}{n}", 0, match.start()) for n in "123") for tag in ("<h", "</h"))
            if opened <= closed and path.name not in IN_A_HEADING:
                loose.append(f"{path.relative_to(TEMPLATES)}: {html[match.start() : match.end() + 40]}")
    assert loose == []


# Pieces that stand in the heading of whoever includes them.
IN_A_HEADING = {"_count.html"}


# What stands in a template as a plain number: of people, rows, lines. Each is separated at thousands.
COUNTED = re.compile(r"{{ *([\w.]*(?:count|counts\.\w+|total|length|_number)(?:\|\w+)*) *}}|{{ *([\w.]+\|length) *}}")
SMALL = {
    # never more than a few, by a rule of the portal
    "sheet.places|length", "sheet.missing|length", "sheet.chosen|length", "report.others|length", "pitch.count",
    "starter.lines|length", "stages|length", "authenticators.webauthn|length",
    # notes of one room, which its script counts on
    "column.count", "stage.count", "part.count",
    # pages of its big screen
    "shown.count",
    # chairs of a circle, and what a circle of people wrote around it
    "seen.chairs|length", "seen.notes|length", "column.sorts|length",
    # people and turns of an action learning set
    "seen.turns|length", "seen.reported|length",
    # no numbers
    "counts.sentence", "lesson.shown_number", "account",
}  # fmt: skip


def test_thousands_are_separated_on_every_page():
    plain = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        if "charts" in path.parts:
            continue
        for match in COUNTED.finditer(path.read_text()):
            words = match[1] or match[2]
            if "intcomma" not in words and words not in SMALL and not re.search(r"pluralize|slice|add|apnumber", words):
                plain.append(f"{path.relative_to(TEMPLATES)}: {words}")
    assert plain == []
