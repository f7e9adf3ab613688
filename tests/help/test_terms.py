"""Words of the glossary are linked where they first stand on a page, once, and the links lead somewhere."""

import re

import pytest
from django.urls import reverse

from help import actions
from help.introductions import by_page

pytestmark = pytest.mark.drawn

MAIN = [
    "home", "programme_detail", "programme_time", "programme_balance", "step_detail", "intervention_detail",
    "catalogue_list", "catalogue_detail", "assessment_list", "assessment_detail", "gap_report", "session_list",
    "session_detail", "technique_list", "technique_detail", "lesson_list", "lesson_detail", "lesson_new", "action_list",
]  # fmt: skip
ARGS = {"catalogue_detail": ["brown-bag-lunch"], "technique_detail": ["after-action-review"]}
WHO = {"lesson_detail": "cara", "action_list": "cara"}


@pytest.fixture
def places(client, db) -> set[str]:
    """Every place of the page of words that a link can lead to."""
    return set(re.findall(r'id="([^"]+)"', client.get(reverse("words")).content.decode()))


@pytest.mark.parametrize("is_put_away", [False, True], ids=["with introductions", "without them"])
def test_the_main_pages_link_each_word_once(world, places, as_, is_put_away):
    if is_put_away:
        for person in (world.people["lena"], world.people["cara"]):
            for page in {one.page for one in by_page().values()}:
                actions.hide_introduction(page, by=person)
    t, wrong = world.things, []
    args = {
        **ARGS,
        **{name: [t.programme.pk] for name in ("programme_detail", "programme_time", "programme_balance")},
        "step_detail": [t.programme.pk, 1],
        "intervention_detail": [t.intervention.pk],
        "assessment_detail": [t.round_open.pk],
        "gap_report": [t.round_closed.pk],
        "session_detail": [t.session.pk],
        "lesson_detail": [t.draft.pk],
    }
    for name in MAIN:
        browser = as_(world.people[WHO.get(name, "lena")])
        html = browser.get(reverse(name, args=["riverside", *args.get(name, [])])).content.decode()
        linked = re.findall(r'class="km-term" href="/words/#([^"]+)"', html)
        if not linked or len(set(linked)) != len(linked) or not set(linked) <= places:
            wrong.append((name, linked))
    assert wrong == []


def test_a_page_that_is_loaded_again_links_again(as_, riverside, lena):
    browser, url = as_(lena), reverse("session_list", args=["riverside"])
    assert all('class="km-term"' in browser.get(url).content.decode() for _ in range(2))
