"""What people fill in about a round: preparing, changing, closing."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, MomentField, OnceField, hinted
from kmportal.lib.naming import AboutPeople
from organisations.models import Organisation
from organisations.permissions import Permission
from roadmap.models import Programme
from selfassessment.forms.people import PersonChoice, people_of
from selfassessment.models import Assessment, Framework

ANONYMOUS = (
    "No page or report says who said what, not even to you. You see how many have answered, not who. "
    "People carry on in the browser they began in."
)
NAMED = (
    "Names are kept with the answers, so people can sign in and carry on anywhere, and you remind only those who "
    "have not answered. The report still shows no names."
)


class RoundForm(AboutPeople, forms.ModelForm):
    """A round as it is prepared. Once it is open, what people were told is no longer asked here."""

    about_people = (
        "title",
        "scope",
    )
    anonymous = forms.TypedChoiceField(
        label="Are the answers anonymous?",
        choices=hinted([("yes", "Anonymous"), ("no", "With names")], {"yes": ANONYMOUS, "no": NAMED}),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=_("People read this before they answer. You cannot change it once the round is open."),
    )
    once = OnceField()
    version = forms.IntegerField(initial=0, widget=forms.HiddenInput, required=False)
    facilitator = PersonChoice(
        label="Who facilitates?",
        help_text=_("Is told when the closing date comes, and closes the round."),
        empty_label="Choose somebody",
    )

    class Meta:
        model = Assessment
        fields = (
            "title", "capacity", "scope", "framework", "programme", "anonymous", "facilitator", "closes_on",
            "results_at", "results_place",
        )  # fmt: skip
        labels = {
            "capacity": "Who do people answer for?",
            "framework": "Set of questions",
            "programme": _("Programme"),
            "closes_on": "When does it close?",
            "results_at": "When do you meet to talk about the results?",
        }
        help_texts = {
            "title": "For example, Autumn 2026",
            "scope": "For example, Ward 6. People read “Answer for Ward 6 as a whole”.",
            "programme": _("Suggestions that you accept go on its roadmap."),
            "results_at": _("Book it now. It becomes a session, and the members whom you ask to answer are invited."),
        }
        widgets = {"capacity": forms.RadioSelect}
        field_classes = {"closes_on": DateField, "results_at": MomentField}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["capacity"].choices = hinted(
            Assessment.Capacity.choices,
            {"team": "A good place to start.", "organisation": "Only works if many people answer."},
        )
        fields["facilitator"].queryset = people_of(organisation, Permission.FACILITATE)
        fields["programme"].queryset = Programme.objects.filter(organisation=organisation)
        fields["programme"].empty_label = worded("No programme")
        fields["framework"].queryset = Framework.objects.usable_by(organisation)
        fields["framework"].empty_label = None
        if not self.is_bound:
            self.initial["anonymous"] = "yes" if self.instance.anonymous else "no"
        self._remove_settled()

    def _remove_settled(self) -> None:
        """Ask nothing that has one answer, and nothing that can no longer change."""
        fields: dict[str, Any] = self.fields
        if not self.instance.is_draft:
            for name in ("anonymous", "framework", "capacity"):
                del fields[name]
        elif fields["framework"].queryset.count() < 2:
            del fields["framework"]
        if not fields["programme"].queryset.exists():
            del fields["programme"]

    def wanted(self) -> dict[str, Any]:
        """What was said, for the action: those fields of the row that were asked."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}

    def clean_closes_on(self) -> date:
        day = self.cleaned_data["closes_on"]
        unchanged = not self.instance.is_draft and day == self.initial.get("closes_on")
        if day < timezone.localdate() and not unchanged:
            raise ValidationError("Choose today or a later date")
        if day > timezone.localdate() + timedelta(days=366):
            raise ValidationError("Choose a date within the next year")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        capacity = cleaned.get("capacity", self.instance.capacity)
        if capacity in (Assessment.Capacity.TEAM, Assessment.Capacity.DIRECTORATE) and not cleaned.get("scope"):
            self.add_error("scope", "Name the team or directorate")
        return cleaned


class CloseForm(AboutPeople, forms.Form):
    """Asked once more before a round ends."""

    about_people = ("not_heard",)
    not_heard = forms.CharField(
        max_length=200,
        required=False,
        label="Who did we not hear from?",
        help_text=_("Groups, not names. For example, estates and night staff. This goes into the report."),
    )
