"""When a community meets: meetings and their rhythm, each of their days, who came, and the addresses of calendars."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from communities import rhythms
from communities.models.community import LONGEST_ANSWER, Community
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from organisations.models import GroupMembership, Membership, Organisation, Person
from techniques.confidentiality import Confidentiality
from techniques.models import Session

LONGEST_MEETING = 24 * 60
SHORTEST_MEETING = 5


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Meetings of communities."""

    def visible_to(self, membership: Membership) -> "MeetingQuerySet":
        """Whoever belongs to the community today, guests too: a place or a link is nobody else’s."""
        circles = GroupMembership.objects.in_force(membership).values("group_id")
        return self.filter(community__group_id__in=circles)


class Meeting(models.Model):
    """One meeting, or a rhythm of them, as it was planned. ``version`` is the SEQUENCE of its calendar entries.

    ``again_at`` is a second time for who works other hours; on the same day.
    ``zone`` is the organisation’s when it was planned: its hour stays the same when the clocks change.
    """

    class Repeats(models.TextChoices):
        ONCE = rhythms.ONCE, "Once"
        WEEKLY = rhythms.WEEKLY, "Every week"
        FORTNIGHTLY = rhythms.FORTNIGHTLY, "Every two weeks"
        SAME_WEEKDAY = rhythms.SAME_WEEKDAY, "Every month on the same weekday, such as the first Tuesday"
        LAST_WEEKDAY = rhythms.LAST_WEEKDAY, "Every month on the last such weekday, such as the last Friday"
        SAME_DAY = rhythms.SAME_DAY, "Every month on the same day"
        YEARLY = rhythms.YEARLY, "Every year"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="meetings")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    title = LineField("What is it about?", max_length=200, error_messages={"blank": "Say what it is about."})
    words = models.TextField(
        "What should people know before?",
        max_length=LONGEST_ANSWER,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_ANSWER)],
    )
    place = LineField("Place or link", max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(
        "How many minutes?",
        default=60,
        validators=[MinValueValidator(SHORTEST_MEETING), MaxValueValidator(LONGEST_MEETING)],
    )
    first_on = models.DateField("On which day?")
    clock = models.TimeField("At what time?")
    again_at = models.TimeField("And once more at", null=True, blank=True)
    repeats = models.CharField("How often?", max_length=14, choices=Repeats.choices, default=Repeats.ONCE)
    until_on = models.DateField("Until when?", null=True, blank=True)
    laid_from_on = models.DateField(help_text="From which day on the rhythm holds as it is now.")
    zone = models.CharField(max_length=64)
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    planned_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # Made by the form: the same form sent twice makes one meeting.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["first_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "once"], name="meeting_form_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """What the trail may call it: it is read by people who do not belong to the community."""
        return f"Meeting {self.pk}"

    @property
    def is_rhythm(self) -> bool:
        return self.repeats != self.Repeats.ONCE

    @property
    def slots(self) -> "list[int]":
        """Which times a day of it has: 0 is ``clock``, 1 is ``again_at``."""
        return [0] if self.again_at is None else [0, 1]

    def rhythm_days(self, until: date) -> "list[date]":
        """The days of the rhythm as it is now."""
        end = min(until, self.until_on) if self.until_on else until
        return [day for day in rhythms.days_of(self.repeats, self.first_on, until=end) if day >= self.laid_from_on]

    def moment(self, day: date, slot: int) -> datetime:
        """When it begins on that day of its rhythm."""
        return rhythms.moment_of(day, self.again_at if slot and self.again_at else self.clock, self.zone)


class MeetingDayQuerySet(models.QuerySet["MeetingDay"]):
    """Days on which communities meet."""

    def visible_to(self, membership: Membership) -> "MeetingDayQuerySet":
        circles = GroupMembership.objects.in_force(membership).values("group_id")
        return self.filter(meeting__community__group_id__in=circles)

    def held(self) -> "MeetingDayQuerySet":
        """Those that were not called off."""
        return self.filter(cancelled_at=None)


class MeetingDay(models.Model):
    """One day of a meeting: as its rhythm laid it, or moved, or called off; what came of it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="days")
    slot = models.PositiveSmallIntegerField(default=0)
    laid_at = models.DateTimeField(help_text="When the rhythm has it: calendars know the day by it.")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(SHORTEST_MEETING), MaxValueValidator(LONGEST_MEETING)]
    )
    place = LineField("Place or link", max_length=300, blank=True)
    is_moved = models.BooleanField(default=False, help_text="Another time or place than the rhythm’s.")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(
        "What came of it?", max_length=LONGEST_ANSWER, blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)]
    )
    session = models.OneToOneField(
        Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("session")
    )
    version = models.PositiveIntegerField(default=1)

    objects = MeetingDayQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "slot", "laid_at"], name="meeting_day_once")]
        indexes = [models.Index(fields=["starts_at"], name="meeting_day_next")]

    def __str__(self) -> str:
        return f"{self.meeting_id} at {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def keeps_who_came(self) -> bool:
        """Whether it may be written down who was there: not where the session promises that nobody does."""
        return self.session is None or Confidentiality(self.session.confidentiality).keeps_who_came

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Who was at a day of a meeting."""

    def never_to_be_kept(self) -> "AttendanceQuerySet":
        """Of days that were held as a session of which it is not kept who was there."""
        return self.filter(day__session__in=Session.objects.forgetting())


class Attendance(models.Model):
    """That somebody was there."""

    # Where it is promised that nobody keeps this, old rows go from the files of the database: techniques/unlinking.py
    tells_who_came = True

    day = models.ForeignKey(MeetingDay, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "person"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.day_id}"


class CalendarFeed(models.Model):
    """The secret address of a calendar: somebody’s own, over all their communities, or a community’s.

    It was shown once; only its hash is kept. A new address closes the one before.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    community = models.OneToOneField(Community, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, community__isnull=True)
                | Q(person__isnull=True, community__isnull=False),
                name="calendar_feed_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"Calendar {self.pk}"


class Wish(models.TextChoices):
    """How much mail somebody wants from a community."""

    AT_ONCE = "at-once", "At once: each new discussion"
    WEEKLY = "weekly", "Once a week: what is new, in the mail of my day"
    NOTHING = "nothing", "Nothing: I look myself"


class MailWish(models.Model):
    """How much mail one member wants from one community. Without a row it is once a week. It leaves with the seat."""

    seat = models.OneToOneField(GroupMembership, on_delete=models.CASCADE, related_name="mail_wish")
    how = models.CharField("How much mail?", max_length=10, choices=Wish.choices, default=Wish.WEEKLY)

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.how}"


class Seen(models.Model):
    """Up to which talk one member has seen a community, for home to tell them what is new since. It does not say when
    they looked, is shown to nobody else, and leaves with the seat."""

    seat = models.OneToOneField(GroupMembership, on_delete=models.CASCADE, related_name="seen")
    talk_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.talk_at}"


class Muted(models.Model):
    """That somebody wants to hear nothing more of a discussion unless they are asked or named."""

    thread = models.ForeignKey("Thread", on_delete=models.CASCADE, related_name="muted_by")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="muted_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.thread_id}"


class Follower(models.Model):
    """That somebody wants to hear of each new post in a discussion: whoever wrote in it, and who pressed for it."""

    thread = models.ForeignKey("Thread", on_delete=models.CASCADE, related_name="followers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="follower_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.thread_id}"


class Pace(models.Model):
    """On which day of the week somebody reads what is new."""

    class Day(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="pace")
    weekday = models.PositiveSmallIntegerField("Which day is yours?", choices=Day.choices, default=Day.MONDAY)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.get_weekday_display()}"
