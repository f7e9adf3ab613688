"""Before you start: pieces of work that are described in words, and what somebody answered to a lesson for one."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import things
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from kmportal.lib.things import Ref
from lessons.models.lesson import Lesson
from organisations.models import Membership, Organisation, Person

LONGEST_DESCRIPTION = 2_000
LONGEST_BECAUSE = 500
# Work of which not everybody in the organisation may read: the kind of thing.
OF_A_CIRCLE = "meeting"


class PieceOfWorkQuerySet(models.QuerySet["PieceOfWork"]):
    """Pieces of work that were described in words."""

    def visible_to(self, membership: Membership) -> "PieceOfWorkQuerySet":
        """Everybody in the organisation reads them, as they read the plan."""
        return self.filter(organisation_id=membership.organisation_id)


class PieceOfWork(models.Model):
    """A piece of work that is neither in the plan nor a session or a meeting: what it is, and when it begins."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    title = LineField("What are you about to do?", max_length=200, error_messages={"blank": "Say what you will do."})
    text = models.TextField(
        "What should we know about it?",
        max_length=LONGEST_DESCRIPTION,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION)],
        blank=True,
    )
    starts_on = models.DateField("When does it begin?", null=True, blank=True)
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Made by the form: the same form sent twice describes one piece of work.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PieceOfWorkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "pieces of work"
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="piece_of_work_form_once")]
        indexes = [models.Index(fields=["organisation", "starts_on"], name="piece_of_work_begins")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pack_detail", args=[self.organisation.slug, "work", self.pk])


class PackAnswerQuerySet(models.QuerySet["PackAnswer"]):
    """What was answered to lessons before work began."""

    def visible_to(self, membership: Membership) -> "PackAnswerQuerySet":
        """At home, by whoever may read both the lesson and the piece of work."""
        circle = things.kind(OF_A_CIRCLE)
        theirs = Q(work_kind=OF_A_CIRCLE, work_ident__in=circle.rows_visible_to(membership).order_by().values("pk"))
        readable = Lesson.objects.visible_to(membership).order_by()
        here = self.filter(organisation_id=membership.organisation_id, lesson__in=readable)
        return here.filter(~Q(work_kind=OF_A_CIRCLE) | theirs)

    def for_work(self, ref: Ref) -> "PackAnswerQuerySet":
        return self.filter(work_kind=ref.kind, work_ident=ref.pk)

    def settled(self) -> "PackAnswerQuerySet":
        """Those after which nobody is asked again."""
        return self.exclude(answer=PackAnswer.Answer.LATER)

    def taken_up(self) -> "PackAnswerQuerySet":
        return self.filter(answer=PackAnswer.Answer.USE)


class PackAnswer(models.Model):
    """Disposition of a lesson for one piece of work: it is used, it is not for us because …, or it is decided later.

    The piece of work is a ``Ref`` (``work_kind``, ``work_ident``). ``action`` is what came of “use”; it stays when the
    answer changes. Whoever answered last stands here; ``version`` counts the answers.
    """

    class Answer(models.TextChoices):
        USE = "use", "We use it"
        NOT = "not", "Not for us"
        LATER = "later", "Later"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    work_kind = models.CharField(max_length=20)
    work_ident = models.BigIntegerField()
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="pack_answers", verbose_name=_("lesson"))
    answer = models.CharField(max_length=10, choices=Answer.choices)
    because = models.CharField("Why is it not for you?", max_length=LONGEST_BECAUSE, blank=True)
    action = models.ForeignKey(Action, on_delete=models.SET_NULL, null=True, blank=True, related_name="pack_answers")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = PackAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "work_kind", "work_ident", "lesson"], name="pack_answer_once"
            ),
            models.CheckConstraint(
                condition=~Q(answer="not") | Q(because__gt=""),
                name="pack_answer_not_has_reason",
                violation_error_message=_("Say why this lesson is not for you."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_answer_display()

    @property
    def name_in_trail(self) -> str:
        """The trail is read by people who may read neither the lesson nor the piece of work."""
        return f"Answer {self.pk}"

    @property
    def work(self) -> Ref:
        return Ref(self.work_kind, self.work_ident)
