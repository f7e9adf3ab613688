"""Knowledge assets: what is worth knowing about one thing, put together from a text, lessons, files, links and
people."""

from collections.abc import Collection
from datetime import date

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone

from attachments.models import StoredFile
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models.lesson import LONGEST_TEXT, Lesson
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.visibility import Reach, within_reach

LONGEST_PURPOSE = 1_000
LONGEST_REMARK = 500
# Who may read one that is published, from few to many.
ASSET_WIDTHS = (
    (Reach.GROUP.value, _("The group it belongs to")),
    (Reach.ORGANISATION.value, "Everybody in the organisation"),
)


class AssetQuerySet(models.QuerySet["Asset"]):
    """Knowledge assets, in the words of those who keep them."""

    def visible_to(self, membership: Membership) -> "AssetQuerySet":
        """By reach: a draft is its author’s, then whoever it is published for."""
        return self.filter(within_reach(membership))

    def published(self) -> "AssetQuerySet":
        return self.filter(state=Asset.State.PUBLISHED)

    def unsent(self) -> "AssetQuerySet":
        """Drafts, which nobody but their authors has read."""
        return self.filter(state=Asset.State.DRAFT)

    def to_look_at(self, until: date, *, on: date, people: Collection[int] | None = None) -> "AssetQuerySet":
        """Published, and to be looked at again by ``until``, with whom to ask on a day (``asked``): whoever looks after
        it; who stands in, while they are away or when they can no longer do it. As with lessons (``keeper_today``);
        one about which nobody can be asked is left out. ``people``: only what these are asked."""
        both_here = ~_is_away("owner", on) | ~_can_look_after("deputy") | _is_away("deputy", on)
        asked = Case(
            When(_can_look_after("owner") & both_here, then=F("owner")),
            When(_can_look_after("deputy"), then=F("deputy")),
        )
        rows = self.published().filter(review_on__lte=until).annotate(asked=asked).exclude(asked=None)
        return rows if people is None else rows.filter(asked__in=people)


def _is_away(who: str, on: date) -> Q:
    return Q(**{f"{who}__away_from_on__lte": on, f"{who}__away_until_on__gte": on})


def _can_look_after(who: str) -> Q:
    """Contributes here today, and reads it."""
    here = Membership.objects.current().may(Permission.CONTRIBUTE)
    here = here.filter(organisation=OuterRef("organisation"), person=OuterRef(who))
    # Through the membership here: it is the one that opens the page that they are sent to.
    inside = GroupMembership.objects.in_force_for_anybody().filter(
        group=OuterRef("group"), person=OuterRef(who), membership__organisation=OuterRef("organisation")
    )
    return Q(Exists(here)) & (Q(reach=Reach.ORGANISATION) | Q(author=F(who)) | Q(Exists(inside)))


class Asset(models.Model):
    """A knowledge asset: title, what it is for, a text, and parts that it points at.

    ``reach`` is who may see it now, kept by the actions: ``AUTHOR`` as a draft, ``share_with`` once it is published.
    The words stand here as they read today, and each version of them in ``AssetRevision``; ``checked_number`` is the
    version that somebody else said is right.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True)
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    deputy = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="Who stands in?"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    reach = models.CharField(max_length=20, choices=Reach.choices, default=Reach.AUTHOR)
    share_with = models.CharField("Who may read it?", max_length=20, choices=ASSET_WIDTHS, default=Reach.ORGANISATION)
    title = LineField("Title", max_length=200, error_messages={"blank": "Give it a title."})
    purpose = models.TextField(
        "Who needs it, and when?",
        max_length=LONGEST_PURPOSE,
        validators=[MaxLengthValidator(LONGEST_PURPOSE)],
        blank=True,
    )
    text = models.TextField(
        "What does it say?", max_length=LONGEST_TEXT, validators=[MaxLengthValidator(LONGEST_TEXT)], blank=True
    )
    number = models.PositiveIntegerField(default=1, help_text="Which version of its words.")
    checked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_number = models.PositiveIntegerField(null=True, blank=True)
    review_on = models.DateField("When should somebody look at it again?", null=True, blank=True)
    # Made by the form: the same form sent twice makes one.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "once"], name="asset_form_once"),
            # What is private stays private: the database refuses a wider reach for a draft.
            models.CheckConstraint(condition=~Q(state="draft") | Q(reach="author"), name="asset_draft_is_private"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | Q(author=None) | ~Q(checked_by=models.F("author")),
                name="asset_never_checks_own",
                violation_error_message="Nobody checks what they wrote themselves.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "reach", "-id"], name="asset_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("asset_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """The trail is read by people who may not read the asset."""
        return f"Knowledge asset {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_checked(self) -> bool:
        """Whether somebody said that the words of today are right."""
        return self.checked_number == self.number


class AssetStep(models.Model):
    """That a step of building it is done: somebody has answered its check with yes, and perhaps said how they know."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    note = models.TextField(
        "How do you know?",
        max_length=LONGEST_REMARK,
        validators=[MaxLengthValidator(LONGEST_REMARK)],
        blank=True,
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="asset_step_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=10), name="asset_step_one_of_ten"),
        ]

    def __str__(self) -> str:
        return f"Step {self.number}"


class AssetRevision(models.Model):
    """The words of a knowledge asset in one version."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = LineField("Title", max_length=200, blank=True)
    purpose = models.TextField("Who needs it, and when?", max_length=LONGEST_PURPOSE, blank=True)
    text = models.TextField("What does it say?", max_length=LONGEST_TEXT, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["asset", "number"], name="asset_revision_once")]

    def __str__(self) -> str:
        return f"Version {self.number}"


class AssetPart(models.Model):
    """What belongs to a knowledge asset: a lesson or a case, a file, a link, or somebody to ask, and its use."""

    class Kind(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        FILE = "file", "File or picture"
        LINK = "link", "Link"
        PERSON = "person", "Somebody to ask"

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    url = models.URLField("Which web address?", max_length=500, blank=True)
    title = LineField("What do you call the link?", max_length=200, blank=True)
    note = models.TextField(
        "What is it good for?",
        max_length=LONGEST_REMARK,
        validators=[MaxLengthValidator(LONGEST_REMARK)],
        blank=True,
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "lesson"], condition=Q(lesson__isnull=False), name="asset_lesson_once"
            ),
            models.UniqueConstraint(
                fields=["asset", "person"], condition=Q(person__isnull=False), name="asset_person_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} {self.pk}"
