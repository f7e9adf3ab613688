"""What the close of a session asks: the agreed words, the actions, the lessons."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from actionplan.forms import members_of
from kmportal.lib.cleaning import first_words
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, EmailField, LineField
from kmportal.lib.naming import AboutPeople
from lessons import prefill
from lessons.forms.writing import GOES_ON
from lessons.prefill import Advice, Gathered, Promise, StageNotes
from organisations.models import Membership, Person
from techniques.models import Session

MOST_ROWS = 100


class SummaryForm(AboutPeople, forms.Form):
    """The agreed words of each stage that has any, and which notes the page already knows.

    Where notes outlive the session the words begin with all of them. Where they are promised to be deleted, the words
    are empty: the group ticks the lines that it keeps, and adds its own.
    """

    about_initial = True
    known = forms.CharField(required=False, widget=forms.HiddenInput)
    keeps_nothing = forms.BooleanField(
        required=False,
        label="Close without keeping anything",
        help_text=_("All notes are deleted, and no summary, action or lesson is kept."),
    )

    all_actions = forms.BooleanField(required=False, label=_("Keep all these actions"))
    all_lessons = forms.BooleanField(required=False, label=_("Make a lesson of each of these"))

    mark_optional = False

    def __init__(self, *args: Any, notes: Gathered, prefills: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"].initial = " ".join(sorted(notes.marks))
        self.notes, self.prefills = notes, prefills
        self.stages = [part for part in notes.stages if any(one.makes == "summary" for one in part.stage.columns)]
        for part in self.stages:
            if not prefills:
                self._add_lines(part)
            initial = part.summary if prefills else ""
            self.fields[f"summary-{part.stage.key}"] = forms.CharField(
                required=False,
                max_length=10_000,
                initial=initial,
                label=part.stage.name if prefills else f"{part.stage.name} In your own words",
                widget=forms.Textarea({"rows": min(12, max(3, initial.count("\n") + 2))}),
            )

    def _add_lines(self, part: StageNotes) -> None:
        """A box to tick for each line, column by column."""
        for column in part.stage.columns:
            lines = part.columns.get(column.key, ())
            if column.makes != "summary" or not lines:
                continue
            alone = len(part.stage.columns) == 1
            self.fields[_lines_name(part.stage.key, column.key)] = forms.MultipleChoiceField(
                required=False,
                choices=[(line.mark, line.label) for line in lines],
                label=part.stage.name if alone else f"{part.stage.name} {column.name}",
                help_text="Tick the lines to keep.",
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def words_fields(self) -> list[forms.BoundField]:
        """The boxes of the summary itself."""
        return [self[name] for name in self.fields if name.startswith(("lines-", "summary-"))]

    def clean(self) -> dict[str, Any]:
        """Beside the fields: no summary is longer than can be kept, with the lines that were ticked."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for key, words in self.words.items():
                if len(words) > 10_000:
                    self.add_error(f"summary-{key}", "This is too long to keep: untick some lines or say it shorter")
        return cleaned

    def add_notes(self, fresh: Gathered) -> None:
        """Append what was written since, below what the person has already; lines to tick are there by themselves."""
        sent: Any = self.data
        for part in fresh.stages:
            name = f"summary-{part.stage.key}"
            if self.prefills and part.summary and name in self.fields:
                sent[name] = "\n".join(filter(None, (sent.get(name, "").rstrip(), part.summary)))
        known = {*sent.get("known", "").split(), *fresh.marks}
        sent["known"] = " ".join(sorted(known))

    def remove_notes(self, gone: Collection[str]) -> None:
        """Take out what was taken away in the room since the page was opened."""
        sent: Any = self.data
        for part in self.stages:
            name = f"summary-{part.stage.key}"
            sent[name] = prefill.without_lines(sent.get(name, ""), part.stage, gone)
            for column in part.stage.columns:
                ticked = _lines_name(part.stage.key, column.key)
                if ticked in sent:
                    sent.setlist(ticked, [mark for mark in sent.getlist(ticked) if mark not in gone])
        sent["known"] = " ".join(mark for mark in sent.get("known", "").split() if mark not in gone)

    def fields_about_people(self) -> Iterable[str]:
        return [name for name in self.fields if name.startswith("summary-")]

    @property
    def words(self) -> dict[str, str]:
        """Stage key → agreed words: the group’s own, then the lines that were ticked."""
        words = {}
        for part in self.stages:
            key = part.stage.key
            own = self.cleaned_data.get(f"summary-{key}", "").strip()
            names = [_lines_name(key, column.key) for column in part.stage.columns]
            ticked = {mark for name in names for mark in self.cleaned_data.get(name, ())}
            words[key] = "\n\n".join(filter(None, (own, part.words_of(ticked))))
        return words


def _lines_name(stage: str, column: str) -> str:
    return f"lines-{stage}-{column}"


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


@dataclass(frozen=True)
class CloseForms:
    """The three parts of the close, which are sent together."""

    summary: SummaryForm
    actions: Any
    advice: Any

    @classmethod
    def from_notes(cls, session: Session, membership: Membership) -> "CloseForms":
        """Filled in from the notes that were shown in the room; ticked only where notes may outlive the session."""
        notes, keeps = prefill.gather(session), session.keeps_notes
        return cls(
            SummaryForm(notes=notes, prefills=keeps),
            ActionFormSet(
                initial=[_action_row(line, keep=keeps) for line in notes.actions],
                form_kwargs={"membership": membership},
                prefix="a",
            ),
            LessonFormSet(
                initial=[{**row, "keep": keeps} for row in prefill.lesson_rows(notes)],
                form_kwargs=_story_options(notes),
                prefix="l",
            ),
        )

    @classmethod
    def from_post(cls, session: Session, membership: Membership, posted: QueryDict) -> "CloseForms":
        """As they were sent."""
        data, notes = posted.copy(), prefill.gather(session)
        return cls(
            SummaryForm(data, notes=notes, prefills=session.keeps_notes),
            ActionFormSet(data, form_kwargs={"membership": membership, "keeps_all": "all_actions" in data}, prefix="a"),
            LessonFormSet(data, form_kwargs={**_story_options(notes), "keeps_all": "all_lessons" in data}, prefix="l"),
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
        if fresh.marks <= known:
            return False
        is_told = any(line.mark not in known for part in fresh.stages for line in _lines_that_count(part))
        keeps = session.keeps_notes
        self.summary.add_notes(fresh)
        self.actions.add_rows([_action_row(line, keep=keeps) for line in fresh.actions])
        told = {row["stage"].value() for row in self.advice}
        self.advice.add_rows([{**row, "keep": keeps} for row in prefill.lesson_rows(fresh, told=told)])
        return is_told

    def remove_what_is_gone(self) -> int:
        """Take out the notes that were taken away in the room since the page was opened. Answers how many."""
        gone = {*self.summary.data.get("known", "").split()} - self.summary.notes.marks
        if gone:
            self.summary.remove_notes(gone)
            self.actions.remove_rows(gone)
            self.advice.remove_rows(gone)
        return len(gone)

    @property
    def forget_everything(self) -> bool:
        """Whether there are notes to keep and none is kept, without anybody having said that this is meant."""
        kept = any(self.summary.words.values()) or self.actions.kept or self.advice.kept
        return bool(self.summary.notes.marks) and not kept and not self.summary.cleaned_data["keeps_nothing"]

    def wanted(self) -> dict[str, Any]:
        """What ``close_with_lessons`` takes."""
        return {"summary": self.summary.words, "promised": self.actions.kept, "advice": self.advice.kept}


def _lines_that_count(part: StageNotes) -> list[prefill.Line]:
    """The lines out of which the close makes something."""
    return [line for one in part.stage.columns if one.makes != "nothing" for line in part.columns.get(one.key, ())]


def _action_row(line: prefill.Line, *, keep: bool) -> dict[str, Any]:
    """A note as an action; a long one keeps its words in the details."""
    title = first_words(line.text, 200)
    return {"title": title, "detail": line.text if title != line.text else "", "mark": line.mark, "keep": keep}


def _story_options(notes: prefill.Gathered) -> dict[str, bool]:
    """What each row of the lessons is told about the words of the session."""
    stages = [part.stage for part in notes.stages]
    return {"tells_story": prefill.can_tell_story(stages), "is_alone": not notes.lessons}
