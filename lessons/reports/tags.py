"""The page of tags: how many lessons each has, which may be the same word, and one of them as its page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from kmportal.lib.domain_words import worded
from kmportal.lib.tallies import Tally
from lessons.models import Lesson, Tag
from organisations.models import Membership
from search.analyser import stems

# So many are compared for the hint; a list of more is looked through by its search.
COMPARED = 3_000
MOST_HINTS = 12


@dataclass(frozen=True)
class TagRow:
    """One tag in the list. ``instead`` is what took the place of one that is no longer used."""

    tag: Tag
    lessons: Tally
    instead: str


def tag_rows(tags: Sequence[Tag], membership: Membership) -> list[TagRow]:
    """Rows with the number of lessons that this member may read. One query, however many."""
    readable = Lesson.objects.visible_to(membership).validated().order_by()
    filed = Lesson.tags.through.objects.filter(tag__in=tags, lesson__in=readable)
    numbers = dict(filed.values_list("tag").annotate(n=Count("pk")))
    return [TagRow(tag, _tally(numbers.get(tag.pk, 0), tag, membership), str(tag.replaced_by or "")) for tag in tags]


def _tally(number: int, tag: Tag, membership: Membership) -> Tally:
    url = f"{reverse('lesson_list', args=[membership.organisation.slug])}?tag={tag.pk}"
    return Tally(number, worded("lesson" if number == 1 else "lessons"), url)


def perhaps_the_same(membership: Membership) -> list[list[Tag]]:
    """Tags in use whose words have the same stems, in whatever order: “discharge” and “discharges”."""
    found: dict[tuple[str, ...], list[Tag]] = defaultdict(list)
    for tag in Tag.objects.filter(organisation=membership.organisation_id)[:COMPARED]:
        if key := tuple(sorted(stems(tag.name))):
            found[key].append(tag)
    return [same for same in found.values() if len(same) > 1][:MOST_HINTS]
