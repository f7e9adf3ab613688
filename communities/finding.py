"""What a community that ends leaves behind, and which others are like it."""

from collections.abc import Sequence
from typing import Any

from actionplan.models import Action
from communities.likeness import alike
from communities.models import ENDED, Community, Pin, Rehoming, Thread
from kmportal.lib.things import Ref
from lessons.models import Lesson


def what_it_leaves(community: Community) -> dict[str, Any]:
    """The things that must live on, by their kind: querysets."""
    return {
        Rehoming.Kind.LESSON: Lesson.objects.validated()
        .filter(group_id=community.group_id)
        .select_related("revision", "organisation"),
        Rehoming.Kind.PIN: Pin.objects.filter(community=community)
        .exclude(kind=Pin.Kind.PERSON)
        .select_related("lesson__revision"),
        Rehoming.Kind.THREAD: Thread.objects.filter(community=community).unanswered().select_related("organisation"),
        Rehoming.Kind.ACTION: Action.objects.open()
        .filter(group_id=community.group_id)
        .select_related("organisation", "owner"),
    }


def name_of(kind: str, row: Any) -> str:
    """How one of those things is called, cut to what a row keeps."""
    if kind == Rehoming.Kind.LESSON:
        return str(row.words.title)[:250]
    if kind == Rehoming.Kind.PIN and row.lesson is not None:
        return str(row.lesson.words.title)[:250]
    return str(row)[:250]


def communities_that_moved(hits: Sequence[Any]) -> dict[int, Ref]:
    """Of communities that were found, those that have gone into another one, and into which. No query for those that
    live."""
    ended = [hit.ident for hit in hits if hit.state in ENDED]
    rows = Community.objects.filter(pk__in=ended).exclude(moved_to=None) if ended else Community.objects.none()
    return {key: Ref("community", target) for key, target in rows.values_list("pk", "moved_to") if target}


def sisters_of(community: Community) -> list[Community]:
    """Living communities at home with a question like it."""
    others = Community.objects.filter(organisation_id=community.organisation_id).living().exclude(pk=community.pk)
    found = alike(community.name, community.question, others.values_list("pk", "name", "question"))
    rows = others.in_bulk([one.key for one in found])
    return [rows[one.key] for one in found if one.key in rows]
