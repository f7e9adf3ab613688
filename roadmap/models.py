"""The programme: five steps, the catalogue of interventions, and what is planned and done."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.content_field import ContentField
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import LineField
from organisations.models import Membership, Organisation, Person
from roadmap.catalogue import Guidance


class Step(models.IntegerChoices):
    """The five steps of the roadmap: phases, not gates."""

    AWARENESS = 1, "Create awareness"
    ADVOCATE = 2, "Get advocates, buy-in and ownership"
    STRATEGISE = 3, "Strategise"
    PLAN = 4, "Prioritise and plan"
    IMPLEMENT = 5, "Implement"


class Area(models.TextChoices):
    """The five areas that a balanced ("integral") plan serves."""

    FOUNDATION = "foundation", "Foundation"
    KNOWLEDGE = "knowledge", "Creation, storage and use of knowledge"
    ENABLERS = "enablers", "Enablers"
    CONTEXT = "context", "External context"
    PRODUCTS = "products", "Products and services"


class Kind(models.TextChoices):
    """What sort of intervention it is."""

    QUICK_WIN = "quick-win", "Quick win"
    STRATEGIC = "strategic", "Strategic"
    INFRASTRUCTURE = "infrastructure", "Infrastructure"
    PROCESS_CHANGE = "process-change", "Process change"


class Effort(models.TextChoices):
    """How much work it is."""

    QUICK = "quick", "Quick"
    MEDIUM = "medium", "Medium"
    LONG = "long", "Long"


# How long that is, for sentences such as “takes weeks”.
TAKES: dict[str, str] = {Effort.QUICK: "days", Effort.MEDIUM: "weeks", Effort.LONG: "months"}


def names_of_areas(areas: Iterable[str]) -> list[str]:
    """Areas in words, in the order of the areas; unknown ones are passed over."""
    chosen = set(areas)
    return [area.label for area in Area if area in chosen]


class CatalogueEntry(models.Model):
    """A kind of intervention with its guidance. Ships as content; read-only in the portal.

    ``guidance`` holds what the content file says beyond the columns.
    """

    key = models.SlugField(max_length=60, unique=True)
    name = LineField(max_length=120)
    step = models.PositiveSmallIntegerField(choices=Step.choices)
    position = models.PositiveSmallIntegerField(default=0)
    what = models.TextField()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.QUICK_WIN)
    effort = models.CharField(max_length=10, choices=Effort.choices, default=Effort.MEDIUM)
    areas = JSONField(default=list)
    guidance = ContentField(Guidance, default=dict)
    is_extra = models.BooleanField(default=False)
    is_draft = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["step", "position", "name"]
        verbose_name_plural = _("catalogue entries")

    def __str__(self) -> str:
        return self.name

    @property
    def area_names(self) -> list[str]:
        """The areas that it serves, in words."""
        return names_of_areas(self.areas)

    @property
    def takes(self) -> str:
        return TAKES[self.effort]


class StepGuide(models.Model):
    """What a step is for and the questions that show it is well done. Ships as content."""

    number = models.PositiveSmallIntegerField(choices=Step.choices, unique=True)
    purpose = models.TextField()
    exit_questions = JSONField(default=list)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.get_number_display()


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """Programmes of an organisation; every member may read them."""

    def visible_to(self, membership: Membership) -> "ProgrammeQuerySet":
        return self.filter(organisation_id=membership.organisation_id)

    def current(self) -> "ProgrammeQuerySet":
        return self.filter(is_current=True)


class Programme(models.Model):
    """One programme of an organisation. Several may exist; one of them is the current one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = LineField(max_length=120)
    vision = models.TextField(max_length=1000, blank=True)
    mission = models.TextField(max_length=1000, blank=True)
    ambition = models.TextField(max_length=1000, blank=True)
    lead = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="programmes_led")
    sponsor = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="programmes_sponsored"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_current = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    # Made by the form: the same form sent twice makes one programme.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-is_current", "-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "once"], name="programme_form_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(is_current=True), name="programme_one_current"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="programme_ends_after_start",
                violation_error_message=_("The programme must end after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programme_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})


class ProgrammeStep(models.Model):
    """What a programme says about one of its steps: where it stands, and a note."""

    class State(models.TextChoices):
        OPEN = "open", "Not started"
        DOING = "doing", "Under way"
        DONE = "done", "Done"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(choices=Step.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    note = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="programme_step_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.get_number_display()}"

    @property
    def organisation(self) -> Organisation:
        return self.programme.organisation


class InterventionQuerySet(models.QuerySet["Intervention"]):
    """Interventions, in the words of those who plan them."""

    def visible_to(self, membership: Membership) -> "InterventionQuerySet":
        """Every member reads the plan."""
        return self.filter(programme__organisation_id=membership.organisation_id)

    def counted(self) -> "InterventionQuerySet":
        """Those that count for progress: what was dropped does not."""
        return self.exclude(state=Intervention.State.DROPPED)

    def under_way(self) -> "InterventionQuerySet":
        return self.filter(state__in=[Intervention.State.PLANNED, Intervention.State.DOING, Intervention.State.PAUSED])

    def begun(self) -> "InterventionQuerySet":
        return self.filter(state__in=[Intervention.State.DOING, Intervention.State.DONE])

    def late(self, *, on: date) -> "InterventionQuerySet":
        """Not done although its last day has passed."""
        return self.under_way().filter(ends_on__lt=on)

    def late_to_begin(self, *, on: date) -> "InterventionQuerySet":
        """Still planned although its first day has passed; what is late altogether counts there and not here."""
        return self.filter(state=Intervention.State.PLANNED, starts_on__lt=on).exclude(ends_on__lt=on)

    def due(self, *, on: date) -> "InterventionQuerySet":
        """Those that should be done by now: their last day has passed, whether they are done or late."""
        return self.counted().filter(ends_on__lt=on)

    def without_owner(self) -> "InterventionQuerySet":
        return self.under_way().filter(owner=None)

    def without_dates(self) -> "InterventionQuerySet":
        """Neither a first nor a last day is known."""
        return self.under_way().filter(starts_on=None, ends_on=None)

    def soon(self, *, on: date) -> "InterventionQuerySet":
        """Planned to begin, or open and to end, today or in the thirty days after."""
        days = (on, on + timedelta(days=30))
        begins = Q(state=Intervention.State.PLANNED, starts_on__range=days)
        return self.under_way().filter(begins | Q(ends_on__range=days))


class Intervention(models.Model):
    """Something that the programme does, from the catalogue or of one’s own."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        DOING = "doing", "Under way"
        DONE = "done", "Done"
        PAUSED = "paused", "Paused"
        DROPPED = "dropped", "Dropped"

    # Going there asks for a reason.
    STOPPED = (State.PAUSED, State.DROPPED)

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="interventions")
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, null=True, blank=True)
    step = models.PositiveSmallIntegerField(choices=Step.choices)
    title = LineField(
        "name",
        max_length=120,
        validators=[MaxLengthValidator(120, _("Give the intervention a name of 120 characters or fewer."))],
        error_messages={"blank": _("Give the intervention a name.")},
    )
    summary = models.TextField(max_length=2000, blank=True)
    owner = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="interventions_owned"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    state_reason = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, blank=True)
    effort = models.CharField(max_length=10, choices=Effort.choices, blank=True)
    areas = JSONField(default=list, help_text="Keys of the areas that it serves, in the order of the areas.")
    output = LineField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    # Made by the form: the same form sent twice makes one intervention.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        ordering = ["step", F("starts_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "once"], name="intervention_form_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["paused", "dropped"]) | Q(state_reason__gt=""),
                name="intervention_stopped_has_reason",
                violation_error_message="Say why it stops.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="intervention_ends_after_start",
                violation_error_message="The last day must not be before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("intervention_detail", kwargs={"slug": self.programme.organisation.slug, "pk": self.pk})

    @property
    def organisation(self) -> Organisation:
        return self.programme.organisation

    @property
    def takes(self) -> str:
        """How long it takes, in one word; empty when nobody has said."""
        return TAKES.get(self.effort, "")

    @property
    def step_name(self) -> str:
        """“5: Implement”."""
        return f"{self.step}: {self.get_step_display()}"

    @property
    def area_names(self) -> list[str]:
        """The areas that it serves, in words."""
        return names_of_areas(self.areas)

    @property
    def is_open(self) -> bool:
        """Still to be done: planned, under way or resting."""
        return self.state in (self.State.PLANNED, self.State.DOING, self.State.PAUSED)

    def days_late(self, on: date) -> int:
        """Days past the last day while it is not done; 0 when in time or without a day."""
        return max(0, (on - self.ends_on).days) if self.is_open and self.ends_on else 0

    def is_late_to_begin(self, on: date) -> bool:
        """The row’s own answer to ``InterventionQuerySet.late_to_begin``."""
        planned = self.state == self.State.PLANNED
        return planned and self.starts_on is not None and self.starts_on < on and not self.days_late(on)

    def is_draft(self, on: date) -> bool:
        """Planned, and agreed with nobody: it has no owner, or its programme has not begun. Moves without a why."""
        return self.state == self.State.PLANNED and (self.owner_id is None or self.programme.starts_on > on)


class InterventionChange(models.Model):
    """A change of plan, with the reason that was given: what moved, from what to what, why."""

    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="changes")
    words = models.CharField(max_length=400, help_text="What changed, as one sentence.")
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.words


class PlanChangeQuerySet(models.QuerySet["PlanChange"]):
    """Changes of several, and deletions."""

    def deletions(self) -> "PlanChangeQuerySet":
        return self.filter(rows__0__deleted__isnull=False)


class PlanChange(models.Model):
    """Batch edit: one change of several interventions at once, kept so that it can be sent twice and undone once; or
    the deletion of one.

    ``rows`` holds of each row that was changed its key, the version that the change left, and what it said before; of a
    row that was deleted its key and all that it said. ``problems`` has of each other one its key, title and the
    sentence of the refusal.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="plan_changes")
    once = models.UUIDField(editable=False)
    words = models.CharField(max_length=200)
    rows = JSONField(default=list)
    problems = JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["programme", "once"], name="plan_change_once")]

    def __str__(self) -> str:
        return self.words

    @property
    def is_deletion(self) -> bool:
        return any("deleted" in row for row in self.rows)
