"""Work that outlives a request, the outbox of mails, and the signs of life of those who do the work."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.json_field import JSONField
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission

DEFAULT_ATTEMPTS = 3


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about work."""

    def due(self, at: datetime) -> "JobQuerySet":
        """What a worker may claim: ready and due, or given to a worker that has not been heard of in time."""
        return self.filter(Q(state=Job.State.READY, due_at__lte=at) | Q(state=Job.State.RUNNING, lease_until__lt=at))

    def but_not(self, kinds: Collection[str]) -> "JobQuerySet":
        """Without these kinds of work."""
        return self.exclude(kind__in=kinds)

    def waiting_since(self, before: datetime) -> "JobQuerySet":
        """Ready and due for so long that the workers must be stuck."""
        return self.filter(state=Job.State.READY, due_at__lt=before)

    def ended_before(self, moment: datetime) -> "JobQuerySet":
        """Done or failed so long ago that nobody asks any more."""
        return self.filter(state__in=[Job.State.DONE, Job.State.FAILED], finished_at__lt=moment)

    def visible_to(self, membership: Membership) -> "JobQuerySet":
        """One’s own work in this organisation; whoever plans or administers sees how everybody’s goes."""
        here = self.filter(organisation_id=membership.organisation_id)
        if membership.can(Permission.PLAN) or membership.can(Permission.ADMINISTER):
            return here
        return here.asked_for_by(membership)

    def asked_for_by(self, membership: Membership) -> "JobQuerySet":
        """One’s own work alone: what it made is nobody else’s to take, since it holds what that person may read."""
        return self.filter(organisation_id=membership.organisation_id, requested_by_id=membership.person_id)


class Job(models.Model):
    """One piece of work: which function of an app’s ``tasks.py`` to call with which ids, and how far it has come.

    The row is the truth; messages to the worker only wake it. A worker claims the row with a lease and marks it done
    in the transaction that stores the result (see ``jobs.runner``).
    """

    class State(models.TextChoices):
        READY = "ready", "Waiting"
        RUNNING = "running", "In progress"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Priority(models.IntegerChoices):
        """Lower comes first. Somebody sits and waits for a report; nobody sits and waits for a mail."""

        WAITED_FOR = 10, "Somebody waits for it"
        ORDINARY = 20, "Ordinary"

    class Kind(models.TextChoices):
        """Bulkhead: each kind has seats of its own in the worker (``jobs.seats``), so that none can stop another."""

        WORK = "work", "Reports and other short work"
        IMPORT = "import", "Imports"
        MAIL = "mail", "Mail"

    title = models.CharField("what it is, for people", max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WORK)
    function = models.CharField(max_length=120)
    args = JSONField(default=dict)
    key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.ORDINARY)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField("how often it was begun", default=0)
    failures = models.PositiveSmallIntegerField("how often it failed by itself", default=0)
    max_attempts = models.PositiveSmallIntegerField(default=DEFAULT_ATTEMPTS)
    claimed_by = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    progress_text = models.CharField(max_length=200, blank=True)
    result = JSONField(default=dict)
    back_url = models.CharField("where it was asked for", max_length=500, blank=True)
    error = models.CharField("what went wrong, for people", max_length=500, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    requested_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "priority", "due_at"], name="job_next"),
            models.Index(fields=["organisation", "-created_at"], name="job_recent"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="job_progress_percent"),
            models.CheckConstraint(
                condition=~Q(state="running") | (Q(lease_until__isnull=False) & ~Q(claimed_by="")),
                name="job_running_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The job’s page. Only for a job of an organisation: the others have no page."""
        return reverse("job_detail", args=[self.organisation.slug, self.pk]) if self.organisation else ""

    @property
    def is_over(self) -> bool:
        return self.state in {Job.State.DONE, Job.State.FAILED}

    @property
    def is_done(self) -> bool:
        return self.state == Job.State.DONE

    @property
    def target(self) -> str:
        """The page of ours where the result is to be seen, if there is one and it is there."""
        url = str(self.result.get("url", "")) if self.is_done else ""
        return url if url.startswith("/") and not url.startswith("//") else ""

    @property
    def stage(self) -> str:
        """How far it is, in one word: equal as long as there is nothing new to show."""
        return f"{self.state}-{self.progress}-{self.progress_text}"


class JobFile(models.Model):
    """A file that a job made: a report, the rows that an import refused.

    It lives in the database, so that a worker on another machine can make it and the back-up has it.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="job_file_name_once")]

    def __str__(self) -> str:
        return self.name


class MailQuerySet(models.QuerySet["Mail"]):
    """Questions about mail."""

    def waiting(self) -> "MailQuerySet":
        """To be delivered, and not delivered yet."""
        return self.filter(sent_at=None, is_kept=False)

    def kept(self) -> "MailQuerySet":
        """Written in the demo, or while no mail server was set: they stay here for good."""
        return self.filter(is_kept=True)

    def newest_first(self) -> "MailQuerySet":
        return self.order_by("-created_at", "-pk")

    def written_before(self, moment: datetime) -> "MailQuerySet":
        """Long enough ago to be forgotten."""
        return self.filter(created_at__lt=moment)


class Mail(models.Model):
    """One mail of the outbox, exactly once: written in the transaction of what causes it, delivered by a job.

    Its Message-ID is fixed when it is written, so that a mail server can tell a second delivery from a second mail.
    """

    sender = models.CharField(max_length=320)
    recipients = JSONField(default=list)
    subject = models.CharField(max_length=500)
    body = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, help_text="An invitation: the text of a calendar file.")
    headers = JSONField(default=dict)
    message_id = models.CharField(max_length=250, unique=True)
    key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    is_kept = models.BooleanField(default=False)
    job = models.OneToOneField(Job, on_delete=models.SET_NULL, null=True, blank=True)
    caused_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="mail_newest")]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("mailbox_mail", args=[self.pk])


class MailServer(models.Model):
    """Circuit breaker: how the mail server was found last, in one row for all workers.

    Until ``tried_again_at`` nobody speaks to it; then one mail tries, and the others go when that one went.
    """

    name = models.CharField(max_length=20, unique=True, default="default")
    tried_again_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField("in a row", default=0)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def is_resting(self, at: datetime) -> bool:
        return self.tried_again_at is not None and self.tried_again_at > at


class Heartbeat(models.Model):
    """When something was last heard of: ``worker`` each five seconds, ``timetable`` each minute."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"

    def is_within(self, limit: timedelta, at: datetime) -> bool:
        return at - self.at <= limit


class Done(models.Model):
    """On which day a daily command of the timetable was last done, so that a restart neither loses nor doubles it."""

    name = models.CharField(max_length=60, unique=True)
    last_on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "done"

    def __str__(self) -> str:
        return f"{self.name} on {self.last_on}"

    def is_done(self, on: date) -> bool:
        return self.last_on >= on
