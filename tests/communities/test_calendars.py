"""Calendars: secret addresses that can be renewed, and one meeting as a file."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from communities.actions import meetings, people
from communities.models import CalendarFeed, Community, Meeting, MeetingDay, State
from organisations.actions import remove_member
from organisations.models import Membership, Person
from techniques.actions import planning
from techniques.models import Technique
from tests.cast import as_member
from tests.communities.conftest import NOON

INSIDE = "/o/riverside/communities"


def address_on(page: str) -> str:
    return "/communities/calendars/" + page.split("/communities/calendars/")[1].split("<")[0]


@pytest.fixture
def now_planned(plan) -> Meeting:
    at = datetime.now(UTC)
    return plan(at=at, first_on=(at + timedelta(days=2)).date(), repeats="weekly")


def test_ones_own_calendar(now_planned, community, farah, as_, client):
    page = as_(farah).post(f"{INSIDE}/calendar/").text
    address = address_on(page)
    answer = client.get(address)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert len(Calendar.from_ical(answer.text).walk("VEVENT")) == now_planned.days.count()
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert secret not in CalendarFeed.objects.get().hash
    assert address not in as_(farah).get(f"{INSIDE}/calendar/").text  # shown once
    newer = address_on(as_(farah).post(f"{INSIDE}/calendar/").text)
    assert (client.get(address).status_code, client.get(newer).status_code) == (404, 200)
    people.leave_community(community, by=as_member(farah), at=NOON)
    assert "BEGIN:VEVENT" not in client.get(newer).text
    Membership.objects.filter(person=farah).update(suspended_at=NOON)
    assert "BEGIN:VEVENT" not in client.get(newer).text


def test_the_address_of_somebody_who_left_is_closed_and_does_not_come_back(
    riverside, hillside, farah, ada, as_, client
):
    address = address_on(as_(farah).post(f"{INSIDE}/calendar/").text)
    there = Membership.objects.create(organisation=hillside, person=farah, role=as_member(farah).role)
    remove_member(as_member(farah, riverside), by=as_member(ada), at=NOON)
    assert client.get(address).status_code == 200  # for what they belong to still
    Membership.objects.filter(pk=there.pk).delete()
    Membership.objects.filter(person=farah).update(left_at=None)
    remove_member(as_member(farah), by=as_member(ada), at=NOON)
    Membership.objects.filter(person=farah).update(left_at=None)
    assert client.get(address).status_code == 404


def test_the_calendar_of_a_community(now_planned, community, cara, reza, as_, client):
    assert as_(reza).post(f"{INSIDE}/{community.pk}/calendar/").status_code == 403
    address = address_on(as_(cara).post(f"{INSIDE}/{community.pk}/calendar/").text)
    assert "Round of cases" in client.get(address).text
    assert client.get(address.replace(".ics", "x.ics")).status_code == 404
    Community.objects.update(state=State.CLOSED)
    assert client.get(address).status_code == 404


def test_ones_own_sessions_stand_in_it_too(content, riverside, community, farah, lena, as_, client):
    at, technique = datetime.now(UTC), Technique.objects.filter(can_run=True).first()

    def planned(title: str, who: Person):
        said = {"length": "standard", "title": title, "starts_at": at + timedelta(days=3)}
        return planning.plan_session(riverside, by=as_member(who), at=at, technique=technique, **said)

    led, invited, other = planned("Ward round", farah), planned("Winter", lena), planned("Not hers", lena)
    planning.invite_to_session(invited, by=as_member(lena), at=at, people=[farah])
    address = address_on(as_(farah).post(f"{INSIDE}/calendar/").text)
    events = {str(one["summary"]): one for one in Calendar.from_ical(client.get(address).text).walk("VEVENT")}
    assert set(events) == {"Ward round", "Winter"}
    assert other.title not in events
    assert led.code not in client.get(address).text
    one_file = client.get(reverse("join_calendar", args=[led.code])).text
    assert f"UID:{events['Ward round']['uid']}" in one_file
    planning.cancel_session(led, by=as_member(farah), at=at)
    again = {str(one["summary"]): one for one in Calendar.from_ical(client.get(address).text).walk("VEVENT")}
    assert again["Ward round"]["status"] == "CANCELLED"
    assert int(again["Ward round"]["sequence"]) > int(events["Ward round"]["sequence"])
    Membership.objects.filter(person=farah).update(suspended_at=at)
    assert "BEGIN:VEVENT" not in client.get(address).text


def test_a_feed_asks_as_much_for_many_days_as_for_one(plan, community, farah, as_, client, queries):
    at = datetime.now(UTC)
    said = {"first_on": (at + timedelta(days=2)).date(), "at": at}
    plan(**said, repeats="once")
    address = address_on(as_(farah).post(f"{INSIDE}/calendar/").text)
    before = queries(client, address)
    plan(**said, repeats="weekly")
    assert queries(client, address) == before


def test_one_meeting_as_a_file(meeting, farah, cara, as_):
    day = meeting.days.filter(slot=0).first()
    meetings.cancel_meeting_day(day, by=as_member(cara), at=NOON)
    text = as_(farah).get(f"{INSIDE}/meetings/{meeting.pk}/meeting.ics").text
    assert "EXDATE;TZID=Europe/London:20261201T140000" in text
    assert len(Calendar.from_ical(text).walk("VEVENT")) == 2
    assert MeetingDay.objects.count() == 24
