"""A set itself: its members, its meetings, who leads it, and what its members mean to do."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from dashboards.todo.own import sessions_to_close
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from techniques import policies
from techniques.actions import learning_sets, planning
from techniques.forms.learning_sets import SetMeetingForm
from techniques.models import (
    OwnAction,
    Session,
)
from techniques.reports import OwnSets, SetPage
from tests.cast import as_member
from tests.techniques.conftest import NOW
from tests.techniques.test_afterwards import said_on


def test_a_set_is_planned_with_its_members_and_days(learning_set, farah, four, mailoutbox):
    first = learning_set.meetings.get()
    assert (first.title, first.facilitator, first.confidentiality) == ("Ward sisters, meeting 1", farah, "set-only")
    assert {one.person for one in first.invitees.all()} == set(four)
    assert [one.starts_at for one in learning_set.dates.all()] == [NOW + timedelta(weeks=5)]
    assert not Session.objects.visible_to(as_member(four[0])).exclude(learning_set=None).count() > 1


def test_the_next_meeting_is_made_from_the_last_and_only_once(room, learning_set, farah):
    by = as_member(farah)
    with pytest.raises(Refusal, match="to come already"):
        learning_sets.plan_next_meeting(learning_set, by=by, at=NOW, starts_at=NOW, length="short")
    learning_sets.end_meeting(room, by=by, at=NOW, asking="Mostly open", working="On time")
    day = learning_set.dates.get().starts_at
    more = {"starts_at": day, "length": "short", "place": "Room 2", "once": "9b0e1c9e-4f42-4b6f-8f9a-0d8a3c7d1a55"}
    found = [learning_sets.plan_next_meeting(learning_set, by=by, at=NOW, **more) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].title == "Ward sisters, meeting 2"
    assert not learning_set.dates.exists()


def test_whoever_has_left_the_organisation_stands_in_nobodys_way(room, learning_set, farah, lena, cara, nia):
    by = as_member(farah)
    Membership.objects.filter(person=nia).update(left_at=NOW)
    assert nia not in learning_set.people
    learning_sets.end_meeting(room, by=by, at=NOW)
    again = learning_sets.plan_next_meeting(learning_set, by=by, at=NOW, starts_at=NOW, length="short")
    assert again.invitees.count() == 3
    learning_sets.bring_in(learning_set, by=by, at=NOW, people=[lena])
    assert again.invitees.count() == 4
    assert SetPage.build(learning_set, as_member(cara), at=NOW).members == [
        (name, 0) for name in ("Cara Doyle", "Lena Marsh", "Reza Amini", "Sam Okafor")
    ]


def test_an_old_form_moves_no_other_meeting(learning_set, farah, as_):
    """Of a meeting that is over, of one that somebody else has changed, and one of before any was planned."""
    browser, by = as_(farah), as_member(farah)
    page = reverse("learning_set_next", args=["riverside", learning_set.pk])
    with time_machine.travel(NOW):
        first = learning_set.meetings.get()
        form = browser.get(page).context["form"]
        assert (form["meeting"].value(), form["version"].value(), form.changes) == (first.pk, first.version, True)
        typed = {"starts_at_day": "1 December 2026", "starts_at_time": "9:00", "length": "short", "place": "Room 3"}
        old = {**typed, "meeting": first.pk, "version": first.version, "once": uuid4()}
        new = {**typed, "meeting": "", "version": "", "once": uuid4()}
        answer = browser.post(page, new)
        assert (answer.status_code, "to come already" in said_on(answer)) == (422, True)
        planning.edit_session(first, by=by, at=NOW, seen=first.version, place="Room 4")
        answer = browser.post(page, old)
        assert (answer.status_code, "Room 4" in said_on(answer)) == (422, True)
        planning.cancel_session(first, by=by, at=NOW)
        assert browser.post(page, new).status_code == 302
        again = learning_set.meetings.to_come().get()
        assert browser.post(page, new).status_code == 302
        old["version"] = again.version
        answer = browser.post(page, {**old, "place": "Room 5"})
    assert (answer.status_code, "called off" in said_on(answer)) == (422, True)
    assert learning_set.meetings.to_come().get().place == "Room 3"


def test_both_or_neither_of_members_and_adviser_is_changed(learning_set, farah, lena, as_, monkeypatch):
    def refuse(*args, **kwargs):
        raise Refusal("Not today.")

    monkeypatch.setattr(learning_sets, "choose_adviser", refuse)
    page = reverse("learning_set_people", args=["riverside", learning_set.pk])
    assert as_(farah).post(page, {"people": [lena.pk], "adviser": farah.pk}).status_code == 422
    assert lena not in learning_set.people


def test_what_is_promised_cannot_be_loosened(learning_set, technique, riverside, farah):
    by, session = as_member(farah), learning_set.meetings.get()
    with pytest.raises(Refusal, match="belongs to it"):
        planning.edit_session(session, by=by, at=NOW, seen=session.version, confidentiality="open")
    with pytest.raises(Refusal, match="Begin a set"):
        planning.plan_session(
            riverside, by=by, at=NOW, technique=technique, length="short", title="Open", starts_at=NOW,
            confidentiality="open",
        )  # fmt: skip


def test_when_the_adviser_goes_the_members_lead(learning_set, farah, cara):
    Membership.objects.filter(person=farah).update(role="reader")
    assert policies.leads_itself(learning_set)
    assert policies.may_lead_set(as_member(cara), learning_set)


def test_an_action_that_was_deleted_stays_so(learning_set, cara):
    by = as_member(cara)
    action = learning_sets.write_own_action(learning_set, by=by, at=NOW, text="Ask her")
    learning_sets.share_own_action(action, by=by, at=NOW)
    more = {"text": "Ask him", "due_on": None, "is_done": True}
    assert learning_sets.change_own_action(action, by=by, at=NOW, **more).is_shared
    learning_sets.delete_own_action(action, by=by, at=NOW)
    for press in (
        lambda: learning_sets.change_own_action(action, by=by, at=NOW, **more),
        lambda: learning_sets.share_own_action(action, by=by, at=NOW),
    ):
        with pytest.raises(Refusal, match="deleted meanwhile"):
            press()
    assert not OwnAction.objects.exists()


def test_what_one_has_done_is_found_after_leaving(learning_set, cara):
    by = as_member(cara)
    for text, is_done in (("Ask her", True), ("Ask him", False)):
        action = learning_sets.write_own_action(learning_set, by=by, at=NOW, text=text)
        learning_sets.change_own_action(action, by=by, at=NOW, text=text, due_on=None, is_done=is_done)
    assert [one.text for one in OwnSets.build(by).own] == ["Ask him"]
    learning_sets.leave_set(learning_set, by=by, at=NOW)
    assert [one.text for one in OwnSets.build(by).own] == ["Ask him", "Ask her"]


def test_members_of_a_set_that_leads_itself_are_asked_to_end_its_meeting(room, learning_set, farah, cara, lena):
    at = NOW + timedelta(days=1)

    def asked(person):
        return [(need.title, need.url) for need in sessions_to_close(as_member(person), at)]

    ending = ("End “Ward sisters, meeting 1”", reverse("set_meeting_end", args=["riverside", room.pk]))
    assert (asked(farah), asked(cara), asked(lena)) == ([ending], [], [])
    Membership.objects.filter(person=farah).update(role="reader")
    assert (asked(farah), asked(cara), asked(lena)) == ([], [ending], [])


def test_days_that_have_passed_are_offered_no_more(room, learning_set, farah):
    later = NOW + timedelta(weeks=6)
    assert SetPage.build(learning_set, as_member(farah), at=NOW).dates
    assert not SetPage.build(learning_set, as_member(farah), at=later).dates
    with time_machine.travel(later):
        form = SetMeetingForm(learning_set=learning_set, planned=None, technique=None)
    assert form.initial["starts_at"] is None


def test_what_one_will_do_is_written_once_and_stays_when_one_leaves(told, learning_set, cara):
    action = OwnAction.objects.get()
    learning_sets.write_own_action(learning_set, by=as_member(cara), at=NOW, text=action.text, due_on=action.due_on)
    learning_sets.leave_set(learning_set, by=as_member(cara), at=NOW)
    assert OwnAction.objects.get().person == cara
