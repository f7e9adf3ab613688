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
    rhythms = Calendar.from_ical(answer.text).walk("VEVENT")  # one for each of its two times
    assert [one["rrule"]["FREQ"] for one in rhythms] == [["WEEKLY"], ["WEEKLY"]]
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


def uids(text: str) -> set[str]:
    return {str(one["uid"]) for one in Calendar.from_ical(text).walk("VEVENT")}


def test_a_calendar_keeps_a_meeting_once_however_it_heard_of_it(plan, community, farah, cara, as_, client):
    at = datetime.now(UTC)
    meeting = plan(at=at, first_on=(at + timedelta(days=2)).date(), repeats="weekly")  # twice on each day
    address = address_on(as_(farah).post(f"{INSIDE}/calendar/").text)
    one_file = as_(farah).get(f"{INSIDE}/meetings/{meeting.pk}/meeting.ics").text
    assert uids(client.get(address).text) == uids(one_file)
    first, second = meeting.days.filter(slot=0)[:2]
    meetings.cancel_meeting_day(first, by=as_member(cara), at=at)
    said = {"starts_at": second.starts_at + timedelta(hours=2), "minutes": 30, "place": "Library"}
    meetings.move_meeting_day(second, by=as_member(cara), at=at, seen=second.version, **said)
    fed = Calendar.from_ical(client.get(address).text).walk("VEVENT")
    alone = {one["recurrence-id"].dt: one for one in fed if "recurrence-id" in one}
    assert {str(one["uid"]) for one in fed} == uids(one_file)
    assert alone[first.laid_at]["status"] == "CANCELLED"
    assert "exdate" not in fed[0]  # called off, and said so
    assert alone[second.laid_at]["dtstart"].dt == said["starts_at"]


def test_what_was_held_before_a_rhythm_changed_stays_in_the_calendar(plan, community, farah, cara, as_, client):
    now = datetime.now(UTC)
    then = now - timedelta(days=30)
    meeting = plan(at=then, first_on=(then + timedelta(days=1)).date(), repeats="weekly", again_at=None)
    held = meeting.days.filter(starts_at__lt=now).count()
    address = address_on(as_(farah).post(f"{INSIDE}/calendar/").text)
    names = ("title", "clock", "again_at", "until_on", "minutes", "place", "words")
    wanted = {name: getattr(meeting, name) for name in names}
    wanted |= {"repeats": "fortnightly", "first_on": (now + timedelta(days=3)).date()}
    meetings.change_meeting(meeting, by=as_member(cara), at=now, seen=meeting.version, **wanted)
    fed = Calendar.from_ical(client.get(address).text).walk("VEVENT")
    assert len(fed) == 1 + held
    assert len({str(one["uid"]) for one in fed}) == 1 + held
    meetings.cancel_meeting(meeting, by=as_member(cara), at=now)
    fed = Calendar.from_ical(client.get(address).text).walk("VEVENT")
    assert [one.get("status") for one in fed].count("CANCELLED") == 1
    assert len(fed) == 1 + held


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
