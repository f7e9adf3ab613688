"""Telling people of what happens below: what an organisation does with its members."""

from kmportal.lib.domain_words import worded
from notifications.actions import notify
from notifications.models import words_of_undelivered
from organisations.events import Occurrence
from organisations.models import Group, Membership, SignIn


def tell_undelivered_mail(occurrence: Occurrence) -> None:
    """A mail that a member caused did not arrive and is not tried any more."""
    words = words_of_undelivered(occurrence.texts["address"], occurrence.texts["subject"])
    notify(occurrence.subject.person, occurrence, words, about=occurrence.organisation)


def tell_lent_member(occurrence: Occurrence) -> None:
    """Somebody was let into a group of another organisation: they are told at home."""
    group, member = occurrence.facts["group"], occurrence.subject
    assert isinstance(group, Group) and isinstance(member, Membership)  # noqa: PT018, S101  what the event carries
    notify(
        member.person,
        occurrence,
        f"{occurrence.person} has let you into the {worded('group')} “{group}” of {group.organisation}",
        about=member.organisation,
    )


def tell_of_sign_out(occurrence: Occurrence) -> None:
    """An administrator has signed somebody out everywhere: they read why when they are back."""
    member = occurrence.subject
    assert isinstance(member, Membership)  # noqa: S101  what the event is about
    why = SignIn.Ended(occurrence.facts["reason"]).label
    notify(
        member.person,
        occurrence,
        f"{occurrence.person} has signed you out everywhere. The reason given: {why[0].lower()}{why[1:]}",
        about=member.organisation,
    )


def tell_of_reset_link(occurrence: Occurrence) -> None:
    """Somebody made a link with which one’s password can be changed: whoever it is about is told."""
    member = occurrence.subject
    assert isinstance(member, Membership)  # noqa: S101  what the event is about
    notify(
        member.person,
        occurrence,
        f"{occurrence.person} made a link for a new password of yours. If you did not ask for it, ask them why",
        about=member.organisation,
    )
