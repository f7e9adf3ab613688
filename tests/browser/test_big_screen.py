"""The big screen from the back of the room: nothing runs out of it, and turning its pages shows every note once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect

from techniques.actions.room import notes, stages
from techniques.models import Note, Session, Stage
from techniques.screen_wall import SIZES
from tests.browser.house import faults_in_the_dark
from tests.browser.test_room import live_server, path, room, session  # noqa: F401
from tests.cast import as_member

WORDS = [
    "The beds came an hour after the first patients, and nobody had told the porters",
    "Handover at seven was calm",
    "We rang laundry twice before the lift was free",
    "Keys",
    "The list of names hung at the door, so visitors found their way",
    "WARD MANAGER AND MATRON WALKED ROUND TOGETHER BEFORE NOON",
    "Pharmacy was there on the first day",
    "Enough staff",
]
# What runs out of the window or out of what holds it, what is too small, and what is not to be seen.
FAULTS = """(smallest) => {
  const out = [], unit = Math.min(innerWidth / 1920, innerHeight / 1080);
  const seen = (e) => e.getClientRects().length > 0 && e.checkVisibility();
  const inside = (e, box, name) => {
    const r = e.getBoundingClientRect();
    if (r.top < box.top - 1 || r.left < box.left - 1 || r.bottom > box.bottom + 1 || r.right > box.right + 1)
      out.push(name + ' runs out: ' + e.textContent.trim().slice(0, 40) + ' ' + JSON.stringify(r));
  };
  const page = new DOMRect(0, 0, innerWidth, innerHeight);
  const section = document.querySelector('[data-stage-of]:not([hidden])');
  for (const s of ['h2', '.km-big__prompts']) inside(section.querySelector(s), page, s);
  for (const s of ['[data-clock] b', '.km-big__code', 'h1']) inside(document.querySelector(s), page, s);
  const foot = document.querySelector('.km-big__foot').getBoundingClientRect();
  const wall = new DOMRect(0, 0, innerWidth, foot.top);
  const clock = document.querySelector('.km-big__clock').getBoundingClientRect();
  for (const note of section.querySelectorAll('.km-note')) {
    if (!seen(note)) continue;
    inside(note, wall, 'note');
    if (note.getBoundingClientRect().top < clock.bottom - 1) out.push('under the clock: ' + note.textContent);
    const words = note.querySelector('[data-text]');
    if (words.scrollWidth > words.clientWidth + 1) out.push('wider than its note: ' + words.textContent);
    const size = parseFloat(getComputedStyle(words).fontSize);
    if (size < smallest * unit - 0.1) out.push('too small: ' + size);
  }
  for (const e of section.querySelectorAll('*'))
    if (seen(e) && e.scrollHeight > e.clientHeight + 1 && getComputedStyle(e).overflowY === 'auto')
      out.push('scrolls: ' + e.className);
  const html = document.documentElement;
  if (html.scrollHeight > innerHeight || html.scrollWidth > innerWidth) out.push('the page scrolls');
  return out;
}"""


def filled(of: Session, lead, key: str, count: int, words=WORDS) -> Stage:
    """The room at a step with so many notes, spread over its columns."""
    stage = of.stages.get(key=key)
    stages.go_to_stage(of, by=as_member(lead), at=timezone.now(), stage=stage)
    for number in range(count):
        notes.write_note(
            of, by=as_member(lead), at=timezone.now(), stage_key=key, client_id=uuid4(),
            column=stage.column_keys[number % len(stage.column_keys)], text=f"{words[number % len(words)]} ({number})",
        )  # fmt: skip
    if not stage.shows_notes:
        stages.reveal_notes(of, by=as_member(lead), at=timezone.now(), stage=stage)
    return stage


def on_screen(page: Page) -> list[str]:
    found = page.locator("[data-stage-of]:not([hidden]) .km-note:visible")
    return found.evaluate_all("notes => notes.map(note => note.dataset.note)")


def faults(page: Page) -> list[str]:
    page.evaluate("document.fonts.ready")
    return page.evaluate(FAULTS, SIZES[-1])


@pytest.mark.parametrize(
    ("width", "height", "count", "key"),
    [(1920, 1080, 60, "happened"), (1920, 1080, 60, "expect"), (1280, 720, 24, "happened"), (1280, 720, 24, "expect")],
)
def test_every_note_is_read_from_the_back(room, window, check, farah, lena, width, height, count, key):  # noqa: F811
    filled(room, farah, key, count)
    lead, screen = window(farah), window(lena)
    screen.set_viewport_size({"width": width, "height": height})
    screen.goto(path("screen/", room))
    lead.goto(path("room/", room))
    shown = on_screen(screen)
    assert faults(screen) == []
    check(screen)
    check(lead)
    while (after := lead.locator("[data-hold=after]:visible")).count():
        number = re.search(r"\d+", after.inner_text())[0]
        after.click()
        expect(screen.locator(f"[data-page='{number}']")).to_be_visible()
        expect(lead.locator("[data-desk]:visible")).to_contain_text(f"Page {number} of")
        assert faults(screen) == []
        shown += on_screen(screen)
    with connections["default"].cursor():
        assert sorted(shown) == sorted(str(one) for one in Note.objects.values_list("client_id", flat=True))


def test_one_note_and_one_column_stand_alone(room, window, check, farah, lena, reza):  # noqa: F811
    stage = filled(room, farah, "happened", 40)
    lead, other, screen = window(farah), window(lena, width=360), window(reza, width=1920)
    screen.set_viewport_size({"width": 1920, "height": 1080})
    for page, name in ((screen, "screen/"), (lead, "room/"), (other, "room/")):
        page.goto(path(name, room))
    note = lead.locator("[data-note]", has_text="Handover at seven was calm").first
    note.get_by_text("On the screen").click()
    note.get_by_role("button", name="5 min").click()
    alone = screen.locator("[data-alone]")
    expect(alone).to_contain_text("Handover at seven was calm")
    expect(alone.locator("[data-alone-face]")).to_have_text(re.compile(r"^0[45]:\d\d$"))
    expect(note.locator("details")).not_to_have_attribute("open", "")
    assert len(on_screen(screen)) == 1
    assert faults(screen) == []
    check(screen)
    assert faults_in_the_dark(screen) == []
    for page in (lead, other):
        expect(page.locator("[data-desk] [data-alone]:visible")).to_contain_text("Handover at seven was calm")
    check(lead)
    # The fold of the clock, which was looked at, lies over the desk.
    lead.locator("header details[open]").evaluate_all("folds => folds.forEach((fold) => (fold.open = false))")
    other.get_by_role("button", name="Show all notes again").click()
    expect(alone).to_have_count(0)
    expect(lead.locator("[data-desk] [data-alone]")).to_have_count(0)
    assert len(on_screen(screen)) > 1

    lead.locator("[data-desk]:visible details").evaluate("fold => { fold.open = true; }")
    lead.locator("[data-desk]:visible").get_by_role("button", name="2 min").last.click()
    expect(alone.get_by_role("heading", level=3)).to_contain_text("What could have been better")
    assert faults(screen) == []
    check(screen)
    shown = on_screen(screen)
    while (after := lead.locator("[data-desk] [data-alone] [data-hold=after]")).count():
        number = re.search(r"\d+", after.inner_text())[0]
        after.click()
        expect(alone.locator(f"[data-page='{number}']")).to_be_visible()
        expect(lead.locator("[data-desk]:visible")).to_contain_text(f"Page {number} of")
        shown += on_screen(screen)
    with connections["default"].cursor():
        there = Note.objects.filter(column=stage.column_keys[1]).values_list("client_id", flat=True)
        assert sorted(shown) == sorted(map(str, there))


def test_the_desk_stays_under_the_hand_while_notes_come_in(room, window, farah):  # noqa: F811
    stage = filled(room, farah, "happened", 40)
    lead = window(farah)
    lead.goto(path("room/", room))
    desk = lead.locator("[data-desk]:visible")
    fold, count = desk.locator("details"), 40

    def next_note() -> None:
        nonlocal count
        lead.evaluate("document.querySelector('[data-desk] h3').parentElement.dataset.isOld = ''")
        with connections["default"].cursor():
            notes.write_note(
                room, by=as_member(farah), at=timezone.now(), stage_key="happened", client_id=uuid4(),
                column=stage.column_keys[0], text="One more",
            )  # fmt: skip
        expect(desk.locator("[data-is-old]")).to_have_count(0)

    fold.locator("summary").focus()
    next_note()
    expect(fold.locator("summary")).to_be_focused()
    expect(fold).not_to_have_attribute("open", "")
    lead.keyboard.press("Enter")
    last = fold.get_by_role("button", name="5 min").last
    last.focus()
    next_note()
    expect(fold).to_have_attribute("open", "")
    expect(last).to_be_focused()
    desk.get_by_role("button", name="Page 2").focus()
    next_note()
    expect(fold).to_have_attribute("open", "")
    expect(desk.get_by_role("button", name="Page 2")).to_be_focused()
    last.focus()
    lead.keyboard.press("Enter")
    expect(desk.locator("[data-alone]")).to_be_visible()
    expect(fold).not_to_have_attribute("open", "")
    expect(fold.locator("summary")).to_be_focused()


def test_without_scripts_the_desk_leads_the_screen(room, window, check, farah, lena):  # noqa: F811
    filled(room, farah, "happened", 40)
    lead, screen = window(farah, script=False), window(lena, width=320, script=False)
    lead.goto(path("room/", room))
    lead.get_by_role("button", name="Page 2").click()
    screen.goto(path("screen/", room))
    expect(screen.locator("[data-page]")).to_have_text(re.compile("Page 2 of"))
    lead.get_by_text("On the screen").first.click()
    lead.get_by_role("button", name="10 min").first.click()
    expect(lead.get_by_role("button", name="Show all notes again")).to_be_visible()
    screen.reload()
    expect(screen.get_by_text("until then")).to_be_visible()
    expect(screen.locator(".km-note:visible")).to_have_count(1)
    assert screen.evaluate("document.documentElement.scrollWidth") == 320
    lead.get_by_role("button", name="Show all notes again").click()
    screen.reload()
    expect(screen.locator("[data-page]")).to_have_text(re.compile("Page 2 of"))


def test_when_its_time_is_over_all_notes_are_back(room, window, farah, lena):  # noqa: F811
    stage = filled(room, farah, "happened", 5)
    note = Note.objects.first()
    Stage.objects.filter(pk=stage.pk).update(
        alone_note=note, alone_minutes=2, alone_ends_at=timezone.now() + timedelta(seconds=6)
    )
    screen = window(lena)
    screen.goto(path("screen/", room))
    expect(screen.locator(".km-note:visible")).to_have_count(1)
    expect(screen.locator(".km-note:visible")).to_have_count(5)
    assert faults(screen) == []


@pytest.mark.parametrize("text", ["W" * 200, "word " * 190, "i " * 300, "a\n" * 12, "https://riverside.example/" * 9])
def test_long_notes_stay_on_the_screen(room, window, farah, lena, text):  # noqa: F811
    filled(room, farah, "happened", 12, words=[text, "Short", "Beds came late"])
    screen = window(lena)
    screen.goto(path("screen/", room))
    assert faults(screen) == []
