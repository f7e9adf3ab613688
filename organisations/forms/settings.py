"""The settings of an organisation, and its words."""

import io
import zoneinfo
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from PIL import Image, ImageFile, UnidentifiedImageError

from kmportal.lib.domain_words import LONGEST, WORDS, Forms, article_of, find_problems
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import LineField, VersionedForm
from kmportal.lib.sentences import capital
from organisations.models import Organisation

LOGO_LIMIT = 2 * 1024 * 1024
LOGO_BOX = (480, 160)


def _time_zones(own: str) -> list[tuple[str, str]]:
    """All that people live in, the organisation’s own first. Old spellings of the same place are left out."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    zones = [*sorted({line[2] for line in lines} & zoneinfo.available_timezones()), "UTC"]
    return [(zone, zone.replace("_", " ")) for zone in dict.fromkeys([own, *zones])]


class SettingsForm(VersionedForm):
    """Name, kind, logo, incident system, time zone, and working with other organisations."""

    SETTINGS = (
        "name",
        "kind",
        "incident_name",
        "incident_url",
        "time_zone",
        "admits_outsiders",
        "lends_members",
        "asks_second_step",
        "leads_invite",
    )

    logo_file = forms.FileField(
        label="Logo",
        required=False,
        help_text="A PNG, JPEG or WebP picture of at most 2 MB. It appears at the top of every page.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_logo = forms.BooleanField(label="Remove the logo", required=False)
    incident_url = forms.URLField(
        assume_scheme="https",
        required=False,
        max_length=500,
        label="What is its web address?",
        help_text="“Report an incident” on every page leads there.",
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "kind",
            "logo_file",
            "remove_logo",
            "incident_name",
            "incident_url",
            "time_zone",
            "admits_outsiders",
            "lends_members",
            "asks_second_step",
            "leads_invite",
        )
        labels = {
            "incident_name": "What is your incident system called?",
            "time_zone": "Time zone",
            "admits_outsiders": _("People from other organisations may join our groups"),
            "lends_members": _("Our people may join groups of other organisations"),
            "asks_second_step": _("Administrators and KM leads need a second step to sign in"),
            "leads_invite": _("KM leads may invite readers and contributors"),
        }
        help_texts = {
            "incident_name": "For example, Datix.",
            "admits_outsiders": _("They read what the group shares. You let each of them in yourself."),
            "lends_members": _("They read what that group shares, and nothing of ours is shown to the others."),
            "asks_second_step": "A code from an app or a passkey. Whoever has none yet is led to set it up.",
            "leads_invite": "Other roles, changing and removing stay with you.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(choices=_time_zones(self.instance.time_zone))
        if not self.instance.logo:
            del self.fields["remove_logo"]

    def clean_logo_file(self) -> bytes | None:
        upload: UploadedFile | None = self.cleaned_data["logo_file"]
        return picture(upload) if upload else None

    @property
    def opens_up(self) -> bool:
        """Whether others get in more easily than before: what nobody may do at somebody else’s open screen."""
        before, after = self.initial, self.cleaned_data
        is_wider = any(
            after[name] and not before[name] for name in ("admits_outsiders", "lends_members", "leads_invite")
        )
        return is_wider or (before["asks_second_step"] and not after["asks_second_step"])

    def ask_for_the_logo_again(self) -> None:
        """A browser forgets a file that was chosen when the form comes back, so somebody has to be told."""
        if self.cleaned_data.get("logo_file"):
            self.add_error("logo_file", "Choose the logo again. Browsers do not keep a file when a form comes back.")

    def wanted(self) -> dict[str, Any]:
        """What was written, for the action: ``logo`` is None where it stays as it is, and empty where it goes."""
        logo = b"" if self.cleaned_data.get("remove_logo") else None
        return {
            **{name: self.cleaned_data[name] for name in self.SETTINGS},
            "logo": self.cleaned_data.get("logo_file") or logo,
        }


class WordsForm(forms.Form):
    """What the words of the domain are called here, three boxes for each. Empty: as we call it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    mark_optional = False
    PARTS = ("one", "many", "a")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for word in WORDS:
            kept = dict(zip(self.PARTS, organisation.words.get(word.key, ()), strict=False))
            labels = {"one": "One", "many": "Several", "a": "One, with its article"}
            for part in self.PARTS:
                self.fields[f"{word.key}_{part}"] = LineField(
                    required=False,
                    max_length=LONGEST,
                    label=format_html('{}<span class="km-hide"> ({})</span>', labels[part], getattr(word.usual, part)),
                    initial=kept.get(part, ""),
                    help_text=f"We say: {getattr(word.usual, part)}",
                )

    def clean(self) -> dict[str, Any]:
        """Find what is wrong with the words as a whole."""
        values = super().clean() or {}
        for key, problem in find_problems(self._typed(values)):
            self.add_error(f"{key}_one", problem)
        return values

    def _typed(self, values: Mapping[str, Any]) -> dict[str, Forms]:
        """The words of which anything was typed. The article is ours to add where nobody wrote it."""
        found = {}
        for word in WORDS:
            one, many, a = (values.get(f"{word.key}_{part}", "") for part in self.PARTS)
            if (one or many or a) and Forms(one, many, a) != word.usual:
                found[word.key] = Forms(one, many, a or (f"{article_of(one)} {one}" if one else ""))
        return found

    def words(self) -> dict[str, list[str]]:
        """What was chosen, as an organisation keeps it."""
        return {key: list(forms) for key, forms in self._typed(self.cleaned_data).items()}

    def rows(self) -> list[dict[str, Any]]:
        """The boxes of each word, with the sentence that shows it in use."""
        typed = self._typed(getattr(self, "cleaned_data", None) or self.initial_words())
        rows = []
        for word in WORDS:
            fields = [self[f"{word.key}_{part}"] for part in self.PARTS]
            called = typed.get(word.key)
            said = called or word.usual
            rows.append(
                {
                    "usual": word.usual.one,
                    "called": called.one if called else "",
                    "fields": fields,
                    "is_open": any(field.errors for field in fields),
                    "example": f"{capital(said.a)}. All {said.many}. This {said.one}.",
                }
            )
        return rows

    def initial_words(self) -> dict[str, str]:
        """What stands in the boxes before anybody types."""
        return {name: field.initial for name, field in self.fields.items() if name != "version"}


def picture(upload: UploadedFile) -> bytes:
    """The upload as a small PNG drawn anew, so that nothing hidden in the file (place, scripts) is kept.

    Raises ``ValidationError`` when it is too large or no picture, whatever its name says.
    """
    if (upload.size or 0) > LOGO_LIMIT:
        raise ValidationError("The picture is larger than 2 MB. Choose a smaller one.")
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, where it was imported, turns it on for the whole process
    try:
        with Image.open(upload, formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > 20_000_000:
                raise ValidationError("The picture has too many pixels. Choose a smaller one.")
            image.load()
            drawn = image.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise ValidationError("This file is not a PNG, JPEG or WebP picture.") from None
    drawn.thumbnail(LOGO_BOX)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()
