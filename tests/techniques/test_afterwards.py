"""After a session: two questions whose answers are figures only, and what came of it three months on."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from dashboards.gaps import LatestRound
from dashboards.todo import needs_of
from kmportal.lib.exceptions import Refusal
from kmportal.lib.promises import promised
from kmportal.lib.things import Ref
from techniques import guest_cookies
from techniques.actions import afterwards
from techniques.actions.room import closing, joining, stages
from techniques.models import Feedback, Outcome, Participant
from tests.cast import as_member
from tests.races import at_once
from tests.techniques.conftest import NOW, inside

YES = {"worth": "yes", "said": "yes"}
NO = {"worth": "no", "said": "partly"}


@pytest.fixture
def people(room):
    return [
        joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW)
        for name in ("Gus", "Rhea", "Kit", "Ana", "Ben")
    ]


@pytest.fixture
def closed(room, people, farah):
    return closing.close_session(room, by=as_member(farah), at=NOW, summary={"expect": "Calm"})


def said_on(page) -> str:
    """The words of a page without its tags."""
    words = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    return re.sub(r" ([:,.])", r"\1", words)


def answer(session, person, answers=YES, at=NOW):
    afterwards.give_feedback(session, by=person, at=at, answers=answers)


def figures(browser, session) -> str:
    return said_on(browser.get(session.get_absolute_url()))


# --- Two questions ---------------------------------------------------------------------------------------------------


def test_figures_from_three_people_on_and_three_more_at_a_time(closed, people, as_, farah, cara):
    lead = as_(farah)
    assert "Nobody has answered the two questions yet" in figures(lead, closed)
    for person in people[:2]:
        answer(closed, person)
    assert "2 people have answered. You see figures from 3 answers on." in figures(lead, closed)
    assert not Feedback.objects.filter(is_shown=True).exists()
    answer(closed, people[2], NO)
    shown = Feedback.objects.get(is_shown=True)
    assert (shown.people, shown.worth_yes, shown.worth_no, shown.said_yes, shown.said_partly) == (3, 2, 1, 2, 1)
    before = figures(lead, closed)
    assert "3 people have answered" in before
    for person in people[3:]:
        answer(closed, person, NO)
    assert figures(lead, closed) == before, "whoever looks twice must not learn what one person said in between"
    assert "What people said of it" not in figures(as_(cara), closed)


def test_each_counts_once_whatever_is_sent_again(closed, people):
    for answers in (YES, YES, NO):
        answer(closed, people[0], answers)
    waiting = Feedback.objects.get()
    assert (waiting.people, waiting.worth_yes, waiting.worth_no) == (1, 1, 0)


@pytest.mark.parametrize("answers", [{}, {"worth": "yes"}, {"worth": "yes", "said": "people"}])
def test_both_questions_want_one_of_the_answers(closed, people, answers):
    with pytest.raises(Refusal, match="both questions"):
        answer(closed, people[0], answers)


def test_they_are_asked_from_the_last_step_on_and_for_two_weeks(room, people, farah):
    with pytest.raises(Refusal, match="at the end"):
        answer(room, people[0])
    stages.go_to_stage(room, stage=room.stages.get(key="close"), by=as_member(farah), at=NOW)
    answer(room, people[0])
    closed = closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    answer(closed, people[1], at=NOW + timedelta(days=13))
    with pytest.raises(Refusal, match="no longer"):
        answer(closed, people[2], at=NOW + timedelta(days=15))


def test_nothing_says_who_answered_what(closed, people):
    answer(closed, people[0])
    kept = {field.name for field in Feedback._meta.get_fields()}
    assert not kept & {"participant", "person", "at"}
    assert Participant.objects.filter(gave_feedback=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_counted(closed, people):
    at_once(*(lambda one=one: answer(closed, one) for one in people))
    rows = Feedback.objects.all()
    assert sum(row.people for row in rows) == 5
    assert sum(row.worth_yes for row in rows) == 5


def test_a_guest_without_javascript(room, enter, farah):
    gus = enter(room)
    url = reverse("join_feedback", args=[room.code])
    assert gus.get(url).status_code == 302, "not before the last step"
    closing.close_session(room, by=as_member(farah), at=timezone.now(), summary={})
    over = gus.get(reverse("join_room", args=[room.code]))
    assert "Two questions before you go" in over.text
    wrong = gus.post(url, {"worth": "yes"})
    assert wrong.status_code == 422
    assert "Could you say what mattered to you?" in wrong.text
    thanks = gus.post(url, YES, follow=True)
    assert "Your answers are counted, without your name." in said_on(thanks)
    assert "Two questions before you go" not in gus.get(reverse("join_room", args=[room.code])).text
    assert Client().get(url).status_code == 404


def test_a_member_finds_them_on_the_page_of_the_session(room, as_, cara, farah):
    member = as_(cara)
    member.post(inside("session_join", room))
    session = closing.close_session(room, by=as_member(farah), at=timezone.now(), summary={})
    page = member.get(session.get_absolute_url())
    url = reverse("join_feedback", args=[session.last_code])
    assert url in page.text
    assert member.post(url, NO).status_code == 302
    assert url not in member.get(session.get_absolute_url()).text
    assert Feedback.objects.get().worth_no == 1


# --- Three months later ----------------------------------------------------------------------------------------------


@pytest.fixture
def promise(closed, cara, farah):
    return Action.objects.create(
        organisation=closed.organisation, title="Ask the porters", owner=cara, author=farah,
        source_kind="session", source_ident=closed.pk,
    )  # fmt: skip


def asked(day) -> set[str]:
    return {str(one.person) for one in promised(day) if one.kind == "session-outcome"}


def test_who_led_and_who_promised_something_are_asked_after_three_months(closed, promise, cara, farah, reza):
    day = timezone.localdate(NOW)
    assert not asked(day + timedelta(days=90))
    assert asked(day + timedelta(days=91)) == {str(cara), str(farah)}
    assert not asked(day + timedelta(days=123)), "what is long ago is asked by nobody"
    afterwards.tell_outcome(closed, by=as_member(cara), at=NOW, kind="nothing")
    assert asked(day + timedelta(days=91)) == {str(farah)}


def needs(person) -> list[str]:
    return [need.title for need in needs_of(as_member(person), LatestRound(), at=timezone.now())]


def test_home_asks_and_the_answer_stands_on_the_page(closed, promise, as_, cara, farah, reza):
    with time_machine.travel(NOW + timedelta(days=92)):
        assert f"What came of “{closed}”?" in needs(cara)
        owner, url = as_(cara), inside("session_outcome", closed)
        assert url in owner.get(closed.get_absolute_url()).text
        assert url not in as_(reza).get(closed.get_absolute_url()).text
        assert as_(reza).get(url).status_code == 404
        silent = owner.post(url, {"kind": "changed", "words": " "})
        assert silent.status_code == 422
        assert "Say in a sentence what is different now" in silent.text
        said = {"kind": "changed", "words": "Keys lie at the front desk."}
        owner.post(url, said)
        owner.post(url, said)
        for person in (reza, farah):
            page = said_on(as_(person).get(closed.get_absolute_url()))
            assert "Something is different now. Keys lie at the front desk." in page
        outcome = Outcome.objects.get()
        draft = owner.get(f"{reverse('lesson_new', args=['riverside'])}?session={closed.pk}&outcome={outcome.pk}")
        assert draft.context["form"]["happened"].value() == "Keys lie at the front desk."
        assert f"What came of “{closed}”?" not in needs(cara)


def test_what_came_of_it_is_said_once_by_each_and_only_after_the_close(room, farah):
    with pytest.raises(PermissionDenied):
        afterwards.tell_outcome(room, by=as_member(farah), at=NOW, kind="nothing")
    session = closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    for kind in ("nothing", "under-way"):
        afterwards.tell_outcome(session, by=as_member(farah), at=NOW, kind=kind)
    assert [one.kind for one in Outcome.objects.all()] == ["under-way"]
    with pytest.raises(Refusal):
        afterwards.tell_outcome(session, by=as_member(farah), at=NOW, kind="magic")


def test_the_question_is_about_this_thing(promise, closed):
    assert Action.objects.agreed_in(Ref("session", closed.pk)).get() == promise
