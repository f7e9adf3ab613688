"""A whole session in a browser: whoever leads, two guests on phones, the big screen; and the line going down."""

import re
import socket
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect

from techniques import live
from techniques.actions import planning
from techniques.actions.room import closing, joining, stages
from techniques.models import Note, Session, Technique
from tests.browser.conftest import WIDTHS
from tests.cast import as_member

SESSIONS = "/o/riverside/sessions/"


@pytest.fixture
def live_server(transactional_db, settings):
    """The portal as it runs: streams and pages in one process, over real HTTP."""
    settings.ALLOWED_HOSTS = ["*"]
    pages = WSGIMiddleware(StaticFilesHandler(get_wsgi_application()), workers=4)

    async def portal(scope, receive, send):
        if scope["path"].startswith("/live/"):
            await live.application(scope, receive, send)
        else:
            await pages(scope, receive, send)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        made = {"lifespan": "off", "log_config": None, "log_level": "error", "timeout_graceful_shutdown": 1}
        server = uvicorn.Server(uvicorn.Config(portal, **made))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        # pytest-django switches its own server’s settings on and off; this one has none of its own
        quiet = SimpleNamespace(enable=lambda: None, disable=lambda: None)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield SimpleNamespace(url=address, _live_server_modified_settings=quiet)
        server.should_exit = True
        thread.join(10)
    pages.executor.shutdown(wait=True)


@pytest.fixture
def session(content, riverside, farah) -> Session:
    return planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=Technique.objects.get(key="after-action-review"),
        length="standard",
        title="Winter ward opening",
        purpose="What made the opening calm?",
        starts_at=timezone.now() + timedelta(minutes=5),
        place="Seminar room 2",
        at=timezone.now(),
    )


@pytest.fixture
def room(session, farah) -> Session:
    return joining.open_room(session, by=as_member(farah), at=timezone.now())


def path(name: str, session: Session) -> str:
    return f"{SESSIONS}{session.pk}/{name}"


def join(page: Page, session: Session, name: str) -> None:
    page.goto("/join/")
    page.get_by_label("Code").fill(f" {session.code[:3].lower()} {session.code[3:]}")
    page.get_by_role("button", name="Go to the session").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join the session").click()
    expect(page.get_by_text(f"You are here as {name}, a guest")).to_be_visible()


def step(page: Page):
    """The step that this window shows."""
    return page.locator("[data-stage-of]:not([hidden])")


def look_at(page: Page, name: str) -> None:
    """Look at another step without moving anybody."""
    page.locator("details", has_text="All steps").evaluate("(steps) => { steps.open = true; }")
    page.get_by_role("link", name=name).click()


def write(page: Page, text: str, button: str = "Send note") -> None:
    step(page).get_by_label("Your note", exact=True).fill(text)
    step(page).get_by_role("button", name=button).click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_whole_review(session, window, check, farah, lena, width):
    lead = window(farah, width=width)
    lead.goto(path("", session))
    check(lead)
    gus, rhea, screen = window(width=360), window(width=width), window(lena, width=1280)
    join(gus, session, "Gus")
    expect(gus.get_by_role("heading", name="You are in")).to_be_visible()
    check(gus)
    screen.goto(path("screen/", session))
    expect(screen.get_by_text("1 joined")).to_be_visible()
    check(screen)

    lead.get_by_role("button", name="Open the room").click()
    expect(lead.get_by_role("heading", name="Open", exact=True).first).to_be_visible()
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("Open")
    expect(screen.get_by_role("heading", name="Open", exact=True).first).to_be_visible()
    join(rhea, session, "Rhea")
    expect(lead.locator("[data-people-count]")).to_have_text("2")
    check(lead)
    check(rhea)

    lead.get_by_role("button", name="Next step").click()
    for page in (lead, gus, rhea):
        expect(step(page).get_by_role("heading", level=2)).to_have_text("What did we expect?")
    write(gus, "A quiet first day")
    write(gus, "Enough beds")
    write(rhea, "A working lift")
    expect(gus.get_by_text("2 notes saved")).to_be_visible()
    expect(gus.get_by_text("One note from the others is hidden")).to_be_visible()
    expect(rhea.get_by_text("2 notes from the others are hidden")).to_be_visible()
    expect(lead.get_by_text("3 notes from 2 people, hidden")).to_be_visible()
    expect(screen.get_by_text("3 notes so far")).to_be_visible()
    for page in (lead, screen, rhea):
        assert "A quiet first day" not in page.content()
    for page in (lead, gus, screen):
        check(page)

    lead.get_by_role("button", name="Show all notes").click()
    for page in (lead, gus, rhea, screen):
        expect(step(page).get_by_text("A working lift", exact=True).first).to_be_visible()
        expect(step(page).get_by_text("A quiet first day", exact=True).first).to_be_visible()
        # A phone shows its own notes above and among those of all.
        own = 2 if page is gus else 1
        expect(step(page).get_by_text("A quiet first day", exact=True)).to_have_count(own)
    for page in (lead, gus, screen):
        check(page)

    lead.get_by_role("button", name="+ 2 min").click()
    lead.locator("details.km-allsteps").evaluate("(steps) => { steps.open = true; }")
    expect(lead.get_by_text("“What did we expect?” has 2 minutes more than planned.")).to_be_visible()
    lead.get_by_role("button", name="Pause the clock").click()
    expect(gus.get_by_text("left, paused")).to_be_visible()
    lead.get_by_role("button", name="Restart the clock").click()
    expect(gus.get_by_text("left, paused")).to_have_count(0)

    lead.get_by_role("button", name="Next step").click()
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    write(gus, "Beds came after the patients", "What could have been better")
    expect(step(rhea).get_by_text("Beds came after the patients", exact=True).first).to_be_visible()
    expect(step(screen).get_by_text("Beds came after the patients", exact=True).first).to_be_visible()
    step(gus).get_by_role("link", name="Change this note").click()
    gus.get_by_label("Change your note").fill("Beds came an hour after the patients")
    check(gus)
    gus.get_by_role("button", name="Save note").click()
    expect(step(lead).get_by_text("Beds came an hour after the patients", exact=True).first).to_be_visible()
    expect(step(lead).get_by_text("Beds came after")).to_have_count(0)
    step(lead).get_by_label("Note said aloud").fill("The handover at seven was calm")
    step(lead).get_by_role("button", name="What went well").click()
    expect(step(gus).get_by_text("The handover at seven was calm", exact=True).first).to_be_visible()
    expect(step(lead).get_by_text("The handover at seven was calm", exact=True)).to_have_count(1)
    check(lead)
    step(gus).get_by_role("link", name="Change this note").click()
    gus.get_by_role("button", name="Take back").click()
    for page in (lead, gus, rhea, screen):
        expect(step(page).get_by_text("an hour after")).to_have_count(0)

    lead.get_by_role("button", name="Next step").click()
    expect(step(lead).get_by_text("From “What happened?”", exact=True).first).to_be_visible()
    expect(step(lead).get_by_text("The handover at seven was calm", exact=True).first).to_be_visible()

    lead.get_by_role("button", name="Next step").click()
    expect(step(lead).get_by_role("heading", name="What do we learn and do?")).to_be_visible()
    step(lead).get_by_label("Note said aloud").fill("Ask laundry for the lift")
    step(lead).get_by_role("button", name="Our actions").click()
    expect(step(lead).get_by_text("Ask laundry for the lift", exact=True)).to_have_count(1)
    lead.get_by_role("button", name="Next step").click()
    expect(step(lead).get_by_text("From “What do we learn and do?”", exact=True).first).to_be_visible()
    expect(step(lead).get_by_text("Ask laundry for the lift", exact=True).first).to_be_visible()
    check(lead)

    with connections["default"].cursor():
        closing.close_session(session, by=as_member(farah), summary={"happened": "Beds came late."}, at=timezone.now())
    for page in (gus, rhea):
        expect(page.get_by_role("heading", name="The session is over")).to_be_visible()
    check(gus)
    expect(lead).to_have_url(re.compile(path("", session) + "$"))
    expect(screen).to_have_url(re.compile(path("", session) + "$"))
    assert not Note.objects.exists()


def test_nobody_is_pulled_away_while_writing(room, window, check, farah):
    gus = window(width=360)
    join(gus, room, "Gus")
    stages.go_to_stage(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=timezone.now())
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What did we expect?")
    box = step(gus).get_by_label("Your note", exact=True)
    box.fill("I am still writing th")
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=timezone.now())
    expect(gus.get_by_text("The group is at “What happened?”")).to_be_visible()
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What did we expect?")
    check(gus)
    box.press_sequentially("is")
    gus.get_by_role("link", name="Go there").click()
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    look_at(gus, "What did we expect?")
    expect(step(gus).get_by_label("Your note", exact=True)).to_have_value("I am still writing this")
    gus.reload()
    look_at(gus, "What did we expect?")
    expect(step(gus).get_by_label("Your note", exact=True)).to_have_value("I am still writing this")


def test_a_note_typed_while_the_line_is_down_goes_in_once(room, window, check, farah):
    gus, lead = window(width=360), window(farah)
    join(gus, room, "Gus")
    lead.goto(path("room/", room))
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=timezone.now())
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    gus.context.set_offline(True)
    for number in range(5):
        write(gus, f"Written in the lift {number}", "What went well")
    expect(gus.locator("[data-unsaved]")).to_contain_text("5 notes of yours are not saved yet")
    expect(step(gus).get_by_text("Not saved yet. We keep trying")).to_have_count(5)
    gus.complaints.clear()
    check(gus)
    assert Note.objects.count() == 0
    expect(gus.locator("[data-say]")).to_contain_text("The connection is lost. You can carry on writing.")
    gus.context.set_offline(False)
    expect(step(gus).get_by_text("Not saved yet")).to_have_count(0, timeout=30_000)
    expect(gus.locator("[data-say]")).to_contain_text("All your notes are saved.")
    for number in range(5):
        expect(step(lead).get_by_text(f"Written in the lift {number}", exact=True)).to_have_count(1)
    assert Note.objects.count() == 5
    gus.reload()
    expect(gus.locator("[data-waiting]")).to_have_count(0)
    assert Note.objects.count() == 5


def test_an_answer_that_got_lost_saves_nothing_twice(room, window, farah):
    gus = window(width=360)
    join(gus, room, "Gus")
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=timezone.now())
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    lost = []

    def lose_the_first_answer(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    gus.route("**/notes/", lose_the_first_answer)
    write(gus, "Saved, but the phone was not told", "What went well")
    expect(step(gus).get_by_text("Saved under “What went well”", exact=True)).to_have_count(1)
    assert Note.objects.count() == 1


def test_a_note_that_waits_survives_closing_the_window(room, window, farah):
    gus = window(width=360)
    join(gus, room, "Gus")
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=timezone.now())
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    gus.route("**/notes/", lambda route: route.abort())
    write(gus, "Kept in the phone", "What went well")
    expect(gus.locator("[data-unsaved]")).to_contain_text("One note of yours is not saved yet")
    again = gus.context.new_page()
    gus.close()
    again.goto(f"/join/{room.code}/room/")
    expect(again.locator("[data-saved=happened]")).to_have_text("One note saved")
    assert Note.objects.get().text == "Kept in the phone"


def test_what_was_never_sent_is_offered_after_the_end_and_kept_no_longer(room, window, farah):
    gus = window(width=360)
    join(gus, room, "Gus")
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=timezone.now())
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    gus.route("**/notes/", lambda route: route.abort())
    write(gus, "Never sent", "What went well")
    expect(gus.locator("[data-unsaved]")).to_contain_text("One note of yours is not saved yet")
    step(gus).get_by_label("Your note", exact=True).fill("Half a thought")
    again = gus.context.new_page()
    code = room.code
    gus.close()
    closing.close_session(room, by=as_member(farah), at=timezone.now(), summary={})
    again.goto(f"/join/{code}/room/")
    left = again.locator("[data-left-over]")
    expect(left).to_contain_text("This was not sent.")
    expect(left).to_contain_text("Never sent")
    expect(left).to_contain_text("Half a thought")
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('km-room-')).length") == 0
    again.reload()
    expect(left).to_be_hidden()


def test_where_a_firewall_eats_the_stream_polling_does(room, window, farah):
    gus, lead = window(width=360), window(farah)
    gus.route("**/live/**", lambda route: route.abort())
    join(gus, room, "Gus")
    lead.goto(path("room/", room))
    lead.get_by_role("button", name="Next step").click()
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What did we expect?")
    write(gus, "Through the firewall")
    expect(gus.get_by_text("One note saved")).to_be_visible()
    lead.get_by_role("button", name="Show all notes").click()
    step(lead).get_by_label("Note said aloud").fill("From the room")
    step(lead).get_by_role("button", name="Add").click()
    expect(step(gus).get_by_text("From the room", exact=True).first).to_be_visible()
    with connections["default"].cursor():
        closing.close_session(room, by=as_member(farah), summary={}, at=timezone.now())
    expect(gus.get_by_role("heading", name="The session is over")).to_be_visible()


def test_what_happens_is_told_aloud_and_the_keyboard_stays_where_it_was(room, window, farah):
    lead, gus, rhea = window(farah), window(width=360), window(width=360)
    join(gus, room, "Gus")
    join(rhea, room, "Rhea")
    lead.goto(path("room/", room))
    lead.get_by_role("button", name="Pause the clock").press("Enter")
    expect(lead.get_by_role("button", name="Restart the clock")).to_be_focused()
    lead.get_by_role("button", name="Go to: What happened?").press("Enter")
    expect(step(lead).get_by_role("heading", level=2, name="What happened?")).to_be_focused()
    expect(gus.locator("[data-say]")).to_contain_text("Next step: What happened?")

    box = step(gus).get_by_label("Your note", exact=True)
    expect(box).to_have_accessible_description("Without names of people or patients. Nobody sees who wrote it.")
    step(gus).get_by_role("button", name="What went well").press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description(re.compile(r"^Error:\s+Write something before you send the note"))
    write(gus, "The beds were there", "What went well")
    expect(box).to_be_focused()
    expect(box).not_to_have_attribute("aria-invalid", "true")
    for text in ("The porters knew the way", "Nobody waited"):
        write(rhea, text, "What went well")
    expect(gus.locator("[data-say]")).to_contain_text("2 new notes.")
    assert "porters" not in gus.locator("[data-say]").inner_text()

    step(gus).get_by_role("link", name="Change this note").press("Enter")
    expect(gus.get_by_label("Change your note")).to_be_focused()
    gus.get_by_role("button", name="Take back").press("Enter")
    expect(box).to_be_focused()
    # The second half of a double press is no empty note.
    box.fill("Pressed twice")
    step(gus).get_by_role("button", name="What went well").dblclick()
    expect(step(gus).get_by_text("Pressed twice", exact=True)).to_have_count(1)
    expect(box).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_who_should_not_be_here_is_taken_out(room, window, check, farah, width):
    lead, gus, rhea = window(farah, width=width), window(width=360), window(width=360)
    join(gus, room, "Gus")
    join(rhea, room, "Rhea")
    lead.goto(path("room/", room))
    for fold in ("Steps and what to say", "Who is here"):
        summary = lead.locator("summary", has_text=fold)
        if summary.is_visible():
            summary.click()
    check(lead)
    lead.get_by_role("button", name="Take out Gus, and let nobody else in").press("Enter")
    expect(lead.get_by_text("Nobody else can come in.")).to_be_visible()
    expect(lead.get_by_role("button", name="Let people in again")).to_be_focused()
    expect(lead.locator("[data-people-count]")).to_have_text("1")
    expect(gus.get_by_text("Ask whoever leads the session to let you in")).to_be_visible()
    check(lead)
    gus.complaints.clear()  # a room that knows nobody answers 403, which the console notes
    check(gus)
    gus.get_by_label("Your name").fill("Gus again")
    gus.get_by_role("button", name="Join the session").click()
    expect(gus.locator(".govuk-error-summary")).to_contain_text("Nobody else can come in just now")
    expect(step(rhea).get_by_role("heading", level=2)).to_have_text("Open")
    lead.get_by_role("button", name="Let people in again").press("Enter")
    expect(lead.get_by_role("button", name="Let nobody else in", exact=True)).to_be_focused()
    gus.get_by_role("button", name="Join the session").click()
    expect(gus.get_by_text("You are here as Gus again, a guest")).to_be_visible()


def test_two_windows_of_one_person_both_know_their_hidden_notes(room, window, farah):
    gus = window(width=360)
    join(gus, room, "Gus")
    stages.go_to_stage(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=timezone.now())
    second = gus.context.new_page()
    second.goto(f"/join/{room.code}/room/")
    write(gus, "Hidden and mine")
    expect(step(second).get_by_text("Hidden and mine", exact=True).first).to_be_visible()
    expect(step(second).get_by_text("Nobody else has written yet", exact=True).first).to_be_visible()


def test_the_clock_is_right_on_a_computer_whose_clock_is_wrong(room, window, farah):
    lead, gus = window(farah), window(width=360)
    gus.add_init_script("const now = Date.now; Date.now = () => now() + 5 * 60 * 1000;")
    join(gus, room, "Gus")
    lead.goto(path("room/", room))
    clocks = []
    for page in (lead, gus):
        minutes, seconds = page.locator("[data-face]").inner_text().split(":")
        clocks.append(int(minutes) * 60 + int(seconds))
    # Five minutes apart if it were wrong; two readings on a busy machine are a second or two apart
    assert abs(clocks[0] - clocks[1]) <= 5


def test_a_refusal_gives_the_words_back(room, window, check, farah):
    gus = window(width=360)
    join(gus, room, "Gus")
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=timezone.now())
    expect(step(gus).get_by_role("heading", level=2)).to_have_text("What happened?")
    write(gus, "Far too long. " * 80, "What went well")
    expect(step(gus).get_by_text("A note has at most 1,000 characters")).to_be_visible()
    expect(step(gus).get_by_label("Your note", exact=True)).to_have_value(re.compile("^Far too long"))
    check(gus)


def test_everything_without_a_script(room, window, farah):
    gus, lead = window(width=360, script=False), window(farah, script=False)
    join(gus, room, "Gus")
    lead.goto(path("room/", room))
    lead.get_by_role("button", name="Next step").click()
    expect(step(lead).get_by_role("heading", level=2)).to_have_text("What did we expect?")
    gus.get_by_role("link", name="Show the newest notes").click()
    write(gus, "Written without a script")
    expect(step(gus).get_by_text("Written without a script", exact=True).first).to_be_visible()
    lead.get_by_role("link", name="Show the newest notes").click()
    expect(lead.get_by_text("1 note from 1 person, hidden")).to_be_visible()
    lead.get_by_role("button", name="Show all notes").click()
    expect(step(lead).get_by_text("Written without a script", exact=True).first).to_be_visible()
    gus.get_by_role("link", name="Change this note").click()
    gus.get_by_label("Your note").fill("Changed without a script")
    gus.get_by_role("button", name="Save note").click()
    expect(step(gus).get_by_text("Changed without a script", exact=True).first).to_be_visible()
    lead.get_by_role("button", name="Go to: What happened?").click()
    expect(step(lead).get_by_role("heading", level=2)).to_have_text("What happened?")
    with connections["default"].cursor():
        closing.close_session(room, by=as_member(farah), summary={}, at=timezone.now())
    gus.get_by_role("link", name="Show the newest notes").click()
    expect(gus.get_by_role("heading", name="The session is over")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_planning_and_inviting(content, riverside, window, check, farah, cara, width):
    page = window(farah, width=width)
    page.goto(SESSIONS)
    check(page)
    page.get_by_role("link", name="Read about the techniques").click()
    check(page)
    page.get_by_role("link", name="After action review", exact=True).click()
    check(page)
    page.get_by_role("link", name="Card to print").click()
    check(page)
    page.go_back()
    page.get_by_role("link", name="Plan this session").click()
    check(page)
    page.get_by_role("button", name="Plan the session").click()
    expect(page).to_have_title(re.compile("^Error: "))
    check(page)
    page.get_by_label("What is it about?").fill("Winter ward opening")
    page.get_by_label("Short").check()
    page.get_by_label("Day").fill("tomorrow")
    page.get_by_label("Time").fill("2.30pm")
    page.get_by_role("button", name="Plan the session").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Winter ward opening")
    expect(page.get_by_text("Tomorrow at 14:30")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Invite people").first.click()
    check(page)
    page.get_by_label("Cara Doyle").check()
    page.get_by_label("Other people").fill("Gus Gray <gus@example.org>")
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_text("2 people are invited by e-mail.")).to_be_visible()
    page.get_by_role("link", name="Change the plan").click()
    check(page)
    page.get_by_role("link", name="Leave it as it was").click()
    page.get_by_role("link", name="Cancel this session").click()
    check(page)
    page.get_by_role("button", name="Cancel the session").click()
    expect(page.get_by_text("“Winter ward opening” is cancelled.")).to_be_visible()
    page.goto("/join/RNK4G7/")
    page.complaints.clear()
    check(page)
