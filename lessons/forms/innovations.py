"""The form of an innovation: how far it has come, and what came of it."""

from typing import Any, ClassVar

from django import forms

from kmportal.lib.forms import VersionedForm
from kmportal.lib.naming import AboutPeople
from lessons.actions.innovations import LINES, TEXTS
from lessons.models import Innovation


class InnovationForm(AboutPeople, VersionedForm):
    """All but the stage may stay empty, and why it was stopped where it was."""

    about_people = (*LINES, *TEXTS)
    mark_optional = False

    class Meta:
        model = Innovation
        fields = ("stage", "stopped_because", *LINES[:3], "failed", "cost", "research", "needs", "improved")
        help_texts: ClassVar = {
            "stopped_because": "Only if it was. It stays in the list, so that nobody has to find it out again",
            "tried_on": "For example, twelve patients, in three weeks",
            "before": "For example, 4 of 10 went home by two",
            "after": "For example, 8 of 10 went home by two",
            "cost": "For example, £40 for signs, and six hours",
            "research": "The library can look for you",
            "needs": "Somebody to ask, a room, a form",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["stage"].widget = forms.RadioSelect(choices=Innovation.Stage.choices)
        for name in TEXTS:
            fields[name].widget = forms.Textarea({"rows": 2})
        if self.instance.adapted_from_id is None:
            del fields["improved"]

    def told(self) -> dict[str, Any]:
        """What ``describe_innovation`` takes."""
        told = {name: self.cleaned_data.get(name, "") for name in (*LINES, *TEXTS)}
        return {"seen": self.cleaned_data["version"], "stage": self.cleaned_data["stage"], "told": told}
