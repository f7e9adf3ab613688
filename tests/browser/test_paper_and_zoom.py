"""What becomes of pages on paper, at the largest letters, and where no script runs."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from techniques.actions import planning
from techniques.models import Technique
from tests.browser.house import silent
from tests.cast import as_member

pytestmark = pytest.mark.django_db(transaction=True)
# An A4 sheet between its margins, at 96 dots an inch
SHEET = 665
CUT = """() => [...document.querySelectorAll('main table, main svg, main p')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && box.right > innerWidth + 1;
}).map(e => e.outerHTML.slice(0, 90))"""
SHOWN = """names => names.filter(name => [...document.querySelectorAll(name)].some(e => e.getClientRects().length))"""
# A phone of 360 px whose owner reads letters twice as large is 11 rem wide, and so is a small window
LARGE_LETTERS = 256


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_shows_all_of_a_picture_and_nothing_to_press(chromium, live_server, scheme):
    with silent(chromium, SHEET, color_scheme=scheme) as page:
        page.goto(live_server.url + "/components/")
        page.emulate_media(media="print", color_scheme=scheme)
        assert page.evaluate(CUT) == []
        assert page.evaluate(SHOWN, [".km-top", ".km-foot", ".govuk-button", ".km-nav2", "search", ".km-filters"]) == []
        colours = "getComputedStyle(document.body).color + getComputedStyle(document.querySelector('.c-gap')).fill"
        assert page.evaluate(colours) == "rgb(0, 0, 0)rgb(245, 184, 46)"
        assert page.evaluate("getComputedStyle(document.querySelector('.km-f2')).fill") == "rgb(196, 67, 31)"


@pytest.mark.parametrize("address", ["/accounts/login/", "/help/", "/join/", "/components/"])
def test_large_letters_on_a_phone_need_no_scrolling_sideways(chromium, live_server, settings, address):
    settings.DEMO = True
    with silent(chromium, LARGE_LETTERS) as page:
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= LARGE_LETTERS


@pytest.mark.parametrize("script", [True, False])
def test_whoever_waits_is_promised_only_what_will_happen(window, content, riverside, farah, settings, script):
    technique = Technique.objects.get(key="after-action-review", organisation=None)
    session = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=technique,
        title="Ward 9",
        length="short",
        starts_at=timezone.now(),
        at=timezone.now(),
    )
    page = window(script=script)
    page.goto(f"/join/{session.code}/")
    page.get_by_label("Your name").fill("Gus")
    page.get_by_role("button", name="Join the session").click()
    expect(page.get_by_role("heading", name="You are in")).to_be_visible()
    expect(page.get_by_text("Leave this page open")).to_be_visible(visible=script)
    expect(page.locator("noscript a")).to_be_visible(visible=not script)
