"""What the close of a session asks: the agreed words, the actions, the lessons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from actionplan.forms import members_of
from kmportal.lib.cleaning import first_words
from kmportal.lib.forms import DateField, EmailField, LineField
from lessons import prefill
from lessons.forms.writing import GOES_ON
from lessons.prefill import Advice, Gathered, Promise
from organisations.models import Membership, Person
from techniques.models import Session

MOST_ROWS = 100


class SummaryForm(forms.Form):
    """The agreed words of each stage that has any, and which notes the page already knows."""

    known = forms.CharField(required=False, widget=forms.HiddenInput)

    mark_optional = False

    def __init__(self, *args: Any, notes: Gathered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"].initial = " ".join(sorted(notes.marks))
        self.stage_names: dict[str, str] = {}
        for part in notes.stages:
            if any(column.makes == "summary" for column in part.stage.columns):
                name = f"summary-{part.stage.key}"
                self.stage_names[name] = part.stage.key
                self.fields[name] = forms.CharField(
                    required=False,
                    max_length=10_000,
                    initial=part.summary,
                    label=part.stage.name,
                    widget=forms.Textarea({"rows": min(12, max(3, part.summary.count("\n") + 2))}),
                )

    def add_notes(self, fresh: Gathered) -> None:
        """Append what was written since, below what the person has already."""
        sent: Any = self.data
        for part in fresh.stages:
            name = f"summary-{part.stage.key}"
            if part.summary and name in self.fields:
                sent[name] = "\n".join(filter(None, (sent.get(name, "").rstrip(), part.summary)))
        known = {*sent.get("known", "").split(), *fresh.marks}
        sent["known"] = " ".join(sorted(known))

    @property
    def words(self) -> dict[str, str]:
        """Stage key → agreed words."""
        return {key: self.cleaned_data[name] for name, key in self.stage_names.items()}


class ActionRowForm(forms.Form):
    """One action. Unticked, or without words, it is left out."""

    keep = forms.BooleanField(required=False, initial=True, label="Keep this action")
    title = LineField(max_length=200, required=False, label="What will be done?")
    detail = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        Person.objects.none(), required=False, label="Who does it?", empty_label="Nobody yet"
    )
    guest_name = LineField(max_length=120, required=False, label="Or a guest’s name")
    guest_email = EmailField(required=False, label="Or a guest’s e-mail address")
    due_on = DateField(required=False, label="By when?")

    mark_optional = False

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = members_of(membership.organisation)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if not wanted.get("keep"):
            self.errors.clear()
        elif wanted.get("owner") and (wanted.get("guest_name") or wanted.get("guest_email")):
            self.add_error("owner", "Choose a member or name a guest, not both")
        elif not wanted.get("title") and any(
            wanted.get(name) for name in ("owner", "guest_name", "guest_email", "due_on")
        ):
            self.add_error("title", "Say what will be done, or untick this action")
        return wanted


class LessonRowForm(forms.Form):
    """One lesson. Unticked, or without advice, it is left out.

    ``tells_story``: whether the session has words that a lesson could begin with; ``is_alone``: whether no note has
    become a lesson, so that the first one added by hand begins with them.
    """

    stage = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    keep = forms.BooleanField(required=False, initial=True, label="Make a lesson of this")
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

    def __init__(self, *args: Any, tells_story: bool, is_alone: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["with_story"].initial = is_alone
        if not tells_story:
            del self.fields["with_story"]

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if not wanted.get("keep"):
            self.errors.clear()
        elif (wanted.get("title") or wanted.get("when_you")) and not wanted.get("then_do"):
            self.add_error("then_do", "Say what to do, or untick this lesson")
        return wanted


class _GrowingFormSet(BaseFormSet):
    """Rows that can be added to what was sent."""

    data: Any

    def add_rows(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Append filled-in rows to a formset that was sent."""
        total = self.total_form_count()
        for place, row in enumerate(rows, start=total):
            for name, value in {"keep": "on", **row}.items():
                self.data[f"{self.prefix}-{place}-{name}"] = value
        self.data[f"{self.prefix}-TOTAL_FORMS"] = str(min(total + len(rows), MOST_ROWS))
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


@dataclass(frozen=True)
class CloseForms:
    """The three parts of the close, which are sent together."""

    summary: SummaryForm
    actions: Any
    advice: Any

    @classmethod
    def from_notes(cls, session: Session, membership: Membership) -> "CloseForms":
        """Filled in from the notes that were shown in the room."""
        notes = prefill.gather(session)
        return cls(
            SummaryForm(notes=notes),
            ActionFormSet(
                initial=[_action_row(text) for text in notes.actions],
                form_kwargs={"membership": membership},
                prefix="a",
            ),
            LessonFormSet(initial=prefill.lesson_rows(notes), form_kwargs=_story_options(notes), prefix="l"),
        )

    @classmethod
    def from_post(cls, session: Session, membership: Membership, posted: QueryDict) -> "CloseForms":
        """As they were sent."""
        data, notes = posted.copy(), prefill.gather(session)
        return cls(
            SummaryForm(data, notes=notes),
            ActionFormSet(data, form_kwargs={"membership": membership}, prefix="a"),
            LessonFormSet(data, form_kwargs=_story_options(notes), prefix="l"),
        )

    @property
    def parts(self) -> tuple[Any, ...]:
        return self.summary, self.actions, self.advice

    def are_valid(self) -> bool:
        """Whether all hold. Each is asked, so that every mistake is shown at once."""
        return sum(not form.is_valid() for form in self.parts) == 0

    def add_what_is_new(self, session: Session) -> bool:
        """Put in what was written since the page was opened: the close would delete it unread. Answers if any was."""
        known = frozenset(self.summary.data.get("known", "").split())
        fresh = prefill.gather(session, known=known)
        if not (fresh.actions or fresh.lessons or any(notes.summary for notes in fresh.stages)):
            return False
        self.summary.add_notes(fresh)
        self.actions.add_rows([_action_row(text) for text in fresh.actions])
        told = {row["stage"].value() for row in self.advice}
        self.advice.add_rows(prefill.lesson_rows(fresh, told=told))
        return True

    def wanted(self) -> dict[str, Any]:
        """What ``close_with_lessons`` takes."""
        return {"summary": self.summary.words, "promised": self.actions.kept, "advice": self.advice.kept}


def _action_row(note: str) -> dict[str, Any]:
    """A note as an action; a long one keeps its words in the details."""
    title = first_words(note, 200)
    return {"title": title, "detail": note if title != note else ""}


def _story_options(notes: prefill.Gathered) -> dict[str, bool]:
    """What each row of the lessons is told about the words of the session."""
    stages = [part.stage for part in notes.stages]
    return {"tells_story": prefill.can_tell_story(stages), "is_alone": not notes.lessons}
