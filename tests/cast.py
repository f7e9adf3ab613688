"""The cast: who they are, a person of the cast as the member that an action asks for, and events to hear of."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from organisations import events
from organisations.events import Event, Occurrence
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Role

PASSWORD = "demo-demo-demo"
PLACES = {"riverside": ("Riverside", Organisation.Kind.TRUST), "hillside": ("Hillside", Organisation.Kind.COUNCIL)}
CAST = {
    "lena": ("Lena Marsh", {"riverside": Role.LEAD}),
    "farah": ("Farah Siddiqui", {"riverside": Role.FACILITATOR}),
    "cara": ("Cara Doyle", {"riverside": Role.CONTRIBUTOR}),
    "reza": ("Reza Amini", {"riverside": Role.READER}),
    "ada": ("Ada Kowalska", {"riverside": Role.ADMINISTRATOR}),
    "sam": ("Sam Okafor", {"riverside": Role.SPONSOR}),
    "oskar": ("Oskar Lind", {"hillside": Role.LEAD}),
    "nia": ("Nia Evans", {"riverside": Role.READER, "hillside": Role.READER}),
}


def place(slug: str) -> Organisation:
    """An organisation of the cast: found, or else made."""
    name, kind = PLACES[slug]
    return Organisation.objects.get_or_create(slug=slug, defaults={"name": name, "kind": kind})[0]


def player(key: str) -> Person:
    """Somebody of the cast: found, or else made with their organisations."""
    name, roles = CAST[key]
    email = f"{key}@{next(iter(roles))}.example"
    if found := Person.objects.filter(email=email).first():
        return found
    person = Person.objects.create(email=email, name=name, password=make_password(PASSWORD, hasher="md5"))
    for slug, role in roles.items():
        Membership.objects.create(organisation=place(slug), person=person, role=role)
    return person


def as_member(person: Person | Membership | None, organisation: Organisation | None = None) -> Membership | None:
    """The membership of somebody of the cast, fresh; of the first organisation if they belong to several."""
    if person is None or isinstance(person, Membership):
        return person
    rows = Membership.objects.select_related("organisation", "person").filter(person=person)
    return rows.get(organisation=organisation) if organisation else rows.order_by("pk")[0]


def join_group(group: Group, person: Person) -> GroupMembership:
    """Somebody of the cast belongs to a group of their organisation."""
    member = as_member(person, group.organisation)
    return GroupMembership.objects.create(group=group, person=person, membership=member)


def happened(organisation: Organisation, at: datetime | None = None) -> Occurrence:
    """Something that happened in an organisation by itself: what a notice may be about."""
    group, _ = Group.objects.get_or_create(organisation=organisation, name="Something")
    return events.record(Event.GROUP_CHANGED, group, by=None, at=at or timezone.now())
