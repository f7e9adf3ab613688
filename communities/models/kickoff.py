"""A kick-off of many communities: problems that people raise and share, topics that they form, what gets in the way."""

from datetime import date, datetime

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from communities.models.community import LONGEST_ANSWER, LONGEST_REASON, Community
from kmportal.lib.model_fields import LineField, ReadingKeyField
from kmportal.lib.unlinking import number_by_lot
from organisations.models import Membership, Organisation, Person
from techniques.models import Session


class KickOffQuerySet(models.QuerySet["KickOff"]):
    """Kick-offs of one organisation: everybody in it reads them and takes part."""

    def visible_to(self, membership: Membership) -> "KickOffQuerySet":
        return self.filter(organisation_id=membership.organisation_id)

    def running(self, on: date) -> "KickOffQuerySet":
        """People can write in them today."""
        return self.filter(ended_at=None, opens_on__lte=on)

    def over(self, on: date) -> "KickOffQuerySet":
        """Their last day has passed and nobody has ended them yet."""
        return self.filter(ended_at=None, last_on__lt=on)


class KickOff(models.Model):
    """People raise what they want to solve, and communities begin from it. Its page is always there; a live one has a
    session besides, and what was shown there comes onto the page when it is closed (``taken_over_at``)."""

    class Form(models.TextChoices):
        PAGE = "page", "On a page, for two weeks"
        LIVE = "live", "Live, with a page for those who cannot come"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    title = LineField("What is it about?", max_length=120, error_messages={"blank": "Say what it is about."})
    why = models.TextField(
        "Why do you ask now?",
        max_length=LONGEST_ANSWER,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_ANSWER)],
    )
    form = models.CharField(
        max_length=10,
        choices=Form.choices,
        default=Form.PAGE,
        error_messages={"invalid_choice": "Choose whether it is live or on a page."},
    )
    opens_on = models.DateField()
    last_on = models.DateField()
    session = models.OneToOneField(
        Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="community_kickoff"
    )
    taken_over_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Made by the form: the same form sent twice opens one.
    once = models.UUIDField(null=True, blank=True, editable=False)
    traces = models.BigIntegerField(
        default=0, help_text="A barrier was named; the files still tell which was new when. Zero: they do not."
    )
    version = models.PositiveIntegerField(default=1)

    objects = KickOffQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="kickoff_form_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("kickoff_detail", args=[self.organisation.slug, self.pk])

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None

    def takes_words(self, at: datetime) -> bool:
        """Whether people can write in it at this moment: begun, and not ended. The timetable ends it the day after its
        last one; until it has done so, nothing that was typed is turned away."""
        return not self.is_ended and self.has_begun(at)

    def has_begun(self, at: datetime) -> bool:
        return self.opens_on <= timezone.localdate(at)


class Topic(models.Model):
    """Problems that people say belong together. It may become a community, once.

    ``joined`` are the names that people gave in the room to say that they are in, a line each: until the community
    begins, or the kick-off ends.
    """

    kickoff = models.ForeignKey(KickOff, on_delete=models.CASCADE, related_name="topics")
    name = LineField("What is the topic called?", max_length=120, error_messages={"blank": "Give the topic a name."})
    name_key = ReadingKeyField()
    community = models.ForeignKey(Community, on_delete=models.SET_NULL, null=True, blank=True, related_name="topics")
    joined = models.TextField(blank=True, max_length=LONGEST_ANSWER, validators=[MaxLengthValidator(LONGEST_ANSWER)])
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kickoff", "name_key"], name="topic_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def names_joined(self) -> list[str]:
        return self.joined.splitlines()


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Problems, each as visible as its kick-off."""

    def visible_to(self, membership: Membership) -> "ProblemQuerySet":
        return self.filter(organisation_id=membership.organisation_id)

    def unclaimed(self) -> "ProblemQuerySet":
        """Left over from a kick-off that has ended: no community has taken them up."""
        return self.filter(community=None).exclude(kickoff__ended_at=None)

    def with_shares(self) -> "ProblemQuerySet":
        """With ``shares``: how many besides its writer have said that they have it too."""
        return self.annotate(shares=Count("supports", distinct=True))


class Problem(models.Model):
    """Something that somebody wants to solve with others.

    ``is_in`` and ``would_facilitate`` are what its writer has said about a community that takes it up. ``voices``
    counts those who shared it in a room, where nobody has a name. ``was_in`` is the topic in which it stood before it
    was moved last; ``was_moved`` says that this can be undone.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kickoff = models.ForeignKey(KickOff, on_delete=models.CASCADE, related_name="problems")
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True, related_name="problems")
    was_in = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    was_moved = models.BooleanField(default=False)
    line = LineField("In one line", max_length=200, error_messages={"blank": "Say in one line what it is."})
    more = models.TextField(
        "Tell more",
        max_length=LONGEST_ANSWER,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_ANSWER)],
    )
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_in = models.BooleanField("Count me in", default=False)
    would_facilitate = models.BooleanField("I would keep it together", default=False)
    voices = models.PositiveSmallIntegerField(default=0)
    community = models.ForeignKey(Community, on_delete=models.SET_NULL, null=True, blank=True, related_name="problems")
    at = models.DateTimeField(default=timezone.now)
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kickoff", "once"], name="problem_form_once")]
        indexes = [models.Index(fields=["organisation", "community"], name="problem_unclaimed")]

    def __str__(self) -> str:
        return self.line

    def get_absolute_url(self) -> str:
        return reverse("problem_detail", args=[self.organisation.slug, self.pk])


class Support(models.Model):
    """That one person shares one problem, and what they have said about a community that takes it up."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="supports")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    is_in = models.BooleanField("Count me in", default=False)
    would_facilitate = models.BooleanField("I would keep it together", default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["problem", "person"], name="support_once")]

    def __str__(self) -> str:
        return f"{self.person_id} shares {self.problem_id}"


class NamedBarrier(models.Model):
    """That something gets in the way here: one of the list (``key``), or in somebody’s own words. It has no author: a
    worry about one’s manager is not said aloud. Each once for a kick-off, and nothing counts how often."""

    id = models.BigIntegerField(primary_key=True, default=number_by_lot, editable=False)
    kickoff = models.ForeignKey(KickOff, on_delete=models.CASCADE, related_name="barriers")
    key = models.CharField(max_length=40, blank=True)
    words = LineField(
        "What gets in the way?",
        max_length=LONGEST_REASON,
        blank=True,
        error_messages={"blank": "Say what gets in the way."},
    )
    words_key = ReadingKeyField(of="words")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["kickoff", "key"], condition=~Q(key=""), name="barrier_of_list_once"),
            models.UniqueConstraint(fields=["kickoff", "words_key"], condition=Q(key=""), name="barrier_words_once"),
        ]

    def __str__(self) -> str:
        return self.key or self.words
