"""Planning a programme, in a browser."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from roadmap import actions
from roadmap.models import CatalogueEntry, Intervention, Programme
from tests.browser.conftest import WIDTHS
from tests.cast import as_member

ROADMAP = "/o/riverside/roadmap/"


@pytest.fixture
def programme(content, riverside, lena, sam, farah) -> Programme:
    programme = actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning at Riverside",
        vision="Nobody at Riverside solves alone what a colleague has solved before.",
        starts_on=date(2026, 5, 1),
        ends_on=date(2028, 4, 30),
        lead=lena,
        sponsor=sam,
        at=timezone.now(),
    )
    lunch = CatalogueEntry.objects.get(key="brown-bag-lunch")
    plan = [
        ("Brown bag lunch", 1, farah, date(2026, 5, 1), date(2026, 9, 1), "done"),
        ("Find champions", 2, lena, date(2026, 6, 1), date(2026, 7, 1), "doing"),
        ("Theory of change with a name that is rather long for a small screen", 3, None, None, None, "planned"),
        ("Before action review", 5, farah, date(2026, 11, 1), date(2099, 3, 1), "doing"),
        ("Kick-off meeting", 5, sam, date(2026, 11, 1), None, "paused"),
        ("A wiki", 5, sam, None, None, "dropped"),
    ]
    for title, step, owner, start, end, state in plan:
        row = actions.plan_intervention(
            programme,
            by=as_member(lena),
            title=title,
            step=step,
            entry=lunch,
            owner=owner,
            starts_on=start,
            ends_on=end,
            at=timezone.now(),
        )
        actions.set_intervention_state(
            row, by=as_member(lena), state=state, reason="Too few people.", at=timezone.now()
        )
    return programme


@pytest.mark.parametrize("width", WIDTHS)
def test_from_nothing_to_a_plan(content, window, check, lena, farah, width):
    page = window(lena, width=width)
    page.goto(ROADMAP)
    check(page)
    page.get_by_role("link", name="Begin a programme").click()
    check(page)
    page.get_by_role("button", name="Begin the programme").click()
    expect(page).to_have_title(re.compile("^Error: "))
    check(page)
    page.get_by_label("What is the programme called?").fill("Learning at Riverside")
    page.get_by_label("When does it start?").fill("1 May 2026")
    page.get_by_label("When does it end?").fill("30/4/2028")
    page.get_by_role("button", name="Begin the programme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Learning at Riverside")
    check(page)
    page.get_by_role("link", name=re.compile("^Choose from the catalogue.*step 1")).click()
    check(page)
    page.get_by_role("link", name=re.compile("^Plan this.*Brown bag lunch")).click()
    check(page)
    page.get_by_label("Who does it?").select_option(label="Farah Siddiqui")
    page.get_by_label("By when?").fill("19 March 2099")
    page.get_by_role("button", name="Add the intervention").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Brown bag lunch")
    expect(page.get_by_text("Choose a case that people will recognise")).to_be_visible()
    check(page)

    hers = window(farah, width=width)
    hers.goto(ROADMAP)
    hers.get_by_role("link", name="Brown bag lunch").first.click()
    hers.get_by_role("button", name=re.compile("^Start it")).click()
    expect(hers.get_by_role("status")).to_contain_text("under way now")
    check(hers)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_view(programme, window, check, reza, lena, width):
    page = window(reza, width=width)
    for path in ("", "time/", "balance/", "steps/2/", "steps/3/", "steps/4/"):
        page.goto(f"{programme.get_absolute_url()}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach(fold => fold.open = true)")
        check(page)
    for row in Intervention.objects.filter(title__in=["Find champions", "Kick-off meeting"]):
        page.goto(row.get_absolute_url())
        check(page)
    for path in ("catalogue/", "catalogue/find-champions/", "programmes/"):
        page.goto(f"{ROADMAP}{path}")
        check(page)
    plans = window(lena, width=width)
    for path in ("steps/2/edit/", "edit/", "interventions/new/"):
        plans.goto(f"{programme.get_absolute_url()}{path}")
        check(plans)
    plans.goto(f"{Intervention.objects.get(title='Find champions').get_absolute_url()}state/")
    check(plans)


@pytest.mark.parametrize("width", WIDTHS)
def test_two_people_change_the_plan_and_nothing_is_lost(programme, window, check, lena, width):
    row = Intervention.objects.get(title="Before action review")
    first, second = window(lena, width=width), window(lena, width=width)
    for page in (first, second):
        page.goto(f"{row.get_absolute_url()}edit/")
    first.get_by_label("What is it called?").fill("Before action review for wards")
    first.get_by_role("button", name="Save the change").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Before action review for wards")
    second.get_by_label("What is it called?").fill("Before action review for theatres")
    second.get_by_label("What is it about?").fill("Fifteen minutes before something changes.")
    second.get_by_role("button", name="Save the change").click()
    expect(second.get_by_role("heading", name="Two people changed this")).to_be_visible()
    expect(second.locator("del").first).to_have_text("wards")
    expect(second.locator("ins").first).to_have_text("theatres")
    check(second)
    expect(second.get_by_label("What is it about?")).to_have_value("Fifteen minutes before something changes.")
    second.get_by_role("button", name="Save the change").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Before action review for theatres")
    row.refresh_from_db()
    assert row.summary == "Fifteen minutes before something changes."


def test_without_javascript(programme, window, lena):
    page = window(lena, width=360, script=False)
    page.goto(f"{programme.get_absolute_url()}time/")
    expect(page.get_by_text("Show as a table")).to_be_visible()
    row = Intervention.objects.get(title="Find champions")
    page.goto(f"{row.get_absolute_url()}state/")
    page.get_by_label("Paused").check()
    page.get_by_role("button", name="Save where it stands").click()
    expect(page.get_by_role("link", name="Say why it is paused")).to_be_visible()
    page.get_by_label("Why?").fill("Waiting for the autumn.")
    page.get_by_role("button", name="Save where it stands").click()
    expect(page.get_by_text("Waiting for the autumn.").first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_one_change_of_several_and_back(programme, window, check, lena, cara, width):
    for number in range(64):
        actions.plan_intervention(
            programme,
            by=as_member(lena),
            title=f"Piece {number} {'Krankenhausverwaltungsvorschriften' * (number % 3)}",
            step=1 + number % 5,
            at=timezone.now(),
        )
    page = window(lena, width=width)
    page.goto(f"{programme.get_absolute_url()}list/?which=no_owner")
    expect(page.get_by_role("heading", name="65 of 70 interventions")).to_be_visible()
    check(page)
    for number in (0, 1):
        page.get_by_label(f"Tick Piece {number}", exact=False).first.check()
    page.get_by_role("button", name="Choose an owner").click()
    check(page)
    page.get_by_label("Who does it?").select_option(label=str(cara))
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="63 of 70 interventions")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="65 of 70 interventions")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_timeline_leads_to_each_intervention(programme, window, check, lena, width):
    for number in range(64):
        day = date(2026, 6, 1 + number % 28)
        actions.plan_intervention(
            programme,
            by=as_member(lena),
            title=f"Piece {number} {'Krankenhausverwaltungsvorschriften' * (number % 3)}",
            step=1 + number % 5,
            starts_on=day,
            ends_on=day,
            owner=lena if number % 2 else None,
            at=timezone.now(),
        )
    page = window(lena, width=width)
    page.goto(f"{programme.get_absolute_url()}time/")
    check(page)
    page.locator("svg a:visible", has_text="Find champions").first.click()
    expect(page.get_by_role("heading", name="Find champions", level=1)).to_be_visible()
