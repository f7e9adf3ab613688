"""A fishbowl in a browser, from the plan to the close: chairs, the list, what the outer circle writes, and voices."""

import re

from django.utils import timezone
from playwright.sync_api import expect

from techniques.actions.room import joining, stages
from techniques.models import Bowl, Session
from tests.browser.test_room import SESSIONS, join, live_server, path, step, write  # noqa: F401
from tests.cast import as_member


def test_a_fishbowl_from_the_plan_to_the_close(content, window, check, farah, lena):
    lead, screen = window(farah), window(lena, width=1920)
    ana, ben, kit = window(width=360), window(width=360), window(width=360, script=False)
    lead.goto(f"{SESSIONS}new/?technique=fishbowl")
    lead.get_by_label("What is it about?").fill("Who may discharge?")
    lead.get_by_role("radio", name="Open", exact=True).first.check()
    lead.get_by_label("How many chairs are in the inner circle?").select_option("3")
    lead.get_by_role("button", name="Plan the session").click()
    expect(lead.get_by_text("Open, 3 chairs")).to_be_visible()
    room = Session.objects.get()
    joining.open_room(room, by=as_member(farah), at=timezone.now())
    for page, name in ((ana, "Ana"), (ben, "Ben"), (kit, "Kit")):
        join(page, room, name)
    lead.goto(path("room/", room))
    screen.goto(path("screen/", room))

    # The starters are given chairs: Ana has a phone, Mrs Oak has none.
    step(lead).get_by_text("Put somebody in").click()
    step(lead).get_by_label("Somebody who has joined").select_option(label="Ana")
    step(lead).get_by_role("button", name="Into a chair").first.click()
    expect(step(ana).get_by_text("You have a chair")).to_be_visible()
    step(lead).get_by_label("Somebody without a phone").fill("Mrs Oak")
    step(lead).get_by_role("button", name="Into a chair").last.click()
    for page in (screen, ben):
        expect(step(page).get_by_text("Mrs Oak", exact=True)).to_be_visible()

    def go(key: str) -> None:
        stages.go_to_stage(room, stage=room.stages.get(key=key), by=as_member(farah), at=timezone.now())
        name = room.stages.get(key=key).name
        for page in (lead, ana, ben, screen):
            expect(step(page).get_by_role("heading", level=2)).to_have_text(name)

    go("conversation")
    step(ben).get_by_role("button", name="Take a chair").click()
    expect(step(ben).get_by_text("You have a chair")).to_be_visible()
    for page in (screen, ana):
        expect(step(page).get_by_text("All chairs are taken")).to_be_visible()
    kit.goto(f"/join/{room.code}/room/")
    step(kit).get_by_role("button", name="I would like to speak").click()
    expect(step(kit).get_by_text("You are number 1")).to_be_visible()
    expect(step(screen).get_by_text("1 person waits to speak")).to_be_visible()
    expect(step(screen).get_by_text("Kit")).to_have_count(0)
    step(ana).get_by_role("button", name="I speak now").click()
    expect(step(screen).locator(".km-circle__speaks")).to_contain_text("Ana")
    for page in (ana, lead, screen):
        check(page)

    # One person leaves the chair, and everybody reads another circle.
    step(ana).get_by_role("button", name="Leave the chair").click()
    step(lead).get_by_role("button", name="Let in Kit").click()
    expect(step(screen).get_by_text("Kit", exact=True)).to_be_visible()
    expect(step(screen).get_by_text("Ana", exact=True)).to_have_count(0)
    write(ana, "Nobody asks the porters", "What I heard")
    expect(step(lead).get_by_text("Nobody asks the porters")).to_have_count(0)

    go("playback")
    step(lead).get_by_role("button", name="Show the notes of the outer circle").click()
    for page in (lead, screen):
        expect(step(page).get_by_text("Nobody asks the porters").first).to_be_visible()
    step(lead).get_by_role("button", name=re.compile("^Answered")).click()
    expect(step(screen).get_by_text("Nobody asks the porters (answered)")).to_be_visible()
    lead.goto(path("close/", room))
    expect(lead.get_by_text("4 voices were heard in an open circle.")).to_be_visible()
    for page in (ana, ben, lead, screen):
        assert page.complaints == []
    assert Bowl.objects.get().taken.count() == 3
