"""The forms about what came of a lesson: where, what changed and what it saved; and why a saving is not confirmed."""

from typing import Any

from django import forms

from kmportal.lib.amounts import HoursField, PoundsField
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from lessons.actions.reuse import Saved
from lessons.models import IN_NUMBERS, LONGEST_CHANGE, Measure, Reuse, Sureness
from organisations.models import Group, GroupMembership, Membership

SURE = "_sure"
# On the page of a second person’s no, also to what a story claims, and once it is said.
DECLINING = "It stays to be read, with your reason, and is never added to what is confirmed."
DECLINED = "It is not confirmed. Your reason stands beside it."


def _how_sure(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Sureness.choices, required=False, initial=Sureness.TOLD)


def _in_words(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=LONGEST_CHANGE, widget=forms.Textarea({"rows": 2})
    )


class ReuseForm(AboutPeople, forms.Form):
    """Everything may stay empty: the press that led here is kept already."""

    about_people = ("place", "changed", Measure.QUALITY, Measure.SAFETY)
    mark_optional = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    group = forms.ModelChoiceField(Group.objects.none(), label=_("Was it in one of your groups?"), required=False)
    place = LineField(label="Where was it?", help_text="For example, the night shift on Ward 6", required=False,
                      max_length=200)  # fmt: skip
    changed = _in_words("What changed?", "What do you do now that you did not do before?")
    time = HoursField(label="How many hours did it save?", help_text="For example, 2 or 1 h 30")
    time_sure = _how_sure("How sure are the hours?")
    money = PoundsField(label="How much money did it save?", help_text="For example, £1,200")
    money_sure = _how_sure("How sure is the money?")
    quality = _in_words("What became better?", "For example, nobody waits for the bag any more")
    quality_sure = _how_sure("How sure is what became better?")
    safety = _in_words("What became safer?", "For example, the second check catches the wrong dose")
    safety_sure = _how_sure("How sure is what became safer?")

    def __init__(self, *args: Any, reuse: Reuse, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = values_of(reuse)
        fields: dict[str, Any] = self.fields
        circles = GroupMembership.objects.in_force(membership).values("group")
        living = Group.objects.filter(pk__in=circles, ended_at=None)
        fields["group"].queryset = living | Group.objects.filter(pk=reuse.group_id or 0)
        fields["group"].empty_label = worded("No group")
        self.asks_savings = reuse.may_save
        if not self.asks_savings:
            for measure in Measure.values:
                del fields[measure], fields[measure + SURE]

    def told(self) -> dict[str, Any]:
        """What ``describe_reuse`` takes."""
        typed = self.cleaned_data
        saved = {}
        for measure in Measure.values if self.asks_savings else ():
            sure = typed[measure + SURE] or Sureness.TOLD
            if measure in IN_NUMBERS:
                saved[measure] = Saved(amount=typed[measure], sureness=sure)
            else:
                saved[measure] = Saved(words=typed[measure], sureness=sure)
        return {**{name: typed[name] for name in ("group", "place", "changed")}, "saved": saved}


def values_of(reuse: Reuse) -> dict[str, Any]:
    """What the form shows of it as it stands."""
    values: dict[str, Any] = {name: getattr(reuse, name) for name in ("version", "group", "place", "changed")}
    for measure in Measure.values:
        values |= {measure: None, measure + SURE: Sureness.TOLD}
    for saving in reuse.savings.all():
        values[saving.measure] = saving.amount if saving.amount is not None else saving.words
        values[saving.measure + SURE] = saving.sureness
    return values


class DeclineSavingForm(AboutPeople, forms.Form):
    """Why it cannot be confirmed."""

    about_people = ("reason",)

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label="Why can you not confirm it?",
        help_text="It stands beside it for everybody who can read it",
        max_length=LONGEST_CHANGE,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say why it cannot be confirmed, so that whoever said it understands."},
    )

    def ask_again(self, words: str, *, version: int) -> None:
        """After a change meanwhile: the reason stays, and sent once more it is said of what stands there now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = str(version)
        self.data = data
        self.add_error(None, words)
