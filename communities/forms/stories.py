"""The form for a story of value: five boxes, who may read it, and what it comes to."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms

from communities.models import ClaimedBenefit, Story
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople

BOX_HINTS = {
    "worth": "What did you like, find out, or laugh about?",
    "took": "What did you gain: knowledge, a contact, a tool, courage?",
    "used": "What did you do differently, where and when?",
    "changed": "What came of it for patients, residents, staff, money or time? How do you know?",
    "otherwise": "What counts as success now that did not before?",
}


class StoryOfValueForm(AboutPeople, forms.ModelForm):
    """One box is enough. The key makes one story of the same form sent twice."""

    about_people = ("title", *Story.BOXES, "who_says")

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    amount = forms.DecimalField(
        label="How much was it, if you know?", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    unit = forms.ChoiceField(
        label="Of what?", required=False, choices=[("", "I do not know"), *ClaimedBenefit.Unit.choices]
    )
    who_says = LineField(label="Who says so?", required=False, max_length=200)
    sureness = forms.ChoiceField(
        label="How sure is it?",
        required=False,
        choices=ClaimedBenefit.Sureness.choices,
        widget=forms.RadioSelect,
        initial=ClaimedBenefit.Sureness.TOLD,
    )

    class Meta:
        model = Story
        fields = ("title", *Story.BOXES, "reach")
        labels: ClassVar = {"reach": "Who may read it?"}
        help_texts: ClassVar = BOX_HINTS
        widgets: ClassVar = {
            "reach": forms.RadioSelect,
            **{name: forms.Textarea({"rows": 3}) for name in Story.BOXES},
        }

    field_order = (
        *("title", "worth", "took", "used", "changed", "amount", "unit", "who_says", "sureness", "otherwise", "reach"),
        *("once", "version"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["reach"].choices = Story._meta.get_field("reach").choices
        fields["amount"].help_text = _("Only for the box above: hours, days, pounds or people")
        self.initial.setdefault("once", uuid4())
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            benefit = ClaimedBenefit.objects.filter(story=self.instance).first()
            if benefit is not None:
                for name in ("amount", "unit", "who_says", "sureness"):
                    self.initial[name] = getattr(benefit, name)

    def validate_constraints(self) -> None:
        """The action knows about the same form sent twice."""

    def told(self) -> dict[str, Any]:
        """What ``tell_story`` and ``change_story`` take."""
        typed = self.cleaned_data
        return {
            "words": {name: typed[name] for name in ("title", *Story.BOXES)},
            "reach": typed["reach"],
            "amount": typed["amount"],
            "unit": typed["unit"],
            "who_says": typed["who_says"],
            "sureness": typed["sureness"] or ClaimedBenefit.Sureness.TOLD,
        }
