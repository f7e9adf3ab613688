"""The shared close in a browser: two who lead, a phone and the big screen word, propose, agree and promise."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from techniques.actions.room import stages
from techniques.models import Note, Wording
from tests.browser.test_room import join, live_server, path, room, session, step, write  # noqa: F401
from tests.cast import as_member


def box(page: Page):
    return page.locator("textarea[name^=summary-]").first


def word(page: Page, words: str) -> None:
    box(page).fill(words)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")


def test_a_room_words_its_close_together(room, window, check, farah, lena):  # noqa: F811
    gus = window(width=360)
    join(gus, room, "Gus")
    promised = next(one for one in room.stages.all() if any(column.makes == "actions" for column in one.columns))
    stages.go_to_stage(room, stage=promised, by=as_member(farah), at=room.opened_at)
    expect(step(gus).get_by_label("Who does it?")).to_be_visible()
    day = timezone.localdate() + timedelta(days=9)
    step(gus).get_by_label("Who does it?").fill("Gus")
    step(gus).get_by_label("By when?").fill(day.isoformat())
    name = next(column.name for column in promised.columns if column.makes == "actions")
    write(gus, "Label the doors", name)
    expect(step(gus).get_by_text("Gus, by").first).to_be_visible()
    note = Note.objects.get(text="Label the doors")
    assert (note.promised_by, note.due_on) == ("Gus", day)
    check(gus)

    desk, screen = window(lena), window(lena, width=1920)
    stages.go_to_stage(room, stage=room.stages.last(), by=as_member(farah), at=room.opened_at)
    desk.goto(path("room/", room))
    screen.goto(path("screen/", room))
    one, other = window(farah), window(lena)
    one.goto(path("close/", room))
    other.goto(path("close/", room))
    expect(one.get_by_label("Or a guest’s name").first).to_have_value("Gus")
    word(one, "Porters brought trolleys")
    for page in (gus, desk, screen):
        expect(page.get_by_text("Porters brought trolleys")).to_be_visible()
    check(one)
    check(screen)

    # Both have written in the same place: both stand there, and one press decides.
    box(other).fill("Porters brought beds")
    expect(other.get_by_text("Somebody else has written here, too:")).to_be_visible()
    assert Wording.objects.get().shown["summary"][0]["words"] == "Porters brought trolleys"
    check(other)
    other.get_by_role("button", name="Keep mine").click()
    expect(gus.get_by_text("Porters brought beds")).to_be_visible()

    gus.get_by_role("button", name="I agree").click()
    for page in (gus, desk):
        expect(page.get_by_text("1 of 1 agree", exact=True)).to_be_visible()
    expect(screen.get_by_text("1 of 1 agree to these words.")).to_be_visible()
    expect(gus.get_by_role("button", name="I agree. Press if not")).to_be_visible()
    if not gus.get_by_label("What is it about?").is_visible():  # looking for faults opens the folds
        gus.get_by_text("Word it otherwise, or add something").click()
    gus.get_by_label("What is it about?").select_option("action")
    gus.get_by_label("How would you word it?").fill("Thank the porters")
    gus.get_by_role("button", name="Propose it").click()
    expect(desk.get_by_text("Thank the porters").first).to_be_visible()
    desk.get_by_role("button", name=re.compile("Take it up")).click()
    expect(gus.get_by_text("Taken up")).to_be_visible()
    expect(gus.get_by_text("0 of 1 agree", exact=True)).to_be_visible()
    check(gus)
    check(desk)
    for page in (gus, desk, screen, one, other):
        assert page.complaints == []
