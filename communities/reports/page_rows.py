"""The rows of a community’s page: prepared statements, each with who may see what."""

from typing import Any

from django.db.models import QuerySet

from communities import transitions
from communities.models import (
    Charter,
    Closing,
    Community,
    CommunityRole,
    EmergencyReading,
    Knock,
    Pin,
    Problem,
    QuietLine,
    Rehoming,
    StepMove,
    Story,
    Thread,
    Transfer,
)
from kmportal.lib.prepared import prepared
from lessons.models import Asset, Lesson
from organisations.models import GroupMembership, Membership

SHOWN_THREADS = 5
SHOWN_LESSONS = 5
SHOWN_STORIES = 3
SHOWN_PROBLEMS = 12
SHOWN_TRANSFERS = 5


@prepared
def newest_threads(membership: Membership, community: int) -> QuerySet[Thread]:
    rows = Thread.objects.visible_to(membership).filter(community=community)
    return rows.select_related("author", "organisation")[:SHOWN_THREADS]


@prepared
def charters(community: int) -> QuerySet[Charter]:
    """The one that counts: the newest."""
    return Charter.objects.filter(community=community).select_related("by")[:1]


@prepared
def requests(community: int) -> QuerySet[Knock]:
    """Who asks to come in."""
    rows = Knock.objects.requests().filter(community=community)
    return rows.select_related("membership__person", "community__organisation")


@prepared
def invited(community: int) -> QuerySet[Knock]:
    """Who was invited and has not answered yet."""
    rows = Knock.objects.filter(community=community, kind=Knock.Kind.INVITATION, answered_at=None)
    return rows.select_related("membership__person", "community__organisation")


@prepared
def own_knocks(community: int, membership: int) -> QuerySet[Knock]:
    """What somebody asks or is asked, and is not answered."""
    rows = Knock.objects.filter(community=community, membership=membership, answered_at=None)
    return rows.select_related("community__organisation")[:1]


@prepared
def seats(group: int) -> QuerySet[GroupMembership]:
    """Everybody in the community, to be counted; those who have left the portal are not in it."""
    return GroupMembership.objects.filter(group_id=group, membership__left_at=None)


@prepared
def seats_with_roles(group: int) -> QuerySet[GroupMembership]:
    """Those who do something in it, by name: few, however many belong to it. Two queries."""
    roles = CommunityRole.objects.filter(seat__group_id=group)
    rows = GroupMembership.objects.filter(pk__in=roles.values("seat"), group_id=group, membership__left_at=None)
    rows = rows.select_related("person", "membership__organisation").prefetch_related("roles")
    return rows.order_by("person__name", "pk")


@prepared
def acting_facilitators(seats: tuple[int, ...], organisation: int, admits_outsiders: bool) -> QuerySet[CommunityRole]:
    """Those on these seats who can act today."""
    return transitions.acting_facilitators(organisation, admits_outsiders=admits_outsiders).filter(seat__in=seats)


@prepared
def moves(community: int) -> QuerySet[StepMove]:
    return StepMove.objects.filter(community=community)


@prepared
def pins(community: int) -> QuerySet[Pin]:
    rows = Pin.objects.filter(community=community)
    return rows.select_related("lesson__revision", "lesson__organisation", "asset", "person", "owner")


@prepared
def readable_lessons(membership: Membership, keys: tuple[int, ...]) -> QuerySet[Lesson, int]:
    return Lesson.objects.visible_to(membership).filter(pk__in=keys).order_by().values_list("pk", flat=True)


@prepared
def readable_assets(membership: Membership, keys: tuple[int, ...]) -> QuerySet[Asset, int]:
    return Asset.objects.visible_to(membership).filter(pk__in=keys).order_by().values_list("pk", flat=True)


@prepared
def newest_lessons(membership: Membership, group: int) -> QuerySet[Lesson]:
    """Of those that belong to the community and are checked."""
    rows = Lesson.objects.visible_to(membership).validated().filter(group_id=group)
    return rows.select_related("revision", "organisation").order_by("-pk")[:SHOWN_LESSONS]


@prepared
def taken_up(membership: Membership, community: int) -> QuerySet[Problem]:
    return Problem.objects.visible_to(membership).filter(community=community)[:SHOWN_PROBLEMS]


@prepared
def closings(community: int) -> QuerySet[Closing]:
    """Each time that it ended, the last one first."""
    return Closing.objects.filter(community=community).select_related("by", "woken_by")


@prepared
def open_quiet_lines(community: int) -> QuerySet[QuietLine]:
    """The newest that waits for an answer."""
    return QuietLine.objects.filter(community=community, answer="")[:1]


@prepared
def newest_stories(membership: Membership, community: int) -> QuerySet[Story]:
    rows = Story.objects.visible_to(membership).filter(community=community)
    return rows.select_related("author", "organisation")[:SHOWN_STORIES]


@prepared
def transfers(community: int) -> QuerySet[Any]:
    """What it gave or took that waits for an answer or was done, the newest first."""
    rows = Transfer.objects.filter(source=community) | Transfer.objects.filter(target=community)
    rows = rows.filter(state__in=[Transfer.State.ASKED, Transfer.State.DONE]).select_related("source", "target")
    return rows.order_by("-pk")[:SHOWN_TRANSFERS]


@prepared
def homes_asked(community: int, person: int) -> QuerySet[Rehoming]:
    """What somebody is asked to look after when it closes."""
    rows = Rehoming.objects.filter(closing__community=community, closing__outcome=Closing.Outcome.OPEN)
    return rows.filter(person=person, state=Rehoming.State.ASKED).select_related("asked_by")


@prepared
def gone_into(community: int) -> QuerySet[Community]:
    """Those that have gone into it."""
    return Community.objects.filter(moved_to=community).order_by("pk")


@prepared
def unended_readings(community: int) -> QuerySet[EmergencyReading]:
    """Readings in an emergency that nobody has ended: hardly ever any. Which of them last, the clock says."""
    return EmergencyReading.objects.filter(community=community, ended_at=None)
