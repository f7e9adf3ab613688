"""People who can be asked: what somebody says of themselves, and one line to at most three of them."""

from datetime import date

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.model_fields import LineField, ReadingKeyField
from kmportal.lib.things import Ref
from organisations.models import Membership, Organisation, Person

LONGEST_TEXT = 1_000
LONGEST_NOTE = 500


def _text_field(label: str, longest: int = LONGEST_TEXT) -> "models.TextField[str, str]":
    return models.TextField(label, max_length=longest, blank=True, validators=[MaxLengthValidator(longest)])


class ProfileQuerySet(models.QuerySet["Profile"]):
    """What people say of themselves."""

    def listed(self) -> "ProfileQuerySet":
        """Of members of today who want to be found."""
        return self.filter(
            listed_at__isnull=False,
            membership__left_at=None,
            membership__suspended_at=None,
            membership__person__is_active=True,
        )

    def visible_to(self, membership: Membership) -> "ProfileQuerySet":
        """One’s own, and in the same organisation those of people who want to be found. No role opens the others."""
        here = Q(pk__in=Profile.objects.listed().filter(membership__organisation_id=membership.organisation_id))
        return self.filter(here | Q(membership_id=membership.pk))

    def to_ask(self, membership: Membership) -> "ProfileQuerySet":
        """Whom this member can ask: everybody listed here but themself."""
        here = self.listed().filter(membership__organisation_id=membership.organisation_id)
        return here.exclude(membership_id=membership.pk)

    def there(self, on: date) -> "ProfileQuerySet":
        """Without those who have said that they are away that day."""
        away = Q(membership__person__away_from_on__lte=on, membership__person__away_until_on__gte=on)
        return self.exclude(away)

    def with_words(self) -> "ProfileQuerySet":
        """With all that a list or a page shows of them, in two queries."""
        return self.select_related("membership__person", "membership__organisation").prefetch_related("topics")


class Profile(models.Model):
    """What a member can be asked about, and how. Nobody else sees any of it until they want to be listed."""

    class StaffGroup(models.TextChoices):
        NURSING = "nursing", "Nursing and midwifery"
        MEDICAL = "medical", "Medical and dental"
        ALLIED = "allied", "Allied health professions and science"
        SOCIAL = "social", "Social care and social work"
        KNOWLEDGE = "knowledge", "Library, knowledge and information"
        DIGITAL = "digital", "Digital, data and technology"
        ESTATES = "estates", "Estates, housing and environment"
        ADMINISTRATION = "administration", "Administration and management"
        VOLUNTEERS = "volunteers", "Volunteers and community work"
        OTHER = "other", "Something else"

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="profile")
    languages = LineField("Which languages do you speak?", max_length=200, blank=True)
    site = LineField("Where do you work?", max_length=120, blank=True)
    site_key = ReadingKeyField(of="site")
    staff_group = models.CharField(
        "Which staff group do you belong to?", max_length=20, choices=StaffGroup.choices, blank=True
    )
    working_on = _text_field("What are you working on?")
    research = _text_field("Which research is under way?")
    how_to_ask = LineField("How do you like to be asked?", max_length=200, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True, help_text="Empty: nobody else sees any of it.")
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["listed_at", "site_key"], name="profile_listed_by_site")]

    def __str__(self) -> str:
        return str(self.person)

    def get_absolute_url(self) -> str:
        return reverse("finder_profile", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """The trail keeps no words of it."""
        return f"Profile {self.pk}"

    @property
    def organisation(self) -> Organisation:
        return self.membership.organisation

    @property
    def person(self) -> Person:
        return self.membership.person

    @property
    def away_until_on(self) -> date | None:
        """The last day of the time that they are away now; None while they are there."""
        return self.person.away_until_on if self.person.is_away(timezone.localdate()) else None

    @property
    def is_shown(self) -> bool:
        """Whether others see it today: the same as ``ProfileQuerySet.listed``, for a loaded row."""
        return self.listed_at is not None and self.membership.is_current

    def _names(self, kind: str) -> list[str]:
        return [topic.name for topic in self.topics.all() if topic.kind == kind]

    @property
    def asked_about(self) -> list[str]:
        """What they can be asked about, in their order. No query, if ``topics`` are loaded."""
        return self._names(Topic.Kind.ASK)

    @property
    def wants_to_learn(self) -> list[str]:
        return self._names(Topic.Kind.LEARN)


class Topic(models.Model):
    """One thing that somebody can be asked about, or wants to learn, in a few words of theirs."""

    class Kind(models.TextChoices):
        ASK = "ask", "Can be asked about it"
        LEARN = "learn", "Wants to learn it"

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="topics")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = LineField("Topic", max_length=80)
    name_key = ReadingKeyField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["profile", "kind", "name_key"], name="profile_topic_once")]
        indexes = [models.Index(fields=["name_key", "kind"], name="profile_topic_by_name")]

    def __str__(self) -> str:
        return self.name


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    """Questions to people."""

    def visible_to(self, membership: Membership) -> "EnquiryQuerySet":
        """Those that one asked or was asked, and nobody else’s."""
        asked = Recipient.objects.filter(person_id=membership.person_id).values("enquiry_id")
        mine = Q(author_id=membership.person_id) | Q(pk__in=asked)
        return self.filter(mine, organisation_id=membership.organisation_id)

    def open(self) -> "EnquiryQuerySet":
        return self.filter(closed_at=None)


class Enquiry(models.Model):
    """One line that somebody has asked of at most three people at once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="enquiries")
    line = LineField("What do you want to know?", max_length=300)
    line_key = ReadingKeyField(of="line")
    about_kind = models.CharField(max_length=20, blank=True)
    about_ident = models.BigIntegerField(null=True, blank=True, help_text="With the kind a reference.")
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Made by the form: the same form sent twice asks once.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "enquiries"
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="enquiry_once")]
        indexes = [models.Index(fields=["author", "-created_at"], name="enquiry_of_author")]

    def __str__(self) -> str:
        return self.line

    def get_absolute_url(self) -> str:
        return reverse("enquiry_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """The trail keeps no words of it."""
        return f"Question {self.pk}"

    @property
    def about(self) -> Ref | None:
        """What it is about, where somebody asked from the page of a thing."""
        return Ref(self.about_kind, self.about_ident) if self.about_kind and self.about_ident else None


class RecipientQuerySet(models.QuerySet["Recipient"]):
    """People who were asked."""

    def waiting(self) -> "RecipientQuerySet":
        """Not answered yet, and the question still stands."""
        return self.filter(answer="", enquiry__closed_at=None)


class Recipient(models.Model):
    """That one person was asked a question, and what they answered with one press."""

    class Answer(models.TextChoices):
        WAITING = "", "No answer yet"
        HELP = "help", "Can help"
        NO = "no", "Cannot help this time"
        PASSED = "passed", "Passed it on"
        LEFT = "left", "Has left"

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="recipients")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True, default=Answer.WAITING)
    note = _text_field("Anything to add?", LONGEST_NOTE)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    passed_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="passed_to")

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "person"], name="enquiry_asks_once")]
        indexes = [models.Index(fields=["person", "answer"], name="recipient_waiting")]

    def __str__(self) -> str:
        return f"{self.person} about {self.enquiry_id}"

    @property
    def is_waiting(self) -> bool:
        return self.answer == self.Answer.WAITING
