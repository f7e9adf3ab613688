"""Lessons in a browser: written on a phone, checked by somebody else, found, and brought in."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jobs import runner
from lessons.actions import writing
from lessons.models import Lesson, State
from organisations.models import Group
from tests.browser.conftest import WIDTHS
from tests.cast import as_member
from tests.lessons.conftest import NOON, WORDS

LIST = "/o/riverside/lessons/"
FILES = Path(__file__).parent.parent / "lessons" / "files"


@pytest.fixture(autouse=True)
def _place(transactional_db, riverside):
    riverside.incident_name, riverside.incident_url = "Datix", "https://incidents.example/"
    riverside.save()
    Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)


def test_a_lesson_from_the_phone_to_everybody(window, check, cara, farah, reza):
    phone = window(cara, width=360)
    phone.goto(LIST)
    check(phone)
    phone.get_by_role("link", name="Log a lesson").first.click()
    check(phone)
    phone.get_by_label("What did you expect?").fill("Patients go home at two.")
    phone.get_by_label("What happened?").fill("Mrs Okonkwo got her medicines at four.")
    expect(phone.locator("[data-save-state]")).to_contain_text("Saved")
    expect(phone).to_have_url(re.compile(r"/lessons/\d+/edit/$"))
    assert Lesson.objects.get().state == State.DRAFT
    phone.get_by_role("button", name="Send for review").click()
    expect(phone).to_have_title(re.compile("^Error: "))
    expect(phone.locator(".govuk-error-summary")).to_be_focused()
    check(phone)
    phone.get_by_label("When you are about to…").fill("move a ward")
    phone.get_by_label("then…").fill("ask pharmacy for take-home medicines by ten")
    phone.get_by_label("Where did it happen?").select_option(label="Ward 6")
    phone.get_by_label("When did it happen?").fill("yesterday")
    phone.get_by_role("button", name="Send for review").click()
    expect(phone.get_by_text("“Mrs Okonkwo” looks like somebody’s name")).to_be_visible()
    expect(phone.get_by_text("Say why it happened.")).to_be_visible()
    check(phone)
    phone.get_by_role("link", name="Change it").click()
    phone.get_by_label("What happened?").fill("Medicines came at four.")
    phone.get_by_label("Why?").fill("Pharmacy starts when the request arrives.")
    phone.get_by_role("button", name="Send for review").click()
    expect(phone.get_by_text("Your lesson is on its way. You will have an answer by")).to_be_visible()
    check(phone)

    desk = window(farah)
    desk.goto(f"{LIST}to-check/")
    check(desk)
    desk.get_by_role("button", name="Claim it").click()
    expect(desk.get_by_role("heading", name="If it is right: share it")).to_be_visible()
    check(desk)
    desk.get_by_role("button", name="Share the lesson").click()
    expect(desk.locator(".govuk-error-summary")).to_be_focused()
    check(desk)
    for box in desk.get_by_role("checkbox").all():
        box.check()
    desk.get_by_label("What should change?").fill("Discharge checklist")
    desk.get_by_role("button", name="Share the lesson").click()
    expect(desk.get_by_text("is checked. The author has been told.")).to_be_visible()
    check(desk)

    phone.goto("/o/riverside/notices/")
    phone.get_by_text("Your lesson was checked and can now be read by others").first.click()
    expect(phone.get_by_text("Checked by Farah Siddiqui").first).to_be_visible()
    check(phone)

    reader = window(reza, width=360)
    reader.goto(LIST)
    reader.get_by_label("Search lessons").fill("pharmcy")
    reader.get_by_role("button", name="Search", exact=True).last.click()
    expect(reader.get_by_text("Nothing was found for “pharmcy”")).to_be_visible()
    check(reader)
    reader.get_by_role("link", name="Ask pharmacy for take-home medicines by ten").click()
    check(reader)


@pytest.mark.parametrize("width", WIDTHS)
def test_two_windows_at_one_draft(window, check, riverside, cara, width):
    lesson = writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS)
    page = window(cara, width=width, script=False)
    page.goto(f"{LIST}{lesson.pk}/edit/")
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words={"why": "Said in the other window."})
    page.get_by_label("Why?").fill("Said in this window.")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_role("heading", name="What is saved now")).to_be_visible()
    expect(page.locator("ins")).to_have_text("this")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("Your draft is kept.")).to_be_visible()
    lesson.refresh_from_db()
    assert lesson.words.why == "Said in this window."


@pytest.mark.parametrize("width", WIDTHS)
def test_returning_a_lesson_and_sending_it_again_without_script(window, riverside, cara, farah, width):
    lesson = writing.submit_lesson(
        writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS), by=as_member(cara), at=NOON
    )
    desk = window(farah, width=width, script=False)
    desk.goto(f"{LIST}{lesson.pk}/")
    desk.get_by_role("button", name="Claim it and check it").click()
    desk.get_by_text("Return it with a comment").click()
    desk.get_by_label("What should the author change?").fill("Say which ward.")
    desk.get_by_role("button", name="Return the lesson").click()
    expect(desk.get_by_text("The author has your comment")).to_be_visible()
    author = window(cara, width=width, script=False)
    author.goto(f"{LIST}{lesson.pk}/")
    expect(author.get_by_text("Say which ward.").first).to_be_visible()
    author.get_by_role("link", name="Change it and send it again").click()
    author.get_by_label("Where did it happen?").select_option(label="Ward 6")
    author.get_by_role("button", name="Send for review").click()
    expect(author.get_by_text("Your lesson is on its way.")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_bringing_a_file_in(window, check, farah, settings, width):
    settings.JOB_WAIT_SECONDS = 0
    page = window(farah, width=width)
    page.goto(LIST)
    page.get_by_role("link", name="Bring lessons in").click()
    check(page)
    page.get_by_label("Which file?").set_input_files(
        files=[{"name": "x.csv", "mimeType": "text/csv", "buffer": b"%PDF-1.7"}]
    )
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("This is a PDF.").first).to_be_visible()
    check(page)
    page.get_by_label("Which file?").set_input_files(FILES / "lessons_2014.csv")
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("lessons_2014.csv")
    check(page)
    page.get_by_role("button", name="Try it out").click()
    expect(page).to_have_url(re.compile("/work/"))
    runner.run_ready()
    page.get_by_role("button", name="Bring the lessons in").click()
    expect(page).to_have_url(re.compile("/work/"))
    runner.run_ready()
    expect(page.get_by_text("rows to look at")).to_be_visible()
    check(page)
    page.get_by_role("link", name="See the lessons from NASA LLIS").click()
    expect(page.get_by_role("heading", name="10 lessons")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Keep the store room key").click()
    expect(page.get_by_text("Some letters were damaged in the file.")).to_be_visible()
    check(page)
