"""Sorting and voting in a browser: phones and the big screen follow the desk, and one press changes the result."""

import re

import pytest
from playwright.sync_api import Page, expect

from techniques.actions.room import stages
from techniques.models import Note, Session
from tests.browser.test_room import join, live_server, path, room, session, step, write  # noqa: F401
from tests.cast import as_member

TEXTS = ["Keys missing", "Nobody had keys", "Rota late"]


@pytest.fixture
def review(room, farah) -> Session:  # noqa: F811
    """At a step of which everybody reads the notes at once."""
    stage = next(one for one in room.stages.all() if one.columns and one.shows_notes)
    stages.go_to_stage(room, stage=stage, by=as_member(farah), at=room.opened_at)
    return room


def board(page: Page):
    return step(page).locator("[data-board]")


def card(page: Page, text: str):
    return board(page).locator(".km-note", has_text=text)


def fold(page: Page, name: str) -> None:
    summary = step(page).locator(".km-sortbox > summary", has_text=re.compile(name))
    summary.click()
    if summary.locator("..").get_attribute("open") is None:  # a note came in at that moment and moved it
        summary.click()
    expect(summary.locator("..")).to_have_attribute("open", "")


def first_column(page: Page) -> str:
    return step(page).locator("button[name=column]").first.inner_text()


def votes(page: Page, text: str, presses: int) -> None:
    for number in range(1, presses + 1):
        card(page, text).get_by_role("button", name="Give it a vote").click()
        expect(card(page, text).locator("[data-own-votes]")).to_have_text(str(number))


def test_a_room_sorts_its_notes_and_votes(review, window, check, farah, lena):
    gus, rhea = window(width=360), window(width=1280)
    for page, name in ((gus, "Gus"), (rhea, "Rhea")):
        join(page, review, name)
    lead, screen = window(farah), window(lena, width=1920)
    lead.goto(path("room/", review))
    screen.goto(path("screen/", review))
    for page, text in zip((gus, rhea, gus), TEXTS, strict=True):
        write(page, text, first_column(page))
        expect(card(lead, text)).to_be_visible()
        expect(card(page, text).get_by_text("Yours", exact=True)).to_be_visible()

    # Tick by keyboard, name, group; what is typed and ticked outlives a note that comes in meanwhile.
    fold(lead, "Sort the notes")
    lead.get_by_label("Name of a new group").fill("Locks")
    for text in TEXTS[:2]:
        card(lead, text).get_by_role("checkbox").focus()
        lead.keyboard.press("Space")
    write(rhea, "Tea was good", first_column(rhea))
    expect(card(lead, "Tea was good")).to_be_visible()
    expect(lead.get_by_label("Name of a new group")).to_have_value("Locks")
    check(lead)
    lead.get_by_role("button", name="Put them in the group").click()
    for page in (lead, gus, rhea, screen):
        expect(board(page).get_by_text("Locks").first).to_be_visible()
    expect(gus.get_by_role("region", name="Locks").locator(".km-note")).to_have_count(2)
    expect(gus.get_by_role("region", name="Locks").locator("[data-yours]:visible")).to_have_count(1)
    check(gus)
    lead.get_by_role("button", name="Undo").click()
    expect(gus.get_by_role("region", name="Locks")).to_have_count(0)

    # Me too and a comment, from one phone to the other.
    card(rhea, "Rota late").get_by_role("button", name="Me too").click()
    expect(card(gus, "Rota late").get_by_text("1 me too")).to_be_visible()
    card(rhea, "Rota late").locator("summary").click()
    card(rhea, "Rota late").get_by_label("Your comment").fill("Every Friday")
    card(rhea, "Rota late").get_by_role("button", name="Send comment").click()
    expect(card(gus, "Rota late").get_by_text("Every Friday")).to_be_visible()

    # The vote: hidden until its end, and one person’s presses decide.
    fold(lead, "^Vote")
    lead.get_by_role("button", name="Start the vote").click()
    votes(gus, "Keys missing", 2)
    votes(rhea, "Rota late", 3)
    expect(lead.get_by_text("2 of 2 people have voted.")).to_be_visible()
    assert "2 votes" not in board(screen).inner_text().replace("has 3 votes", "")
    check(gus)
    check(screen)
    card(gus, "Keys missing").get_by_role("button", name="Take one vote back").click()
    votes(gus, "Tea was good", 2)
    lead.get_by_role("button", name="End the vote and show it").click()
    for page in (gus, rhea, lead):
        expect(board(page).locator(".km-note [data-text]").first).to_have_text("Rota late")
        expect(card(page, "Tea was good").get_by_text("2 votes")).to_be_visible()
    expect(card(screen, "Rota late").get_by_text("3 votes")).to_be_visible()
    check(lead)
    check(screen)
    for page in (gus, rhea, lead, screen):
        assert page.complaints == []


def test_one_votes_with_the_keyboard_alone_and_without_a_script(review, window, farah):
    lead, kit = window(farah, script=False), window(width=360, script=False)
    join(kit, review, "Kit")
    for text in TEXTS[:2]:
        write(kit, text, first_column(kit))
    lead.goto(path("room/", review))
    fold(lead, "^Vote")
    lead.get_by_role("button", name="Start the vote").click()
    kit.reload()
    kit.locator("[data-votes] button[data-more]").first.focus()
    kit.keyboard.press("Enter")
    expect(kit.locator("[data-own-votes]").first).to_have_text("1")
    lead.reload()
    expect(lead.get_by_text("1 of 1 person has voted.")).to_be_visible()


def test_the_writer_hears_on_the_phone_what_was_corrected(review, window, check, farah):
    gus, lead = window(width=360), window(farah)
    join(gus, review, "Gus")
    write(gus, "Teh rota was late", first_column(gus))
    lead.goto(path("room/", review))
    card(lead, "Teh rota").get_by_role("link", name="Correct or take away").click()
    lead.get_by_label("The note").fill("The rota was late")
    lead.get_by_role("button", name="Save note").click()
    told = gus.locator("[data-corrections]")
    expect(told).to_contain_text("“Teh rota was late” → “The rota was late”")
    check(gus)
    told.get_by_role("button", name="I have seen it").click()
    expect(told).to_be_empty()
    assert Note.objects.get().text == "The rota was late"


def test_what_is_typed_on_a_phone_outlives_the_sorting_of_others(review, window, farah):
    """A half written comment stays, Enter sends it and takes nothing back, and its fold stays open meanwhile."""
    gus, lead = window(width=360), window(farah)
    join(gus, review, "Gus")
    for text in TEXTS:
        write(gus, text, first_column(gus))
    lead.goto(path("room/", review))
    own = card(gus, "Rota late")
    own.locator("summary").click()
    own.get_by_label("Your comment").fill("Every Friday")
    own.get_by_label("Your comment").press("Enter")
    expect(own.get_by_text("Every Friday")).to_be_visible()
    gus.wait_for_load_state()
    own.locator("summary").click()
    own.get_by_label("Your comment").press_sequentially("And on")
    fold(lead, "Sort the notes")
    lead.get_by_label("Name of a new group").fill("Locks")
    card(lead, "Rota late").get_by_role("checkbox").check()
    lead.get_by_role("button", name="Put them in the group").click()
    expect(gus.get_by_role("region", name="Locks")).to_be_visible()
    expect(own.get_by_label("Your comment")).to_be_focused()
    gus.keyboard.type(" Sundays")
    expect(own.get_by_label("Your comment")).to_have_value("And on Sundays")
    gus.keyboard.press("Enter")
    expect(own.get_by_text("And on Sundays")).to_be_visible()
    expect(own.get_by_text("Every Friday")).to_be_visible()
    expect(lead.get_by_label("Name of a new group")).to_have_value("")
    assert lead.locator("[data-tick]:checked").count() == 0

    # What comes in while a finger is down waits for the press.
    summary = step(lead).locator(".km-sortbox > summary", has_text="Sort the notes")
    summary.hover()
    lead.mouse.down()
    write(gus, "Late tea", first_column(gus))
    expect(card(lead, "Late tea")).to_be_visible()
    was_open = summary.locator("..").get_attribute("open")
    lead.mouse.up()
    after = expect(summary.locator(".."))
    after.to_have_attribute("open", "") if was_open is None else after.not_to_have_attribute("open", "")

    # Starting a vote leaves the keyboard beside, not on, the button that ends it.
    fold(lead, "^Vote")
    lead.get_by_role("button", name="Start the vote").press("Enter")
    expect(lead.get_by_role("button", name="End the vote and show it")).to_be_visible()
    expect(lead.get_by_role("heading", name="Vote", exact=True)).to_be_focused()
    lead.get_by_role("button", name="End the vote and show it").press("Enter")
    expect(step(lead).locator(".km-sortbox > summary", has_text="Vote again")).to_be_focused()
    for page in (gus, lead):
        assert page.complaints == []
