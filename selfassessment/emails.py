"""Mails that ask people to answer. Each is written into the outbox inside the caller’s transaction."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from kmportal.lib.days import long_day
from kmportal.lib.links import absolute
from kmportal.lib.sentences import one_line, quoted
from organisations.models import Person
from selfassessment.models import Asked


def answering_link(row: Asked) -> str:
    """The whole address where this person answers: a member signs in, an address has a link of its own."""
    assessment = row.assessment
    if row.person_id:
        return absolute(reverse("assessment_answer", args=[assessment.organisation.slug, assessment.pk]))
    return absolute(reverse("answer_start", args=[row.nonce]))


def asked(row: Asked, *, by: Person) -> None:
    """Ask somebody for the first time, and say before they open anything whether names are kept."""
    _send(row, by, "asked", f"{row.assessment.organisation} asks how you share and use what you know")


def reminder(row: Asked, *, by: Person) -> None:
    """Remind somebody. In an anonymous round everybody gets it, so it thanks those who have answered already."""
    _send(row, by, "reminder", f"Please answer {quoted(row.assessment)} by {long_day(row.assessment.closes_on)}")


def _send(row: Asked, by: Person, template: str, subject: str) -> None:
    values = {"asked": row, "assessment": row.assessment, "by": by, "link": answering_link(row)}
    send_mail(
        subject=one_line(subject),
        message=render_to_string(f"emails/selfassessment/{template}.txt", values),
        from_email=None,
        recipient_list=[row.email or row.person.email],  # type: ignore[union-attr]
    )
