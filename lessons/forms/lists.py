"""Keeping a list of lessons under a name."""

from typing import ClassVar

from django import forms

from lessons.models import SavedList


class SavedListForm(forms.ModelForm):
    """What it is called."""

    class Meta:
        model = SavedList
        fields = ("name",)
        help_texts: ClassVar = {"name": "For example: New from my ward. Only you see it"}
