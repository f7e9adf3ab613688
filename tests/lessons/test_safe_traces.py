"""Safe lessons: what else would say who wrote one, and what its hidden author cannot do with it either."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attachments.inspection import check_file
from attachments.models import StoredFile
from kmportal.lib.exceptions import Refusal
from lessons import policies
from lessons.actions import merging, posters, review, safe, writing
from lessons.models import CheckRule, LeftNote, Lesson, LessonMerge, Receipt, SafeAuthor, State
from organisations.actions import create_access_token
from organisations.models import AuditEntry
from techniques.models import Session, Technique
from tests.attachments.samples import PDF, picture
from tests.cast import as_member
from tests.markup import tidy

from .conftest import NOON, WORDS, validate

pytestmark = pytest.mark.database
CODE = "CDFG-HJKM-NPQR-TWXY"


def now(lesson) -> Lesson:
    return Lesson.objects.get(pk=lesson.pk)


def check(lesson, by) -> Lesson:
    return validate(now(lesson), by, contact="The ward’s office")


class TestWhatElseWouldSayIt:
    def test_the_session_the_moment_the_file_and_the_poster_note(self, draft, riverside, lena, farah, as_):
        note = LeftNote.objects.create(organisation=riverside, happened="It came late.", at=NOON)
        lesson = posters.take_note(note, by=as_member(lena), at=NOON + timedelta(minutes=7))
        technique = Technique.objects.create(
            key="chat", name="Chat", moment="after", tier="starter", card={}, stages=[]
        )
        met = Session.objects.create(
            organisation=riverside,
            technique=technique,
            title="Tuesday",
            state="closed",
            starts_at=NOON,
            facilitator=lena,
        )
        Lesson.objects.filter(pk=lesson.pk).update(session=met)
        lesson = now(lesson)
        words = {"happened": "It came late.", "then_do": "Ask pharmacy at ten."}
        writing.write_lesson(
            lesson,
            by=as_member(lena),
            at=NOON + timedelta(minutes=9),
            seen=lesson.version,
            words=words,
            files=[check_file("plan.pdf", PDF)],
        )
        sent = safe.send_safely(lesson, by=as_member(lena), at=NOON + timedelta(hours=1), to=farah, code=CODE)
        sent, note = now(sent), LeftNote.objects.get()
        [file] = StoredFile.objects.all()
        assert (sent.session, sent.intervention, sent.contact, file.uploaded_by, note.decided_by) == (None,) * 2 + (
            "", None, None,
        )  # fmt: skip
        for moment in (sent.created_at, sent.words.at, file.uploaded_at):
            assert timezone.localtime(moment).time() == time(0)
        assert timezone.localtime(note.decided_at).minute != 7
        trail = AuditEntry.objects.filter(kind="lesson", ident=sent.pk)
        assert list(trail.values_list("event", flat=True)) == ["lesson.sent_safely"]
        assert not AuditEntry.objects.filter(event="note.taken").exclude(actor_id=None).exists()
        assert "Lena" not in as_(farah).get(note.get_absolute_url()).text.partition("<h1>")[2]
        for person in (lena, farah):  # nobody writes the note up once more
            with pytest.raises(Refusal, match="Somebody else"):
                posters.take_note(LeftNote.objects.get(), by=as_member(person), at=NOON)

    @pytest.mark.parametrize(("name", "telling"), [("rota_cara-doyle.png", ""), ("rota.png", "Cara Doyle’s rota")])
    def test_the_own_name_in_a_file(self, draft, cara, farah, name, telling):
        lesson = draft()
        files = [check_file(name, picture())]
        writing.write_lesson(
            lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={}, files=files, telling=telling
        )
        with pytest.raises(Refusal, match="name of a file"):
            safe.send_safely(now(lesson), by=as_member(cara), at=NOON, to=farah, code=CODE)

    def test_sent_again_it_does_not_go_to_who_has_checked_these_words(self, draft, cara, riverside, farah):
        sent = safe.send_safely(draft(), by=as_member(cara), at=NOON, to=farah, code=CODE)
        CheckRule.objects.create(organisation=riverside, minimum=2)
        check(sent, farah)
        assert now(sent).state == State.SUBMITTED
        safe.withdraw_by_receipt(Receipt.objects.select_related("lesson").get(), at=NOON)
        receipt = Receipt.objects.select_related("lesson").get()
        safe.answer_by_receipt(receipt, at=NOON, seen=now(sent).version, words={})
        assert (now(sent).state, now(sent).claimed_by) == (State.SUBMITTED, None)

    def test_the_own_lesson_is_not_merged_nor_shared_further(self, draft, claimed, lena, farah):
        own = safe.send_safely(draft(by=lena), by=as_member(lena), at=NOON, to=farah, code=CODE)
        check(own, farah)
        other = validate(claimed(title="Another"), farah)
        for source, target in ((now(own), now(other)), (now(other), now(own))):
            assert not policies.may_merge(as_member(lena), now(own))
            with pytest.raises(Refusal, match="your own"):
                merging.merge_lessons(source, by=as_member(lena), at=timezone.now(), into=target)
        with pytest.raises(Refusal, match="fewer readers"):
            writing.write_lesson(
                now(own), by=as_member(lena), at=NOON, seen=now(own).version, words={}, facts={"share_with": "network"}
            )
        merge = merging.merge_lessons(now(own), by=as_member(farah), at=timezone.now(), into=now(other))
        assert not policies.may_part(as_member(lena), merge)

    def test_a_list_asks_no_more_for_more_of_them(self, draft, cara, farah, lena, as_, queries):
        secret = create_access_token(farah, by=farah, at=timezone.now(), name="Tests", scope="read", days=30)
        numbers = []
        for number in range(3):
            code = f"{CODE[:-1]}{'CDF'[number]}"
            check(safe.send_safely(draft(), by=as_member(cara), at=NOON, to=farah, code=code), farah)
            with CaptureQueriesContext(connection) as taken:
                page = Client().get("/api/v1/riverside/lessons/", headers={"Authorization": f"Bearer {secret}"})
            assert page.json()["count"] == number + 1
            assert "Cara" not in page.text
            safe.send_safely(draft(), by=as_member(cara), at=NOON, to=farah, code=f"W{code[1:]}")
            numbers.append((len(taken), queries(as_(lena), "/o/riverside/lessons/to-check/")))
        assert numbers[1] == numbers[2]


class TestTheReceipt:
    @pytest.fixture
    def with_file(self, draft, cara, farah) -> Lesson:
        lesson, files = draft(), [check_file("bags.png", picture()), check_file("plan.pdf", PDF)]
        values = {"seen": lesson.version, "words": {}, "files": files, "telling": "Two bags"}
        writing.write_lesson(lesson, by=as_member(cara), at=NOON, **values)
        return safe.send_safely(now(lesson), by=as_member(cara), at=NOON, to=farah, code=CODE)

    def test_its_files_are_named_and_one_can_go(self, with_file, farah):
        review.return_lesson(with_file, by=as_member(farah), at=NOON, comment="Without the plan.")
        page = tidy(Client().post("/lessons/receipt/", {"code": CODE}).text)
        assert "Files that go with it" in page
        assert "Two bags" in page
        plan = with_file.attached.get(file__name="plan.pdf")
        values = {**WORDS, "code": CODE, "then": "send", "seen": now(with_file).version, "without": [plan.pk]}
        for _ in range(2):
            assert Client().post("/lessons/receipt/", values).status_code == 200
        assert now(with_file).words.files_told == "bags.png: Two bags"
        assert now(with_file).state == State.IN_REVIEW
        assert not StoredFile.objects.filter(name="plan.pdf").exists()

    def test_of_a_lesson_that_is_part_of_another(self, with_file, claimed, farah):
        check(with_file, farah)
        other = validate(claimed(title="Another"), farah)
        merging.merge_lessons(now(with_file), by=as_member(farah), at=timezone.now(), into=now(other))
        Lesson.objects.filter(pk=other.pk).update(state="learned", evidence="Checklist, version 8")
        page = tidy(Client().post("/lessons/receipt/", {"code": CODE}).text)
        assert "part of another lesson" in page
        assert "Checklist, version 8" in page
        assert "Take my name away" in page
        assert Client().post("/lessons/receipt/", {"code": CODE, "then": "forget"}).status_code == 200
        assert not SafeAuthor.objects.exists()

    def test_one_that_may_wait_again_keeps_its_author(self, with_file, claimed, farah):
        other = validate(claimed(title="Another"), farah)
        merge = merging.merge_lessons(now(with_file), by=as_member(farah), at=timezone.now(), into=now(other))
        assert not policies.may_forget_author(now(with_file))
        LessonMerge.objects.filter(pk=merge.pk).update(at=timezone.now() - timedelta(days=8))
        assert policies.may_forget_author(now(with_file))
