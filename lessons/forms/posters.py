"""What somebody without an account leaves at a poster."""

from typing import Any

from django import forms

from kmportal.lib.forms import OnceField
from kmportal.lib.naming import AboutPeople
from lessons.models import LONGEST_LEFT


class LeaveForm(AboutPeople, forms.Form):
    """Two boxes. ``website`` is for machines, which fill in all that they find: people do not see it."""

    about_people = ("happened", "advice")

    once = OnceField()
    happened = forms.CharField(
        label="What happened?",
        help_text="Good or bad. Name no patient, no client and no colleague",
        max_length=LONGEST_LEFT,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": "Say what happened"},
    )
    advice = forms.CharField(
        label="What should others do?",
        required=False,
        max_length=LONGEST_LEFT,
        widget=forms.Textarea({"rows": 3}),
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Leave this box empty: it is there to tell machines from people")
        return ""

    def values(self) -> dict[str, Any]:
        """What ``leave_note`` takes."""
        return {name: self.cleaned_data[name] for name in ("happened", "advice", "once")}
