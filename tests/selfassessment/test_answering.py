"""Answering as a member, by an address’s own link and by the one link for all."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from selfassessment.actions import answering, asking, rounds
from selfassessment.actions.answering import Changed
from selfassessment.models import Answer, Asked, Response
from selfassessment.respondents import Choice, Respondent
from tests.cast import as_member
from tests.markup import TidyClient
from tests.selfassessment.conftest import link_of

JSON = {"HTTP_ACCEPT": "application/json", "HTTP_AUTOSAVE": "1"}


@pytest.fixture
def by_link(a_round, farah):
    """``by_link()``: an open round, and the address of its one link."""

    def make(**fields):
        assessment = a_round(**fields)
        asking.enable_link(assessment, by=as_member(farah), at=timezone.now())
        return assessment, reverse("answer_start", args=[assessment.link_nonce])

    return make


def said(**fields) -> dict:
    return {"now": "2", "wanted": "4", "version": "0", **fields}


# --- By the one link ------------------------------------------------------------------------------------------------


def test_a_guest_reads_starts_answers_resumes_and_finishes(by_link):
    _assessment, start = by_link()
    guest = TidyClient()
    page = guest.get(start)
    assert "Your answers are anonymous" in page.text
    assert "no-store" in page["Cache-Control"]
    assert guest.get(f"{start}3/").status_code == 302  # nobody answers before reading
    first = guest.post(start, follow=True)
    assert "How is A1?" in first.text
    assert not Response.objects.exists()  # looking leaves nothing
    second = guest.post(f"{start}1/", said(then="next"), follow=True)
    assert "How is A2?" in second.text
    assert "1 of 8 answered" in guest.get(start).text
    assert f'href="{start}2/"' in guest.get(start).text
    guest.post(f"{start}2/", said(now="unknown", wanted="", then="next"))
    for number in range(3, 9):
        page = guest.post(f"{start}{number}/", said(), follow=True)
    assert "You have answered everything" in page.text
    thanks = guest.post(f"{start}done/", follow=True).text
    assert "Thank you" in thanks
    assert "Stop for now" not in thanks
    back = guest.get(start).text
    assert "You have answered" in back
    assert f'href="{start}done/"' in back
    assert "Carry on answering" not in back
    version = Answer.objects.get(criterion__code="A1").version
    guest.post(f"{start}1/", said(now="5", version=version))  # still open, so still to be changed
    response = Response.objects.get()
    assert (response.is_finished, response.anonymous, response.person, response.name) == (True, True, None, "")
    assert response.answers.get(criterion__code="A1").now == 5
    assert response.answers.get(criterion__code="A2").dont_know


def test_the_end_names_what_was_half_said(by_link):
    _assessment, start = by_link()
    guest = TidyClient()
    guest.post(start, follow=True)
    guest.post(f"{start}1/", said(wanted=""))
    guest.post(f"{start}2/", said(now="unknown", wanted=""))
    for number in range(3, 9):
        page = guest.post(f"{start}{number}/", said(), follow=True)
    assert "Every question has an answer" in page.text
    assert "You have said only where you are now, or only where you want to be, in" in page.text
    assert page.text.count("half answered") == 1
    guest.post(f"{start}1/", said(version=Answer.objects.get(criterion__code="A1").version))
    end = guest.get(f"{start}done/").text
    assert "You have answered everything" in end
    assert "half" not in end


def test_who_leads_reads_through_which_link_the_answers_came(by_link, as_, farah, cara):
    assessment, start = by_link()
    for _ in range(2):
        guest = TidyClient()
        guest.post(start)
        guest.post(f"{start}1/", said())
    page = reverse("assessment_detail", args=["riverside", assessment.pk])
    assert "The link can be used more than once, so its answers do not count as people." in as_(farah).get(page).text
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    shown = " ".join(as_(farah).get(page).text.split())
    assert "0 <small>of 1 asked</small>" in shown
    assert re.search(r">2</span> <span class=\"km-figure__label\"> answers through the link", shown)


def test_back_goes_back_and_stop_stops(by_link):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    assert guest.post(f"{start}2/", said(then="back")).url == f"{start}1/"
    assert guest.post(f"{start}1/", said(then="back")).url == f"{start}1/"
    assert guest.post(f"{start}3/", said(then="stop")).url == start
    assert Answer.objects.count() == 3


def test_the_cookie_is_httponly_signed_and_its_key_is_kept_as_a_hash_only(by_link):
    assessment, start = by_link()
    guest = TidyClient()
    guest.post(start)
    cookie = guest.cookies[f"answer_{assessment.pk}"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    guest.post(f"{start}1/", said())
    assert cookie.value.split(":")[0] not in Response.objects.get().key
    forger = TidyClient()
    forger.cookies[f"answer_{assessment.pk}"] = cookie.value[:-3] + "abc"
    assert forger.get(f"{start}1/").url == start


def test_under_https_no_other_host_of_the_domain_can_lay_a_cookie_of_its_own_in_its_place(by_link, settings):
    settings.COOKIE_PREFIX, settings.SESSION_COOKIE_SECURE = "__Host-", True
    assessment, start = by_link()
    guest = TidyClient()
    guest.post(start)
    cookie = guest.cookies[f"__Host-answer_{assessment.pk}"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert guest.get(f"{start}1/").status_code == 200
    laid = TidyClient()
    laid.cookies[f"answer_{assessment.pk}"] = cookie.value
    assert laid.get(f"{start}1/").url == start


def test_start_as_somebody_else_leaves_the_first_answers_alone(by_link):
    _, start = by_link()
    tablet = TidyClient()
    tablet.post(start)
    tablet.post(f"{start}1/", said(now="1"))
    assert "Start as somebody else" in tablet.get(start).text
    assert tablet.post(start).url == f"{start}2/"  # an ordinary second press only goes on
    tablet.post(start, {"else": "1"})
    assert "How is A1?" in tablet.get(f"{start}1/").text
    tablet.post(f"{start}1/", said(now="5"))
    assert sorted(Answer.objects.values_list("now", flat=True)) == [1, 5]


def test_without_cookies_a_sentence(by_link):
    _, start = by_link()
    guest = TidyClient()
    begun = guest.post(start).url
    guest.cookies.clear()
    assert "does not keep cookies" in guest.get(begun, follow=True).text


def test_a_dead_link_is_no_page(by_link, farah):
    assessment, start = by_link()
    asking.enable_link(assessment, by=as_member(farah), at=timezone.now())
    assert TidyClient().get(start).status_code == 404
    assert TidyClient().get(reverse("answer_start", args=["x" * 300])).status_code == 404
    assert TidyClient().get(f"{reverse('answer_start', args=[assessment.link_nonce])}9/").status_code in (302, 404)


def test_a_new_link_lets_one_go_on(by_link, farah):
    assessment, start = by_link()
    guest = TidyClient()
    guest.post(start)
    guest.post(f"{start}1/", said())
    asking.enable_link(assessment, by=as_member(farah), at=timezone.now())
    assert "1 of 8 answered" in guest.get(reverse("answer_start", args=[assessment.link_nonce])).text


def test_a_signed_in_member_may_answer_as_themselves_or_lend_the_device(by_link, as_, cara):
    assessment, start = by_link()
    page = as_(cara).get(start).text
    assert "You are signed in as Cara Doyle" in page
    assert reverse("assessment_answer", args=["riverside", assessment.pk]) in page


def test_closed_says_so_and_keeps_nothing(by_link, farah, as_, reza):
    assessment, start = by_link()
    guest = TidyClient()
    guest.post(start)
    rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    for answer in (
        guest.get(start),
        guest.get(f"{start}1/"),
        guest.post(f"{start}1/", said()),
        guest.get(f"{start}done/"),
    ):
        assert answer.status_code == 410
        assert "This round is closed" in answer.text
    assert not Answer.objects.exists()
    member = as_(reza).get(reverse("assessment_answer", args=["riverside", assessment.pk]))
    assert reverse("gap_report", args=["riverside", assessment.pk]) in member.text


def test_after_the_closing_date_one_can_answer_until_somebody_closes(by_link):
    assessment, start = by_link()
    type(assessment).objects.update(closes_on=timezone.localdate() - timedelta(days=2))
    guest = TidyClient()
    assert "the closing date has passed, but the round is still open" in guest.get(start).text
    guest.post(start)
    assert guest.post(f"{start}1/", said()).status_code == 302


# --- By one’s own link, and as a member -----------------------------------------------------------------------------


def test_an_address_answers_once_and_only_in_its_own_browser(a_round, farah):
    assessment = a_round()
    asking.ask_people(
        assessment, by=as_member(farah), addresses=["rhea@example.org", "gus@example.org"], at=timezone.now()
    )
    rhea, gus = Asked.objects.order_by("-email")
    browser = TidyClient()
    for asked, level in [(rhea, "1"), (gus, "5")]:  # both on one computer: each keeps their own answers
        start = reverse("answer_start", args=[asked.nonce])
        assert "The portal notes that you have answered" in browser.get(start).text
        browser.post(start)
        browser.post(f"{start}1/", said(now=level))
    assert sorted(Answer.objects.values_list("now", flat=True)) == [1, 5]
    assert set(Asked.objects.values_list("answered", flat=True)) == {True}
    other = TidyClient()
    start = reverse("answer_start", args=[rhea.nonce])
    assert "in another browser" in other.get(start).text
    other.post(start)
    assert other.post(f"{start}1/", said(), follow=True).status_code == 200
    assert Response.objects.count() == 2


def test_a_member_answers_anonymously(a_round, farah, cara, reza, as_):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    start = reverse("assessment_answer", args=["riverside", assessment.pk])
    browser = as_(cara)
    browser.post(start)
    browser.post(f"{start}1/", said())
    response = Response.objects.get()
    assert (response.person, response.name) == (None, "")
    assert Asked.objects.get().answered
    assert not AuditEntry.objects.filter(event__contains="answer").exists()
    cookies = {name for name in browser.cookies if name.startswith("answer_")}
    assert len(cookies) == 1
    assert f"_m{cara.pk}" not in cookies.pop()
    page = as_(reza).get(start)
    assert "You were not asked" in page.text
    as_(reza).post(start)
    assert Response.objects.count() == 1


def test_a_member_of_a_named_round_goes_on_anywhere(a_round, farah, cara, as_):
    assessment = a_round(anonymous=False)
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    start = reverse("assessment_answer", args=["riverside", assessment.pk])
    desk, phone = as_(cara), as_(cara)
    assert "kept with your name" in desk.get(start).text
    desk.post(start)
    desk.post(f"{start}1/", said())
    assert "1 of 8 answered" in phone.get(start).text
    phone.post(f"{start}2/", said())
    response = Response.objects.get()
    assert (response.person, response.answers.count()) == (cara, 2)


def test_a_guest_of_a_named_round_says_who_they_are(by_link, farah):
    assessment, start = by_link(anonymous=False)
    guest = TidyClient()
    page = guest.post(start, {"name": " "})
    assert page.status_code == 422
    assert "Fill in “Your name”" in page.text
    guest.post(start, {"name": "Rhea Stone"})
    guest.post(f"{start}1/", said())
    assert Response.objects.get().name == "Rhea Stone"
    asking.ask_people(assessment, by=as_member(farah), addresses=["gus@example.org"], at=timezone.now())
    own = reverse("answer_start", args=[Asked.objects.get().nonce])
    for browser in (TidyClient(), TidyClient()):  # the own link leads to the same answers on every device
        browser.post(own, {"name": "Gus"})
        browser.post(f"{own}1/", said())
    assert Response.objects.count() == 2


def test_strangers_and_drafts(a_round, oskar, as_, cara):
    assessment, draft = a_round(), a_round("draft")
    for view, *more in [("assessment_answer",), ("assessment_question", 1), ("assessment_finish",)]:
        assert as_(oskar).get(reverse(view, args=["riverside", assessment.pk, *more])).status_code == 404
        assert as_(cara).get(reverse(view, args=["riverside", draft.pk, *more])).status_code == 404
        assert as_(oskar).get(reverse(view, args=["hillside", assessment.pk, *more])).status_code == 404


# --- Bad and double input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"comment": "x" * 2001}, "Shorten “Comment” to 2,000 characters"),
        ({"evidence": "x" * 501}, "Shorten “Evidence” to 500 characters"),
        ({"now": "9"}, "Choose one of the answers in the list"),
        ({"wanted": "0"}, "Choose one of the answers in the list"),
        ({"comment": "a\x00b"}, "Remove the invisible characters"),
        ({"version": "many"}, "Enter a whole number"),
    ],
)
def test_what_cannot_be_kept(by_link, fields, sentence):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    page = guest.post(f"{start}1/", said(**fields))
    assert page.status_code == 422
    assert sentence in page.text
    assert "<title>Error:" in page.text
    if len(fields.get("comment", "")) > 2000:
        assert fields["comment"] in page.text  # nothing typed is lost
    answer = guest.post(f"{start}1/", said(**fields), **JSON)
    assert answer.status_code == 422
    assert sentence in json.loads(answer.content)["problem"]
    assert not Answer.objects.exists()


def test_the_same_sent_twice_is_kept_once(by_link):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    for _ in range(3):
        assert guest.post(f"{start}1/", said(comment="Hello")).status_code == 302
    assert Answer.objects.count() == 1


def test_two_windows_show_both_and_lose_nothing(by_link):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    guest.post(f"{start}1/", said(now="2", comment="From the desk"))
    page = guest.post(f"{start}1/", said(now="5", comment="From the phone"))
    assert page.status_code == 409
    assert "From the desk" in page.text
    assert "From the phone" in page.text
    assert Answer.objects.get().now == 2
    answer = guest.post(f"{start}1/", said(now="5"), **JSON)
    assert (answer.status_code, "another window" in answer.json()["problem"]) == (409, True)
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    guest.post(f"{start}1/", said(now="5", comment="From the phone", version=version))
    assert (Answer.objects.get().now, str(Answer.objects.get().version) != version) == (5, True)


def test_autosave_answers_with_the_time_and_the_version(by_link):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    answer = guest.post(f"{start}1/", said(wanted=""), **JSON).json()
    version = answer["version"]
    assert version == Answer.objects.get().version
    assert re.fullmatch(r"\d\d:\d\d", answer["saved"])
    later = guest.post(f"{start}1/", said(version=version), **JSON).json()["version"]
    assert later == Answer.objects.get().version != version


def test_a_sixth_that_matters_is_refused_and_the_rest_is_kept(by_link):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    for number in range(1, 6):
        guest.post(f"{start}{number}/", said(matters="on"))
    page = guest.post(f"{start}6/", said(matters="on", comment="Still kept"))
    assert page.status_code == 422
    assert "Five questions already matter most to you" in page.text
    assert "Criterion A1" in page.text
    kept = Answer.objects.get(criterion__code="Z2")
    assert (kept.now, kept.comment, kept.slot) == (2, "Still kept", None)
    answer = guest.post(f"{start}7/", said(matters="on"), **JSON)
    versions = dict(Answer.objects.values_list("criterion__code", "version"))
    assert (answer.status_code, answer.json()["version"]) == (422, versions["Z3"])
    guest.post(f"{start}1/", said(version=versions["A1"]))  # one is taken out
    guest.post(f"{start}6/", said(matters="on", comment="Still kept", version=versions["Z2"]))
    assert Answer.objects.exclude(slot=None).count() == 5


def test_nothing_at_all_is_an_answer_of_nobody(by_link):
    assessment, start = by_link()
    guest = TidyClient()
    guest.post(start)
    guest.post(f"{start}1/", {"version": "0"})
    assert Response.objects.filter(assessment=assessment).counted().count() == 0


# --- The action by itself -------------------------------------------------------------------------------------------


def test_answer_refuses_a_closed_round_and_a_second_beginning(a_round, criteria, farah, cara):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    asked, member = Asked.objects.get(), as_member(cara)
    choice = Choice(now=1)
    first = Respondent("k1", member, asked=asked)
    answering.save_answer(assessment, criteria["A1"], by=first, choice=choice, seen=0)
    second = Respondent("k2", member, asked=Asked.objects.get())
    with pytest.raises(Refusal, match="another browser"):
        answering.save_answer(assessment, criteria["A1"], by=second, choice=choice, seen=0)
    with pytest.raises(Changed):
        answering.save_answer(assessment, criteria["A1"], by=first, choice=Choice(now=2), seen=0)
    rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    with pytest.raises(Refusal, match="closed"):
        answering.save_answer(assessment, criteria["A2"], by=first, choice=choice, seen=0)


def test_who_answers_is_written_nowhere_in_an_anonymous_round(a_round, criteria, cara):
    """Even when the caller knows the person and the name."""
    assessment = a_round()
    respondent = Respondent("k", as_member(cara), name="Cara", link=link_of(assessment))
    answering.save_answer(assessment, criteria["A1"], by=respondent, choice=Choice(now=1), seen=0)
    row = Response.objects.values().get()
    assert "Cara" not in str(row)
    assert row["person_id"] is None


def test_saving_takes_few_queries(by_link, django_assert_max_num_queries):
    _, start = by_link()
    guest = TidyClient()
    guest.post(start)
    guest.post(f"{start}1/", said())
    with django_assert_max_num_queries(12):
        guest.post(f"{start}2/", said(), **JSON)
