"""What communities cost: a directory of 2,000, one of 5,000 members with 10,000 posts, mail to 20,000 members.

The limit of a page is twice (its bare SQL + an empty signed-in page) + 5 ms, all measured in turn in the same run.
Everything is made in a transaction that is taken back, in whichever database is configured.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.search import STORAGES, compare, figure
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Role

COMMUNITIES = 2_000
MEMBERS = 5_000
POSTS = 10_000
THREADS = 1_000
# Those who get the week’s news of one community by mail, and of how many of them it is really written.
READERS, WRITTEN = 20_000, 2_000
# 200 mails for each second of the processor, from looking what is new to the row in the outbox.
LIMIT_OF_A_MAIL = 5.0
THINGS = ["discharge", "falls", "night staff", "rotas", "handover", "damp", "complaints", "pharmacy", "transport"]


def _fill(organisation: Organisation) -> tuple[Any, Any, Person]:
    """The large community, its longest thread, and its facilitator."""
    from communities.models import Community, CommunityRole, Post, RoleKind, Thread

    dice, now = random.Random(2_000), timezone.now()
    people = Person.objects.bulk_create(
        Person(email=f"p{number}@communities.example", name=f"Person {number:05}") for number in range(MEMBERS)
    )
    members = Membership.objects.bulk_create(
        Membership(organisation=organisation, person=one, role=Role.CONTRIBUTOR) for one in people
    )
    groups = Group.objects.bulk_create(
        Group(organisation=organisation, name=f"Community {number:04}", name_key=f"community {number:04}",
              kind=Group.Kind.TEAM, is_self_run=True)
        for number in range(COMMUNITIES)
    )  # fmt: skip
    communities = Community.objects.bulk_create(
        Community(organisation=organisation, group=group, name=group.name, question=" ".join(dice.choices(THINGS, k=6)))
        for group in groups
    )
    large = communities[0]
    seats = [GroupMembership(group=groups[0], person=one.person, membership=one, joined_at=now) for one in members]
    for group in groups[1:]:
        chosen = dice.sample(members, 8)
        seats += [GroupMembership(group=group, person=one.person, membership=one, joined_at=now) for one in chosen]
    seats = GroupMembership.objects.bulk_create(seats, batch_size=1_000)
    leads = {seat.group_id: seat for seat in reversed(seats)}
    CommunityRole.objects.bulk_create(
        CommunityRole(seat=seat, kind=RoleKind.FACILITATOR, at=now) for seat in leads.values()
    )
    threads = Thread.objects.bulk_create(
        Thread(community=large, organisation=organisation, group=groups[0], title=f"Question {number}",
               author=dice.choice(people), at=now, last_at=now - timedelta(hours=number))
        for number in range(THREADS)
    )  # fmt: skip
    for start in range(0, POSTS, 1_000):
        Post.objects.bulk_create(
            Post(thread=dice.choice(threads) if number % 5 else threads[0], author=dice.choice(people),
                 text=" ".join(dice.choices(THINGS, k=60)), at=now)
            for number in range(start, start + 1_000)
        )  # fmt: skip
    return large, threads[0], leads[groups[0].pk].person


def _fill_readers(at: datetime) -> Organisation:
    """One community that all of them belong to, with twenty new discussions."""
    from communities.models import Community, Thread

    organisation = Organisation.objects.create(name="Readers", slug="benchmark-of-readers")
    group = Group.objects.create(organisation=organisation, name="All", kind=Group.Kind.TEAM, is_self_run=True)
    community = Community.objects.create(organisation=organisation, group=group, name="All", question="What is new?")
    people = Person.objects.bulk_create(
        (Person(email=f"r{number}@readers.example", name=f"Reader {number:05}") for number in range(READERS)),
        batch_size=1_000,
    )
    members = Membership.objects.bulk_create(
        (Membership(organisation=organisation, person=one, role=Role.READER) for one in people), batch_size=1_000
    )
    GroupMembership.objects.bulk_create(
        (GroupMembership(group=group, person=one.person, membership=one, joined_at=at) for one in members),
        batch_size=1_000,
    )
    Thread.objects.bulk_create(
        Thread(community=community, organisation=organisation, group=group, title=f"What about {number}?",
               author=people[0], at=at - timedelta(days=2), last_at=at - timedelta(days=1))
        for number in range(20)
    )  # fmt: skip
    return organisation


def _milliseconds_of_cpu(do: Callable[[], Any]) -> float:
    """How long the processor is busy with it here; what a database of its own does meanwhile is not counted."""
    start = time.process_time()
    do()
    return (time.process_time() - start) * 1000


def _figures_of_mail() -> list[dict[str, Any]]:
    """Milliseconds of the processor for each mail: finding out what is new for all of them, and writing some."""
    from actionplan.actions import TOGETHER, send_digests
    from actionplan.digests import batches_of_readers, due_digests, in_batches
    from jobs.models import Mail

    today = timezone.localdate()
    monday = today + timedelta(days=-today.weekday() % 7)
    at = datetime.combine(monday, clock(9), ZoneInfo("Europe/London"))
    _fill_readers(at)
    due = []

    def look() -> None:
        for readers in batches_of_readers(at):
            found = due_digests(at, readers=readers)
            due.extend(found[: max(0, WRITTEN - len(due))])

    looked = _milliseconds_of_cpu(look) / READERS
    assert len(due) == WRITTEN
    before = Mail.objects.count()
    together = list(in_batches(due, TOGETHER))
    wrote = _milliseconds_of_cpu(lambda: [send_digests(some, at=at) for some in together]) / WRITTEN
    assert not any(send_digests(some, at=at) for some in together), "each once"
    assert Mail.objects.count() - before == WRITTEN
    return [figure(f"the mail of the day: CPU for each of {READERS:,}", looked + wrote, LIMIT_OF_A_MAIL)]


def figures() -> list[dict[str, Any]]:
    """Milliseconds of each page, with its limit."""
    found = []
    # With a mail server each mail is a job, too.
    here = {"ROOT_URLCONF": "benchmarks.search", "STORAGES": STORAGES, "SMTP_URL": "smtp://localhost:1"}
    with transaction.atomic(), override_settings(**here):
        found += _figures_of_mail()  # before there is anybody else whose day it is
        organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-communities")
        large, thread, person = _fill(organisation)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        client = Client(HTTP_HOST="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        pages = {
            f"directory of {COMMUNITIES:,} communities": "communities/",
            f"directory of {COMMUNITIES:,} communities: one word": "communities/?q=discharge",
            f"community with {MEMBERS:,} members and {POSTS:,} posts": f"communities/{large.pk}/",
            f"its {THREADS:,} threads": f"communities/{large.pk}/talk/",
            f"a thread with {POSTS // 5:,} posts": f"communities/talk/{thread.pk}/",
            f"its {MEMBERS:,} people": f"communities/{large.pk}/people/",
        }
        for what, address in pages.items():
            measured = compare(client, f"/o/{organisation.slug}/", address, "communities_", "organisations_group")
            found.append(figure(what, *measured, "CPU-ms"))
        transaction.set_rollback(True)
    return found
