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
HINT = (
    f"At most {MOST}, of {LARGEST // MB} MB each. Pictures, PDF, text, Word, Excel, PowerPoint, OpenDocument. Show no "
    "patient and no client"
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


class WithFiles(forms.BaseForm):
    """Form mixin, before all others: a form with a field ``uploads``. Where anything is wrong with it, it says that the
    files have to be chosen again."""

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            self.ask_for_files_again()

    def ask_for_files_again(self) -> None:
        """After a refusal of the action, too: the page that comes back has lost them, and somebody has to be told."""
        if "uploads" in self.files and AGAIN not in self.errors.get("uploads", ()):
            self.add_error("uploads", AGAIN)

    @property
    def chosen_files(self) -> Sequence[CheckedFile]:
        """What was chosen, for the action."""
        return self.cleaned_data["uploads"]
