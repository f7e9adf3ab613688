"""One round of a programme by several people, in a portal that runs as people run it; the thread both ways."""

import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal import Portal

# Set it to a folder to look at the pages afterwards.
pytestmark = pytest.mark.long
PICTURES = os.environ.get("KM_PICTURES", "")
ROUND = "Ward round of winter"
SUGGESTION = "Hold a review of fifteen minutes after each ward move"
SESSION = "The first night on Ward 4"
LESSON = "Tell the night porters before a ward moves"
FILE = "Number,Title,Lesson,Recommendation\n1,Check the valve twice,A walve leaked at night.,Check each walve twice.\n"


@pytest.fixture
def portal(tmp_path, django_db_blocker) -> Iterator[Portal]:
    with django_db_blocker.unblock():  # where this test is the first, the database to copy is made now
        running = Portal(tmp_path / "data", demo=True).start()
    try:
        running.wait()
        yield running
    finally:
        running.leave()


class People:
    """A window for each of them."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser, self.portal, self.number = browser, portal, 0

    def window(self, who: str = "", *, width: int = 1280, script: bool = True) -> Page:
        """Somebody’s window, signed in through the button of the demo; nobody’s without a name."""
        context = self.browser.new_context(
            base_url=self.portal.url, viewport={"width": width, "height": 800}, java_script_enabled=script
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        if who:
            page.goto("/accounts/login/")
            page.get_by_role("button", name=f"Be {who}").click()
            page.wait_for_url("**/o/riverside/")
        return page

    def look(self, page: Page, name: str) -> None:
        """Keep a picture, where one was asked for."""
        self.number += 1
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{self.number:02}-{name}.png", full_page=True)


@pytest.fixture
def people(chromium, portal) -> People:
    return People(chromium, portal)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()


def thread(page: Page, stop: str, name: str = "") -> None:
    """Follow a stop of the thread: the first link under its label, or the one with that name."""
    here = page.locator(".km-thread li", has=page.locator("b", has_text=re.compile(f"^{stop}$")))
    (here.get_by_role("link", name=name) if name else here.get_by_role("link")).first.click()


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def test_one_round_from_the_plan_to_what_was_promised(people, tmp_path):
    lena, farah = people.window("Lena"), people.window("Farah")

    # Plan
    lena.goto("/o/riverside/roadmap/catalogue/brown-bag-lunch/")
    follow(lena, re.compile("Plan (this|it)"))
    lena.get_by_label("What is it called?").fill("Lunch with the night staff")
    lena.get_by_label("Who does it?").select_option(label="Farah Siddiqui")
    press(lena, "Add the piece of the plan")
    heading(lena, "Lunch with the night staff")
    people.look(lena, "intervention-planned")

    # Assess: prepare, open, one link for all; six people answer, the first of them on a phone with script
    farah.goto("/o/riverside/assessments/new/")
    farah.get_by_label("Name of this round").fill(ROUND)
    farah.get_by_label("The whole organisation").check()
    farah.get_by_label("Anonymous", exact=True).check()
    farah.get_by_label("When does it close?").fill("tomorrow")
    press(farah, "Prepare the round")
    heading(farah, ROUND)
    press(farah, re.compile("^Open"))
    press(farah, "Make one link for all")
    people.look(farah, "round-people")
    link = farah.locator("main").get_by_text(re.compile(r"/answer/\w+")).first.inner_text().strip()
    link = re.search(r"/answer/[\w-]+/", link)[0]
    for number in range(6):
        answer_two(people, link, script=number == 0)
    farah.goto(farah.url.split("/people/")[0] + "/")
    follow(farah, re.compile("Close"))
    press(farah, re.compile("Close"))
    heading(farah, "Widest gap")
    people.look(farah, "gap-report")

    # Accept a suggestion; fetch the report as PDF
    lena.goto(farah.url)
    follow(lena, re.compile("^Change"))
    lena.get_by_label("A piece of the plan on the roadmap").check()
    lena.get_by_label("What will you call it?").fill(SUGGESTION)
    lena.get_by_label("Who does it?").select_option(label="Farah Siddiqui")
    lena.get_by_label("By when?").fill((date.today() + timedelta(days=116)).isoformat())
    press(lena, "Accept the suggestion")
    expect(lena.get_by_role("link", name=SUGGESTION).first).to_be_visible()
    fetch_pdf(lena)
    lena.get_by_role("link", name=SUGGESTION).first.click()
    people.look(lena, "intervention-from-gap")

    # Hold an after action review: Farah leads, two guests on phones
    farah.goto(lena.url)
    follow(farah, "Plan a session")
    follow(farah, re.compile("After action review"))
    farah.get_by_label("What is it about?").fill(SESSION)
    farah.get_by_label("Short", exact=True).check()
    press(farah, "Plan the session")
    heading(farah, SESSION)
    people.look(farah, "session-planned")
    code = farah.locator("main .km-big__code, main .km-code").first.inner_text().replace(" ", "")
    press(farah, "Open the room")
    guests = [join(people, code, name) for name in ("Gus", "Rhea")]
    hold(people, farah, guests)

    # End it: an action of a guest with an address, a draft of a lesson
    farah.get_by_role("link", name=re.compile("^End")).first.click()
    people.look(farah, "session-close")
    end(farah)
    heading(farah, SESSION)
    people.look(farah, "session-held")

    # Keep the lesson: send it, somebody else checks it
    lena.goto(farah.url)
    farah.get_by_role("link", name=LESSON).last.click()
    follow(farah, re.compile("Carry on writing|Change|Read it once more|Send"))
    farah.get_by_label("then…").fill(
        "tell the night porters the order of rooms, because the list changes in the evening."
    )
    press(farah, "Send for review")
    # One of the store speaks of the same: it is shown once, and Farah sends hers all the same.
    expect(farah.get_by_text("Send medicines to the discharge lounge, not to the ward").first).to_be_visible()
    press(farah, "Send anyway")
    expect(farah.get_by_text("Your lesson is on its way.").first).to_be_visible()
    check_lesson(people, lena)

    # Bring one in
    bring_in(people, farah, tmp_path)

    # Find it among the others, mistyped
    cara = people.window("Cara", width=360)
    cara.goto("/o/riverside/search/?q=portres+moves")
    expect(cara.get_by_role("link", name=LESSON)).to_be_visible()
    people.look(cara, "search-mistyped")

    # Follow the thread back to the gap, and forwards again to the action
    cara.get_by_role("link", name=LESSON).click()
    heading(cara, LESSON)
    people.look(cara, "lesson")
    thread(cara, "Session")
    heading(cara, SESSION)
    thread(cara, "Piece of the plan")
    heading(cara, SUGGESTION)
    thread(cara, "Gap")
    heading(cara, "Widest gap")
    cara.get_by_role("link", name=SUGGESTION).first.click()
    thread(cara, "Action to do", "Write the order of rooms on one list")
    heading(cara, "Write the order of rooms on one list")
    people.look(cara, "action")

    # Do what was promised: Farah’s own action, from her list, with one press
    farah.goto("/o/riverside/actions/")
    before = farah.get_by_role("button", name=re.compile("^Mark as done")).count()
    farah.get_by_role("button", name=re.compile("^Mark as done")).first.click()
    expect(farah.get_by_role("button", name=re.compile("^Mark as done"))).to_have_count(before - 1)
    people.look(farah, "my-actions")
    farah.goto("/demo/mailbox/")
    expect(farah.get_by_text("gus@guests.example").first).to_be_visible()
    people.look(farah, "mailbox")


def answer_two(people: People, link: str, *, script: bool) -> None:
    """Somebody opens the link, says yes to the rules, and answers the first two questions."""
    page = people.window(width=360, script=script)
    page.goto(link)
    press(page, re.compile("Start|Begin"))
    for number, (now, wanted) in enumerate((("2", "5"), ("3", "4")), 1):
        expect(page.get_by_text(f"{number} of 25", exact=True)).to_be_visible()
        page.wait_for_load_state()  # or the answer is given before the script that saves is there
        page.locator(f'input[name="now"][value="{now}"]').check()
        page.locator(f'input[name="wanted"][value="{wanted}"]').check()
        if script and now == "2":
            expect(page.get_by_text(re.compile("Saved"))).to_be_visible()
            people.look(page, "question-on-a-phone")
        press(page, re.compile("^Next"))
    expect(page.get_by_text("3 of 25", exact=True)).to_be_visible()
    page.context.close()


def fetch_pdf(page: Page) -> None:
    """It comes at once, or from the page that shows how far it is when it takes longer than two seconds."""
    report = page.url
    fetch = page.get_by_role("link", name=re.compile("^Download"))
    with page.expect_download(timeout=90_000) as download:
        press(page, "PDF")
        while not download.is_done():
            page.wait_for_timeout(200)
            if fetch.is_visible():
                fetch.click()
                break
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.goto(report)


def join(people: People, code: str, name: str) -> Page:
    page = people.window(width=360)
    page.goto("/join/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go to the session").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join the session").click()
    return page


def step(page: Page):
    return page.locator("[data-stage-of]:not([hidden])")


def write(page: Page, text: str, button: str = "Send note") -> None:
    step(page).get_by_label("Your note", exact=True).fill(text)
    step(page).get_by_role("button", name=button).click()


def go_on(farah: Page, name: str) -> None:
    step(farah).get_by_role("button", name="Next step").click()
    expect(step(farah).get_by_role("heading", level=2)).to_contain_text(name)


def hold(people: People, farah: Page, guests: list[Page]) -> None:
    """Hidden until shown in the first step, open in the last."""
    gus, rhea = guests
    go_on(farah, "expect")
    write(gus, "A calm night like any other")
    write(rhea, "Beds before patients")
    expect(farah.get_by_text("2 notes from 2 people, hidden")).to_be_visible()
    people.look(farah, "room-hidden")
    people.look(gus, "room-phone")
    step(farah).get_by_role("button", name="Show all notes").click()
    for page in (farah, gus, rhea):
        expect(step(page).get_by_text("Beds before patients").first).to_be_visible()
    for name in ("happened", "difference", "learn and do"):
        go_on(farah, name)
    expect(step(gus).get_by_role("heading", level=2)).to_contain_text("learn and do")
    write(gus, "Write the order of rooms on one list", "Our actions")
    write(rhea, LESSON, "Lessons for others")
    expect(step(farah).get_by_text("Write the order of rooms on one list").first).to_be_visible()
    expect(step(farah).get_by_text(LESSON).first).to_be_visible()
    people.look(farah, "room-learn")


def end(farah: Page) -> None:
    """The group’s own words, one action for a guest with an address, the lesson as it stands."""
    farah.get_by_label("Beds before patients").first.check()
    farah.get_by_label("What happened? In your own words").fill(
        "Beds came after their patients, because the list had changed in the evening."
    )
    farah.get_by_label("Why was there a difference? In your own words").fill(
        "The site team and the porters worked from two lists."
    )
    farah.get_by_label("Keep all these actions").check()
    farah.get_by_label("Make a lesson of each of these").check()
    farah.get_by_text("Somebody without an account does it").first.click()
    farah.locator('[name="a-0-guest_name"]').fill("Gus Porter")
    farah.locator('[name="a-0-guest_email"]').fill("gus@guests.example")
    farah.locator('[name="a-0-due_on"]').fill("tomorrow")
    farah.locator('[name="l-0-when_you"]').fill("move a ward at night")
    press(farah, "Close the session")


def check_lesson(people: People, lena: Page) -> None:
    lena.goto("/o/riverside/lessons/to-check/")
    row = lena.locator("li", has_text=LESSON)
    row.get_by_role("button").first.click()
    expect(lena.get_by_role("button", name="Share the lesson")).to_be_visible()
    for box in lena.locator('main input[type="checkbox"]').all():
        box.check()
    people.look(lena, "lesson-check")
    lena.get_by_label("Something should change because of it").check()
    lena.get_by_label("What should change?").fill("The move plan of the site team")
    press(lena, "Share the lesson")
    expect(lena.get_by_text(f"“{LESSON}” is checked.")).to_be_visible()


def bring_in(people: People, farah: Page, folder: Path) -> None:
    path = folder / "valves.csv"
    path.write_text(FILE)
    farah.goto("/o/riverside/lessons/import/")
    farah.get_by_label("Which file?").set_input_files(path)
    press(farah, "Look at the file")
    people.look(farah, "import-preview")
    press(farah, re.compile("Try"))
    expect(farah.get_by_role("button", name=re.compile("Bring"))).to_be_visible(timeout=30_000)
    people.look(farah, "import-tried")
    press(farah, re.compile("Bring"))
    expect(farah.get_by_role("link", name="See the lessons from valves")).to_be_visible(timeout=30_000)
    people.look(farah, "import-done")
