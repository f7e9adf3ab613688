"""The forms of quotes: what somebody said, and under which name it may stand."""

from typing import Any

from django import forms

from actionplan.forms import members_of
from kmportal.lib.forms import DateField, LineField, OnceField
from kmportal.lib.naming import AboutPeople
from lessons.models import LONGEST_QUOTE
from organisations.models import Organisation, Person


class QuoteForm(AboutPeople, forms.Form):
    """What somebody said, who it was, and what stands under it."""

    about_people = ("text",)
    mark_optional = False

    once = OnceField()
    text = forms.CharField(
        label="What was said?",
        help_text="In their own words. One or two sentences are best.",
        max_length=LONGEST_QUOTE,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Write what was said"},
    )
    said_by = forms.ModelChoiceField(
        Person.objects.none(),
        required=False,
        label="Who said it?",
        empty_label="Somebody who has no account here",
        help_text="They are asked, and nobody else reads it before their yes.",
    )
    signed = LineField(
        label="What stands under it?",
        help_text="Their name, or what they do, as they like: for example, a porter on nights.",
        max_length=120,
        error_messages={"required": "Say what stands under it"},
    )
    agreed_on = DateField(
        required=False,
        label="On which day did they agree?",
        lean=-1,
        help_text="Only for somebody who has no account here. Your name is kept with that day.",
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["said_by"].queryset = members_of(organisation)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if wanted.get("said_by") and wanted.get("agreed_on"):
            self.add_error("agreed_on", "They are asked themselves. Leave this empty")
        if not (wanted.get("said_by") or wanted.get("agreed_on") or "agreed_on" in self.errors):
            self.add_error("agreed_on", "Say on which day they agreed, or choose who said it")
        return wanted

    def values(self) -> dict[str, Any]:
        """What ``add_quote`` takes."""
        names = ("once", "text", "said_by", "signed", "agreed_on")
        return {name: self.cleaned_data[name] for name in names}


class AgreeForm(forms.Form):
    """Under which name one’s own words may stand."""

    signed = LineField(
        label="What stands under it?",
        help_text="Your name, or what you do. You decide.",
        max_length=120,
        error_messages={"required": "Say what stands under it"},
    )
