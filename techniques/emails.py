"""Mails about sessions. Each is written into the outbox inside the caller’s transaction."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kmportal.lib import days
from kmportal.lib.links import absolute
from kmportal.lib.sentences import one_line
from organisations.models import Membership
from techniques.models import Invitee, Session


def invitation(invitee: Invitee, session: Session) -> None:
    """Ask somebody to come, with the code and a link that puts the date into a calendar."""
    _send(invitee, session, f"Invitation: {session.title}, {_when(session)}", "invitation")


def moved(session: Session) -> None:
    """Tell those who were asked that time or place have changed."""
    for invitee in _reachable(session):
        _send(invitee, session, f"New time or place: {session.title}, {_when(session)}", "moved")


def called_off(session: Session) -> None:
    """Tell those who were asked that it does not take place."""
    for invitee in _reachable(session):
        _send(invitee, session, f"Cancelled: {session.title}, {_when(session)}", "called_off")


def _reachable(session: Session) -> list[Invitee]:
    """Guests, and those members who still belong to the organisation."""
    members = Membership.objects.current().filter(organisation=session.organisation).values("person")
    invitees = session.invitees.select_related("person")
    return [*invitees.filter(person=None), *invitees.filter(person__in=members)]


def _send(invitee: Invitee, session: Session, subject: str, template: str) -> None:
    values = {"invitee": invitee, "session": session, "when": _when(session)}
    if session.code:
        values["join_url"] = absolute(reverse("join_session", args=[session.code]))
        values["calendar_url"] = absolute(reverse("join_calendar", args=[session.code]))
    send_mail(
        subject=one_line(subject),
        message=render_to_string(f"emails/techniques/{template}.txt", values),
        from_email=None,
        recipient_list=[invitee.person.email if invitee.person else invitee.email],
    )


def _when(session: Session) -> str:
    """“26 November 2026 at 14:00”, in the organisation’s own zone."""
    with timezone.override(session.organisation.time_zone):
        local = timezone.localtime(session.starts_at)
    return f"{days.long_day(local)} at {days.clock(local)}"
