"""How many people have to check a lesson before it is shared, and who has checked which of its versions."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Max, Q
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from lessons.models.lesson import Lesson, LessonRevision, Tag
from lessons.models.themes import Theme
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission

MOST_CHECKS = 5


class CheckRuleQuerySet(models.QuerySet["CheckRule"]):
    """How many have to check."""

    def visible_to(self, membership: Membership) -> "CheckRuleQuerySet":
        """Those of one’s own organisation."""
        return self.filter(organisation=membership.organisation_id)

    def minimum_for(self, lesson: Lesson) -> int:
        """The strictest of the rules for all lessons, its tags and its themes in use; one where there is none. One
        query."""
        here = self.filter(organisation=lesson.organisation_id)
        tagged, filed = Q(tag__in=lesson.tags.values("pk")), Q(theme__in=lesson.themes.in_use().values("pk"))
        fitting = here.filter(Q(tag=None, theme=None) | tagged | filed)
        most: int | None = fitting.aggregate(most=Max("minimum"))["most"]
        return most or 1


class CheckRule(models.Model):
    """So many people have to check each lesson of an organisation, or each that has one of its tags or themes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, null=True, blank=True)
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, blank=True)
    minimum = models.PositiveSmallIntegerField(
        _("How many people have to check it?"), validators=[MinValueValidator(1), MaxValueValidator(MOST_CHECKS)]
    )

    objects = CheckRuleQuerySet.as_manager()

    class Meta:
        ordering = ["tag__name", "theme__theme_set__name", "theme__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "tag"], name="check_rule_once_for_a_tag"),
            models.UniqueConstraint(fields=["organisation", "theme"], name="check_rule_once_for_a_theme"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(tag=None, theme=None), name="check_rule_once_for_all"
            ),
            models.CheckConstraint(condition=Q(tag=None) | Q(theme=None), name="check_rule_of_one_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.tag or self.theme or _('All lessons')}: {self.minimum}"

    @property
    def is_in_force(self) -> bool:
        """Not of a theme that is used no more: such a rule rests until the theme comes back. Wants theme and set."""
        theme = self.theme
        return theme is None or (theme.retired_at is None and theme.theme_set.retired_at is None)


class LessonCheckQuerySet(models.QuerySet["LessonCheck"]):
    """What was checked by whom."""

    def in_force(self, lesson: Lesson) -> "LessonCheckQuerySet":
        """Of the words as they are now, not taken back, and by people who still check lessons here."""
        here = Membership.objects.current().filter(organisation=lesson.organisation_id).may(Permission.VALIDATE)
        rows = self.filter(lesson=lesson, revision=lesson.revision_id, withdrawn_at=None)
        return rows.filter(person__in=here.values("person"))


class LessonCheck(models.Model):
    """That somebody has checked one version of a lesson. Taken back, it stays in the table and counts no more."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="checks")
    revision = models.ForeignKey(LessonRevision, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = LessonCheckQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "person"], condition=Q(withdrawn_at=None), name="lesson_checked_once_by_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lesson} checked by {self.person}"
