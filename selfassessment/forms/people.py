"""Choosing people of the organisation in a form."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission


class PersonChoice(forms.ModelChoiceField):
    """Somebody of the organisation, by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Person.objects.none(), **kwargs)


def people_of(organisation: Organisation, permission: Permission = Permission.READ) -> QuerySet[Person]:
    """The current members with this permission, in the order of their names."""
    members = Membership.objects.current().may(permission).filter(organisation=organisation)
    return Person.objects.filter(pk__in=members.values("person_id")).order_by("name", "pk")
