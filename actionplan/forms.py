"""What people fill in about an action."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy

from actionplan.models import Action
from actionplan.policies import may_assign
from kmportal.lib.forms import DateField, EmailField, LineField, OnceField, VersionedForm
from kmportal.lib.mail import can_leave
from kmportal.lib.naming import AboutPeople
from organisations.models import Membership, Organisation, Person


def members_of(organisation: Organisation) -> Any:
    """Everybody who may be given something here today."""
    current = Membership.objects.current().filter(organisation=organisation)
    return Person.objects.filter(membership__in=current).order_by("name", "pk")


def _what_a_guest_gets() -> str:
    if can_leave():
        return "They get an e-mail when it is due."
    return "For when the portal can send e-mail. Until then, remind them yourself."


class OwnerForm(forms.Form):
    """Who does it: a member, or a guest with name and address."""

    owner = forms.ModelChoiceField(
        Person.objects.none(), required=False, label="Who does it?", empty_label="Nobody yet"
    )
    guest_name = LineField(
        max_length=120,
        required=False,
        label="Or a guest’s name",
        help_text="For somebody who has no account here.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    guest_email = EmailField(
        required=False,
        label="Or a guest’s e-mail address",
        help_text=lazy(_what_a_guest_gets, str)(),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = members_of(membership.organisation)

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if wanted.get("owner") and (wanted.get("guest_name") or wanted.get("guest_email")):
            self.add_error("owner", "Choose a member or name a guest, not both")
        return wanted


class ActionForm(AboutPeople, OwnerForm):
    """A new action. A reader adds them for themselves, so the form does not ask them who does it."""

    about_people = (
        "title",
        "detail",
    )
    title = LineField(max_length=200, label="What will be done?", help_text="Begin with a verb.")
    detail = forms.CharField(
        max_length=4000, required=False, label="What else should they know?", widget=forms.Textarea({"rows": 3})
    )
    due_on = DateField(required=False, label="By when?")
    once = OnceField()
    field_order = ("title", "owner", "guest_name", "guest_email", "due_on", "detail", "once")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, membership=membership, **kwargs)
        self.membership = membership
        if may_assign(membership):
            self.fields["owner"].initial = membership.person_id
        else:
            for name in ("owner", "guest_name", "guest_email"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        wanted = super().clean()
        if "owner" not in self.fields:
            wanted["owner"] = self.membership.person
        return wanted


class HandOverForm(AboutPeople, OwnerForm):
    """Who does it from now on."""

    about_people = ("reason",)
    mark_optional = False
    reason = forms.CharField(
        max_length=500, required=False, label="Why?", help_text="One sentence for whoever takes over, if it helps."
    )
    field_order = ("owner", "guest_name", "guest_email", "reason")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, membership=membership, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].empty_label = "Choose somebody"
        fields["owner"].label = "Who does it now?"

    def clean(self) -> dict[str, Any]:
        wanted = super().clean()
        if not self.errors and not any(wanted.get(name) for name in ("owner", "guest_name", "guest_email")):
            raise ValidationError("Choose who does it now, or name a guest")
        return wanted


class MoveForm(AboutPeople, forms.Form):
    """Another day, and why; or the first day, which moves nothing."""

    about_people = ("reason",)
    mark_optional = False
    to = DateField(required=False, label="What is the new date?")
    no_date = forms.BooleanField(required=False, label="It has no date for now")
    reason = forms.CharField(
        max_length=500,
        label="Why does the date move?",
        help_text="One sentence. Whoever is waiting for it will read this.",
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, is_first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            self.fields["to"].label = "By when?"
            del self.fields["no_date"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        if "to" in self.errors:
            return wanted
        if wanted.get("no_date") and wanted.get("to"):
            self.add_error("to", "Enter a date or tick the box, not both")
        if not wanted.get("no_date") and not wanted.get("to"):
            self.add_error("to", "Enter a date, or tick the box" if "no_date" in self.fields else "Enter a date")
        return wanted


class DropForm(AboutPeople, forms.Form):
    """Why it will not be done."""

    about_people = ("reason",)
    reason = forms.CharField(
        max_length=500,
        label="Why will it not be done?",
        help_text="It stays on record with your reason.",
        widget=forms.Textarea({"rows": 2}),
    )


class WordsForm(AboutPeople, VersionedForm):
    """The words of an action; ``version`` is what the person had before them."""

    about_people = (
        "title",
        "detail",
    )

    class Meta:
        model = Action
        fields = ("title", "detail")
        labels = {"title": "What will be done?", "detail": "What else should they know?"}
        widgets = {"detail": forms.Textarea({"rows": 5})}
