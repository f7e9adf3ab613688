"""Who may do what: every action × every member, and that a page offers just what its action does."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from kmportal.lib.exceptions import Refusal
from kmportal.lib.importing.reports import Report
from lessons import policies
from lessons.actions import closing, importing, review, reviews, undoing, writing
from lessons.models import ImportRun, Lesson, State
from organisations.permissions import Role, permissions_of
from organisations.visibility import Reach
from techniques.models import Session, Technique
from tests.cast import as_member

from .conftest import ALL_TICKED, NOON, WORDS

CONTRIBUTORS = {"lena", "farah", "cara", "ada", "sam"}
VALIDATORS = FACILITATORS = {"lena", "farah"}
CSV = b"Title,Lesson\nAsk early,Ask pharmacy early\n"


def file_of(riverside, farah) -> ImportRun:
    values = {"file_name": "l.csv", "content": CSV, "source": "Elsewhere"}
    return importing.upload_import(riverside, by=as_member(farah), at=NOON, **values)


def brought_in(run) -> ImportRun:
    importing.begin_import(run)
    importing.run_import(run, at=NOON)
    return run


def review_technique(row) -> Technique:
    return Technique.objects.get(key="chat")


@pytest.fixture
def things(riverside, draft, waiting, claimed, identified, farah):
    """One of each, in the state in which the action can be done."""
    technique = Technique.objects.create(key="chat", name="Chat", moment="after", tier="starter", card={}, stages=[])
    meeting = {"organisation": riverside, "technique": technique, "facilitator": farah, "starts_at": NOON}
    return {
        "here": riverside,
        "draft": draft(),
        "waiting": waiting(),
        "claimed": claimed(),
        "identified": identified(),
        "run": file_of(riverside, farah),
        "run_done": brought_in(file_of(riverside, farah)),
        "live": Session.objects.create(title="Live", state="live", code="ABCDEF", **meeting),
        "closed": Session.objects.create(title="Closed", state="closed", **meeting),
    }


CHECK = {"outcome": State.NOTED, "ticked": ALL_TICKED, "contact": "Cara Doyle", "read": lambda row: row.revision_id}
SEEN = {"seen": lambda row: row.version}
READING = {"source": "S", "group_name": "", "encoding": "", "mapping": {"Title": "title"}}
# Action → the thing it is done with, what else it takes, and whose role allows it.
TABLE = {
    writing.start_lesson: ("here", {"words": WORDS}, CONTRIBUTORS),
    writing.write_lesson: ("draft", {"words": {"why": "Else."}, **SEEN}, CONTRIBUTORS),
    writing.submit_lesson: ("draft", {}, CONTRIBUTORS),
    writing.withdraw_lesson: ("waiting", {}, CONTRIBUTORS),
    writing.discard_lesson: ("draft", {}, CONTRIBUTORS),
    writing.add_lesson_action: ("identified", {"title": "Change the checklist"}, CONTRIBUTORS),
    review.claim_lesson: ("waiting", {}, VALIDATORS),
    review.take_over_lesson: ("claimed", {}, VALIDATORS),
    review.release_lesson: ("claimed", {}, VALIDATORS),
    review.return_lesson: ("claimed", {"comment": "More."}, VALIDATORS),
    review.decline_lesson: ("claimed", {"reason": "No."}, VALIDATORS),
    review.validate_lesson: ("claimed", CHECK, VALIDATORS),
    review.confirm_change: ("identified", {"read": lambda row: row.revision_id}, VALIDATORS),
    closing.close_with_lessons: ("live", {"summary": {}}, FACILITATORS),
    closing.add_session_action: ("closed", {"title": "Ring transport"}, CONTRIBUTORS),
    importing.upload_import: ("here", {"file_name": "l.csv", "content": CSV}, FACILITATORS),
    importing.settle_import: ("run", {**READING, **SEEN}, FACILITATORS),
    importing.request_trial: ("run", {}, FACILITATORS),
    importing.request_import: ("run", {}, FACILITATORS),
    importing.choose_differences: ("run", {"choices": {}}, FACILITATORS),
    undoing.request_undo: ("run_done", {}, FACILITATORS),
    reviews.bring_review_in: (
        "here",
        {"report": Report("Storm"), "file_name": "a.md", "technique": review_technique},
        FACILITATORS,
    ),
}


def attempt(action, things, by) -> str:
    """*done*, *refused* by a rule, or *forbidden*; what was done is taken back."""
    name, words, _ = TABLE[action]
    row = type(things[name]).objects.get(pk=things[name].pk)
    values = {key: word(row) if callable(word) else word for key, word in words.items()}
    with transaction.atomic():
        try:
            action(row, by=by, at=NOON, **values)
            said = "done"
        except PermissionDenied:
            said = "forbidden"
        except Refusal:
            said = "refused"
        transaction.set_rollback(True)
    return said


@pytest.mark.parametrize("action", TABLE, ids=lambda action: action.__name__)
def test_each_action_and_each_person(action, things, lena, farah, cara, reza, ada, sam, nia, oskar):
    people = {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "ada": ada, "sam": sam, "nia": nia}
    said = {name: attempt(action, things, as_member(person)) for name, person in people.items()}
    assert {name for name, answer in said.items() if answer != "forbidden"} == TABLE[action][2]
    assert attempt(action, things, as_member(oskar)) == "forbidden", "somebody of another organisation"
    assert attempt(action, things, None) == "forbidden"


@pytest.mark.parametrize("action", TABLE, ids=lambda action: action.__name__)
def test_whoever_has_left_is_forbidden(action, things, lena):
    gone = as_member(lena)
    gone.left_at = NOON
    assert attempt(action, things, gone) == "forbidden"


MOVES = {
    "write": writing.write_lesson,
    "submit": writing.submit_lesson,
    "withdraw": writing.withdraw_lesson,
    "discard": writing.discard_lesson,
    "add_action": writing.add_lesson_action,
    "claim": review.claim_lesson,
    "take_over": review.take_over_lesson,
    "release": review.release_lesson,
    "return": review.return_lesson,
    "decline": review.decline_lesson,
    "note": review.validate_lesson,
}


@pytest.mark.parametrize("state", ["draft", "waiting", "claimed", "identified"])
def test_what_is_allowed_is_just_what_the_actions_do(state, things, monkeypatch, lena, farah, cara, reza):
    """For every move and person; pressed twice counts as done, which nobody is offered."""
    for person in (lena, farah, cara, reza):
        member, lesson = as_member(person), Lesson.objects.get(pk=things[state].pk)
        offered = policies.allowed(member, lesson, on=NOON.date())
        for move, action in MOVES.items():
            monkeypatch.setitem(TABLE, action, (state, *TABLE[action][1:]))
            is_again = {("withdraw", "draft"), ("submit", "waiting"), ("submit", "claimed"), ("claim", "claimed")}
            done = attempt(action, things, member) == "done"
            assert done == (move in offered) or (move, state) in is_again, (person, move, state)


def test_a_lesson_that_was_sent_once_is_not_offered_for_deletion(waiting, draft, cara):
    sent = writing.withdraw_lesson(waiting(), by=as_member(cara), at=NOON)
    assert "discard" in policies.allowed(as_member(cara), draft(), on=NOON.date())
    assert "discard" not in policies.allowed(as_member(cara), sent, on=NOON.date())


def test_a_file_can_be_settled_until_its_lessons_are_brought_in(things, farah, cara):
    run = things["run"]
    assert policies.allowed_with_import(as_member(farah), run, at=NOON) == {"settle", "try", "run"}
    assert policies.allowed_with_import(as_member(cara), run, at=NOON) == frozenset()
    importing.begin_import(run)
    assert policies.allowed_with_import(as_member(farah), run, at=NOON) == frozenset()


def test_what_the_lists_offer_follows_from_the_role(riverside, lena, farah, cara, reza, oskar):
    offered = [policies.allowed_in(as_member(person), riverside) for person in (lena, farah, cara, reza, oskar)]
    curates = {"log", "check", "import", "see_aging", "see_risks"}
    assert offered == [curates | {"set_check_rules"}, curates, {"log"}, set(), set()]


def test_a_named_validator_may_check(identified, waiting, sam):
    member = as_member(sam)
    member.is_validator = True
    assert permissions_of(Role.SPONSOR, named_validator=True) == member.permissions
    assert review.claim_lesson(waiting(), by=member, at=NOON).claimed_by == sam


def test_a_lesson_belongs_to_no_group_of_another_organisation(draft, claimed, hillside, farah, cara):
    from organisations.models import Group

    theirs = Group.objects.create(organisation=hillside, name="Their team")
    facts = {"share_with": Reach.GROUP, "group": theirs}
    with pytest.raises(Refusal, match="your own organisation"):
        draft(facts=facts)
    lesson = draft()
    with pytest.raises(Refusal, match="your own organisation"):
        writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={}, facts=facts)
    held = claimed()
    values = {**CHECK, "read": held.revision_id, **facts}
    with pytest.raises(Refusal, match="your own organisation"):
        review.validate_lesson(held, by=as_member(farah), at=NOON, **values)
