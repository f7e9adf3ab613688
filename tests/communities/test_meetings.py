"""When a community meets: planned with its rhythm, changed as a whole and on one day, told, called off, written up."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from icalendar import Calendar

from communities.actions import closing, meetings, people, wishes
from communities.actions.timetable import move_communities_on
from communities.models import Community, Meeting, MeetingDay, RoleKind, State
from communities.reports.calendars import rhythm_in_words
from communities.transitions import facilitator_roles
from communities.work import MEETING
from jobs import runner
from jobs.models import Job, Mail
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.work import Span
from organisations.models import Group, GroupMembership, Membership, Person
from tests.cast import as_member
from tests.communities.conftest import NOON, TUESDAY

INSIDE = "/o/riverside/communities"


def starts(meeting, **which) -> list[str]:
    return [f"{day.starts_at:%Y-%m-%d %H:%M}" for day in meeting.days.filter(cancelled_at=None, **which)]


def write_mails() -> list[Mail]:
    """Those that have been written since the last time."""
    before = set(Mail.objects.values_list("pk", flat=True))
    Job.objects.update(due_at=NOON)  # whatever day it is outside
    runner.run_ready()
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


def entries_of(mail: Mail):
    calendar = Calendar.from_ical(mail.calendar)
    return str(calendar["METHOD"]), calendar.walk("VEVENT")


def change(meeting, by, at=NOON, **words) -> Meeting:
    return meetings.change_meeting(meeting, by=as_member(by), at=at, seen=meeting.version, **words)


# --- Planned ---------------------------------------------------------------------------------------------------------


def test_a_rhythm_is_laid_a_year_ahead_over_both_clock_changes(meeting):
    assert starts(meeting, slot=0)[:6] == [
        "2026-12-01 14:00", "2027-01-05 14:00", "2027-02-02 14:00", "2027-03-02 14:00", "2027-04-06 13:00",
        "2027-05-04 13:00",
    ]  # fmt: skip
    assert starts(meeting, slot=1)[3:5] == ["2027-03-02 02:30", "2027-04-06 01:30"]
    assert meeting.days.count() == 24
    assert rhythm_in_words(meeting) == "Each month on the first Tuesday, 14:00 and again at 02:30"


def test_time_lays_further_days_once_and_does_not_bring_back_what_was_called_off(meeting, cara):
    meetings.cancel_meeting_day(meeting.days.first(), by=as_member(cara), at=NOON)
    later = NOON + timedelta(days=40)
    move_communities_on(at=later)
    move_communities_on(at=later)
    assert meeting.days.filter(slot=0).count() == 13
    assert meeting.days.first().cancelled_at == NOON


def test_who_may_plan(plan, community, cara, farah, reza, sam):
    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.CORE])
    plan(by=farah)
    for stranger in (reza, sam):
        with pytest.raises(PermissionDenied):
            plan(by=stranger)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"title": " "}, "Say what it is about."),
        ({"first_on": date(2026, 11, 20)}, "This moment has passed. Choose a later one."),
        ({"first_on": date(2036, 11, 20)}, "This is more than three years away. Check the year."),
        ({"again_at": time(14)}, "Choose another second time, or leave it empty."),
        ({"until_on": date(2026, 11, 30)}, "It ends before it begins. Choose a later last day, or leave it empty."),
        (
            {"repeats": "last-weekday"},
            "The first day is not the last such weekday of its month. Choose the day on which it is.",
        ),
    ],
)
def test_what_cannot_be_planned(plan, words, sentence):
    with pytest.raises(Refusal, match=sentence.split(".", maxsplit=1)[0]):
        plan(**words)
    assert not Meeting.objects.exists()


def test_what_was_held_is_not_called_off_any_more(plan, cara, as_):
    held = plan(repeats="once", again_at=None, at=NOON - timedelta(days=2_000), first_on=date(2021, 6, 8))
    with pytest.raises(Refusal, match="It has begun, or is over"):
        meetings.cancel_meeting(held, by=as_member(cara), at=NOON)
    page = as_(cara).get(f"{INSIDE}/meetings/{held.pk}/").text
    assert not [words for words in ("Call it off", "Change it", "Before you start") if words in page]


def test_all_that_has_been_stands_on_several_pages(community, cara, as_):
    long_ago = NOON - timedelta(days=2_000)
    rows = [
        Meeting(
            community=community, organisation=community.organisation, title=f"Round {number}", zone="Europe/London",
            first_on=long_ago.date(), laid_from_on=long_ago.date(), clock=time(12),
        )
        for number in range(25)
    ]  # fmt: skip
    Meeting.objects.bulk_create(rows)
    days = [(meeting, long_ago + timedelta(days=number)) for number, meeting in enumerate(rows)]
    MeetingDay.objects.bulk_create(
        MeetingDay(meeting=meeting, laid_at=moment, starts_at=moment, minutes=60) for meeting, moment in days
    )
    address = f"/o/riverside/communities/{community.pk}/meetings/"
    newest, oldest = as_(cara).get(address).text, as_(cara).get(f"{address}?page=2").text
    assert ("Round 24" in newest, "Round 0" in newest) == (True, False)
    assert ("Round 24" in oldest, "Round 0" in oldest) == (False, True)


def test_a_community_that_has_ended_plans_nothing_and_meets_no_more(plan, meeting, community):
    Community.objects.update(state=State.CLOSED)
    with pytest.raises(Refusal):
        plan()


@pytest.mark.parametrize(
    ("repeats", "first", "words"),
    [
        ("same-day", date(2027, 1, 28), "Each month on day 28, 14:00"),
        ("same-day", date(2027, 1, 29), "Each month on day 29, or on the last day of a shorter month, 14:00"),
        ("same-day", date(2027, 1, 31), "Each month on day 31, or on the last day of a shorter month, 14:00"),
        ("same-weekday", date(2026, 12, 29), "Each month on the last Tuesday, 14:00"),
        ("yearly", date(2028, 2, 29), "Each year on 29 February, or on 28 February, 14:00"),
        ("yearly", date(2027, 8, 31), "Each year on 31 August, 14:00"),
    ],
)
def test_what_happens_in_a_month_that_has_no_such_day_is_said(plan, cara, as_, repeats, first, words):
    meeting = plan(repeats=repeats, first_on=first, again_at=None)
    assert rhythm_in_words(meeting) == words
    client = as_(cara)
    assert words in client.get(f"{INSIDE}/meetings/{meeting.pk}/").text
    form = client.get(f"{INSIDE}/{meeting.community_id}/meetings/new/").text
    assert "Where a month is too short for the day, it is on the last day of that month" in form


# --- Told ------------------------------------------------------------------------------------------------------------


def test_each_member_gets_an_invitation_for_each_time(meeting, cara, farah, reza):
    mails = write_mails()
    assert len(mails) == 6
    assert {mail.recipients[0] for mail in mails} == {one.email for one in (cara, farah, reza)}
    method, (event,) = entries_of(mails[0])
    assert method == "REQUEST"
    assert event["rrule"].to_ical() == b"FREQ=MONTHLY;BYDAY=1TU"
    assert str(event["sequence"]) == "1"
    assert "https://meet.example/ward" in mails[0].body
    assert "List-Unsubscribe" in mails[0].headers


def test_a_job_that_was_killed_writes_no_mail_twice(meeting):
    write_mails()

    Job.objects.filter(function="communities.tasks.tell_of_meeting").update(state="ready", claimed_by="")
    assert write_mails() == []


def test_who_wants_no_mail_gets_none(meeting, community, farah):
    wishes.choose_community_mail(community, by=as_member(farah), at=NOON, how="nothing")
    assert farah.email not in {mail.recipients[0] for mail in write_mails()}


def test_one_day_moves_under_the_same_name_with_a_higher_number(meeting, cara):
    (first, *_) = write_mails()
    ident = str(entries_of(first)[1][0]["uid"])
    day = meeting.days.filter(slot=0)[1]
    moved_to = datetime(2027, 1, 6, 15, tzinfo=UTC)
    meetings.move_meeting_day(
        day, by=as_member(cara), at=NOON, seen=day.version, starts_at=moved_to, minutes=30, place="Room 2"
    )
    mails = write_mails()
    assert len(mails) == 3
    assert mails[0].subject == "Moved: Round of cases, Wednesday 6 January 2027 at 15:00"
    method, (event,) = entries_of(mails[0])
    assert (method, str(event["uid"]), str(event["sequence"])) == ("REQUEST", ident, "2")
    assert event["recurrence-id"].dt == datetime(2027, 1, 5, 14, tzinfo=UTC)
    assert event["dtstart"].dt == moved_to


def test_one_day_is_called_off_and_the_others_stay(meeting, cara):
    write_mails()
    day = meeting.days.filter(slot=0).first()
    for _twice in range(2):
        meetings.cancel_meeting_day(day, by=as_member(cara), at=NOON)
    mails = write_mails()
    assert len(mails) == 3
    method, (event,) = entries_of(mails[0])
    assert (method, str(event["status"])) == ("CANCEL", "CANCELLED")
    assert "Its other days stay." in mails[0].body
    assert len(starts(meeting, slot=0)) == 11


def test_all_is_called_off_with_what_came_kept(meeting, cara):
    write_mails()
    later = NOON + timedelta(days=20)
    meetings.cancel_meeting(meeting, by=as_member(cara), at=later)
    meetings.cancel_meeting(meeting, by=as_member(cara), at=later)
    mails = write_mails()
    assert (len(mails), entries_of(mails[0])[0]) == (6, "CANCEL")
    assert starts(meeting) == ["2026-12-01 02:30", "2026-12-01 14:00"]
    with pytest.raises(Refusal, match="called off"):
        change(meeting, cara, title="Again")


def test_a_community_that_closes_calls_its_meetings_off(meeting, community, cara):

    closing.announce_closing(community, by=as_member(cara), at=NOON, reason="done", words="It stays here.")
    closing.close_due_community(community, at=NOON + timedelta(days=40))
    meeting.refresh_from_db()
    assert meeting.cancelled_at == NOON + timedelta(days=40)


# --- Changed ---------------------------------------------------------------------------------------------------------


def test_other_words_leave_moved_and_called_off_days(meeting, cara):
    first, second = meeting.days.filter(slot=0)[:2]
    meetings.cancel_meeting_day(first, by=as_member(cara), at=NOON)
    moved_to = datetime(2027, 1, 6, 15, tzinfo=UTC)
    meetings.move_meeting_day(
        second, by=as_member(cara), at=NOON, seen=second.version, starts_at=moved_to, minutes=30, place="Room 2"
    )
    meeting.refresh_from_db()
    change(meeting, cara, title="Cases", place="Room 1", first_on=date(2026, 12, 1))
    second.refresh_from_db()
    assert (second.place, second.starts_at) == ("Room 2", moved_to)
    assert meeting.days.filter(place="Room 1").count() == 23
    assert meeting.days.filter(cancelled_at=None).count() == 23


def test_another_hour_is_for_the_days_to_come(meeting, cara):
    at = NOON + timedelta(days=20)  # one has been
    change(meeting, cara, at=at, clock=time(9, 30), first_on=date(2027, 1, 5))
    assert starts(meeting, slot=0)[:3] == ["2026-12-01 14:00", "2027-01-05 09:30", "2027-02-02 09:30"]
    meeting.refresh_from_db()
    assert (meeting.first_on, meeting.laid_from_on) == (TUESDAY, date(2026, 12, 13))
    event = next(event for mail in write_mails() for event in entries_of(mail)[1])
    assert event["dtstart"].dt.isoformat() == "2027-01-05T09:30:00+00:00"  # what has been stays in the calendars


def test_another_rhythm_lays_the_days_anew(meeting, cara):
    change(meeting, cara, repeats="weekly", again_at=None, until_on=date(2026, 12, 15), first_on=TUESDAY)
    assert starts(meeting) == ["2026-12-01 14:00", "2026-12-08 14:00", "2026-12-15 14:00"]


@pytest.mark.parametrize(("is_back", "methods"), [(False, {"CANCEL", "REQUEST"}), (True, {"REQUEST"})])
def test_a_time_that_is_back_before_the_mail_leaves_is_not_called_off(meeting, cara, is_back, methods):
    write_mails()
    again_at = meeting.again_at
    change(meeting, cara, again_at=None)
    if is_back:
        meeting.refresh_from_db()
        change(meeting, cara, again_at=again_at)
    assert {entries_of(mail)[0] for mail in write_mails()} == methods


def test_the_fifth_weekday_goes_on_as_the_last_when_the_form_shows_the_next_day(plan, cara):
    meeting = plan(first_on=date(2026, 12, 29), again_at=None)
    change(meeting, cara, at=NOON + timedelta(days=50), title="Cases", first_on=date(2027, 1, 26))
    assert starts(meeting)[1:3] == ["2027-01-26 14:00", "2027-02-23 14:00"]
    assert Meeting.objects.get().first_on == date(2026, 12, 29)


def test_two_people_change_it(meeting, cara):
    seen = meeting.version
    change(meeting, cara, title="Cases")
    with pytest.raises(Stale):
        meetings.change_meeting(meeting, by=as_member(cara), at=NOON, seen=seen, title="Rounds")
    change(meeting, cara, title="Cases")
    assert Meeting.objects.get().version == seen + 1


def test_what_has_been_does_not_move(meeting, cara):
    day, at = meeting.days.first(), NOON + timedelta(days=20)
    with pytest.raises(Refusal, match="passed"):
        meetings.cancel_meeting_day(day, by=as_member(cara), at=at)
    with pytest.raises(Refusal, match="passed"):
        meetings.move_meeting_day(day, by=as_member(cara), at=at, seen=1, starts_at=NOON, minutes=30, place="")


# --- On pages --------------------------------------------------------------------------------------------------------


def test_planned_changed_and_called_off_without_javascript(community, cara, farah, as_):
    client = as_(cara)
    typed = {
        "title": "Cases", "repeats": "weekly", "first_on": "1 December 2099", "clock": "14:00", "minutes": "45",
        "place": "Room 2",
    }  # fmt: skip
    assert client.post(f"{INSIDE}/{community.pk}/meetings/new/", typed).status_code == 422
    year = datetime.now(UTC).year + 1
    answer = client.post(f"{INSIDE}/{community.pk}/meetings/new/", {**typed, "first_on": f"1 December {year}"})
    meeting = Meeting.objects.get()
    assert answer.url == f"{INSIDE}/meetings/{meeting.pk}/"
    assert "Room 2" in as_(farah).get(answer.url).text
    edit = client.get(f"{answer.url}edit/").text
    assert f"1 December {year}" in edit
    client.post(f"{answer.url}edit/", {**typed, "title": "Rounds", "first_on": f"1 December {year}", "version": "1"})
    assert Meeting.objects.get().title == "Rounds"
    assert as_(farah).post(f"{answer.url}cancel/").status_code == 403
    client.post(f"{answer.url}cancel/")
    assert Meeting.objects.get().cancelled_at


def test_who_does_not_belong_to_it_sees_nothing(meeting, community, sam, ada, as_):
    day = meeting.days.first()
    for stranger in (sam, ada):
        for path in (f"meetings/{meeting.pk}/", f"meetings/{meeting.pk}/meeting.ics", f"meetings/days/{day.pk}/"):
            assert as_(stranger).get(f"{INSIDE}/{path}").status_code == 404
        assert "meet.example" not in as_(stranger).get(f"{INSIDE}/{community.pk}/").text
        assert as_(stranger).get(f"{INSIDE}/{community.pk}/meetings/").status_code == 403


def test_the_pages_ask_as_much_with_one_meeting_as_with_many(plan, community, cara, as_, queries):
    at = datetime.now(UTC)
    said = {"first_on": (at + timedelta(days=2)).date(), "at": at, "repeats": "weekly"}
    day = plan(**said).days.first()
    pages = [f"{INSIDE}/", f"{INSIDE}/{community.pk}/", f"{INSIDE}/{community.pk}/meetings/", "/o/riverside/"]
    pages += [f"{INSIDE}/meetings/{day.meeting_id}/", f"{INSIDE}/meetings/days/{day.pk}/"]
    before = [queries(as_(cara), page) for page in pages]
    for number in range(4):
        plan(**said, title=f"Round {number}")
    assert [queries(as_(cara), page) for page in pages] == before


def test_five_hundred_members_are_no_more_queries_for_who_plans(
    plan, community, riverside, django_assert_max_num_queries
):
    for number in range(500):
        person = Person.objects.create(email=f"m{number}@riverside.example", name=f"Member {number}")
        membership = Membership.objects.create(organisation=riverside, person=person, role="reader")
        GroupMembership.objects.create(
            group=Group.objects.get(pk=community.group_id), person=person, membership=membership
        )
    with django_assert_max_num_queries(40):
        plan()


def test_the_days_of_a_rhythm_that_meets_no_more_stand_before_nothing(meeting, plan, cara, as_):
    at = datetime.now(UTC)
    once = plan(at=at, first_on=(at + timedelta(days=40)).date(), repeats="once", again_at=None, title="The last one")
    gone = plan(at=at, first_on=(at + timedelta(days=2)).date(), repeats="weekly", title="Each week")
    for one in (once, gone):
        meetings.cancel_meeting(one, by=as_member(cara), at=at)
    page = as_(cara).get(f"/o/riverside/communities/{meeting.community_id}/meetings/").text
    assert "Each week" not in page
    assert "The last one" in page  # who looks for it reads that it is off
    assert "Nothing more." in as_(cara).get(f"/o/riverside/communities/meetings/{gone.pk}/").text


def test_whose_meetings_begin_is_asked_in_one_query(plan, oskar, django_assert_num_queries):
    rows = [plan(title=title, repeats="once", again_at=None) for title in ("One", "Two", "Three")]
    days = (TUESDAY - timedelta(days=7), TUESDAY + timedelta(days=7))
    led = [role.seat.person_id for role in facilitator_roles(rows[0].community).select_related("seat")]
    with django_assert_num_queries(1):
        assert list(MEETING.starting(Span.of(*days), led)) == rows
    assert list(MEETING.starting(Span.of(*days), [oskar.pk])) == []
    assert list(MEETING.starting(Span.of(*days), None)) == rows
