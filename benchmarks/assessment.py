"""How long it takes to save one answer of an assessment, beside an empty page that asks for a sign-in.

Answers are really committed, in whichever database is configured, and are taken away afterwards.
"""

import statistics
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from benchmarks.search import STORAGES, figure, milliseconds
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role
from tests.cast import as_member

ROUNDS = 60
LIMIT = 3
"""So many empty signed-in pages may one saved answer take."""


def figures() -> list[dict[str, Any]]:
    """The median of saving one answer, by a guest and by a member, with the limit that was measured beside it."""
    with override_settings(ROOT_URLCONF="benchmarks.search", STORAGES=STORAGES):
        organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-assessments")
        person = Person.objects.create(email="benchmark@assessments.example", name="Bench Mark")
        Membership.objects.create(organisation=organisation, person=person, role=Role.FACILITATOR)
        try:
            return _measured(organisation, person)
        finally:
            organisation.delete()
            person.delete()


def _measured(organisation: Organisation, person: Person) -> list[dict[str, Any]]:
    from selfassessment.actions import asking, rounds

    assessment = rounds.prepare_assessment(
        organisation,
        by=as_member(person),
        title="Benchmark",
        closes_on=timezone.localdate() + timedelta(days=9),
        at=timezone.now(),
    )
    rounds.open_assessment(assessment, by=as_member(person), at=timezone.now())
    asking.ask_people(assessment, by=as_member(person), members=[person], at=timezone.now())
    asking.enable_link(assessment, by=as_member(person), at=timezone.now())
    member = Client(HTTP_HOST="localhost")
    member.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    doors = {
        "a guest": (Client(HTTP_HOST="localhost"), reverse("answer_start", args=[assessment.link_nonce])),
        "a member": (member, reverse("assessment_answer", args=[organisation.slug, assessment.pk])),
    }
    empty = f"/o/{organisation.slug}/empty/"
    found = []
    for who, (client, start) in doors.items():
        client.post(start)
        saved, empties = [], []
        versions: dict[str, int] = {}
        for number in range(ROUNDS):
            saved.append(milliseconds(_save(client, f"{start}{number % 25 + 1}/", number, versions)))
            empties.append(milliseconds(lambda: member.get(empty)))
        limit = LIMIT * statistics.median(empties)
        found.append(figure(f"an answer saved by {who}", statistics.median(saved), limit))
    return found


def _save(client: Client, address: str, number: int, versions: dict[str, int]) -> Callable[[], None]:
    """One save as the page sends it: a new answer in the first 25 rounds, then a changed one."""
    said = {"now": number % 5 + 1, "wanted": 4, "comment": f"Round {number}", "version": versions.get(address, 0)}

    def save() -> None:
        answer = client.post(address, said, HTTP_ACCEPT="application/json", HTTP_AUTOSAVE="1")
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code} {answer.content!r}")
        versions[address] = answer.json()["version"]

    return save
