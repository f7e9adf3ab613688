"""A group."""

from typing import Any

from django import forms
from django.db.models import Q

from kmportal.lib.forms import ManyOf, VersionedForm
from organisations.models import Group, GroupMembership, Membership, Organisation, Person


class GroupForm(VersionedForm):
    """A group’s name, kind and people. Those from elsewhere can be left out here; they come in on a page of their
    own.
    """

    people = ManyOf(
        Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Who belongs to it?"
    )

    class Meta:
        model = Group
        fields = ("name", "kind", "people")
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = Membership.objects.listed().filter(organisation=organisation).values("person")
        within = Q(pk__in=listed)
        if self.instance.pk:
            within |= Q(pk__in=GroupMembership.objects.filter(group=self.instance).values("person"))
        fields: dict[str, Any] = self.fields
        fields["people"].queryset = Person.objects.filter(within).order_by("name")
        # Sources are made by bringing lessons in; one stays a source when it gets another name.
        is_source = self.instance.kind == Group.Kind.SOURCE
        kinds = [choice for choice in Group.Kind.choices if (choice[0] == Group.Kind.SOURCE) == is_source]
        fields["kind"].choices = kinds
        if self.instance.pk is None:
            del fields["version"]
        self.instance.organisation = organisation

    def validate_constraints(self) -> None:
        """Names are compared by the action, which knows about two people doing it at once."""
