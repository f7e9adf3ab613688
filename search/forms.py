"""The forms with which a search that found nothing is answered, and words are explained."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from kmportal.lib.things import Ref
from search.models import DictionaryEntry


class AnswerForm(AboutPeople, forms.Form):
    """What answers it: one of the things that were found, a line, or both."""

    about_people = ("words",)
    mark_optional = False

    about = forms.ChoiceField(
        label="What answers it?",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "That cannot be found any more. Choose something else"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    words = LineField(
        label="Something to say with it",
        help_text="For example where to look, or whom to ask. You can leave it empty when you choose something above.",
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[Ref, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if offered:
            fields["about"].choices = [
                *((f"{ref.kind}-{ref.pk}", title) for ref, title in offered),
                ("", "Nothing of this"),
            ]
        else:
            del fields["about"]

    def values(self) -> dict[str, Any]:
        """What ``answer_search`` takes."""
        kind, _, key = self.cleaned_data.get("about", "").rpartition("-")
        about = Ref(kind, int(key)) if kind else None
        return {"seen": self.cleaned_data["version"] or 0, "about": about, "words": self.cleaned_data["words"]}


class MeaningForm(forms.ModelForm):
    """A word or an abbreviation, and what else stands for it."""

    mark_optional = False

    class Meta:
        model = DictionaryEntry
        fields = ("short", "long", "only_capitals")
        help_texts: ClassVar = {
            "short": "An abbreviation or a word, for example: TTO",
            "long": "In full, or another word for the same, for example: medicines to take home",
            "only_capitals": "For one that is an everyday word in small letters, as BAR or NEWS",
        }
