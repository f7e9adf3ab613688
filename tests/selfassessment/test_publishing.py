"""Between the close and the report: somebody reads what people wrote, and may withhold it; nobody else does."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job, JobFile
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import AuditEntry
from search.models import SearchText
from selfassessment import reports
from selfassessment.actions import answering, deciding, publishing, reporting, rounds
from selfassessment.models import Answer, Assessment
from selfassessment.respondents import Choice
from tests.cast import as_member

BAD = "Sister Mary Smith on Ward 4 hides the incident forms, ring 07700 900123"
GOOD = "We never hear what came of it."


@pytest.fixture
def closed(a_round, respond, farah) -> Assessment:
    """Five people answered A1, two of them in words; a sixth wrote to A2, which nobody else answered."""
    assessment = a_round()
    for number in range(5):
        words = {0: BAD, 1: GOOD}.get(number, "")
        respond(
            assessment,
            f"Person {number}",
            A1={"now": 2, "wanted": 4, "comment": words, "evidence": f"{words} E" * bool(words)},
        )
    respond(assessment, "Person 6", A2={"now": 2, "wanted": 4, "comment": "Only I said this"})
    return rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())


def page_of(assessment: Assessment, person) -> reports.ReadingPage:
    return reports.ReadingPage.build(Assessment.objects.get(pk=assessment.pk), as_member(person))


def find(assessment: Assessment, person, words: str) -> reports.Remark:
    return next(one for row in page_of(assessment, person).questions for one in row.remarks if one.words == words)


def withhold(assessment: Assessment, person, words: str = BAD) -> None:
    remark = find(assessment, person, words)
    publishing.withhold_remark(assessment, by=as_member(person), at=timezone.now(), remark=remark, reason="names")


def url(name: str, assessment: Assessment, *args: str) -> str:
    return reverse(name, args=["riverside", assessment.pk, *args])


def test_a_close_publishes_nothing_that_nobody_has_read(closed, as_, reza, farah):
    assert closed.is_closed
    assert not closed.is_published
    for person in (reza, farah):
        browser = as_(person)
        assert browser.get(url("gap_report", closed)).status_code == 302
        assert browser.get(url("gap_report_csv", closed)).status_code == 404
        assert browser.post(url("gap_report_pdf", closed)).status_code == 404
        page = browser.get(url("assessment_detail", closed)).content.decode()
        assert BAD not in page
    assert as_(reza).get(url("assessment_comments", closed)).status_code == 403
    assert reports.build(closed).remarks == ()
    with pytest.raises(Refusal):
        reporting.request_report_pdf(closed, by=as_member(farah), at=timezone.now())


def test_without_comments_the_report_is_there_at_once(a_round, everybody, farah):
    assessment = a_round()
    everybody(assessment, 5, A1=(2, 4))
    assert rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now()).is_published


def test_under_the_floor_nobody_reads_a_comment(a_round, respond, farah):
    assessment = a_round()
    for number in range(4):
        respond(assessment, f"Person {number}", A1={"now": 1, "comment": BAD})
    rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    assert page_of(assessment, farah).questions == ()
    assert assessment.is_published  # it says how many answered


def test_whoever_reads_sees_what_may_show_somebody_in_the_order_of_the_alphabet(closed, farah, as_):
    row = page_of(closed, farah).questions[0]
    assert [one.words for one in row.remarks] == [BAD, GOOD, f"{BAD} E", f"{GOOD} E"]
    assert [str(hint) for hint in row.remarks[0].hints] == [
        "“Sister Mary Smith” looks like somebody’s name",
        "“07700 900123” looks like a telephone number",
    ]
    assert "Only I said this" not in as_(farah).get(url("assessment_comments", closed)).content.decode()
    answers = {str(pk) for pk in Answer.objects.values_list("pk", flat=True)}
    page = as_(farah).get(url("assessment_comments", closed)).content.decode()
    assert not [pk for pk in answers if pk in page]


def test_the_table_has_what_the_report_shows_of_words_and_decisions(closed, farah, reza, as_):
    def table() -> dict[str, dict[str, str]]:
        text = b"".join(as_(reza).get(url("gap_report_csv", closed))).decode("utf-8-sig")
        return {row["Code"]: row for row in csv.DictReader(io.StringIO(text))}

    Assessment.objects.filter(pk=closed.pk).update(published_at=timezone.now())
    assert {row["Comments"] for row in table().values()} == {""}  # nobody has read them yet
    withhold(closed, farah)
    publishing.publish_report(Assessment.objects.get(pk=closed.pk), by=as_member(farah), at=timezone.now())
    row = table()["A1"]
    assert row["Comments"] == GOOD
    assert row["Evidence"].split("\n") == sorted([f"{BAD} E", f"{GOOD} E"], key=str.casefold)
    assert row["Withheld"] == "One comment withheld: it names somebody."
    assert table()["A2"]["Comments"] == ""  # one answer alone
    offer = reports.build(Assessment.objects.get(pk=closed.pk)).offer("A1")
    assert (row["Place of the suggestion"], row["Suggestion"], row["Decision"]) == ("1", offer.suggestion.title, "")
    deciding.reject_suggestion(
        Assessment.objects.get(pk=closed.pk),
        by=as_member(farah),
        at=timezone.now(),
        offer=offer,
        reason="Not this year",
    )
    row = table()["A1"]
    assert (row["Decision"], row["In which words, or why not"]) == ("Rejected", "Not this year")
    assert (row["Decided by"], row["Who does it"]) == (str(farah), "")


def test_withheld_words_leave_the_server_nowhere(closed, farah, reza, as_):
    browser = as_(farah)
    mark = find(closed, farah, BAD).mark
    assert BAD in browser.get(url("remark_withhold", closed, mark)).content.decode()
    assert browser.post(url("remark_withhold", closed, mark), {}).status_code == 422
    assert browser.post(url("remark_withhold", closed, mark), {"reason": "names"}).status_code == 302
    withhold(closed, farah, f"{BAD} E")
    assert browser.post(url("assessment_publish", closed)).status_code == 302
    for person in (farah, reza):
        reader = as_(person)
        seen = reader.get(url("gap_report", closed)).content.decode()
        seen += b"".join(reader.get(url("gap_report_csv", closed))).decode()
        seen += reader.get(reverse("search", args=["riverside"]), {"q": "Sister Mary Smith"}).content.decode()
        assert "hides the incident" not in seen
        assert "One comment and one piece of evidence withheld: it names somebody." in seen
        assert GOOD in seen
    assert "hides the incident" not in browser.get(url("assessment_comments", closed)).content.decode()
    closed.refresh_from_db()
    assert "hides the incident" not in repr(reports.build(closed))
    assert b"%PDF" in reports.as_pdf(reports.build(closed))[:10]
    assert Answer.objects.filter(comment=BAD).count() == 1  # the writer’s words stay
    told = " ".join(f"{row.event} {row.facts}" for row in AuditEntry.objects.all())
    assert "comment_withheld" in told
    assert "hides" not in told
    assert not SearchText.objects.filter(body__icontains="hides the incident").exists()


def test_withholding_is_undone_until_it_is_published(closed, farah, as_):
    withhold(closed, farah)
    with pytest.raises(Refusal):
        withhold(closed, farah, GOOD) or publishing.withhold_remark(
            closed, by=as_member(farah), at=timezone.now(), remark=find(closed, farah, BAD), reason="names"
        )
    remark = find(closed, farah, BAD)
    assert as_(farah).post(url("remark_show", closed, remark.mark)).status_code == 302
    withhold(closed, farah)
    publishing.publish_report(closed, by=as_member(farah), at=timezone.now())
    with pytest.raises(Refusal):
        publishing.show_remark_again(closed, by=as_member(farah), at=timezone.now(), remark=remark)
    assert [row.comments for row in reports.build(closed).remarks] == [()]


def test_when_all_is_withheld_the_report_still_leads_to_publishing(a_round, respond, farah, as_):
    assessment = a_round()
    for number in range(5):
        words = {"comment": BAD} if not number else {}
        respond(assessment, f"Person {number}", A1={"now": 2, "wanted": 4, **words})
    closed = rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    withhold(closed, farah)
    publishing.publish_figures(closed, at=closed.closed_at + timedelta(days=8))
    page = as_(farah).get(url("gap_report", closed)).text
    assert url("assessment_comments", closed) in page
    assert "Read the comments" in page


def test_what_is_withheld_later_takes_the_files_along(closed, farah):
    publishing.publish_report(closed, by=as_member(farah), at=timezone.now())
    job = reporting.request_report_pdf(closed, by=as_member(farah), at=timezone.now())
    JobFile.objects.create(job=job, name="report.pdf", content_type="application/pdf", content=b"words")
    withhold(closed, farah)
    assert not JobFile.objects.exists()
    assert not Job.objects.filter(pk=job.pk).exists()


def test_a_week_later_the_figures_are_published_and_the_words_still_wait(closed, farah, lena, as_, reza):
    job = Job.objects.get(function="selfassessment.tasks.publish_figures")
    assert job.due_at.date() == closed.publishes_on == timezone.localdate() + timedelta(days=7)
    publishing.publish_figures(closed, at=job.due_at)
    publishing.publish_figures(closed, at=job.due_at)
    report = as_(reza).get(url("gap_report", closed)).content.decode()
    assert GOOD not in report
    assert "4 comments and evidence will be here once" in report
    assert Notice.objects.filter(person=farah, text__contains="wait for you to read").count() == 1
    page = as_(lena).get(reverse("home", args=["riverside"])).content.decode()
    assert "Read the comments of" in page
    publishing.publish_report(closed, by=as_member(lena), at=timezone.now())
    assert GOOD in as_(reza).get(url("gap_report", closed)).content.decode()
    assert AuditEntry.objects.filter(event="assessment.comments_published").count() == 1


def test_what_somebody_typed_when_it_closed_stays_on_the_page(a_round, respond, farah, as_, cara, criteria, client):
    assessment = a_round(anonymous=False)
    browser = as_(cara)
    assessment.asked.create(person=cara, nonce="c")
    browser.post(url("assessment_answer", assessment))
    rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    typed = {"now": "2", "version": "0", "comment": GOOD, "evidence": "The <folder>"}
    sent = browser.post(url("assessment_question", assessment, "1"), typed)
    assert sent.status_code == 410
    page = sent.content.decode()
    assert GOOD in page
    assert "The &lt;folder&gt;" in page
    assert "was not saved" in page
    by_script = browser.post(url("assessment_question", assessment, "1"), typed, headers={"accept": "application/json"})
    assert (by_script.status_code, "was not saved" in by_script.json()["problem"]) == (409, True)


def test_closing_between_reading_and_saving_keeps_the_words_too(a_round, farah, as_, cara, monkeypatch):
    assessment = a_round(anonymous=False)
    browser = as_(cara)
    assessment.asked.create(person=cara, nonce="c")
    browser.post(url("assessment_answer", assessment))
    save = answering.save_answer

    def close_first(*args, choice: Choice, **kwargs):
        rounds.close_assessment(Assessment.objects.get(pk=assessment.pk), by=as_member(farah), at=timezone.now())
        return save(*args, choice=choice, **kwargs)

    monkeypatch.setattr(answering, "save_answer", close_first)
    sent = browser.post(url("assessment_question", assessment, "1"), {"now": "2", "version": "0", "comment": GOOD})
    assert sent.status_code == 410
    assert GOOD in sent.content.decode()
