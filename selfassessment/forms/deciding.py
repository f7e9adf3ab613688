"""What becomes of a suggestion, or why it is left."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, hinted
from kmportal.lib.naming import AboutPeople
from kmportal.lib.sentences import quoted
from organisations.models import Organisation
from roadmap.models import Programme, Step
from selfassessment.forms.people import PersonChoice, people_of


class DecisionForm(AboutPeople, forms.Form):
    """What becomes of a suggestion: an intervention or an action, in which words, who does it, until when."""

    about_people = ("words",)
    becomes = forms.ChoiceField(label="What does it become?", widget=forms.RadioSelect)
    words = LineField(max_length=120, label="What will you call it?")
    owner = PersonChoice(label="Who does it?", empty_label="Choose somebody")
    step = forms.TypedChoiceField(
        label=_("Which step of the roadmap?"),
        help_text=_("For an intervention only."),
        choices=Step.choices,
        coerce=int,
        required=False,
    )
    until = DateField(label="By when?")

    def __init__(
        self, *args: Any, organisation: Organisation, may_plan: bool, programme: Programme | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("action", worded("An action")), ("intervention", worded("An intervention on the roadmap"))]
        hints = {
            "action": "One thing that one person does by a set day.",
            "intervention": f"A piece of work in {quoted(programme)}, with guidance from the {worded('catalogue')}."
            if programme
            else "",
        }
        fields: dict[str, Any] = self.fields
        fields["becomes"].choices = hinted(choices, hints)
        fields["owner"].queryset = people_of(organisation)
        if not (may_plan and programme):
            fields["becomes"] = forms.ChoiceField(choices=choices[:1], widget=forms.HiddenInput)
            self.initial["becomes"] = "action"
            del fields["step"]

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if day < timezone.localdate():
            raise ValidationError("Choose today or a later date")
        return day


class RejectionForm(AboutPeople, forms.Form):
    """Why a suggestion is left."""

    about_people = ("reason",)
    reason = forms.CharField(
        max_length=500,
        label="Why not?",
        help_text="Everybody who reads the report sees it. For example, “HR starts its own work in January.”",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
