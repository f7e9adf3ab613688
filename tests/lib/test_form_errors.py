"""What is wrong with a form, in sentences that say what to do; and the links that lead to the field."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from kmportal.lib.form_errors import Problem, in_our_words, problems_of


class PlanForm(forms.Form):
    title = forms.CharField(label="Title", max_length=10, min_length=3)
    why = forms.CharField(label="Why does it change?", error_messages={"required": "Say why the plan changes"})
    email = forms.EmailField(label="E-mail", required=False)
    link = forms.URLField(label="Link", required=False, assume_scheme="https")
    days = forms.IntegerField(label="Days", required=False, min_value=1, max_value=9)
    owner = forms.ChoiceField(label="Owner", choices=[("", "nobody"), ("f", "Farah")])
    kind = forms.ChoiceField(label="What kind?", choices=[("q", "Quick")], widget=forms.RadioSelect)
    areas = forms.MultipleChoiceField(label="Areas", choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="The owner agrees")
    logo = forms.FileField(label="Logo")
    seen = forms.IntegerField(widget=forms.HiddenInput)


def words(form, name):
    return [str(error) for error in form[name].errors]


def test_what_is_missing_is_named_with_its_label():
    form = PlanForm({}, {})
    assert {name: words(form, name) for name in form.fields if form.fields[name].required} == {
        "title": ["Fill in “Title”"],
        "why": ["Say why the plan changes"],
        "owner": ["Choose one under “Owner”"],
        "kind": ["Choose an answer to “What kind?”"],
        "areas": ["Choose at least one under “Areas”"],
        "agreed": ["Tick “The owner agrees”"],
        "logo": ["Choose a file for “Logo”"],
        "seen": ["Fill in “Seen”"],
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("title", "x" * 1250, "Shorten “Title” to 10 characters. It has 1,250"),
        ("title", "x", "Write at least 3 characters under “Title”"),
        ("title", "a\x00bcd", "Remove the invisible characters"),
        ("email", "lena", "Enter a complete e-mail address, for example name@example.org"),
        ("link", "no link", "Enter a complete web address, for example https://example.org"),
        ("days", "two", "Enter a whole number"),
        ("days", "10", "Enter 9 or less"),
        ("days", "0", "Enter 1 or more"),
        ("owner", "somebody", "Choose one of the answers in the list"),
        ("kind", "z", "Choose one of the answers in the list"),
    ],
)
def test_wrong_answers_say_what_to_do(name, value, sentence):
    assert words(PlanForm({name: value}, {}), name) == [sentence]


def test_an_empty_file_is_called_empty():
    form = PlanForm({}, {"logo": SimpleUploadedFile("logo.png", b"")})
    assert words(form, "logo") == ["This file is empty. Choose another one"]


def test_words_that_somebody_chose_stay():
    assert in_our_words(ValidationError("The end must come after the start", code="required")) == (
        "The end must come after the start"
    )
    said = ValidationError("At most %(limit_value)s words", code="max_length", params={"limit_value": 5})
    assert in_our_words(said, forms.CharField(), "Title") == "At most 5 words"


def test_password_rules_speak_our_words():
    short = ValidationError("too short", code="password_too_short", params={"min_length": 12})
    assert in_our_words(short) == "Choose a longer password: at least 12 characters"


def test_links_lead_to_the_control_and_a_groups_first_one():
    form = PlanForm({}, {})
    form.add_error(None, "This plan is closed")
    anchors = {problem.words: problem.anchor for problem in problems_of(form)}
    assert anchors["This plan is closed"] == ""
    assert anchors["Fill in “Title”"] == "id_title"
    assert anchors["Choose an answer to “What kind?”"] == "id_kind_0"
    assert anchors["Choose at least one under “Areas”"] == "id_areas_0"
    assert [problem.anchor for problem in problems_of(form)].count("id_seen") == 0
    html = str(form)
    for anchor in filter(None, anchors.values()):
        assert f'id="{anchor}"' in html


def test_a_formset_lists_the_whole_first_then_its_forms():
    class Two(forms.BaseFormSet):
        def clean(self):
            raise ValidationError("Choose two at most")

    made = forms.formset_factory(PlanForm, formset=Two, extra=0)
    formset = made({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"})
    found = problems_of(formset)
    assert found[0] == Problem("Choose two at most")
    assert Problem("Fill in “Title”", "id_form-0-title") in found
