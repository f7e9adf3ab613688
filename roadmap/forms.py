"""What people fill in about a programme and its plan."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, OnceField, VersionedForm, hinted
from kmportal.lib.naming import AboutPeople
from organisations.models import Membership, Organisation, Person
from roadmap import labels
from roadmap.models import TAKES, Area, CatalogueEntry, Effort, Intervention, Kind, Programme, ProgrammeStep, Step
from roadmap.starters import starters

# The way to begin that plans nothing.
EMPTY = "empty"

KIND_HINTS = {
    Kind.QUICK_WIN: "Little work, soon noticed",
    Kind.STRATEGIC: "Changes where we are going",
    Kind.INFRASTRUCTURE: "Tools, roles, places",
    Kind.PROCESS_CHANGE: "Changes a checklist, pathway or course",
}
AREA_HINTS = {
    Area.FOUNDATION: "Purpose, roles, support from the top",
    Area.KNOWLEDGE: "What people find out, keep and look up",
    Area.ENABLERS: "Skills, time, tools, habits",
    Area.CONTEXT: "Partners, neighbours, what comes from outside",
    Area.PRODUCTS: "What patients, residents or clients notice",
}


PROGRAMME_WORDS = ("name", "vision", "mission", "ambition")


def _people_choices(organisation: Organisation, *, also: Iterable[int | None] = ()) -> Any:
    """Members of today, and those who stand in the plan already."""
    current = Membership.objects.current().filter(organisation=organisation)
    people = Person.objects.filter(membership__in=current)
    kept = Person.objects.filter(pk__in=[pk for pk in also if pk])
    return (people | kept).distinct().order_by("name", "pk")


class _ProgrammeWords(forms.ModelForm):
    """What a programme says about itself."""

    class Meta:
        model = Programme
        fields = ("name", "vision", "mission", "ambition", "lead", "sponsor", "starts_on", "ends_on")
        field_classes = {"starts_on": DateField, "ends_on": DateField}
        labels = {
            "name": _("What is the programme called?"),
            "vision": "Vision",
            "mission": "Mission",
            "ambition": "Ambition",
            "lead": "Who leads it?",
            "sponsor": _("Who is the sponsor?"),
            "starts_on": "When does it start?",
            "ends_on": "When does it end?",
        }
        help_texts = {
            "vision": "What will be different one day? One or two sentences.",
            "mission": "What do you do to get there?",
            "ambition": _("How far do you want to be when the programme ends?"),
            "lead": "Is told when something is late.",
        }
        widgets = {name: forms.Textarea({"rows": 3}) for name in PROGRAMME_WORDS[1:]}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in ("lead", "sponsor"):
            fields[name].queryset = _people_choices(organisation, also=[getattr(self.instance, f"{name}_id")])
            fields[name].empty_label = "Nobody yet"

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        starts, ends = wanted.get("starts_on"), wanted.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", f"The {worded('programme')} must end after {long_day(starts)}, when it starts")
        return wanted

    def validate_constraints(self) -> None:
        """The order of the days is checked above, beside its field."""


class ProgrammeForm(AboutPeople, _ProgrammeWords):
    """A new programme."""

    about_people = PROGRAMME_WORDS

    starter = forms.TypedChoiceField(
        coerce=lambda key: "" if key == EMPTY else key,
        initial=EMPTY,
        widget=forms.RadioSelect,
        label="What should be in the plan on the first day?",
        help_text=_("Dates are counted from the day the programme starts. You can change everything afterwards."),
    )
    once = OnceField()
    field_order = ("starter",)

    class Meta(_ProgrammeWords.Meta):
        pass

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, organisation=organisation, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["starter"].choices = _ways_to_begin(organisation)


def _ways_to_begin(organisation: Organisation) -> list[tuple[str, Any]]:
    """An empty plan, or a starter programme; the one for this kind of organisation stands first."""
    offered = sorted(starters(), key=lambda one: one.for_whom != organisation.kind)
    names = [(EMPTY, "Nothing yet"), *((one.key, one.name) for one in offered)]
    return hinted(names, {one.key: one.sentence for one in offered})


class ProgrammeEditForm(AboutPeople, VersionedForm, _ProgrammeWords):
    """The words of a programme that exists."""

    about_people = PROGRAMME_WORDS

    class Meta(_ProgrammeWords.Meta):
        pass


class StepForm(AboutPeople, VersionedForm):
    """Where a step stands."""

    about_people = ("note",)

    class Meta:
        model = ProgrammeStep
        fields = ("state", "note")
        labels = {"state": "Where does this step stand?", "note": _("A note for everybody who reads the roadmap")}
        help_texts = {"note": "For example, which question is still open."}
        widgets = {"state": forms.RadioSelect, "note": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["state"].choices = ProgrammeStep.State.choices


class _InterventionWords(forms.ModelForm):
    """What an intervention says about itself."""

    areas = forms.MultipleChoiceField(
        choices=hinted(Area.choices, AREA_HINTS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Which areas does it serve?",
    )
    kind = forms.ChoiceField(
        choices=hinted(Kind.choices, KIND_HINTS), widget=forms.RadioSelect, label="What kind is it?"
    )
    effort = forms.ChoiceField(
        choices=hinted(Effort.choices, TAKES), widget=forms.RadioSelect, label="How much work is it?"
    )

    class Meta:
        model = Intervention
        fields = ("title", "summary", "step", "owner", "starts_on", "ends_on", "kind", "effort", "areas", "output")
        field_classes = {"starts_on": DateField, "ends_on": DateField}
        labels = {
            "title": "What is it called?",
            "summary": "What is it about?",
            "step": "Which step does it belong to?",
            "owner": "Who does it?",
            "starts_on": "From when?",
            "ends_on": "By when?",
            "output": "What will you have when it is done?",
        }
        help_texts = {"summary": "One or two sentences that a colleague understands."}
        widgets = {"summary": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = _people_choices(organisation, also=[self.instance.owner_id])
        fields["owner"].empty_label = "Nobody yet"
        steps = [(step.value, f"{step.value}  {step.label}") for step in Step]
        fields["step"].choices = [("", "Choose a step"), *steps]

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        starts, ends = wanted.get("starts_on"), wanted.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", f"The end must not come before {long_day(starts)}, when it starts")
        return wanted

    def validate_constraints(self) -> None:
        """The order of the days is checked above, beside its field; the rest is for the action."""


class InterventionForm(AboutPeople, _InterventionWords):
    """Something new in the plan, from the catalogue or of one’s own."""

    about_people = (
        "title",
        "summary",
        "output",
    )
    entry = forms.ModelChoiceField(
        CatalogueEntry.objects.filter(retired_at=None), required=False, widget=forms.HiddenInput
    )
    once = OnceField()

    class Meta(_InterventionWords.Meta):
        pass


class InterventionEditForm(AboutPeople, VersionedForm, _InterventionWords):
    """One that stands in the plan. Asks why when a day moves that somebody has agreed to."""

    about_people = (
        "title",
        "summary",
        "output",
        "reason",
    )
    reason = forms.CharField(
        max_length=500,
        required=False,
        label="Why does the plan change?",
        help_text="One sentence.",
        widget=forms.Textarea({"rows": 2}),
    )

    class Meta(_InterventionWords.Meta):
        pass

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, organisation=organisation, **kwargs)
        row: Intervention = self.instance
        self.has_agreed_days = bool(row.starts_on or row.ends_on) and not row.is_draft(timezone.localdate())
        if self.has_agreed_days:
            self.fields["reason"].help_text = "One sentence. We need this if a date moves; otherwise leave it empty."
            self.always_said = ("reason",)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean()
        before = Intervention.objects.select_related("programme").get(pk=self.instance.pk)
        is_draft = before.is_draft(timezone.localdate())
        is_stale = before.version != wanted.get("version")  # then somebody else moved them, and the action says so
        asks_why = not is_draft and labels.days_moved(before, wanted)
        if not self.errors and not is_stale and asks_why and not wanted.get("reason"):
            self.add_error("reason", "Say why the plan changes")
        return wanted


class StateForm(AboutPeople, forms.Form):
    """Where an intervention stands. Stopping it asks why."""

    about_people = ("reason",)
    mark_optional = False
    state = forms.ChoiceField(
        choices=hinted(
            Intervention.State.choices,
            {
                Intervention.State.PLANNED: "Not started yet",
                Intervention.State.DOING: "Somebody is working on it",
                Intervention.State.DONE: "There is a result",
                Intervention.State.PAUSED: "On hold for now. Say why below.",
                Intervention.State.DROPPED: "Will not be done, and no longer counts. Say why below.",
            },
        ),
        widget=forms.RadioSelect,
        label="Where does it stand?",
    )
    reason = forms.CharField(
        max_length=500,
        required=False,
        label="Why?",
        help_text="We need this if it is paused or dropped.",
        widget=forms.Textarea({"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if wanted.get("state") in Intervention.STOPPED and not wanted.get("reason"):
            self.add_error("reason", f"Say why it is {Intervention.State(wanted['state']).label.lower()}")
        return wanted


class TogetherForm(AboutPeople, forms.Form):
    """One change of several interventions: only the fields that the move asks for.

    A why is asked for where a day moves that somebody has agreed to, and not otherwise.
    """

    about_people = ("reason",)
    mark_optional = False
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "give": ("owner",),
        "dates": ("starts_on", "ends_on", "reason"),
        "shift": ("weeks", "reason"),
        "set_state": ("state", "reason"),
    }

    owner = forms.ModelChoiceField(Person.objects.none(), label="Who does it?", empty_label="Choose somebody")
    starts_on = DateField(required=False, label="From when?", help_text="Leave it empty to keep the first days.")
    ends_on = DateField(required=False, label="By when?", help_text="Leave it empty to keep the last days.")
    weeks = forms.IntegerField(
        min_value=-520,
        max_value=520,
        label="How many weeks later?",
        help_text="With a minus in front, so many weeks earlier. What has begun keeps its first day.",
        widget=forms.TextInput({"class": "govuk-input--width-5", "inputmode": "text", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        choices=Intervention.State.choices, widget=forms.RadioSelect, label="Where do they stand?"
    )
    reason = forms.CharField(max_length=500, label="Why?", widget=forms.Textarea({"rows": 2}))
    once = OnceField()

    def __init__(
        self, *args: Any, move: str, organisation: Organisation, rows: Sequence[Intervention], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.move = move
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = _people_choices(organisation)
        today = timezone.localdate()
        agreed = any(
            (row.starts_on or row.ends_on) and (row.is_open or move == "dates") and not row.is_draft(today)
            for row in rows
        )
        for name in set(fields) - {*self.FIELDS[move], "once"}:
            del fields[name]
        if move == "set_state":
            fields["reason"].required = False
            fields["reason"].help_text = "We need this if you pause or drop them."
        elif not agreed:
            fields.pop("reason", None)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        starts, ends = wanted.get("starts_on"), wanted.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", f"The end must not come before {long_day(starts)}, when it starts")
        if self.move == "dates" and not starts and not ends and not self.errors:
            self.add_error("starts_on", "Say a first day, a last day, or both")
        if self.move == "shift" and wanted.get("weeks") == 0:
            self.add_error("weeks", "Say at least one week")
        if wanted.get("state") in Intervention.STOPPED and not wanted.get("reason"):
            self.add_error("reason", f"Say why they are {Intervention.State(wanted['state']).label.lower()}")
        return wanted


def prefilled(entry: CatalogueEntry) -> dict[str, Any]:
    """What the catalogue already knows, for a new intervention’s form."""
    return {
        "entry": entry,
        "title": entry.name,
        "summary": entry.what,
        "step": entry.step,
        "kind": entry.kind,
        "effort": entry.effort,
        "areas": entry.areas,
        "output": labels.first_of(entry.guidance.outputs, 300),
    }
