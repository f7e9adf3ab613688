"""The face in Chromium: widths, colours, keyboard, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import faults_of, silent

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["/components/", "/accounts/login/", "/help/", "/accessibility/", "/privacy/", "/accounts/password/reset/"]


@pytest.fixture(autouse=True)
def in_the_demo(settings):
    """The page of components is for developers: a portal in use does not have it."""
    settings.DEMO = True


@pytest.mark.parametrize(
    ("width", "scheme", "pages"), [(1280, "light", PAGES), (360, "light", PAGES), (1280, "dark", PAGES[:2])]
)
def test_pages_are_without_faults(chromium, live_server, width, scheme, pages):
    with silent(chromium, width, color_scheme=scheme) as page:
        faults = {}
        for address in pages:
            page.goto(live_server.url + address)
            faults[address] = faults_of(page)
        assert faults == {address: [] for address in pages}


@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_wider_than_the_window(chromium, live_server, width):
    with silent(chromium, width) as page:
        for address in [*PAGES, "/no-such-page/"]:
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_what_is_chosen_can_be_seen_in_forced_colours(chromium, live_server):
    with silent(chromium, forced_colors="active") as page:
        page.goto(live_server.url + "/components/")
        page.locator("#id_kind_0").check()
        page.locator("#id_kind_0").focus()
        look = page.evaluate(
            """() => {
                const label = document.querySelector('#id_kind_0 + label');
                const dot = getComputedStyle(label, '::after'), ring = getComputedStyle(label, '::before');
                return [dot.opacity, ring.outlineStyle];
            }"""
        )
        assert look == ["1", "solid"]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_error_summary_has_the_focus_and_leads_to_the_field(chromium, live_server, javascript):
    with silent(chromium, java_script_enabled=javascript) as page:
        page.goto(live_server.url + "/accounts/login/")
        page.get_by_label("Work e-mail").fill("lena")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_title(re.compile("^Error: Sign in"))
        expect(page.get_by_label("Work e-mail")).to_have_value("lena")
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        page.get_by_role("link", name="Fill in “Password”").click()
        if javascript:
            expect(page.locator("#id_password")).to_be_focused()
        else:
            expect(page).to_have_url(re.compile("#id_password$"))
        if javascript:
            assert faults_of(page) == []


def test_every_stop_of_the_keyboard_can_be_seen(chromium, live_server):
    with silent(chromium, 360) as page:
        page.goto(live_server.url + "/accounts/login/")
        while page.keyboard.press("Tab") or page.evaluate("document.activeElement !== document.body"):
            style = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; }"
            )
            assert style == ["solid", "3px"], page.evaluate("document.activeElement.outerHTML")


WHOLE = """(e) => {
    const words = [], range = document.createRange(), text = e.firstChild;
    for (const m of text.textContent.matchAll(/\\S+/g)) {
        range.setStart(text, m.index);
        range.setEnd(text, m.index + m[0].length);
        if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) words.push(m[0]);
    }
    return words;
}"""


@pytest.mark.parametrize(
    "name", ["Westmoor Community Healthcare NHS Trust", "Northamptonshire Healthcare NHS Foundation Trust", "Lernwerk"]
)
def test_the_words_of_an_organisation_stay_whole_in_the_head_of_a_phone(window, riverside, cara, name):
    riverside.name = name
    riverside.save()
    page = window(cara, width=360)
    page.goto("/o/riverside/")
    assert page.locator(".km-brand b").evaluate(WHOLE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
