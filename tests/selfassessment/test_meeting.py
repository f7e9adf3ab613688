"""The results meeting of a round is a session: booked, moved and called off with it, and people are invited."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.models import Mail
from organisations.models import Membership, Person
from selfassessment.actions import asking, rounds
from selfassessment.models import Assessment
from techniques.actions import planning
from techniques.models import Session
from tests.cast import as_member

pytestmark = pytest.mark.usefixtures("content")


@pytest.fixture
def soon():
    return timezone.now().replace(microsecond=0) + timedelta(days=12)


def fresh(assessment: Assessment) -> Assessment:
    return Assessment.objects.get(pk=assessment.pk)


def edit(assessment: Assessment, by: Person, **fields) -> None:
    row = fresh(assessment)
    rounds.edit_assessment(row, by=as_member(by), at=timezone.now(), seen=row.version, **fields)


def test_booking_it_plans_the_session_and_moving_it_moves_the_session(a_round, farah, soon, as_):
    assessment = a_round("draft", results_at=soon, results_place="Library")
    session = fresh(assessment).results_session
    assert session is not None
    assert (session.technique.key, session.starts_at, session.place) == ("self-assessment-meeting", soon, "Library")
    assert session.facilitator == farah
    edit(assessment, farah, results_at=soon + timedelta(days=1))
    session.refresh_from_db()
    assert session.starts_at == soon + timedelta(days=1)
    page = as_(farah).get(assessment.get_absolute_url()).text
    assert session.get_absolute_url() in page
    edit(assessment, farah, results_at=None)
    session.refresh_from_db()
    assert session.state == "cancelled"
    assert fresh(assessment).results_session is None


def test_the_page_of_a_planned_meeting_has_its_calendar_file(a_round, farah, cara, soon, as_):
    session = fresh(a_round("draft", results_at=soon, results_place="Library")).results_session
    link = reverse("join_calendar", args=[session.code])
    page = as_(cara).get(session.get_absolute_url()).text
    assert link in page
    assert "Put it into your calendar" in page
    assert "BEGIN:VEVENT" in as_(cara).get(link).text


def test_who_is_asked_to_answer_is_invited_to_it_once(a_round, farah, cara, soon):
    assessment = a_round(results_at=soon)
    for _ in range(2):
        asking.ask_people(
            fresh(assessment), by=as_member(farah), members=[cara], addresses=["a@x.example"], at=timezone.now()
        )
    session = fresh(assessment).results_session
    assert sorted(map(str, session.invitees.all())) == [str(cara), "a@x.example"]


def test_an_address_without_an_account_is_written_the_link_of_the_meeting(a_round, farah, soon, client):
    assessment = a_round(results_at=soon, results_place="Library")
    asking.ask_people(fresh(assessment), by=as_member(farah), addresses=["a@x.example"], at=timezone.now())
    mail = Mail.objects.get(subject__startswith="Invitation:")
    assert mail.recipients == ["a@x.example"]
    code = fresh(assessment).results_session.code
    assert reverse("join_session", args=[code]) in mail.body
    assert client.get(reverse("join_session", args=[code])).status_code == 200


def test_who_was_asked_before_it_was_booked_is_invited_when_it_is(a_round, farah, cara, reza, soon):
    assessment = a_round()
    asking.ask_people(
        fresh(assessment), by=as_member(farah), members=[cara, reza], addresses=["a@x.example"], at=timezone.now()
    )
    Membership.objects.filter(person=reza).update(left_at=timezone.now())
    edit(assessment, farah, results_at=soon)
    session = fresh(assessment).results_session
    assert sorted(map(str, session.invitees.all())) == [str(cara), "a@x.example"]


def test_a_meeting_that_was_called_off_is_booked_anew(a_round, farah, soon, as_):
    assessment = a_round(results_at=soon)
    first = fresh(assessment).results_session
    planning.cancel_session(first, by=as_member(farah), at=timezone.now())
    assert "See the results meeting" not in as_(farah).get(assessment.get_absolute_url()).text
    edit(assessment, farah, results_at=soon + timedelta(days=2))
    second = fresh(assessment).results_session
    assert (second.pk != first.pk, second.is_planned, second.starts_at) == (True, True, soon + timedelta(days=2))


def test_without_a_booking_there_is_no_session(a_round):
    assert a_round().results_session is None
    assert not Session.objects.exists()


def test_a_session_that_was_held_is_written_down(farah, cara, riverside, as_):
    browser = as_(farah)
    url = f"{reverse('session_new', args=['riverside'])}?technique=after-action-review"
    words = {
        "title": "Winter ward", "length": "short", "starts_at_day": "last Friday", "starts_at_time": "14:00",
        "place_kind": "room", "facilitator": farah.pk,
    }  # fmt: skip
    page = browser.post(url, words)
    assert page.status_code == 422
    assert "tick “It was held already”" in page.text
    sent = browser.post(url, {**words, "was_held": "on"})
    session = Session.objects.get()
    assert sent.url == reverse("session_attendance", args=["riverside", session.pk])
    there = browser.post(sent.url, {"people": [cara.pk], "others": "6"})
    assert there.url == reverse("session_close", args=["riverside", session.pk])
    close = browser.get(there.url).text
    assert "7 people took part" in close
    for said_of_a_room in ("join code", "notes are deleted", "Back to the room", "then close it"):
        assert said_of_a_room not in close
    assert session.starts_at < timezone.now()
    page = browser.post(url, {**words, "was_held": "on", "starts_at_day": "next Friday"})
    assert page.status_code == 422
