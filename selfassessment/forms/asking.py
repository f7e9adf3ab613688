"""Whom to ask: members from a list, addresses pasted from anywhere."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from kmportal.lib.addresses import read_addresses
from kmportal.lib.forms import ManyOf
from organisations.models import Person
from selfassessment.forms.people import people_of
from selfassessment.models import Assessment

# Each is a mail of its own, written while somebody waits.
ADDRESSES_AT_ONCE = 500


class MembersForm(forms.Form):
    """Members to be asked, as a list to tick, or ``everybody``. Those who were asked already are not on it."""

    members = ManyOf(Person.objects.none(), widget=forms.CheckboxSelectMultiple, label="Members to ask")

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = assessment.asked.exclude(person=None).values("person_id")
        self.offered = people_of(assessment.organisation).exclude(pk__in=asked)
        fields: dict[str, Any] = self.fields
        fields["members"].queryset = self.offered
        fields["members"].required = "everybody" not in self.data

    def clean_members(self) -> QuerySet[Person]:
        """Those who are ticked, or all who are offered."""
        return self.offered if "everybody" in self.data else self.cleaned_data["members"]


class AddressesForm(forms.Form):
    """Addresses pasted from anywhere: one a line, with commas or semicolons, with names around them."""

    addresses = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}),
        label="E-mail addresses",
        help_text=(
            "Paste them as they are: one per line, or separated by commas or semicolons. Ask everybody before the "
            "first answer comes in: later addresses are not counted as the five people that a report needs."
        ),
        max_length=40_000,
    )

    def clean_addresses(self) -> list[str]:
        """The addresses, each once. What is none is left out and named; if nothing else is there, nobody is asked."""
        pasted = read_addresses(self.cleaned_data["addresses"])
        self.cleaned_data["bad"] = pasted.bad
        if pasted.bad and not pasted.found:
            named = ", ".join(f"“{piece[:60]}”" for piece in pasted.bad[:10])
            more = f" and {len(pasted.bad) - 10} more" if len(pasted.bad) > 10 else ""
            one = len(pasted.bad) == 1
            what = "This is not a complete e-mail address" if one else "These are not complete e-mail addresses"
            raise ValidationError(f"{what}: {named}{more}. Nothing has been sent")
        if not pasted.found:
            raise ValidationError("Enter at least one e-mail address")
        if len(pasted.found) > ADDRESSES_AT_ONCE:
            raise ValidationError(
                f"You have entered {len(pasted.found):,} addresses. Ask at most {ADDRESSES_AT_ONCE} at a time, "
                "or send one link to all"
            )
        return list(pasted.found)
