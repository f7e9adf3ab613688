"""The catalogue: techniques and meetings, each with its card and its script."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from kmportal.lib.content_field import ContentField
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from organisations.models import Membership, Organisation
from techniques.confidentiality import Confidentiality
from techniques.content_schema import Card, Minutes
from techniques.content_schema import Stage as StageScript


class Length(models.TextChoices):
    """How long a session takes; each script has minutes for all three."""

    SHORT = "short", "Short"
    STANDARD = "standard", "Standard"
    LONG = "long", "Long"


class TechniqueQuerySet(models.QuerySet["Technique"]):
    """Techniques: those that ship, and an organisation’s own."""

    def of(self, organisation: Organisation) -> "TechniqueQuerySet":
        """What the organisation may use: an own copy stands in for the shipped one of the same key."""
        copies = self.model.objects.filter(organisation=organisation, key=OuterRef("key"))
        shipped = Q(organisation=None) & ~Q(Exists(copies))
        return self.filter(shipped | Q(organisation=organisation))

    def visible_to(self, membership: Membership) -> "TechniqueQuerySet":
        """What the member’s organisation may use."""
        return self.of(membership.organisation)


class Technique(models.Model):
    """A way of learning together, with its card and script. Ships as content; a copy of one’s own has an organisation.

    ``card`` holds the guidance, ``stages`` the script as the content file has it.
    """

    class Moment(models.TextChoices):
        BEFORE = "before", "Before"
        DURING = "during", "During"
        AFTER = "after", "After"
        ANY = "any", "Any time"

    key = models.SlugField(max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    name = LineField(max_length=80)
    moment = models.CharField(max_length=10, choices=Moment.choices)
    tier = models.CharField(max_length=20)
    purpose = models.TextField()
    card = ContentField(Card, default=dict)
    stages = ContentField(tuple[StageScript, ...], default=list)
    minutes = ContentField(Minutes, default=dict, help_text="Total for each length.")
    can_run = models.BooleanField(
        default=False, help_text=_("Its script is complete, so that a session can be planned.")
    )
    is_draft = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = TechniqueQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(organisation=None), name="technique_key_unique"),
            models.UniqueConstraint(fields=["key", "organisation"], name="technique_copy_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_meeting(self) -> bool:
        """Whether it is a meeting of the programme and not one of the techniques of the framework."""
        return self.card.family == "meeting"

    @property
    def confidentiality(self) -> Confidentiality:
        """What its card says about keeping notes."""
        return Confidentiality(self.card.confidentiality)

    @property
    def has_claims(self) -> bool:
        """Whether people claim what others have written, and so hear whose it is."""
        return any(stage.takes == "claims" for stage in self.stages)

    @property
    def has_circle(self) -> bool:
        """Whether some sit in an inner circle, of which the form is chosen at planning."""
        return any(stage.takes == "fishbowl" for stage in self.stages)

    @property
    def meets_as_set(self) -> bool:
        """Whether the same few people meet several times, and nothing leaves them."""
        return self.confidentiality is Confidentiality.SET_ONLY

    @property
    def preparation(self) -> list[tuple[int, str]]:
        """The checklist: so many days before the session, and what to do then."""
        return [(item.days, item.text) for item in self.card.prep]

    @property
    def when_it_helps(self) -> str:
        """“Before the work”, “Any time”; for a meeting nothing, since meetings belong to the programme."""
        if self.is_meeting or self.moment == self.Moment.ANY:
            return "" if self.is_meeting else "Any time"
        return f"{self.get_moment_display()} the work"
