"""When a rule says no after a form was filled in well, because things changed meanwhile: its sentence is read, and
nothing typed is lost."""

import html
from typing import Any

import pytest

from kmportal.lib.exceptions import Refusal
from tests.test_doors import patterns
from tests.test_garbage import who_may
from tests.world import World

SENTENCE = "Somebody changed the world meanwhile, and “this” is < no longer possible"
TYPED = "Words that somebody thought about"
TICKED = {
    "outcome": "identified",
    "ticked": ["do", "cause", "who", "stranger", "nobody", "one"],
    "contact": "Cara Doyle",
}
ACCEPTED = {"becomes": "action", "until": "tomorrow", "owner": "farah"}
SORT = {"kind": "quick-win", "effort": "quick"}
BEGUN = {"question": "Zzz?", "access": "open"}
# Address, the rule that refuses, what was typed there, and what else the form needs.
FORMS = [
    ("action_new", "actionplan.actions.add_action", "title", {}),
    ("action_edit", "actionplan.actions.reword_action", "title", {}),
    ("action_move", "actionplan.actions.reschedule_action", "reason", {"no_date": "on"}),
    ("action_hand_over", "actionplan.actions.hand_over_action", "reason", {"guest_name": "Gus"}),
    ("action_drop", "actionplan.actions.drop_action", "reason", {}),
    ("assessment_new", "selfassessment.actions.rounds.prepare_assessment", "title", {"closes_on": "tomorrow"}),
    ("assessment_edit", "selfassessment.actions.rounds.edit_assessment", "title", {}),
    ("charter_edit", "communities.actions.life.write_charter", "topic", {}),
    ("community_close", "communities.actions.closing.announce_closing", "words", {"reason": "done"}),
    ("community_edit", "communities.actions.life.change_community", "name", {}),
    ("community_new", "communities.actions.life.found_community", "name", {"question": "Zzz?", "access": "open"}),
    ("community_object", "communities.actions.closing.object_to_closing", "words", {}),
    ("community_story", "communities.actions.closing.write_story", "story", {}),
    ("community_step", "communities.actions.life.answer_step", "need", {}),
    ("community_knock", "communities.actions.people.ask_to_join", "words", {}),
    ("kickoff_new", "communities.actions.kickoff.open_kickoff", "title", {"form": "page"}),
    ("kickoff_edit", "communities.actions.kickoff.change_kickoff", "title", {}),
    ("kickoff_barriers", "communities.actions.kickoff.name_barrier", "words", {}),
    ("problem_new", "communities.actions.problems.raise_problem", "line", {}),
    ("problem_edit", "communities.actions.problems.change_problem", "line", {}),
    ("problem_move", "communities.actions.problems.move_problems", "name", {}),
    ("problem_begin", "communities.actions.founding.found_from_problem", "name", BEGUN),
    ("topic_begin", "communities.actions.founding.found_from_topic", "name", BEGUN),
    ("decision_new", "selfassessment.actions.deciding.accept_as_action", "words", ACCEPTED),
    ("decision_reject", "selfassessment.actions.deciding.reject_suggestion", "reason", {}),
    ("finder_own", "people.actions.write_profile", "asked_about", {}),
    ("group_new", "organisations.actions.create_group", "name", {}),
    ("group_edit", "organisations.actions.change_group", "name", {}),
    ("intervention_action_new", "actionplan.actions.add_action", "title", {}),
    ("intervention_edit", "roadmap.actions.change_intervention", "title", SORT),
    ("intervention_new", "roadmap.actions.plan_intervention", "title", {"step": "1", **SORT}),
    ("intervention_state", "roadmap.actions.set_intervention_state", "reason", {"state": "paused"}),
    ("invitation_new", "organisations.actions.invite_member", "name", {"email": "gus@x.example", "role": "reader"}),
    ("lesson_check", "lessons.actions.review.validate_lesson", "process", TICKED),
    ("lesson_edit", "lessons.actions.writing.write_lesson", "happened", {"then": "keep"}),
    ("lesson_new", "lessons.actions.writing.start_lesson", "happened", {"then": "keep"}),
    ("programme_edit", "roadmap.actions.revise_programme", "name", {}),
    ("programme_new", "roadmap.actions.begin_programme", "name", {"starter": "empty", "ends_on": "31 December 2099"}),
    ("post_edit", "communities.actions.talk.change_post", "text", {}),
    ("thread_detail", "communities.actions.talk.write_post", "text", {}),
    ("thread_new", "communities.actions.talk.start_thread", "text", {"title": "Who knows?"}),
    ("session_invite", "techniques.actions.planning.invite_to_session", "addresses", {}),
]
PRESSES = [
    ("community_informal", "communities.actions.life.leave_informal"),
    ("community_join", "communities.actions.people.join_community"),
    ("kickoff_end", "communities.actions.kickoff.end_kickoff"),
    ("problem_share", "communities.actions.problems.share_problem"),
    ("problem_unshare", "communities.actions.problems.unshare_problem"),
    ("problem_back", "communities.actions.problems.put_problem_back"),
    ("problem_delete", "communities.actions.problems.take_away_problem"),
    ("problem_give_back", "communities.actions.founding.give_problem_back"),
    ("topic_remove", "communities.actions.problems.remove_topic"),
    ("assessment_open", "selfassessment.actions.rounds.open_assessment"),
    ("import_run", "lessons.actions.importing.request_import"),
    ("import_try", "lessons.actions.importing.request_trial"),
    ("lesson_discard", "lessons.actions.writing.discard_lesson"),
    ("lesson_send", "lessons.actions.writing.submit_lesson"),
    ("thread_lesson", "communities.actions.talk.make_lesson"),
    ("session_join", "techniques.actions.room.joining.join_room"),
]


@pytest.fixture
def refusing(monkeypatch):
    """``refusing("roadmap.actions.plan_intervention")``: from now on this rule says no."""

    def refuse(*args, **kwargs):
        raise Refusal(SENTENCE)

    return lambda rule: monkeypatch.setattr(rule, refuse)


def address(world: World, name: str) -> str:
    route = next(route for known, route, _ in patterns() if known == name)
    return world.address(name, route)


def shown(page) -> dict[str, Any]:
    """What the form of a page holds before anybody touches it."""
    values = {field.html_name: field.value() for field in page.context["form"]}
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize(("name", "rule", "field", "more"), FORMS, ids=[name for name, *_ in FORMS])
def test_a_form_says_why_not_and_keeps_what_was_typed(name, rule, field, more, world, as_, refusing):
    who = "farah" if name == "lesson_check" else who_may(name)  # she has claimed it
    url, browser = address(world, name), as_(world.people[who])
    filled = {**shown(browser.get(url)), **more}
    if more.get("owner"):
        filled["owner"] = world.people[more["owner"]].pk
    refusing(rule)
    typed = "thoughtful@x.example" if field == "addresses" else TYPED
    answer = browser.post(url, {**filled, field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert html.escape(SENTENCE) in page, answer.context["form"].errors
    assert typed in page
    assert SENTENCE not in page


@pytest.mark.parametrize(("name", "rule"), PRESSES, ids=[name for name, _ in PRESSES])
def test_a_press_says_why_not(name, rule, world, as_, refusing):
    url, browser = address(world, name), as_(world.people[who_may(name)])
    refusing(rule)
    page = browser.post(url, follow=True).content.decode()
    assert html.escape(SENTENCE) in page
    assert SENTENCE not in page
