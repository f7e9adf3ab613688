"""What somebody who is removed leaves unfinished among lessons: how many, never which, because it is theirs alone."""

from dataclasses import dataclass

from kmportal.lib.domain_words import worded
from kmportal.lib.sentences import counted
from lessons.models import Asset, Lesson, State
from organisations.models import Membership


@dataclass(frozen=True)
class Drafts:
    """How many of each. ``withdrawn_count`` were sent once and taken back, ``returned_count`` wait for their author."""

    lessons: int
    assets: int
    withdrawn_count: int
    returned_count: int

    @property
    def closed_count(self) -> int:
        """What nobody but their author has ever read."""
        return self.lessons + self.assets

    @property
    def closed(self) -> str:
        """The same in words: “two lessons and one knowledge asset”; nothing where there are none."""
        lessons = worded(counted(self.lessons, "lesson", "lessons")) if self.lessons else ""
        assets = worded(counted(self.assets, "knowledge asset", "knowledge assets")) if self.assets else ""
        return " and ".join(filter(None, (lessons, assets)))

    @property
    def withdrawn(self) -> str:
        """“one lesson”, or nothing."""
        return worded(counted(self.withdrawn_count, "lesson", "lessons")) if self.withdrawn_count else ""

    @property
    def returned(self) -> str:
        """“one lesson”, or nothing."""
        return worded(counted(self.returned_count, "lesson", "lessons")) if self.returned_count else ""

    @property
    def is_empty(self) -> bool:
        return not (self.closed or self.withdrawn or self.returned)


def drafts_of(membership: Membership) -> Drafts:
    """What this member has begun in their organisation. Four small queries."""
    own = Lesson.objects.filter(organisation=membership.organisation_id, author=membership.person_id)
    unsent = own.unsent().count()
    return Drafts(
        lessons=unsent,
        assets=Asset.objects.unsent()
        .filter(organisation=membership.organisation_id, author=membership.person_id)
        .count(),
        withdrawn_count=own.filter(state=State.DRAFT).count() - unsent,
        returned_count=own.filter(state=State.RETURNED).count(),
    )
