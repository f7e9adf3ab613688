"""What the close of a session asks: the agreed words, the actions, the lessons."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict

from actionplan.forms import members_of
from kmportal.lib.cleaning import first_words
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.naming import AboutPeople
from lessons import prefill, promising
from lessons.forms.closing_rows import MOST_ROWS, ActionFormSet, LessonFormSet
from lessons.prefill import Gathered, StageNotes
from lessons.wording import MAIN
from organisations.models import Membership
from techniques.models import Session


class SummaryForm(AboutPeople, forms.Form):
    """The agreed words of each stage that has any, and which notes the page already knows.

    Where notes outlive the session the words begin with all of them. Where they are promised to be deleted, the words
    are empty: the group ticks the lines that it keeps, and adds its own.
    """

    about_initial = True
    known = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    # The notes that the page was drawn with: no script changes it, so the close knows what was never in sight.
    drawn = forms.CharField(required=False, widget=forms.HiddenInput)
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
        return self._words_in(self.cleaned_data)

    @property
    def words_so_far(self) -> dict[str, str]:
        """The same of what stands in the boxes, whether or not it can be kept as it is."""
        return self._words_in({name: self[name].value() for name in self.fields})

    def _words_in(self, values: Mapping[str, Any]) -> dict[str, str]:
        words = {}
        for part in self.stages:
            key = part.stage.key
            own = (values.get(f"summary-{key}") or "").strip()
            names = [_lines_name(key, column.key) for column in part.stage.columns]
            ticked = {mark for name in names for mark in values.get(name) or ()}
            words[key] = "\n\n".join(filter(None, (own, part.words_of(ticked))))
        return words


def _lines_name(stage: str, column: str) -> str:
    return f"lines-{stage}-{column}"


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
                initial=[_action_row(line, session, keep=keeps) for line in notes.actions],
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

    @classmethod
    def from_draft(cls, session: Session, membership: Membership, fields: Mapping[str, list[str]]) -> "CloseForms":
        """As they were saved last, with what was written in the room since; nothing is judged yet. Without a draft
        filled in from the notes."""
        if not fields:
            return cls.from_notes(session, membership)
        data = QueryDict(mutable=True)
        for name, values in with_free_rows(fields).items():
            data.setlist(name, list(values))
        found = cls.from_post(session, membership, data)
        found.remove_what_is_gone()
        found.add_what_is_new(session)
        found._judge_nothing()
        return found

    def _judge_nothing(self) -> None:
        """Whoever comes back to what they have written is told what is wrong when they close."""
        for form in (self.summary, *self.actions, *self.advice):
            form._errors = ErrorDict()
        for rows in (self.actions, self.advice):
            rows._errors, rows._non_form_errors = [], ErrorList()

    def values(self) -> dict[str, list[str]]:
        """Every field as it stands, name → values, as it is saved and compared."""
        found = {}
        for form in (self.summary, *self.actions, *self.advice):
            for box in form:
                if box.html_name not in ("seen", "drawn"):
                    found[box.html_name] = _values_of(box)
        for rows in (self.actions, self.advice):
            found[f"{rows.prefix}-TOTAL_FORMS"] = [str(rows.total_form_count())]
            found[f"{rows.prefix}-INITIAL_FORMS"] = [str(rows.initial_form_count())]
            found |= {f"{rows.prefix}-MIN_NUM_FORMS": ["0"], f"{rows.prefix}-MAX_NUM_FORMS": [str(MOST_ROWS)]}
        return found

    def show_as_seen(self, seen: Mapping[str, str]) -> None:
        """Have the page carry what it has seen, and which notes it shows."""
        carried = {"seen": json.dumps(seen), "drawn": self.summary["known"].value() or ""}
        for name, words in carried.items():
            self.summary.fields[name].initial = words
            if self.summary.is_bound:
                sent: Any = self.summary.data
                sent[name] = words

    def shown(self) -> dict[str, list[dict[str, str]]]:
        """What the room reads of it: only what is to be kept."""
        names = {part.stage.key: part.stage.name for part in self.summary.stages}
        words = self.summary.words_so_far
        actions = [row for row in self.actions if row.is_kept]
        chosen = {str(row["owner"].value() or "") for row in actions} - {""}
        # Only members of this organisation: whatever number is sent, nobody else’s name is told.
        own = members_of(self.actions.form_kwargs["membership"].organisation)
        owners = own.filter(pk__in=[one for one in chosen if one.isdecimal() and len(one) < 19])
        called = {str(person.pk): str(person) for person in owners}
        return {
            "summary": [{"name": names[key], "words": text} for key, text in words.items() if text],
            "actions": [row.shown_with(called) for row in actions],
            "lessons": [row.shown for row in self.advice if row.is_kept],
        }

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
        is_told = prefill.has_new_lines(fresh, known)
        keeps = session.keeps_notes
        self.summary.add_notes(fresh)
        self.actions.add_rows([_action_row(line, session, keep=keeps) for line in fresh.actions])
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


def with_free_rows(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """A saved draft with as many free rows as a fresh page has, so that there is always one to add something in."""
    found = dict(fields)
    for rows, kind in ((ActionFormSet, "a"), (LessonFormSet, "l")) if fields else ():
        total = int("".join(found.get(f"{kind}-TOTAL_FORMS", [])) or 0)
        free = sum(not found.get(f"{kind}-{number}-{MAIN[kind]}") for number in range(total))
        wanted = min(total + max(rows.extra - free, 0), MOST_ROWS)
        for number in range(total, wanted):
            found[f"{kind}-{number}-keep"] = ["on"]
        found[f"{kind}-TOTAL_FORMS"] = [str(max(total, wanted))]
    return found


def _values_of(box: forms.BoundField) -> list[str]:
    """What a browser sends of a field, without the differences that browsers make."""
    value = box.value()
    if isinstance(box.field, forms.BooleanField):
        return ["on"] if value else []
    many = value if isinstance(value, list | tuple) else [value]
    found = [str(one).replace("\r\n", "\n") for one in many if one not in (None, "", False)]
    return sorted(found) if isinstance(box.field, forms.MultipleChoiceField) else found


def _action_row(line: prefill.Line, session: Session, *, keep: bool) -> dict[str, Any]:
    """A note as an action, with who promised it and by when; a long one keeps its words in the details."""
    title = first_words(line.text, 200)
    detail = line.text if title != line.text else ""
    row = {"title": title, "detail": detail, "mark": line.mark, "keep": keep or line.is_decided}
    day = {"due_on": long_day(line.due_on)} if line.due_on else {}
    return {**row, **promising.owner_called(line.promised_by, session), **day}


def _story_options(notes: prefill.Gathered) -> dict[str, bool]:
    """What each row of the lessons is told about the words of the session."""
    stages = [part.stage for part in notes.stages]
    return {"tells_story": prefill.can_tell_story(stages), "is_alone": not notes.lessons}
