"""Asking somebody outside, and what they answer."""

from uuid import uuid4

from django import forms

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import EmailField, LineField
from kmportal.lib.naming import AboutPeople
from lessons.models import ExpertQuestion
from lessons.models.experts import LONGEST_OPINION


class AskExpertForm(AboutPeople, forms.Form):
    """Whom, and what."""

    about_people = ("question",)
    whom = LineField(
        max_length=120, label="Whom do you ask?", help_text="For example: Dr Ito, pharmacist in the county"
    )
    question = forms.CharField(
        required=False,
        max_length=LONGEST_OPINION,
        label="What do you want to know?",
        widget=forms.Textarea({"rows": 3}),
    )
    email = EmailField(
        required=False, label="Their e-mail address", help_text="Without one, you copy the link and send it yourself."
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class OpinionForm(AboutPeople, forms.Form):
    """What an expert says."""

    about_people = ("opinion",)
    verdict = forms.ChoiceField(
        choices=ExpertQuestion.Verdict.choices,
        widget=forms.RadioSelect,
        label=_("Is what this lesson says right?"),
        error_messages={"required": "Choose one of the answers"},
    )
    opinion = forms.CharField(
        required=False,
        max_length=LONGEST_OPINION,
        label="What should be better?",
        help_text="Name no patient, client or colleague.",
        widget=forms.Textarea({"rows": 5}),
    )
    name = LineField(
        max_length=120,
        label="Your name",
        help_text=_("Those who check the lesson and its author see it beside your answer."),
        error_messages={"required": "Say who you are"},
    )
