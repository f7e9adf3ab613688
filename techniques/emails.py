"""Mails about sessions. Each is written into the outbox inside the caller’s transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kmportal.lib import days
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line, quoted
from organisations.events import Actor
from organisations.models import Membership
from techniques.confidentiality import Confidentiality
from techniques.helper_registry import told_in
from techniques.labels import CANCELLED, INVITATION, MOVED, SUMMARY
from techniques.models import Invitee, Participant, Session
from techniques.trading import Deal


def invite(invitee: Invitee, session: Session, *, by: Actor, at: datetime) -> None:
    """Ask somebody to come, with the code and a link that puts the date into a calendar."""
    subject = f"{INVITATION}{session.title}, {_when_in_words(session)}"
    _post_invitation(invitee, session, subject, "invitation", "asked", by, at)


def announce_move(session: Session, *, by: Actor, at: datetime) -> None:
    """Tell those who were asked that time or place have changed."""
    subject, key = f"{MOVED}{session.title}, {_when_in_words(session)}", f"version {session.version}"
    for invitee in _reachable_invitees(session):
        _post_invitation(invitee, session, subject, "moved", key, by, at)


def announce_cancelling(session: Session, *, by: Actor, at: datetime) -> None:
    """Tell those who were asked that it does not take place."""
    for invitee in _reachable_invitees(session):
        subject = f"{CANCELLED}{session.title}, {_when_in_words(session)}"
        _post_invitation(invitee, session, subject, "called_off", "called off", by, at)


def send_summary(session: Session, guest: Participant, *, at: datetime) -> None:
    """What came out of it, for a guest who asked for it. Written once for each guest."""
    with session.organisation.at_home():
        body = render_to_string(
            "emails/techniques/summary.txt",
            {"session": session, "summary": [*session.summary_by_step(), *told_in(session)]},
        )
    subject = one_line(f"{SUMMARY}{quoted(session.title)}")
    post(guest.email, subject, body, key=f"{session.key_of_mails}summary for guest {guest.pk}", at=at)


def send_list(session: Session, participant: Participant, deals: Sequence[Deal], *, at: datetime) -> None:
    """Somebody’s own list: what they claimed and who claimed what of theirs, with how to reach each other.

    To a guest only where they left an address. Written once for each person.
    """
    if not participant.address:
        return
    found = [deal for deal in deals if deal.is_found]
    has_account = participant.person is not None
    told = [deal.who_tells(has_account=has_account) for deal in found]
    keeps = Confidentiality(session.confidentiality).keeps_who_came
    values = {
        "session": session,
        "name": participant.name,
        "claimed": [deal for deal in found if not deal.is_own],
        "claimed_of_mine": [deal for deal in found if deal.is_own],
        "nobody_yet": [deal for deal in deals if deal.is_own and not deal.entry.claimants],
        "has_others": any(deal.others for deal in found),
        "asks_me": keeps and any(me for me, _ in told),
        "asks_them": keeps and any(them for _, them in told),
    }
    if found and has_account and keeps:
        values["page"] = absolute(reverse("session_matches", args=[session.organisation.slug, session.pk]))
    with session.organisation.at_home():
        body = render_to_string("emails/techniques/own_list.txt", values)
    subject = one_line(f"Your list from {quoted(session.title)}")
    post(participant.address, subject, body, key=f"{session.key_of_lists}{participant.pk}", at=at)


def _reachable_invitees(session: Session) -> list[Invitee]:
    """Guests, and those members who still belong to the organisation."""
    members = Membership.objects.current().filter(organisation=session.organisation).values("person")
    invitees = session.invitees.select_related("person")
    return [*invitees.filter(person=None), *invitees.filter(person__in=members)]


def _post_invitation(
    invitee: Invitee, session: Session, subject: str, template: str, what: str, by: Actor, at: datetime
) -> None:
    values = {"invitee": invitee, "session": session, "when": _when_in_words(session)}
    if session.code:
        values["join_url"] = absolute(reverse("join_session", args=[session.code]))
        values["calendar_url"] = absolute(reverse("join_calendar", args=[session.code]))
    recipient = invitee.person.email if invitee.person else invitee.email
    with session.organisation.at_home():
        body = render_to_string(f"emails/techniques/{template}.txt", values)
    post(recipient, one_line(subject), body, key=f"{session.key_of_mails}{what} {invitee.pk}", at=at, by=by)


def _when_in_words(session: Session) -> str:
    """“26 November 2026 at 14:00”, in the organisation’s own zone."""
    with session.organisation.at_home():
        local = timezone.localtime(session.starts_at)
    return f"{days.long_day(local)} at {days.clock(local)}"
