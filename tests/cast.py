"""The cast as they act: a person of the cast as the member that an action asks for, and events to hear of."""

from datetime import datetime

from django.utils import timezone

from organisations import events
from organisations.events import Event, Occurrence
from organisations.models import Group, GroupMembership, Membership, Organisation, Person


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
