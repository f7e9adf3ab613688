"""Forms for themes: a set that is pasted, and the themes of one lesson."""

from typing import Any

from django import forms

from kmportal.lib.forms import LineField, ManyOf
from lessons.models import Lesson, Theme
from organisations.models import Membership


class LoadForm(forms.Form):
    """A set of themes, pasted or as a file."""

    name = LineField(
        label="What is the set called?",
        max_length=120,
        required=False,
        help_text="The name of a set that is here already loads it anew.",
    )
    source_url = forms.URLField(
        label="Where can people read it?", max_length=500, required=False, assume_scheme="https"
    )
    pasted = forms.CharField(
        label="The themes",
        max_length=100_000,
        strip=False,
        widget=forms.Textarea({"rows": 12}),
        help_text="One a line: code, name and text, with commas or tabs between them. Or YAML.",
        error_messages={"required": "Paste the themes, one a line"},
    )


class LessonThemesForm(forms.Form):
    """To which themes a lesson belongs."""

    themes = ManyOf(
        Theme.objects.none(),
        required=False,
        label="To which themes does it belong?",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, membership: Membership, lesson: Lesson, **kwargs: Any) -> None:
        offered = Theme.objects.visible_to(membership).in_use().select_related("theme_set")
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["themes"].initial = offered.filter(lessons=lesson)
        fields["themes"].queryset = offered.order_by("theme_set__name", "position", "pk")
        fields["themes"].label_from_instance = lambda theme: f"{theme.theme_set}: {theme}"
