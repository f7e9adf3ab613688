"""The way to the end: its steps, a home for each thing, sisters, thanks, and half a year later."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from actionplan.actions import add_action
from actionplan.models import Action
from communities.actions import closing, rehoming, shelf
from communities.actions.timetable import move_communities_on
from communities.finding import what_it_leaves
from communities.models import Closing, Pin, Rehoming, Thread
from kmportal.lib.exceptions import Refusal
from lessons.actions.writing import start_lesson
from lessons.models import Lesson
from notifications.models import Notice
from tests.cast import as_member
from tests.communities.conftest import NOON

WORDS = {"title": "Ask at ten", "happened": "It came late.", "then_do": "ask at ten.", "why": "Nobody asked."}


@pytest.fixture
def ending(community, thread, cara, farah):
    """With one of each thing that must live on; announced at noon."""
    shelf.pin_to_shelf(community, by=as_member(cara), at=NOON, kind="link", url="https://x.example/", title="The form")
    lesson = start_lesson(community.organisation, by=as_member(cara), at=NOON, words=WORDS, facts={})
    Lesson.objects.filter(pk=lesson.pk).update(
        group=community.group, reach="organisation", state="embedded", validated_at=NOON
    )
    action = add_action(community.organisation, by=as_member(cara), at=NOON, title="Print it", owner=farah)
    Action.objects.filter(pk=action.pk).update(group=community.group)
    closing.announce_closing(community, by=as_member(cara), at=NOON, reason="done", words="Pharmacy keeps it.")
    return community


def address(community, what=""):
    return f"/o/riverside/communities/{community.pk}/ending/{what}"


def things(community):
    return {
        "lesson": Lesson.objects.get().pk,
        "pin": Pin.objects.get().pk,
        "thread": Thread.objects.get().pk,
        "action": Action.objects.get().pk,
    }


def ask(community, by, person, kind, at=NOON):
    return rehoming.ask_for_home(
        community, by=as_member(by), at=at, kind=kind, ident=things(community)[kind], person=person
    )


def told(person):
    return list(Notice.objects.filter(person=person).values_list("text", flat=True))


class TestHomes:
    def test_each_thing_gets_somebody_who_says_yes(self, ending, cara, reza, as_):
        for kind, ident in things(ending).items():
            as_(cara).post(address(ending, f"{kind}/{ident}/"), {"person": reza.pk})
        for page in (f"/o/riverside/communities/{ending.pk}/", address(ending)):
            assert "Would you look after this?" in as_(reza).get(page).text
        for home in Rehoming.objects.all():
            as_(reza).post(f"/o/riverside/communities/homes/{home.pk}/answer/", {"answer": "yes"})
        assert set(Rehoming.objects.values_list("state", flat=True)) == {"accepted"}
        assert Action.objects.get().owner == reza
        assert Pin.objects.get().owner == reza
        assert Lesson.objects.get().contact == reza.name
        page = as_(cara).get(address(ending)).text
        assert "Said yes" in page
        assert "Find it a home" not in page
        assert any("looks after something" in words for words in told(cara))

    def test_after_a_no_another_is_asked_and_after_a_yes_nobody(self, ending, cara, farah, reza):
        asked = ask(ending, cara, reza, "pin")
        rehoming.answer_for_home(asked, by=as_member(reza), at=NOON, accept=False)
        assert any("cannot look after" in words for words in told(cara))
        again = ask(ending, cara, farah, "pin")
        rehoming.answer_for_home(again, by=as_member(farah), at=NOON, accept=True)
        with pytest.raises(Refusal, match="Farah Siddiqui looks after it already"):
            ask(ending, cara, reza, "pin")
        with pytest.raises(Refusal, match="answered already"):
            rehoming.answer_for_home(again, by=as_member(farah), at=NOON, accept=False)

    def test_oneself_is_a_yes_at_once(self, ending, cara):
        assert ask(ending, cara, cara, "pin").state == "accepted"

    def test_only_who_was_asked_answers(self, ending, cara, farah, reza, as_):
        asked = ask(ending, cara, reza, "pin")
        assert as_(farah).post(f"/o/riverside/communities/homes/{asked.pk}/answer/").status_code == 403
        ask(ending, cara, farah, "pin")
        with pytest.raises(PermissionDenied):
            rehoming.answer_for_home(Rehoming.objects.get(), by=as_member(reza), at=NOON, accept=True)

    def test_nobody_is_asked_who_may_not_read_it(self, ending, cara, sam, oskar):
        with pytest.raises(Refusal, match="may not read it"):
            ask(ending, cara, sam, "thread")
        with pytest.raises(Refusal, match="your organisation"):
            ask(ending, cara, oskar, "pin")
        assert ask(ending, cara, sam, "lesson").state == "asked"
        assert not any("bags" in words for words in told(sam))

    def test_what_is_not_its_own_or_no_kind_is_refused(self, ending, cara, reza, as_):
        for kind, ident in (("pin", 99_999), ("person", 1), ("", 1)):
            with pytest.raises(Refusal, match="belongs"):
                rehoming.ask_for_home(ending, by=as_member(cara), at=NOON, kind=kind, ident=ident, person=reza)
        assert as_(cara).get(address(ending, "person/1/")).status_code == 404
        as_(cara).post(address(ending, "leave/"), {"kind": "pin", "ident": "x"})
        assert not Rehoming.objects.exists()

    def test_what_nobody_takes_is_marked(self, ending, cara, as_):
        as_(cara).post(address(ending, "leave/"), {"kind": "pin", "ident": things(ending)["pin"]})
        page = as_(cara).get(address(ending)).text
        assert "Not looked after" in page
        assert "Three things have no home" in page

    def test_an_action_is_given_away_by_who_may(self, ending, cara, reza):
        asked = ask(ending, cara, reza, "action")
        Action.objects.update(author=None, owner=reza)
        type(as_member(cara)).objects.filter(person=cara).update(role="reader")
        with pytest.raises(Refusal, match="Talk with them"):
            rehoming.answer_for_home(asked, by=as_member(reza), at=NOON, accept=True)

    def test_only_while_it_closes_and_by_who_arranges(self, ending, cara, reza):
        with pytest.raises(PermissionDenied):
            ask(ending, reza, reza, "pin")
        closing.stop_closing(ending, by=as_member(cara), at=NOON)
        with pytest.raises(Refusal, match="not closing"):
            ask(ending, cara, reza, "pin")


class TestSteps:
    def test_eleven_with_their_days(self, ending, reza, lena, as_):
        page = as_(reza).get(address(ending)).text
        for number in range(1, 12):
            assert f"{number}. " in page
        assert "23 December 2026" in page
        assert as_(lena).get(address(ending)).status_code == 403

    def test_facilitators_are_asked_on_each_day_once(self, ending, cara, reza):
        days = {}
        for day in range(30):
            before = len(told(cara))
            move_communities_on(at=NOON + timedelta(days=day))
            days[day] = len(told(cara)) - before
        asked = [words for words in told(cara) if "is closing." in words]
        assert len(asked) == 4
        assert [day for day, count in days.items() if count and day in (7, 14, 21, 25)] == [7, 14, 21, 25]
        assert not any("is closing." in words for words in told(reza))

    def test_of_missed_days_only_the_newest(self, ending, cara):
        move_communities_on(at=NOON + timedelta(days=26))
        assert [words for words in told(cara) if "is closing." in words] == [
            "“Home on time” is closing. Write what came of it, for those who find it later."
        ]

    def test_nobody_is_asked_for_what_is_done(self, ending, cara):
        Closing.objects.update(last_meeting="On Tuesday", story="We found a way.")
        move_communities_on(at=NOON + timedelta(days=26))
        assert [words for words in told(cara) if "is closing." in words] == [
            "“Home on time” is closing. Find a home for what must live on."
        ]
        Closing.objects.update(thanks="Thank you.")
        move_communities_on(at=NOON + timedelta(days=30))
        assert len([words for words in told(cara) if "is closing." in words]) == 1

    def test_a_home_is_not_asked_for_where_each_thing_has_one(self, ending, cara):
        move_communities_on(at=NOON + timedelta(days=8))
        for kind, rows in what_it_leaves(ending).items():
            for row in rows:
                rehoming.leave_behind(ending, by=as_member(cara), at=NOON, kind=kind, ident=row.pk)
        before = len(told(cara))
        move_communities_on(at=NOON + timedelta(days=15))
        assert len(told(cara)) == before

    def test_sisters_are_offered_to_all_once(self, ending, found, lena, reza):
        found(name="Medicines at home", question="Why do medicines come late?", by=lena)
        for day in (27, 28, 29):
            move_communities_on(at=NOON + timedelta(days=day))
        assert len([words for words in told(reza) if "“Medicines at home”" in words]) == 1

    def test_thanks_are_read_when_it_closes_and_afterwards(self, ending, cara, reza, sam, as_):
        as_(cara).post(
            address(ending, "farewell/"), {"last_meeting": "On Tuesday, at tea", "thanks": "You were great."}
        )
        assert as_(reza).get(address(ending, "farewell/")).status_code == 403
        assert "On Tuesday, at tea" in as_(reza).get(address(ending)).text
        move_communities_on(at=NOON + timedelta(days=31))
        assert any("You were great." in words for words in told(reza))
        assert "You were great." in as_(sam).get(f"/o/riverside/communities/{ending.pk}/").text
        assert "What must live on" in as_(reza).get(address(ending)).text

    def test_half_a_year_later_the_new_owners_are_asked_once(self, ending, cara, reza):
        rehoming.answer_for_home(ask(ending, cara, reza, "pin"), by=as_member(reza), at=NOON, accept=True)
        move_communities_on(at=NOON + timedelta(days=31))
        for day in (210, 211, 212):
            move_communities_on(at=NOON + timedelta(days=day))
        assert len([words for words in told(reza) if "half a year ago" in words]) == 1
        assert not [words for words in told(cara) if "half a year ago" in words]
        assert Closing.objects.get().heirs_asked_at


def test_without_a_closing_there_is_no_such_page(community, cara, as_):
    assert as_(cara).get(address(community)).status_code == 404
    answer = as_(cara).post(address(community, "farewell/"), {"thanks": "x"})
    assert "not closing" in answer.text
