"""The files of a lesson: what each shows or says, which should go, and more of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from attachments.forms import CameraField, FilesField, WithFiles
from kmportal.lib.naming import AboutPeople
from kmportal.lib.pagination import whole_number
from lessons.forms.writing import telling_field
from lessons.models import LONGEST_TELLING, Lesson, LessonFile

TELLS = "tells-"


class GoneField(forms.MultipleChoiceField):
    """Files to take away. One that is gone already is no mistake: the button was pressed twice."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        keys = super().to_python(value)
        asked = {key: whole_number(key) for key in keys}
        there = set(LessonFile.objects.filter(pk__in=asked.values()).values_list("pk", flat=True))
        return [key for key, number in asked.items() if not number or number in there]


class LessonFilesForm(WithFiles, AboutPeople, forms.Form):
    """A box for each picture and each recording, then what is new."""

    mark_optional = False
    file_fields = ("photo", "uploads")

    version = forms.IntegerField(widget=forms.HiddenInput)
    without = GoneField(
        label="Which files should go?", help_text="Tick those to delete. Nobody sees them afterwards", required=False
    )
    photo = CameraField()
    uploads = FilesField(label="Add files and pictures")
    telling = telling_field()

    def __init__(self, *args: Any, attached: Sequence[LessonFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told = [one for one in attached if one.file.is_picture or one.file.is_sound]
        for one in self.told:
            self.fields[f"{TELLS}{one.pk}"] = forms.CharField(
                label=f"What does {one.file.name} {'say' if one.file.is_sound else 'show'}?",
                required=False,
                max_length=LONGEST_TELLING,
                widget=forms.Textarea({"rows": 2}),
            )
        fields: dict[str, Any] = self.fields
        fields["without"].choices = [(str(one.pk), one.file.name) for one in attached]
        if not attached:
            del self.fields["without"]
        self.order_fields(["version", *(f"{TELLS}{one.pk}" for one in self.told)])

    def fields_about_people(self) -> Iterable[str]:
        return [*(f"{TELLS}{one.pk}" for one in self.told), "telling"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.refuse_telling_of_nothing()
        return values

    def values(self) -> dict[str, Any]:
        """What ``change_files`` takes."""
        return {
            "seen": self.cleaned_data["version"],
            "tells": {one.pk: self.cleaned_data[f"{TELLS}{one.pk}"] for one in self.told},
            "without": [int(key) for key in self.cleaned_data.get("without", ())],
            "files": self.chosen_files,
            "telling": self.cleaned_data["telling"],
        }


def values_of_files(lesson: Lesson) -> dict[str, Any]:
    """What stands there now, by the names of the form’s fields."""
    return {"version": lesson.version, **{f"{TELLS}{one.pk}": one.tells for one in lesson.attached.all()}}
