"""What the mail of the day tells those who keep a community together."""

from collections.abc import Collection, Iterator
from datetime import date

from django.utils import timezone

from communities.models import LIVING, RUNNING_ROLES, Community, CommunityRole, QuietLine
from kmportal.lib.promises import Promised
from organisations.models import Person


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


def _quiet_words(on: date) -> str:
    return "It has been quieter than usual. Is that as you want it?"
