"""What somebody follows among lessons, what they were told of, and the secret addresses of feeds."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models.lesson import Lesson, Tag
from lessons.models.themes import Theme
from organisations.models import Group, Membership, Person

LONGEST_QUERY = 1_000


class How(models.TextChoices):
    """How somebody hears of a new lesson."""

    AT_ONCE = "at-once", "At once, as a notice in the portal"
    DIGEST = "digest", "In the e-mail of the next morning"
    OFF = "off", "Not for now"


class FollowQuerySet(models.QuerySet["Follow"]):
    """What people follow."""

    def of(self, membership: Membership) -> "FollowQuerySet":
        """One’s own; nobody ever sees another person’s."""
        return self.filter(membership=membership)

    def wanted(self) -> "FollowQuerySet":
        """Those of which somebody who may come in today wants to hear."""
        return self.exclude(how=How.OFF).filter(membership__in=Membership.objects.current())


class Follow(models.Model):
    """One thing that a member follows: a saved search (``query``, as the list of lessons has it), a tag, a theme, a
    group, or an author. ``key`` tells it apart from the others of its kind.
    """

    class Kind(models.TextChoices):
        SEARCH = "search", "Search"
        TAG = "tag", "Tag"
        THEME = "theme", "Theme"
        GROUP = "group", _("Group")
        AUTHOR = "author", "Author"

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=64, editable=False)
    name = LineField("What do you call it?", max_length=120, blank=True)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    how = models.CharField(
        "How do you want to hear of it?",
        max_length=10,
        choices=How.choices,
        default=How.DIGEST,
        error_messages={"invalid_choice": "Choose how you want to hear of it."},
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["membership", "kind", "key"], name="follow_once")]

    def __str__(self) -> str:
        return self.name or str(self.tag or self.theme or self.group or self.author or "Somebody who has left")


class FollowHit(models.Model):
    """That somebody is told of a lesson because of what they follow: once, whatever else of it fits, too.

    Written with the notice, or for the mail of the morning after ``day``, as ``how`` says.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    follow = models.ForeignKey(Follow, on_delete=models.CASCADE, related_name="hits")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    how = models.CharField(max_length=10, choices=How.choices)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "lesson"], name="follow_hit_once")]
        indexes = [models.Index(fields=["how", "day"], name="follow_hit_day")]

    def __str__(self) -> str:
        return f"{self.lesson_id} for {self.membership_id}"


class LessonFeed(models.Model):
    """The secret address of an Atom feed: of all new lessons that somebody may read, or of one saved search.

    It was shown once; only its hash is kept. A new address closes the one before.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    follow = models.OneToOneField(Follow, on_delete=models.CASCADE, null=True, blank=True, related_name="feed")
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(follow=None), name="lesson_feed_of_all_once")
        ]

    def __str__(self) -> str:
        return f"Feed {self.pk}"
