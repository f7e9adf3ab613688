"""The later life of lessons: what the page of one says of it, and which wait how long for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from actionplan.models import Action
from kmportal.lib import things
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Look
from lessons import labels
from lessons.models import Lesson, LessonQuerySet, State
from organisations.models import Membership


@dataclass(frozen=True)
class LifeBox:
    """What comes next for a lesson that was checked. ``asks``: *learn* when all its actions are done, *still* when half
    a year is over, nothing otherwise."""

    evidence: str
    learned_on: date | None
    look_again_on: date | None
    asks: str

    @classmethod
    def build(cls, lesson: Lesson, allowed: frozenset[str], *, on: date) -> "LifeBox":
        """One query while something is being changed, none otherwise."""
        asks = ""
        if "learn" in allowed and is_done(lesson):
            asks = "learn"
        elif "embed" in allowed and lesson.look_again_on is not None and lesson.look_again_on <= on:
            asks = "still"
        return cls(lesson.evidence, lesson.learned_on, lesson.look_again_on, asks)


@prepared
def _states_of_agreed(lesson: int) -> QuerySet[Action, str]:
    agreed = Action.objects.agreed_in(things.Ref("lesson", lesson))
    return agreed.order_by().values_list("state", flat=True).distinct()


def is_done(lesson: Lesson) -> bool:
    """Whether all that was promised because of it is done, and something was."""
    states = _states_of_agreed(lesson.pk)
    return Action.State.DONE in states and Action.State.OPEN not in states


# What a lesson waits for, by its state: the key in the address, and the words of its list.
WAITS: dict[str, tuple[str, str]] = {
    "action": (State.IDENTIFIED, "Nobody has promised anything yet"),
    "change": (State.ACTION_AGREED, "Being changed"),
    "still": (State.LEARNED, "Changed, to look at again"),
}
ALL = _("All lessons on their way")


@dataclass(frozen=True)
class AgingLine:
    """One lesson that waits."""

    lesson: Lesson
    look: Look
    waited: str


@dataclass(frozen=True)
class AgingList:
    """Lessons of one organisation that are on their way, the longest waiting first; how many wait for what."""

    which: str
    heading: str
    tabs: Sequence[tuple[str, int, str, bool]]
    rows: LessonQuerySet
    today: date

    @classmethod
    def build(cls, membership: Membership, which: str, *, on: date) -> "AgingList":
        """Only those that this member may read, so that each number opens its list."""
        readable = Lesson.objects.visible_to(membership).on_their_way(membership.organisation)
        counts = dict(readable.order_by().values_list("state").annotate(n=Count("pk")))
        page = reverse("lesson_aging", args=[membership.organisation.slug])
        tabs = [(str(ALL), sum(counts.values()), page, not which)]
        for key, (state, words) in WAITS.items():
            tabs.append((words, counts.get(state, 0), f"{page}?waits={key}", key == which))
        rows = readable.filter(state=WAITS[which][0]) if which else readable
        return cls(
            which=which,
            heading=WAITS[which][1] if which else str(ALL),
            tabs=tabs,
            rows=rows.select_related("revision", "organisation", "group").order_by(F("since"), "pk"),
            today=on,
        )

    def lines_of(self, lessons: Sequence[Lesson]) -> list[AgingLine]:
        """The rows of one page."""
        return [AgingLine(row, labels.STATES[State(row.state)], _waited(row, self.today)) for row in lessons]


def _waited(lesson: Lesson, today: date) -> str:
    """“since today”, “for 12 days”. ``since`` comes from ``on_their_way``."""
    since = getattr(lesson, "since", None)
    days = (today - timezone.localdate(since)).days if since else 0
    return f"for {days:,} {ngettext('day', 'days', days)}" if days > 0 else "since today"
