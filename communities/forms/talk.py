"""Forms for what is written in a community."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from attachments.forms import FilesField, WithFiles
from communities.forms.shelf import people_inside
from communities.models import LONGEST_POST, Community, PostFile, Thread
from communities.models.talk import WIDTHS
from kmportal.lib.forms import OnceField
from kmportal.lib.mentions import without_calls, without_quotations
from kmportal.lib.naming import AboutPeople
from kmportal.lib.pagination import whole_number

NAMING = "To tell somebody, write @ and their name"


class CallsPeople(AboutPeople):
    """Form mixin, for words that may call people of ``community`` with “@”: what they are called is not asked about."""

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.community = community

    def words_to_look_at(self, name: str, text: str) -> str:
        """A quotation was asked about when it was written, and it begins with its writer’s name."""
        own = without_quotations(text)
        return without_calls(own, people_inside(self.community).values_list("name", flat=True)) if "@" in own else own


class ThreadForm(WithFiles, CallsPeople, forms.ModelForm):
    """A question or a talk, with its first words."""

    about_people = ("title", "text")

    once = OnceField()
    text = forms.CharField(
        label="Tell more",
        help_text=f"{NAMING}. Name no patient and no client",
        max_length=LONGEST_POST,
        widget=forms.Textarea({"rows": 6}),
    )
    uploads = FilesField()
    field_order = ("kind", "title", "text", "uploads", "reach")

    class Meta:
        model = Thread
        fields = ("kind", "title", "reach")
        labels: ClassVar = {"kind": "What is it?", "title": "In one line", "reach": "Who may read it?"}
        widgets: ClassVar = {"kind": forms.RadioSelect, "reach": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = Thread.Kind.choices
        fields["reach"].choices = WIDTHS

    def values(self) -> dict[str, Any]:
        """What ``start_thread`` takes."""
        words = {name: self.cleaned_data[name] for name in ("kind", "title", "text", "reach", "once")}
        return {**words, "files": self.chosen_files}


class PostForm(WithFiles, CallsPeople, forms.Form):
    """An answer, or what somebody adds."""

    about_people = ("text",)

    once = OnceField()
    text = forms.CharField(
        label="Your answer",
        help_text=NAMING,
        max_length=LONGEST_POST,
        widget=forms.Textarea({"rows": 5}),
    )
    uploads = FilesField()

    def values(self) -> dict[str, Any]:
        """What ``write_post`` takes."""
        return {"text": self.cleaned_data["text"], "once": self.cleaned_data["once"], "files": self.chosen_files}


class AwayField(forms.MultipleChoiceField):
    """Files to take away. One that is gone already is no mistake: the button was pressed twice."""

    def to_python(self, value: Any) -> list[str]:
        keys = super().to_python(value)
        asked = {key: whole_number(key) for key in keys}
        there = set(PostFile.objects.filter(pk__in=asked.values()).values_list("pk", flat=True))
        return [key for key, number in asked.items() if not number or number in there]


class PostEditForm(WithFiles, CallsPeople, forms.Form):
    """Other words for one’s own post."""

    about_people = ("text",)

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="Your words", max_length=LONGEST_POST, widget=forms.Textarea({"rows": 8}))
    without = AwayField(
        label="Which files should go?",
        help_text="Tick those to delete. Nobody sees them afterwards",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    uploads = FilesField(label="Add files and pictures")

    def __init__(self, *args: Any, attached: Sequence[PostFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["without"].choices = [(str(one.pk), one.file.name) for one in attached]
        if not attached:
            del self.fields["without"]

    def values(self) -> dict[str, Any]:
        """What ``change_post`` takes."""
        return {
            "seen": self.cleaned_data["version"],
            "text": self.cleaned_data["text"],
            "files": self.chosen_files,
            "without": [int(key) for key in self.cleaned_data.get("without", ())],
        }
