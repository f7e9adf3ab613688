"""The instrument as data: sections, criteria with five statements each, and what to do about a gap."""

from django.db import models
from django.db.models import Q

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from organisations.models import Organisation
from roadmap.models import Effort


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Instruments."""

    def usable_by(self, organisation: Organisation) -> "FrameworkQuerySet":
        """Current editions that this organisation may assess itself with; its own before the bundled one."""
        rows = self.filter(Q(organisation=None) | Q(organisation=organisation), is_current=True)
        return rows.order_by(models.F("organisation").asc(nulls_last=True), "key")


class Framework(models.Model):
    """A version of an instrument. One that has answers never changes: new words become a new version.

    ``organisation`` is set on an organisation’s own instrument; the bundled one has none.
    """

    key = models.SlugField(max_length=60)
    edition = models.PositiveIntegerField(default=1)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    name = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    note = models.TextField(blank=True, help_text="What it is and what it is not, shown to all who answer.")
    short_note = models.CharField(max_length=200, blank=True, help_text="The same in a line, for the foot of a report.")
    how_to_answer = JSONField(default=list, help_text="Sentences that are read before the first answer.")
    minutes = models.PositiveSmallIntegerField(default=20, help_text="About how long answering takes.")
    months_ahead = models.PositiveSmallIntegerField(default=12, help_text="How far ahead “wanted” looks.")
    level_names = JSONField(default=list)
    level_rules = JSONField(default=list)
    checksum = models.CharField(max_length=64, blank=True)
    is_current = models.BooleanField(default=True)

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-edition"]
        constraints = [models.UniqueConstraint(fields=["key", "edition"], name="framework_edition_once")]

    def __str__(self) -> str:
        return self.name


class Section(models.Model):
    """A heading of the instrument; it can be renamed, so no code relies on its words."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    purpose = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["framework", "key"], name="section_key_once")]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One question with five statements. ``statements`` are the five texts, lowest level first."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    question = models.CharField(max_length=200)
    statements = JSONField(default=list)
    evidence = models.TextField(blank=True)
    helps = JSONField(default=list, help_text=_("Keys of catalogue entries and techniques."))
    tags = JSONField(default=dict, help_text="{iso: [...], quality_outcome: [...], legacy: [...]}")
    position = models.PositiveSmallIntegerField()
    is_draft = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "criteria"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Suggestion(models.Model):
    """What to do about a gap: the first step while now is low, the stretch otherwise."""

    class Band(models.TextChoices):
        FIRST = "first", "First step"
        STRETCH = "stretch", "Stretch"

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="suggestions")
    band = models.CharField(max_length=10, choices=Band.choices)
    title = models.CharField(max_length=90)
    text = models.TextField()
    effort = models.CharField(max_length=10, choices=Effort.choices, default=Effort.MEDIUM)
    becomes = models.CharField(
        max_length=12, default="action", help_text=_("intervention or action, as first offered.")
    )
    entry_key = models.CharField(max_length=60, blank=True, help_text=_("Catalogue entry that it would become."))
    technique_key = models.CharField(max_length=60, blank=True, help_text=_("Technique that it asks for."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["criterion", "band"], name="suggestion_band_once")]

    def __str__(self) -> str:
        return self.title
