"""A deed is told once: one line of the trail, and from it the history, the notices, the mail and the index."""

from datetime import timedelta

import pytest

from actionplan.models import ActionChange
from jobs.models import Mail
from kmportal.lib import things
from kmportal.lib.exceptions import Refusal
from lessons import policies
from lessons.actions import importing, review, writing
from lessons.models import Lesson, LessonEvent, State
from notifications.models import Notice
from organisations.models import AuditEntry, Group, Organisation
from organisations.visibility import Reach
from search.models import SearchDoc
from tests.cast import as_member, join_group

from .conftest import NOON, validate

LATER = NOON + timedelta(days=20)


def told_of(lesson):
    """The events of a lesson, the oldest first."""
    return list(
        AuditEntry.objects.filter(kind="lesson", ident=lesson.pk).order_by("pk").values_list("event", flat=True)
    )


def test_a_whole_life_is_told_line_by_line(draft, cara, farah, lena):
    lesson = draft()
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    review.claim_lesson(lesson, by=as_member(farah), at=NOON)
    review.take_over_lesson(lesson, by=as_member(lena), at=LATER)
    review.release_lesson(lesson, by=as_member(lena), at=LATER)
    review.claim_lesson(lesson, by=as_member(farah), at=LATER)
    review.return_lesson(lesson, by=as_member(farah), at=LATER, comment="More.")
    writing.write_lesson(lesson, by=as_member(cara), at=LATER, seen=lesson.version, words={"why": "More."})
    writing.submit_lesson(lesson, by=as_member(cara), at=LATER)
    validate(review.claim_lesson(lesson, by=as_member(farah), at=LATER), farah)
    writing.write_lesson(lesson, by=as_member(cara), at=LATER, seen=lesson.version, words={"why": "Else."})
    review.confirm_change(lesson, by=as_member(lena), at=LATER, read=lesson.revision_id)
    keys = told_of(lesson)
    assert [key.removeprefix("lesson.") for key in keys] == [
        "drafted", "submitted", "claimed", "taken_over", "released", "claimed", "returned", "submitted", "claimed",
        "identified", "changed", "change_checked",
    ]  # fmt: skip
    rows = lesson.events.order_by("pk")
    assert len(rows) == len(keys)
    assert [row.after for row in rows][-3:] == [State.IDENTIFIED] * 3
    assert [row.revision.number for row in rows][-3:] == [2, 3, 3]
    assert (rows[6].comment, rows[6].before) == ("More.", State.IN_REVIEW)


def test_what_is_still_with_its_author_changes_in_silence_and_is_found(draft, cara):
    lesson = draft()
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words={"title": "Ring the porter"})
    assert told_of(lesson) == ["lesson.drafted"]
    assert SearchDoc.objects.get(kind="lesson", ident=lesson.pk).title == "Ring the porter"


def test_other_facts_are_told_without_a_line_in_the_history(identified, farah):
    lesson = identified()
    before = lesson.events.count()
    facts = {"contact": "Farah Siddiqui"}
    writing.write_lesson(lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={}, facts=facts)
    assert told_of(lesson)[-1] == "lesson.changed"
    assert lesson.events.count() == before


def test_other_readers_and_other_words_at_once_are_two_events(identified, riverside, cara):
    lesson, ward = identified(), Group.objects.create(organisation=riverside, name="Ward 6")
    facts = {"share_with": Reach.GROUP, "group": ward}
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Else."}, facts=facts)
    assert told_of(lesson)[-2:] == ["lesson.readers_changed", "lesson.changed"]
    doc = SearchDoc.objects.get(kind="lesson", ident=lesson.pk)
    assert (doc.reach, doc.group) == (Reach.GROUP, ward)


def test_its_actions_follow_the_readers_as_an_event_of_their_own(identified, riverside, cara, farah):
    lesson, ward = identified(), Group.objects.create(organisation=riverside, name="Ward 6")
    action = writing.add_lesson_action(lesson, by=as_member(cara), at=NOON, title="Change the checklist")
    assert action.source == things.ref_of(lesson)
    facts = {"share_with": Reach.GROUP, "group": ward}
    writing.write_lesson(lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={}, facts=facts)
    action.refresh_from_db()
    assert (action.reach, action.group) == (Reach.GROUP, ward)
    entry = AuditEntry.objects.get(event="action.readers_changed")
    assert (entry.ident, entry.actor_id) == (action.pk, farah.pk)
    assert not ActionChange.objects.filter(action=action).exclude(kind="made").exists()


def test_a_deleted_draft_is_told_and_forgotten(draft, cara):
    lesson = draft()
    pk = lesson.pk
    writing.discard_lesson(lesson, by=as_member(cara), at=NOON)
    assert AuditEntry.objects.filter(event="lesson.deleted", ident=pk).exists()
    assert not SearchDoc.objects.filter(kind="lesson", ident=pk).exists()
    assert not LessonEvent.objects.exists()


def test_an_answer_is_one_notice_and_one_mail_dated_when_it_was_given(claimed, cara, farah):
    lesson = claimed()
    Notice.objects.all().delete()
    review.return_lesson(lesson, by=as_member(farah), at=LATER, comment="Say which ward.")
    (notice,) = Notice.objects.filter(person=cara)
    assert (things.Ref(notice.kind, notice.ident), notice.at) == (things.ref_of(lesson), LATER)
    (mail,) = Mail.objects.all()
    assert (mail.recipients, mail.created_at) == ([cara.email], LATER)


def test_an_author_who_has_left_gets_no_mail(claimed, cara, farah):
    lesson = claimed()
    member = as_member(cara)
    member.left_at = NOON
    member.save()
    review.decline_lesson(lesson, by=as_member(farah), at=NOON, reason="No.")
    assert not Notice.objects.filter(person=cara).exists()
    assert not Mail.objects.exists()


def test_taking_back_what_was_claimed_leads_its_reader_to_the_queue(claimed, cara, farah):
    lesson = claimed()
    writing.withdraw_lesson(lesson, by=as_member(cara), at=NOON)
    (notice,) = Notice.objects.filter(person=farah)
    assert (notice.kind, notice.ident) == ("lesson-queue", 0)
    assert "Ask pharmacy" not in notice.text


def test_a_run_of_many_lessons_is_one_event(riverside, farah):
    rows = b"Number,Title,Lesson\n" + b"".join(b"%d,Title %d,Ask %d\n" % (n, n, n) for n in range(1, 251))
    run = importing.upload_import(riverside, by=as_member(farah), at=NOON, file_name="l.csv", content=rows, source="S")
    importing.begin_import(run)
    importing.run_import(run, at=LATER)
    entries = AuditEntry.objects.exclude(kind="group")
    assert [(entry.event, entry.ident, entry.actor_id) for entry in entries] == [("import.finished", run.pk, farah.pk)]
    assert entries[0].facts["created"] == 250
    assert (run.finished_at, entries[0].at) == (LATER, LATER)
    assert SearchDoc.objects.filter(kind="lesson").count() == 250
    group = AuditEntry.objects.get(kind="group")
    assert (group.event, group.actor_id) == ("group.created", None)


@pytest.mark.parametrize(
    ("words", "facts", "says"),
    [
        ({"title": "x" * 301}, {}, "Shorten “Title” to 300 characters."),
        ({"when_you": "x" * 1001}, {}, "Shorten “When you are about to…” to 1,000 characters."),
        ({"happened": "x" * 40_001}, {}, "Shorten “What happened?” to 40,000 characters."),
        ({}, {"contact": "x" * 201}, "Shorten “Who can people ask about it?” to 200 characters."),
        ({}, {"kind": "wonder"}, "Choose one of the kinds of lessons."),
        ({}, {"share_with": Reach.REVIEWERS}, "Choose with whom it may be shared"),
    ],
)
def test_rules_of_length_are_the_models_and_hold_in_the_action(draft, cara, words, facts, says):
    with pytest.raises(Refusal, match=says.replace("?", r"\?")):
        draft(facts=facts, **words)
    lesson = draft()
    with pytest.raises(Refusal, match=says.replace("?", r"\?")):
        writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words=words, facts=facts)


def test_a_comment_or_a_tag_that_is_too_long_is_refused(claimed, draft, farah):
    with pytest.raises(Refusal, match="Shorten “Comment” to 2,000 characters"):
        review.decline_lesson(claimed(), by=as_member(farah), at=NOON, reason="x" * 2001)
    with pytest.raises(Refusal, match="Shorten “Tag” to 80 characters"):
        draft(tags=["x" * 81])


# --- From another organisation ----------------------------------------------------------------------------------------


@pytest.fixture
def shared_group(riverside, hillside, oskar, cara):
    """A group of Riverside to which Oskar of Hillside belongs: both sides allow it."""
    Organisation.objects.filter(pk=riverside.pk).update(admits_outsiders=True)
    Organisation.objects.filter(pk=hillside.pk).update(lends_members=True)
    group = Group.objects.create(organisation=riverside, name="Discharge circle")
    join_group(group, cara)
    group.groupmembership_set.create(person=oskar, membership=as_member(oskar))
    return group


def test_what_is_shared_with_a_group_opens_for_its_members_from_elsewhere(
    identified, shared_group, as_, oskar, cara, farah, reza
):
    lesson = identified(share_with=Reach.GROUP, group=shared_group)
    writing.add_lesson_action(lesson, by=as_member(cara), at=NOON, title="Change the checklist")
    page = as_(oskar).get(f"/o/hillside/lessons/{lesson.pk}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Riverside shares this lesson with the group Discharge circle." in text
    for words in ("Add an action", "Change this lesson", "History"):
        assert words not in text
    assert (page.context["actions"], page.context["lines"], page.context["presses"]) == ([], [], [])
    assert as_(reza).get(lesson.get_absolute_url()).status_code == 404
    for name in ("edit", "send", "check", "changes", "actions/new"):
        assert as_(oskar).get(f"/o/hillside/lessons/{lesson.pk}/{name}/").status_code == 404


def test_a_member_from_elsewhere_may_do_nothing_with_it(identified, shared_group, oskar):
    lesson = identified(share_with=Reach.GROUP, group=shared_group)
    assert Lesson.objects.visible_to(as_member(oskar)).get() == lesson
    assert policies.allowed(as_member(oskar), lesson, on=NOON.date()) == frozenset()
