"""Putting the introduction of a page away: with a script nothing half written is lost, without one it works too."""

import pytest
from django.urls import reverse

from organisations.models import PutAway


@pytest.fixture
def address(transactional_db, riverside) -> str:
    return reverse("action_new", args=["riverside"])


def test_what_is_half_written_stays(window, check, cara, address):
    page = window(cara)
    page.goto(address)
    page.get_by_label("What will be done?").fill("Ask pharmacy")
    page.get_by_role("button", name="Put this away").click()
    page.locator("#introduction").wait_for(state="detached")
    assert page.get_by_label("What will be done?").input_value() == "Ask pharmacy"
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.get_by_role("button", name="What is this page for?").is_visible()
    assert PutAway.objects.filter(person=cara, page="action_new").exists()
    check(page)
    page.reload()
    assert page.locator("#introduction").count() == 0
    page.get_by_role("button", name="What is this page for?").click()
    page.locator("#introduction").wait_for()
    assert page.url.endswith(f"{address}#introduction")


def test_on_a_phone_it_is_folded_to_a_line_and_needs_no_script(window, cara, address):
    page = window(cara, width=360, script=False)
    page.goto(address)
    assert page.locator("#introduction").bounding_box()["height"] < 90
    assert not page.get_by_role("button", name="Put this away").is_visible()
    page.locator("#introduction summary").click()
    page.get_by_role("button", name="Put this away").click()
    assert page.locator("#introduction").count() == 0
    assert page.url.endswith(address)
