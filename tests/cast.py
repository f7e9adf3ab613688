"""The cast as they act: a person of the cast as the member that an action asks for."""

from organisations.models import Membership, Organisation, Person


def as_member(person: Person | Membership | None, organisation: Organisation | None = None) -> Membership | None:
    """The membership of somebody of the cast, fresh; of the first organisation if they belong to several."""
    if person is None or isinstance(person, Membership):
        return person
    rows = Membership.objects.select_related("organisation", "person").filter(person=person)
    return rows.get(organisation=organisation) if organisation else rows.order_by("pk")[0]
