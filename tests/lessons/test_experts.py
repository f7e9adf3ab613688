"""An expert without account: one version, one use, thirty days, can be taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import Mail
from kmportal.lib.exceptions import Refusal
from lessons.actions import ending, experts, review, writing
from lessons.models import ExpertQuestion, Lesson
from lessons.promises import expert_links
from lessons.tokens import expert_path, expert_token
from notifications.models import Notice
from organisations.models import AuditEntry
from tests.cast import as_member

from .conftest import validate

pytestmark = pytest.mark.database
SAYS = {"verdict": "partly", "opinion": "Say that controlled drugs take longer.", "name": "Dr Ito"}


@pytest.fixture
def lesson(claimed) -> Lesson:
    return claimed()


@pytest.fixture
def asked(lesson, farah) -> ExpertQuestion:
    return experts.ask_expert(
        lesson, by=as_member(farah), at=timezone.now(), whom="Dr Ito, pharmacist", question="Is ten early enough?"
    )


def answer(question, **values):
    return Client().post(expert_path(question), {**SAYS, **values})


class TestAnswering:
    def test_opening_it_changes_nothing_and_shows_one_version(self, asked, cara):
        for _ in range(3):
            page = Client().get(expert_path(asked))
        assert page.status_code == 200
        for words in ("Ask pharmacy at ten", "Is ten early enough?", "Farah Siddiqui", "Riverside"):
            assert words in page.text
        for hidden in ("Cara", asked.lesson.get_absolute_url()):
            assert hidden not in page.text
        assert Client().head(expert_path(asked)).status_code == 200
        assert ExpertQuestion.objects.get().answered_at is None

    def test_once(self, asked, farah, lena, reza, cara, as_):
        assert answer(asked).status_code == 302
        page = Client().get(expert_path(asked))
        assert "Your answer has reached Farah Siddiqui" in page.text
        assert answer(asked).status_code == 302
        assert "Thank you" in answer(asked, opinion="Something else").text
        row = ExpertQuestion.objects.get()
        assert (row.name, row.verdict, row.opinion) == ("Dr Ito", "partly", SAYS["opinion"])
        for person in (farah, lena, cara):
            text = " ".join(as_(person).get(asked.lesson.get_absolute_url()).text.split())
            assert "controlled drugs" in text
            assert "Asked by Farah Siddiqui" in text
        assert Notice.objects.filter(person=farah, text__contains="Dr Ito has answered").count() == 1
        entry = AuditEntry.objects.get(event="lesson.expert_answered")
        assert (entry.actor_id, entry.facts["guest"]) == (None, True)
        validate(Lesson.objects.get(pk=asked.lesson_id), farah)
        assert "controlled drugs" not in as_(reza).get(asked.lesson.get_absolute_url()).text

    @pytest.mark.parametrize(
        "odd",
        [
            {"verdict": ""}, {"verdict": "no"}, {"name": ""}, {"name": " \u200b"}, {"name": "x" * 500},
            {"opinion": "x" * 3000},
        ],
    )  # fmt: skip
    def test_bad_input_loses_nothing(self, asked, odd):
        page = answer(asked, **odd)
        assert page.status_code == 422
        if "opinion" not in odd:
            assert SAYS["opinion"] in page.text
        assert ExpertQuestion.objects.get().answered_at is None

    def test_hostile_words_stay_words(self, asked, farah, as_):
        answer(asked, opinion="<script>alert(1)</script>", name="<b>Dr</b>")
        text = as_(farah).get(asked.lesson.get_absolute_url()).text
        assert "<script>alert(1)" not in text
        assert "<b>Dr</b>" not in text


class TestClosed:
    def test_forged_or_of_another_question(self, asked, farah):
        other = experts.ask_expert(asked.lesson, by=as_member(farah), at=timezone.now(), whom="Prof Lee")
        for pk, token in ((asked.pk, "x" * 20), (asked.pk, expert_token(other)), (999999, expert_token(asked))):
            page = Client().get(reverse("expert_answer", args=[pk, token]))
            assert page.status_code == 404
            assert "ask for a new one" in page.text
            assert Client().post(reverse("expert_answer", args=[pk, token]), SAYS).status_code == 404
        with pytest.raises(PermissionDenied):
            experts.answer_as_expert(asked, token=expert_token(other), at=timezone.now(), name="X", verdict="right")

    @pytest.mark.parametrize("how", ["old", "revoked", "changed", "withdrawn", "declined", "retired"])
    def test_kindly(self, how, asked, farah, cara):
        lesson, at = Lesson.objects.get(pk=asked.lesson_id), timezone.now()
        by = as_member(farah)
        if how == "old":
            ExpertQuestion.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
        elif how == "revoked":
            experts.revoke_question(asked, by=by, at=at)
            experts.revoke_question(asked, by=by, at=at)
        elif how == "changed":
            lesson = review.return_lesson(lesson, by=by, at=at, comment="Say when.")
            lesson = writing.write_lesson(
                lesson, by=as_member(cara), at=at, seen=lesson.version, words={"why": "Nobody asked."}
            )
            writing.submit_lesson(lesson, by=as_member(cara), at=at)
        elif how == "withdrawn":
            writing.withdraw_lesson(lesson, by=as_member(cara), at=at)
        elif how == "declined":
            review.decline_lesson(lesson, by=by, at=at, reason="It is known.")
        else:
            ending.retire_lesson(validate(lesson, farah), by=by, at=at, reason="Old.")
        for page in (Client().get(expert_path(asked)), answer(asked)):
            assert page.status_code == 410
            assert "Farah Siddiqui" in page.text
            assert "pharmacy" not in page.text
        assert ExpertQuestion.objects.get().answered_at is None
        with pytest.raises(Refusal):
            experts.answer_as_expert(asked, token=expert_token(asked), at=at, name="X", verdict="right")


class TestAsking:
    def test_by_hand_with_a_link_to_copy(self, lesson, farah, cara, lena, as_, settings):
        page = reverse("expert_list", args=["riverside", lesson.pk])
        browser = as_(farah)
        assert page in browser.get(lesson.get_absolute_url()).text
        assert page in browser.get(reverse("lesson_check", args=["riverside", lesson.pk])).text
        assert page not in as_(cara).get(lesson.get_absolute_url()).text
        assert as_(cara).get(page).status_code == 403
        for odd in ({"whom": ""}, {"whom": "Dr Ito", "email": "nobody"}, {"whom": "\u200b"}):
            assert browser.post(page, odd).status_code == 422
        once = "5f0c8a52-8a0a-4f3e-9d6f-111111111111"
        for _ in range(2):
            assert browser.post(page, {"whom": "Dr Ito", "once": once}).status_code == 302
        question = ExpertQuestion.objects.get()
        assert expert_path(question) in browser.get(page).text
        assert question.ends_on == timezone.localdate() + timedelta(days=30)
        revoke = reverse("expert_revoke", args=["riverside", question.pk])
        assert as_(lena).post(revoke).status_code == 302
        assert expert_path(question) not in browser.get(page).text
        assert "The link is closed" in browser.get(page).text

    def test_by_mail_where_mail_leaves(self, lesson, farah, settings):
        settings.SMTP_URL = "smtp://mail.example"
        row = experts.ask_expert(lesson, by=as_member(farah), at=timezone.now(), whom="Ito", email="ito@example.org")
        mail = Mail.objects.get()
        assert "ito@example.org" in str(vars(mail))
        assert expert_path(row) in str(vars(mail))

    def test_not_by_its_author_nor_of_a_draft_nor_without_end(self, lesson, draft, cara, farah):
        with pytest.raises(PermissionDenied):
            experts.ask_expert(lesson, by=as_member(cara), at=timezone.now(), whom="Ito")
        with pytest.raises(PermissionDenied):
            experts.ask_expert(draft(), by=as_member(farah), at=timezone.now(), whom="Ito")
        for number in range(experts.MOST_OPEN):
            experts.ask_expert(lesson, by=as_member(farah), at=timezone.now(), whom=f"Dr {number}")
        with pytest.raises(Refusal, match="open already"):
            experts.ask_expert(lesson, by=as_member(farah), at=timezone.now(), whom="One more")

    def test_a_link_that_ended_is_told_once_to_whoever_asked(self, asked, farah):
        end = asked.ends_on
        assert not list(expert_links(end, None))
        (one,) = expert_links(end + timedelta(days=1), [farah.pk])
        assert (one.person, one.kind) == (farah, "expert-link")
        answer(asked)
        assert not list(expert_links(end + timedelta(days=1), None))
