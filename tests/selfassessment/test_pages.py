"""The pages of those who run rounds, and who may open them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

import roadmap.actions
from jobs.models import Mail
from selfassessment.actions import asking
from selfassessment.forms.asking import AddressesForm
from selfassessment.models import Assessment, Criterion
from selfassessment.search_documents import documents
from tests.cast import as_member


def url(view: str, *args) -> str:
    return reverse(view, args=["riverside", *args])


@pytest.fixture
def sent(farah):
    """What Farah sends to prepare a round."""

    def fields(**more) -> dict:
        in_ten_days = (timezone.localdate() + timedelta(days=10)).isoformat()
        said = {"title": "Autumn", "capacity": "organisation", "anonymous": "yes", "closes_on": in_ten_days}
        return {**said, "facilitator": farah.pk, "once": "7d1f8f4e-0000-4000-8000-000000000001", "version": "0", **more}

    return fields


# --- Before the first round ---------------------------------------------------------------------------------------


def test_everybody_reads_the_questions_before_they_are_asked(
    framework, as_, reza, farah, django_assert_max_num_queries
):
    reader = as_(reza)
    with django_assert_max_num_queries(14):
        page = reader.get(url("assessment_questions")).text
    for criterion in (one for section in framework.sections.all() for one in section.criteria.all()):
        for words in (criterion.question, *criterion.statements, *(one.title for one in criterion.suggestions.all())):
            assert escape(words) in page
    assert "Prepare a round" not in page
    assert "Prepare a round" in as_(farah).get(url("assessment_questions")).text


def test_a_quality_outcome_is_said_in_words(framework, as_, reza):
    first = Criterion.objects.order_by("pk")[0]
    pages = set()
    for number in range(1, 7):
        Criterion.objects.filter(pk=first.pk).update(tags={"iso": ["4.1"], "quality_outcome": [number], "legacy": []})
        words = " ".join(as_(reza).get(url("assessment_questions")).text.split())
        pages.add(words.partition(f"NHS quality outcome {number}, second edition: ")[2].partition(".")[0])
    assert "" not in pages
    assert "decisions rest on evidence and on knowledge that is shared" in pages
    assert len(pages) == 6


def test_without_an_instrument_there_are_no_questions(riverside, as_, reza):
    assert as_(reza).get(url("assessment_questions")).status_code == 404


# --- The list -----------------------------------------------------------------------------------------------------


def test_empty_for_those_who_may_and_those_who_may_not(riverside, as_, farah, reza):
    assert "Prepare a round" in as_(farah).get(url("assessment_list")).text
    page = as_(reza).get(url("assessment_list")).text
    assert "No rounds yet" in page
    assert "Prepare a round" not in page


def test_drafts_are_for_those_who_run_rounds(a_round, as_, farah, reza):
    draft = a_round("draft", title="Still secret")
    assert "Still secret" in as_(farah).get(url("assessment_list")).text
    assert "Still secret" not in as_(reza).get(url("assessment_list")).text
    assert as_(reza).get(url("assessment_detail", draft.pk)).status_code == 404


def test_those_who_were_asked_find_their_way(a_round, as_, farah, cara, reza):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    answer = url("assessment_answer", assessment.pk)
    assert answer in as_(cara).get(url("assessment_list")).text
    assert answer in as_(cara).get(url("assessment_detail", assessment.pk)).text
    assert answer not in as_(reza).get(url("assessment_list")).text
    assert answer not in as_(reza).get(url("assessment_detail", assessment.pk)).text


# --- Preparing and changing ---------------------------------------------------------------------------------------


def test_prepare_on_the_page_once(riverside, framework, as_, farah, lena, sent):
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    current = roadmap.actions.begin_programme(
        riverside, by=as_member(lena), name="P", starts_on=today, ends_on=tomorrow, at=timezone.now()
    )
    browser = as_(farah)
    assert browser.get(url("assessment_new")).context["form"]["programme"].value() == current.pk
    for _ in range(2):  # a double click
        page = browser.post(url("assessment_new"), sent(programme=current.pk), follow=True)
    assert "Nobody has been asked yet" in page.text
    assessment = Assessment.objects.get()
    assert (assessment.programme, assessment.anonymous, assessment.framework) == (current, True, framework)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Fill in “Name of this round”"),
        ({"title": "x" * 121}, "Shorten “Name of this round” to 120 characters"),
        ({"capacity": "team"}, "Name the team or directorate"),
        ({"anonymous": ""}, "Choose an answer to “Are the answers anonymous?”"),
        ({"closes_on": "2020-01-01"}, "Choose today or a later date"),
        ({"closes_on": "31 February 2030"}, "There is no such day"),
        ({"closes_on": "2199-01-01"}, "Choose a date within the next year"),
        ({"results_at_day": "tomorrow", "results_at_time": "late"}, "Enter a time, for example 14:30"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_on_top(framework, as_, farah, sent, fields, sentence):
    page = as_(farah).post(url("assessment_new"), sent(**fields))
    assert page.status_code == 422
    assert page.text.count(sentence) >= 2
    assert not Assessment.objects.exists()


def test_a_stranger_or_reader_cannot_facilitate(framework, as_, farah, reza, oskar, sent):
    for person in (reza, oskar):
        assert as_(farah).post(url("assessment_new"), sent(facilitator=person.pk)).status_code == 422


def test_change_and_a_stale_form(a_round, as_, farah, lena, sent):
    assessment = a_round("draft", title="First name")
    said = sent(title="Farah’s name", version=1)
    del said["once"]
    assert as_(farah).post(url("assessment_edit", assessment.pk), said).status_code == 302
    page = as_(lena).post(url("assessment_edit", assessment.pk), {**said, "title": "Lena’s name"})
    assert page.status_code == 422
    for text in ("This was changed while", "<del>Farah’s </del>", "<ins>Lena’s </ins>", 'name="version" value="2"'):
        assert text in page.text
    said |= {"title": "Lena’s name", "version": 2}
    assert as_(lena).post(url("assessment_edit", assessment.pk), said).status_code == 302
    assessment.refresh_from_db()
    assert assessment.title == "Lena’s name"


def test_an_open_round_no_longer_asks_about_names(a_round, as_, farah, sent):
    assessment = a_round()
    page = as_(farah).get(url("assessment_edit", assessment.pk)).text
    assert "Are the answers anonymous?" not in page
    as_(farah).post(url("assessment_edit", assessment.pk), sent(anonymous="no", version=1, title="Renamed"))
    assessment.refresh_from_db()
    assert (assessment.anonymous, assessment.title) == (True, "Renamed")


def test_delete_a_draft(a_round, as_, farah):
    draft, opened = a_round("draft"), a_round()
    assert "Delete the round" in as_(farah).get(url("assessment_delete", draft.pk)).text
    for assessment in (draft, opened):
        as_(farah).post(url("assessment_delete", assessment.pk))
    assert list(Assessment.objects.all()) == [opened]


# --- Opening, asking, closing -------------------------------------------------------------------------------------


def test_open_ask_remind_and_close_on_the_pages(a_round, as_, farah, cara, everybody, settings):
    settings.SMTP_URL = "smtp://mail.example"
    assessment = a_round("draft")
    browser = as_(farah)
    page = browser.post(url("assessment_open", assessment.pk), follow=True)
    assert "The round is open" in page.text
    people = url("assessment_people", assessment.pk)
    page = browser.post(people, {"members": [cara.pk]}, follow=True)
    assert "1 person is asked by e-mail" in page.text
    page = browser.post(
        url("assessment_addresses", assessment.pk), {"addresses": "a@example.org; b@example.org"}, follow=True
    )
    assert "2 people are asked by e-mail" in page.text
    assert "Remind everybody" in page.text
    page = browser.post(url("assessment_remind", assessment.pk), follow=True)
    assert "3 people get a reminder" in page.text
    page = browser.post(url("assessment_remind", assessment.pk), follow=True)
    assert "nobody to remind today" in page.text
    for wish, words in [("on", "/answer/"), ("new", "/answer/"), ("off", "Make one link for all")]:
        page = browser.post(url("assessment_link", assessment.pk), {"link": wish}, follow=True)
        assert words in page.text
    everybody(assessment, 5, A1=(2, 4))
    page = browser.get(url("assessment_close", assessment.pk)).text
    assert "so you are closing early" in page
    page = browser.post(url("assessment_close", assessment.pk), {"not_heard": "night staff"}, follow=True)
    assert "Widest gap" in page.text
    assert browser.get(people, follow=True).redirect_chain[-1][0] == url("gap_report", assessment.pk)


def test_all_members_are_asked_at_once(a_round, as_, farah, cara, reza, lena, settings):
    settings.SMTP_URL = "smtp://mail.example"
    assessment = a_round("open")
    browser = as_(farah)
    people = url("assessment_people", assessment.pk)
    assert "Ask all 4 members" in browser.get(people).text
    browser.post(people, {"members": [cara.pk]})
    page = browser.post(people, {"everybody": "yes"}, follow=True)
    assert "3 people are asked by e-mail" in page.text
    assert "Every member has been asked." in page.text
    assert browser.post(people, {}).status_code == 422


def test_closing_with_too_few_says_what_will_come_of_it(a_round, as_, farah, everybody):
    assessment = a_round()
    everybody(assessment, 2, A1=(2, 4))
    page = as_(farah).get(url("assessment_close", assessment.pk)).text
    assert "it shows the number of answers and nothing else" in page


def test_closed_with_too_few_nothing_is_said_of_results(a_round, as_, farah, everybody):
    """Neither the sentence after the press nor the introduction of the page promises what is not there."""
    assessment = a_round()
    everybody(assessment, 2, A1=(2, 4))
    closing = as_(farah).post(url("assessment_close", assessment.pk), {"not_heard": ""}, follow=True)
    assert "Too few people answered for a report" in closing.text
    report = as_(farah).get(url("gap_report", assessment.pk)).text
    for page in (closing.text, report):
        assert "Fewer than 5" in page
        assert "Here is its report" not in page
        assert "accept, change or reject" not in page


def test_no_page_tells_who_has_answered_anonymously(a_round, as_, farah, lena, cara):
    anonymous, named = a_round(), a_round(anonymous=False)
    for assessment in (anonymous, named):
        asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
        assessment.asked.update(answered=True)
    assert "Answered" not in as_(farah).get(url("assessment_people", anonymous.pk)).text
    assert "Answered" in as_(farah).get(url("assessment_people", named.pk)).text


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("bad@", "bad@"),
        ("nobody", "nobody"),
        ("a@b@c.org", "a@b@c.org"),
    ],
)
def test_nothing_but_a_bad_address_and_nobody_is_asked(a_round, as_, farah, text, bad):
    assessment = a_round()
    page = as_(farah).post(url("assessment_addresses", assessment.pk), {"addresses": text})
    assert page.status_code == 422
    assert f"“{bad}”" in page.text
    assert "Nothing has been sent" in page.text
    assert page.context["addresses"]["addresses"].value() == text
    assert not assessment.asked.exists()
    assert not Mail.objects.exists()


def test_an_address_that_was_left_out_stays_in_the_box_once(a_round, as_, farah):
    assessment = a_round()
    visitor = as_(farah)
    visitor.post(url("assessment_addresses", assessment.pk), {"addresses": "rhea@example.org\n<b>gus"})
    page = visitor.get(url("assessment_people", assessment.pk))
    assert page.context["addresses"]["addresses"].value() == "<b>gus"
    assert "&lt;b&gt;gus" in page.text
    assert [asked.email for asked in assessment.asked.all()] == ["rhea@example.org"]
    assert visitor.get(url("assessment_people", assessment.pk)).context["addresses"]["addresses"].value() == ""


def test_addresses_with_any_separators(db):
    form = AddressesForm({"addresses": "A@x.org,b@x.org;c@x.org\nd@x.org\t“Lee, Ann” <e@x.org>\r\n\r\n a@x.org"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["addresses"] == ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"]
    assert not AddressesForm({"addresses": " ;, \n"}).is_valid()
    many = AddressesForm({"addresses": " ".join(f"p{number}@x.org" for number in range(501))})
    assert "You have entered 501 addresses. Ask at most 500 at a time" in str(many.errors)


RUNNING = [
    "assessment_edit", "assessment_delete", "assessment_close", "assessment_people", "assessment_open",
    "assessment_addresses", "assessment_link", "assessment_remind",
]  # fmt: skip


@pytest.mark.parametrize("view", [*RUNNING, "assessment_new"])
def test_running_a_round_is_for_facilitators(a_round, as_, cara, sam, ada, oskar, view):
    address = url(view, *([] if view == "assessment_new" else [a_round().pk]))
    for person in (cara, sam, ada):
        assert as_(person).get(address).status_code == 403
        assert as_(person).post(address).status_code == 403
    assert as_(oskar).post(address).status_code == 404


@pytest.mark.parametrize("view", [*RUNNING, "assessment_detail", "gap_report", "gap_report_csv", "gap_report_pdf"])
def test_a_round_of_others_is_no_page(a_round, as_, oskar, nia, view):
    assessment = a_round()
    for person in (oskar, nia):
        answer = as_(person).post(reverse(view, args=["hillside", assessment.pk]))
        assert answer.status_code in (403, 404), (person, view)
    assert as_(oskar).get(reverse("assessment_detail", args=["hillside", assessment.pk])).status_code == 404


def test_of_a_round_of_individuals_nobody_is_told_about_yourself(a_round, as_, farah, reza):
    assessment = a_round(capacity="individual")
    for person in (farah, reza):
        page = " ".join(as_(person).get(assessment.get_absolute_url()).text.split())
        assert "for yourself" not in page
        assert "Everybody answers for themselves until" in page
    [doc] = documents([assessment])
    assert doc.abstract.endswith(": each for themselves")
