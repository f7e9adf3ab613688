"""What techniques have besides notes, in a browser: one person’s press changes what everybody hears."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from organisations.models import Group
from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import closing, joining, stages
from techniques.models import Session, TalkShare, Technique
from tests.browser.test_room import join, live_server, path, step, write  # noqa: F401
from tests.cast import as_member


@pytest.fixture
def begin(content, riverside, farah):
    """``begin("retrospect", "marks")``: a room of that technique, at that step."""

    def plan(technique: str, stage: str = "") -> Session:
        at, by = timezone.now(), as_member(farah)
        found = Technique.objects.get(key=technique)
        session = planning.plan_session(
            riverside, by=by, technique=found, length="standard", title="Winter ward opening",
            starts_at=at + timedelta(minutes=5), at=at,
        )  # fmt: skip
        session = joining.open_room(session, by=by, at=at)
        if stage:
            stages.go_to_stage(session, stage=session.stages.get(key=stage), by=by, at=at)
        return session

    return plan


def give(page: Page, mark: int) -> None:
    step(page).get_by_role("button", name=f"Give {mark}", exact=True).click()
    expect(step(page).get_by_text(f"Your mark is {mark}.")).to_be_visible()


def test_marks_of_a_retrospect(begin, window, check, farah, lena):
    room = begin("retrospect", "marks")
    phones = [window(width=360), window(width=1280), window(width=360, script=False)]
    for page, name in zip(phones, ("Gus", "Rhea", "Kit"), strict=True):
        join(page, room, name)
    lead, screen = window(farah), window(lena, width=1920)
    lead.goto(path("room/", room))
    screen.goto(path("screen/", room))
    give(phones[0], 9)
    give(phones[1], 8)
    expect(lead.get_by_text("2 of 3 people have given a mark.")).to_be_visible()
    expect(lead.get_by_role("button", name="Show the average")).to_have_count(0)
    give(phones[2], 8)
    expect(lead.get_by_text("3 of 3 people have given a mark.")).to_be_visible()
    for page in (*phones[:2], lead, screen):
        check(page)

    # One person thinks again, with the keyboard alone, and the result is another.
    phones[0].get_by_role("button", name="Give 3", exact=True).focus()
    phones[0].keyboard.press("Enter")
    expect(phones[0].get_by_text("Your mark is 3.")).to_be_visible()
    expect(phones[0].get_by_role("button", name="Give 3", exact=True)).to_be_focused()
    write(phones[0], "A porter in the planning team")
    lead.get_by_role("button", name="Show the average").click()
    for page in (lead, phones[0], phones[1], screen):
        expect(step(page).locator(".km-average__figure")).to_have_text("6.5 out of ten")
        expect(step(page).get_by_text("Some way apart")).to_be_visible()
    expect(phones[0].get_by_role("button", name="Give 3", exact=True)).to_have_count(0)
    phones[2].reload()
    expect(step(phones[2]).locator(".km-average__figure")).to_have_text("6.5 out of ten")
    for page in (*phones[:2], lead, screen):
        check(page)
        assert page.complaints == []


def test_a_cafe_seats_everybody_and_asks_one_question(begin, window, check, farah, lena):
    room = begin("knowledge-cafe")
    at, key = timezone.now(), guest_cookies.new_key
    crowd = [joining.join_room(room, by=None, name=f"Guest {n:02}", key=key(), at=at) for n in range(1, 12)]
    gus, kit = window(width=360), window(width=360, script=False)
    join(gus, room, "Gus")
    expect(step(gus).get_by_text("The tables are not planned yet")).to_be_visible()
    lead, screen = window(farah), window(lena, width=1920)
    lead.goto(path("room/", room))
    screen.goto(path("screen/", room))
    lead.get_by_role("button", name=re.compile("^Plan.*4 tables of 3")).click()
    expect(step(gus).locator(".km-place__figure")).to_contain_text("Table ")
    for page in (lead, gus, screen):
        check(page)

    # Somebody comes late: a place at once, and the desk reads the name there.
    join(kit, room, "Kit")
    expect(step(kit).locator(".km-place__figure")).to_contain_text("Table ")
    expect(step(lead).locator(".km-tables__one", has_text="Kit")).to_have_count(1)
    for number in (1, 2, 3):
        at = timezone.now()
        stages.go_to_stage(room, stage=room.stages.get(key=f"round{number}"), by=as_member(farah), at=at)
        expect(step(lead).get_by_text(f"Round {number} of 3")).to_be_visible()
        name = room.stages.get(key=f"round{number}").name
        expect(step(gus).get_by_role("heading", level=2)).to_have_text(name)
        own = step(gus).locator(".km-place__figure").inner_text()
        expect(step(lead).locator(".km-tables__one", has_text="Gus")).to_contain_text(own)
        assert "Guest 0" not in gus.content() + screen.content()
    check(lead)
    check(screen)

    # One question: a single no decides, and nobody sees whose it was.
    stages.go_to_stage(room, stage=room.stages.get(key="close"), by=as_member(farah), at=timezone.now())
    for person in crowd:
        joining.leave_room(room, by=person, at=timezone.now())
    rhea = window(width=1280)
    join(rhea, room, "Rhea")
    kit.goto(f"/join/{room.code}/room/")
    for page in (gus, rhea, kit):
        step(page).get_by_role("button", name="Yes", exact=True).click()
        expect(step(page).get_by_text("Your answer is yes.")).to_be_visible()
    expect(lead.get_by_text("3 of 3 people have answered.")).to_be_visible()
    check(gus)
    step(rhea).get_by_role("button", name="No", exact=True).click()
    expect(step(rhea).get_by_text("Your answer is no.")).to_be_visible()
    lead.get_by_role("button", name="Show whether everybody agrees").click()
    for page in (lead, gus, rhea, screen):
        expect(step(page).get_by_text("Not everybody agreed", exact=True)).to_be_visible()
    write(gus, "An idea of another", "Ideas that the group agrees to share")
    expect(gus.get_by_text("Not everybody agreed, so nothing of this is written down.")).to_be_visible()
    for page in (gus, rhea, lead, screen):
        check(page)
        assert page.complaints == []


def test_a_peer_assist_answers_its_advice(begin, window, check, farah, lena):
    room = begin("peer-assist")
    home, visitor, third = window(width=360), window(width=1280), window(width=360, script=False)
    for page, name, side in ((home, "Hana", "Home team"), (visitor, "Vic", "Visitors"), (third, "Kit", "Visitors")):
        page.goto(f"/join/{room.code}/")
        page.get_by_label("Your name").fill(name)
        page.get_by_role("radio", name=side, exact=True).check()
        if name == "Hana":
            check(page)
        page.get_by_role("button", name="Join the session").click()
        expect(step(page).get_by_text(f"You are here for: {side}.")).to_be_visible()
    lead, screen = window(farah), window(lena, width=1920)
    lead.goto(path("room/", room))
    screen.goto(path("screen/", room))
    for page in (lead, screen):
        expect(step(page).get_by_text("Home team 1, visitors 2")).to_be_visible()
    # One person was at the wrong door.
    step(third).get_by_role("button", name="Home team").click()
    for page in (lead, screen):
        expect(step(page).get_by_text("Home team 2, visitors 1")).to_be_visible()
    expect(step(lead).get_by_text("The visitors are fewer than the home team.")).to_be_visible()
    check(home)

    def go(key: str) -> None:
        stages.go_to_stage(room, stage=room.stages.get(key=key), by=as_member(farah), at=timezone.now())
        name = room.stages.get(key=key).name
        for page in (lead, home, visitor, screen):
            expect(step(page).get_by_role("heading", level=2)).to_have_text(name)

    go("present")
    step(lead).get_by_role("button", name="Home team", exact=True).click()
    expect(step(lead).get_by_role("button", name="Home team", exact=True)).to_have_attribute("aria-pressed", "true")
    TalkShare.objects.filter(session=room).update(home=52 * 60 - 4)  # all but four seconds of its quarter
    step(lead).get_by_role("button", name="Nobody").click()
    step(lead).get_by_role("button", name="Home team", exact=True).click()
    expect(step(lead).get_by_text("It is the visitors’ turn.")).to_be_visible()
    expect(step(screen).get_by_text("It is the visitors’ turn")).to_be_visible()
    check(lead)
    check(screen)

    go("feedback")
    for text in ("Tell the porters on the same day", "Hire two more porters"):
        write(visitor, text, "Main advice and why")
        expect(step(lead).get_by_text(text, exact=True)).to_be_visible()
    go("actions")
    expect(step(lead).get_by_text("2 still to answer.")).to_be_visible()
    expect(step(visitor).get_by_role("button", name=re.compile("^We use it"))).to_have_count(0)
    porters = step(home).locator(".km-advice__one", has_text="Hire two more porters")
    porters.get_by_role("button", name=re.compile("^We use it")).click()
    first = step(home).locator(".km-advice__one", has_text="Tell the porters")
    first.get_by_label("Why?").fill("By mail, because nobody reads the board")
    for page in (lead, visitor, screen):
        expect(
            step(page).locator(".km-advice__one", has_text="Hire two more").get_by_text("We use it").first
        ).to_be_visible()
    # What she was typing is still there when the news of her own press came back.
    expect(first.get_by_label("Why?")).to_have_value("By mail, because nobody reads the board")
    first.get_by_role("button", name=re.compile("^We adapt it")).click()
    porters.get_by_label("Why?").fill("There is no money this year")
    porters.get_by_role("button", name=re.compile("^We park it")).click()
    expect(step(screen).get_by_text("There is no money this year")).to_be_visible()
    for page in (home, lead, visitor, screen):
        check(page)
    lead.goto(path("close/", room))
    # One person’s second thought has left one action of two.
    expect(lead.get_by_label("What will be done?").first).to_have_value(
        re.compile("^Tell the porters .*adapted: By mail")
    )
    expect(lead.get_by_text("We park it: Hire two more porters (There is no money this year)")).to_be_visible()
    kept = [box.input_value() for box in lead.get_by_label("What will be done?").all() if box.input_value()]
    assert len(kept) == 1
    check(lead)
    for page in (home, visitor, lead, screen):
        assert page.complaints == []


def test_looking_back_opens_with_what_was_feared(begin, window, check, farah, lena, riverside):
    ward = Group.objects.create(organisation=riverside, name="Ward 6")
    at, by = timezone.now(), as_member(farah)
    before = begin("before-action-review")
    words = "What we want to achieve\n– Open by noon\n\nWhat could go wrong\n– No keys\n– Too few porters"
    closing.close_session(before, by=by, at=at, summary={"aim": words})
    room = begin("after-action-review", "expect")
    Session.objects.filter(pk__in=(before.pk, room.pk)).update(group=ward)
    Session.objects.filter(pk=before.pk).update(starts_at=at - timedelta(days=7))
    phone = window(width=360)
    join(phone, room, "Gus")
    lead, screen = window(farah), window(lena, width=1920)
    lead.goto(path("room/", room))
    screen.goto(path("screen/", room))
    check(lead)
    expect(step(phone).get_by_text("No keys")).to_have_count(0)
    step(lead).get_by_role("button", name="Show what was expected and feared").click()
    for page in (phone, screen):
        expect(step(page).locator(".km-advice__one", has_text="No keys")).to_be_visible()
    expect(step(phone).get_by_text("Open by noon")).to_be_visible()
    fear = step(lead).locator(".km-advice__one", has_text="Too few porters")
    fear.get_by_role("button", name=re.compile("^It did not")).click()
    expect(step(screen).locator(".km-advice__one", has_text="porters").get_by_text("It did not")).to_be_visible()
    # On second thoughts it did: everybody reads the other.
    fear.get_by_role("button", name=re.compile("^It came true")).click()
    for page in (phone, screen):
        expect(step(page).locator(".km-advice__one", has_text="porters").get_by_text("It came true")).to_be_visible()
    for page in (phone, lead, screen):
        check(page)
    lead.goto(path("close/", room))
    expect(lead.get_by_text("Feared: Too few porters. It came true.")).to_be_visible()
    for page in (phone, lead, screen):
        assert page.complaints == []


def test_wants_and_offers_find_each_other(begin, window, check, farah, lena):
    room = begin("wants-and-offers")
    ana, ben, kit = window(width=360), window(width=1280), window(width=360, script=False)
    for page, name in ((ana, "Ana"), (ben, "Ben"), (kit, "Kit")):
        join(page, room, name)
        step(page).get_by_label("How can people reach you?").fill(f"Ward of {name}, ext. 4123")
        step(page).get_by_role("button", name="Save it").click()
        expect(step(page).get_by_text("Saved. You need not write it again.")).to_be_visible()
    lead, screen = window(farah), window(lena, width=1920)
    lead.goto(path("room/", room))
    screen.goto(path("screen/", room))
    expect(step(lead).get_by_text("3 of 3 people have said")).to_be_visible()
    check(ana)

    def go(key: str) -> None:
        stages.go_to_stage(room, stage=room.stages.get(key=key), by=as_member(farah), at=timezone.now())
        name = room.stages.get(key=key).name
        for page in (lead, ana, ben, screen):
            expect(step(page).get_by_role("heading", level=2)).to_have_text(name)

    go("wants")
    expect(step(ana).get_by_text("Five left.")).to_be_visible()
    write(ana, "run a bed meeting in ten minutes")
    expect(step(ana).get_by_text("Four left.")).to_be_visible()
    check(ana)
    stages.reveal_notes(room, stage=room.stages.get(key="wants"), by=as_member(farah), at=timezone.now())
    go("offers")
    write(ben, "lend a trolley")
    go("claim")
    for page in (lead, ana, ben, screen):
        expect(step(page).get_by_text("run a bed meeting in ten minutes").first).to_be_visible()
    hers = step(ana).locator(".km-advice__one", has_text="run a bed meeting")
    expect(hers.get_by_text("Yours", exact=True)).to_be_visible()
    expect(step(ana).get_by_role("button", name=re.compile("^I can help"))).to_have_count(0)
    screen.evaluate("document.querySelector('[data-say]').replaceChildren()")
    want = step(ben).locator(".km-advice__one", has_text="run a bed meeting")
    want.get_by_role("button", name=re.compile("^I can help")).click()
    expect(step(ben).get_by_text("Two claims left.")).to_be_visible()
    expect(step(ben).get_by_text("Ana, Ward of Ana, ext. 4123")).to_be_visible()
    expect(step(ana).get_by_text("Ben, Ward of Ben, ext. 4123")).to_be_visible()
    expect(step(lead).get_by_text("1 of 2 wants and offers are claimed.")).to_be_visible()
    expect(step(screen).get_by_text("run a bed meeting in ten minutes (claimed)")).to_be_visible()
    assert screen.locator("[data-say]").inner_text() == "", "each press would be heard"
    kit.goto(f"/join/{room.code}/room/")
    step(kit).get_by_role("button", name=re.compile("^I would like this")).click()
    expect(step(kit).get_by_text("Ben, Ward of Ben, ext. 4123")).to_be_visible()
    expect(step(ben).get_by_text("Kit, Ward of Kit, ext. 4123")).to_be_visible()
    for page in (ana, ben, lead, screen):
        check(page)
    assert "Ward of" not in lead.content() + screen.content()

    # One person thinks again, and what everybody reads is another: nobody helps Ana now.
    pressed = step(ben).locator("[data-claim]", has_text="I can help")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pressed.click()
    expect(pressed).to_have_attribute("aria-pressed", "false")
    expect(step(lead).get_by_text("Nobody can help with these yet")).to_be_visible()
    expect(step(screen).get_by_text("run a bed meeting in ten minutes (claimed)")).to_have_count(0)
    expect(step(ana).get_by_text("Ben, Ward of Ben, ext. 4123")).to_have_count(0)
    go("close")
    expect(step(ben).get_by_text("Kit, Ward of Kit, ext. 4123")).to_be_visible()
    for page in (ana, ben, lead, screen):
        check(page)
        assert page.complaints == []
