"""What somebody who answers fills in."""

from typing import Any

from django import forms

from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from selfassessment.models import LAST_VERSION, Answer
from selfassessment.respondents import Choice


class NameForm(forms.Form):
    """The name of a guest in a round with names."""

    name = LineField(max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))


DONT_KNOW = "unknown"


class AnswerForm(AboutPeople, forms.Form):
    """One criterion. Nothing is required: who wants to leave a question leaves it.

    Words that may show somebody are saved like all others, since the page saves by itself; the writer is asked once.
    """

    about_people = ("comment", "evidence")
    about_initial = True
    asks_quietly = True

    now = forms.ChoiceField(choices=[*((str(n), str(n)) for n in range(1, 6)), (DONT_KNOW, "")], required=False)
    wanted = forms.TypedChoiceField(
        choices=[(str(n), str(n)) for n in range(1, 6)], required=False, coerce=int, empty_value=None
    )
    comment = forms.CharField(
        max_length=Answer._meta.get_field("comment").max_length,
        required=False,
        label="Comment",
        help_text="It can go into the report as you write it, without your name. Please name nobody.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.CharField(
        max_length=Answer._meta.get_field("evidence").max_length,
        required=False,
        label="Evidence",
        help_text="What would show it? A document, a page, a figure.",
    )
    matters = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=0, max_value=LAST_VERSION, widget=forms.HiddenInput)

    mark_optional = False

    @staticmethod
    def values_of(answer: Answer | None) -> dict[str, Any]:
        """An answer as the form shows it."""
        if answer is None:
            return {"version": 0}
        now = DONT_KNOW if answer.dont_know else answer.now
        return {
            "now": str(now or ""),
            "wanted": str(answer.wanted or ""),
            "comment": answer.comment,
            "evidence": answer.evidence,
            "matters": answer.slot is not None,
            "version": answer.version,
        }

    def choice(self) -> Choice:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        levelled = said["now"] and said["now"] != DONT_KNOW
        return Choice(
            now=int(said["now"]) if levelled else None,
            wanted=said["wanted"],
            dont_know=said["now"] == DONT_KNOW,
            comment=said["comment"],
            evidence=said["evidence"],
            matters=said["matters"],
        )
