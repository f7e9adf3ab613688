"""How long communities take: a directory of 2,000, and one with 5,000 members and 10,000 posts.

The limit of a page is twice (its bare SQL + an empty signed-in page) + 5 ms, all measured in turn in the same run.
Everything is made in a transaction that is taken back, in whichever database is configured.
"""

import random
from datetime import timedelta
from typing import Any

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


def figures() -> list[dict[str, Any]]:
    """Milliseconds of each page, with its limit."""
    found = []
    with transaction.atomic(), override_settings(ROOT_URLCONF="benchmarks.search", STORAGES=STORAGES):
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
            found.append(figure(what, *measured))
        transaction.set_rollback(True)
    return found
