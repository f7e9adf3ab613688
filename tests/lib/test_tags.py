"""The tags of the kit, and the frame around every page."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from kmportal.lib.provenance import Link, Stop
from kmportal.lib.samples import SampleForm
from organisations.models import Person
from tests.markup import tidy

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def drawn(template, path="/", **values):
    request = RequestFactory().get(path)
    request.membership = values.pop("membership", None)
    return tidy(engines["django"].from_string(template).render({"request": request, **values})).strip()


def shell(**values):
    organisation = SimpleNamespace(slug="riverside", time_zone="Europe/London", logo_type="", incident_name="Datix")
    defaults = {"organisation": organisation, "person": None, "membership": None, "organisations": []}
    return SimpleNamespace(**{**defaults, "demo": False, "incident_url": "", **values})


def test_an_icon_is_hidden_from_screen_readers():
    html = drawn('{% icon "bell" %}')
    assert 'aria-hidden="true"' in html
    assert "icons.svg#bell" in html


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Lena Marsh", "LM"), ("Cara", "C"), ("Anna Maria de la Cruz", "AC"), ("", ""), ("(guest) Ö", "Ö"), (None, "")],
)
def test_initials(name, letters):
    assert drawn("{{ name|initials }}", name=name) == letters


def test_nobody_is_said_in_words():
    assert "Nobody yet" in drawn("{% who None %}")
    assert "to be found" in drawn('{% who None "to be found" %}')
    assert drawn("{% who name %}.", name="<b>").endswith("&lt;b&gt;</span>.")


@pytest.mark.parametrize(
    ("value", "of", "width"), [(3, 5, "60"), (0, 5, "0"), (None, 5, "0"), (7, 5, "100"), (3, 0, "0"), (-1, 5, "0")]
)
def test_a_meter_never_leaves_its_track(value, of, width):
    html = drawn('{% meter value of "3 of 5 done" %}', value=value, of=of)
    assert f'<rect width="{width}"' in html
    assert 'aria-label="3 of 5 done"' in html


def test_a_state_takes_words_or_a_triple():
    triple = ("good", "circle-check", "Done")
    assert drawn('{% state "good" "circle-check" "Done" %}') == drawn("{% state triple %}", triple=triple)


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (2, "2"), (2.0, "2"), (2.25, "2.2"), (3.5, "3.5")])
def test_a_score_is_written_as_people_do(value, words):
    assert drawn("{{ value|score }}", value=value) == words


@time_machine.travel(NOON, tick=False)
def test_moments_are_told_in_the_zone_of_the_organisation():
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    html = drawn("{% when moment %}", moment=summer, shell=shell())
    assert "2 July 2026 at 00:30" in html
    assert 'datetime="2026-07-02T00:30:00+01:00"' in html
    assert ">today at 12:00<" in drawn("{% when moment %}", moment=NOON, shell=shell())
    assert ">Tomorrow<" in drawn('{% when day "Capital" %}', day=date(2026, 11, 24), shell=shell())
    assert ">23 November 2026<" in drawn('{% when day "date" %}', day=date(2026, 11, 23), shell=shell())
    assert ">12:00<" in drawn('{% when moment "clock" %}', moment=NOON, shell=shell())
    assert drawn("{% when None %}") == ""


@time_machine.travel(NOON, tick=False)
def test_what_is_late_is_marked_and_what_is_not_is_not():
    assert 'class="km-late"' in drawn("{% late day %}", day=date(2026, 11, 12))
    assert "11 days late" in drawn("{% late day %}", day=date(2026, 11, 12))
    assert drawn("{% late day %}", day=date(2026, 11, 23)) == "<b>due today</b>"
    assert drawn("{% late day %}", day=None) == "no date yet"


@time_machine.travel(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), tick=False)
def test_a_day_begins_where_the_organisation_is():
    assert drawn("{% late day %}", day=date(2026, 7, 2), shell=shell()) == "<b>due today</b>"


def test_the_pager_keeps_the_filters():
    page = Paginator(range(86), 25).page(2)
    html = drawn("{% pager page %}", "/lessons/?q=discharge&page=2", page=page)
    assert "26 to 50 of 86" in html
    assert 'href="?q=discharge&amp;page=1"' in html
    assert 'href="?q=discharge&amp;page=3"' in html
    assert drawn("{% pager page %}", page=Paginator(range(3), 25).page(1)) == ""


def test_a_column_head_sorts_and_turns_round():
    first = drawn('{% sort_head "due" "Due" %}', "/actions/?q=a&page=3")
    assert 'href="?q=a&amp;sort=due"' in first
    assert "aria-sort" not in first
    again = drawn('{% sort_head "due" "Due" %}', "/actions/?sort=due")
    assert 'href="?sort=-due"' in again
    assert 'aria-sort="ascending"' in again
    assert 'aria-sort="descending"' in drawn('{% sort_head "due" "Due" %}', sort="-due")
    assert 'href="?sort=-score"' in drawn('{% sort_head "score" "Score" falling=True %}')


def test_blocks_keep_their_words():
    html = drawn('{% alert "warn" %}<p>Take out {{ name }}.</p>{% endalert %}', name="<i>")
    assert "<p>Take out &lt;i&gt;.</p>" in html
    assert "km-alert--warn" in html
    html = drawn('{% nothing "Nobody asked" level=3 %}<a href="/">Ask</a>{% endnothing %}')
    assert "<h3>Nobody asked</h3>" in html
    assert '<a href="/">Ask</a>' in html


def test_the_thread_links_only_what_has_an_address():
    stops = [Stop("done", "Gap", [Link("C1", "/gap/")]), Stop("here", "You are here", [Link("Intervention")])]
    html = drawn("{% thread stops %}", stops=stops)
    assert '<a href="/gap/">C1</a>' in html
    assert 'class="is-here" aria-current="step"' in html
    assert ">Intervention<" not in html


def test_a_button_of_its_own_carries_the_token():
    html = drawn('{% post_button "/accept/" "Accept" about=title kind="small" %}', csrf_token="abc", title="<b>")
    assert 'name="csrfmiddlewaretoken" value="abc"' in html
    assert '<span class="km-hide">: &lt;b&gt;</span>' in html


def test_navigation_marks_where_one_is():
    html = drawn("{% nav %}", reverse("lesson_list", args=["riverside"]), shell=shell())
    assert html.count("aria-current") == 1
    assert 'aria-current="page">Lessons<' in html
    html = drawn("{% nav %}", reverse("lesson_list", args=["riverside"]) + "214/", shell=shell())
    assert 'aria-current="true">Lessons<' in html
    assert 'aria-current="page">Home<' in drawn("{% nav %}", reverse("home", args=["riverside"]), shell=shell())
    assert "aria-current" not in drawn("{% nav %}", "/o/riverside/people/", shell=shell())


def test_without_organisation_there_is_no_navigation():
    assert drawn("{% nav %}") == ""
    assert drawn("{% nav %}", shell=shell(organisation=None)) == ""


def test_an_address_here_lies_in_the_organisation_of_the_page():
    lesson = reverse("lesson_detail", args=["riverside", 3])
    assert drawn('{% here "lesson_list" %}', shell=shell()) == reverse("lesson_list", args=["riverside"])
    assert drawn('{% here "lesson_detail" pk %}', pk=3, shell=shell()) == lesson
    assert drawn('{% here "lesson_detail" pk=3 %}', shell=shell()) == lesson
    assert drawn('{% here "lesson_detail" 3 as way %}to {{ way }}', shell=shell()) == f"to {lesson}"


def test_what_has_no_address_is_refused_or_empty_as_with_url():
    with pytest.raises(NoReverseMatch):
        drawn('{% here "lesson_list" %}', shell=shell(organisation=None))
    assert drawn('{% here "no_such_page" as way %}{{ way }}', shell=shell()) == ""
    with pytest.raises(TemplateSyntaxError):
        drawn("{% here %}")


FILLED = []


def fill(subject, membership):
    FILLED.append((subject, membership))
    return ("communities/_words.html", {"text": f"about {subject}"}) if subject else None


def test_a_slot_draws_what_upper_apps_put_there(settings):
    settings.SLOTS = "tests.lib.test_tags.SLOTS"
    html = drawn('{% slot "page.thread" subject %}', subject="ward", membership="me")
    assert "about ward" in html
    assert FILLED[-1] == ("ward", "me")
    assert drawn('{% slot "page.thread" subject %}', subject="") == ""
    assert drawn('{% slot "unknown" 1 %}') == ""


def test_a_slot_with_a_wrong_name_is_an_error(settings):
    settings.SLOTS = "tests.lib.test_tags.SLOTS"
    with pytest.raises(ImportError):
        drawn('{% slot "wrong.name" 1 %}')


SLOTS = {
    "page.thread": ["tests.lib.test_tags.fill"],
    "wrong.name": ["tests.lib.test_tags.no_such_function"],
}


def test_the_frame_copes_with_a_missing_shell():
    html = drawn('{% extends "base.html" %}{% block title %}Help{% endblock %}')
    assert "<title>Help · KM Portal</title>" in html
    assert 'id="main"' in html


def test_the_frame_of_a_member():
    person = Person(pk=7, name="Lena Marsh")
    membership = SimpleNamespace(permissions={"administer"}, get_role_display="KM lead")
    values = shell(person=person, membership=membership, demo=True, incident_url="https://incident.example/")
    bell, home = SimpleNamespace(unread=3), reverse("home", args=["riverside"])
    html = drawn('{% extends "base.html" %}', home, shell=values, bell=bell, csrf_token="abc")
    assert "Everybody knows its password" in html
    assert "Lena Marsh, your account" in html
    assert 'href="https://incident.example/"' in html
    assert reverse("person_list", args=["riverside"]) in html
    assert html.count('action="/accounts/logout/"') == 2  # in the menu of the desk and in that of the phone
    assert "<b>3</b>" in html


def test_the_error_prefix_is_written_once():
    page = '{% extends "base.html" %}{% block title %}{% error_prefix %}Plan{% endblock %}'
    assert "<title>Error: Plan" in drawn(page, form=SampleForm({}))
    assert "<title>Plan" in drawn(page, form=SampleForm())


def test_messages_stand_on_the_page():
    said = [SimpleNamespace(level_tag="error", __str__=lambda self: "x")]
    html = drawn('{% extends "base.html" %}', messages=said)
    assert "km-alert--bad" in html
