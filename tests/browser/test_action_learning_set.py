"""An action learning set in four browsers, from planning to what its presenter does about it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kmportal.lib.days import long_day
from techniques.actions.room import stages
from techniques.models import LearningSet, OwnAction
from tests.browser.test_room import live_server, step  # noqa: F401
from tests.cast import as_member

pytestmark = pytest.mark.usefixtures("content")


def test_from_planning_to_what_the_presenter_does(window, check, riverside, farah, cara, reza, sam):
    """One member backs another bid, and somebody else has the turn; only who presents reads questions and gifts."""
    lead = window(farah)
    lead.goto("/o/riverside/sessions/sets/new/")
    lead.get_by_label("What is the set called?").fill("Ward sisters")
    for person in (cara, reza, sam):
        lead.get_by_label(str(person), exact=True).check()
    lead.get_by_role("textbox", name="Day").fill(long_day(timezone.localdate() + timedelta(days=1)))
    lead.get_by_role("textbox", name="Time").fill("10:00")
    lead.get_by_role("button", name="Begin the set").click()
    expect(lead.get_by_role("heading", name="Ward sisters")).to_be_visible()
    lead.get_by_role("button", name="Open the room").click()
    room = LearningSet.objects.get().meetings.get()

    phones = {who: window(person, width=360) for who, person in (("cara", cara), ("reza", reza))}
    phones["sam"] = window(sam, width=360, script=False)
    for page in phones.values():
        page.goto(f"/join/{room.code}/")
        page.get_by_role("button", name="Join as").click()
    cara_s, reza_s, sam_s = phones["cara"], phones["reza"], phones["sam"]
    step(cara_s).get_by_role("button", name="I have reported").click()
    expect(step(lead).get_by_text("1 of 3")).to_be_visible()

    def go(key: str) -> None:
        stages.go_to_stage(room, stage=room.stages.get(key=key), by=as_member(farah), at=timezone.now())

    go("bidding")
    for page, issue in ((cara_s, "The night rota"), (reza_s, "My manager")):
        step(page).get_by_label("Your issue in one sentence").fill(issue)
        step(page).get_by_role("button", name="Ask for time").click()
        expect(step(page).get_by_role("button", name="Change it")).to_be_visible()
    step(lead).get_by_role("button", name="1 turn", exact=True).click()
    expect(step(lead).locator(".km-turns")).to_contain_text("Cara Doyle")
    # One member’s press, without a script, and the turn is another’s.
    sam_s.goto(f"/join/{room.code}/room/")
    step(sam_s).get_by_role("button", name=re.compile("^This one today.*My manager")).click()
    expect(step(lead).get_by_text("1 member wants to hear it today")).to_be_visible()
    step(lead).get_by_role("button", name="1 turn", exact=True).click()
    expect(step(lead).locator(".km-turns")).to_contain_text("Reza Amini")
    expect(step(lead).locator(".km-turns")).not_to_contain_text("Cara Doyle")
    check(reza_s)

    go("presenters")
    step(reza_s).get_by_role("button", name="Yes, a gift round").click()
    for words in ("Begin with Reza Amini", "Go on: Questions to understand"):
        step(lead).get_by_role("button", name=words).click()
    step(cara_s).get_by_label("Your question").fill("Have you tried ringing him?")
    step(cara_s).get_by_role("button", name="Send the question").click()
    expect(cara_s.get_by_text("This sounds like advice.")).to_be_visible()
    cara_s.get_by_label("Your question").fill("What would he say to that?")
    cara_s.get_by_role("button", name="Send the question").click()
    step(reza_s).get_by_role("button", name="Read the questions").click()
    expect(step(reza_s).get_by_text("What would he say to that?")).to_be_visible()
    for words in ("Go on: Open questions", "Go on: Actions", "Go on: Gift round"):
        step(lead).get_by_role("button", name=words).click()
    sam_s.goto(f"/join/{room.code}/room/")
    step(sam_s).get_by_label("Your gift").fill("Ask for an hour, not for ten minutes")
    step(sam_s).get_by_role("button", name="Give it").click()
    expect(step(reza_s).get_by_text("Ask for an hour")).to_be_visible()
    step(reza_s).get_by_label("What will you do?").fill("Ring him on Friday")
    step(reza_s).get_by_role("button", name="Write it down").click()
    expect(step(reza_s).get_by_text("Ring him on Friday", exact=True)).to_be_visible()
    expect(step(reza_s).get_by_label("What will you do?")).to_have_value("")
    check(reza_s)
    for page in (lead, cara_s, sam_s):
        assert "Ring him" not in page.content()
        assert "What would he say" not in page.content()

    lead.goto(f"/o/riverside/sessions/{room.pk}/close/")
    lead.get_by_label("How did we ask?").fill("Openly")
    lead.get_by_role("button", name="End the meeting").click()
    expect(lead.get_by_text("How we asked: Openly")).to_be_visible()
    expect(lead.get_by_text("Presented: Reza Amini")).to_be_visible()
    home = room.learning_set.get_absolute_url()
    reza_s.goto(home)
    expect(reza_s.get_by_text("Ask for an hour, not for ten minutes")).to_be_visible()
    reza_s.get_by_role("link", name="Ring him on Friday").click()
    reza_s.get_by_label("It is done").check()
    reza_s.get_by_role("button", name="Save it").click()
    expect(reza_s.get_by_text("It is saved. Only you read it.")).to_be_visible()
    assert OwnAction.objects.get().done_at
    cara_s.goto(home)
    for words in ("Ring him", "Ask for an hour"):
        assert words not in cara_s.content() + lead.content()
    for page in (reza_s, cara_s, lead):
        # Their phones asked once more for a room of which nobody knows any more who was in it.
        page.complaints[:] = [one for one in page.complaints if "404" not in one]
        check(page)
