"""The form pack: ids, hints, errors and their references; fields for days and moments; the page of one form."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from kmportal.lib.forms import DateField, Hinted, MomentField, TimeField, helper, hinted, status_of
from kmportal.lib.samples import SampleForm
from kmportal.lib.view_kit import form_page
from tests.markup import tidy

WAYS = ["{{ form|crispy }}", "{% crispy form %}"]


def drawn(form, template=WAYS[0]):
    return tidy(engines["django"].from_string(template).render({"form": form}))


def references(html):
    """Every id that something points at: labels, descriptions, titles, links inside the page."""
    for attribute in ("for", "aria-describedby", "aria-labelledby"):
        for value in re.findall(rf'\b{attribute}="([^"]*)"', html):
            yield from value.split()
    yield from re.findall(r'href="#([^"]+)"', html)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("data", [None, {}, {"title": "x" * 99, "end": "soon", "starts_day": "soon", "kind": "?"}])
def test_every_reference_in_a_form_has_its_target_once(way, data):
    html = drawn(SampleForm(data), way)
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert sorted(ids) == sorted(set(ids))
    assert set(references(html)) - {"form"} <= set(ids)


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_form_has_one_summary_and_marks_its_fields(way):
    html = drawn(SampleForm({"title": "x" * 99, "end": "31 February 2027"}), way)
    assert html.count("govuk-error-summary__title") == 1
    assert "There is no such day: 31 February 2027" in html
    assert 'value="31 February 2027"' in html
    title = re.search(r'<input[^>]*name="title"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in title
    assert 'aria-describedby="id_title_error"' in title


def test_a_summary_higher_up_is_not_repeated_by_the_form():
    html = drawn(SampleForm({}), "{% error_summary form %}" + WAYS[0])
    assert html.count("govuk-error-summary__title") == 1


def test_every_template_draws_its_forms_with_the_pack():
    """One renderer: Django’s own would draw fields in another way beside it."""
    by_django = re.compile(r"as_field_group|\.as_(?:p|div|table|ul)\b|\{\{ (?:form|\w+_form|\w+\.form) \}\}")
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    ours = [path for path in templates if "allauth" not in path.parts]  # allauth’s elements have other variables
    assert [path.name for path in ours if by_django.search(path.read_text(encoding="utf-8"))] == []


def test_a_right_form_has_no_summary():
    assert "govuk-error" not in drawn(SampleForm())


def test_optional_fields_say_so_and_single_boxes_do_not():
    html = drawn(SampleForm())
    assert re.search(r"Work e-mail\s*<span[^>]*>\(optional\)", html)
    assert not re.search(r"What is it called\?\s*<span", html)
    assert not re.search(r"The owner knows about it\s*<span", html)


def test_options_may_have_hints():
    html = drawn(SampleForm())
    assert 'id="id_kind_0" aria-describedby="id_kind_0-hint"' in html
    assert '<div class="govuk-hint govuk-radios__hint" id="id_kind_0-hint">little work, seen soon</div>' in html
    assert "id_kind_1-hint" not in html
    assert hinted([("a", "A")], {})[0][1] == "A"
    assert Hinted("A", "why").hint == "why"


def test_a_long_text_says_how_long_it_may_be_and_is_never_cut_by_the_browser():
    html = drawn(SampleForm())
    assert 'data-maxlength="300"' in html
    assert "You can write up to 300 characters" in html
    assert " maxlength=" not in html


def test_everything_typed_is_escaped():
    html = drawn(SampleForm({"title": '"><script>alert(1)</script>', "why": "</textarea><b>"}))
    assert "<script>" not in html
    assert "</textarea><b>" not in html


class Days(forms.Form):
    day = DateField()
    clock = TimeField(required=False)
    at = MomentField(required=False)


def test_days_and_times_are_read_and_shown_in_full():
    form = Days({"day": "19/3/2027", "clock": "2.30pm"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"day": date(2027, 3, 19), "clock": datetime(2027, 1, 1, 14, 30).time(), "at": None}
    html = drawn(Days(initial={"day": date(2027, 3, 19), "clock": datetime(2027, 1, 1, 9, 5).time()}))
    assert 'value="19 March 2027"' in html
    assert 'value="09:05"' in html


@pytest.mark.parametrize("day", ["29 March 2026", "25 October 2026"])
def test_an_hour_in_which_the_clocks_change_is_refused_in_our_words(day):
    form = Days({"day": day, "clock": "noon", "at_day": day, "at_time": "1:30"})
    assert "The clocks change in that hour" in form.errors["at"][0]
    assert Days({"day": day, "clock": "noon", "at_day": day, "at_time": "3:30"}).is_valid()


def test_a_day_that_was_not_changed_has_not_changed():
    form = Days({"day": "19 March 2027"}, initial={"day": date(2027, 3, 19)})
    assert not form.has_changed()


def test_a_moment_is_read_in_the_active_zone():
    with timezone.override("Europe/London"):
        form = Days({"day": "today", "at_day": "19 July 2027", "at_time": "14:30"})
        assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == datetime(2027, 7, 19, 14, 30, tzinfo=ZoneInfo("Europe/London"))
    moment = datetime(2027, 7, 19, 13, 30, tzinfo=ZoneInfo("UTC"))
    with timezone.override("Europe/London"):
        html = drawn(Days(initial={"at": moment}))
    assert 'value="19 July 2027"' in html
    assert 'value="14:30"' in html


@pytest.mark.parametrize(
    ("day", "clock", "sentence"),
    [
        ("19 July 2027", "25:00", "There is no such time: 25:00"),
        ("31 June 2027", "10:00", "There is no such day: 31 June 2027"),
    ],
)
def test_a_wrong_moment_says_which_half_is_wrong(day, clock, sentence):
    form = Days({"day": "today", "at_day": day, "at_time": clock})
    assert [str(error) for error in form["at"].errors] == [sentence]


@pytest.mark.parametrize(
    ("day", "clock", "sentence"),
    [("19 July 2027", "", "Add the time, for example 14:30"), ("", "14:30", "Add the day, for example 19 March 2027")],
)
def test_half_a_moment_is_refused_with_a_sentence(day, clock, sentence):
    form = Days({"day": "today", "at_day": day, "at_time": clock})
    assert [str(error) for error in form["at"].errors] == [sentence]


def test_a_moment_that_the_clock_change_leaves_out_is_refused():
    with timezone.override("Europe/London"):
        form = Days({"day": "today", "at_day": "28 March 2027", "at_time": "01:30"})
        assert not form.is_valid()


def request(path="/"):
    made = RequestFactory().get(path)
    made.user = None
    return made


def test_a_page_of_one_form_answers_422_and_begins_its_title_with_error():
    wrong = form_page(request(), SampleForm({}), title="Change the plan", verb="Save the change", back="/plan/")
    html = tidy(wrong.content.decode())
    assert wrong.status_code == status_of(SampleForm({})) == 422
    assert "<title>Error: Change the plan" in html
    assert 'tabindex="-1" autofocus' in html
    fine = form_page(request(), SampleForm(), title="Change the plan", verb="Save the change", back="/plan/")
    assert fine.status_code == 200
    assert "<title>Change the plan" in tidy(fine.content.decode())


def test_a_page_of_one_form_has_its_verb_and_a_way_back():
    words = {"title": "Move it", "verb": "Move the date", "back": "/plan/", "back_words": "Leave it"}
    html = tidy(form_page(request(), Days(), crumbs=[("Plan", "/plan/")], **words).content.decode())
    assert ">Move the date</button>" in html
    assert 'href="/plan/">Leave it</a>' in html
    assert html.count("<form") == 1
    assert "csrfmiddlewaretoken" in html


def test_a_form_with_a_file_is_sent_as_one():
    assert 'enctype="multipart/form-data"' in drawn(SampleForm(), WAYS[1])
    assert "multipart" not in drawn(Days(), WAYS[1])


def test_a_layout_groups_and_orders_fields_and_keeps_hidden_ones():
    class Grouped(forms.Form):
        one = forms.CharField()
        two = forms.CharField()
        seen = forms.IntegerField(widget=forms.HiddenInput, initial=3)

        @property
        def helper(self):
            from crispy_forms.layout import Fieldset

            return helper(Fieldset("Both", "two", "one"), verb="Save it")

    html = drawn(Grouped(), WAYS[1])
    assert html.index('name="two"') < html.index('name="one"')
    assert 'name="seen"' in html
    assert "Both</legend>" in html
