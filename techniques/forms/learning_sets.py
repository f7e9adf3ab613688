"""What people fill in about action learning sets: beginning one, its next meeting, who belongs to it, one’s actions."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.timezone import make_aware, make_naive

from kmportal.lib.forms import DateField, LineField, ManyOf, MomentField, OnceField, hinted
from kmportal.lib.naming import AboutPeople
from organisations.models import Membership, Organisation, Person
from techniques.forms import FURTHEST, minutes_in_words, who_may_lead
from techniques.models import (
    FEWEST_MEMBERS,
    LINE_LIMIT,
    MOST_DATES,
    MOST_MEMBERS,
    LearningSet,
    Length,
    OwnAction,
    Session,
    Technique,
)


def _length_field(field: Any, technique: Technique | None) -> None:
    hints = {length: minutes_in_words(technique.minutes.of(length)) for length in Length} if technique else {}
    field.choices = hinted(Length.choices, hints)


def _to_come(moment: datetime) -> datetime:
    if timezone.localdate(moment) < timezone.localdate():
        raise ValidationError("This date has passed. Choose today or a later date")
    if moment > timezone.now() + FURTHEST:
        raise ValidationError("Check the year, because this is more than three years away")
    return moment


def _members_of(organisation: Organisation) -> Any:
    here = Membership.objects.current().filter(organisation=organisation)
    return Person.objects.filter(pk__in=here.values("person")).order_by("name", "pk")


class SetForm(forms.Form):
    """A new set: who, and on which days."""

    mark_optional = False

    once = OnceField()
    name = LineField(label="What is the set called?", max_length=80, help_text="For example: Ward sisters, spring")
    people = ManyOf(
        Person.objects.none(),
        label="Who belongs to it?",
        help_text=(
            f"{FEWEST_MEMBERS} to {MOST_MEMBERS} peers, six is best. Nobody’s line manager. Tick yourself only if you"
            " are a member, too"
        ),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": f"Tick {FEWEST_MEMBERS} to {MOST_MEMBERS} people"},
    )
    starts_at = MomentField(label="When do you meet first?")
    meetings = forms.TypedChoiceField(
        label="How many meetings?",
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_DATES + 1)],
        initial=5,
        help_text="Four to six are usual",
    )
    weeks = forms.TypedChoiceField(
        label="How many weeks apart?",
        coerce=int,
        choices=[(number, str(number)) for number in range(1, 9)],
        initial=5,
    )
    length = forms.ChoiceField(label="How long is a meeting?", widget=forms.RadioSelect)
    place = LineField(
        label="Place or link", required=False, max_length=200, help_text="A quiet room that all can reach"
    )

    def __init__(self, *args: Any, organisation: Organisation, technique: Technique | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["people"].queryset = _members_of(organisation)
        _length_field(fields["length"], technique)
        self.initial.setdefault("length", Length.STANDARD)

    def clean_starts_at(self) -> datetime:
        return _to_come(self.cleaned_data["starts_at"])

    @property
    def wanted(self) -> dict[str, Any]:
        """What the action is told. The hour stays the same when the clocks change between two meetings."""
        said = self.cleaned_data
        first = make_naive(said["starts_at"])
        dates = [make_aware(first + timedelta(weeks=said["weeks"] * number)) for number in range(said["meetings"])]
        return {name: said[name] for name in ("name", "people", "length", "place", "once")} | {"dates": dates}


class SetMeetingForm(forms.Form):
    """The next meeting: as the last one was, unless something is changed. ``meeting`` and ``version`` say which one was
    before the person’s eyes; they are empty where one is planned."""

    mark_optional = False

    once = OnceField()
    meeting = forms.IntegerField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    starts_at = MomentField(label="When?")
    length = forms.ChoiceField(label="How long?", widget=forms.RadioSelect)
    place = LineField(label="Place or link", required=False, max_length=200)

    def __init__(
        self,
        *args: Any,
        learning_set: LearningSet,
        planned: Session | None,
        technique: Technique | None,
        **kwargs: Any,
    ) -> None:
        last = planned or learning_set.meetings.held().order_by("-starts_at").first()
        day = learning_set.dates.to_come(timezone.now()).values_list("starts_at", flat=True).first()
        kwargs["initial"] = {
            "meeting": planned.pk if planned else None,
            "version": planned.version if planned else None,
            "starts_at": planned.starts_at if planned else day,
            "length": last.length if last else learning_set.length,
            "place": last.place if last else learning_set.place,
        }
        super().__init__(*args, **kwargs)
        _length_field(self.fields["length"], technique)

    def clean_starts_at(self) -> datetime:
        return _to_come(self.cleaned_data["starts_at"])

    @property
    def changes(self) -> bool:
        """Whether a meeting that is there is changed."""
        return bool(self["meeting"].value())

    @property
    def wanted(self) -> dict[str, Any]:
        """What either action is told."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "length", "place")}


class SetPeopleForm(forms.Form):
    """Who comes into a set, and who leads it."""

    mark_optional = False

    people = ManyOf(
        Person.objects.none(),
        required=False,
        label="Who else comes in?",
        help_text="Ask the set before you let anybody in",
        widget=forms.CheckboxSelectMultiple,
    )
    adviser = forms.ModelChoiceField(
        Person.objects.none(),
        required=False,
        label="Who leads it?",
        empty_label="The set leads itself",
        help_text="A set that leads itself moves from step to step on the phones of its members",
    )

    def __init__(self, *args: Any, learning_set: LearningSet, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"adviser": learning_set.adviser_id}, **kwargs})
        fields: dict[str, Any] = self.fields
        inside = learning_set.members.values("person")
        fields["people"].queryset = _members_of(learning_set.organisation).exclude(pk__in=inside)
        fields["adviser"].queryset = who_may_lead(learning_set.organisation)
        if not fields["people"].queryset.exists() or learning_set.people.count() >= MOST_MEMBERS:
            del self.fields["people"]


class EndMeetingForm(AboutPeople, forms.Form):
    """The end of a meeting: two lines on how the set worked, and who was there without a phone."""

    mark_optional = False
    about_people = ("asking", "working")

    asking = LineField(
        label="How did we ask?",
        required=False,
        max_length=LINE_LIMIT,
        help_text="One line on asking, and nothing of what was said. The members of the set read it",
    )
    working = LineField(
        label="How did we work as a set?", required=False, max_length=LINE_LIMIT, help_text="One line, likewise"
    )
    people = ManyOf(
        Person.objects.none(),
        required=False,
        label="Who was here without a phone?",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, session: Session, learning_set: LearningSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        here = session.participants.here().exclude(person=None).values("person")
        fields["people"].queryset = learning_set.people.exclude(pk__in=here)
        if not fields["people"].queryset.exists():
            del self.fields["people"]


class OwnActionForm(forms.ModelForm):
    """What one means to do, for one’s own eyes."""

    mark_optional = False
    is_done = forms.BooleanField(required=False, label="It is done")

    class Meta:
        model = OwnAction
        fields = ("text", "due_on", "became")
        field_classes = {"due_on": DateField}
        labels = {"text": "What will you do?", "due_on": "By when?", "became": "What came of it?"}
        help_texts = {
            "text": "Only you read it",
            "due_on": "Then we remind you. The mail does not say of what",
            "became": "A few words for the next time that you report in",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].required = False
        if self.instance.pk is None:
            del self.fields["became"], self.fields["is_done"]
        else:
            self.initial["is_done"] = self.instance.done_at is not None

    @property
    def wanted(self) -> dict[str, Any]:
        """What the action is told."""
        return dict(self.cleaned_data)
