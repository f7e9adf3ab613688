"""One’s own account and access tokens."""

from typing import Any

from django import forms

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, OnceField
from organisations.models import AccessToken


class AccountForm(forms.Form):
    """One’s own name, and when one is away."""

    name = LineField(
        label="Your name",
        max_length=120,
        help_text=_("Colleagues see it next to actions and in lists."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    away_from_on = DateField(
        label="If you are away: from when?",
        help_text="Colleagues who name you or want to ask you are told.",
        required=False,
    )
    away_until_on = DateField(label="Until when?", help_text="The last day", required=False)


class TokenForm(forms.ModelForm):
    """A new access token: what for, what it may do, for how long."""

    days = forms.TypedChoiceField(
        coerce=int,
        initial=90,
        choices=[(7, "A week"), (30, "A month"), (90, "Three months"), (365, "A year")],
        label="How long does it last?",
    )
    once = OnceField()

    class Meta:
        model = AccessToken
        fields = ("name", "scope")
        labels = {"name": "What is it for?", "scope": "What may it do?"}
        help_texts = {"name": "For example, the weekly report of the library."}
        widgets = {"scope": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["scope"].choices = AccessToken.Scope.choices
