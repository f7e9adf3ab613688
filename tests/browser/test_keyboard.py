"""Whole tasks with the keyboard alone: nothing is clicked, and whatever has the focus shows that it has it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

import roadmap.actions
from lessons.actions import writing
from lessons.models import State
from roadmap.models import Intervention
from selfassessment.actions import asking, rounds
from selfassessment.models import Decision
from tests.browser.test_assessment import answer_all
from tests.cast import as_member
from tests.lessons.conftest import NOON, WORDS
from tests.selfassessment.conftest import close_and_publish

# So many presses of Tab are more than any page here needs
FAR = 150
# What has the focus: its kind, its name, and whether it is seen
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const label = e.matches('[type=radio], [type=checkbox]') ? e.labels[0] : e;
  const styles = [getComputedStyle(e), getComputedStyle(label), getComputedStyle(label, '::before')];
  const box = e.getBoundingClientRect();
  return {
    kind: e.matches('button, summary') ? 'button' : e.matches('a') ? 'link' : 'field',
    name: (e.ariaLabel || e.labels?.[0]?.innerText || e.innerText || '').trim().replace(/\\s+/g, ' '),
    ring: styles.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2),
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def tab_to(page: Page, name: str, kind: str = "field") -> None:
    """Press Tab until this has the focus. Everything on the way must show that it has it."""
    passed: list[str] = []
    for _ in range(FAR):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            continue
        assert (focus["ring"], focus["inside"]) == (True, True), f"The focus is not seen: {focus}"
        if focus["kind"] == kind and re.search(name, focus["name"]):
            return
        passed.append(focus["name"])
    pytest.fail(f"The keyboard does not reach “{name}” on {page.url}, only {passed}")


def press(page: Page, name: str, kind: str = "button") -> None:
    tab_to(page, name, kind)
    page.keyboard.press("Enter")


def write(page: Page, name: str, words: str) -> None:
    tab_to(page, name)
    page.keyboard.type(words)


def tick(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Space")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def test_planning(content, window, riverside, lena, farah):
    today = timezone.localdate()
    programme = roadmap.actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning",
        starts_on=today,
        ends_on=today + timedelta(days=700),
        lead=lena,
        at=timezone.now(),
    )
    page = window(lena)
    page.goto(programme.get_absolute_url())
    press(page, "^Add an intervention", "link")
    heading(page, "Add an intervention")
    press(page, "^Add the intervention")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    press(page, "What is it called", "link")
    expect(page.get_by_label("What is it called?")).to_be_focused()
    page.keyboard.type("Lunch with the night staff")
    write(page, "^Which step", "5")
    write(page, "^Who does it", "Farah")
    write(page, "^From when", "today")
    write(page, "^By when", "tomorrow")
    tick(page, "^Quick win")
    tick(page, "^Quick$")
    press(page, "^Add the intervention")
    heading(page, "Lunch with the night staff")
    press(page, "^Start it")
    expect(page.locator("main .km-state").first).to_have_text("Under way")
    intervention = Intervention.objects.get()
    assert (intervention.state, intervention.owner, intervention.step) == ("doing", farah, 5)


def test_deciding(content, window, riverside, farah, lena):
    today = timezone.localdate()
    roadmap.actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning",
        starts_on=today,
        ends_on=today + timedelta(days=700),
        at=timezone.now(),
    )
    assessment = rounds.prepare_assessment(
        riverside,
        by=as_member(farah),
        title="Winter round",
        capacity="team",
        scope="Ward 6",
        closes_on=today + timedelta(days=9),
        at=timezone.now(),
    )
    rounds.open_assessment(assessment, by=as_member(farah), at=timezone.now())
    asking.enable_link(assessment, by=as_member(farah), at=timezone.now())
    answer_all(assessment, 6)
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    page = window(lena)
    page.goto(f"/o/riverside/assessments/{assessment.pk}/report/")
    first, second = (row.get_attribute("id") for row in page.locator("#do li[id]").all()[:2])
    press(page, "^Reject", "link")
    heading(page, "Reject a suggestion")
    write(page, "^Why not", "Not while the ward moves.")
    press(page, "^Reject the suggestion")
    # One goes on where one was, at the suggestion, and can take the decision back at once
    expect(page.locator(f"#{first}")).to_contain_text("Not while the ward moves.")
    expect(page).to_have_url(re.compile(f"/report/#{first}$"))
    press(page, "^Undo")
    expect(page.locator(f"#{first}").get_by_role("link", name=re.compile("^Accept"))).to_be_visible()
    assert not Decision.objects.exists()
    press(page, "^Accept", "link")
    heading(page, "Accept a suggestion")
    tick(page, "^An intervention on the roadmap")
    tab_to(page, "^What will you call it")
    page.keyboard.press("Control+A")
    page.keyboard.type("Our own words for it")
    write(page, "^Who does it", "Farah")
    write(page, "^By when", "tomorrow")
    press(page, "^Accept the suggestion")
    expect(page.locator(f"#{first}").get_by_role("link", name="Our own words for it")).to_be_visible()
    press(page, "^Change", "link")
    heading(page, "Change and accept a suggestion")
    assert second in page.url


def test_checking(transactional_db, window, riverside, cara, farah):
    lesson = writing.start_lesson(riverside, by=as_member(cara), words=WORDS, facts={}, tags=(), at=NOON)
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    page = window(farah)
    page.goto("/o/riverside/lessons/to-check/")
    press(page, "^Claim it")
    expect(page.get_by_role("heading", name="If it is right: share it")).to_be_visible()
    press(page, "^Share the lesson")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    for box in page.get_by_role("checkbox").all():
        tick(page, re.escape(box.evaluate("box => box.labels[0].innerText").strip()))
        expect(box).to_be_checked()
    write(page, "^What should change", "Discharge checklist")
    press(page, "^Share the lesson")
    # What was done is said, and the keyboard is there
    said = page.get_by_role("status").filter(has_text="is checked")
    expect(said).to_be_focused()
    lesson.refresh_from_db()
    assert lesson.state == State.IDENTIFIED
