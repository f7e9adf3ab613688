"""What somebody says of a piece of work, and of a lesson before they start."""

from typing import Any, ClassVar

from django import forms

from actionplan.forms import ActionForm
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, OnceField, VersionedForm
from kmportal.lib.naming import AboutPeople
from lessons.models import LONGEST_BECAUSE, PieceOfWork


class WorkForm(AboutPeople, VersionedForm):
    """A piece of work in words."""

    about_people = ("title", "text")

    once = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    starts_on = DateField(
        label="When does it begin?", required=False, help_text="A week before, you are asked about what is left open"
    )

    class Meta:
        model = PieceOfWork
        fields = ("title", "text", "starts_on")
        help_texts: ClassVar = {
            "title": "For example, move the day clinic to the new building",
            "text": "The more you name, the better what is found fits: places, equipment, people, what could go wrong",
        }
        error_messages: ClassVar = {"title": {"required": "Say what you will do."}}
        widgets: ClassVar = {"text": forms.Textarea({"rows": 5})}


class UseForm(ActionForm):
    """What somebody does with the lesson, and by when."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean()
        wanted["seen"] = wanted.get("seen") or 0
        return wanted


class AsideForm(AboutPeople, forms.Form):
    """Why the lesson is not for this work."""

    about_people = ("because",)

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    because = forms.CharField(
        label="Why is it not for you?",
        help_text="One sentence. Whoever reads the pack after you reads it too",
        max_length=LONGEST_BECAUSE,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Say why this lesson is not for you.")},
    )

    def clean_seen(self) -> int:
        return self.cleaned_data.get("seen") or 0
