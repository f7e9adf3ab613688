"""One lesson goes into another: who may, what goes along, where the old address leads, and back within seven days."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from actionplan.models import Action
from attachments.inspection import check_file
from communities.models import Pin, Thread
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.subscribers import SUBSCRIBERS
from lessons.actions import comments, life, merging, reuse, review, writing
from lessons.importing.merging import decide_rows
from lessons.models import (
    ExpertQuestion,
    ImportDifference,
    ImportedRow,
    Innovation,
    LeftNote,
    Lesson,
    LessonCheck,
    LessonEvent,
    LessonMerge,
    LessonRevision,
    PackAnswer,
    Receipt,
    Reuse,
    ReviewTurn,
    SafeAuthor,
    State,
    Theme,
    Upkeep,
)
from lessons.models.merging import hanging
from notifications.models import Notice
from organisations.models import AuditEntry, Group
from organisations.visibility import Reach
from people.models import Enquiry
from search.models import SearchDoc
from tests.attachments.samples import picture as picture_file
from tests.cast import as_member
from tests.lessons.conftest import NOON, validate

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(claimed, farah):
    """Two checked lessons of Cara’s that say nearly the same: the one that stays, and the other one."""
    stays = validate(claimed(), farah, tags=["pharmacy"])
    goes = validate(
        claimed(title="Take-home medicines by ten", why="Nobody had asked."), farah, tags=["Pharmacy", "discharge"]
    )
    return stays, goes


def merge(two, by, **values) -> LessonMerge:
    stays, goes = fresh(*two)
    return merging.merge_lessons(goes, by=as_member(by), at=timezone.now(), into=stays, **values)


def fresh(*lessons):
    return [Lesson.objects.select_related("organisation", "revision").get(pk=one.pk) for one in lessons]


def picture() -> dict:
    """All that a merge may touch, row by row."""
    columns = (
        "pk", "state", "reach", "share_with", "group", "kind", "contact", "process", "happened_on", "session",
        "intervention", "went_well", "evidence", "learned_on", "look_again_on", "merged_into", "claimed_by",
        "revision__title", "revision__why", "revision__happened",
    )  # fmt: skip
    return {
        "lessons": list(Lesson.objects.order_by("pk").values_list(*columns)),
        "tags": sorted(Lesson.tags.through.objects.values_list("lesson", "tag")),
        "reuse": sorted(Reuse.objects.values_list("pk", "lesson")),
        "actions": sorted(Action.objects.values_list("pk", "source_ident")),
        "found": sorted(SearchDoc.objects.filter(kind="lesson").values_list("ident", "title")),
    }


def test_whatever_hangs_on_a_lesson_goes_or_is_known_to_stay():
    """What it said and what happened to it is its own; what other apps have follows the event."""
    own = {LessonRevision, LessonEvent, LessonMerge, Lesson, LessonCheck, ImportedRow, ImportDifference}
    own |= {Upkeep, ReviewTurn}  # whoever looks after the one that it went into does
    own |= {Innovation}  # how far it has come; who adapted it is led on
    own |= {SafeAuthor, Receipt}  # who wrote it, and what they are told of their own words
    themes = {Theme}  # tied by ``LessonTheme``
    carried = {what.rows.model for what in hanging().values()}
    above = {Pin, Thread}
    pointing = {
        relation.related_model
        for relation in Lesson._meta.get_fields(include_hidden=True)
        if relation.auto_created and relation.is_relation and relation.related_model
    }
    pointing -= {Lesson.tags.through}  # tags of both are added together
    assert pointing == own | themes | above | (carried - {Action, type_of("search.UnansweredSearch")})
    for event in ("lesson.merged", "lesson.parted"):
        heard = " ".join(SUBSCRIBERS[event])
        assert "communities." in heard
        assert "people." in heard


def type_of(label):
    from django.apps import apps

    return apps.get_model(label)


class TestMerging:
    def test_what_hangs_on_it_goes_along(self, two, cara, reza, lena, sam, riverside):
        stays, goes = two
        action = writing.add_lesson_action(goes, by=as_member(cara), at=NOON, title="Change the list", owner=cara)
        said = reuse.say_reuse(fresh(goes)[0], by=as_member(reza), at=NOON, kind="helped")
        for lesson in fresh(*two):
            reuse.say_reuse(lesson, by=as_member(lena), at=NOON, kind="same")
        asked = Enquiry.objects.create(
            organisation=riverside, author=reza, line="Who?", about_kind="lesson", about_ident=goes.pk
        )
        made = merge(two, lena)
        stays, goes = fresh(*two)
        action.refresh_from_db()
        asked.refresh_from_db()
        assert action.source_ident == asked.about_ident == stays.pk
        assert set(Reuse.objects.filter(lesson=stays).values_list("person", "kind")) == {
            (reza.pk, "helped"), (lena.pk, "same"),
        }  # fmt: skip
        assert Reuse.objects.visible_to(as_member(sam)).count() == 3
        assert Reuse.objects.get(pk=said.pk).lesson == stays
        assert {tag.name_key for tag in stays.tags.all()} == {"pharmacy", "discharge"}
        assert (goes.state, goes.merged_into, stays.state) == (State.SUPERSEDED, stays, State.ACTION_AGREED)
        assert made.rows.count() == 3
        assert AuditEntry.objects.filter(event="lesson.merged").count() == 1

    def test_comments_files_and_opinions_go_along_and_come_back(self, two, cara, reza, lena, riverside, as_):
        stays, goes = two
        shared = [check_file(f"{number}.png", picture_file(size=(20, 20 + number))) for number in range(6)]
        for lesson, files in ((stays, shared[:3]), (goes, shared[2:])):
            writing.write_lesson(
                lesson,
                by=as_member(cara),
                at=NOON,
                seen=fresh(lesson)[0].version,
                words={},
                files=files,
                telling="Bags",
            )
        said = comments.write_comment(fresh(goes)[0], by=as_member(reza), at=NOON, text="So it was with us.")
        asked = ExpertQuestion.objects.create(
            lesson=goes, revision=fresh(goes)[0].revision, whom="A judge", ends_on=NOON, answered_at=NOON, name="Jo",
            verdict="right",
        )  # fmt: skip
        note = LeftNote.objects.create(
            organisation=riverside, happened="Late", state="taken", decided_at=NOON, lesson=goes
        )
        answer = PackAnswer.objects.create(
            organisation=riverside, work_kind="work", work_ident=1, lesson=goes, answer="use", person=reza
        )
        page = as_(lena).get(f"/o/riverside/lessons/{goes.pk}/merge/{stays.pk}/").text
        assert "one comment" in page
        assert "two files" in page
        assert "No room is left for these files, which stay with lesson" in page
        assert "5.png" in page.partition("No room")[2]
        made = merge(two, lena)
        moved = [said, asked, note, answer]
        assert {type(one).objects.get(pk=one.pk).lesson_id for one in moved} == {stays.pk}
        assert stays.attached.count() == 5
        told = fresh(stays)[0]
        names = {line.partition(":")[0] for line in told.words.files_told.splitlines()}
        assert names == {f"{number}.png" for number in range(5)}
        assert told.changed_since_validation
        page = as_(lena).get(stays.get_absolute_url()).text
        assert f"lesson {goes.pk}, which is part of this one now" in page
        assert "So it was with us." in page
        merging.part_lessons(made, by=as_member(lena), at=timezone.now())
        assert {type(one).objects.get(pk=one.pk).lesson_id for one in moved} == {goes.pk}
        assert (stays.attached.count(), goes.attached.count()) == (3, 4)
        assert fresh(stays)[0].words.files_told.count("\n") == 2

    def test_search_forgets_the_one_and_finds_the_other_by_what_it_took(self, two, lena, as_):
        stays, goes = two
        merge(two, lena, chosen={"why": "both", "title": "other"})
        assert not SearchDoc.objects.filter(kind="lesson", ident=goes.pk).exists()
        found = as_(lena).get("/o/riverside/lessons/?q=nobody+had+asked").text
        assert f"/lessons/{stays.pk}/" in found
        assert f"/lessons/{goes.pk}/" not in found
        assert fresh(stays)[0].words.title == "Take-home medicines by ten"
        assert fresh(stays)[0].words.why == "Pharmacy starts when the request arrives.\n\nNobody had asked."

    def test_the_old_address_leads_on_and_shows_it_as_it_was(self, two, lena, reza, as_):
        stays, goes = two
        merge(two, lena)
        old = f"/o/riverside/lessons/{goes.pk}/"
        answer = as_(reza).get(old)
        assert (answer.status_code, answer.url) == (302, f"/o/riverside/lessons/{stays.pk}/")
        assert "This is how it was" in as_(reza).get(f"{old}?as-it-was").text
        page = as_(reza).get(answer.url).text
        assert "Part of this lesson" in page
        assert "Take that back" not in page
        assert "Take that back" in as_(lena).get(answer.url).text
        assert f"Lesson {goes.pk} became part of this one, by Lena" in page
        for tail in ("edit/", "actions/new/"):
            assert as_(lena).get(f"{old}{tail}").status_code == 404

    def test_its_author_hears_of_it_once(self, two, lena, cara):
        merge(two, lena)
        assert Notice.objects.filter(person=cara, text__contains="is part of").count() == 1

    def test_words_that_are_new_stand_unchecked(self, two, lena):
        merge(two, lena, chosen={"why": "other"})
        assert fresh(two[0])[0].changed_since_validation

    def test_twice_is_once(self, two, lena, farah):
        assert merge(two, lena) == merge(two, farah)
        assert LessonMerge.objects.count() == 1
        assert LessonEvent.objects.filter(deed="took-in").count() == 1

    def test_one_that_waits_goes_and_leaves_the_queue(self, two, waiting, lena, sam):
        new = waiting(title="Ask pharmacy by ten")
        merge((two[0], new), lena)
        assert not Lesson.objects.waiting_for(as_member(lena)).exists()
        assert fresh(new)[0].reach == Reach.REVIEWERS
        assert not Lesson.objects.visible_as_it_was(as_member(sam)).filter(pk=new.pk).exists()

    def test_one_that_somebody_else_is_checking_is_left_to_them(self, two, claimed, lena, farah):
        new = claimed(title="Ask pharmacy by ten")
        with pytest.raises(Refusal, match="is checking this lesson"):
            merge((two[0], new), lena)
        merge((two[0], new), farah)
        with pytest.raises(Refusal):
            review.return_lesson(fresh(new)[0], by=as_member(farah), at=NOON, comment="More")

    def test_who_may_not(self, two, cara, reza, sam, lena, draft):
        for person in (cara, reza, sam):
            with pytest.raises(PermissionDenied):
                merge(two, person)
        own = draft(by=lena)
        for source, target in ((own, two[0]), (two[1], own)):
            with pytest.raises(Refusal, match="your own"):
                merge((target, source), lena)

    def test_not_into_itself_a_draft_or_what_is_merged(self, two, waiting, claimed, lena, farah):
        stays, goes = two
        with pytest.raises(Refusal, match="another lesson"):
            merge((stays, stays), lena)
        with pytest.raises(Refusal, match="checked and still holds"):
            merge((waiting(), goes), lena)
        third = validate(claimed(title="Third"), farah)
        merge(two, lena)
        with pytest.raises(Refusal, match="part of another one already"):
            merge((third, goes), lena)
        with pytest.raises(Refusal, match="checked and still holds"):
            merge((goes, third), lena)

    def test_other_readers_are_chosen_and_never_guessed(self, two, lena, riverside):
        stays = two[0]
        group = Group.objects.create(organisation=riverside, name="Night staff")
        Lesson.objects.filter(pk=stays.pk).update(group=group)
        with pytest.raises(Refusal, match="Choose who may read it"):
            merge(two, lena)
        merge(two, lena, chosen={"readers": "kept"})
        assert fresh(stays)[0].group == group

    def test_changed_since_it_was_shown(self, two, lena, cara):
        stays, goes = fresh(*two)
        seen = (goes.version, stays.version)
        writing.write_lesson(stays, by=as_member(cara), at=NOON, seen=stays.version, words={"why": "Else."})
        with pytest.raises(Stale):
            merge(two, lena, seen=seen)

    def test_whichever_is_further_on_counts(self, two, cara, lena, farah):
        goes = two[1]
        action = writing.add_lesson_action(goes, by=as_member(cara), at=NOON, title="Change the list", owner=cara)
        Action.objects.filter(pk=action.pk).update(state="done", done_at=NOON)
        life.learn_lesson(fresh(goes)[0], by=as_member(farah), at=NOON, evidence="The list has it.")
        merge(two, lena)
        stays = fresh(two[0])[0]
        assert (stays.state, stays.evidence) == (State.LEARNED, "The list has it.")

    def test_a_file_that_speaks_of_it_changes_nothing(self, two, lena):
        from lessons.importing.batches import _standing_of
        from lessons.importing.rows import Row

        merge(two, lena)
        standing = _standing_of(fresh(two[1])[0])
        row = Row.__new__(Row)
        object.__setattr__(row, "refusal", "")
        object.__setattr__(row, "external_id", "7")
        object.__setattr__(row, "digest", "new")
        [decision] = decide_rows([row], {"7": standing})
        assert decision.outcome == "unchanged"
        assert "part of another" in decision.notes[0]


class TestTakingBack:
    def test_everything_is_as_it_was(self, two, cara, reza, lena, farah, as_):
        goes = two[1]
        writing.add_lesson_action(goes, by=as_member(cara), at=NOON, title="Change the list", owner=cara)
        reuse.say_reuse(fresh(goes)[0], by=as_member(reza), at=NOON, kind="helped")
        before = picture()
        made = merge(two, lena, chosen={"why": "both", "title": "other"})
        assert picture() != before
        url = f"/o/riverside/lessons/merges/{made.pk}/undo/"
        assert "goes back, with what was written" in as_(lena).get(url).text
        answer = as_(lena).post(url)
        assert answer.status_code == 302
        assert answer.url == f"/o/riverside/lessons/{goes.pk}/"
        assert picture() == before
        assert not fresh(two[0])[0].changed_since_validation
        as_(lena).post(url)
        assert LessonEvent.objects.filter(deed="came-back").count() == 1
        again = merge(two, lena)
        assert again != made

    def test_what_was_changed_since_stands(self, two, lena, cara):
        made = merge(two, lena, chosen={"why": "both"})
        stays = fresh(two[0])[0]
        writing.write_lesson(stays, by=as_member(cara), at=NOON, seen=stays.version, words={"why": "Newer."})
        merging.part_lessons(made, by=as_member(lena), at=timezone.now())
        assert fresh(stays)[0].words.why == "Newer."

    def test_one_that_waited_waits_again(self, two, claimed, farah, lena):
        new = claimed(title="Ask pharmacy by ten")
        before = picture()
        made = merge((two[0], new), farah)
        merging.part_lessons(made, by=as_member(lena), at=timezone.now())
        assert picture() == before

    def test_within_seven_days_and_not_once_it_has_gone_on(self, two, claimed, lena, farah, reza):
        made = merge(two, lena)
        with pytest.raises(Refusal, match="seven days"):
            merging.part_lessons(made, by=as_member(lena), at=timezone.now() + timedelta(days=7))
        with pytest.raises(PermissionDenied):
            merging.part_lessons(made, by=as_member(reza), at=timezone.now())
        third = validate(claimed(title="Third"), farah)
        merge((third, two[0]), lena)
        with pytest.raises(Refusal, match="gone on"):
            merging.part_lessons(made, by=as_member(lena), at=timezone.now())


class TestPages:
    def test_compare_and_choose(self, two, lena, as_):
        stays, goes = two
        assert f"/lessons/{goes.pk}/merge/" in as_(lena).get(f"/o/riverside/lessons/{goes.pk}/").text
        page = as_(lena).get(f"/o/riverside/lessons/{goes.pk}/merge/").text
        assert f"/lessons/{goes.pk}/merge/{stays.pk}/" in page
        assert "Both speak of" in page
        assert f"merge/{stays.pk}/" in as_(lena).get(f"/o/riverside/lessons/{goes.pk}/merge/?q={stays.pk}").text
        url = f"/o/riverside/lessons/{goes.pk}/merge/{stays.pk}/"
        page = as_(lena).get(url).text
        assert "Nobody had asked." in page
        values = {"source_version": goes.version, "target_version": stays.version}
        values = {"source_version": fresh(goes)[0].version, "target_version": fresh(stays)[0].version}
        assert as_(lena).post(url, {**values, "why": "nonsense"}).status_code == 422
        answer = as_(lena).post(url, {**values, "why": "other", "title": "kept"})
        assert answer.url == f"/o/riverside/lessons/{stays.pk}/"
        assert fresh(stays)[0].words.why == "Nobody had asked."
        assert as_(lena).get(url).url == f"/o/riverside/lessons/{stays.pk}/"
