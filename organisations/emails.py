"""Mails about belonging. Each is written into the outbox inside the caller’s transaction."""

from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse

from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line
from organisations.models import Invitation, Membership, Organisation, Person
from organisations.tokens import invitation_token, reset_token


def invitation_link(invitation: Invitation) -> str:
    """The whole address that opens this invitation; also shown to the administrator to copy."""
    return absolute(reverse("invitation_accept", args=[invitation_token(invitation)]))


def reset_link(person: Person) -> str:
    """The whole address where this person chooses a new password. It is shown once, to be handed over."""
    return absolute(reverse("password_by_link", args=[reset_token(person)]))


def test_mail(organisation: Organisation, person: Person, *, at: datetime) -> None:
    """One mail to whoever asked for it."""
    body = render_to_string("emails/organisations/test.txt", {"organisation": organisation, "person": person})
    post(person.email, "A test from KM Portal", body, at=at)


def invitation(invitation: Invitation, *, by: Membership) -> None:
    """Ask somebody in, with the link that works until its date."""
    values = {"invitation": invitation, "link": invitation_link(invitation)}
    with invitation.organisation.at_home():
        body = render_to_string("emails/organisations/invitation.txt", values)
    post(
        invitation.email,
        one_line(f"{invitation.organisation} invites you to KM Portal"),
        body,
        at=invitation.sent_at,
        by=by,
    )


def second_step_reset(membership: Membership, at: datetime) -> None:
    """Tell somebody that an administrator took the second step off their account: it may not have been their wish."""
    values = {"membership": membership, "link": absolute(reverse("mfa_index"))}
    post(
        membership.person.email,
        "Your second step on KM Portal was taken off",
        render_to_string("emails/organisations/second_step_reset.txt", values),
        at=at,
    )
