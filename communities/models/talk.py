"""What a community talks about: threads, posts in them, and how a post read before it was changed."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from attachments.models import StoredFile
from communities.models.community import Community
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models import Asset, Lesson
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.visibility import Reach

LONGEST_POST = 8_000
# Who may read a thread, from few to many.
WIDTHS = (
    (Reach.GROUP.value, _("Members of the community")),
    (Reach.ORGANISATION.value, "Everybody in the organisation"),
)


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Threads of communities."""

    def visible_to(self, membership: Membership) -> "ThreadQuerySet":
        """Members of the community read them; everybody here reads what was opened to all. Whoever has left does not
        read on because they once wrote something, and no role opens anything."""
        circles = GroupMembership.objects.in_force(membership).values("group_id")
        opened = Q(organisation_id=membership.organisation_id, reach=Reach.ORGANISATION)
        return self.filter(opened | Q(group_id__in=circles))

    def unanswered(self) -> "ThreadQuerySet":
        """Questions that nobody but the asker has answered, and that have no answer marked: that may be the asker’s."""
        return self.filter(kind=Thread.Kind.QUESTION, answers=0, answer=None)


class Thread(models.Model):
    """A question or a talk. The first post holds its words.

    ``organisation`` and ``group`` are its community’s, beside ``reach``, so that one rule finds it. ``answers`` counts
    the posts of others than the author. ``told_unanswered_at``: the facilitators were told that nobody has answered.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", "A question"
        TALK = "talk", "Something to talk about"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="threads")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    reach = models.CharField(max_length=20, choices=WIDTHS, default=Reach.GROUP)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.QUESTION)
    title = LineField("In one line", max_length=200, error_messages={"blank": "Say in one line what it is about."})
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    answers = models.PositiveIntegerField(default=0)
    answer = models.ForeignKey("Post", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    lesson = models.ForeignKey(Lesson, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    told_unanswered_at = models.DateTimeField(null=True, blank=True)
    asked = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When one expert was asked by name.")
    # Made by the form: the same form sent twice makes one thread.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["community", "once"], name="thread_form_once")]
        indexes = [models.Index(fields=["community", "-last_at"], name="thread_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("thread_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """What the trail may call it: it is read by people who may not read the thread."""
        return f"Discussion {self.pk}"

    @property
    def living_group(self) -> Group | None:
        """The group to which new things that come of it belong: none where its community has ended."""
        return None if self.community.is_ended else self.group

    @property
    def is_question(self) -> bool:
        return self.kind == self.Kind.QUESTION


class Post(models.Model):
    """One text in a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(
        "Your words",
        max_length=LONGEST_POST,
        validators=[MaxLengthValidator(LONGEST_POST)],
        error_messages={"blank": "Write something first."},
    )
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["thread", "once"], name="post_form_once")]
        indexes = [models.Index(fields=["author", "-at"], name="post_by_author")]

    def __str__(self) -> str:
        return f"Post {self.pk}"


class PostFileQuerySet(models.QuerySet["PostFile"]):
    """Files of posts."""

    def visible_to(self, membership: Membership) -> "PostFileQuerySet":
        """Those of the threads that this member may read, now."""
        return self.filter(post__thread__in=Thread.objects.visible_to(membership))


class PostFile(models.Model):
    """A file or a picture in a post. Who may read the thread may read it."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="attached")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    objects = PostFileQuerySet.as_manager()

    class Meta:
        ordering = ["post", "position", "pk"]

    def __str__(self) -> str:
        return f"File {self.pk}"


class PostRevision(models.Model):
    """How a post read until it was changed."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    text = models.TextField(max_length=LONGEST_POST)
    at = models.DateTimeField(default=timezone.now, help_text="When it was changed.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Before {self.at:%d %B %Y}"
