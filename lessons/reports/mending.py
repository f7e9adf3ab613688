"""Work lists of who curates: lessons of ours, checked or brought in, in which something is missing or damaged."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.urls import reverse

from lessons.models import Lesson, LessonQuerySet, Upkeep
from organisations.models import Membership

_EMPTY = Q(revision__happened="", revision__then_do="", revision__learned="", revision__abstract="", revision__why="")
_KEPT = Upkeep.objects.exclude(owner=None, deputy=None).order_by().values("lesson")
# Doubted, and not changed since.
_DOUBTED = Upkeep.objects.filter(doubted_at__gt=F("lesson__revision__at")).order_by().values("lesson")
# Key in the address → words of the list, and what belongs to it.
LISTS: dict[str, tuple[str, Q]] = {
    "text": ("Without a text", _EMPTY),
    "contact": ("Nobody to ask", Q(contact="")),
    "tag": ("Without a tag", ~Q(pk__in=Lesson.tags.through.objects.filter(tag__retired_at=None).values("lesson"))),
    "owner": ("Nobody looks after it", Q(source="") & ~Q(pk__in=_KEPT)),
    "doubt": ("No longer right, says who looks after it", Q(pk__in=_DOUBTED)),
    "damage": ("Damaged when it was brought in", ~Q(flags=[])),
}


@dataclass(frozen=True)
class MendingList:
    """One of the lists, and how many stand in each."""

    which: str
    tabs: Sequence[tuple[str, int, str, bool]]
    rows: LessonQuerySet

    @classmethod
    def build(cls, membership: Membership, which: str) -> "MendingList":
        """One query for all the numbers: only what this member may read, so that each opens its list."""
        which = which if which in LISTS else next(iter(LISTS))
        ours = Lesson.objects.visible_to(membership).validated().filter(organisation=membership.organisation_id)
        numbers = ours.order_by().aggregate(**{key: Count("pk", filter=what) for key, (_, what) in LISTS.items()})
        page = reverse("lesson_mending", args=[membership.organisation.slug])
        return cls(
            which=which,
            tabs=[(words, numbers[key], f"{page}?which={key}", key == which) for key, (words, _) in LISTS.items()],
            rows=ours.filter(LISTS[which][1]).select_related("revision", "organisation").order_by("-pk"),
        )
