"""Forms about meetings: planned, changed, moved, written up, held as a session; and how much mail somebody wants."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms

from communities.forms.shelf import people_inside
from communities.models import Community, Meeting, MeetingDay, Pace, Wish
from communities.models.meetings import LONGEST_MEETING, SHORTEST_MEETING
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, ManyOf, MomentField, TimeField
from kmportal.lib.naming import AboutPeople
from organisations.models import Person
from techniques.models import Length, Technique


class MeetingForm(AboutPeople, forms.ModelForm):
    """A meeting, or a rhythm of them."""

    about_people = ("title", "words")

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Meeting
        fields = ("title", "repeats", "first_on", "clock", "again_at", "until_on", "minutes", "place", "words")
        field_classes: ClassVar = {
            "first_on": DateField, "until_on": DateField, "clock": TimeField, "again_at": TimeField,
        }  # fmt: skip
        labels: ClassVar = {
            "first_on": "On which day does it begin?",
            "until_on": "What is its last day?",
            "again_at": "Once more on the same day, for people on other shifts",
        }
        help_texts: ClassVar = {
            "repeats": "Where a month is too short for the day, it is on the last day of that month. "
            "A fifth weekday is the last one of each month",
            "until_on": "Leave it empty when there is no end, or when it is once",
            "place": "For example, Seminar room 2, or the address of the video call. Only members see it",
        }
        widgets: ClassVar = {"repeats": forms.RadioSelect, "words": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["repeats"].choices = Meeting.Repeats.choices
        self.initial.setdefault("once", uuid4())

    def values(self) -> dict[str, Any]:
        """What ``plan_meeting`` takes."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "once")}


class MeetingEditForm(MeetingForm):
    """The same, for all days that are still to come."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["once"]
        self.fields["first_on"].label = "From which day on?"

    def seen_and_wanted(self) -> dict[str, Any]:
        """What ``change_meeting`` takes."""
        wanted = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {"seen": self.cleaned_data["version"], **wanted}


class MeetingDayForm(forms.Form):
    """Another time or place for one day."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_at = MomentField(label="When?")
    minutes = forms.IntegerField(label="How many minutes?", min_value=SHORTEST_MEETING, max_value=LONGEST_MEETING)
    place = LineField(label="Place or link", required=False, max_length=300)


class WriteUpForm(AboutPeople, forms.Form):
    """Who came, and what came of it."""

    about_people = ("notes",)

    version = forms.IntegerField(widget=forms.HiddenInput)
    people = ManyOf(Person.objects.none(), label="Who came?", required=False, widget=forms.CheckboxSelectMultiple)
    notes = forms.CharField(
        label="What came of it?",
        required=False,
        max_length=MeetingDay._meta.get_field("notes").max_length,
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, *args: Any, day: MeetingDay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if not day.keeps_who_came:
            del fields["people"]
            fields["notes"].help_text = worded("In this session it was promised that nobody keeps who was there.")
            return
        came = Person.objects.filter(pk__in=day.attendances.values("person"))
        fields["people"].queryset = (people_inside(day.meeting.community) | came).distinct()


class DaySessionForm(forms.Form):
    """With which technique a day is held."""

    technique = forms.ModelChoiceField(Technique.objects.none(), label=_("With which technique?"), empty_label=None)
    length = forms.ChoiceField(label="How long?", choices=Length.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["technique"].queryset = Technique.objects.of(community.organisation).filter(can_run=True)


class MailForm(forms.Form):
    """How much mail of one community, and on which day."""

    how = forms.ChoiceField(label="How much mail do you want from it?", choices=Wish.choices, widget=forms.RadioSelect)
    weekday = forms.TypedChoiceField(
        label="On which day do you read what is new?",
        help_text=_("For all your communities"),
        choices=Pace.Day.choices,
        coerce=int,
    )
