"""Doing what was promised, in a browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from actionplan import actions
from actionplan.models import Action
from tests.browser.conftest import WIDTHS
from tests.cast import as_member

LIST = "/o/riverside/actions/"


@pytest.fixture
def promised(transactional_db, riverside, lena, farah, cara):
    today = timezone.localdate()
    for title, days in (
        ("Write the role", -11),
        ("Confirm the place", 0),
        ("Read the changes", 3),
        ("Draft the paper", 40),
    ):
        actions.add_action(
            riverside,
            by=as_member(farah),
            title=title,
            owner=lena,
            due_on=today + timedelta(days=days),
            at=timezone.now(),
        )
    actions.add_action(riverside, by=as_member(lena), title="Think of a name", owner=lena, at=timezone.now())
    actions.add_action(
        riverside,
        by=as_member(lena),
        title="Send the checklist",
        guest_name="Gus Hall",
        due_on=today,
        at=timezone.now(),
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_day_with_one_s_actions(promised, window, check, lena, width):
    page = window(lena, width=width)
    page.goto(LIST)
    check(page)
    expect(page.get_by_text("One is late, two are due in the next seven days.")).to_be_visible()
    page.get_by_role("button", name="Mark as done: Write the role").click()
    expect(page.get_by_role("status")).to_contain_text("“Write the role” is done.")
    check(page)
    page.get_by_role("button", name=re.compile("^Undo.*Write the role")).click()
    expect(page.get_by_role("status")).to_contain_text("“Write the role” is open again.")
    page.get_by_role("link", name="Write the role").click()
    check(page)
    page.get_by_role("link", name="Move the date").click()
    check(page)
    page.get_by_role("button", name="Move the date").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    check(page)
    page.get_by_label("What is the new date?").fill("19 March 2099")
    page.get_by_label("Why does the date move?").fill("The champions meet in spring.")
    page.get_by_role("button", name="Move the date").click()
    expect(page.get_by_text("The champions meet in spring.")).to_be_visible()
    check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_adding_handing_over_and_dropping(promised, window, check, lena, farah, width):
    page = window(lena, width=width)
    page.goto(LIST)
    page.get_by_role("link", name="Add an action").click()
    check(page)
    page.get_by_label("What will be done?").fill("Ask estates")
    page.get_by_label("By when?").fill("tomorrow")
    page.get_by_role("button", name="Add the action").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask estates")
    page.get_by_role("link", name="Hand it over", exact=True).click()
    check(page)
    page.get_by_label("Who does it now?").select_option(label="Farah Siddiqui")
    page.get_by_role("button", name="Hand it over").click()
    expect(page.get_by_role("status")).to_contain_text("Farah Siddiqui does it now.")
    page.get_by_role("link", name="Drop it").click()
    check(page)
    page.get_by_label("Why will it not be done?").fill("Estates came to us.")
    page.get_by_role("button", name="Drop the action").click()
    expect(page.get_by_text("Estates came to us.")).to_be_visible()

    other = window(farah, width=width)
    other.goto(LIST)
    bell = other.get_by_role("link", name=re.compile("new notice"))
    expect(bell).to_be_visible()
    bell.click()
    check(other)
    other.get_by_role("link", name="Lena Marsh gave you an action: Ask estates").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Ask estates")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("show", ["all", "done"])
def test_everybody_s(promised, window, check, reza, lena, width, show):
    actions.complete_action(Action.objects.get(title="Draft the paper"), by=as_member(lena), at=timezone.now())
    page = window(reza, width=width)
    page.goto(f"{LIST}?show={show}")
    check(page)
    expect(page.get_by_role("button", name=re.compile("Mark as done"))).to_have_count(0)


def test_without_javascript(promised, window, lena):
    page = window(lena, width=360, script=False)
    page.goto(LIST)
    page.get_by_role("button", name="Mark as done: Write the role").click()
    expect(page.get_by_text("“Write the role” is done.")).to_be_visible()
    assert Action.objects.get(title="Write the role").state == "done"


def test_by_keyboard(promised, window, lena):
    page = window(lena)
    page.goto(LIST)
    page.get_by_role("button", name="Mark as done: Write the role").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is done")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_to_do(transactional_db, window, check, cara, width):
    page = window(cara, width=width)
    page.goto(LIST)
    expect(page.get_by_role("heading", name="You have nothing to do here")).to_be_visible()
    check(page)
    page.goto("/o/riverside/notices/")
    check(page)


def test_sent_back_and_sent_again_is_one_action(transactional_db, riverside, window, lena):
    """Here Back asks the server for the form anew, as a phone does that is short of memory: the key is put back."""
    page = window(lena, width=360)
    page.goto(f"{LIST}new/")
    page.get_by_label("What will be done?").fill("Ask the porters")
    page.get_by_role("button", name="Add the action").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask the porters")
    page.go_back()
    page.get_by_role("button", name="Add the action").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask the porters")
    assert Action.objects.count() == 1
