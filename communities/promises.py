"""What the mail of the day tells those who keep a community together."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone

from communities.models import LIVING, RUNNING_ROLES, Community, CommunityRole, Knock, QuietLine
from kmportal.lib.days import due_in_words
from kmportal.lib.promises import Promised
from organisations.models import Person

INVITED_BEFORE, ASKED_AGAIN = timedelta(days=30), timedelta(days=60)


def quiet_lines(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Whether the quiet is wanted: once, to facilitators and deputies, and to nobody else."""
    rows = QuietLine.objects.filter(answer="", community__state__in=LIVING).select_related("community__organisation")
    rows = rows.filter(at__date__lte=until).order_by("pk")
    runners = _runners([row.community for row in rows], people)
    for row in rows:
        for person in runners.get(row.community.group_id, ()):
            yield Promised(
                "community-quiet", row.pk, person, row.community.organisation, row.community.name,
                row.community.get_absolute_url(), timezone.localdate(row.at), _quiet_words, is_told_once=True,
            )  # fmt: skip


def requests_to_join(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Who asks to come in, to facilitators and deputies: each is told once of each."""
    rows = Knock.objects.requests().filter(at__date__lte=until).order_by("pk")
    rows = rows.select_related("community__organisation", "membership__person")
    runners = _runners([row.community for row in rows], people)
    for row in rows:
        for person in runners.get(row.community.group_id, ()):
            yield Promised(
                "community-request", row.pk, person, row.community.organisation, row.community.name,
                row.community.get_absolute_url(), timezone.localdate(row.at),
                partial(_request_words, str(row.membership.person)), is_told_once=True,
            )  # fmt: skip


def reviews(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """The yearly look back, to facilitators and deputies: 30 days before, on its day, and 60 days later once more if
    nothing was decided. Each is told once."""
    rows = Community.objects.filter(state__in=LIVING, review_on__lte=until + INVITED_BEFORE)
    rows = rows.select_related("organisation").order_by("pk")
    runners = _runners(rows, people)
    for row in rows:
        assert row.review_on is not None  # noqa: S101  the filter asked for it
        for kind, day, words in (
            ("community-review-soon", row.review_on - INVITED_BEFORE, _soon_words),
            ("community-review", row.review_on, _due_words),
            ("community-review-late", row.review_on + ASKED_AGAIN, _late_words),
        ):
            if day > until:
                continue
            for person in runners.get(row.group_id, ()):
                yield Promised(
                    kind, row.pk, person, row.organisation, row.name, _review_page(row), day,
                    partial(words, row.review_on), is_told_once=True,
                )  # fmt: skip


def _review_page(community: Community) -> str:
    return reverse("community_review", args=[community.organisation.slug, community.pk])


def _soon_words(day: date, on: date) -> str:
    return f"Looking back at your year, {due_in_words(day, on=on)}. Ask each for one story"


def _due_words(day: date, on: date) -> str:
    return f"Looking back at your year, {due_in_words(day, on=on)}"


def _late_words(day: date, on: date) -> str:
    return "Nothing was decided at the look back yet. Carry on, change, split, merge or close?"


def _runners(communities: Collection[Community], people: Collection[int] | None) -> dict[int, list[Person]]:
    """Facilitators and deputies by the group of their community, each once. One query."""
    roles = CommunityRole.objects.filter(
        seat__group__in=[one.group_id for one in communities], kind__in=RUNNING_ROLES, seat__membership__left_at=None
    )
    if people is not None:
        roles = roles.filter(seat__person__in=people)
    found: dict[int, dict[int, Person]] = {}
    for role in roles.select_related("seat__person").order_by("pk"):
        found.setdefault(role.seat.group_id, {})[role.seat.person_id] = role.seat.person
    return {group: list(inside.values()) for group, inside in found.items()}


def _request_words(name: str, on: date) -> str:
    return f"{name} asks to join. Let them in, or say no"


def _quiet_words(on: date) -> str:
    return "It has been quieter than usual. Is that as you want it?"
