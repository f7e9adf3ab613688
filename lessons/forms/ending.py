"""What takes the place of a lesson, or why nobody should use it any more."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from lessons.models import Lesson
from organisations.models import Membership


class SupersedeForm(forms.Form):
    """One of the lessons that sound like it, or any other by its number."""

    other = forms.ChoiceField(
        required=False, widget=forms.RadioSelect, label=_("Which lesson takes its place?"), choices=()
    )
    number = LineField(
        required=False,
        max_length=200,
        label=_("Its number"),
        help_text=_("For example 12. The address of the lesson’s page will do, too."),
    )

    mark_optional = False

    def __init__(
        self, *args: Any, lesson: Lesson, membership: Membership, similar: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lesson, self.membership = lesson, membership
        fields: dict[str, Any] = self.fields
        if similar:
            fields["other"].choices = [*similar, ("", worded("Another lesson"))]
        else:
            del fields["other"]

    def clean(self) -> dict[str, Any]:
        """Answers ``lesson``: the one that takes its place."""
        values = super().clean() or {}
        chosen, typed = values.get("other", ""), values.get("number", "")
        found = re.search(r"(\d{1,15})\D*$", typed)
        number = int(chosen) if chosen else int(found[1]) if found else 0
        ours = Lesson.objects.visible_to(self.membership).in_use().filter(organisation=self.lesson.organisation_id)
        other = ours.exclude(pk=self.lesson.pk).filter(pk=number).first()
        if other is None and not self.errors:
            words = worded("Choose another lesson") if not typed else worded("We have no such lesson that is in use")
            self.add_error("number", words)
        return {**values, "lesson": other}


class RetireForm(AboutPeople, forms.ModelForm):
    """Why nobody should use it any more, for everybody who opens it."""

    about_people = ("end_reason",)

    class Meta:
        model = Lesson
        fields = ("end_reason",)
        widgets: ClassVar = {"end_reason": forms.Textarea({"rows": 3})}
        help_texts: ClassVar = {"end_reason": _("Everybody who opens the lesson reads this.")}

    def clean_end_reason(self) -> str:
        """It may be empty in the table, and not here."""
        text: str = self.cleaned_data["end_reason"]
        if not text.strip():
            raise forms.ValidationError("Say why nobody should use it any more")
        return text
