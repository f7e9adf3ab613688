"""What the people finder costs over 20,000 people who want to be found.

The limit of a page is twice (its bare SQL + an empty signed-in page) + 5 ms, all measured in turn in the same run.
Everything is made in a transaction that is taken back, in whichever database is configured.
"""

import random
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.search import STORAGES, compare, figure
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role

PEOPLE = 20_000
QUESTIONS = {
    "the whole list": "",
    "the last page": "?page=1000",
    "a common word": "?q=discharge",
    "two words": "?q=discharge+ward",
    "a place": "?site=site+7",
    "a word and a staff group": "?q=pharmacy&staff_group=nursing",
}
TOPICS = [
    "discharge", "ward moves", "pharmacy", "handover", "falls", "estates", "night staff", "outbreaks", "rotas",
    "evidence", "peer assists", "damp and mould", "complaints", "budgets", "training", "volunteers", "transport",
]  # fmt: skip


def _fill(organisation: Organisation) -> None:
    from people.models import Profile, Topic
    from people.search_documents import documents
    from search import index

    dice, now = random.Random(20_000), timezone.now()
    people = Person.objects.bulk_create(
        Person(email=f"p{number}@finder.example", name=f"Person {number:05}") for number in range(PEOPLE)
    )
    members = Membership.objects.bulk_create(Membership(organisation=organisation, person=one) for one in people)
    profiles = Profile.objects.bulk_create(
        Profile(
            membership=member,
            site=f"Site {dice.randint(1, 60)}",
            staff_group=dice.choice(Profile.StaffGroup.values),
            working_on=" ".join(dice.choices(TOPICS, k=12)),
            listed_at=now,
        )
        for member in members
    )
    Topic.objects.bulk_create(
        Topic(profile=profile, kind=Topic.Kind.ASK, name=name)
        for profile in profiles
        for name in dice.sample(TOPICS, 4)
    )
    rows = Profile.objects.filter(membership__organisation=organisation).with_words()
    for start in range(0, PEOPLE, 1_000):
        index.put_many(documents(list(rows.order_by("pk")[start : start + 1_000])))


def figures() -> list[dict[str, Any]]:
    """Milliseconds of each page, with its limit."""
    found = []
    with transaction.atomic(), override_settings(ROOT_URLCONF="benchmarks.search", STORAGES=STORAGES):
        organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-people")
        _fill(organisation)
        person = Person.objects.create(email="benchmark@finder.example", name="Bench Mark")
        Membership.objects.create(organisation=organisation, person=person, role=Role.LEAD)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        client = Client(HTTP_HOST="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        for what, query in QUESTIONS.items():
            measured = compare(client, f"/o/{organisation.slug}/", f"finder/{query}", "search_", "people_")
            found.append(figure(f"finder over {PEOPLE:,} people: {what}", *measured, "CPU-ms"))
        transaction.set_rollback(True)
    return found
