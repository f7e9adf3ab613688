"""Bringing lessons in: one file and how far it is, and what is to be said about its rows."""

import io
from pathlib import Path
from typing import Any, BinaryIO

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.importing import Opener
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import LineField
from lessons.models.lesson import Lesson
from organisations.models import Membership, Organisation, Person

PIECE = 1 << 20


class ImportRun(models.Model):
    """One file that is brought in: how its headings were read, how far it is and what came of it. The file itself lies
    in pieces beside it, unless the command read it where it was.

    ``rows_done`` and ``counts`` move on together with the lessons of each batch, so that a run that was broken off
    goes on where it stopped.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        TRIED = "tried", "Tried out"
        RUNNING = "running", "In progress"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    class BadRows(models.TextChoices):
        SKIP = "skip", "Leave them out and bring in the others"
        STOP = "stop", "Bring in nothing while there is one"

    class Meeting(models.TextChoices):
        """What happens to a field that says one thing here and another in the file."""

        NEWER = "newer", "Take the file’s words, but keep what somebody wrote here"
        OURS = "ours", "Keep ours, and fill what is empty"
        THEIRS = "theirs", "Take the file’s words"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True)
    group_name = LineField(_("Group"), max_length=120, blank=True)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, editable=False, default="", help_text="Of the whole file.")
    encoding = models.CharField(max_length=40, blank=True)
    source = LineField("Source", max_length=80, error_messages={"blank": "Say what the source is called."})
    mapping = JSONField(default=dict, help_text="Heading in the file → our field.")
    survey = JSONField(default=dict, editable=False, help_text="What one reading told of the whole file.")
    bad_rows = models.CharField("Rows that cannot come in", max_length=4, choices=BadRows, default=BadRows.SKIP)
    meeting = models.CharField(_("Lessons that are here already"), max_length=6, choices=Meeting, default=Meeting.NEWER)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    rows_done = models.PositiveIntegerField(default=0)
    counts = JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_counts = JSONField(default=dict, editable=False)

    # Where the command reads the file.
    path: Path | None = None

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.UNDONE}

    @property
    def has_stopped(self) -> bool:
        """Whether the work on it was given up in the middle: it can be tried again, or taken out again."""
        return not self.is_over and self.job is not None and self.job.is_over

    @property
    def has_file(self) -> bool:
        """Whether the file is still here."""
        return self.path is not None or self.pieces.exists()

    def keep_file(self, file: BinaryIO) -> None:
        """Put the file away, piece by piece."""
        pieces = iter(lambda: file.read(PIECE), b"")
        for position, data in enumerate(pieces):
            ImportPiece.objects.create(run=self, position=position, data=data)

    @property
    def opener(self) -> Opener:
        """The file, to be read as often as wanted; never all of it in the memory."""
        if self.path is not None:
            return _opener_of_path(self.path)
        return lambda: io.BufferedReader(_Pieces(self.pieces.all()), PIECE)


class _Pieces(io.RawIOBase):
    """The pieces of a file as one file, of which one piece at a time is here."""

    def __init__(self, pieces: "models.QuerySet[ImportPiece]") -> None:
        self.pieces = pieces
        self.size = pieces.aggregate(size=Sum(Length("data")))["size"] or 0
        self.place, self.number, self.data = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        return self.place

    def readinto(self, buffer: Any) -> int:
        if self.place >= self.size:
            return 0
        number, start = divmod(self.place, PIECE)
        if number != self.number:
            self.data = bytes(self.pieces.values_list("data", flat=True).get(position=number))
            self.number = number
        data = self.data[start : start + len(buffer)]
        buffer[: len(data)] = data
        self.place += len(data)
        return len(data)


def _opener_of_path(path: Path) -> Opener:
    return lambda: path.open("rb")


class ImportPiece(models.Model):
    """A part of the file of a run. Deleted a month after it was brought in."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    data = models.BinaryField(editable=False)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="import_piece_once")]

    def __str__(self) -> str:
        return f"Piece {self.position} of {self.run_id}"


class ImportedRowQuerySet(models.QuerySet["ImportedRow"]):
    """Rows of files that lessons came from."""

    def that_changed(self) -> "ImportedRowQuerySet":
        """Those that made a lesson or changed it, not those that said again what stood there."""
        return self.exclude(before={})

    def standing(self) -> "ImportedRowQuerySet":
        """Those of files that were not taken out again."""
        return self.exclude(run__state=ImportRun.State.UNDONE)


class ImportedRow(models.Model):
    """Provenance: which row of which file made a lesson, or changed it. ``before`` is what an undo puts back, empty for
    a row that said nothing new; ``version`` is the lesson’s afterwards, so that a later change by anybody shows. After
    an undo those rows are left whose lesson was kept."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="imported_rows")
    row = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    before = JSONField(null=True, editable=False, help_text=_("Empty where the lesson was made."))

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Row {self.row} of {self.run_id}"


class ImportDifferenceQuerySet(models.QuerySet["ImportDifference"]):
    """What differs between files and lessons."""

    def visible_to(self, membership: Membership) -> "ImportDifferenceQuerySet":
        """Of lessons that this member may read."""
        return self.filter(lesson__in=Lesson.objects.visible_to(membership).order_by())


class ImportDifference(models.Model):
    """One field that says one thing in a lesson here and another in the file; and which of the two shall stand."""

    class Choice(models.TextChoices):
        OURS = "ours", "Keep ours"
        THEIRS = "theirs", "Take theirs"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="differences")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    row = models.PositiveIntegerField()
    external_id = models.CharField(max_length=80)
    field = models.CharField(max_length=20)
    ours = models.TextField(max_length=2_000, blank=True)
    theirs = models.TextField(max_length=2_000, blank=True)
    by_rule = models.CharField(max_length=6, choices=Choice, help_text="What the rule of the run makes of it.")
    choice = models.CharField(max_length=6, choices=Choice, blank=True)

    objects = ImportDifferenceQuerySet.as_manager()

    class Meta:
        ordering = ["row", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "external_id", "field"], name="import_difference_once")]

    def __str__(self) -> str:
        return f"{self.field} of row {self.row}"

    @property
    def stands(self) -> str:
        return self.choice or self.by_rule


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
