"""Finding things, in a browser: from any page, by words, narrowed down, mistyped, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from organisations.visibility import Reach
from search import index
from tests.browser.conftest import WIDTHS

PAGE = "/o/riverside/search/"


@pytest.fixture
def library(transactional_db, riverside, cara):
    facts = {"organisation": riverside, "group_id": None}
    shared = {"reach": Reach.ORGANISATION, "author_id": None, **facts}
    words = "The <valve> stuck after the handover & leaked. " * 9
    index.put_many(
        index.Doc("lesson", number, title=f"Thermal valve {number}", abstract=words, year=2000 + number, **shared)
        for number in range(24)
    )
    index.put_many([index.Doc("session", 1, title="After action review: valves", state="closed", **shared)])
    index.put_many([index.Doc("lesson", 90, title="Cara’s own valve", reach=Reach.AUTHOR, author_id=cara.pk, **facts)])


@pytest.mark.parametrize("width", WIDTHS)
def test_finding(library, window, check, reza, width):
    page = window(reza, width=width)
    page.goto("/o/riverside/notices/")
    if width > 1000:
        page.get_by_role("searchbox", name="Search everything").fill("valve")
        page.keyboard.press("Enter")
    else:
        page.get_by_role("link", name="Search everything").click()
        check(page)
        expect(page.get_by_role("heading", name="What you can find here")).to_be_visible()
        page.get_by_role("searchbox", name="What are you looking for?").fill("valve")
        page.locator("main").get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="25 results for “valve”")).to_be_visible()
    expect(page.locator("mark").first).to_have_text("valves")
    expect(page.get_by_text("Cara’s own")).to_have_count(0)
    check(page)  # opens the folds
    page.get_by_role("checkbox", name="Sessions").check()
    page.get_by_role("button", name="Narrow down").click()
    expect(page.get_by_role("heading", name="1 result for “valve”")).to_be_visible()
    expect(page.get_by_text("Held", exact=True).first).to_be_visible()
    check(page)
    page.goto(f"{PAGE}?q=valve")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("11 to 20 of 25")).to_be_visible()
    page.goto(f"{PAGE}?q=thermel")
    expect(page.get_by_text("Nothing was found for “thermel”.")).to_be_visible()
    expect(page.get_by_role("heading", name="24 results for “thermal”")).to_be_visible()
    check(page)
    page.goto(f"{PAGE}?q=zzzz&kind=lesson")
    expect(page.get_by_role("heading", name="Nothing found for “zzzz”")).to_be_visible()
    check(page)


def test_without_javascript(library, window, cara):
    page = window(cara, script=False)
    page.goto(PAGE)
    page.get_by_role("searchbox", name="What are you looking for?").fill('"own valve" -thermal')
    page.locator("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Cara’s own valve").click()
    expect(page).to_have_url(f"{page.url.split('/o/')[0]}/o/riverside/lessons/90/")
