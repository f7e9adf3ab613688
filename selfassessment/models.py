"""Self-assessment: the instrument as data, rounds of it, answers with or without a name, and what was decided."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap.models import Effort, Intervention, Programme


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Instruments."""

    def usable_by(self, organisation: Organisation) -> "FrameworkQuerySet":
        """Current editions that this organisation may assess itself with; its own before the bundled one."""
        rows = self.filter(Q(organisation=None) | Q(organisation=organisation), is_current=True)
        return rows.order_by(models.F("organisation").asc(nulls_last=True), "key")


class Framework(models.Model):
    """A version of an instrument. One that has answers never changes: new words become a new version.

    ``organisation`` is set on an organisation’s own instrument; the bundled one has none.
    """

    key = models.SlugField(max_length=60)
    edition = models.PositiveIntegerField(default=1)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    name = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    note = models.TextField(blank=True, help_text="What it is and what it is not, shown to all who answer.")
    short_note = models.CharField(max_length=200, blank=True, help_text="The same in a line, for the foot of a report.")
    how_to_answer = models.JSONField(default=list, help_text="Sentences that are read before the first answer.")
    minutes = models.PositiveSmallIntegerField(default=20, help_text="About how long answering takes.")
    months_ahead = models.PositiveSmallIntegerField(default=12, help_text="How far ahead “wanted” looks.")
    level_names = models.JSONField(default=list)
    level_rules = models.JSONField(default=list)
    checksum = models.CharField(max_length=64, blank=True)
    is_current = models.BooleanField(default=True)

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-edition"]
        constraints = [models.UniqueConstraint(fields=["key", "edition"], name="framework_edition_once")]

    def __str__(self) -> str:
        return self.name


class Section(models.Model):
    """A heading of the instrument; it can be renamed, so no code relies on its words."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    purpose = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["framework", "key"], name="section_key_once")]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One question with five statements. ``statements`` are the five texts, lowest level first."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    question = models.CharField(max_length=200)
    statements = models.JSONField(default=list)
    evidence = models.TextField(blank=True)
    helps = models.JSONField(default=list, help_text="Keys of catalogue entries and techniques.")
    tags = models.JSONField(default=dict, help_text="{iso: [...], quality_outcome: [...], legacy: [...]}")
    position = models.PositiveSmallIntegerField()
    is_draft = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "criteria"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Suggestion(models.Model):
    """What to do about a gap: the first step while now is low, the stretch otherwise (domain research §10.6)."""

    class Band(models.TextChoices):
        FIRST = "first", "First step"
        STRETCH = "stretch", "Stretch"

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="suggestions")
    band = models.CharField(max_length=10, choices=Band.choices)
    title = models.CharField(max_length=90)
    text = models.TextField()
    effort = models.CharField(max_length=10, choices=Effort.choices, default=Effort.MEDIUM)
    becomes = models.CharField(max_length=12, default="action", help_text="intervention or action, as first offered.")
    entry_key = models.CharField(max_length=60, blank=True, help_text="Catalogue entry that it would become.")
    technique_key = models.CharField(max_length=60, blank=True, help_text="Technique that it asks for.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["criterion", "band"], name="suggestion_band_once")]

    def __str__(self) -> str:
        return self.title


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Rounds of assessment. Members see that they exist; what a report may show is decided in ``reports``."""

    def visible_to(self, membership: Membership) -> "AssessmentQuerySet":
        """Rounds of the member’s organisation; those being prepared only for those who run rounds."""
        here = self.filter(organisation_id=membership.organisation_id)
        return here if membership.can(Permission.FACILITATE) else here.exclude(state=Assessment.State.DRAFT)

    def open(self) -> "AssessmentQuerySet":
        return self.filter(state=Assessment.State.OPEN)

    def closed(self) -> "AssessmentQuerySet":
        return self.filter(state=Assessment.State.CLOSED)

    def waiting_for(self, membership: Membership) -> "AssessmentQuerySet":
        """Open rounds that ask this member and have not heard from them.

        In a named round somebody who began but did not finish is still waited for. In an anonymous one nobody can
        know that, so the first answer counts.
        """
        asked = Asked.objects.filter(assessment=OuterRef("pk"), person_id=membership.person_id)
        begun = Response.objects.filter(
            assessment=OuterRef("pk"), person_id=membership.person_id, anonymous=False, is_finished=False
        )
        rows = self.open().filter(organisation_id=membership.organisation_id)
        return rows.filter(Exists(asked.filter(answered=False)) | (Exists(asked) & Exists(begun)))


class Assessment(models.Model):
    """One round. Whether answers carry names is said before the first answer and never changed afterwards.

    The database keeps that promise (migration ``0002_promises``): a trigger stops ``anonymous`` from changing, and the
    state from going back to *draft*, once the round is open or has a response; and ``Response`` repeats the flag, so
    that an anonymous response with a person cannot be written.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being prepared"
        OPEN = "open", "Open for answers"
        CLOSED = "closed", "Closed"

    class Capacity(models.TextChoices):
        INDIVIDUAL = "individual", "Each for themselves"
        TEAM = "team", "A team"
        DIRECTORATE = "directorate", "A directorate or department"
        ORGANISATION = "organisation", "The whole organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    programme = models.ForeignKey(Programme, on_delete=models.SET_NULL, null=True, blank=True)
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT)
    title = models.CharField(max_length=120)
    capacity = models.CharField(max_length=20, choices=Capacity.choices, default=Capacity.ORGANISATION)
    scope = models.CharField(max_length=120, blank=True, help_text="For whom people answer, in words: “Ward 6”.")
    facilitator = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, related_name="assessments_facilitated"
    )
    anonymous = models.BooleanField(default=True)
    months_ahead = models.PositiveSmallIntegerField(default=12, help_text="How far ahead “wanted” looks.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    closes_on = models.DateField()
    results_at = models.DateTimeField("results meeting", null=True, blank=True)
    results_place = models.CharField(max_length=200, blank=True)
    not_heard = models.CharField(max_length=200, blank=True, help_text="Who was not heard, in the facilitator’s words.")
    link_nonce = models.CharField(max_length=32, blank=True, help_text="Of the one link for all; empty: no such link.")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    # Made by the form: the same form sent twice makes one round.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["link_nonce"], condition=~Q(link_nonce=""), name="assessment_link_once"),
            models.UniqueConstraint(fields=["organisation", "once"], name="assessment_form_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assessment_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def for_whom(self) -> str:
        """For whom people answer, as part of a sentence: “Ward 6”, “the whole organisation”, “yourself”."""
        if self.capacity == self.Capacity.INDIVIDUAL:
            return "yourself"
        fallback = {
            self.Capacity.TEAM: "your team",
            self.Capacity.DIRECTORATE: "your directorate",
            self.Capacity.ORGANISATION: "the whole organisation",
        }
        return self.scope or fallback[self.Capacity(self.capacity)]


class AskedQuerySet(models.QuerySet["Asked"]):
    """Those who were asked to answer."""

    def to_remind(self, assessment: Assessment) -> "AskedQuerySet":
        """Whom a reminder goes to: in a named round those who have not answered, in an anonymous one everybody."""
        rows = self.filter(assessment=assessment)
        return rows if assessment.anonymous else rows.filter(answered=False)


class Asked(models.Model):
    """Somebody who was asked to answer: a member or an address. It knows *answered* and nothing else of the answers.

    ``nonce`` is the personal link of an address; a member signs in instead.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="asked")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    nonce = models.CharField(max_length=32, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    reminded_on = models.DateField(null=True, blank=True)
    answered = models.BooleanField(default=False)

    objects = AskedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "asked"
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "person"], condition=Q(person__isnull=False), name="asked_person_once"
            ),
            models.UniqueConstraint(fields=["assessment", "email"], condition=~Q(email=""), name="asked_address_once"),
        ]

    def __str__(self) -> str:
        return str(self.person) if self.person else self.email


class ResponseQuerySet(models.QuerySet["Response"]):
    """Respondents of a round."""

    def counted(self) -> "ResponseQuerySet":
        """Those who have said something about at least one criterion."""
        return self.filter(Exists(Answer.objects.given().filter(response=OuterRef("pk"))))

    def of(self, assessment: Assessment, *, key: str, person: Person | None) -> "ResponseQuerySet":
        """What somebody has said in a round: found by their key and, in a named round, by who they are."""
        rows = self.filter(assessment=assessment)
        if person is not None and not assessment.anonymous:
            return rows.filter(Q(key=key) | Q(person=person))
        return rows.filter(key=key)


class Response(models.Model):
    """One respondent’s answers, found again by ``key``: the hash of what only the respondent has.

    In an anonymous round that is a key in their browser. The primary key is random, and there is no moment anywhere,
    so that neither the order nor the time of rows can be laid beside a list of people.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="responses")
    anonymous = models.BooleanField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    name = models.CharField(max_length=120, blank=True, help_text="Of a guest in a named round.")
    key = models.CharField(max_length=64)
    is_finished = models.BooleanField(default=False)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "key"], name="response_key_once"),
            models.UniqueConstraint(
                fields=["assessment", "person"], condition=Q(person__isnull=False), name="response_person_once"
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False) | Q(person=None, name=""), name="response_anonymous_has_no_person"
            ),
        ]

    def __str__(self) -> str:
        return "response"


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers of a round."""

    def given(self) -> "AnswerQuerySet":
        """Those that say something: a level, or “don’t know”."""
        return self.exclude(now=None, wanted=None, dont_know=False)


class Answer(models.Model):
    """What one respondent says about one criterion. The database counts: five slots for “matters most”, each once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT)
    now = models.PositiveSmallIntegerField(null=True, blank=True)
    wanted = models.PositiveSmallIntegerField(null=True, blank=True)
    dont_know = models.BooleanField(default=False)
    comment = models.TextField(max_length=2000, blank=True)
    evidence = models.CharField(max_length=500, blank=True)
    slot = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1–5 if it matters most.")
    version = models.PositiveIntegerField(default=1)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "criterion"], name="answer_once"),
            models.UniqueConstraint(
                fields=["response", "slot"], condition=Q(slot__isnull=False), name="answer_slot_once"
            ),
            models.CheckConstraint(condition=Q(slot=None) | Q(slot__gte=1, slot__lte=5), name="answer_five_slots"),
            models.CheckConstraint(condition=Q(now=None) | Q(now__gte=1, now__lte=5), name="answer_now_level"),
            models.CheckConstraint(
                condition=Q(wanted=None) | Q(wanted__gte=1, wanted__lte=5), name="answer_wanted_level"
            ),
            models.CheckConstraint(condition=Q(dont_know=False) | Q(now=None), name="answer_dont_know_has_no_level"),
        ]

    def __str__(self) -> str:
        return "answer"

    @property
    def is_given(self) -> bool:
        return self.now is not None or self.wanted is not None or self.dont_know

    @property
    def is_half(self) -> bool:
        """Whether only one of *now* and *wanted* was said. “Don’t know” is a whole answer."""
        return not self.dont_know and (self.now is None) != (self.wanted is None)


class Decision(models.Model):
    """What was decided about one suggestion of a closed round, and what it became."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        CHANGED = "changed", "Accepted, changed"
        REJECTED = "rejected", "Rejected"

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="decisions")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT)
    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    words = models.CharField(max_length=200, blank=True, help_text="The suggestion as it was accepted.")
    reason = models.CharField(max_length=500, blank=True)
    intervention = models.ForeignKey(Intervention, on_delete=models.SET_NULL, null=True, blank=True)
    action = models.ForeignKey(Action, on_delete=models.SET_NULL, null=True, blank=True)
    now = models.DecimalField(max_digits=3, decimal_places=1, null=True, help_text="As it stood at the decision.")
    wanted = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="decision_once"),
            models.CheckConstraint(
                condition=~Q(verdict="rejected") | ~Q(reason=""),
                name="decision_rejection_has_reason",
                violation_error_message="Say why it is rejected.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.code}: {self.get_verdict_display()}"
