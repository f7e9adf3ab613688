"""How many people have to check a lesson, and who has."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import capital, counted, listed
from lessons.models import CheckRule, Lesson, LessonCheck
from organisations.models import Membership, Organisation
from organisations.permissions import Permission


@dataclass(frozen=True)
class ChecksLine:
    """One sentence for a lesson that waits for several; empty for all others."""

    sentence: str

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "ChecksLine":
        """One query for a lesson that waits, and one more where several have to check it."""
        if not lesson.is_waiting or lesson.organisation_id != membership.organisation_id:
            return cls("")
        needed = CheckRule.objects.minimum_for(lesson)
        if needed < 2:
            return cls("")
        who = [str(one.person) for one in LessonCheck.objects.in_force(lesson).select_related("person")]
        left = max(1, needed - len(who))
        if not who:
            return cls(f"It takes {counted(needed, 'person', 'people')} to check it.")
        return cls(
            f"{listed(who)} checked it. {capital(counted(left, 'more person has', 'more people have'))} to check it."
        )


@prepared
def _checks_of(revision: int) -> QuerySet[LessonCheck]:
    rows = LessonCheck.objects.filter(revision=revision, withdrawn_at=None).exclude(person=None)
    return rows.select_related("person")


def checkers_of(lesson: Lesson) -> str:
    """Who checked what everybody reads: all of several, else the one."""
    if not lesson.is_shared or lesson.validated_by is None:
        return ""
    names = [str(one.person) for one in _checks_of(lesson.approved_id)] if lesson.approved_id else []
    return listed(names) if len(names) > 1 else str(lesson.validated_by)


@dataclass(frozen=True)
class RulesPage:
    """The rules of one organisation, and how many people could check."""

    rules: Sequence[CheckRule]
    people: int

    @classmethod
    def build(cls, organisation: Organisation) -> "RulesPage":
        rules = CheckRule.objects.filter(organisation=organisation).select_related(
            "tag", "theme__theme_set", "organisation"
        )
        here = Membership.objects.current().filter(organisation=organisation).may(Permission.VALIDATE)
        return cls(list(rules), here.count())

    @property
    def warning(self) -> str:
        """Where a rule asks for more than there are."""
        if all(rule.minimum <= self.people for rule in self.rules if rule.is_in_force):
            return ""
        return worded("Fewer people check lessons here than a rule asks for. Such lessons wait until there are more.")
