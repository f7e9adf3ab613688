"""Every page in Chromium, wide, narrow and dark: axe, the house’s rules, a silent console, no other site asked."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import WIDTHS
from tests.browser.house import faults_in_the_dark, faults_of
from tests.test_doors import ACCOUNT, ADMINISTRATOR, CLASS_OF, CONTRIBUTOR, GUEST, ODD, PUBLIC, patterns
from tests.world import World

VISITOR = {PUBLIC: "", GUEST: "", ACCOUNT: "lena", CONTRIBUTOR: "cara", ADMINISTRATOR: "ada"}
ODD_VISITOR = {"notice_open": "cara", "lesson_detail": "cara", "lesson_changes": "cara", "job_detail": "farah"}
ODD_VISITOR |= {"session_room": "farah", "lesson_check": "farah", "lesson_return": "farah", "lesson_decline": "farah"}
ODD_VISITOR |= {"enquiry_detail": "cara", "enquiry_pass": "cara", "reuse_edit": "reza", "benefit_decline": "farah"}
# Pages of a community are for who belongs to it.
OF_COMMUNITIES = ("community_", "charter_", "thread_", "post_", "pin_", "knock_", "problem_")
OF_COMMUNITIES += ("health_", "story_", "review_", "transfer_", "ending_", "meeting_", "calendar_", "asset_")
ODD_VISITOR |= {name: who[0] for name, who in ODD.items() if who and name.startswith(OF_COMMUNITIES)}
pytestmark = pytest.mark.long
# So that no worker of the machine waits long for another: a quarter of the pages each.
QUARTERS = 4
FAILED = "Failed to load resource"


@pytest.fixture(autouse=True)
def _in_the_demo(settings):
    settings.DEMO = True


def pages(world: World, as_) -> Iterator[tuple[str, str]]:
    """Who opens which address: all that answer 200 with HTML to a plain GET, each once."""
    for name, route, _ in sorted(patterns(), key=lambda found: found[0]):
        if "^" in route:
            continue
        who = ODD_VISITOR.get(name, VISITOR.get(CLASS_OF[name], "lena"))
        url = world.address(name, route)
        answer = as_(world.people.get(who)).get(url)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield who, url


@pytest.mark.parametrize("quarter", range(QUARTERS))
def test_every_page_is_without_fault(quarter, world, as_, window):
    shown = list(pages(world, as_))
    assert len(shown) > 80
    windows, faults = {}, []
    for who, url in shown[quarter::QUARTERS]:
        for width in WIDTHS:
            if (who, width) not in windows:
                windows[who, width] = window(world.people.get(who), width=width)
            page = windows[who, width]
            asked: list[tuple[str, int]] = []
            page.on("response", lambda answer, asked=asked: asked.append((answer.url, answer.status)))
            page.goto(url)
            found = [*faults_of(page), *(words for words in page.complaints if not words.startswith(FAILED))]
            found += unwelcome(page.url, asked)
            if width == WIDTHS[0]:
                found += faults_in_the_dark(page)
            page.complaints.clear()
            faults += [(url, width, fault) for fault in found]
    assert faults == []


def unwelcome(url: str, asked: list[tuple[str, int]]) -> list[str]:
    """What a page asked for in vain or from another site. The live stream needs a server that this test has not."""
    here = urlsplit(url).netloc
    other = [f"asks another site: {address}" for address, _ in asked if urlsplit(address).netloc not in (here, "")]
    missing = [
        address for address, status in asked if status >= 400 and not urlsplit(address).path.startswith("/live/")
    ]
    return other + [f"asks in vain: {address}" for address in missing]
