"""The rows of the close: one for each action, one for each lesson for others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from actionplan.forms import members_of
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, EmailField, LineField
from kmportal.lib.naming import AboutPeople
from lessons.forms.writing import GOES_ON
from lessons.prefill import Advice, Promise
from organisations.models import Membership, Person

MOST_ROWS = 100


class ActionRowForm(AboutPeople, forms.Form):
    """One action. Unticked, or without words, it is left out."""

    about_people = ("title",)
    about_initial = True
    mark = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    keep = forms.BooleanField(required=False, initial=True, label=_("Keep this action"))
    title = LineField(max_length=200, required=False, label="What will be done?")
    detail = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        Person.objects.none(), required=False, label="Who does it?", empty_label="Nobody yet"
    )
    guest_name = LineField(max_length=120, required=False, label="Or a guest’s name")
    guest_email = EmailField(required=False, label="Or a guest’s e-mail address")
    due_on = DateField(required=False, label="By when?")

    mark_optional = False

    def __init__(self, *args: Any, membership: Membership, keeps_all: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keeps_all = keeps_all
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = members_of(membership.organisation)

    def fields_about_people(self) -> Iterable[str]:
        return self.about_people if self.cleaned_data.get("keep") else ()

    @property
    def is_kept(self) -> bool:
        return bool((self["keep"].value() or self.keeps_all) and self["title"].value())

    def shown_with(self, names: Mapping[str, str]) -> dict[str, str]:
        """For the room, as it stands. ``names`` are those of members, by their key."""
        day = str(self["due_on"].value() or "")
        who = names.get(str(self["owner"].value() or ""), "") or self["guest_name"].value() or "Nobody yet"
        return {"title": self["title"].value(), "who": who, "when": f"by {day}" if day else ""}

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        wanted["keep"] = wanted.get("keep") or self.keeps_all
        if not wanted["keep"]:
            self.errors.clear()
        elif wanted.get("owner") and (wanted.get("guest_name") or wanted.get("guest_email")):
            self.add_error("owner", "Choose a member or name a guest, not both")
        elif not wanted.get("title") and any(
            wanted.get(name) for name in ("owner", "guest_name", "guest_email", "due_on")
        ):
            self.add_error("title", worded("Say what will be done, or untick this action"))
        return wanted


def advice_in_words(when_you: str, then_do: str) -> str:
    """A lesson as the room reads it."""
    return f"When you are about to {when_you}: {then_do}" if when_you else then_do


class LessonRowForm(forms.Form):
    """One lesson. Unticked, or without advice, it is left out.

    ``tells_story``: whether the session has words that a lesson could begin with; ``is_alone``: whether no note has
    become a lesson, so that the first one added by hand begins with them.
    """

    mark = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    stage = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    keep = forms.BooleanField(required=False, initial=True, label=_("Make a lesson of this"))
    title = LineField(max_length=200, required=False, label="Title")
    when_you = forms.CharField(
        max_length=300,
        required=False,
        label="When you are about to…",
        widget=forms.TextInput(GOES_ON),
    )
    then_do = forms.CharField(
        max_length=2000,
        required=False,
        label="then…",
        widget=forms.Textarea({"rows": 2, **GOES_ON}),
    )
    with_story = forms.BooleanField(required=False, label="Copy what was expected, what happened and why into it")

    mark_optional = False

    def __init__(
        self, *args: Any, tells_story: bool, is_alone: bool = False, keeps_all: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keeps_all = keeps_all
        self.fields["with_story"].initial = is_alone
        if not tells_story:
            del self.fields["with_story"]

    @property
    def is_kept(self) -> bool:
        return bool((self["keep"].value() or self.keeps_all) and self["then_do"].value())

    @property
    def shown(self) -> dict[str, str]:
        """For the room, as it stands."""
        when, then = self["when_you"].value(), self["then_do"].value()
        return {"words": advice_in_words(when, then)}

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        wanted["keep"] = wanted.get("keep") or self.keeps_all
        if not wanted["keep"]:
            self.errors.clear()
        elif (wanted.get("title") or wanted.get("when_you")) and not wanted.get("then_do"):
            self.add_error("then_do", worded("Say what to do, or untick this lesson"))
        return wanted


class _GrowingFormSet(BaseFormSet):
    """Rows that can be added to what was sent, and taken out of it."""

    data: Any

    def add_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append filled-in rows to a formset that was sent."""
        total = self.total_form_count()
        for place, row in enumerate(rows, start=total):
            for name, value in row.items():
                if value is not False:  # a box that is not ticked is not sent
                    self.data[f"{self.prefix}-{place}-{name}"] = value
        self.data[f"{self.prefix}-TOTAL_FORMS"] = str(min(total + len(rows), MOST_ROWS))
        self._forget_forms()

    def remove_rows(self, gone: Collection[str]) -> None:
        """Empty the rows of notes that were taken away in the room since the page was opened."""
        for place in range(self.total_form_count()):
            prefix = f"{self.prefix}-{place}-"
            if self.data.get(f"{prefix}mark") in gone:
                for name in [name for name in self.data if name.startswith(prefix)]:
                    del self.data[name]
        self._forget_forms()

    def _forget_forms(self) -> None:
        self.__dict__.pop("forms", None)
        self.__dict__.pop("management_form", None)

    def _rows_kept(self, name: str) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data]
        return [row for row in rows if row.get("keep") and row.get(name)]


class _ActionRows(_GrowingFormSet):
    @property
    def kept(self) -> list[Promise]:
        names = ("title", "detail", "owner", "guest_name", "guest_email", "due_on")
        return [Promise(**{name: row[name] for name in names}) for row in self._rows_kept("title")]


class _LessonRows(_GrowingFormSet):
    @property
    def kept(self) -> list[Advice]:
        names = ("then_do", "when_you", "title", "stage", "with_story")
        return [Advice(**{name: row[name] for name in names if name in row}) for row in self._rows_kept("then_do")]


ActionFormSet = formset_factory(ActionRowForm, formset=_ActionRows, extra=2, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
LessonFormSet = formset_factory(LessonRowForm, formset=_LessonRows, extra=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
