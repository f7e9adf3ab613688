"""Forms for merging lessons: which other lesson, and field by field whose words stand."""

from typing import Any

from django import forms

from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from lessons.actions.merging import BOTH, FACTS, KEPT, LINES, OTHER, READERS, TEXTS
from lessons.forms.writing import LessonForm
from lessons.labels import who_may_read
from lessons.models import Lesson

LABELS = {"process": "What should change?", READERS: "Who may read it then?"}
SHOWN = 1_200


class MergeForm(forms.Form):
    """One question for each field in which both say something, and not the same."""

    source_version = forms.IntegerField(widget=forms.HiddenInput)
    target_version = forms.IntegerField(widget=forms.HiddenInput)

    mark_optional = False

    def __init__(self, *args: Any, source: Lesson, target: Lesson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["source_version"].initial, fields["target_version"].initial = source.version, target.version
        for name in (*LINES, *TEXTS):
            self._ask(name, source, target, getattr(source.words, name), getattr(target.words, name))
        for name in FACTS:
            self._ask(name, source, target, _in_words(source, name), _in_words(target, name))
        readers = [(one.share_with, one.group_id) for one in (source, target)]
        if source.is_shared and readers[0] != readers[1]:
            self._ask(READERS, source, target, who_may_read(source), who_may_read(target))
            fields[READERS].initial = None
            fields[READERS].required = True

    def _ask(self, name: str, source: Lesson, target: Lesson, theirs: str, ours: str) -> None:
        if not ours or not theirs or (ours == theirs and name != READERS):
            return
        choices = [(KEPT, _said_by(target, ours)), (OTHER, _said_by(source, theirs))]
        if name in TEXTS:
            choices.append((BOTH, f"Both, first that of {worded('lesson')} {target.pk}"))
        label = LABELS.get(name) or LessonForm.base_fields[name].label
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            widget=forms.RadioSelect,
            initial=KEPT,
            required=False,
            error_messages={"required": "Choose who may read it then"},
        )

    @property
    def chosen(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.cleaned_data if not name.endswith("_version")}

    @property
    def seen(self) -> tuple[int, int]:
        return self.cleaned_data["source_version"], self.cleaned_data["target_version"]


def _said_by(lesson: Lesson, text: str) -> str:
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return f"{worded('Lesson')} {lesson.pk}: {shown}"


def _in_words(lesson: Lesson, name: str) -> str:
    if name == "kind":
        return str(lesson.get_kind_display())
    if name == "happened_on":
        return long_day(lesson.happened_on) if lesson.happened_on else ""
    return str(getattr(lesson, name))
