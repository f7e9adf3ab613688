"""What somebody promised to do, from wherever it was promised."""

from datetime import date

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.model_fields import AddressField, LineField
from kmportal.lib.things import Ref
from organisations.models import Group, Membership, Organisation, Person
from organisations.visibility import OPEN, Reach, within_reach

TITLE_TOO_LONG = "Say what will be done in 200 characters or fewer. The rest can go into the details."


class ActionQuerySet(models.QuerySet["Action"]):
    """Actions, in the words of those who promised them."""

    def visible_to(self, membership: Membership) -> "ActionQuerySet":
        """What this member may see: by reach, and always what they do themselves or are told of when it is late."""
        mine = Q(owner_id=membership.person_id) | Q(told_when_late_id=membership.person_id)
        return self.filter(within_reach(membership) | (Q(organisation_id=membership.organisation_id) & mine))

    def open(self) -> "ActionQuerySet":
        return self.filter(state=Action.State.OPEN)

    def done(self) -> "ActionQuerySet":
        return self.filter(state=Action.State.DONE)

    def over(self) -> "ActionQuerySet":
        """Done, the latest first, and after them what was dropped."""
        return self.exclude(state=Action.State.OPEN).order_by(F("done_at").desc(nulls_last=True), "-pk")

    def owned_by(self, person: Person) -> "ActionQuerySet":
        return self.filter(owner=person)

    def left_to_tell(self, person: Person, *, mail_leaves: bool) -> "ActionQuerySet":
        """Open ones of guests whom the portal cannot write to, which this person gave them: they have to say it."""
        mine = Q(author=person) | Q(told_when_late=person)
        rows = self.open().filter(mine, owner=None).exclude(guest_name="")
        return rows.filter(guest_email="") if mail_leaves else rows

    def overdue(self, *, on: date) -> "ActionQuerySet":
        """Open and past the day that was promised."""
        return self.open().filter(due_on__lt=on)

    def owed(self, *, on: date, since: date) -> "ActionQuerySet":
        """Those whose day came between the two, today’s once they are done; none that was dropped."""
        State = Action.State
        came = Q(due_on__lt=on) | Q(state=State.DONE, due_on=on)
        return self.filter(came, due_on__gte=since).exclude(state=State.DROPPED)

    def on_time(self) -> "ActionQuerySet":
        """Done on their day or before."""
        return self.done().filter(done_at__date__lte=F("due_on"))

    def agreed_in(self, *refs: Ref) -> "ActionQuerySet":
        """Those that come from one of these things."""
        keys: dict[str, list[int]] = {}
        for ref in refs:
            keys.setdefault(ref.kind, []).append(ref.pk)
        condition = Q(pk__in=[])
        for kind, idents in keys.items():
            condition |= Q(source_kind=kind, source_ident__in=idents)
        return self.filter(condition)

    def by_day(self) -> "ActionQuerySet":
        """The soonest first; what has no date comes last."""
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")


class Action(models.Model):
    """Something that somebody has promised to do. The owner is a member, or a guest known by name and address.

    Where it came from is kept as a reference, so that nothing below has to know what is above.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    title = LineField(
        "what will be done",
        max_length=200,
        validators=[MaxLengthValidator(200, TITLE_TOO_LONG)],
        error_messages={"blank": "Say what will be done."},
    )
    detail = models.TextField(max_length=4000, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions_owned")
    guest_name = LineField(max_length=120, blank=True)
    guest_email = AddressField(max_length=254, blank=True)
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    done_note = LineField(max_length=500, blank=True)
    # Where it was agreed: a reference, empty for one that was added by itself.
    source_kind = models.CharField(max_length=20, blank=True)
    source_ident = models.BigIntegerField(null=True, blank=True)
    # Who is told when it is late: the programme’s lead, the session’s facilitator …
    told_when_late = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reach = models.CharField(max_length=20, choices=Reach.choices, default=Reach.ORGANISATION)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True)
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="actions_written")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    # Made by the form: the same form sent twice makes one action.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "once"], name="action_form_once"),
            models.CheckConstraint(
                condition=~Q(owner__isnull=False, guest_email__gt=""),
                name="action_one_owner",
                violation_error_message="Choose a member or name a guest, not both.",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                name="action_done_has_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state", "due_on"], name="action_mine"),
            models.Index(fields=["organisation", "state", "due_on"], name="action_ours"),
            models.Index(fields=["source_kind", "source_ident"], name="action_source"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("action_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def name_in_trail(self) -> str:
        """What the administrator reads, who may not be one of its readers."""
        return self.title if self.reach in OPEN else f"{worded('Action')} {self.pk}"

    @property
    def owner_name(self) -> str:
        """Who does it, in words for a page; empty when nobody does yet."""
        return str(self.owner) if self.owner else self.guest_name

    @property
    def source(self) -> Ref | None:
        """What it comes from."""
        return Ref(self.source_kind, self.source_ident) if self.source_kind and self.source_ident else None

    def days_late(self, on: date) -> int:
        """Days past the promised day while open; 0 when in time or without a day."""
        if self.state != self.State.OPEN or self.due_on is None:
            return 0
        return max(0, (on - self.due_on).days)


class PromiseReminder(models.Model):
    """That an address was told in its mail of something promised that is no action (``kmportal.lib.promises``)."""

    kind = models.CharField(max_length=30)
    ident = models.BigIntegerField()
    address = AddressField(max_length=254)
    due_on = models.DateField()
    stage = models.IntegerField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "ident", "address", "due_on", "stage"], name="promise_reminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ident} to {self.address}"


class ActionChange(models.Model):
    """One line of an action’s story: moved with a reason, handed over, done, dropped, opened again."""

    class Kind(models.TextChoices):
        MADE = "made", "Promised"
        MOVED = "moved", "Moved"
        HANDED = "handed", "Handed over"
        EDITED = "edited", "Reworded"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"
        REOPENED = "reopened", "Opened again"

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.action}"


class Reminder(models.Model):
    """That an address was reminded of an action at one stage (days from the due day: −2, 0, 1, 7, 14 …).

    Written together with the mail. A run that was missed is made up for by the next one, and no stage is told twice.
    A new due day starts anew.
    """

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="reminders")
    address = AddressField(max_length=254)
    due_on = models.DateField()
    stage = models.IntegerField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "address", "due_on", "stage"], name="reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.action} to {self.address}"
