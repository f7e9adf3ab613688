"""What a report says, and what it never says, on every surface."""

import csv
import io
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from jobs.models import Job, Mail
from jobs.runner import run_ready
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import AuditEntry, Membership
from search import index
from selfassessment import reports
from selfassessment.actions import asking, deciding, reporting
from selfassessment.models import Assessment, Response
from selfassessment.reports.values import Turnout
from tests.cast import as_member
from tests.selfassessment.conftest import close_and_publish

WORDS = "a word that gives me away"


@pytest.fixture
def closed(a_round, everybody, farah):
    """``closed(6, A1=(2, 4))``: a closed round with so many equal respondents."""

    def make(count: int, title: str = "Autumn round", **said) -> Assessment:
        assessment = a_round(title=title)
        everybody(assessment, count, **said)
        return close_and_publish(assessment, by=as_member(farah), at=timezone.now())

    return make


def page_of(browser, assessment: Assessment) -> str:
    return browser.get(reverse("gap_report", args=["riverside", assessment.pk])).text


# --- The floor ------------------------------------------------------------------------------------------------------


@pytest.mark.pdf
def test_under_five_only_their_number_is_shown_anywhere(closed, as_, lena, farah, member):
    answer = {"now": 1, "wanted": 5, "comment": WORDS, "evidence": WORDS}
    assessment = closed(4, A1=answer, A2=(1, 5))
    report = reports.build(assessment)
    assert report == reports.GapReport(assessment, report.turnout, is_enough=False)
    assert report.headline == assessment.title
    page = page_of(as_(lena), assessment)
    assert "4 answers came through the link" in page
    assert "nothing else" in page
    for hidden in ("Criterion A1", "Widest gap", WORDS, "Matters most", '<svg class="km-radar'):
        assert hidden not in page
    browser = as_(lena)
    table = browser.get(reverse("gap_report_csv", args=["riverside", assessment.pk])).getvalue().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(table))) == [["Answers"], ["4"]]
    printed = text_of(reports.as_pdf(report))
    assert "4 answers came through the link" in printed
    assert "Criterion" not in printed
    assert WORDS not in printed
    hit = index.find(member(lena), "autumn").hits[0]
    assert "Criterion" not in str(hit)
    assert not index.find(member(lena), WORDS).hits
    for rows in (Mail, Notice, AuditEntry):
        assert WORDS not in str(list(rows.objects.values()))
    for view in ("decision_new", "decision_reject"):
        assert browser.get(reverse(view, args=["riverside", assessment.pk, "A1"])).status_code == 404


def test_an_open_round_shows_its_number_to_those_who_run_it_and_nothing_to_others(a_round, everybody, as_, farah, reza):
    assessment = a_round()
    everybody(assessment, 7, A1={"now": 1, "wanted": 5, "comment": WORDS})
    assert not reports.build(assessment).is_enough
    for person, sees in [(farah, True), (reza, False)]:
        browser = as_(person)
        listed = browser.get(reverse("assessment_list", args=["riverside"])).text
        detail = browser.get(reverse("gap_report", args=["riverside", assessment.pk]), follow=True).text
        assert ("7 answered" in listed, "Answers so far" in detail) == (sees, sees)
        assert WORDS not in listed + detail
        for view in ("gap_report_csv", "gap_report_pdf"):
            url = reverse(view, args=["riverside", assessment.pk])
            assert (browser.post if view.endswith("pdf") else browser.get)(url).status_code == 404


def test_a_question_that_fewer_than_five_answered_has_no_figures(a_round, respond, farah):
    assessment = a_round()
    for number in range(6):
        said = {"A1": (2, 4), "A2": {"now": 2} if number < 5 else {"dont_know": True}}
        if number < 4:
            said |= {"A3": {"now": 1, "wanted": 5, "comment": WORDS}}
        respond(assessment, f"Person {number}", **said)
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    by_code = {row.code: row.figures for row in report.results}
    assert (by_code["A1"].now, by_code["A1"].wanted) == (2.0, 4.0)
    assert (by_code["A2"].now, by_code["A2"].wanted, by_code["A2"].gap) == (2.0, None, None)
    assert (by_code["A3"].now, by_code["A3"].low, by_code["A3"].gap) == (None, None, None)
    assert [row.code for row in report.widest] == ["A1"]
    assert report.sections[0].now == 2.0  # of A1 alone
    assert report.sections[1].now is None
    assert report.remarks == ()
    assert {offer.result.code for offer in report.offers} == {"A1"}


@pytest.mark.parametrize(("people", "said"), [([(2, 4)] * 6, True), ([(2, 4)] * 5 + [(None, None)], False)])
def test_where_nobody_marked_anything_it_is_said_once(a_round, respond, as_, farah, lena, people, said):
    assessment = a_round()
    for number, answer in enumerate(people):
        values = {"A1": (2, 4), **({"A2": answer} if number < 4 or said else {})}
        respond(assessment, f"Person {number}", **values)
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    report = replace(report, results=tuple(row for row in report.results if row.code in {"A1", "A2"}))
    assert (report.says_what_matters, report.nothing_matters_most) == (False, said)
    assert "Matters most" not in page_of(as_(lena), assessment)


# --- What it says ---------------------------------------------------------------------------------------------------


def test_order_headline_strengths_and_splits(a_round, respond, farah, as_, lena):
    assessment = a_round()
    for number in range(6):
        respond(
            assessment, f"Person {number}", votes=["A3"] if number < 3 else [],
            A1=(2, 4), A2=(2, 4), A3=(2, 4), A4=(4, 5), Z1=(number % 5 + 1, 3), Z2=(1, 4), Z3=(5, 5),
        )  # fmt: skip
    report = reports.build(
        close_and_publish(assessment, by=as_member(farah), not_heard="night staff", at=timezone.now())
    )
    assert report.headline == "Widest gap: Criterion Z2, now 1, wanted 4"
    assert [(o.result.code, o.score) for o in report.offers] == [
        ("Z2", 3.0), ("A3", 3.0), ("A1", 2.4), ("A2", 1.6), ("A4", 1.0),
    ]  # fmt: skip
    assert report.offers[0].suggestion.title == "Do the first of Z2"
    assert report.offers[4].suggestion.title == "Do the stretch of A4"
    assert report.offers[1].inputs == "Now 2, wanted 4. Matters most to 3 of 6. Takes weeks. Score 3"
    assert report.quick_win is None  # the only quick one is among the first five
    assert [row.code for row in report.strengths] == ["Z3", "A4"]
    assert [(row.code, row.figures.spread) for row in report.splits] == [("Z1", 4)]
    assert report.shape == "Furthest apart in alpha section, closest in zulu section."
    page = page_of(as_(lena), assessment)
    assert "Not heard from: night staff" in page
    assert "Matters most, of 6" in page
    assert "0 of 6" not in page
    assert "From 1 to 5. Half say 2 or less" in page


def test_one_quick_win_beside_the_first_five(closed):
    report = reports.build(closed(5, A1=(2, 3), A3=(1, 5), A4=(1, 5), Z1=(1, 5), Z2=(1, 5), Z3=(1, 5), Z4=(1, 5)))
    assert len(report.offers) == 5
    assert (report.quick_win.result.code, report.quick_win.rank) == ("A1", 7)
    assert [offer.result.code for offer in report.others] == ["Z4"]


def test_the_short_report_says_what_the_report_says(closed, lena):
    assessment = closed(5, A1=(2, 3), A3=(1, 5), A4=(1, 5), Z1=(1, 5), Z2=(1, 5), Z3=(1, 5), Z4=(1, 5))
    first = reports.build(assessment).offer("A3")
    deciding.reject_suggestion(assessment, offer=first, by=as_member(lena), reason="No time", at=timezone.now())
    report, short = reports.build(assessment), reports.build_short(assessment)
    assert short.widest == report.widest
    assert list(short.undecided) == [offer.result for offer in report.offers if offer.outcome is None]
    assert "A3" not in {row.code for row in short.undecided}
    assert reports.build_short(closed(4, title="Too few", A1=(2, 3))) is None


def test_nothing_is_suggested_where_nothing_is_missing(closed, as_, lena):
    assessment = closed(5, A1=(4, 4), A2=(5, 3))
    report = reports.build(assessment)
    assert (report.offers, report.headline, report.shape, report.bars) == ((), "Autumn round", "", "")
    assert "Nothing is suggested" in page_of(as_(lena), assessment)


def test_turnout(a_round, respond, farah, cara, reza):
    assessment = a_round()
    asking.ask_people(
        assessment, by=as_member(farah), members=[cara, reza], addresses=["rhea@example.org"], at=timezone.now()
    )
    assert reports.turnout(assessment).words == "0 of 3 people answered (0%)"
    respond(assessment, "First by link", A1=(1, 2))
    assert reports.turnout(assessment).words == (
        "1 answer came through the link; none of the 3 who were asked answered in another way"
    )
    one, many = Turnout(1, 1, 0, 1), Turnout(2_200, 1_500, 1_000, 1_200)
    assert one.words == "1 answer came through the link; the one person who was asked did not answer in another way"
    assert many.words.startswith("1,000 of 1,500 who were asked answered (67%), and 1,200 answers")
    Response.objects.all().delete()
    respond(assessment, "Cara", person=cara, A1=(1, 2))
    assert reports.turnout(assessment).words == "1 of 3 people answered (33%)"
    respond(assessment, "By link", A1=(1, 2))
    assert reports.turnout(assessment).words == (
        "1 of 3 who were asked answered (33%), and 1 answer came through the link"
    )


def test_comments_carry_no_name_and_no_order(a_round, respond, farah, criteria):
    remarks = ["Zebra came first", "apple came second", "Mango came third", "berry came fourth", "Cherry came last"]
    assessment = a_round(anonymous=False)
    for number, remark in enumerate(remarks):
        respond(assessment, f"Known Name {number}", A1={"now": 2, "wanted": 4, "comment": remark})
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    assert report.remarks[0].comments == tuple(sorted(remarks, key=str.casefold))
    assert "Known Name" not in repr(report)


@pytest.mark.pdf
def test_text_of_people_is_escaped_everywhere(closed, as_, lena):
    assessment = closed(5, title="<b>Bold</b>", A1={"now": 1, "wanted": 3, "comment": "<script>alert(1)</script>=1+1"})
    page = page_of(as_(lena), assessment)
    assert "<script>alert(1)" not in page
    assert "&lt;b&gt;Bold" in page
    assert "<script>alert(1)" in text_of(reports.as_pdf(reports.build(assessment)))  # as words


def test_csv_is_the_table(closed, as_, reza):
    assessment = closed(5, A1=(2, 4))
    answer = as_(reza).get(reverse("gap_report_csv", args=["riverside", assessment.pk]))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[1][:11] == ["Alpha section", "A1", "Criterion A1", "2.0", "4.0", "2.0", "2", "2", "0", "5", "5"]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[2][3:8] == [""] * 5
    assert len(rows) == 9


def test_the_report_page_takes_the_same_queries_for_many(a_round, respond, farah, as_, lena, django_assert_num_queries):
    counts = []
    for people in (5, 12):
        assessment = a_round(title=f"Round of {people}")
        for number in range(people):
            respond(assessment, f"Person {number}", A1=(1, 4), Z1=(2, 3))
        close_and_publish(assessment, by=as_member(farah), at=timezone.now())
        browser = as_(lena)
        page_of(browser, assessment)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(browser, assessment)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_takes_the_same_queries_for_three(a_round, everybody, as_, farah):
    browser, counts = as_(farah), []
    for more in (1, 2):
        for number in range(more):
            everybody(a_round(title=f"Round {more} {number}"), 2, A1=(1, 2))
        browser.get(reverse("assessment_list", args=["riverside"]))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("assessment_list", args=["riverside"]))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- As a PDF -------------------------------------------------------------------------------------------------------


def text_of(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.pdf
def test_the_pdf_is_tagged(closed, lena, caplog, riverside):
    from tests.lib.test_pdf import elements

    assessment = closed(6, A1={"now": 2, "wanted": 4, "comment": "Hello"}, A4=(5, 5), Z1=(1, 3))
    report = reports.build(assessment)
    deciding.accept_as_action(assessment, offer=report.offer("A1"), by=as_member(lena), owner=lena, at=timezone.now())
    content = reports.as_pdf(reports.build(assessment))
    document = PdfReader(io.BytesIO(content))
    assert document.trailer["/Root"]["/Lang"] == "en-GB"
    assert document.metadata.title == "Gap report “Autumn round”, Riverside"
    tags = elements(content)
    pictures = [tag["/Alt"] for tag in tags if tag["/S"] == "/Figure"]
    assert len(pictures) == 2
    assert all("Criterion Z1" in words or "Radar of 8 questions" in words for words in pictures)
    heads = [tag["/A"]["/Scope"] for tag in tags if tag["/S"] == "/TH"]
    assert set(heads) == {"/Column", "/Row"}
    assert [tag["/S"] for tag in tags].count("/H1") == 1
    assert not [record for record in caplog.records if record.name == "weasyprint" and record.levelname == "ERROR"]


@pytest.mark.pdf
def test_the_worker_makes_the_pdf_once_for_each_state_and_person(closed, as_, lena, farah, settings):
    settings.JOB_WAIT_SECONDS = 0
    assessment = closed(5, A1=(2, 4))
    url = reverse("gap_report_pdf", args=["riverside", assessment.pk])
    browser = as_(lena)
    shown = browser.post(url).url
    assert browser.post(url).url == shown
    assert Job.objects.filter(function__endswith="gap_report_pdf").count() == 1
    as_(farah).post(url)
    assert Job.objects.filter(function__endswith="gap_report_pdf").count() == 2
    run_ready()
    job = Job.objects.filter(requested_by=lena).get()
    assert (job.state, job.files.get().name) == ("done", "gap-report-autumn-round.pdf")
    answer = browser.get(reverse("job_file", args=["riverside", job.pk]))
    assert "Widest gap: Criterion A1" in text_of(answer.getvalue())
    deciding.reject_suggestion(
        assessment, offer=reports.build(assessment).offer("A1"), by=as_member(lena), reason="No time", at=timezone.now()
    )
    assert browser.post(url).url != shown  # another state, another PDF


def test_nobody_gets_a_report_that_they_may_not_read_any_more(closed, as_, cara, settings):
    """The worker reads with the rights of who asked, as they are when it gets to it."""
    settings.JOB_WAIT_SECONDS = 0
    assessment = closed(5, A1=(2, 4))
    as_(cara).post(reverse("gap_report_pdf", args=["riverside", assessment.pk]))
    Membership.objects.filter(person=cara).update(suspended_at=timezone.now())
    run_ready()
    job = Job.objects.get(function__endswith="gap_report_pdf")
    assert (job.state, job.error, job.files.count()) == ("failed", "You may not read this report any more.", 0)


def test_there_is_no_report_to_ask_for_before_the_close(a_round, farah):
    with pytest.raises(Refusal, match="not published yet"):
        reporting.request_report_pdf(a_round(), by=as_member(farah), at=timezone.now())


def test_fingerprint_changes_with_what_is_printed(closed, lena):
    assessment = closed(5, A1=(2, 4))
    before = reports.build(assessment)
    assert reports.build(assessment).fingerprint == before.fingerprint
    decision = deciding.accept_as_action(
        assessment, offer=before.offer("A1"), by=as_member(lena), owner=lena, at=timezone.now()
    )
    decided = reports.build(assessment).fingerprint
    assert decided != before.fingerprint
    decision.action.state, decision.action.done_at = "done", decision.at
    decision.action.save()
    assert reports.build(assessment).fingerprint != decided
