"""The story’s calendar, and that it can be told on any day of any week."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from demo import simulate
from demo.calendar import Calendar
from demo.story import read
from organisations.models import AuditEntry
from techniques.models import Session
from tests import shipped

A_WEEK = [date(2027, 3, 22) + timedelta(days=day) for day in range(7)]


@pytest.mark.parametrize("today", A_WEEK, ids=lambda day: day.strftime("%a"))
def test_days_are_working_days_in_order(today):
    calendar = Calendar(today)
    days = [calendar.day(number) for number in range(-600, 200)]
    assert all(day.weekday() < 5 for day in days)
    assert all(one < other for one, other in pairwise(days))
    assert calendar.day(0) <= today < calendar.day(1)
    assert calendar.day(0) - calendar.day(-5) == timedelta(days=7)


def test_a_moment_is_the_clock_of_the_wall_in_summer_too():
    calendar = Calendar(date(2027, 7, 1))
    assert calendar.moment(0, "09:30").isoformat() == "2027-07-01T09:30:00+01:00"


def test_texts_name_their_days():
    programme = read("programme", Calendar(date(2027, 3, 24)))["programmes"][1]
    assert programme["name"] == "Learning at Riverside 2026–2028"


@pytest.mark.drawn
@pytest.mark.django_db
def test_it_can_be_told_late_on_a_saturday_before_the_clocks_change():
    at = datetime(2027, 3, 27, 23, 30, tzinfo=ZoneInfo("Europe/London"))
    shipped.load()
    simulate.load(at=at)
    assert all(timezone.localtime(one.starts_at).weekday() < 5 for one in Session.objects.all())
    first_to_come = Session.objects.to_come()[0]
    assert timezone.localtime(first_to_come.starts_at).date() == date(2027, 3, 29)
    assert AuditEntry.objects.order_by("-at")[0].at < at
