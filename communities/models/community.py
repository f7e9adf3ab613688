"""A community: its name and question, who may come in, who carries it, its charter in versions, its four steps."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import LineField
from organisations.models import Group, GroupMembership, Membership, Organisation, Person

LONGEST_ANSWER = 2_000
LONGEST_REASON = 500


class State(models.TextChoices):
    """Where a community stands in its life."""

    FORMING = "forming", "Forming"
    ESTABLISHED = "established", "Established"
    INFORMAL = "informal", "Informal"
    CLOSING = "closing", "Closing"
    CLOSED = "closed", "Closed"
    ARCHIVED = "archived", "Archived"


# People can come in and talk.
LIVING = (State.FORMING, State.ESTABLISHED, State.INFORMAL)
# Stands in the directory; an archived one is found by search and by its address alone.
LISTED = (*LIVING, State.CLOSING, State.CLOSED)
# Readable, and nothing new is written.
ENDED = (State.CLOSED, State.ARCHIVED)


class Access(models.TextChoices):
    """Who may come in."""

    OPEN = "open", "Everybody here can join"
    REQUEST = "request", "People ask to join"
    INVITATION = "invitation", "People are invited"


class StepKind(models.IntegerChoices):
    """The four steps of a community’s life. Shown, never locked."""

    PLANNING = 1, "Planning"
    CREATING = 2, "Creating"
    BUILDING = 3, "Building the knowledge base"
    REVIEWING = 4, "Reviewing"


class CommunityQuerySet(models.QuerySet["Community"]):
    """Communities, in the words of those who live in them."""

    def visible_to(self, membership: Membership) -> "CommunityQuerySet":
        """Everybody knows of the communities at home; elsewhere only who belongs to one does."""
        circles = GroupMembership.objects.in_force(membership).values("group_id")
        return self.filter(Q(organisation_id=membership.organisation_id) | Q(group_id__in=circles))

    def of(self, membership: Membership) -> "CommunityQuerySet":
        """Those that this member belongs to."""
        return self.filter(group_id__in=GroupMembership.objects.in_force(membership).values("group_id"))

    def living(self) -> "CommunityQuerySet":
        return self.filter(state__in=LIVING)

    def listed(self) -> "CommunityQuerySet":
        """Those of the directory."""
        return self.filter(state__in=LISTED)


class Community(models.Model):
    """A community of practice. Who belongs to it is its group’s to say, so that lessons can be shared with it.

    ``asked_day`` is the last of the days of forming on which its facilitators were asked something.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="community")
    name = LineField("What is it called?", max_length=120)
    question = LineField("Which question brings you together?", max_length=300)
    access = models.CharField(max_length=12, choices=Access.choices, default=Access.OPEN)
    state = models.CharField(max_length=12, choices=State.choices, default=State.FORMING)
    step = models.PositiveSmallIntegerField(choices=StepKind.choices, default=StepKind.PLANNING)
    founded_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    forming_until_on = models.DateField(null=True, blank=True)
    asked_day = models.PositiveSmallIntegerField(default=0)
    review_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Where its people and things have gone, by a merger or because a split was taken back.
    moved_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=20, blank=True, help_text="See Closing.Reason.")
    # Made by the form: the same form sent twice makes one community.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "communities"
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="community_form_once")]
        indexes = [models.Index(fields=["organisation", "state", "name"], name="community_directory")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("community_detail", args=[self.organisation.slug, self.pk])

    @property
    def is_living(self) -> bool:
        return self.state in LIVING

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class RoleKind(models.TextChoices):
    """What somebody does in a community besides belonging to it."""

    FACILITATOR = "facilitator", _("Facilitator")
    DEPUTY = "deputy", "Deputy"
    CORE = "core", _("Core group")
    EXPERT = "expert", "Expert"
    LIBRARIAN = "librarian", "Librarian"
    SPONSOR = "sponsor", _("Sponsor")


# Who keeps it together: settings, people, steps, closing.
RUNNING_ROLES = (RoleKind.FACILITATOR, RoleKind.DEPUTY)


class CommunityRole(models.Model):
    """One role of one member of a community. Whoever leaves the group gives it up."""

    seat = models.ForeignKey(GroupMembership, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=12, choices=RoleKind.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "kind"], name="community_role_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.seat_id}"


class KnockQuerySet(models.QuerySet["Knock"]):
    """Knocks, in the words of those who answer them."""

    def requests(self) -> "KnockQuerySet":
        """Requests to come into a living community that nobody has answered, of people who still belong somewhere."""
        asking = Membership.objects.current().order_by().values("pk")
        rows = self.filter(kind="request", answered_at=None, community__state__in=LIVING)
        return rows.filter(membership__in=asking)

    def to_answer_by(self, membership: Membership) -> "KnockQuerySet":
        """Requests to the communities that this member keeps together."""
        seats = GroupMembership.objects.in_force(membership).filter(roles__kind__in=RUNNING_ROLES)
        return self.requests().filter(community__group_id__in=seats.order_by().values("group_id"))


class Knock(models.Model):
    """Somebody asks to come in, or was invited, and what was answered."""

    class Kind(models.TextChoices):
        REQUEST = "request", "Asks to join"
        INVITATION = "invitation", "Is invited"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="knocks")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    words = models.TextField(
        "Why would you like to join?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    is_accepted = models.BooleanField(null=True, blank=True)

    objects = KnockQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "membership"], condition=Q(answered_at=None), name="knock_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} at {self.community_id}"


class Charter(models.Model):
    """One version of a community’s charter: what was answered to the prompts, by their keys."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="charters")
    number = models.PositiveIntegerField()
    answers = JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["community", "number"], name="charter_version_once")]

    def __str__(self) -> str:
        return f"Version {self.number}"


class StepMove(models.Model):
    """That a community went to one of its steps, and when."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="moves")
    step = models.PositiveSmallIntegerField(choices=StepKind.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_step_display()


class StepAnswer(models.Model):
    """What a community has answered to one question of a step. The newest counts, the others are its history."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="step_answers")
    question = models.CharField(max_length=40, help_text="The key of the question in content/steps.yaml.")
    text = models.TextField(max_length=LONGEST_ANSWER, blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)])
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["community", "question"], name="step_answer_of")]

    def __str__(self) -> str:
        return self.question
