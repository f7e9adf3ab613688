"""Forms of the yearly look back: what was said to each stage, one’s own voice, and the five decisions."""

from collections.abc import Mapping
from typing import Any

from django import forms

from communities import catalogue
from communities.forms.life import REASONS_TO_END
from communities.forms.shelf import LessonChoice, people_inside
from communities.models import Community, Pin, ReviewAnswer, Thread
from communities.models.community import LONGEST_ANSWER, LONGEST_REASON
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import LineField, ManyOf, MomentField, hinted
from kmportal.lib.naming import AboutPeople
from lessons.models import Lesson
from organisations.models import GroupMembership, Membership, Person
from techniques.forms import minutes_in_words
from techniques.models import Length, Technique

MOST = 200
YES_OR_NO = [("yes", "Yes"), ("no", "No")]


class ReviewForm(AboutPeople, forms.Form):
    """A box for each stage but the decision."""

    mark_optional = False
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages = [stage for stage in catalogue.review_stages() if stage.key != "decide"]
        for stage in self.stages:
            self.fields[stage.key] = forms.CharField(
                label=f"{stage.name} ({stage.minutes} minutes)",
                help_text=stage.ask,
                required=False,
                max_length=LONGEST_ANSWER,
                widget=forms.Textarea({"rows": 4}),
            )

    def fields_about_people(self) -> list[str]:
        return [stage.key for stage in self.stages]

    def show_both(self, answers: Mapping[str, ReviewAnswer], last: int) -> None:
        """Say beside each box what somebody else has written there meanwhile; the next press keeps what is typed."""
        for stage, answer in answers.items():
            self.add_error(stage, f"Meanwhile this was written here: {answer.text}")
        self.data = {**self.data.dict(), "seen": str(last)}  # type: ignore[attr-defined]  # a bound form has a QueryDict


class ReviewSessionForm(forms.Form):
    """When people look back together."""

    starts_at = MomentField(label="When do you meet?")
    length = forms.ChoiceField(label="How long?", widget=forms.RadioSelect)
    place = LineField(label="Place or link", max_length=200, required=False)

    def __init__(self, *args: Any, technique: Technique | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        lengths = {one: minutes_in_words(technique.minutes.of(one)) for one in Length} if technique else {}
        fields["length"].choices = hinted(Length.choices, lengths)
        fields["length"].initial = Length.STANDARD


class VoiceForm(forms.Form):
    """Two questions, answered without a name."""

    missed = forms.ChoiceField(label=_("Would you miss this community?"), choices=YES_OR_NO, widget=forms.RadioSelect)
    free = forms.ChoiceField(label="Are you free to choose your topic?", choices=YES_OR_NO, widget=forms.RadioSelect)

    def said(self) -> dict[str, bool]:
        """What ``give_voice`` takes."""
        return {"would_miss": self.cleaned_data["missed"] == "yes", "is_free": self.cleaned_data["free"] == "yes"}


class WhyForm(AboutPeople, forms.Form):
    """Why it was decided."""

    about_people: tuple[str, ...] = ("why",)

    why = forms.CharField(
        label="Why?",
        help_text="Those who look back next year read it",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )


class CloseForm(WhyForm):
    """Why it ends, from the list."""

    field_order = ("reason", "why")

    reason = forms.ChoiceField(label="Why does it end?", choices=REASONS_TO_END, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = "What happens to what you know?"
        self.fields["why"].help_text = "Everybody in it reads it"


class MergeForm(WhyForm):
    """Into which other one."""

    field_order = ("into", "why")

    into = forms.ModelChoiceField(
        Community.objects.none(), label=_("Into which community?"), empty_label=_("Choose a community")
    )

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        rows = Community.objects.filter(organisation=community.organisation).living().exclude(pk=community.pk)
        fields["into"].queryset = rows.order_by("name", "pk")
        fields["why"].help_text = "Everybody in both reads it"


class SplitForm(WhyForm):
    """How the second one is called, who facilitates it, and what goes along."""

    about_people = ("why", "question")

    name = LineField(label=_("What is the new community called?"), max_length=120)
    question = LineField(label="Which question is it about?", max_length=300)
    facilitator = forms.ModelChoiceField(
        Person.objects.none(), label="Who facilitates it?", empty_label="Choose somebody"
    )
    people = ManyOf(
        Person.objects.none(),
        label="Who else goes along?",
        help_text="They stay in the old one too, and can leave either",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    threads = ManyOf(
        Thread.objects.none(), label="Which discussions?", required=False, widget=forms.CheckboxSelectMultiple
    )
    pins = ManyOf(Pin.objects.none(), label="What from the shelf?", required=False, widget=forms.CheckboxSelectMultiple)
    lessons = ManyOf(
        Lesson.objects.none(), label=_("Which lessons?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    field_order = ("name", "question", "facilitator", "people", "threads", "pins", "lessons", "why")

    def __init__(self, *args: Any, community: Community, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        inside = people_inside(community)
        guests = GroupMembership.objects.filter(group_id=community.group_id, is_guest=True).values("person")
        fields["facilitator"].queryset = inside.exclude(pk__in=guests)
        fields["people"].queryset = inside
        fields["threads"].queryset = _newest(Thread.objects.filter(community=community))
        fields["pins"].queryset = Pin.objects.filter(community=community).select_related("lesson__revision", "person")
        fields["pins"].label_from_instance = _name_of_pin
        lessons = Lesson.objects.visible_to(membership).validated().filter(group_id=community.group_id)
        fields["lessons"].queryset = _newest(lessons.select_related("revision"))
        fields["lessons"].label_from_instance = LessonChoice(Lesson.objects.none()).label_from_instance
        for name in ("threads", "pins", "lessons"):
            if not fields[name].queryset.exists():
                del fields[name]

    def wanted(self) -> dict[str, Any]:
        """What ``decide_to_split`` takes."""
        return dict(self.cleaned_data)


def _newest(rows: Any) -> Any:
    """As many as a form can show."""
    return rows.filter(pk__in=list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST])).order_by("-pk")


def _name_of_pin(pin: Pin) -> str:
    if pin.lesson is not None:
        return str(pin.lesson.words.title)
    return pin.title or str(pin.person or "Somebody who has left")
