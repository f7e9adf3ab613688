"""Telling people of what happens below: what an organisation does with its members."""

from notifications.actions import notify
from organisations.events import Occurrence
from organisations.models import Group, Membership


def tell_lent_member(occurrence: Occurrence) -> None:
    """Somebody was let into a group of another organisation: they are told at home."""
    group, member = occurrence.facts["group"], occurrence.subject
    assert isinstance(group, Group) and isinstance(member, Membership)  # noqa: PT018, S101  what the event carries
    notify(
        member.person,
        occurrence,
        f"{occurrence.person} has let you into the group “{group}” of {group.organisation}",
        about=member.organisation,
    )
