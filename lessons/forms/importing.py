"""A file with lessons, and how it is to be read."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import LineField
from kmportal.lib.importing import ENCODINGS
from lessons.importing.rows import FIELDS, leads_to_words
from lessons.models import ImportRun

LEFT_OUT = ""
SOURCE_HINT = _("Everybody sees it on each lesson. For example, Regional incidents 2025")


class UploadForm(forms.Form):
    """The file, and where it comes from."""

    file = forms.FileField(
        max_length=200,
        required=False,
        label="Which file?",
        help_text="Excel, CSV, JSON, or an after-action report in Markdown.",
        widget=forms.FileInput({"accept": ".xlsx,.csv,.tsv,.txt,.jsonl,.json,.ndjson,.md,.markdown"}),
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        max_length=2_000_000,
        label="Or paste a table",
        help_text="Copy cells from a spreadsheet, with their headings, and paste them here.",
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
    )
    source = LineField(
        max_length=80,
        required=False,
        label="What is the source called?",
        help_text=format_lazy(
            "{}. {}",
            SOURCE_HINT,
            _(
                "Left empty: the file’s name, if none of that name was brought in before. Give every file of one "
                "system the same name, so that no lesson comes twice."
            ),
        ),
    )

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and file.size and file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // (1024 * 1024)
            raise ValidationError(
                f"This file has {file.size / 1024 / 1024:,.0f} MB. The limit is {most} MB. Split it and try again"
            )
        return file

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "file" not in self.errors and not values.get("file") and not (values.get("pasted") or "").strip():
            self.add_error("file", "Choose a file, or paste a table below")
        return values

    def upload(self) -> dict[str, Any]:
        """What ``upload_import`` takes."""
        file: UploadedFile | None = self.cleaned_data["file"]
        source = self.cleaned_data["source"]
        if file is None:
            name, content = "Pasted table", self.cleaned_data["pasted"].strip("\n").encode()
            return {"file_name": name, "content": content, "source": source}
        return {"file_name": file.name, "content": file.file, "source": source}


class ReadingForm(forms.Form):
    """How the file is to be read: one question for each heading, and in which letters."""

    source = LineField(max_length=80, label="What is the source called?", help_text=SOURCE_HINT)
    group_name = LineField(
        max_length=120,
        required=False,
        label=_("Which group owns the lessons?"),
        help_text=_("A new name makes a new group."),
    )
    bad_rows = forms.ChoiceField(
        choices=ImportRun.BadRows.choices, required=False, label="Rows that cannot come in", widget=forms.RadioSelect
    )
    meeting = forms.ChoiceField(
        choices=ImportRun.Meeting.choices,
        required=False,
        label=_("Lessons from this source that are here already"),
        help_text=_("Where a field says one thing here and another in the file. Try it out to choose field by field."),
        widget=forms.RadioSelect,
    )
    encoding = forms.ChoiceField(
        choices=ENCODINGS, required=False, label="Which letters are right?", widget=forms.RadioSelect
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    mark_optional = False

    def __init__(
        self, *args: Any, run: ImportRun, headings: tuple[str, ...], needs_letters: bool, **kwargs: Any
    ) -> None:
        initial = {"source": run.source, "group_name": run.group_name, "encoding": run.encoding, "version": run.version}
        initial |= {"bad_rows": run.bad_rows, "meeting": run.meeting}
        super().__init__(*args, **{**kwargs, "initial": initial})
        if not needs_letters:
            del self.fields["encoding"]
        choices = [(LEFT_OUT, "Left out"), *((name, label) for name, (label, _) in FIELDS.items())]
        self.headings = {f"heading-{place}": heading for place, heading in enumerate(headings)}
        for name, heading in self.headings.items():
            self.fields[name] = forms.ChoiceField(
                choices=choices, required=False, label=heading, initial=run.mapping.get(heading, LEFT_OUT)
            )

    @property
    def heading_fields(self) -> list[Any]:
        return [self[name] for name in self.headings]

    @property
    def mapping(self) -> dict[str, str]:
        return {
            heading: self.cleaned_data[name] for name, heading in self.headings.items() if self.cleaned_data.get(name)
        }

    def seen_and_wanted(self) -> dict[str, Any]:
        """What ``settle_import`` takes: the version that the person had before them, and what was chosen."""
        values = self.cleaned_data
        return {
            "seen": values["version"],
            "source": values["source"],
            "group_name": values["group_name"],
            "encoding": values.get("encoding", ""),
            "mapping": self.mapping,
            "bad_rows": values["bad_rows"],
            "meeting": values["meeting"],
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = [values.get(name, "") for name in self.headings]
        if not leads_to_words(dict(zip(self.headings, chosen, strict=True))):
            self.add_error(next(iter(self.headings)), "Choose a heading for the title or for a text")
        for name in self.headings:
            field = values.get(name, "")
            if field and field != "tags" and chosen.count(field) > 1:
                self.add_error(name, f"Two headings lead to “{FIELDS[field][0]}”. Choose one of them")
        return values
