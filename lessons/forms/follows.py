"""Forms for following: what of a lesson, or a search; and how one hears of it."""

from typing import Any

from django import forms

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import LineField
from lessons.models import Follow, How

HOW = "How do you want to hear of it?"


class SearchForm(forms.Form):
    """A search to follow, with a name of one’s own."""

    name = LineField(
        label="What do you call it?",
        help_text="Only you see it. Empty, it is called after its words.",
        max_length=120,
        required=False,
    )
    how = forms.ChoiceField(label=HOW, choices=How.choices[:2], initial=How.DIGEST, widget=forms.RadioSelect)


class HowForm(forms.Form):
    """How one hears of a tag or a theme."""

    how = forms.ChoiceField(label=HOW, choices=How.choices[:2], initial=How.DIGEST, widget=forms.RadioSelect)


class LessonFollowForm(forms.Form):
    """What of a lesson to follow."""

    what = forms.ChoiceField(
        label="What do you want to follow?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you want to follow"},
    )
    how = forms.ChoiceField(label=HOW, choices=How.choices[:2], initial=How.DIGEST, widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {Follow.Kind.TAG: "Tag", Follow.Kind.GROUP: worded("Group"), Follow.Kind.AUTHOR: "Author"}
        fields: dict[str, Any] = self.fields
        fields["what"].choices = [
            (key, f"{kinds[Follow.Kind(key.partition('-')[0])]}: {row}") for key, row in offered.items()
        ]
