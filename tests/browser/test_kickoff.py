"""A live kick-off in browsers: whoever leads, a member, somebody of another organisation, a guest on a phone.

From the room to the page: problems, who shares them, topics, barriers, who joins; the room is closed, its page takes
over, and a topic becomes a community with first members, question and facilitator in one step.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from communities.actions.kickoff import open_kickoff
from communities.models import Community, KickOff
from techniques.actions.room.joining import open_room
from tests.browser.test_room import join, live_server, path, step  # noqa: F401
from tests.cast import as_member

KEYS, LETTERS = "The keys go missing each Monday", "Letters come late"


@pytest.fixture
def live(content, riverside, farah) -> KickOff:
    at = timezone.now()
    said = {"form": "live", "starts_at": at + timedelta(minutes=5), "length": "short", "place": "Room 2"}
    return open_kickoff(riverside, by=as_member(farah), at=at, title="What gets stuck?", **said)


def send(page: Page, text: str, box: str = "Your note") -> None:
    """Write into the box of that name, and press the button under it. Folds that were looked at lie over it no more."""
    page.locator("header details[open]").evaluate_all("folds => folds.forEach((fold) => (fold.open = false))")
    field = step(page).get_by_label(box, exact=True)
    field.fill(text)
    step(page).locator("form[data-write]").filter(has=page.get_by_label(box, exact=True)).locator(
        "button[name=column]"
    ).first.click()
    expect(field).to_have_value("")


def go_on(lead: Page, name: str, *others: Page) -> None:
    lead.get_by_role("button", name="Next step").click()
    for page in (lead, *others):
        expect(step(page).get_by_role("heading", level=2)).to_have_text(name)


def test_a_live_kick_off_from_the_room_to_a_community(live, window, check, farah, lena, oskar):
    room = open_room(live.session, by=as_member(farah), at=timezone.now())
    lead, member, other, gus = window(farah), window(lena), window(oskar), window(width=360)
    lead.goto(path("room/", room))
    member.goto(f"/join/{room.code}/")
    member.locator("button[name=as_member]").click()
    for page, name in ((other, "Oskar Lind"), (gus, "Gus Grey")):
        join(page, room, name)
    phones = (member, other, gus)

    go_on(lead, "Where does knowledge get stuck?", *phones)
    send(gus, "Nights invent what days know")
    lead.get_by_role("button", name="Show all notes").click()

    go_on(lead, "What would you like to solve together?", *phones)
    send(gus, KEYS)
    send(other, LETTERS)
    expect(step(member).get_by_text(KEYS, exact=True).first).to_be_visible()
    step(member).locator(".km-note", has_text=KEYS).get_by_role("button", name="Me too").first.click()
    expect(step(gus).get_by_role("button", name="I share this one", exact=True)).to_be_visible()
    send(other, KEYS.lower(), "Which one do you share?")
    for page in (lead, gus):
        expect(step(page).get_by_text(KEYS.lower(), exact=True).first).to_be_visible()
        check(page)

    go_on(lead, "Stand by a topic", *phones)
    send(lead, f"Keys and doors\n{KEYS}", "Which ones belong together?")
    expect(step(gus).get_by_text("Keys and doors").first).to_be_visible()
    check(lead)
    check(gus)

    go_on(lead, "What could get in our way?", *phones)
    send(gus, "My manager wants me on the ward")
    lead.get_by_role("button", name="Show all notes").click()
    expect(step(other).get_by_text("My manager wants me on the ward").first).to_be_visible()

    go_on(lead, "First steps of each group", *phones)
    for page, line in ((gus, "Keys and doors: Gus Grey"), (member, f"keys: {lena.name}")):
        send(page, line, "Which topic do you join?")
    expect(step(lead).get_by_text(f"keys: {lena.name}", exact=True).first).to_be_visible()
    check(gus)

    go_on(lead, "Tell the others and close", *phones)
    lead.goto(path("close/", room))
    check(lead)
    lead.get_by_role("button", name="Close the session").click()
    # Who joined a topic stands in the summary by name: the portal asks once.
    for box in lead.locator("input[type=checkbox][name$='-keep']:visible").all():
        box.check()
    lead.get_by_role("button", name="Close the session").click()
    expect(lead.get_by_text("The session is closed.")).to_be_visible()
    expect(gus.get_by_role("heading", name="The session is over")).to_be_visible()

    lead.goto(f"/o/riverside/communities/kickoffs/{live.pk}/")
    for words in ("Keys and doors", LETTERS, "It was shared 2 times in the room", "My manager wants me on the ward"):
        expect(lead.get_by_text(words).first).to_be_visible()
    expect(lead.get_by_text(f"Joined in the room: Gus Grey, {lena.name}")).to_be_visible()
    check(lead)
    lead.get_by_role("link", name="Make it a community").click()
    check(lead)
    lead.get_by_label("Which question brings you together?").fill("Where do the keys go at the weekend?")
    lead.get_by_role("button", name="Begin it").click()
    expect(lead.get_by_role("heading", name="Keys and doors")).to_be_visible()
    check(lead)
    community = Community.objects.get()
    assert [one.name for one in community.group.people.all()] == [farah.name]
    member.goto(community.get_absolute_url())
    expect(member.get_by_role("heading", name="You are invited")).to_be_visible()
    member.get_by_role("button", name="Yes, I join").click()
    expect(member.get_by_text("You belong to it")).to_be_visible()
    check(member)
    other.goto(f"/o/hillside/communities/{community.pk}/")
    expect(other.get_by_role("heading", name="Keys and doors")).to_have_count(0)
