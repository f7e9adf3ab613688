"""A day on which a community met: who came, what came of it, and held as a session."""

from datetime import timedelta

import pytest
from django.db import connection

from communities.actions import meetings, people
from communities.actions.timetable import move_communities_on
from communities.models import Attendance, MeetingDay, RoleKind
from kmportal.lib.exceptions import Refusal, Stale
from organisations.models import Membership
from techniques.actions.room import closing, joining
from techniques.models import Session, Technique
from techniques.unlinking import remove_traces
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.readers import until_gone

INSIDE = "/o/riverside/communities"


def test_who_came_and_what_came_of_it(meeting, cara, farah, reza, sam, as_):
    day, at = meeting.days.filter(slot=0).first(), NOON + timedelta(days=20)

    def write(**words):
        said = {"notes": "Four wards ask by ten.", "people": [cara, farah], "seen": day.version, **words}
        return meetings.write_up_meeting(day, by=as_member(cara), at=at, **said)

    with pytest.raises(Refusal, match="has not begun"):
        meetings.write_up_meeting(day, by=as_member(cara), at=NOON, seen=1, notes="", people=[])
    with pytest.raises(Refusal, match="does not belong"):
        write(people=[sam])
    write()
    write(seen=1)  # the same again
    with pytest.raises(Stale):
        write(seen=1, people=[cara])
    write(people=[cara, reza])
    page = as_(farah).get(f"{INSIDE}/meetings/days/{day.pk}/").text
    assert "Four wards ask by ten." in page
    assert "Reza" in page


def test_a_day_is_held_as_a_session(content, plan, community, farah, cara):

    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.CORE])
    day = plan().days.first()
    technique = Technique.objects.filter(can_run=True).first()
    said = {"technique": technique, "length": "standard"}
    session = meetings.plan_session_of_day(day, by=as_member(farah), at=NOON, **said)
    assert meetings.plan_session_of_day(day, by=as_member(farah), at=NOON, **said) == session
    assert (session.group, session.starts_at, session.facilitator) == (community.group, day.starts_at, farah)


@pytest.fixture
def under_way(content, plan, cara, farah, sam):
    """A day that is held as a session: Cara and Farah are in it, and Sam, who does not belong to the community."""
    Membership.objects.filter(person=cara).update(role="facilitator")
    day = plan().days.first()
    technique = Technique.objects.get(key="after-action-review")
    session = meetings.plan_session_of_day(day, by=as_member(cara), at=NOON, technique=technique, length="standard")
    for person in (cara, farah, sam):
        joining.join_room(session, by=as_member(person), at=NOON, name=person.name, key=person.email)
    joining.open_room(session, by=as_member(cara), at=day.starts_at)
    return day


@pytest.fixture
def held(under_way, cara):
    """The same, and it is over."""
    room = Session.objects.get(pk=under_way.session.pk)
    closing.close_session(room, by=as_member(cara), at=under_way.starts_at, summary={})
    return under_way


def _ticked(client, day) -> list[int]:
    return list(client.get(f"{INSIDE}/meetings/days/{day.pk}/write-up/").context["form"]["people"].value())


def test_written_up_afterwards_those_who_were_in_the_session_are_ticked(held, cara, farah, reza, as_):
    client = as_(cara)
    assert _ticked(client, held) == [cara.pk, farah.pk]
    page = client.get(f"{INSIDE}/meetings/days/{held.pk}/write-up/").text
    assert "Ticked are those who were in the session" in page
    said = {"seen": held.version, "notes": "", "people": [reza]}
    meetings.write_up_meeting(held, by=as_member(cara), at=held.starts_at, **said)
    assert _ticked(client, held) == [reza.pk], "what somebody wrote stands"


@pytest.mark.parametrize(("kept", "names"), [("chatham-house", 0), ("no-blame", 1)])
def test_what_was_written_before_the_end_is_kept_as_people_were_promised(under_way, cara, farah, kept, names):
    meetings.write_up_meeting(
        under_way, by=as_member(cara), at=under_way.starts_at, seen=under_way.version, notes="", people=[farah]
    )
    Session.objects.update(confidentiality=kept)
    room = Session.objects.get(pk=under_way.session.pk)
    closing.close_session(room, by=as_member(cara), at=under_way.starts_at, summary={})
    assert under_way.attendances.count() == names


def test_names_that_an_older_version_kept_are_shown_to_nobody_and_go(held, farah, cara, as_):
    Attendance.objects.create(day=held, person=farah)
    page = f"{INSIDE}/meetings/days/{held.pk}/"
    assert as_(cara).get(page).context["came"] == [farah]
    assert not Attendance.objects.never_to_be_kept().exists()
    Session.objects.update(confidentiality="chatham-house")
    assert as_(cara).get(page).context["came"] == []
    Session.objects.update(keeps_traces=False)
    move_communities_on(at=NOON)
    assert not Attendance.objects.exists()
    assert Session.objects.with_traces().get() == held.session
    Session.objects.update(keeps_traces=False)
    move_communities_on(at=NOON)
    assert not Session.objects.with_traces().exists()


@pytest.mark.database
def test_no_file_and_no_transaction_says_who_came_any_more(transactional_db, under_way, cara, farah):
    """On PostgreSQL old rows lie in the file until they are cleared, and the row of a person keeps the transaction that
    last looked whether they are there: the one that wrote down that they came."""
    said = {"by": as_member(cara), "at": under_way.starts_at, "notes": ""}
    meetings.write_up_meeting(under_way, seen=under_way.version, people=[farah], **said)
    Session.objects.update(confidentiality="chatham-house")
    assert connection.vendor == "sqlite" or (farah.pk in who_was_joined() and pages_of_attendance() == 1)
    room = Session.objects.get(pk=under_way.session.pk)
    closing.close_session(room, by=as_member(cara), at=under_way.starts_at, summary={})
    until_gone(remove_traces)
    assert not Session.objects.with_traces().exists()
    assert connection.vendor == "sqlite" or not (who_was_joined() or pages_of_attendance())


def who_was_joined() -> set[int]:
    """Whose row has a transaction that wrote a day of a meeting, or a line of the trail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person.id FROM organisations_person person WHERE xmax <> '0' AND xmax IN (SELECT xmin FROM"
            " communities_meetingday UNION ALL SELECT xmin FROM organisations_auditentry)"
        )
        return {pk for (pk,) in cursor.fetchall()}


def pages_of_attendance() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('communities_attendance') / current_setting('block_size')::int")
        return cursor.fetchone()[0]


def test_where_it_is_not_kept_who_came_nobody_is_asked_for_names(held, cara, reza, as_):
    Session.objects.update(confidentiality="chatham-house")
    page = as_(cara).get(f"{INSIDE}/meetings/days/{held.pk}/write-up/")
    assert list(page.context["form"].fields) == ["version", "notes"]
    assert "nobody keeps who was there" in page.text
    day = MeetingDay.objects.get(pk=held.pk)
    said = {"by": as_member(cara), "at": day.starts_at, "seen": day.version, "notes": "We ring at ten."}
    with pytest.raises(Refusal, match="Name nobody"):
        meetings.write_up_meeting(day, people=[reza], **said)
    assert meetings.write_up_meeting(day, people=[], **said).notes == "We ring at ten."
