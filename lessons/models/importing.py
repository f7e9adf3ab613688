"""Bringing lessons in: one file and how far it is, and what is to be said about its rows."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from organisations.models import Organisation, Person


class ImportRun(models.Model):
    """One file that is brought in: the file itself, how its headings were read, how far it is and what came of it.

    ``rows_done`` and ``counts`` move on together with the lessons of each batch, so that a run that was broken off
    goes on where it stopped.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        TRIED = "tried", "Tried out"
        RUNNING = "running", "In progress"
        DONE = "done", "Done"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True)
    group_name = LineField(_("Group"), max_length=120, blank=True)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(editable=False)
    encoding = models.CharField(max_length=40, blank=True)
    source = LineField("Source", max_length=80, error_messages={"blank": "Say what the source is called."})
    mapping = models.JSONField(default=dict, help_text="Heading in the file → our field.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def is_over(self) -> bool:
        return self.state == self.State.DONE


class ImportProblem(models.Model):
    """What is to be said about one row: why it was refused, or what of it could not be kept."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    external_id = models.CharField(max_length=80, blank=True)
    sentence = models.CharField(max_length=500)
    is_refusal = models.BooleanField(default=True)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"Row {self.row}: {self.sentence}"
