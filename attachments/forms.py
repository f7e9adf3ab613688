"""A box that takes several files, for forms of the apps above."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from attachments.file_kinds import ACCEPTED, LARGEST, MB, MOST
from attachments.inspection import CheckedFile, check_file, size_sentence
from kmportal.lib.exceptions import Refusal

AGAIN = "Choose your files again. Browsers do not keep a file when a form comes back"
TELLS_NOTHING = "This says what a file shows, and no file is chosen. Choose one above, or clear this box"
HINT = (
    f"At most {MOST}, of {LARGEST // MB} MB each. Pictures, sound, PDF, text, Word, Excel, PowerPoint, OpenDocument. "
    "Show no patient and no client"
)


class FilesInput(forms.FileInput):
    """One box for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each looked at: a list of ``CheckedFile``."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "label": "Files and pictures", "help_text": HINT, **options})
        self.widget.attrs.setdefault("accept", ",".join(ACCEPTED))

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if isinstance(one, UploadedFile)]
        if len(sent) > MOST:
            raise ValidationError(f"You chose {len(sent)} files. At most {MOST} can be attached at once")
        found: list[CheckedFile] = []
        wrong: list[str] = []
        for one in sent:
            try:
                found.append(_checked(one))
            except Refusal as refusal:
                wrong.append(str(refusal))
        if wrong:
            raise ValidationError(wrong)
        return found


def _checked(file: UploadedFile) -> CheckedFile:
    if (file.size or 0) > LARGEST:
        raise Refusal(size_sentence(str(file.name)))
    file.seek(0)
    return check_file(str(file.name), file.read())


class CameraField(FilesField):
    """One picture, which a telephone takes there and then."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": "Take a picture", "help_text": "", **options})
        self.widget.allow_multiple_selected = False
        self.widget.attrs |= {"accept": "image/*", "capture": "environment"}


class WithFiles(forms.BaseForm):
    """Form mixin, before all others: a form with a field ``uploads``, or those of ``file_fields``. Where anything is
    wrong with it, it says that the files have to be chosen again."""

    file_fields: tuple[str, ...] = ("uploads",)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            self.ask_for_files_again()

    def ask_for_files_again(self) -> None:
        """After a refusal of the action, too: the page that comes back has lost them, and somebody has to be told."""
        for name in self.file_fields:
            if name in self.files and AGAIN not in self.errors.get(name, ()):
                self.add_error(name, AGAIN)

    def refuse_telling_of_nothing(self, name: str = "telling") -> None:
        """What somebody says of a file is no words of the page, and would be lost where no file comes with it."""
        if self.cleaned_data.get(name) and not any(one in self.files for one in self.file_fields):
            self.add_error(name, TELLS_NOTHING)

    @property
    def chosen_files(self) -> Sequence[CheckedFile]:
        """What was chosen, for the action."""
        return [file for name in self.file_fields for file in self.cleaned_data.get(name) or ()]
