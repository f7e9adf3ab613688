"""What came of lessons: on the page of one, as one entry, and as the ledger of all of them with its CSV."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.links import absolute
from kmportal.lib.prepared import prepared
from kmportal.lib.presses import Press
from kmportal.lib.tallies import Tally
from kmportal.lib.things import Look
from lessons import labels, policies
from lessons.models import Lesson, Measure, Reuse, ReuseQuerySet, Saving
from organisations.models import Membership

# How what readers said is counted on the page of a lesson.
_COUNTED = {
    Reuse.Kind.HELPED: ("says that it helped", "say that it helped"),
    Reuse.Kind.SAME: ("says that the same happened", "say that the same happened"),
    Reuse.Kind.OPPOSITE: ("says that the opposite happened", "say that the opposite happened"),
}
COLUMNS = (
    "Said",
    _("Lesson"),
    "Title",
    "What was said",
    "By whom",
    "Where",
    "What changed",
    *(f"{label}{what}" for label in Measure.labels for what in (" saved", ": how sure", ": state")),
    "Link",
)


@prepared
def _own_of(membership: Membership, lesson: int) -> QuerySet[Reuse]:
    rows = Reuse.objects.visible_to(membership).filter(lesson=lesson, person_id=membership.person_id)
    return rows.order_by("pk").select_related("organisation")


@prepared
def _counts_of(membership: Membership, lesson: int) -> QuerySet[Reuse, tuple[str, int]]:
    rows = Reuse.objects.visible_to(membership).filter(lesson=lesson).order_by()
    return rows.values_list("kind").annotate(n=Count("pk"))


@dataclass(frozen=True)
class ReusePanel:
    """On the page of a lesson: the three things to say, which of them this reader has said, and what others say."""

    said: Sequence[Reuse]
    open_kinds: Sequence[tuple[str, Look]]
    tallies: Sequence[Tally]

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "ReusePanel | None":
        """None for a lesson of which nobody can say anything yet."""
        if not policies.may_say_reuse(membership, lesson):
            return None
        own, counts = _own_of(membership, lesson.pk), dict(_counts_of(membership, lesson.pk))
        ledger = reverse("reuse_list", args=[membership.organisation.slug])
        there = {reuse.kind for reuse in own}
        return cls(
            said=own,
            open_kinds=[(kind, look) for kind, look in labels.REUSE_KINDS.items() if kind not in there],
            tallies=[
                Tally(
                    counts[kind],
                    one if counts[kind] == 1 else more,
                    f"{ledger}?{urlencode({'lesson': lesson.pk, 'kind': kind})}",
                )
                for kind, (one, more) in _COUNTED.items()
                if counts.get(kind)
            ],
        )


@dataclass(frozen=True)
class SavingRow:
    """One thing that was saved, as it is shown."""

    saving: Saving
    words: str
    look: Look
    may_decide: bool

    @classmethod
    def build(cls, saving: Saving, *, may_decide: bool = False) -> "SavingRow":
        return cls(saving, labels.saved_in_words(saving), labels.SAVING_STATES[saving.state], may_decide)


@dataclass(frozen=True)
class ReuseRow:
    """One entry of the ledger. One’s own may be ``hidden``: of its lesson, out of reach by now, nothing is shown."""

    reuse: Reuse
    look: Look
    savings: Sequence[SavingRow]
    is_hidden: bool


@dataclass(frozen=True)
class ReusePage:
    """One entry for one reader."""

    reuse: Reuse
    look: Look
    savings: Sequence[SavingRow]
    presses: Sequence[Press]

    @classmethod
    def build(cls, reuse: Reuse, membership: Membership) -> "ReusePage":
        page = [membership.organisation.slug, reuse.pk]
        presses = [
            Press("change", "Say more", reverse("reuse_edit", args=page), is_form=True, look="secondary"),
            # What was written is asked about once more; the bare press goes with one press, as it came.
            Press(
                "take_back",
                "Take it back",
                reverse("reuse_delete", args=page),
                is_form=reuse.is_described,
                look="quiet",
            ),
        ]
        savings = list(reuse.savings.select_related("decided_by", "reuse__organisation"))
        return cls(
            reuse=reuse,
            look=labels.REUSE_KINDS[reuse.kind],
            savings=[
                SavingRow.build(
                    saving,
                    may_decide=saving.state == Saving.State.CLAIMED and policies.may_decide_saving(membership, saving),
                )
                for saving in savings
            ],
            presses=presses if policies.may_change_reuse(membership, reuse) else [],
        )


def with_neighbours(rows: ReuseQuerySet) -> ReuseQuerySet:
    """With what a row of the ledger shows."""
    neighbours = ("lesson__revision", "lesson__organisation", "person", "group", "organisation")
    return rows.select_related(*neighbours).prefetch_related("savings")


def out_of_reach(membership: Membership) -> frozenset[int]:
    """The keys of what this member said of lessons that they cannot read any more. One query."""
    in_reach = Reuse.objects.visible_to(membership).order_by()
    return frozenset(Reuse.objects.said_by(membership).exclude(pk__in=in_reach).values_list("pk", flat=True))


def savings_of(reuse: Reuse) -> list[SavingRow]:
    return [SavingRow.build(saving) for saving in reuse.savings.all()]


def what_stands(saving: Saving) -> list[tuple[str, str]]:
    """What a second person decides about, as (what it is, words)."""
    reuse = saving.reuse
    facts = [
        (saving.get_measure_display(), labels.saved_in_words(saving)),
        ("How sure", saving.get_sureness_display()),
        ("Where", reuse.where),
        ("What changed", reuse.changed),
    ]
    return [(label, words) for label, words in facts if words]


def reuse_rows(rows: Iterable[Reuse], hidden: Container[int]) -> list[ReuseRow]:
    return [ReuseRow(row, labels.REUSE_KINDS[row.kind], savings_of(row), row.pk in hidden) for row in rows]


def cells_of_reuse(rows: ReuseQuerySet, zone: ZoneInfo, hidden: Container[int]) -> Iterator[Sequence[object]]:
    """The ledger for a spreadsheet, under ``COLUMNS``. Read when the view is over, so the zone is named."""
    for reuse in with_neighbours(rows).iterator(500):
        saved: list[object] = []
        by_measure = {saving.measure: saving for saving in reuse.savings.all()}
        for measure in Measure.values:
            saving = by_measure.get(measure)
            saved += _cells_of_saving(saving) if saving else ("", "", "")
        yield (
            long_day(timezone.localdate(reuse.at, zone)),
            reuse.lesson_id,
            "" if reuse.pk in hidden else reuse.lesson.words.title,
            reuse.get_kind_display(),
            str(reuse.person or "Somebody who has left"),
            reuse.where,
            reuse.changed,
            *saved,
            "" if reuse.pk in hidden else absolute(reuse.get_absolute_url()),
        )


def _cells_of_saving(saving: Saving) -> tuple[object, str, str]:
    amount = saving.words if saving.amount is None else saving.amount
    return amount, saving.get_sureness_display(), saving.get_state_display()
