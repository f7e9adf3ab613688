"""Who was at a session without joining it: said afterwards, counted wherever people are counted, named nowhere."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from dashboards.reports import Home
from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from techniques.actions.attendance import note_attendance
from techniques.actions.room import closing, joining
from techniques.models import Participant, Session, SummaryVersion
from techniques.participant_lookup import participant_of
from tests.cast import as_member

from .conftest import NOW, inside


@pytest.fixture
def held(room, enter, farah) -> Session:
    """One guest joined."""
    enter(room)
    return closing.close_session(room, by=as_member(farah), at=NOW, summary={})


def came(session: Session) -> int:
    return Participant.objects.filter(session=session).here().count()


def test_members_and_others_are_added_to_those_who_joined(held, farah, cara, reza):
    by = {"by": as_member(farah), "at": NOW}
    assert note_attendance(held, people=[cara, reza], others=5, **by) == came(held) == 8
    assert note_attendance(held, people=[cara, reza], others=5, **by) == came(held) == 8
    assert AuditEntry.objects.filter(event="session.attendance_noted").count() == 1
    assert note_attendance(held, people=[cara], others=0, **by) == came(held) == 2
    assert note_attendance(held, **by) == came(held) == 1


def test_every_page_counts_them(held, farah, cara, sam, as_):
    browser, page = as_(farah), inside("session_attendance", held)
    assert page in browser.get(held.get_absolute_url()).text
    answer = browser.post(page, {"people": [cara.pk], "others": "3"})
    assert answer.url == held.get_absolute_url()
    shown = browser.get(answer.url).text
    assert "5 people took part" in shown
    assert "Cara Doyle" not in shown
    again = browser.get(page)
    assert 'value="3"' in again.text
    assert again.context["form"]["people"].value() == [cara.pk], "to save it again takes nobody out"
    [people] = [one for one in Home.build(as_member(sam), at=NOW).figures if one.label == "people took part"]
    assert people.number == 5
    assert ">5</data> people</span> took part" in as_(sam).get(people.url).text


def test_whoever_joined_is_not_counted_twice(session, farah, cara):
    joining.join_room(session, by=as_member(cara), at=NOW, name="Cara", key="k" * 32)
    room = joining.open_room(session, by=as_member(farah), at=NOW)
    held = closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    assert note_attendance(held, by=as_member(farah), at=NOW, people=[cara], others=1) == 2


def test_where_it_is_not_kept_who_came_only_the_number_is(room, farah, cara, as_):
    Session.objects.filter(pk=room.pk).update(confidentiality="chatham-house")
    held = closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    assert 'name="people"' not in as_(farah).get(inside("session_attendance", held)).text
    assert note_attendance(held, by=as_member(farah), at=NOW, people=[cara], others=4) == 4
    assert not Participant.objects.filter(session=held).exclude(person=None).exists()


def test_before_the_end_people_join_by_themselves(session, room, farah, as_):
    for one in (session, room):
        with pytest.raises(Refusal):
            note_attendance(one, by=as_member(farah), at=NOW, others=2)
        assert as_(farah).get(inside("session_attendance", one)).status_code == 302


def test_nobody_from_elsewhere_is_written_down_and_nobody_too_many(held, farah, oskar):
    with pytest.raises(PermissionDenied):
        note_attendance(held, by=as_member(farah), at=NOW, people=[oskar])
    with pytest.raises(Refusal, match="At most 500"):
        note_attendance(held, by=as_member(farah), at=NOW, others=500)
    assert came(held) == 1


def test_whoever_was_written_down_does_not_come_in_by_it(held, farah, cara):
    note_attendance(held, by=as_member(farah), at=NOW, people=[], others=2)
    noted = Participant.objects.noted().first()
    assert participant_of(held, None, {"room": noted.key}) is None


def test_the_list_of_sessions_says_how_many_of_them(held, farah, as_):
    note_attendance(held, by=as_member(farah), at=NOW, others=2)
    assert "3 people took part" in as_(farah).get(reverse("session_list", args=["riverside"])).text


def test_what_is_written_down_later_was_held_when_it_was(session, farah, sam, as_):
    long_ago = NOW - timedelta(days=400)
    for number, day in enumerate((long_ago, NOW - timedelta(days=3))):
        Session.objects.filter(pk=session.pk).update(starts_at=day)
        room = joining.open_room(Session.objects.get(pk=session.pk), by=as_member(farah), at=NOW)
        closing.close_session(room, by=as_member(farah), at=NOW, summary={})
        home = Home.build(as_member(sam), at=NOW)
        assert [move.at for move in home.moves if move.title == session.title] == [day] * number
        [held] = [one for one in home.figures if one.label == "sessions held"]
        assert held.number == number
        Session.objects.filter(pk=session.pk).update(state=Session.State.PLANNED, closed_at=None)
        SummaryVersion.objects.all().delete()
