"""Two questions at the end of a session, on four phones: what one person answers changes what whoever leads reads."""

from django.utils import timezone
from playwright.sync_api import expect

from techniques.actions.room import closing, stages
from tests.browser.test_room import join, live_server, path, room, session  # noqa: F401
from tests.cast import as_member


def choose(page, worth: str, said: str) -> None:
    for number, answer in enumerate((worth, said)):
        page.get_by_role("radio", name=answer, exact=True).nth(number).check()
    page.get_by_role("button", name="Send both answers").click()
    expect(page.get_by_role("heading", name="Thank you", exact=True)).to_be_visible()


def test_two_questions(room, window, check, farah, cara):  # noqa: F811
    phones = [window(width=360), window(width=360, script=False), window(width=1280)]
    for page, name in zip(phones, ("Gus", "Rhea", "Kit"), strict=True):
        join(page, room, name)
    lead = as_member(farah)
    stages.go_to_stage(room, stage=room.stages.last(), by=lead, at=timezone.now())
    phones[0].get_by_role("link", name="Two questions before you go").click()
    check(phones[0])
    choose(phones[0], "Yes", "Yes")
    phones[0].get_by_role("link", name="Back to the room").click()
    closing.close_session(room, by=lead, at=timezone.now(), summary={"expect": "A calm morning"})
    expect(phones[0].get_by_role("heading", name="The session is over")).to_be_visible()
    desk = window(farah)
    desk.goto(path("", room))
    expect(desk.get_by_text("1 person has answered.")).to_be_visible()
    phones[1].reload()
    choose(phones[1], "Yes", "Partly")
    phones[2].get_by_role("link", name="Two questions before you go").click()
    check(phones[2])
    # All hangs on the last one: before it there are no figures, and this answer stands among them.
    desk.reload()
    expect(desk.get_by_role("row", name="Was it worth your time?")).to_have_count(0)
    choose(phones[2], "No", "Yes")
    desk.reload()
    expect(desk.get_by_role("row", name="Was it worth your time?")).to_contain_text("2 0 1")
    expect(desk.get_by_role("row", name="Could you say what mattered to you?")).to_contain_text("2 1 0")
    check(desk)
    for page in (phones[0], phones[2], desk):
        assert page.complaints == []
