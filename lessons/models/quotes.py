"""Quotes with consent: a sentence in somebody’s own words, kept as long as they agree to be quoted."""

from datetime import datetime

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models.lesson import SHARED, Lesson
from organisations.models import Membership, Organisation, Person
from techniques.models import Session

LONGEST_QUOTE = 600


class QuoteQuerySet(models.QuerySet["Quote"]):
    """Quotes."""

    def visible_to(self, membership: Membership) -> "QuoteQuerySet":
        """At home: those that are agreed to, by whoever may read what they belong to; until then, and afterwards,
        only by whoever said it and whoever wrote it in."""
        here = self.filter(organisation_id=membership.organisation_id)
        lessons = Lesson.objects.visible_to(membership).filter(state__in=SHARED)
        place = Q(lesson__in=lessons) | Q(session__in=Session.objects.visible_to(membership))
        theirs = Q(person=membership.person_id) | Q(noted_by=membership.person_id)
        return here.filter(theirs | Q(state=Quote.State.AGREED) & place)

    def agreed(self) -> "QuoteQuerySet":
        """Those that may be shown."""
        return self.filter(state=Quote.State.AGREED)

    def last_answer(self) -> datetime | None:
        """When somebody last said yes or no: paper that was drawn before is out of date."""
        newest: datetime | None = self.aggregate(newest=Max("answered_at"))["newest"]
        return newest

    def asked_of(self, membership: Membership) -> "QuoteQuerySet":
        """What waits for this member’s answer."""
        return self.filter(
            organisation_id=membership.organisation_id, person=membership.person_id, state=Quote.State.ASKED
        )


class Quote(models.Model):
    """What somebody said, about a checked lesson or in a session that is closed.

    ``person`` is who said it, where they have an account here: they agree themselves. Of anybody else ``noted_by`` says
    on which day they agreed (``agreed_on``). A quote that was refused or taken back keeps no word of itself.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waiting for a yes"
        AGREED = "agreed", "Agreed"
        REFUSED = "refused", "Not agreed"
        WITHDRAWN = "withdrawn", "Taken back"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, null=True, blank=True, related_name="quotes")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="quotes")
    text = models.TextField(
        "What was said?",
        max_length=LONGEST_QUOTE,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_QUOTE)],
    )
    signed = LineField("What stands under it?", max_length=120, blank=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    agreed_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When they last said yes or no.")
    noted_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Made by the form: the same form sent twice makes one quote.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "once"], name="quote_form_once"),
            models.CheckConstraint(
                condition=Q(lesson=None, session__isnull=False) | Q(lesson__isnull=False, session=None),
                name="quote_in_one_place",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "agreed"]) & ~Q(text="") & ~Q(signed="")
                | Q(state__in=["refused", "withdrawn"], text="", signed=""),
                name="quote_words_only_while_wanted",
                violation_error_message=_("Write what was said, and what stands under it."),
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(agreed_on__isnull=False), name="quote_agreed_on_a_day"
            ),
        ]
        indexes = [models.Index(fields=["person", "state"], name="quote_of_person")]

    def __str__(self) -> str:
        return f"Quote {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("quote_detail", args=[self.organisation.slug, self.pk])

    @property
    def stands(self) -> bool:
        """Whether it is shown to readers."""
        return self.state == self.State.AGREED

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.REFUSED, self.State.WITHDRAWN)

    @property
    def place(self) -> Lesson | Session:
        """What it belongs to."""
        found = self.lesson or self.session
        if found is None:
            raise ValueError(f"{self} belongs to nothing")
        return found
