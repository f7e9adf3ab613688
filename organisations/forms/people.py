"""Who comes in, in which role, and to whom work is handed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from kmportal.lib.addresses import Pasted, read_addresses
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import EmailField, LineField, ManyOf
from kmportal.lib.succession import belongings_of
from organisations.models import Group, Invitation, Membership, Organisation, Person, SignIn
from organisations.permissions import NAMED_VALIDATORS, ROLE_WORDS, Permission, Role

INVITED_AT_ONCE = 200


def _role_choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    return [(role.value, f"{role.label}: {ROLE_WORDS[role]}") for role in roles]


class InvitationForm(forms.ModelForm):
    """Who to ask in, as what, and into which groups."""

    groups = ManyOf(Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label=_("Which groups?"))

    class Meta:
        model = Invitation
        fields = ("email", "name", "role", "groups")
        labels = {"email": "Work e-mail", "name": "Name", "role": "Role"}
        widgets = {"role": forms.RadioSelect}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(tuple(Role))
        groups = Group.objects.of_people(organisation).filter(is_self_run=False)
        fields["groups"].queryset = groups
        if not groups.exists():
            del fields["groups"]

    def validate_constraints(self) -> None:
        """An open invitation to the same address is refused by the action, in words that say what to do."""


class InvitationEditForm(forms.ModelForm):
    """The role and the name of an invitation that nobody has answered yet."""

    class Meta:
        model = Invitation
        fields = ("name", "role")
        labels = {"name": "Name", "role": "Role"}
        widgets = {"role": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(tuple(Role))


class InvitePeopleForm(forms.Form):
    """Several people at once, by a pasted list of addresses, all as the same."""

    mark_optional = False

    addresses = forms.CharField(
        max_length=20_000,
        label="E-mail addresses",
        help_text="One per line or separated by commas. Names may stand with them: Ann Lee <ann@example.org>",
        widget=forms.Textarea({"rows": "6"}),
    )
    role = forms.ChoiceField(widget=forms.RadioSelect, label="Role")
    groups = ManyOf(Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label=_("Which groups?"))

    def __init__(self, *args: Any, organisation: Organisation, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(roles)
        groups = Group.objects.of_people(organisation).filter(is_self_run=False)
        fields["groups"].queryset = groups
        if not groups.exists():
            del fields["groups"]

    def clean_addresses(self) -> Pasted:
        pasted = read_addresses(self.cleaned_data["addresses"])
        if not pasted.found:
            named = ", ".join(f"“{piece[:60]}”" for piece in pasted.bad[:5])
            raise ValidationError(f"This is not an e-mail address: {named}. Correct it or remove it")
        if len(pasted.found) > INVITED_AT_ONCE:
            count = len(pasted.found)
            raise ValidationError(f"You have entered {count} addresses. Invite at most {INVITED_AT_ONCE} at a time")
        return pasted


class RoleForm(forms.ModelForm):
    """Another role, and whether somebody is named to check lessons."""

    class Meta:
        model = Membership
        fields = ("role", "is_validator")
        labels = {"is_validator": _("Named to check lessons")}
        help_texts = {
            "is_validator": _("Only for contributors and sponsors. Facilitators and KM leads can always check lessons.")
        }
        widgets = {"role": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(tuple(Role))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("is_validator") and values.get("role") not in NAMED_VALIDATORS:
            values["is_validator"] = False
        return values


class HeirField(forms.TypedChoiceField):
    """One of these people or nobody. The people are read once for all fields of a form, however many those are."""

    def __init__(self, people: dict[str, Person], *, label: str, nobody: str) -> None:
        choices = [("", nobody), *((key, str(person)) for key, person in people.items())]
        super().__init__(choices=choices, coerce=people.__getitem__, empty_value=None, required=False, label=label)


class HandOnForm(forms.Form):
    """Who takes over what somebody is responsible for: for each kind one person, and another for a single row
    where there are few.

    Nobody has to be named: what is left goes to nobody, and asks for somebody on the home of those who can choose.
    """

    mark_optional = False

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = belongings_of(membership.person, membership.organisation)
        able = {needs: _people_beside(membership, needs) for needs in {one.owned.needs for one in self.kinds}}
        for one in self.kinds:
            people = able[one.owned.needs]
            kept_from = {row.pk: set(map(str, one.owned.kept_from(row))) for row in one.rows}
            for_all = _without(people, set().union(*kept_from.values()))
            self.fields[one.owned.key] = HeirField(for_all, label="Give all of them to", nobody="Nobody for now")
            for row in one.rows if one.owned.is_split else ():
                fit = _without(people, kept_from[row.pk])
                self.fields[f"{one.owned.key}-{row.pk}"] = HeirField(fit, label=str(row), nobody="As above")

    @property
    def sections(self) -> list[tuple[str, int, forms.BoundField, list[forms.BoundField]]]:
        """Title, how many rows, the choice for all, and the choice for each row where there is one."""
        return [
            (
                one.owned.title,
                len(one.rows),
                self[one.owned.key],
                [self[f"{one.owned.key}-{row.pk}"] for row in one.rows if one.owned.is_split],
            )
            for one in self.kinds
        ]

    @property
    def heirs(self) -> dict[tuple[str, int], Person]:
        """Kind and row → who takes it over."""
        found = {}
        for one in self.kinds:
            for row in one.rows:
                own = self.cleaned_data.get(f"{one.owned.key}-{row.pk}") or self.cleaned_data[one.owned.key]
                if own is not None:
                    found[one.owned.key, row.pk] = own
        return found


def _without(people: dict[str, Person], keys: set[str]) -> dict[str, Person]:
    return {key: person for key, person in people.items() if key not in keys} if keys else people


def _people_beside(membership: Membership, needs: str) -> dict[str, Person]:
    """Everybody else of the organisation who may be given what needs this permission, by name. One query."""
    members = Membership.objects.current().may(Permission(needs))
    here = members.filter(organisation=membership.organisation).exclude(pk=membership.pk)
    people = Person.objects.filter(pk__in=here.values("person")).order_by("name", "pk")
    return {str(person.pk): person for person in people}


class JoinForm(forms.Form):
    """Name and password of somebody who comes by an invitation and has no account yet."""

    name = LineField(label="Your name", max_length=120)
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="At least 12 characters. Three unrelated words work well.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = Person(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, person)
        return password


class PasswordForm(forms.Form):
    """A new password of somebody who has an account."""

    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="At least 12 characters. Three unrelated words work well.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.person)
        return password


class SignOutForm(forms.Form):
    """Why somebody is signed out everywhere."""

    reason = forms.ChoiceField(label="Why?", choices=SignIn.Ended.choices, widget=forms.RadioSelect)


class OutsiderForm(forms.Form):
    """Somebody of another organisation who is to belong to a group."""

    email = EmailField(label="Their e-mail address", help_text="The one with which they sign in.")
    is_guest = forms.BooleanField(
        label="As a guest", required=False, help_text=_("They read and take part, but are no member of the group.")
    )
