"""Mails of coffee trials. Each is written into the outbox inside the caller’s transaction, once."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from coffee.models import Joiner, Seat, Trial
from kmportal.lib.days import long_day
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line
from organisations.events import Occurrence
from organisations.models import Person


def pair(trial: Trial, seat: Seat, others: Sequence[Joiner], occurrence: Occurrence) -> None:
    """Whom somebody is to meet, by when, and what to do if they cannot."""
    values = {"others": others, "is_three": len(others) > 1, "until": long_day(trial.ends_on)}
    subject = f"{trial.title}: you have not met yet"
    key = f"coffee pair {seat.pk} {occurrence.entry.pk}"
    _post(trial, seat.joiner.membership.person, subject, "pair", values, key, occurrence)


def half_time(trial: Trial, person: Person, occurrence: Occurrence) -> None:
    """Have you met?"""
    standing = trial.pairings.standing()
    values = {"met": standing.met().count(), "pairs": standing.count(), "until": long_day(trial.ends_on)}
    key = f"coffee half {trial.pk} {person.pk}"
    _post(trial, person, f"{trial.title}: half of the time is gone", "half_time", values, key, occurrence)


def questions(trial: Trial, person: Person, occurrence: Occurrence) -> None:
    """The two questions at the end."""
    key = f"coffee end {trial.pk} {person.pk}"
    _post(trial, person, f"{trial.title}: two questions", "questions", {}, key, occurrence)


def outcome(trial: Trial, person: Person, occurrence: Occurrence) -> None:
    """What came of it."""
    key = f"coffee outcome {trial.pk} {person.pk}"
    _post(trial, person, f"What came of {trial.title}", "outcome", {}, key, occurrence)


def _post(
    trial: Trial, person: Person, subject: str, template: str, values: dict[str, Any], key: str, occurrence: Occurrence
) -> None:
    page = absolute(reverse("trial_detail", args=[trial.organisation.slug, trial.pk]))
    body = render_to_string(f"emails/coffee/{template}.txt", {"trial": trial, "person": person, "page": page, **values})
    post(person.email, one_line(subject)[:200], body, key=key, at=occurrence.at, by=occurrence.by)
