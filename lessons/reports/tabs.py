"""The tabs above the pages of lessons: what everybody needs first, and the work lists of who curates under one of them.

A tab with several pages shows them in a second row while one of them is open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from kmportal.lib.domain_words import worded
from organisations.models import Membership


@dataclass(frozen=True)
class Tab:
    """One link. ``number``: how much stands on its page."""

    words: str
    url: str
    is_here: bool
    number: int | None = None


@dataclass(frozen=True)
class Tabs:
    """Both rows; the second is empty where a tab is one page."""

    main: Sequence[Tab]
    second: Sequence[Tab]


@dataclass(frozen=True)
class _Page:
    here: str
    words: str
    name: str
    number: int | None = None


def build_tabs(membership: Membership, here: str, allowed: frozenset[str], *, mine: int, queue: int) -> Tabs:
    """For the page that is called ``here``. No query."""
    slug = membership.organisation.slug
    main: list[Tab] = []
    second: list[Tab] = []
    for words, pages in _groups(allowed, here, mine=mine, queue=queue):
        if not pages:
            continue
        is_here = here in {page.here for page in pages}
        main.append(Tab(words, reverse(pages[0].name, args=[slug]), is_here, pages[0].number))
        if is_here and len(pages) > 1:
            second = [Tab(page.words, reverse(page.name, args=[slug]), page.here == here) for page in pages]
    return Tabs(main, second)


def _groups(allowed: frozenset[str], here: str, *, mine: int, queue: int) -> Iterator[tuple[str, list[_Page]]]:
    """What a tab is called, and its pages: the first is where it leads."""
    curates = "import" in allowed
    yield (
        worded("All lessons"),
        [
            _Page("all", "The list", "lesson_list"),
            _Page("themes", "Themes", "theme_list"),
            _Page("innovations", "Innovations", "innovation_list"),
            _Page("following", "What you follow", "follow_list"),
        ],
    )
    if "log" in allowed:
        yield (
            "Yours",
            [
                _Page("mine", "What you wrote", "lesson_mine", mine),
                _Page("upkeep", "What you look after", "upkeep_list"),
            ],
        )
    yield "Before you start", [_Page("before", "", "pack_list")]
    if "check" in allowed:
        yield "To check", [_Page("queue", "", "lesson_queue", queue)]
    yield (
        "Knowledge assets",
        [
            _Page("assets", "All of them", "asset_list"),
            *([_Page("risks", "Knowledge at risk", "risk_list")] if "see_risks" in allowed or here == "risks" else []),
        ],
    )
    yield (
        "What came of them",
        [
            _Page("reuse", "Reuse", "reuse_list"),
            _Page("benefits", "Benefits", "benefit_list"),
            *([_Page("aging", "On their way", "lesson_aging")] if "see_aging" in allowed else []),
        ],
    )
    if curates:
        yield (
            "Work lists",
            [
                _Page("mending", "To mend", "lesson_mending"),
                _Page("tags", "Tags", "tag_list"),
                _Page("unanswered", "Searched for, not found", "unanswered_list"),
                _Page("dictionary", "Abbreviations", "dictionary_list"),
                _Page("months", "When to look again", "review_rule_list"),
            ],
        )
