"""Putting the summary of a session right."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from techniques.models import Session


class SummaryCorrection(AboutPeople, forms.Form):
    """A box for the words of each step, and why they change once people have read them."""

    about_initial = True
    mark_optional = False
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, session: Session, in_grace: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = session.version
        for stage in session.stages.all():
            words = session.summary.get(stage.key, "")
            if words or any(column.makes == "summary" for column in stage.columns):
                self.fields[f"words-{stage.key}"] = forms.CharField(
                    required=False,
                    max_length=10_000,
                    initial=words,
                    label=stage.name,
                    widget=forms.Textarea({"rows": min(12, max(3, words.count("\n") + 2))}),
                )
        if not in_grace:
            self.fields["reason"] = LineField(
                max_length=300,
                label="Why does it change?",
                help_text="Everybody who reads the summary reads this",
                error_messages={"required": "Say why it changes"},
            )

    def fields_about_people(self) -> Iterable[str]:
        return [name for name in self.fields if name.startswith("words-")]

    @property
    def words(self) -> dict[str, str]:
        return {
            name.removeprefix("words-"): self.cleaned_data[name] for name in self.fields if name.startswith("words-")
        }


def words_now(session: Session) -> dict[str, str]:
    """What stands there, by the names of the form."""
    return {f"words-{key}": words for key, words in session.summary.items()}
