"""Safe lessons: one person is told who wrote it, nobody else, and nothing leaves the server that says so."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

import actionplan.actions
from jobs.models import Job, Mail
from kmportal.lib.exceptions import Refusal, Stale
from lessons import policies, tokens
from lessons.actions import life, reuse, review, safe, writing
from lessons.models import Lesson, LessonEvent, LessonRevision, Receipt, Reuse, SafeAuthor, State
from notifications.models import Notice
from organisations.actions import remove_member
from organisations.models import AuditEntry, Membership, Person, SentForm
from organisations.permissions import Role
from tests.cast import as_member

from .conftest import NOON, WORDS, validate

pytestmark = pytest.mark.database
CODE = "CDFG-HJKM-NPQR-TWXY"
RECEIPT = "/lessons/receipt/"


@pytest.fixture
def whistle(riverside) -> Person:
    """Somebody whose name stands nowhere else."""
    person = Person.objects.create_user("wren@riverside.example", name="Wren Whistler")
    Membership.objects.create(organisation=riverside, person=person, role=Role.CONTRIBUTOR)
    return person


@pytest.fixture
def sent(draft, whistle, farah, as_) -> Lesson:
    """A safe lesson, written and sent by hand: Farah is to check it."""
    browser = as_(whistle)
    values = {**{name: WORDS[name] for name in WORDS}, "kind": "lesson", "share_with": "organisation", "contact": ""}
    browser.post(reverse("lesson_new", args=["riverside"]), {**values, "contact": "Wren Whistler"})
    lesson = Lesson.objects.get(author=whistle)
    page = reverse("lesson_send_safely", args=["riverside", lesson.pk])
    assert page in browser.get(lesson.get_absolute_url()).text
    assert browser.post(page, {"to": farah.pk, "kept": "on", "code": CODE}).status_code == 302
    return Lesson.objects.get(pk=lesson.pk)


def code_page(then="", browser=None, **values):
    return (browser or Client()).post(RECEIPT, {"code": CODE, "then": then, **values})


def now(lesson) -> Lesson:
    return Lesson.objects.get(pk=lesson.pk)


def check(lesson, by, **values) -> Lesson:
    return validate(now(lesson), by, contact="The ward’s office", **values)


class TestSending:
    def test_it_goes_to_one_person_who_sees_the_name(self, sent, whistle, farah, lena, as_):
        assert (sent.state, sent.author, sent.claimed_by, sent.contact) == (State.IN_REVIEW, None, farah, "")
        for address in (sent.get_absolute_url(), reverse("lesson_check", args=["riverside", sent.pk])):
            assert "Only you can see who wrote it: Wren Whistler" in as_(farah).get(address).text
        assert "Wren" not in as_(lena).get(sent.get_absolute_url()).text
        assert Notice.objects.filter(person=farah, text__contains="sent to you alone").count() == 1
        assert not Notice.objects.filter(person=lena).exists()
        assert as_(whistle).get(sent.get_absolute_url()).status_code == 404
        assert sent.get_absolute_url() not in as_(whistle).get(reverse("lesson_mine", args=["riverside"])).text

    @pytest.mark.parametrize("wrong", ["code", "to", "self", "reader", "name", "empty", "twice"])
    def test_refusals(self, wrong, draft, cara, farah, reza, lena):
        lesson = draft(
            happened="Cara  doyle forgot it." if wrong == "name" else "" if wrong == "empty" else "It came late."
        )
        to = {"to": None, "self": cara, "reader": reza}.get(wrong, farah)
        if wrong == "twice":
            writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
            writing.withdraw_lesson(lesson, by=as_member(cara), at=NOON)
        with pytest.raises(Refusal):
            safe.send_safely(lesson, by=as_member(cara), at=NOON, to=to, code="1" if wrong == "code" else CODE)
        assert now(lesson).author == cara
        assert not Receipt.objects.exists()

    def test_nobody_sends_what_is_not_theirs(self, draft, farah, lena):
        with pytest.raises(Refusal):
            safe.send_safely(draft(), by=as_member(farah), at=NOON, to=lena, code=CODE)

    def test_by_hand_not_without_keeping_the_code(self, draft, cara, farah, as_):
        lesson = draft()
        page = reverse("lesson_send_safely", args=["riverside", lesson.pk])
        browser = as_(cara)
        code = re.search(r'<code class="km-code">\s*([A-Z0-9-]{19})', browser.get(page).text)[1]
        refused = browser.post(page, {"to": farah.pk, "code": code})
        assert refused.status_code == 422
        assert code in refused.text
        assert browser.post(page, {"to": "", "kept": "on", "code": code}).status_code == 422
        assert browser.post(page, {"to": farah.pk, "kept": "on", "code": code}).status_code == 302
        assert browser.post(page, {"to": farah.pk, "kept": "on", "code": code}).status_code == 404
        assert Receipt.objects.get().hash == tokens.hash_of_receipt(code)

    def test_where_nobody_else_checks(self, draft, cara, as_):
        Membership.objects.filter(role__in=[Role.LEAD, Role.FACILITATOR]).delete()
        page = reverse("lesson_send_safely", args=["riverside", draft().pk])
        assert "Nobody else checks lessons here yet" in as_(cara).get(page).text

    def test_the_database_keeps_the_name_away(self, sent, whistle):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lesson.objects.filter(pk=sent.pk).update(author=whistle)


class TestNothingSaysWho:
    def test_no_row_but_one_leads_to_the_author(self, sent, whistle, farah):
        """Every foreign key to a person, every trail, every form that was sent, in every table."""
        check(sent, farah)
        pointing = []
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if field.related_model is Person and model._base_manager.filter(**{field.name: whistle}).exists():
                    pointing.append(f"{model._meta.label}.{field.name}")
        # A sign-in knows the day and nothing else (decision 27).
        expected = ["lessons.SafeAuthor.person", "organisations.Membership.person", "organisations.SignIn.person"]
        assert sorted(pointing) == expected
        assert not AuditEntry.objects.filter(actor_id=whistle.pk).exists()
        assert AuditEntry.objects.filter(kind="lesson", ident=sent.pk).exists()
        assert not SentForm.objects.filter(membership__person=whistle).exists()
        assert not LessonRevision.objects.filter(lesson=sent, by=whistle).exists()
        assert not LessonEvent.objects.filter(lesson=sent, by=whistle).exists()
        assert not Job.objects.filter(requested_by=whistle).exists()

    def test_no_page_file_or_answer_says_it(self, sent, whistle, farah, lena, reza, ada, sam, cara, as_):
        """The bytes of all that concerns the lesson, for everybody but the one who was trusted."""
        lesson = check(sent, farah)
        reuse.say_reuse(lesson, by=as_member(reza), at=NOON, kind=Reuse.Kind.HELPED)
        action = writing.add_lesson_action(lesson, by=as_member(cara), at=NOON, title="Change line 4", owner=reza)
        actionplan.actions.complete_action(action, by=as_member(reza), at=NOON)
        life.learn_lesson(now(lesson), by=as_member(farah), at=NOON, evidence="Checklist, version 8")
        names = ("lesson_detail", "lesson_versions", "lesson_changes", "lesson_follow")
        pages = [reverse(name, args=["riverside", lesson.pk]) for name in names]
        # The trail lists its people to choose from; that it names nobody of the lesson is asked of its rows above.
        plain = ("lesson_list", "lesson_mine", "reuse_list", "home", "notice_list", "lesson_queue")
        pages += [reverse(name, args=["riverside"]) for name in plain]
        pages += [
            reverse("lesson_list", args=["riverside"]) + "?format=csv",
            reverse("search", args=["riverside"]) + "?q=pharmacy",
            f"/api/v1/o/riverside/lessons/{lesson.pk}/",
        ]
        for person in (lena, reza, ada, sam, cara, farah):
            browser = as_(person)
            for page in pages:
                answer = browser.get(page)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                text = f"{answer.headers} {body.decode()}"
                told = person == farah and page == pages[0]
                assert ("Whistler" in text) == told, (person, page)
            asked = browser.get(reverse("search", args=["riverside"]), {"q": "Whistler"})
            assert lesson.get_absolute_url() not in asked.text
        for row in (*Job.objects.values(), *Mail.objects.values()):
            assert "Wren" not in str(row)
        assert not Notice.objects.filter(text__contains="Wren").exists()
        assert not Notice.objects.filter(person=whistle).exists()

    def test_the_receipt_names_nobody(self, sent, farah):
        check(sent, farah)
        text = code_page().text
        assert "Ask pharmacy at ten" in text
        for name in ("Wren", "Farah"):
            assert name not in text

    def test_who_once_knew_knows_no_more_when_they_no_longer_check(self, sent, farah, ada, as_):
        Membership.objects.filter(person=farah).update(role=Role.READER)
        assert policies.known_author(as_member(farah), sent) is None

    def test_whoever_takes_it_over_is_not_told(self, sent, farah, lena, ada, as_):
        review.release_lesson(sent, by=as_member(farah), at=NOON)
        review.claim_lesson(sent, by=as_member(lena), at=NOON)
        page = as_(lena).get(reverse("lesson_check", args=["riverside", sent.pk])).text
        assert "Wren" not in page
        assert "asked us to keep their name back" in page


class TestNobodyChecksTheirOwn:
    def test_not_one_that_does_not_say_that_it_is_theirs(self, draft, lena, farah):
        lesson = draft(by=lena)
        safe.send_safely(lesson, by=as_member(lena), at=NOON, to=farah, code=CODE)
        review.release_lesson(lesson, by=as_member(farah), at=NOON)
        with pytest.raises(Refusal, match="your own"):
            review.claim_lesson(now(lesson), by=as_member(lena), at=NOON)
        review.claim_lesson(lesson, by=as_member(farah), at=NOON)
        review.pass_on_claim(lesson, by=as_member(farah), at=NOON, to=lena)
        with pytest.raises(Refusal, match="your own"):
            check(lesson, lena)

    def test_the_name_stays_until_it_is_answered(self, sent):
        assert code_page("forget").status_code == 409
        assert SafeAuthor.objects.count() == 1


class TestTheReceipt:
    def test_returned_changed_sent_again_and_it_changed(self, sent, farah, cara, reza):
        review.return_lesson(sent, by=as_member(farah), at=NOON, comment="Say on which days.")
        page = code_page()
        assert "Say on which days." in page.text
        seen = now(sent).version
        values = {**WORDS, "happened": "On Monday it came at four.", "title": "", "seen": seen}
        assert code_page("send", happened="", then_do="", seen=seen).status_code == 422
        assert code_page("send", **values).status_code == 200
        assert code_page("send", **values).status_code == 200
        lesson = now(sent)
        assert (lesson.state, lesson.claimed_by, lesson.words.happened) == (
            State.IN_REVIEW, farah, "On Monday it came at four.",
        )  # fmt: skip
        assert LessonRevision.objects.filter(lesson=sent).count() == 2
        assert lesson.words.by is None
        check(lesson, farah)
        action = writing.add_lesson_action(now(sent), by=as_member(cara), at=NOON, title="Change it", owner=reza)
        actionplan.actions.complete_action(action, by=as_member(reza), at=NOON)
        life.learn_lesson(now(sent), by=as_member(farah), at=NOON, evidence="Checklist, version 8")
        text = code_page().text
        assert "You said, it changed" in text
        assert "Checklist, version 8" in text

    def test_taken_back_nobody_reads_it_but_the_code(self, sent, farah, lena, as_):
        assert code_page("take-back").status_code == 200
        assert code_page("take-back").status_code == 200
        for person in (farah, lena):
            assert as_(person).get(sent.get_absolute_url()).status_code == 404
        assert "Change it and send it again" in code_page().text
        assert Notice.objects.filter(person=farah, text__contains="taken back").count() == 1

    def test_when_the_one_who_knew_has_gone_it_waits_for_whoever_comes(self, sent, farah, ada, lena):
        review.return_lesson(sent, by=as_member(farah), at=NOON, comment="Say on which days.")
        Membership.objects.filter(person=farah).update(role=Role.READER)
        receipt = Receipt.objects.select_related("lesson").get()
        words = {"happened": "On Monday."}
        safe.answer_by_receipt(receipt, at=NOON, seen=now(sent).version, words=words)
        assert (now(sent).state, now(sent).claimed_by) == (State.SUBMITTED, None)
        assert Notice.objects.filter(person=lena, text__contains="waiting to be checked").exists()

    def test_the_name_goes_for_good(self, sent, farah, as_):
        check(sent, farah)
        assert "Take my name away" in code_page().text
        assert code_page("forget").status_code == 200
        assert code_page("forget").status_code == 200
        assert not SafeAuthor.objects.exists()
        assert "Wren" not in as_(farah).get(sent.get_absolute_url()).text
        assert "Take my name away" not in code_page().text

    def test_one_receipt_opens_no_other_lesson(self, sent, draft, farah):
        receipt = Receipt.objects.get()
        assert not policies.may_move(receipt, draft(), "send_again", on=NOON.date())
        other = Receipt(lesson=draft(), hash="x")
        with pytest.raises(PermissionDenied):
            safe.forget_author(other, at=NOON)

    def test_old_words_are_not_written_over(self, sent, farah):
        review.return_lesson(sent, by=as_member(farah), at=NOON, comment="Say on which days.")
        receipt = Receipt.objects.select_related("lesson").get()
        with pytest.raises(Stale):
            safe.answer_by_receipt(receipt, at=NOON, seen=1, words={"happened": "On Monday."})
        with pytest.raises(Refusal, match="own name"):
            safe.answer_by_receipt(
                receipt, at=NOON, seen=now(sent).version, words={"happened": "wren whistler forgot."}
            )

    @pytest.mark.parametrize("typed", ["cdfg hjkm npqr twxy", "CDFGHJKMNPQRTWXY", " cdfg–hjkm–npqr–twxy. "])
    def test_as_people_type_it(self, sent, typed):
        assert Client().post(RECEIPT, {"code": typed}).status_code == 200

    @pytest.mark.parametrize("typed", ["", "x", "CDFG-HJKM-NPQR-TWXC", "0" * 16, "\x00", "é" * 60, "9" * 5000])
    def test_another_opens_nothing(self, sent, typed):
        answer = Client().post(RECEIPT, {"code": typed})
        assert answer.status_code == 422
        assert "pharmacy" not in answer.text

    def test_who_guesses_is_braked_and_then_the_right_one_waits_too(self, sent, monkeypatch):
        monkeypatch.setattr(tokens, "FROM_ONE_NETWORK", 3)
        for _ in range(3):
            Client().post(RECEIPT, {"code": "CCCC-CCCC-CCCC-CCCC"})
        assert "Too many wrong codes" in code_page().text
        assert Client().get(RECEIPT).status_code == 200

    def test_looking_changes_nothing_and_is_not_kept(self, sent):
        before = now(sent).version
        answer = code_page()
        assert "no-store" in answer.headers["Cache-Control"]
        assert now(sent).version == before
        assert CODE not in str(Receipt.objects.get().__dict__)


def test_a_removed_author_leaves_the_lesson(sent, whistle, ada, farah):
    remove_member(Membership.objects.get(person=whistle), by=as_member(ada), at=NOON)
    check(sent, farah)
    assert code_page().status_code == 200


def test_the_dump_of_the_lesson_has_no_author(sent, whistle):
    out = StringIO()
    call_command("dumpdata", "lessons.lesson", "lessons.lessonrevision", "lessons.lessonevent", stdout=out)
    assert f'"author": {whistle.pk}' not in out.getvalue()
    assert f'"by": {whistle.pk}' not in out.getvalue()
