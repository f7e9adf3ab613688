"""Forms of a kick-off: opening it, raising and sorting problems, what gets in the way, beginning a community."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.db.models import F

from communities.forms.life import CommunityForm
from communities.models import Community, KickOff, NamedBarrier, Problem, Topic
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, ManyOf, MomentField, VersionedForm, hinted
from kmportal.lib.naming import AboutPeople
from kmportal.lib.pagination import whole_number
from organisations.models import Membership, Person
from techniques.forms import minutes_in_words
from techniques.models import Length, Technique

FORM_HINTS = {
    KickOff.Form.PAGE: "People write when they have time, from any device",
    KickOff.Form.LIVE: _("You meet in a session, and the page stays open for two weeks from that day"),
}


class KickOffForm(AboutPeople, forms.ModelForm):
    """What it is about, and whether people meet."""

    about_people = ("title", "why")

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    opens_on = DateField(label="From which day can people write?", required=False)
    last_on = DateField(
        label="Until which day?",
        required=False,
        help_text="Left empty, two weeks, from the day of a meeting if you meet",
    )
    starts_at = MomentField(label="When do you meet?", required=False)
    length = forms.ChoiceField(label="How long?", widget=forms.RadioSelect, required=False)
    place = LineField(label="Place or link", max_length=200, required=False)

    class Meta:
        model = KickOff
        fields = ("title", "why", "form", "opens_on", "last_on")
        labels: ClassVar = {"form": "How do you do it?"}
        help_texts: ClassVar = {
            "title": "A few words, for example: What would you like to solve together?",
            "why": "Two lines that make people want to take part",
        }
        widgets: ClassVar = {"form": forms.RadioSelect, "why": forms.Textarea({"rows": 3})}

    field_order = ("title", "why", "form", "starts_at", "length", "place", "opens_on", "last_on")
    # Asked of those who meet alone: the labels of the choices say so.
    always_said = ("starts_at", "length", "place")

    def __init__(self, *args: Any, technique: Technique | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["form"].choices = hinted(KickOff.Form.choices, FORM_HINTS)
        if technique is None:
            for name in ("form", "starts_at", "length", "place"):
                del self.fields[name]
        else:
            lengths = {length: minutes_in_words(technique.minutes.of(length)) for length in Length}
            fields["length"].choices = hinted(Length.choices, lengths)
            fields["length"].initial = Length.STANDARD
            fields["starts_at"].help_text = f"If you meet. {fields['starts_at'].help_text}"
        self.initial.setdefault("once", uuid4())

    def values(self) -> dict[str, Any]:
        """What ``open_kickoff`` takes; what is not filled in is left to it."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class KickOffEditForm(AboutPeople, VersionedForm):
    """Other words, or another last day."""

    about_people = ("title", "why")

    last_on = DateField(label="Until which day?")

    class Meta:
        model = KickOff
        fields = ("title", "why", "last_on")
        widgets: ClassVar = {"why": forms.Textarea({"rows": 3})}


COUNT_ME_IN = _("You belong to the community that comes of it")
KEEP_TOGETHER = _("You would be its facilitator, if you are chosen")


class ProblemForm(AboutPeople, forms.ModelForm):
    """What somebody wants to solve."""

    about_people = ("line", "more")

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Problem
        fields = ("line", "more", "is_in", "would_facilitate")
        help_texts: ClassVar = {
            "line": "As you would say it to a colleague. Name no patient and no client",
            "is_in": COUNT_ME_IN,
            "would_facilitate": KEEP_TOGETHER,
        }
        widgets: ClassVar = {"more": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid4())


class ProblemEditForm(AboutPeople, forms.ModelForm):
    """Other words."""

    about_people = ("line", "more")

    class Meta:
        model = Problem
        fields = ("line", "more")
        widgets: ClassVar = {"more": forms.Textarea({"rows": 4})}


class ShareForm(forms.Form):
    """That one has it too, and whether one would be in."""

    is_in = forms.BooleanField(label="Count me in", required=False, help_text=COUNT_ME_IN)
    would_facilitate = forms.BooleanField(label="I would keep it together", required=False, help_text=KEEP_TOGETHER)


MOST_TO_SORT = 100
OTHERS_TO_SORT = (
    f"{MOST_TO_SORT} are shown, those that stand in no topic first. Each of the others can be moved on its own page"
)


class SortForm(AboutPeople, forms.Form):
    """Which problems belong together."""

    about_people = ("name",)

    mark_optional = False
    problems = ManyOf(
        Problem.objects.none(), label="Which problems?", required=False, widget=forms.CheckboxSelectMultiple
    )
    topic = forms.ModelChoiceField(Topic.objects.none(), label="Into which topic?", required=False)
    name = LineField(label="Or into a new topic, called", max_length=120, required=False)

    def __init__(self, *args: Any, kickoff: KickOff, one: Problem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["topic"].queryset = kickoff.topics.filter(community=None)
        fields["topic"].empty_label = "No topic: it stands by itself"
        if one is not None:
            del self.fields["problems"]
        else:
            open_ones = kickoff.problems.filter(community=None)
            fields["problems"].queryset = open_ones.select_related("topic")
            # Those that stand in no topic yet come first where there are more than a page holds.
            in_order = open_ones.order_by(F("topic").asc(nulls_first=True), "pk").values_list("pk", flat=True)
            first = list(in_order[: MOST_TO_SORT + 1])
            if len(first) > MOST_TO_SORT:
                fields["problems"].help_text = OTHERS_TO_SORT
            # What was ticked stays on the page, though others have come before it meanwhile.
            ticked = [key for text in self._ticked() if (key := whole_number(text))]
            shown = fields["problems"].queryset.filter(pk__in=[*first[:MOST_TO_SORT], *ticked])
            fields["problems"].choices = [(problem.pk, _problem_with_topic(problem)) for problem in shown]

    def _ticked(self) -> list[str]:
        name = self.add_prefix("problems")
        return self.fields["problems"].widget.value_from_datadict(self.data, self.files, name) or []


def _problem_with_topic(problem: Problem) -> str:
    return f"{problem} (in “{problem.topic}”)" if problem.topic else str(problem)


class BarrierForm(AboutPeople, forms.ModelForm):
    """What gets in the way, in one’s own words."""

    about_people = ("words",)

    class Meta:
        model = NamedBarrier
        fields = ("words",)
        help_texts: ClassVar = {"words": "Nobody sees who wrote it, and your name is not kept with it"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].required = True

    def validate_constraints(self) -> None:
        """The action answers with the one that is there."""


class FoundForm(CommunityForm):
    """Name, question, way in and facilitator of a community that comes of problems."""

    facilitator = forms.ModelChoiceField(Person.objects.none(), label=_("Who facilitates it?"), empty_label=None)

    def __init__(self, *args: Any, facilitators: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        people = [member.person_id for member in facilitators]
        fields["facilitator"].queryset = Person.objects.filter(pk__in=people).order_by("name", "pk")
        fields["facilitator"].help_text = "You, or somebody who has said that they would keep it together"

    def values(self) -> dict[str, Any]:
        """What ``found_from_topic`` takes."""
        return {name: self.cleaned_data[name] for name in ("name", "question", "access", "facilitator")}


class TakeUpForm(forms.Form):
    """For which of one’s communities."""

    community = forms.ModelChoiceField(
        Community.objects.none(), label=_("Which of your communities takes it up?"), empty_label=_("Choose a community")
    )

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["community"].queryset = communities
