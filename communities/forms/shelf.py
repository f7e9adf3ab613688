"""Forms for what a community looks after."""

from typing import Any

from django import forms

from communities.models import Community, Pin
from communities.models.community import LONGEST_REASON
from communities.transitions import seats_that_open
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField
from kmportal.lib.naming import AboutPeople
from lessons.models import Asset, Lesson
from organisations.models import Membership, Person

NEWEST_LESSONS = NEWEST_ASSETS = 200


class LessonChoice(forms.ModelChoiceField):
    """A lesson by its number and title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{worded('Lesson')} {obj.pk}: {obj.words.title}"


def people_inside(community: Community) -> Any:
    """Everybody who can come in today, by name."""
    return Person.objects.filter(pk__in=seats_that_open(community).values("person")).order_by("name", "pk")


class PinForm(AboutPeople, forms.Form):
    """One thing for the shelf: what it is decides which of the boxes is read."""

    about_people = ("title", "note")

    kind = forms.ChoiceField(label="What is it?", choices=Pin.Kind.choices, widget=forms.RadioSelect)
    lesson = LessonChoice(Lesson.objects.none(), label=_("Which lesson?"), required=False, empty_label=_("No lesson"))
    asset = forms.ModelChoiceField(
        Asset.objects.none(), label="Which knowledge asset?", required=False, empty_label="No knowledge asset"
    )
    person = forms.ModelChoiceField(Person.objects.none(), label="Who?", required=False, empty_label="Nobody")
    url = forms.URLField(label="Which web address?", required=False, max_length=500, assume_scheme="https")
    title = LineField(label="What do you call the link?", required=False, max_length=200)
    note = forms.CharField(
        label="What is it good for?", required=False, max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )
    review_on = DateField(label="When should somebody look at it again?", required=False)

    def __init__(self, *args: Any, community: Community, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        pinned = Pin.objects.filter(community=community, lesson__isnull=False).values("lesson")
        lessons = Lesson.objects.visible_to(membership).validated().exclude(pk__in=pinned).select_related("revision")
        newest = lessons.order_by("-pk").values("pk")[:NEWEST_LESSONS]
        fields["lesson"].queryset = lessons.filter(pk__in=list(newest.values_list("pk", flat=True))).order_by("-pk")
        there = Pin.objects.filter(community=community, asset__isnull=False).values("asset")
        assets = Asset.objects.visible_to(membership).published().exclude(pk__in=there).order_by("-pk")
        newest_assets = list(assets.values_list("pk", flat=True)[:NEWEST_ASSETS])
        fields["asset"].queryset = Asset.objects.filter(pk__in=newest_assets).order_by("title", "pk")
        fields["person"].queryset = people_inside(community)
        self.initial.setdefault("kind", Pin.Kind.LESSON)


class PinEditForm(AboutPeople, forms.Form):
    """What it is good for, who looks after it, until when."""

    about_people = ("note",)

    note = forms.CharField(
        label="What is it good for?", required=False, max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3})
    )
    owner = forms.ModelChoiceField(
        Person.objects.none(), label="Who looks after it?", required=False, empty_label="Nobody"
    )
    review_on = DateField(label="When should somebody look at it again?", required=False)

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = people_inside(community)
