"""Forms about who belongs to a community."""

from typing import Any

from django import forms

from communities.forms.life import people_here, who_is_listed
from communities.labels import ROLE_HINTS
from communities.models import Community, RoleKind
from communities.models.community import LONGEST_REASON
from kmportal.lib.forms import EmailField, hinted
from kmportal.lib.naming import AboutPeople
from kmportal.lib.sentences import capital
from organisations.models import GroupMembership, Person


class KnockForm(AboutPeople, forms.Form):
    """Asking to be let in."""

    about_people = ("words",)

    words = forms.CharField(
        label="Why would you like to join?",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )


class InviteForm(forms.Form):
    """Somebody of the organisation who is not in it yet."""

    person = forms.ModelChoiceField(Person.objects.none(), label="Whom do you invite?", empty_label="Choose somebody")

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = GroupMembership.objects.filter(group_id=community.group_id).values("person")
        fields: dict[str, Any] = self.fields
        fields["person"].queryset = people_here(community.organisation).exclude(pk__in=inside)
        fields["person"].help_text = who_is_listed(community.organisation)


class FacilitatorForm(forms.Form):
    """Who facilitates it from now on."""

    person = forms.ModelChoiceField(
        Person.objects.none(), label="Who will facilitate it?", empty_label="Choose somebody"
    )

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["person"].queryset = people_here(community.organisation)
        fields["person"].help_text = who_is_listed(community.organisation)


class ElsewhereForm(forms.Form):
    """Somebody of another organisation, by their address."""

    email = EmailField(label="Which address do they sign in with?")
    is_guest = forms.BooleanField(
        label="As a guest",
        required=False,
        help_text="A guest reads and takes part, and has no role",
    )


def _roles_with_hints() -> Any:
    """Asked for each form: how a role is called depends on the organisation."""
    return hinted(RoleKind.choices, {key: capital(str(hint)) for key, hint in ROLE_HINTS.items()})


class RolesForm(forms.Form):
    """What somebody does in the community."""

    mark_optional = False
    roles = forms.MultipleChoiceField(
        label="Roles",
        required=False,
        choices=_roles_with_hints,
        widget=forms.CheckboxSelectMultiple,
    )
