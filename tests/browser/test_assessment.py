"""A round of assessment from the invitation to the roadmap, in a browser."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

import roadmap.actions
from roadmap.models import Intervention
from selfassessment.actions import answering, asking, rounds
from selfassessment.models import Answer, Assessment, Criterion, Response
from selfassessment.respondents import Choice, Respondent
from tests.browser.conftest import WIDTHS
from tests.cast import as_member

ASSESS = "/o/riverside/assessments/"


@pytest.fixture
def opened(content, riverside, farah, cara, lena) -> Assessment:
    """A round that is open, with Cara asked and one link for all."""
    assessment = rounds.prepare_assessment(
        riverside, by=as_member(farah), title="Winter round", capacity="team", scope="Ward 6",
        closes_on=timezone.localdate() + timedelta(days=20),at=timezone.now()
    )  # fmt: skip
    rounds.open_assessment(assessment, by=as_member(farah), at=timezone.now())
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    return asking.enable_link(assessment, by=as_member(farah), at=timezone.now())


def answer_all(assessment: Assessment, people: int) -> None:
    """So many people answer everything, a little differently each, and most want more of L2 than of the rest."""
    criteria = list(Criterion.objects.filter(section__framework=assessment.framework).order_by("pk"))
    for number in range(people):
        by = Respondent(f"person {number}", link=assessment.link_nonce)
        for place, criterion in enumerate(criteria):
            now = 1 if criterion.code == "L2" else 4 if criterion.code == "K5" else 1 + (place + number) % 3
            choice = Choice(
                now=now, wanted=min(5, now + 1 + (criterion.code == "L2") * 2), matters=place in (1, 4),
                comment="Only on some wards, and only in winter." if (place + number) % 20 == 0 else "",
            )  # fmt: skip
            answering.save_answer(assessment, criterion, by=by, choice=choice, seen=0)


def choose(page: Page, now: str, wanted: str) -> None:
    page.get_by_role("radiogroup", name=re.compile("nearest to us now")).get_by_label(now).check()
    page.get_by_role("radiogroup", name=re.compile("want to be")).get_by_label(wanted).check()


@pytest.mark.parametrize("width", WIDTHS)
def test_prepare_open_and_ask(content, window, check, riverside, farah, cara, reza, width):
    page = window(farah, width=width)
    page.goto(ASSESS)
    check(page)
    page.get_by_role("link", name="Prepare a round").click()
    check(page)
    page.get_by_label("Name of this round").fill("Winter round")
    page.get_by_label("A team", exact=True).check()
    page.get_by_role("button", name="Prepare the round").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert")).to_contain_text("Name the team or directorate")
    check(page)
    page.get_by_label("Which one?").fill("Ward 6")
    page.get_by_label("When does it close?").fill("in the end")
    page.get_by_role("button", name="Prepare the round").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a date")
    page.get_by_label("When does it close?").fill((date.today() + timedelta(days=20)).strftime("%d/%m/%Y"))
    page.get_by_role("button", name="Prepare the round").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Winter round")
    check(page)
    page.get_by_role("button", name="Open for answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask people to answer")
    check(page)
    page.get_by_label("Cara Doyle").check()
    page.get_by_role("button", name="Ask these members").click()
    expect(page.get_by_role("status").first).to_contain_text("1 person is asked by e-mail")
    page.get_by_label("E-mail addresses").fill("rhea@example.org; gus-at-example.org")
    page.get_by_role("button", name="Ask these addresses").click()
    expect(page.get_by_text("1 person is asked by e-mail")).to_be_visible()
    expect(page.get_by_text("left out: “gus-at-example.org”")).to_be_visible()
    expect(page.get_by_label("E-mail addresses")).to_have_value("gus-at-example.org")
    check(page)
    page.get_by_label("E-mail addresses").fill("gus@example.org")
    page.get_by_role("button", name="Ask these addresses").click()
    expect(page.get_by_text("1 person is asked by e-mail")).to_be_visible()
    expect(page.get_by_label("E-mail addresses")).to_have_value("")
    page.get_by_role("button", name="Make one link for all").click()
    expect(page.get_by_role("link", name="http://127.0.0.1")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Back to the round").click()
    check(page)
    page.goto(ASSESS)
    check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_guest_answers_on_the_phone(opened, window, check, live_server, width):
    page = window(width=width)
    page.goto(f"/answer/{opened.link_nonce}/")
    expect(page.get_by_text("Your answers are anonymous.", exact=True)).to_be_visible()
    check(page)
    page.get_by_role("button", name="Start answering").click()
    expect(page.get_by_text("1 of 25", exact=True)).to_be_visible()
    check(page)
    page.get_by_label(re.compile(r"^\s*2 Starting")).first.check()
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    assert Answer.objects.get().now == 2
    choose(page, "4 Joined up", "5 Second nature")
    page.get_by_role("button", name="Next question").click()  # at once: what is being saved is waited for
    expect(page.get_by_text("2 of 25", exact=True)).to_be_visible()
    first = Answer.objects.get(criterion__code="L1")
    assert (first.now, first.wanted) == (4, 5)

    # By keyboard alone: arrows choose, Enter in a line of text goes on and not back
    page.get_by_label(re.compile(r"^\s*1 Not yet")).first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(re.compile(r"^\s*3 In place")).first).to_be_checked()
    page.get_by_text("Add a comment or evidence").click()
    page.get_by_label("Evidence").fill("Minutes of March")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 of 25", exact=True)).to_be_visible()
    second = Answer.objects.get(criterion__code="L2")
    assert (second.now, second.evidence) == (3, "Minutes of March")

    for number in range(3, 9):
        page.get_by_label("I don’t know how we do this now").check()
        page.get_by_label(re.compile("This matters most to us")).check()
        if number < 8:
            page.get_by_role("button", name="Next question").click()
            expect(page.get_by_text(f"{number + 1} of 25", exact=True)).to_be_visible()
    expect(page.get_by_text("Five questions already matter most to you.")).to_be_visible()
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_role("heading", name="Five questions already matter most to you")).to_be_visible()
    check(page)
    assert Answer.objects.filter(dont_know=True).count() == 6
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text("9 of 25", exact=True)).to_be_visible()

    page.get_by_role("link", name="Stop for now").click()
    expect(page.get_by_text("8 of 25 answered", exact=True)).to_be_visible()
    check(page)
    page.get_by_role("link", name="Carry on answering").click()
    expect(page.get_by_text("9 of 25", exact=True)).to_be_visible()
    page.goto(f"/answer/{opened.link_nonce}/done/")
    expect(page.get_by_role("heading", level=1)).to_have_text("17 questions without an answer")
    check(page)
    page.get_by_role("button", name="I have finished").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    check(page)
    page.get_by_role("button", name="Start as somebody else").click()
    expect(page.get_by_text("1 of 25", exact=True)).to_be_visible()
    expect(page.get_by_label(re.compile(r"^\s*4 Joined up")).first).not_to_be_checked()
    assert Response.objects.count() == 1


def test_an_answer_typed_while_the_line_is_down_is_saved_when_it_is_back(opened, window):
    page = window(width=360)
    page.goto(f"/answer/{opened.link_nonce}/")
    page.get_by_role("button", name="Start answering").click()
    expect(page.get_by_text("1 of 25", exact=True)).to_be_visible()
    page.wait_for_load_state()  # or the line is down before the script that saves is there
    page.context.set_offline(True)
    page.get_by_label(re.compile(r"^\s*2 Starting")).first.check()
    expect(page.get_by_text(re.compile("Not saved yet"))).to_be_visible()
    assert not Answer.objects.exists()
    page.context.set_offline(False)
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    assert Answer.objects.get().now == 2


def test_a_member_answers_without_javascript(opened, window, cara):
    page = window(cara, width=360, script=False)
    page.goto(ASSESS)
    page.get_by_role("link", name="Answer “Winter round”").click()
    page.get_by_role("button", name="Start answering").click()
    for number in range(1, 26):
        expect(page.get_by_text(f"{number} of 25", exact=True)).to_be_visible()
        choose(page, "3 In place", "4 Joined up")
        if number == 2:
            page.get_by_role("button", name="Back").click()
            expect(page.get_by_text("1 of 25", exact=True)).to_be_visible()
            page.get_by_role("button", name="Next question").click()
        page.get_by_role("button", name="Go to the end" if number == 25 else "Next question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have answered everything")
    page.get_by_role("button", name="I have finished").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert Answer.objects.filter(now=3, wanted=4).count() == 25
    assert Response.objects.get().person is None


def test_two_windows_of_one_person(opened, window, check):
    first = window(width=360)
    first.goto(f"/answer/{opened.link_nonce}/")
    first.get_by_role("button", name="Start answering").click()
    expect(first.get_by_text("1 of 25", exact=True)).to_be_visible()
    first.wait_for_load_state()  # or the answer is given before the script that saves is there
    second = first.context.new_page()
    second.goto(first.url.split("?")[0])
    first.get_by_label(re.compile(r"^\s*2 Starting")).first.check()
    expect(first.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    second.get_by_label(re.compile(r"^\s*5 Second nature")).first.check()
    expect(second.get_by_text(re.compile("changed this answer in another window"))).to_be_visible()
    second.get_by_role("button", name="Next question").click()
    expect(second.get_by_text("The other one says: now 2")).to_be_visible()
    expect(second.get_by_label(re.compile(r"^\s*5 Second nature")).first).to_be_checked()
    second.get_by_role("button", name="Next question").click()
    expect(second.get_by_text("2 of 25", exact=True)).to_be_visible()
    assert Answer.objects.get().now == 5


@pytest.mark.parametrize("width", WIDTHS)
def test_close_read_and_decide(opened, window, check, riverside, farah, lena, reza, width):
    today = timezone.localdate()
    roadmap.actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning",
        starts_on=today,
        ends_on=today + timedelta(days=300),
        at=timezone.now(),
    )
    answer_all(opened, 6)
    page = window(farah, width=width)
    page.goto(f"{ASSESS}{opened.pk}/")
    check(page)
    page.get_by_role("link", name="Close the round").click()
    check(page)
    page.get_by_label("Who did we not hear from?").fill("Night staff")
    page.get_by_role("button", name="Close the round").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What people wrote")
    check(page)
    page.get_by_role("button", name="Publish the report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Widest gap: Ownership at the top, now 1, wanted 4")
    check(page)
    page.get_by_role("link", name=re.compile("^Reject")).first.click()
    page.get_by_role("button", name="Reject the suggestion").click()
    expect(page.get_by_role("alert")).to_contain_text("Answer “Why not?”")
    check(page)
    page.get_by_label("Why not?").fill("HR starts its own work in January.")
    page.get_by_role("button", name="Reject the suggestion").click()
    expect(page.get_by_text("HR starts its own work in January.").first).to_be_visible()
    check(page)

    lead = window(lena, width=width)
    lead.goto(f"{ASSESS}{opened.pk}/report/")
    lead.get_by_role("link", name=re.compile("^Change")).first.click()
    check(lead)
    lead.get_by_label("An intervention on the roadmap").check()
    lead.get_by_label("What will you call it?").fill("Our own words for it")
    lead.get_by_label("Who does it?").select_option(label="Farah Siddiqui")
    lead.get_by_label("By when?").fill("tomorrow")
    lead.get_by_role("button", name="Accept the suggestion").click()
    expect(lead.get_by_text("Accepted, changed")).to_be_visible()
    assert Intervention.objects.get().title == "Our own words for it"
    check(lead)
    lead.locator("main").get_by_role("link", name="Our own words for it").first.click()
    expect(lead.get_by_role("heading", level=1)).to_have_text("Our own words for it")
    lead.go_back()
    lead.get_by_role("button", name=re.compile("^Undo")).last.click()
    expect(lead.get_by_text("The decision is undone.")).to_be_visible()

    reader = window(reza, width=width)
    reader.goto(f"{ASSESS}{opened.pk}/report/")
    expect(reader.get_by_role("link", name=re.compile("^Accept"))).to_have_count(0)
    check(reader)


def test_late_and_too_few(opened, window, farah, check):
    page = window(width=360)
    page.goto(f"/answer/{opened.link_nonce}/")
    page.get_by_role("button", name="Start answering").click()
    expect(page.get_by_text("1 of 25", exact=True)).to_be_visible()
    rounds.close_assessment(opened, by=as_member(farah), at=timezone.now())
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This round is closed")
    page.complaints.clear()  # a page that is gone answers 410, which the console notes
    check(page)
    report = window(farah, width=360)
    report.goto(f"{ASSESS}{opened.pk}/report/")
    expect(report.get_by_text("Fewer than 5 people answered.")).to_be_visible()
    check(report)
