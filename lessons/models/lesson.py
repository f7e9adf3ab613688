"""Lessons: what somebody learned, in revisions, with the states it goes through, and its history."""

import re
from datetime import date

from django.apps import apps
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import LineField, ReadingKeyField
from organisations.models import Group, Membership, Organisation, Person
from organisations.visibility import Reach, within_reach
from roadmap.models import Intervention
from techniques.models import Session

LONGEST_TEXT = 40_000
LONGEST_COMMENT = 2_000
LONGEST_EVIDENCE = 1_000


class State(models.TextChoices):
    """Where a lesson stands. The table of moves is in ``lessons.workflow``."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "review", "In review"
    RETURNED = "returned", "Returned"
    DECLINED = "declined", "Declined"
    IDENTIFIED = "identified", "Identified"
    NOTED = "noted", "Noted"
    ACTION_AGREED = "action", _("Action agreed")
    LEARNED = "learned", "Learned"
    EMBEDDED = "embedded", "Embedded"
    SUPERSEDED = "superseded", "Superseded"
    RETIRED = "retired", "Retired"


# Validated at some time: readable by all within its reach.
SHARED = frozenset(
    {
        State.IDENTIFIED,
        State.NOTED,
        State.ACTION_AGREED,
        State.LEARNED,
        State.EMBEDDED,
        State.SUPERSEDED,
        State.RETIRED,
    }
)
# Nobody uses them any more: they can be read, brought back, and not changed.
ENDED = frozenset({State.SUPERSEDED, State.RETIRED})
# Of them, those that still stand.
LIVING = SHARED - ENDED
# What the lists show unless somebody asks for more.
IN_LISTS = SHARED - {State.RETIRED}
# Something must still happen because of them.
ON_THEIR_WAY = (State.IDENTIFIED, State.ACTION_AGREED, State.LEARNED)
# With whom a checked lesson can be shared, from few to many.
SHARE_WIDTHS = (Reach.GROUP, Reach.ORGANISATION, Reach.NETWORK)
SHARE_CHOICES = [(reach.value, reach.label) for reach in SHARE_WIDTHS]
WAITING = frozenset({State.SUBMITTED, State.IN_REVIEW})
# With its author, who may write in it.
WITH_AUTHOR = frozenset({State.DRAFT, State.RETURNED})


class TagsInUse(models.Manager["Tag"]):
    """Tags that lessons are filed under today."""

    def get_queryset(self) -> "models.QuerySet[Tag]":
        return super().get_queryset().filter(retired_at=None)


class Tag(models.Model):
    """A word that lessons are filed under, per organisation.

    One that is no longer used stays, and on its lessons too, where nobody sees it: so that it can be brought back, and
    so that whoever types it gets ``replaced_by`` instead.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = LineField("Tag", max_length=80)
    name_key = ReadingKeyField()
    retired_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TagsInUse()
    ever_used: "models.Manager[Tag]" = models.Manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name_key"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class Flag(models.TextChoices):
    """Damage in a lesson that was brought in, said on its page."""

    LETTERS = "letters", "Some letters were damaged in the file. They show as �."
    TITLE = "title", "It came without a title. This one is the beginning of its text."
    LONG_TITLE = "long-title", "Its title was too long for one line. The whole of it stands in the summary."
    DAY = "day", "Its date could not be read and was left out."
    MONTH = "month", "Its date had a month or a year and no day, and was left out."
    NO_TEXT = "no-text", "It came with a title and no text."
    QUOTES = "quotes", "The quotation marks in its row did not match. Compare its words with the source."


class LessonQuerySet(models.QuerySet["Lesson"]):
    """Lessons, in the words of those who keep them."""

    def visible_to(self, membership: Membership) -> "LessonQuerySet":
        """By reach: until it is validated only its author and the validators, then as far as it is shared. One that
        has gone into another is seen there."""
        return self.visible_as_it_was(membership).filter(merged_into=None)

    def visible_as_it_was(self, membership: Membership) -> "LessonQuerySet":
        """The same with those that have gone into another one."""
        return self.filter(within_reach(membership))

    def validated(self) -> "LessonQuerySet":
        """Checked, not taken out of use since, and not part of another one."""
        return self.filter(state__in=IN_LISTS, merged_into=None)

    def in_use(self) -> "LessonQuerySet":
        """Checked, and neither replaced nor taken out of use."""
        return self.filter(state__in=LIVING, merged_into=None)

    def to_look_at_again(self, on: date) -> "LessonQuerySet":
        """Changed half a year ago: is it still so?"""
        return self.filter(state=State.LEARNED, look_again_on__lte=on)

    def on_their_way(self, organisation: Organisation) -> "LessonQuerySet":
        """Checked here, and not at the end yet: nobody has promised anything, it is being changed, or it is to be
        looked at again. ``since``: when they came to where they stand."""
        here = self.checked_here(organisation).filter(state__in=ON_THEIR_WAY)
        arrived = LessonEvent.objects.filter(lesson=OuterRef("pk"), after=OuterRef("state")).order_by("-pk")
        return here.annotate(since=Coalesce(Subquery(arrived.values("at")[:1]), F("validated_at")))

    def checked(self) -> "LessonQuerySet":
        """Checked by people of the organisation that keeps it, and not brought in from elsewhere."""
        return self.validated().filter(source="")

    def checked_here(self, organisation: Organisation) -> "LessonQuerySet":
        """Checked by people of this organisation: neither brought in nor shared by others."""
        return self.checked().filter(organisation=organisation)

    def brought_in(self, organisation: Organisation) -> "LessonQuerySet":
        """Checked elsewhere and brought in from there by this organisation."""
        return self.validated().filter(organisation=organisation).exclude(source="")

    def waiting(self) -> "LessonQuerySet":
        """Sent for review and not answered yet, claimed or not."""
        return self.filter(state__in=WAITING)

    def with_own_marked(self, membership: Membership) -> "LessonQuerySet":
        """``reader_wrote_it``: whether a safe lesson is this member’s, for ``policies.wrote`` in lists."""
        safe = apps.get_model("lessons.SafeAuthor")._default_manager
        own = safe.filter(lesson=OuterRef("pk"), person=membership.person_id)
        return self.annotate(reader_wrote_it=Exists(own))

    def unsent(self) -> "LessonQuerySet":
        """Drafts that nobody but their authors has ever read."""
        shown = LessonEvent.objects.filter(lesson=OuterRef("pk")).exclude(after=State.DRAFT)
        return self.filter(state=State.DRAFT).exclude(Exists(shown))

    def written_by(self, person: Person) -> "LessonQuerySet":
        return self.filter(author=person)

    def waiting_for(self, membership: Membership) -> "LessonQuerySet":
        """The queue of one who checks lessons: all that wait here except their own, and those that they have checked
        as one of several, the longest waiting first."""
        here = self.waiting().filter(organisation_id=membership.organisation_id)
        mine = Q(author_id=membership.person_id)
        checks = apps.get_model("lessons.LessonCheck")._default_manager.filter(
            lesson=OuterRef("pk"), revision=OuterRef("revision"), person=membership.person_id, withdrawn_at=None
        )
        return here.exclude(mine).exclude(Exists(checks)).order_by(F("submitted_at").asc(nulls_first=True), "pk")

    def changed_since_validation(self, membership: Membership) -> "LessonQuerySet":
        """Checked here, and changed since."""
        here = self.in_use().filter(organisation_id=membership.organisation_id, approved__isnull=False)
        return here.exclude(approved=F("revision")).order_by("pk")


class Lesson(models.Model):
    """One lesson. Its words live in revisions; approval belongs to a revision.

    ``reach`` is who may see it now, kept by the actions: ``AUTHOR`` as a draft, ``REVIEWERS`` while it waits,
    ``share_with`` once it is validated.
    """

    class Kind(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        GOOD_PRACTICE = "good-practice", "Good practice"
        CASE_STUDY = "case-study", "Case study"
        INNOVATION = "innovation", "Innovation"
        SUCCESS_STORY = "success-story", "Success story"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True)
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="lessons_written")
    kind = models.CharField(
        max_length=20,
        choices=Kind.choices,
        default=Kind.LESSON,
        error_messages={"invalid_choice": _("Choose one of the kinds of lessons.")},
    )
    went_well = models.BooleanField(null=True, blank=True, help_text="Something to repeat, or to avoid.")
    is_safe = models.BooleanField(default=False, help_text="Its author stands apart: see SafeAuthor.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    reach = models.CharField(max_length=20, choices=Reach.choices, default=Reach.AUTHOR)
    share_with = models.CharField(
        max_length=20,
        choices=SHARE_CHOICES,
        default=Reach.ORGANISATION,
        error_messages={
            "invalid_choice": _("Choose with whom it may be shared: a group, the organisation or the network.")
        },
    )
    revision = models.ForeignKey(
        "LessonRevision", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="The newest."
    )
    approved = models.ForeignKey(
        "LessonRevision",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The one that was validated.",
    )
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True)
    intervention = models.ForeignKey(Intervention, on_delete=models.SET_NULL, null=True, blank=True)
    happened_on = models.DateField(null=True, blank=True)
    contact = LineField(
        "Who can people ask about it?", max_length=200, blank=True, help_text="Who can be asked about it."
    )
    process = LineField(
        "What should change?", max_length=200, blank=True, help_text="The document or process that should change."
    )
    tags = models.ManyToManyField(Tag, blank=True)
    claimed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    answer_due_on = models.DateField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    validated_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    review_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(
        "What has changed, and where can people see it?",
        max_length=LONGEST_EVIDENCE,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_EVIDENCE)],
    )
    learned_on = models.DateField(null=True, blank=True)
    look_again_on = models.DateField(null=True, blank=True, help_text="Whether what has changed is still so.")
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Part of that one now."
    )
    superseded_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces")
    end_reason = models.TextField(
        "Why should nobody use it any more?",
        max_length=LONGEST_EVIDENCE,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_EVIDENCE)],
    )
    ended_on = models.DateField(null=True, blank=True)
    ended_from = models.CharField(max_length=12, choices=State.choices, blank=True, help_text="Where it stood before.")
    # Brought in from elsewhere: which source and which number there; damage that the import could not mend; and
    # which rows of files have gone in already, so that the same row again changes nothing.
    source = LineField(max_length=80, blank=True)
    external_id = models.CharField(max_length=80, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    flags = JSONField(default=list, blank=True, help_text="See Flag.")
    rows_taken = JSONField(default=list, blank=True, editable=False)
    # Made by the form: the same form sent twice makes one lesson.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                condition=~Q(external_id=""),
                name="lesson_external_once",
            ),
            models.UniqueConstraint(fields=["organisation", "once"], name="lesson_form_once"),
            # What is private stays private: the database refuses a wider reach before validation.
            models.CheckConstraint(
                condition=Q(state__in=[str(s) for s in sorted(SHARED)])
                | (Q(state="draft") & Q(reach="author"))
                | (Q(state__in=["submitted", "review", "returned", "declined"]) & Q(reach__in=["author", "reviewers"])),
                name="lesson_private_until_validated",
            ),
            models.CheckConstraint(condition=Q(is_safe=False) | Q(author=None), name="lesson_safe_names_nobody"),
            models.CheckConstraint(
                condition=Q(superseded_by=None) | (Q(state="superseded") & ~Q(superseded_by=F("id"))),
                name="lesson_superseded_by_another",
                violation_error_message=_("Choose another lesson, which takes its place."),
            ),
            models.CheckConstraint(
                condition=Q(validated_by=None) | Q(author=None) | ~Q(validated_by=F("author")),
                name="lesson_never_validates_own",
                violation_error_message=_("Nobody checks their own lesson."),
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | Q(author=None) | ~Q(claimed_by=F("author")),
                name="lesson_never_claims_own",
                violation_error_message=_("Nobody checks their own lesson."),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="lesson_state"),
            models.Index(fields=["organisation", "reach", "-id"], name="lesson_newest"),
            # Without what names nobody, as in search.models.
            models.Index(fields=["author", "state"], name="lesson_mine", condition=Q(author__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{worded('Lesson')} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("lesson_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def words(self) -> "LessonRevision":
        """The newest revision. Every lesson has one; the column may be empty only while the first is being written."""
        if self.revision is None:
            raise ValueError(f"{self} has no words")
        return self.revision

    @property
    def shown_number(self) -> str:
        """Its number in the source; empty where it has none of its own."""
        made_up = re.match(r"row-[0-9a-f]{16}-?", self.external_id)
        return self.external_id[made_up.end() :] if made_up else self.external_id

    @property
    def without_author(self) -> str:
        """What stands where its author would be named."""
        return "somebody who does not give their name" if self.is_safe else "somebody who has left"

    @property
    def is_shared(self) -> bool:
        """Checked at some time, and not part of another one since."""
        return self.state in SHARED and self.merged_into_id is None

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_with_author(self) -> bool:
        return self.state in WITH_AUTHOR

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def counts_as_brought_in(self) -> bool:
        """Whether the words that count came from elsewhere and nobody here has looked at a change to them since. Asked
        of the checks, which stay when somebody leaves; the badge and the figures go by ``source`` alone."""
        looked_at_on = self.validated_at
        return bool(self.source) and not (looked_at_on and self.checks.filter(at=looked_at_on).exists())

    @property
    def changed_since_validation(self) -> bool:
        return self.approved_id is not None and self.approved_id != self.revision_id


def _long_text_field(label: str) -> "models.TextField[str, str]":
    return models.TextField(label, max_length=LONGEST_TEXT, blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])


class LessonRevision(models.Model):
    """The words of a lesson at one time: what was expected, what happened, why, and the advice.

    A draft may have holes; sending it asks for what happened and for the advice.
    """

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = LineField("Title", max_length=300, blank=True)
    expected = _long_text_field("What did you expect?")
    happened = _long_text_field("What happened?")
    why = _long_text_field("Why?")
    when_you = models.CharField("When you are about to…", max_length=1000, blank=True)
    then_do = _long_text_field("then…")
    # What other systems have besides: a summary, and the lesson in their own words.
    abstract = _long_text_field("Summary")
    learned = _long_text_field("What was learned")
    files = models.TextField(
        "Files and pictures", blank=True, editable=False, help_text="A line for each that it had, and what it shows."
    )
    brought_in = models.BooleanField(default=False, help_text="Written by an import and not by a person.")
    restored_from = models.PositiveIntegerField(null=True, blank=True, help_text="Number of the version it repeats.")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["lesson", "number"], name="lesson_revision_once")]

    def __str__(self) -> str:
        return self.title or "A draft without a title"

    @property
    def files_told(self) -> str:
        """Its files as people read them: without the digests that tell two of one name apart."""
        return "\n".join(line.partition("\t")[0] for line in self.files.splitlines())

    def files_beside(self, older: "LessonRevision") -> str:
        """The same, where a file of the same name is another than in an older version marked as such."""
        before = [line.partition("\t") for line in older.files.splitlines()]
        known, digests = {told for told, _tab, _ in before}, {digest for _told, _tab, digest in before}
        lines = []
        for line in self.files.splitlines():
            told, _tab, digest = line.partition("\t")
            lines.append(f"{told} (another file of this name)" if told in known and digest not in digests else told)
        return "\n".join(lines)


class LessonEvent(models.Model):
    """One line of a lesson’s history: a move of the workflow or a change, with the comment that went with it. ``deed``
    and ``other`` where another lesson went into it, or it into another, or that was taken back."""

    class Deed(models.TextChoices):
        TOOK_IN = "took-in", "Took another in"
        WENT_INTO = "went-into", "Went into another"
        GAVE_BACK = "gave-back", "Gave another back"
        CAME_BACK = "came-back", "Came back out of another"

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="events")
    before = models.CharField(max_length=12, choices=State.choices, blank=True)
    after = models.CharField(max_length=12, choices=State.choices)
    comment = models.TextField(
        "Comment", max_length=LONGEST_COMMENT, blank=True, validators=[MaxLengthValidator(LONGEST_COMMENT)]
    )
    revision = models.ForeignKey(LessonRevision, on_delete=models.SET_NULL, null=True, blank=True)
    deed = models.CharField(max_length=10, choices=Deed.choices, blank=True)
    other = models.ForeignKey(Lesson, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.lesson}: {self.get_after_display()}"
