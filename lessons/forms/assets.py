"""Forms for knowledge assets."""

from typing import Any, ClassVar

from django import forms

from attachments.forms import FilesField, WithFiles
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, OnceField, VersionedForm
from kmportal.lib.naming import AboutPeople
from lessons.models import ASSET_WIDTHS, LONGEST_REMARK, Asset, AssetPart, Lesson
from organisations.models import Group, GroupMembership, Membership, Person
from organisations.permissions import Permission

NEWEST_LESSONS = 200
WORDS = ("title", "purpose", "text")


class AssetForm(AboutPeople, VersionedForm):
    """What it is called, who needs it, what it says, and who may read it."""

    about_people = WORDS

    once = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    review_on = DateField(label="When should somebody look at it again?", required=False)

    class Meta:
        model = Asset
        fields = (*WORDS, "group", "share_with", "deputy", "review_on")
        labels: ClassVar = {"title": "What is it called?", "group": "Where does it belong?"}
        help_texts: ClassVar = {
            "title": "",
            "purpose": "One real reader and the moment when they look for it",
            "deputy": "They may change it, too",
            "text": "Begin with what to do first. A heading for each question that your reader has",
        }
        widgets: ClassVar = {
            "purpose": forms.Textarea({"rows": 2}),
            "text": forms.Textarea({"rows": 12}),
            "share_with": forms.RadioSelect,
        }

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        circles = GroupMembership.objects.in_force(membership).values("group")
        own = Group.objects.choosable(membership.organisation).filter(pk__in=circles)
        fields["group"].queryset = own | Group.objects.filter(pk=self.instance.group_id)
        fields["group"].empty_label = worded("No group")
        fields["share_with"].choices = ASSET_WIDTHS[::-1]
        able = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=membership.organisation)
        others = able.exclude(person=self.instance.owner_id or membership.person_id)
        people = Person.objects.filter(pk__in=others.values("person")) | Person.objects.filter(
            pk=self.instance.deputy_id
        )
        fields["deputy"].queryset = people.order_by("name", "pk")
        fields["deputy"].empty_label = "Nobody"

    def values(self) -> dict[str, Any]:
        """What ``start_asset`` and ``write_asset`` take, but for the key and the version."""
        wanted = self.wanted()
        return {"words": {name: wanted.pop(name) for name in WORDS}, **wanted}


class StepForm(AboutPeople, forms.Form):
    """How somebody knows that a step is done, if they like to say."""

    about_people = ("note",)

    note = LineField(label="How do you know?", required=False, max_length=LONGEST_REMARK)

    @classmethod
    def of_step(cls, number: int, data: Any = None) -> "StepForm":
        """The one of this step: ten of them stand on a page."""
        return cls(data, prefix=f"step{number}")


class LessonToAdd(forms.ModelChoiceField):
    """A lesson by its number and title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{worded('Lesson')} {obj.pk}: {obj.words.title}"


class PartForm(WithFiles, AboutPeople, forms.Form):
    """One thing that belongs to it: what it is decides which of the boxes is read."""

    about_people = ("title", "note")

    kind = forms.ChoiceField(label="What is it?", choices=AssetPart.Kind.choices, widget=forms.RadioSelect)
    lesson = LessonToAdd(Lesson.objects.none(), label=_("Which lesson?"), required=False, empty_label=_("No lesson"))
    person = forms.ModelChoiceField(Person.objects.none(), label="Who?", required=False, empty_label="Nobody")
    uploads = FilesField(label="Which files?")
    url = forms.URLField(label="Which web address?", required=False, max_length=500, assume_scheme="https")
    title = LineField(label="What do you call the link?", required=False, max_length=200)
    note = forms.CharField(
        label="What is it good for?",
        help_text="Of a picture or a recording: what it shows or says, for whoever cannot see or hear it",
        required=False,
        max_length=LONGEST_REMARK,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, asset: Asset, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        there = asset.parts.exclude(lesson=None).values("lesson")
        lessons = Lesson.objects.visible_to(membership).validated().exclude(pk__in=there)
        newest = list(lessons.order_by("-pk").values_list("pk", flat=True)[:NEWEST_LESSONS])
        fields["lesson"].queryset = Lesson.objects.filter(pk__in=newest).select_related("revision").order_by("-pk")
        people = Membership.objects.current().filter(organisation=asset.organisation).values("person")
        fields["person"].queryset = Person.objects.filter(pk__in=people).order_by("name", "pk")
        self.initial.setdefault("kind", AssetPart.Kind.LESSON)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_file = values.get("kind") == AssetPart.Kind.FILE
        if is_file and not values.get("uploads") and "uploads" not in self.errors:
            self.add_error("uploads", "Choose a file.")
        if values.get("uploads") and not is_file:
            self.add_error("kind", "You chose a file. Say that it is one, or leave the file out.")
        return values
