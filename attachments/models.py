"""Stored files: what is told of each, and its bytes in a table of their own, which no list reads."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from attachments.file_kinds import CHOICES, KINDS, LONGEST_NAME, FileKind
from kmportal.lib.model_fields import LineField
from organisations.models import Organisation, Person


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Questions about files."""

    def orphans(self) -> "StoredFileQuerySet":
        """Files that no row of any app above points at: what they hung on was deleted."""
        pointing = Q()
        for field in StoredFile._meta.get_fields(include_hidden=True):
            if isinstance(field, models.ForeignObjectRel) and field.related_model is not FileContent:
                model = field.related_model
                pointing |= Q(Exists(model._default_manager.filter(**{field.field.name: OuterRef("pk")})))
        return self.exclude(pointing) if pointing else self


class StoredFile(models.Model):
    """One file that somebody attached to something of an app above, which decides who may read it.

    ``kind`` is what its content is. ``size`` is that of what is kept; ``digest`` that of what was sent.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = LineField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=10, choices=CHOICES)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    small_width = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of a picture’s small version.")
    small_height = models.PositiveSmallIntegerField(null=True, blank=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["uploaded_by", "-uploaded_at"], name="file_by_uploader")]

    def __str__(self) -> str:
        return self.name

    @property
    def file_kind(self) -> FileKind:
        return KINDS[self.kind]

    @property
    def is_picture(self) -> bool:
        return self.file_kind.is_picture

    @property
    def is_sound(self) -> bool:
        return self.file_kind.is_sound


class FileContent(models.Model):
    """The bytes of a file: the whole, and of a picture the small version."""

    class Version(models.TextChoices):
        WHOLE = "whole", "As it is kept"
        SMALL = "small", "A small picture of it"

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="contents")
    version = models.CharField(max_length=5, choices=Version.choices, default=Version.WHOLE)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "version"], name="file_content_once")]

    def __str__(self) -> str:
        return f"Content {self.pk}"
