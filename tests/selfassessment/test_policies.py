"""Who may do what: every action of rounds as everybody of the cast, answering by right, and what a page offers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
import roadmap.actions
from actionplan.models import Action
from kmportal.lib.exceptions import Refusal
from lessons.actions import writing
from organisations.models import AuditEntry
from roadmap.models import Intervention
from selfassessment import policies, reports
from selfassessment.actions import answering, asking, deciding, reporting, rounds
from selfassessment.models import Asked, Assessment, Decision, Response
from selfassessment.respondents import Choice, Respondent
from techniques.actions import planning
from techniques.models import Technique
from tests.cast import as_member
from tests.selfassessment.conftest import link_of

CAST = ["lena", "farah", "cara", "reza", "ada", "sam", "nia"]
FACILITATORS, PLANNERS, EVERYBODY = {"lena", "farah"}, {"lena"}, set(CAST)


@pytest.fixture
def people(lena, farah, cara, reza, ada, sam, nia) -> dict[str, Any]:
    return {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "ada": ada, "sam": sam, "nia": nia}


@pytest.fixture
def programme(riverside, lena):
    today = timezone.localdate()
    return roadmap.actions.begin_programme(
        riverside,
        by=as_member(lena),
        at=timezone.now(),
        name="Programme",
        starts_on=today,
        ends_on=today + timedelta(days=365),
    )


@pytest.fixture
def closed(a_round, everybody, farah, programme) -> Assessment:
    assessment = a_round(title="Last round")
    everybody(assessment, 5, A1=(2, 4), Z1=(1, 4))
    return rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())


def offer_of(assessment: Assessment, code: str = "A1") -> reports.Offer:
    return reports.build(assessment).offer(code)


# --- Every action as everybody ---------------------------------------------------------------------------------------

# Action → who may, and what it is done with: a function of the three rounds, a member and ``by``.
DAY = timezone.localdate
ACTS: dict[Callable[..., Any], tuple[set[str], Callable[..., tuple[Any, dict[str, Any]]]]] = {
    rounds.prepare_assessment: (
        FACILITATORS,
        lambda draft, opened, closed, who: (draft.organisation, {"title": "Another", "closes_on": DAY()}),
    ),
    rounds.edit_assessment: (
        FACILITATORS,
        lambda draft, opened, closed, who: (draft, {"seen": draft.version, "title": "Other"}),
    ),
    rounds.discard_assessment: (FACILITATORS, lambda draft, opened, closed, who: (draft, {})),
    rounds.open_assessment: (FACILITATORS, lambda draft, opened, closed, who: (draft, {})),
    rounds.close_assessment: (FACILITATORS, lambda draft, opened, closed, who: (opened, {})),
    asking.ask_people: (FACILITATORS, lambda draft, opened, closed, who: (opened, {"members": [who]})),
    asking.remind_people: (FACILITATORS, lambda draft, opened, closed, who: (opened, {})),
    asking.enable_link: (FACILITATORS, lambda draft, opened, closed, who: (opened, {})),
    asking.disable_link: (FACILITATORS, lambda draft, opened, closed, who: (opened, {})),
    reporting.request_report_pdf: (EVERYBODY, lambda draft, opened, closed, who: (closed, {})),
    deciding.accept_as_action: (
        FACILITATORS,
        lambda draft, opened, closed, who: (closed, {"offer": offer_of(closed)}),
    ),
    deciding.accept_as_intervention: (
        PLANNERS,
        lambda draft, opened, closed, who: (closed, {"offer": offer_of(closed)}),
    ),
    deciding.reject_suggestion: (
        FACILITATORS,
        lambda draft, opened, closed, who: (closed, {"offer": offer_of(closed), "reason": "No"}),
    ),
    deciding.undo_decision: (FACILITATORS, lambda draft, opened, closed, who: (closed.decisions.get(), {})),
}


def attempt(act: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """*done* or *forbidden*, on a row that is read afresh; what it did is taken back."""
    args = tuple(type(row).objects.get(pk=row.pk) for row in args)
    with transaction.atomic():
        try:
            act(*args, **kwargs)
            said = "done"
        except PermissionDenied:
            said = "forbidden"
        transaction.set_rollback(True)
    return said


@pytest.mark.parametrize("action", ACTS, ids=[action.__name__ for action in ACTS])
def test_each_action_asks_its_permission(action, a_round, closed, people, oskar):
    draft, opened = a_round("draft", title="Next round"), a_round(title="This round")
    Asked.objects.create(assessment=opened, email="rhea@example.org", nonce="n")
    if action is deciding.undo_decision:
        deciding.reject_suggestion(
            closed, by=as_member(people["farah"]), at=timezone.now(), offer=offer_of(closed), reason="No"
        )
    allowed, given = ACTS[action]
    subject, words = given(draft, opened, closed, people["cara"])
    said = {
        name: attempt(action, subject, by=as_member(person), at=timezone.now(), **words)
        for name, person in people.items()
    }
    assert said == {name: "done" if name in allowed else "forbidden" for name in people}
    stranger, gone = as_member(oskar), as_member(people["lena"])
    gone.left_at = timezone.now()
    for nobody in (stranger, gone, None):
        assert attempt(action, subject, by=nobody, at=timezone.now(), **words) == "forbidden"


def test_what_is_allowed_follows_the_state(a_round, closed, people):
    draft, opened = a_round("draft"), a_round()
    lena, farah, reza = (as_member(people[name]) for name in ("lena", "farah", "reza"))
    assert policies.allowed(farah, draft) == {"edit", "open", "discard"}
    assert policies.allowed(farah, opened) == {"edit", "ask", "remind", "enable_link", "close"}
    link_of(opened)
    assert policies.allowed(farah, opened) >= {"disable_link"}
    reading = {"read_report", "request_report_pdf"}
    comments = {"read_comments", "withhold"}
    assert policies.allowed(farah, closed) == {"decide", *comments, *reading}
    assert policies.allowed(lena, closed) == {"decide", "plan", *comments, *reading}
    assert (policies.allowed(reza, closed), policies.allowed(reza, opened)) == (reading, frozenset())


def test_something_of_another_organisation_is_refused(riverside, hillside, a_round, farah, oskar, lena):
    today = timezone.localdate()
    theirs = roadmap.actions.begin_programme(
        hillside,
        by=as_member(oskar),
        at=timezone.now(),
        name="Theirs",
        starts_on=today,
        ends_on=today + timedelta(days=9),
    )
    with pytest.raises(PermissionDenied):
        a_round("draft", programme=theirs)
    draft = a_round("draft")
    with pytest.raises(PermissionDenied):
        rounds.edit_assessment(draft, by=as_member(farah), at=timezone.now(), seen=1, programme=theirs)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": " "}, "Give the round a name"),
        ({"title": "x" * 121}, "Shorten “Name of this round” to 120 characters"),
        ({"scope": "x" * 121}, "Shorten “Which one\\?” to 120 characters"),
        ({"results_place": "x" * 201}, "Shorten “Where do you meet\\?” to 200 characters"),
        ({"capacity": "planet"}, "not a valid choice"),
    ],
)
def test_rules_of_length_hold_without_a_form(a_round, farah, fields, sentence):
    with pytest.raises(Refusal, match=sentence):
        a_round("draft", **fields)
    draft = a_round("draft")
    with pytest.raises(Refusal, match=sentence):
        rounds.edit_assessment(draft, by=as_member(farah), at=timezone.now(), seen=1, **fields)


# --- Answering by right ----------------------------------------------------------------------------------------------


def respondent(who: str = "k", **right: Any) -> Respondent:
    return Respondent(who, **right)


@pytest.fixture
def may(criteria):
    """``may(round, by)``: whether policy and both actions let somebody answer; they must say the same."""

    def ask(assessment: Assessment, by: Respondent) -> bool:
        def save() -> None:
            answering.save_answer(assessment, criteria["A1"], by=by, choice=Choice(now=1), seen=0)

        def finish() -> None:
            answering.finish_answering(assessment, by=by)

        said = {attempt(save), attempt(finish)}
        assert said == {"done" if policies.may_answer(by, assessment) else "forbidden"}
        return said == {"done"}

    return ask


@pytest.mark.parametrize("anonymous", [True, False])
def test_nobody_answers_who_was_not_asked_while_the_link_is_off(a_round, may, cara, reza, farah, anonymous):
    assessment, other = a_round(anonymous=anonymous), a_round(anonymous=anonymous, title="Other")
    by, at = as_member(farah), timezone.now()
    asking.ask_people(assessment, by=by, at=at, members=[cara], addresses=["rhea@example.org"])
    asking.ask_people(other, by=by, at=at, members=[reza])
    of_cara, of_rhea = assessment.asked.get(person=cara), assessment.asked.get(person=None)
    of_reza_elsewhere = other.asked.get()
    assert may(assessment, respondent(member=as_member(cara), asked=of_cara))
    assert may(assessment, respondent(asked=of_rhea, link=of_rhea.nonce))
    for refused in (
        respondent(),
        respondent(link="guessed"),
        respondent(member=as_member(reza)),
        respondent(member=as_member(reza), asked=of_cara),  # asked, but not they
        respondent(member=as_member(reza), asked=of_reza_elsewhere),  # asked, but not here
        respondent(member=as_member(reza), asked=of_rhea, link=of_rhea.nonce),
        respondent(asked=of_rhea, link="guessed"),
        respondent(asked=of_cara, link=of_cara.nonce),  # a member signs in
    ):
        assert not may(assessment, refused), refused
    assert not Response.objects.exists()


def test_the_one_link_lets_in_while_it_is_on(a_round, may, farah, reza, oskar):
    assessment, by, at = a_round(), as_member(farah), timezone.now()
    old = asking.enable_link(assessment, by=by, at=at).link_nonce
    assert may(assessment, respondent(link=old))
    assert may(assessment, respondent(member=as_member(reza)))
    assert not may(assessment, respondent(link=""))
    assert not may(assessment, respondent(member=as_member(oskar)))
    new = asking.enable_link(assessment, by=by, at=at).link_nonce
    assert (may(assessment, respondent(link=old)), may(assessment, respondent(link=new))) == (False, True)
    asking.disable_link(assessment, by=by, at=at)
    assert not may(assessment, respondent(link=new))
    assert not may(assessment, respondent(member=as_member(reza)))


@pytest.mark.parametrize("anonymous", [True, False])
def test_a_member_who_began_through_the_link_may_go_on(a_round, criteria, farah, reza, anonymous):
    assessment = a_round(anonymous=anonymous)
    asking.enable_link(assessment, by=as_member(farah), at=timezone.now())
    reza_here = respondent(member=as_member(reza))
    answering.save_answer(assessment, criteria["A1"], by=reza_here, choice=Choice(now=1), seen=0)
    asking.disable_link(assessment, by=as_member(farah), at=timezone.now())
    answering.save_answer(assessment, criteria["A2"], by=reza_here, choice=Choice(now=1), seen=0)
    somebody_else = respondent("other", member=as_member(farah))
    with pytest.raises(PermissionDenied):
        answering.save_answer(assessment, criteria["A1"], by=somebody_else, choice=Choice(now=1), seen=0)


def test_whoever_has_left_does_not_answer_though_asked(a_round, may, farah, cara):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), at=timezone.now(), members=[cara])
    gone = as_member(cara)
    gone.suspended_at = timezone.now()
    assert not may(assessment, respondent(member=gone, asked=assessment.asked.get()))


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_only_an_open_round_is_answered(a_round, criteria, farah, state):
    assessment = a_round(state)
    by = respondent(link=link_of(assessment))
    with pytest.raises(Refusal, match="closed"):
        answering.save_answer(assessment, criteria["A1"], by=by, choice=Choice(now=1), seen=0)
    with pytest.raises(Refusal, match="closed"):
        answering.finish_answering(assessment, by=by)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"comment": "x" * 2001}, "Shorten “Comment” to 2,000 characters"),
        ({"evidence": "x" * 501}, "Shorten “Evidence” to 500 characters"),
        ({"now": 6}, "Choose a level from 1 to 5"),
        ({"wanted": 0}, "Choose a level from 1 to 5"),
    ],
)
def test_what_cannot_be_kept_is_refused_without_a_form(a_round, criteria, said, sentence):
    assessment = a_round()
    by = respondent(link=link_of(assessment))
    with pytest.raises(Refusal, match=sentence):
        answering.save_answer(assessment, criteria["A1"], by=by, choice=Choice(**said), seen=0)
    assert not Response.objects.exists()


def test_a_member_whose_link_was_turned_off_reads_why_and_saves_nothing(a_round, farah, reza, as_):
    assessment = a_round()
    asking.enable_link(assessment, by=as_member(farah), at=timezone.now())
    browser = as_(reza)
    start = reverse("assessment_answer", args=["riverside", assessment.pk])
    browser.post(start)  # in, but nothing said yet
    asking.disable_link(assessment, by=as_member(farah), at=timezone.now())
    page = browser.post(f"{start}1/", {"now": "2", "version": "0"}, follow=True)
    assert "You were not asked to answer this round" in page.text
    assert not Response.objects.exists()


# --- Undo is offered where it works ----------------------------------------------------------------------------------


def _plan_session(thing: Intervention, by: Any) -> None:
    technique = Technique.objects.create(key="aar", name="Review", minutes={"short": 15}, can_run=True)
    planning.plan_session(
        thing.organisation,
        by=by,
        at=timezone.now(),
        technique=technique,
        length="short",
        title="Session",
        starts_at=timezone.now(),
        intervention=thing,
    )


def _write_lesson(thing: Intervention, by: Any) -> None:
    words = {"title": "Ask at ten", "happened": "It came late."}
    writing.start_lesson(thing.organisation, by=by, at=timezone.now(), words=words, intervention=thing)


ON_INTERVENTION: dict[str, Callable[[Intervention, Any], object]] = {
    "begun": lambda thing, by: roadmap.actions.set_intervention_state(thing, by=by, at=timezone.now(), state="doing"),
    "changed": lambda thing, by: roadmap.actions.change_intervention(
        thing, by=by, at=timezone.now(), seen=thing.version, summary="Other"
    ),
    "action": lambda thing, by: roadmap.actions.add_intervention_action(thing, by=by, at=timezone.now(), title="Do it"),
    "session": _plan_session,
    "lesson": _write_lesson,
}
ON_ACTION: dict[str, Callable[[Action, Any], object]] = {
    "done": lambda thing, by: actionplan.actions.complete_action(thing, by=by, at=timezone.now()),
    "reworded": lambda thing, by: actionplan.actions.reword_action(
        thing, by=by, at=timezone.now(), seen=thing.version, title="Other", detail=""
    ),
    "moved": lambda thing, by: actionplan.actions.reschedule_action(thing, by=by, at=timezone.now(), to=DAY()),
    "dropped": lambda thing, by: actionplan.actions.drop_action(thing, by=by, at=timezone.now(), reason="No"),
}


def says_undo(decision: Decision, member: Any, as_: Any) -> bool:
    """Whether the page offers to undo it; policy and action must say the same. What the action did is taken back."""
    page = as_(member.person).get(reverse("gap_report", args=["riverside", decision.assessment_id])).text
    url = reverse("decision_undo", args=["riverside", decision.assessment_id, decision.criterion.code])
    offers = url in page
    fresh = Decision.objects.select_related("assessment__organisation", "criterion").get(pk=decision.pk)
    with transaction.atomic():
        try:
            deciding.undo_decision(fresh, by=member, at=timezone.now())
            works = True
        except (Refusal, PermissionDenied):
            works = False
        transaction.set_rollback(True)
    fresh = Decision.objects.select_related("assessment__organisation", "criterion").get(pk=decision.pk)
    assert (offers, works) == (policies.may_undo(member, fresh),) * 2
    return offers


@pytest.mark.parametrize("touch", [None, *ON_INTERVENTION])
def test_undo_of_an_intervention(closed, people, as_, touch):
    lena, farah = as_member(people["lena"]), as_member(people["farah"])
    decision = deciding.accept_as_intervention(closed, by=lena, at=timezone.now(), offer=offer_of(closed))
    if touch:
        ON_INTERVENTION[touch](decision.intervention, lena)
    assert says_undo(decision, lena, as_) is (touch is None)
    assert not says_undo(decision, farah, as_)  # who does not plan takes nothing off the roadmap


@pytest.mark.parametrize("touch", [None, *ON_ACTION])
def test_undo_of_an_action(closed, people, as_, touch):
    farah, cara = as_member(people["farah"]), as_member(people["cara"])
    decision = deciding.accept_as_action(closed, by=farah, at=timezone.now(), offer=offer_of(closed))
    if touch:
        ON_ACTION[touch](decision.action, farah)
    assert says_undo(decision, farah, as_) is (touch is None)
    assert not says_undo(decision, cara, as_)


def test_undo_of_a_rejection_and_of_what_is_gone(closed, people, as_):
    farah = as_member(people["farah"])
    rejected = deciding.reject_suggestion(closed, by=farah, at=timezone.now(), offer=offer_of(closed), reason="No")
    accepted = deciding.accept_as_action(closed, by=farah, at=timezone.now(), offer=offer_of(closed, "Z1"))
    accepted.action.delete()
    assert says_undo(rejected, farah, as_)
    assert says_undo(accepted, farah, as_)


def test_undo_is_told_once_however_often_it_is_pressed(closed, people):
    farah = as_member(people["farah"])
    decision = deciding.accept_as_action(closed, by=farah, at=timezone.now(), offer=offer_of(closed))
    again = Decision.objects.get(pk=decision.pk)
    for pressed in (decision, again):
        deciding.undo_decision(pressed, by=farah, at=timezone.now())
    told = AuditEntry.objects.filter(event__in=["decision.deleted", "action.deleted"]).values_list("event", flat=True)
    assert sorted(told) == ["action.deleted", "decision.deleted"]


def test_whether_to_offer_undo_takes_the_same_queries_for_many(closed, people, django_assert_num_queries):
    lena, at = as_member(people["lena"]), timezone.now()
    one = [deciding.accept_as_intervention(closed, by=lena, at=at, offer=offer_of(closed))]
    many = [*one, deciding.accept_as_action(closed, by=lena, at=at, offer=offer_of(closed, "Z1"))]
    with django_assert_num_queries(1):
        assert policies.undoable(lena, one) == {one[0].pk}
    with django_assert_num_queries(2):
        assert policies.undoable(lena, many * 3) == {row.pk for row in many}
