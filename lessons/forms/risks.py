"""The forms of knowledge at risk: a topic, who knows about it, and how it is kept."""

from typing import Any, ClassVar

from django import forms

from actionplan.forms import members_of
from kmportal.lib.forms import DateField, LineField, OnceField, VersionedForm
from kmportal.lib.naming import AboutPeople
from lessons.models import LONGEST_TOLD_OF_RISK, Risk, RiskHolder
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission

_LEAVES = "The last day here, as soon as it is known: retirement, a new post, the end of a contract"


class RiskForm(AboutPeople, VersionedForm):
    """What people know, how much it matters, how easily it is lost, and who does what about it by when."""

    about_people = ("title", "why", "plan")

    once = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    due_on = DateField(label="By when?", required=False)

    class Meta:
        model = Risk
        fields = ("title", "why", "matter", "loss", "owner", "plan", "due_on")
        help_texts: ClassVar = {
            "title": "For example, how to start the old boiler after a power cut",
            "owner": "Better somebody who needs it than somebody who knows it",
            "plan": "For example, shadow two shifts and write it up together",
        }
        widgets: ClassVar = {
            "why": forms.Textarea({"rows": 2}),
            "plan": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name, choices in (("matter", Risk.Matter.choices), ("loss", Risk.Loss.choices)):
            fields[name] = forms.TypedChoiceField(
                label=fields[name].label,
                choices=choices,
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": "Choose one of the three"},
            )
        able = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=organisation)
        chosen = Person.objects.filter(pk=self.instance.owner_id)
        people = Person.objects.filter(pk__in=able.values("person")) | chosen
        fields["owner"].queryset = people.order_by("name", "pk")
        fields["owner"].empty_label = "Nobody yet"

    def values(self) -> dict[str, Any]:
        """What ``add_risk`` and ``write_risk`` take, but for the key and the version."""
        return {"wanted": self.wanted()}


class HolderForm(forms.Form):
    """Somebody who knows about it, and when they leave."""

    mark_optional = False

    person = forms.ModelChoiceField(
        Person.objects.none(),
        required=False,
        label="Who knows about it?",
        empty_label="Somebody who has no account here",
        help_text="They are told, and can read this topic",
    )
    name = LineField(
        required=False,
        label="Their name, or what they do",
        help_text="Only for somebody who has no account here. For example, the night porter",
        max_length=120,
    )
    leaves_on = DateField(required=False, label="When do they leave?", help_text=_LEAVES)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["person"].queryset = members_of(organisation)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if wanted.get("person") and wanted.get("name"):
            self.add_error("name", "Leave this empty, or choose somebody who has no account here")
        if not (wanted.get("person") or wanted.get("name") or self.errors):
            self.add_error("name", "Choose who knows it, or write who it is")
        return wanted


class LeavingForm(forms.Form):
    """When somebody who stands there leaves, and of somebody in words who it is."""

    mark_optional = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = LineField(
        label="Their name, or what they do", max_length=120, error_messages={"required": "Write who it is"}
    )
    leaves_on = DateField(required=False, label="When do they leave?", help_text=_LEAVES)

    def __init__(self, *args: Any, holder: RiskHolder, **kwargs: Any) -> None:
        initial = {"version": holder.version, "name": holder.name, "leaves_on": holder.leaves_on}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if not holder.name:
            del self.fields["name"]

    def values(self) -> dict[str, Any]:
        """What ``change_holder`` takes."""
        seen, leaves_on = self.cleaned_data["version"], self.cleaned_data["leaves_on"]
        return {"seen": seen, "leaves_on": leaves_on, "name": self.cleaned_data.get("name", "")}


class SettleForm(AboutPeople, forms.Form):
    """How it is kept now."""

    about_people = ("how",)

    how = forms.CharField(
        label="How is it kept now?",
        help_text="For example, two more people can do it, and the steps hang beside the machine",
        max_length=LONGEST_TOLD_OF_RISK,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say how it is kept now"},
    )
