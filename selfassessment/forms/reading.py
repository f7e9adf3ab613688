"""What is asked before a comment is kept out of a report."""

from django import forms

from selfassessment.models import Withholding


class WithholdForm(forms.Form):
    """The reason is chosen, so that it can name nobody itself: readers of the report see it."""

    reason = forms.ChoiceField(
        label="Why is it withheld?",
        choices=Withholding.choices,
        widget=forms.RadioSelect,
        help_text="The report counts what is withheld and gives this reason.",
        error_messages={"required": "Choose why it is withheld"},
    )
