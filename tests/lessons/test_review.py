"""A validator’s side: claiming, the three answers, and what the author hears."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from jobs.models import Mail
from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import review, writing
from lessons.models import Lesson, State
from notifications.models import Notice
from organisations.models import AuditEntry, Group
from organisations.visibility import Reach
from search import index
from tests.cast import as_member
from tests.races import at_once

from .conftest import ALL_TICKED, NOON, validate

LATER = NOON + timedelta(days=20)


def test_of_two_who_claim_one_wins_and_the_other_reads_who(waiting, farah, lena):
    lesson = waiting()
    other = Lesson.objects.get(pk=lesson.pk)  # as the second browser has it
    review.claim_lesson(lesson, by=as_member(farah), at=NOON)
    with pytest.raises(Refusal, match="Farah Siddiqui has claimed this lesson"):
        review.claim_lesson(other, by=as_member(lena), at=NOON)
    review.claim_lesson(lesson, by=as_member(farah), at=NOON)  # pressed twice
    assert lesson.events.filter(after=State.IN_REVIEW).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_the_same_moment(waiting, farah, lena):
    pk = waiting().pk
    first, second = (Lesson.objects.get(pk=pk) for _ in range(2))
    said = at_once(
        lambda: review.claim_lesson(first, by=as_member(farah), at=NOON),
        lambda: review.claim_lesson(second, by=as_member(lena), at=NOON),
    )
    (lost,) = [one for one in said if isinstance(one, Refusal)]
    winner = Lesson.objects.get(pk=pk).claimed_by
    assert winner in (farah, lena)
    assert str(lost) == f"{winner} has claimed this lesson."


def test_only_those_who_check_lessons_may_claim_and_never_their_own(draft, waiting, cara, reza, ada, sam, farah, oskar):
    lesson = waiting()
    for person in (reza, ada, sam, oskar):
        with pytest.raises(PermissionDenied):
            review.claim_lesson(lesson, by=as_member(person), at=NOON)
    own = writing.submit_lesson(draft(by=farah), by=as_member(farah), at=NOON)
    with pytest.raises(Refusal, match="You cannot check your own lesson"):
        review.claim_lesson(own, by=as_member(farah), at=NOON)


def test_a_lesson_can_be_put_back_and_taken_over_once_it_is_late(claimed, farah, lena):
    lesson = claimed()
    with pytest.raises(Refusal):
        review.take_over_lesson(lesson, by=as_member(lena), at=NOON)
    review.take_over_lesson(lesson, by=as_member(lena), at=LATER)
    assert lesson.claimed_by == lena
    assert Notice.objects.filter(person=farah, text__startswith="Lena Marsh has taken over").count() == 1
    review.release_lesson(lesson, by=as_member(lena), at=LATER)
    assert (lesson.state, lesson.claimed_by) == (State.SUBMITTED, None)
    review.claim_lesson(lesson, by=as_member(farah), at=LATER)


@pytest.mark.parametrize("answer", ["return", "decline"])
def test_the_author_hears_no_with_the_reason_by_notice_and_mail(claimed, cara, farah, answer):
    lesson = claimed()
    act, word = (
        (lambda: review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="Say which ward."), "comment")
        if answer == "return"
        else (lambda: review.decline_lesson(lesson, by=as_member(farah), at=NOON, reason="Say which ward."), "reason")
    )
    with pytest.raises(Refusal):
        review.return_lesson(lesson, by=as_member(farah), at=NOON, comment=" ")
    with pytest.raises(Refusal):
        review.decline_lesson(lesson, by=as_member(farah), at=NOON, reason=" ")
    act()
    assert lesson.reach == Reach.REVIEWERS
    assert lesson.state == (State.RETURNED if word == "comment" else State.DECLINED)
    assert Notice.objects.filter(person=cara, kind="lesson").count() == 1
    mail = Mail.objects.get(recipients=["cara@riverside.example"])
    assert "Say which ward." in mail.body
    assert f"/o/riverside/lessons/{lesson.pk}/" in mail.body


def test_a_returned_lesson_comes_round_again(claimed, cara, farah):
    lesson = claimed()
    review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="More.")
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "More."})
    writing.submit_lesson(lesson, by=as_member(cara), at=LATER)
    assert lesson.answer_due_on > LATER.date()
    validate(review.claim_lesson(lesson, by=as_member(farah), at=LATER), farah)
    assert [event.get_after_display() for event in lesson.events.order_by("pk")] == [
        "Draft", "Submitted", "In review", "Returned", "Submitted", "In review", "Identified",
    ]  # fmt: skip


def test_identified_lessons_are_read_and_found_by_all(claimed, member, farah, cara, reza):
    lesson = validate(claimed(), farah, tags=["discharge"], comment="Thank you.")
    assert (lesson.state, lesson.reach, lesson.validated_by, lesson.approved) == (
        State.IDENTIFIED,
        Reach.ORGANISATION,
        farah,
        lesson.revision,
    )
    hit = index.find(member(reza), "discharge", kinds=["lesson"]).hits[0]
    assert (hit.ident, hit.state) == (lesson.pk, "identified")
    assert "Thank you." in Mail.objects.get(recipients=[cara.email]).body
    assert AuditEntry.objects.filter(event="lesson.identified", ident=lesson.pk).exists()


def test_what_is_missing_cannot_be_ticked_away(claimed, farah):
    lesson = claimed(why="")
    with pytest.raises(Refusal, match="There is nothing under “Why"):
        validate(lesson, farah)
    with pytest.raises(Refusal, match="It does not say who to ask"):
        validate(claimed(), farah, contact=" ")
    with pytest.raises(Refusal, match="“A stranger can follow it” is not ticked"):
        validate(claimed(), farah, ticked=[key for key in ALL_TICKED if key != "stranger"])
    with pytest.raises(Refusal, match="should change"):
        validate(claimed(), farah, process="")
    assert validate(claimed(), farah, process="", outcome=State.NOTED).state == State.NOTED


def test_sharing_with_a_group_needs_one(claimed, farah, member, reza, riverside):
    lesson = claimed()
    with pytest.raises(Refusal, match="group"):
        validate(lesson, farah, share_with=Reach.GROUP)
    ward = Group.objects.create(organisation=riverside, name="Ward 6")
    validate(lesson, farah, share_with=Reach.GROUP, group=ward)
    assert not Lesson.objects.visible_to(member(reza)).exists()


def test_words_that_changed_under_the_reader_are_not_checked_unread(claimed, cara, farah):
    lesson = claimed()
    read = lesson.revision_id
    review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="More.")
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Else."})
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    review.claim_lesson(lesson, by=as_member(farah), at=NOON)
    with pytest.raises(Stale):
        validate(lesson, farah, read=read)


def test_answering_what_was_taken_back_says_so(claimed, cara, farah):
    lesson = claimed()
    writing.withdraw_lesson(lesson, by=as_member(cara), at=NOON)
    with pytest.raises(Refusal, match="draft"):
        review.decline_lesson(lesson, by=as_member(farah), at=NOON, reason="No.")


# --- Pages ---------------------------------------------------------------------------------------------------------


def page(name, lesson):
    return reverse(name, args=["riverside", lesson.pk])


def answers(lesson, **values):
    return {
        "outcome": "identified",
        "ticked": [key for key in ALL_TICKED if key not in ("contact", "process")],
        "contact": "Cara Doyle",
        "process": "Discharge checklist",
        "kind": "lesson",
        "tags": "discharge",
        "share_with": "organisation",
        "review_on": "23 November 2027",
        "comment": "",
        "read": lesson.revision_id,
        **values,
    }


@time_machine.travel(LATER, tick=False)
def test_the_queue_begins_with_the_longest_waiting_and_marks_what_is_late(
    as_, waiting, claimed, farah, lena, reza, cara
):
    old, mine = waiting(title="The oldest one"), claimed(title="Mine already")
    newest = waiting(title="The newest one")
    Lesson.objects.filter(pk=old.pk).update(submitted_at=NOON - timedelta(days=3))
    Lesson.objects.filter(pk=newest.pk).update(answer_due_on=LATER.date() + timedelta(days=5))
    queue = reverse("lesson_queue", args=["riverside"])
    text = as_(farah).get(queue).content.decode()
    places = [
        text.index(words) for words in ("Claimed by you", "Mine already", "Waiting to be", "The oldest", "The newest")
    ]
    assert places == sorted(places)
    assert text.count("Answer was due by") == 2
    assert "2 longer than we promised" in text
    others = as_(lena).get(queue).content.decode()
    assert "Claimed by others" in others
    assert reverse("lesson_take_over", args=["riverside", mine.pk]) in others
    assert as_(reza).get(queue).status_code == 403
    assert as_(cara).get(queue).status_code == 403


def test_one_press_claims_and_leads_to_the_list_to_tick(as_, waiting, farah, lena):
    lesson = waiting()
    answer = as_(farah).post(page("lesson_claim", lesson))
    assert answer.url == page("lesson_check", lesson)
    second = as_(lena).post(page("lesson_claim", lesson), follow=True)
    assert "Farah Siddiqui has claimed this lesson." in second.content.decode()
    assert as_(lena).get(page("lesson_check", lesson)).status_code == 302


def test_checking_goes_on_to_the_next_one(as_, claimed, farah):
    first, second = claimed(), claimed(title="The next one")
    answer = as_(farah).post(page("lesson_check", first), answers(first), follow=True)
    assert answer.redirect_chain[-1][0] == page("lesson_check", second)
    assert "is checked. The author has been told." in answer.content.decode()
    last = as_(farah).post(page("lesson_check", second), answers(second), follow=True)
    assert last.redirect_chain[-1][0] == reverse("lesson_queue", args=["riverside"])


def test_the_page_says_what_is_missing_and_keeps_what_was_ticked(as_, claimed, farah):
    lesson = claimed(why="")
    shown = as_(farah).get(page("lesson_check", lesson)).content.decode()
    assert "It cannot be shared yet" in shown
    answer = as_(farah).post(
        page("lesson_check", lesson), answers(lesson, ticked=["do", "one"], contact="", review_on="x")
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "There is nothing under “Why?”. Return the lesson and ask for it",
        "Tick “A stranger can follow it”",
        "It does not say who to ask",
        "Enter a date",
    ):
        assert words in text
    assert text.count(" checked") >= 3  # do, one, and the outcome


def test_a_declined_lesson_can_no_longer_be_changed(as_, claimed, farah, cara):
    lesson = claimed()
    review.decline_lesson(lesson, by=as_member(farah), at=NOON, reason="No.")
    answer = as_(cara).get(reverse("lesson_edit", args=["riverside", lesson.pk]), follow=True)
    assert "This lesson was declined and can no longer be changed." in answer.text


def test_returning_and_declining_ask_for_words(as_, claimed, farah):
    lesson = claimed()
    for name, field in (("lesson_return", "comment"), ("lesson_decline", "reason")):
        answer = as_(farah).post(page(name, lesson), {field: ""})
        assert answer.status_code == 422
        assert "<title>Error: " in answer.content.decode()
    as_(farah).post(page("lesson_return", lesson), {"comment": "Which ward?"})
    lesson.refresh_from_db()
    assert lesson.state == State.RETURNED


def test_the_comment_is_for_the_author_and_those_who_check(as_, claimed, cara, farah, lena, reza, sam):
    lesson = claimed()
    review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="Secret advice.")
    text = as_(cara).get(page("lesson_detail", lesson)).content.decode()
    assert "It came back with a comment" in text
    assert "Secret advice." in as_(lena).get(page("lesson_detail", lesson)).content.decode()
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    validate(review.claim_lesson(lesson, by=as_member(farah), at=NOON), farah)
    for person in (reza, sam):
        assert "Secret advice." not in as_(person).get(page("lesson_detail", lesson)).content.decode()


def test_a_change_after_the_check_is_shown_side_by_side(as_, identified, cara, farah, lena, reza):
    lesson = identified()
    writing.write_lesson(
        lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Pharmacy starts at noon."}
    )
    assert "Changed since it was checked" in as_(reza).get(page("lesson_detail", lesson)).content.decode()
    text = as_(lena).get(page("lesson_changes", lesson)).content.decode()
    assert "<ins>" in text
    assert "Confirm that it is still right" in text
    assert (
        "Changed since they were checked" in as_(lena).get(reverse("lesson_queue", args=["riverside"])).content.decode()
    )
    for odd in ("x", "9" * 5000):
        as_(lena).post(page("lesson_confirm", lesson), {"read": odd})
    as_(lena).post(page("lesson_confirm", lesson), {"read": lesson.revision_id})
    lesson.refresh_from_db()
    assert not lesson.changed_since_validation
    assert as_(reza).get(page("lesson_changes", lesson)).status_code == 302


def test_an_action_hangs_on_a_checked_lesson(as_, identified, waiting, cara, reza, farah):
    lesson = identified()
    new = page("lesson_action_new", lesson)
    assert as_(reza).get(new).status_code == 403
    assert "Change: Discharge checklist" in as_(cara).get(new).content.decode()
    as_(cara).post(new, {"title": "Change the checklist", "owner": farah.pk, "due_on": "1 March 2027"})
    text = as_(reza).get(page("lesson_detail", lesson)).content.decode()
    assert "Change the checklist" in text
    assert as_(cara).get(page("lesson_action_new", waiting())).status_code == 403


@pytest.mark.parametrize("name", ["lesson_list", "lesson_mine", "lesson_queue"])
def test_lists_take_the_same_queries_with_one_row_and_with_three(
    as_, identified, waiting, lena, farah, cara, queries, name
):
    browser, address = as_(cara if name == "lesson_mine" else lena), reverse(name, args=["riverside"])
    identified()
    waiting()
    one = queries(browser, address)
    for _ in range(2):
        identified()
        waiting()
    assert queries(browser, address) == one
