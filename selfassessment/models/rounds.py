"""Rounds of an assessment, and who was asked to answer them."""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import AddressField, LineField
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap.models import Programme
from selfassessment.models.framework import Framework
from techniques.models import Session

# So long the figures wait for somebody to read the comments.
DAYS_TO_READ = 7
# So long before the opening an account may have been made for the round.
NEW_FOR = timedelta(days=30)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Rounds of assessment. Members see that they exist; what a report may show is decided in ``reports``."""

    def visible_to(self, membership: Membership) -> "AssessmentQuerySet":
        """Rounds of the member’s organisation; those being prepared only for those who run rounds."""
        here = self.filter(organisation_id=membership.organisation_id)
        return here if membership.can(Permission.FACILITATE) else here.exclude(state=Assessment.State.DRAFT)

    def open(self) -> "AssessmentQuerySet":
        return self.filter(state=Assessment.State.OPEN)

    def unmixed(self) -> "AssessmentQuerySet":
        """Anonymous rounds in which something still stands in the order in which it was written."""
        return self.filter(anonymous=True, is_unmixed=True)

    def closed(self) -> "AssessmentQuerySet":
        return self.filter(state=Assessment.State.CLOSED)

    def published(self) -> "AssessmentQuerySet":
        """Closed rounds whose report can be read."""
        return self.closed().filter(published_at__isnull=False)

    def unread(self) -> "AssessmentQuerySet":
        """Closed rounds whose comments nobody has read yet: their words, and perhaps their figures, still wait."""
        return self.closed().filter(comments_read_at=None)

    def waiting_for(self, membership: Membership) -> "AssessmentQuerySet":
        """Open rounds that ask this member and have not heard from them.

        In a named round somebody who began but did not finish is still waited for. In an anonymous one nobody can
        know that, so the first answer counts.
        """
        asked = Asked.objects.filter(assessment=OuterRef("pk"), person_id=membership.person_id)
        begun = asked.filter(
            assessment__responses__person_id=membership.person_id,
            assessment__responses__anonymous=False,
            assessment__responses__is_finished=False,
        )
        rows = self.open().filter(organisation_id=membership.organisation_id)
        return rows.filter(Exists(asked.filter(answered=False)) | Exists(begun))


class Assessment(models.Model):
    """One round. Whether answers carry names is said before the first answer and never changed afterwards.

    The database holds to that by itself (migration ``0002_promises``): a trigger stops ``anonymous`` from changing,
    and the state from going back to *draft*, once the round is open or has a response; and ``Response`` repeats the
    flag, so that an anonymous response with a person cannot be written.
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
    title = LineField(_("Name of this round"), max_length=120, error_messages={"blank": _("Give the round a name.")})
    capacity = models.CharField(max_length=20, choices=Capacity.choices, default=Capacity.ORGANISATION)
    scope = LineField("Which one?", max_length=120, blank=True, help_text="For whom people answer, in words: “Ward 6”.")
    facilitator = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, related_name="assessments_facilitated"
    )
    anonymous = models.BooleanField(default=True)
    months_ahead = models.PositiveSmallIntegerField(default=12, help_text="How far ahead “wanted” looks.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    closes_on = models.DateField()
    told_closing_on = models.DateField(
        null=True, blank=True, help_text=_("The closing date that the facilitator was told of.")
    )
    results_at = models.DateTimeField("results meeting", null=True, blank=True)
    results_session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    results_place = LineField("Where do you meet?", max_length=200, blank=True)
    not_heard = LineField(
        "Who did we not hear from?",
        max_length=200,
        blank=True,
        help_text=_("Who was not heard, in the facilitator’s words."),
    )
    link_nonce = models.CharField(max_length=32, blank=True, help_text="Of the one link for all; empty: no such link.")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on everybody here can read the report."
    )
    comments_read_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the report shows what people wrote; somebody has read it before."
    )
    begun_on = models.DateField(
        null=True, blank=True, help_text="Since when somebody who was asked has begun: who is asked now is in doubt."
    )
    is_unmixed = models.BooleanField(
        default=False, help_text="Anonymous answers were written since they were last put in random order."
    )
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
    def is_published(self) -> bool:
        """Whether there is a report to read. Between the close and this, the comments are read."""
        return self.is_closed and self.published_at is not None

    @property
    def publishes_on(self) -> date | None:
        """The day on which the figures are published, whether somebody has read the comments or not."""
        if self.closed_at is None:
            return None
        zone = ZoneInfo(self.organisation.time_zone)
        return timezone.localdate(self.closed_at, zone) + timedelta(days=DAYS_TO_READ)

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


class AskedCount(NamedTuple):
    """How many were asked, and how many of them may be of somebody’s own making: an address without an account, or an
    account that was made less than ``NEW_FOR`` before the round was opened, or since."""

    people: int
    addresses: int
    new_accounts: int


class AskedQuerySet(models.QuerySet["Asked"]):
    """Those who were asked to answer."""

    def count_of(self, assessment: Assessment) -> AskedCount:
        """What whoever was asked reads before they begin."""
        here = Membership.objects.filter(organisation=assessment.organisation_id, person=OuterRef("person"))
        opened_at = assessment.opened_at or timezone.now()
        before = Exists(here.filter(joined_at__lte=opened_at - NEW_FOR))
        counted = self.filter(assessment=assessment).aggregate(
            people=models.Count("pk"),
            addresses=models.Count("pk", filter=~Q(email="")),
            new_accounts=models.Count("pk", filter=Q(~before, person__isnull=False)),
        )
        return AskedCount(**counted)

    def to_remind(self, assessment: Assessment) -> "AskedQuerySet":
        """Whom a reminder goes to: in a named round those who have not answered, in an anonymous one everybody."""
        rows = self.filter(assessment=assessment)
        return rows if assessment.anonymous else rows.filter(answered=False)


class Asked(models.Model):
    """Somebody who was asked to answer: a member or an address. It knows *answered* and nothing else of the answers.

    ``nonce`` is the personal link of an address; a member signs in instead. ``card`` is kept in an anonymous round
    alone: a hash of the key in the browser that took this person’s one set of answers, of which the response has
    another hash. Both are forgotten when such a round closes.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="asked")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    email = AddressField(max_length=254, blank=True)
    nonce = models.CharField(max_length=32, unique=True)
    reminded_on = models.DateField(null=True, blank=True)
    is_late = models.BooleanField(
        default=False,
        help_text="Asked after somebody began, and not a member since before: the floor leaves it out.",
    )
    answered = models.BooleanField(default=False)
    card = models.CharField(max_length=64, blank=True, help_text="Says which browser answers, and nothing of what.")

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
