"""What one wrote, by where it stands: the same numbers on home and above the list of one’s own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.urls import reverse

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.prepared import prepared
from lessons.models import ENDED, LIVING, WAITING, Lesson, LessonQuerySet, State
from organisations.models import Membership

# Key in the address → what it is called, and the states that belong to it; in the order in which they press.
STANDINGS = {
    "back": (_("Came back to you"), frozenset({State.RETURNED})),
    "drafts": (_("Drafts to finish"), frozenset({State.DRAFT})),
    "waiting": (_("Being checked"), WAITING),
    "checked": (_("Checked"), LIVING),
    "over": (_("Declined, or no longer in use"), ENDED | {State.DECLINED}),
}


@dataclass(frozen=True)
class OwnFigure:
    """How many of one’s own lessons stand somewhere, and the list of them."""

    key: str
    words: str
    count: int
    url: str


def own_lessons(membership: Membership) -> LessonQuerySet:
    """All that one wrote here, except what was sent without one’s name."""
    return Lesson.objects.filter(organisation=membership.organisation_id).written_by(membership.person)


@prepared
def _by_state(membership: Membership) -> QuerySet[Lesson, tuple[str, int]]:
    return own_lessons(membership).order_by().values_list("state").annotate(n=Count("pk"))


def own_figures(membership: Membership) -> Sequence[OwnFigure]:
    """Where there are any. One query."""
    counts = dict(_by_state(membership))
    url = reverse("lesson_mine", args=[membership.organisation.slug])
    figures = [
        OwnFigure(key, str(words), sum(counts.get(state, 0) for state in states), f"{url}?which={key}")
        for key, (words, states) in STANDINGS.items()
    ]
    return [figure for figure in figures if figure.count]
