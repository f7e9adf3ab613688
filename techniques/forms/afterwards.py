"""What people fill in about a session that is over: the two questions, what came of it, of advice and of matches."""

from collections.abc import Container, Iterable
from typing import Any

from django import forms

from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from organisations.models import Person
from techniques.models import QUESTIONS, Advice, Match, Outcome, Worth


class FeedbackForm(forms.Form):
    """Two questions about a session that is at its end."""

    mark_optional = False

    worth = forms.ChoiceField(choices=Worth.choices, label=QUESTIONS["worth"], widget=forms.RadioSelect)
    said = forms.ChoiceField(choices=Worth.choices, label=QUESTIONS["said"], widget=forms.RadioSelect)


class OutcomeForm(AboutPeople, forms.ModelForm):
    """What came of a session, some months on."""

    about_people = ("words",)

    class Meta:
        model = Outcome
        fields = ("kind", "words")
        widgets = {"kind": forms.RadioSelect, "words": forms.Textarea({"rows": 4})}
        labels = {"kind": "What came of it?", "words": "What is different, and for whom?"}
        help_texts = {"words": "One or two sentences are enough. Everybody here can read them."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = Outcome.Kind.choices  # no empty one among them

    def clean(self) -> dict[str, Any]:
        """Beside the field: a change is told in words."""
        wanted = super().clean() or {}
        if wanted.get("kind") == Outcome.Kind.CHANGED and not wanted.get("words", "").strip():
            self.add_error("words", "Say in a sentence what is different now")
        return wanted


class ReportForm(AboutPeople, forms.Form):
    """What became of each piece of advice, some weeks on."""

    about_initial = True
    mark_optional = False

    def __init__(self, *args: Any, advice: Iterable[Advice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.advice = list(advice)
        for one in self.advice:
            self.fields[f"became-{one.pk}"] = forms.ChoiceField(
                choices=Advice.Became.choices,
                initial=one.became,
                label=one.text,
                help_text=f"Then: {one.get_answer_display()}" + (f", {one.reason}" if one.reason else ""),
                widget=forms.RadioSelect,
                error_messages={"required": "Choose what became of it"},
            )
            self.fields[f"because-{one.pk}"] = LineField(
                required=False, max_length=300, initial=one.because, label="Because…"
            )

    def fields_about_people(self) -> Iterable[str]:
        return [name for name in self.fields if name.startswith("because-")]

    @property
    def became(self) -> dict[int, tuple[str, str]]:
        said = self.cleaned_data
        return {one.pk: (said[f"became-{one.pk}"], said[f"because-{one.pk}"]) for one in self.advice}


class MatchesForm(AboutPeople, forms.Form):
    """Whether each two have talked, and what it saved. What is left open is asked again."""

    about_initial = True
    mark_optional = False

    def __init__(
        self, *args: Any, matches: Iterable[Match], reader: Person, here: Container[int | None], **kwargs: Any
    ) -> None:
        """``here``: whose account may still come in, and who would read thanks."""
        super().__init__(*args, **kwargs)
        self.matches = list(matches)
        for one in self.matches:
            self.fields[f"talked-{one.pk}"] = forms.ChoiceField(
                choices=Match.Talked.choices,
                required=False,
                initial=one.talked,
                label=f"Did you talk with {one.other_of(reader)}?",
                help_text=one.text,
                widget=forms.RadioSelect,
            )
            self.fields[f"saved-{one.pk}"] = forms.ChoiceField(
                choices=[("", "Choose if you have talked"), *Match.Saved.choices],
                required=False,
                initial=one.saved,
                label="What did it save, all in all?",
            )
            if one.takes_thanks_of(reader) and one.giver_id in here:
                self.fields[f"thanks-{one.pk}"] = LineField(
                    required=False,
                    max_length=300,
                    initial=one.thanks,
                    label="A word of thanks",
                    help_text=f"Only {one.giver} reads it.",
                )

    def fields_about_people(self) -> Iterable[str]:
        return [name for name in self.fields if name.startswith("thanks-")]

    @property
    def told(self) -> dict[int, tuple[str, str, str]]:
        said = self.cleaned_data
        return {
            one.pk: (said[f"talked-{one.pk}"], said[f"saved-{one.pk}"], said.get(f"thanks-{one.pk}", one.thanks))
            for one in self.matches
        }

    @property
    def thanks(self) -> bool:
        """Whether there is a word for somebody."""
        return any(self.cleaned_data[name] for name in self.fields_about_people())

    def clean(self) -> dict[str, Any]:
        """Beside the field: who has talked says what it saved, and whoever thanks has talked."""
        said = super().clean() or {}
        for one in self.matches:
            if said.get(f"talked-{one.pk}") == Match.Talked.YES and not said.get(f"saved-{one.pk}"):
                self.add_error(f"saved-{one.pk}", "Say what it saved. Nothing is an answer, too")
            if said.get(f"thanks-{one.pk}") and said.get(f"talked-{one.pk}") != Match.Talked.YES:
                words = "Say above that you have talked, so that your thanks are passed on, or take them away"
                self.add_error(f"thanks-{one.pk}", words)
        return said
