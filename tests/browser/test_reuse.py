"""What came of a lesson, in a browser: said with a press on a phone, without script too, and confirmed at a desk."""

import os
import re

import pytest
from playwright.sync_api import expect

from lessons.actions import review, writing
from lessons.models import Lesson, Reuse, Saving, State
from lessons.quality import quality_for
from tests.cast import as_member
from tests.lessons.conftest import NOON, WORDS

SMALL = 320


@pytest.fixture
def lesson(transactional_db, riverside, cara, farah) -> Lesson:
    made = writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS)
    writing.submit_lesson(made, by=as_member(cara), at=NOON)
    review.claim_lesson(made, by=as_member(farah), at=NOON)
    ticked = [line.key for line in quality_for(State.NOTED)]
    values = {"outcome": State.NOTED, "read": made.revision_id, "ticked": ticked, "contact": "Cara Doyle"}
    return review.validate_lesson(made, by=as_member(farah), at=NOON, **values)


def shot(page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_one_press_on_a_phone_is_kept_and_a_second_person_confirms_what_is_large(
    lesson, window, check, reza, farah, sam
):
    phone = window(reza, width=SMALL)
    phone.goto(lesson.get_absolute_url())
    check(phone)
    shot(phone, "lesson-320")
    phone.get_by_role("button", name="This helped us").press("Enter")
    expect(phone.get_by_role("heading", name="This helped us")).to_be_visible()
    assert Reuse.objects.get().kind == "helped"
    check(phone)
    shot(phone, "edit-320")
    phone.get_by_label("What changed?").fill("We ask at ten.")
    phone.get_by_label("How many hours did it save?").fill("a while")
    phone.get_by_label("How much money did it save?").fill("£1,200.50")
    phone.get_by_role("button", name="Keep it").click()
    expect(phone).to_have_title(re.compile("^Error: "))
    check(phone)
    expect(phone.get_by_label("How many hours did it save?")).to_have_value("a while")
    phone.get_by_label("How many hours did it save?").fill("2 h")
    phone.get_by_role("button", name="Keep it").click()
    expect(phone.get_by_text("Money: £1,200.50")).to_be_visible()
    check(phone)
    shot(phone, "detail-320")
    assert Saving.objects.get(measure="money").state == "claimed"

    desk = window(farah)
    for url in ("/o/riverside/lessons/reuse/", "/o/riverside/lessons/benefits/", lesson.get_absolute_url()):
        desk.goto(url)
        check(desk)
        shot(desk, url.strip("/").rpartition("/")[2] + "-1280")
        phone.goto(url)
        check(phone)
        shot(phone, url.strip("/").rpartition("/")[2] + "-320")
    desk.goto("/o/riverside/lessons/reuse/")
    desk.get_by_role("link", name=WORDS["title"]).click()
    shot(desk, "detail-1280")
    desk.get_by_role("button", name="Confirm it").click()
    expect(desk.get_by_text("Confirmed by Farah Siddiqui")).to_be_visible()
    check(desk)
    home = window(sam)
    home.goto("/o/riverside/")
    shot(home, "sponsor-1280")
    home.get_by_role("link", name="2 benefits in the register").click()
    expect(home.get_by_text("£1,200.50 in")).to_be_visible()
    shot(home, "register-1280")


def test_without_script_it_is_the_same(lesson, window, reza):
    phone = window(reza, width=SMALL, script=False)
    phone.goto(lesson.get_absolute_url())
    phone.get_by_role("button", name="The opposite happened").click()
    phone.get_by_label("What changed?").fill("Nobody waits at ten.")
    phone.get_by_role("button", name="Keep it").click()
    expect(phone.get_by_text("Nobody waits at ten.")).to_be_visible()
    assert Reuse.objects.get().changed == "Nobody waits at ten."
