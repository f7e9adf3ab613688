"""Forms with which a community looks at itself."""

from typing import ClassVar

from django import forms

from communities.models import Agreed


class AgreedForm(forms.ModelForm):
    """The charter in figures."""

    class Meta:
        model = Agreed
        fields = ("meetings", "answer_days", "builds", "stories")
        help_texts: ClassVar = {
            "meetings": "The first Tuesday of each month makes three",
            "builds": "A checklist, a page, an answer that others can use",
        }
