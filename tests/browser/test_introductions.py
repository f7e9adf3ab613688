"""Help where it is needed: an introduction can be put away and nothing is lost; a guide stands on one screen."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from help.guides import guides
from help.models import PutAway


@pytest.fixture
def address(transactional_db, riverside) -> str:
    return reverse("action_new", args=["riverside"])


def test_what_is_half_written_stays(window, check, cara, address):
    page = window(cara)
    page.goto(address)
    page.get_by_label("What will be done?").fill("Ask pharmacy")
    page.get_by_role("button", name="Put this away").click()
    expect(page.locator("#introduction")).to_have_count(0)
    expect(page.get_by_label("What will be done?")).to_have_value("Ask pharmacy")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("button", name="What is this page for?")).to_be_visible()
    assert PutAway.objects.filter(person=cara, page="action_new").exists()
    check(page)
    page.reload()
    expect(page.get_by_role("button", name="What is this page for?")).to_be_visible()
    expect(page.locator("#introduction")).to_have_count(0)
    page.get_by_role("button", name="What is this page for?").click()
    expect(page.locator("#introduction")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{address}#introduction$"))


def test_on_a_phone_it_is_folded_to_a_line_and_needs_no_script(window, cara, address):
    page = window(cara, width=360, script=False)
    page.goto(address)
    assert page.locator("#introduction").bounding_box()["height"] < 90
    expect(page.get_by_role("button", name="Put this away")).to_be_hidden()
    page.locator("#introduction summary").click()
    page.get_by_role("button", name="Put this away").click()
    expect(page.get_by_role("button", name="What is this page for?")).to_be_visible()
    expect(page.locator("#introduction")).to_have_count(0)
    expect(page).to_have_url(re.compile(f"{address}$"))


@pytest.mark.parametrize("key", [one.key for one in guides()])
def test_a_guide_stands_on_one_screen(transactional_db, riverside, window, check, lena, key):
    page = window(lena)
    page.goto(reverse("guide", args=[key]))
    box = page.get_by_role("region", name="Where to find what").bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    for picture in page.locator("main img").all():
        assert picture.evaluate("(image) => image.complete && image.naturalWidth > 0")
    check(page)
