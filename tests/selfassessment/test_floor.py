"""Attacks on the floor: somebody who runs a round tries to read one person’s answers out of its report."""

import csv
import io
import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.actions import make_reset_link
from organisations.models import Membership, Person
from organisations.permissions import Role
from selfassessment import reports
from selfassessment.actions import answering, asking
from selfassessment.models import Asked, Assessment, Response
from selfassessment.respondents import Choice, Respondent
from tests.cast import as_member
from tests.selfassessment.conftest import close_and_publish, link_of

WORDS = "only I would say this"


@pytest.fixture
def staff(riverside) -> list[Person]:
    made = [Person.objects.create_user(f"s{n}@riverside.example", name=f"Staff {n}") for n in range(6)]
    for person in made:
        Membership.objects.create(organisation=riverside, person=person, role=Role.CONTRIBUTOR)
    return made


@pytest.fixture
def attacked(a_round, staff, farah, respond):
    """``attacked(1, fakes=[(1, 5), …])``: so many members are asked and say 3 and 4, and the rest is the attacker’s."""

    def make(asked: int, *, fakes=(), close: bool = True, **fields) -> Assessment:
        assessment = a_round(**fields)
        asking.ask_people(assessment, by=as_member(farah), members=staff[:asked], at=timezone.now())
        for number, person in enumerate(staff[:asked]):
            said = {"now": 3, "wanted": 4, "comment": WORDS, "evidence": WORDS}
            respond(assessment, f"asked {number}", person=person, votes=["A1"], A1=said, A2=(3, 4))
        for number, levels in enumerate(fakes):
            respond(assessment, f"fake {number}", A1=levels, A2=levels)
        if close:
            close_and_publish(assessment, by=as_member(farah), at=timezone.now())
        return assessment

    return make


def surfaces(assessment: Assessment, browser) -> str:
    """Page and CSV of a report, as one text; the PDF is drawn from the same values."""
    page = browser.get(reverse("gap_report", args=["riverside", assessment.pk])).text
    table = browser.get(reverse("gap_report_csv", args=["riverside", assessment.pk]))
    return page + table.getvalue().decode("utf-8-sig")


def table_of(assessment: Assessment, browser) -> list[dict[str, str]]:
    answer = browser.get(reverse("gap_report_csv", args=["riverside", assessment.pk]))
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("anonymous", [True, False])
def test_one_asked_and_four_through_the_link_show_nothing(attacked, as_, farah, anonymous):
    assessment = attacked(1, fakes=[(1, 1), (1, 1), (5, 5), (5, 5)], anonymous=anonymous)
    report = reports.build(assessment)
    assert report == reports.GapReport(assessment, report.turnout, is_enough=False)
    shown = surfaces(assessment, as_(farah))
    assert WORDS not in shown
    assert "Criterion A1" not in shown
    assert "1 of 1 who was asked answered (100%), and 4 answers came through the link" in shown
    assert "Fewer than 5 of those who were asked answered, and fewer than 5 answers came through the link" in shown
    assert not Notice.objects.filter(text__contains="Read the results").exists()


@pytest.mark.parametrize("asked", [1, 4])
def test_however_many_come_by_the_link_too_few_who_were_asked_are_left_out(attacked, as_, farah, asked):
    """Now and wanted, range, votes, words, and the numbers that are counted: all of the fakes alone."""
    fakes = [(1, 1)] * 3 + [(5, 5)] * 3
    with_them = attacked(asked, fakes=fakes)
    browser = as_(farah)
    shown = surfaces(with_them, browser)
    assert WORDS not in shown
    assert "what they said is left out" in shown
    row = table_of(with_them, browser)[0]
    assert (row["Now"], row["Wanted"], row["Matters most to"], row["Answered"]) == ("3.0", "3.0", "0", "6")
    report = reports.build(with_them)
    without = reports.build(attacked(0, fakes=fakes, title="Without them"))
    assert report.results == without.results
    assert report.remarks == ()
    assert report.splits[0].figures.spread == 4


def test_each_figure_needs_five_who_were_asked(a_round, staff, farah, respond):
    """Five answer, but one question four of them, and one has “wanted” of four: the link does not fill it up."""
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=staff[:5], at=timezone.now())
    for number, person in enumerate(staff[:5]):
        said = {"A1": (2, 4), "A3": (2, 4) if number else {"now": 2}}
        if number:
            said["A2"] = {"now": 1, "wanted": 5, "comment": WORDS}
        respond(assessment, f"asked {number}", person=person, **said)
    for number in range(4):
        respond(assessment, f"fake {number}", A1=(5, 5), A2=(5, 5), A3=(5, 5))
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    figures = {row.code: row.figures for row in report.results}
    assert (figures["A1"].answered, figures["A1"].people, figures["A1"].now) == (9, 5, 2.0)
    assert (figures["A2"].now, figures["A2"].wanted, figures["A2"].low, figures["A2"].spread) == (None,) * 4
    assert (figures["A3"].wanted, figures["A3"].gap) == (None, None)
    assert WORDS not in repr(report.remarks)
    assert {offer.result.code for offer in report.every_offer} <= {"A1"}
    assert [row.code for row in report.splits] == ["A1", "A3"]


def test_who_came_by_the_link_is_said_apart(attacked, as_, farah):
    assessment = attacked(5, fakes=[(1, 5)] * 8)
    report = reports.build(assessment)
    assert report.turnout.words == "5 of 5 who were asked answered (100%), and 8 answers came through the link"
    assert (report.turnout.shown, report.offers[0].people) == (13, 13)
    shown = surfaces(assessment, as_(farah))
    assert "nobody knows how many people its answers come from" in shown
    row = table_of(assessment, as_(farah))[0]
    assert (row["Answered"], row["Through the link"]) == ("13", "8")


def test_a_round_with_a_link_alone_has_a_report_that_says_so(attacked, as_, farah):
    assessment = attacked(0, fakes=[(2, 4)] * 5)
    assert reports.build(assessment).is_enough
    shown = surfaces(assessment, as_(farah))
    assert "5 answers came through the link" in shown
    assert "5 people" not in shown
    assert "nobody knows how many people its answers come from" in shown


def test_who_was_asked_and_comes_by_the_link_is_not_one_of_the_five(attacked, criteria, farah, staff):
    """A member who uses the shared link without signing in, or who was not asked, is nobody to the floor."""
    assessment = attacked(4, close=False)
    link = link_of(assessment)
    answering.save_answer(assessment, criteria["A1"], by=Respondent("x", link=link), choice=Choice(now=1), seen=0)
    member = Respondent("y", as_member(staff[5]))
    answering.save_answer(assessment, criteria["A1"], by=member, choice=Choice(now=1), seen=0)
    assert (Response.objects.asked().count(), Response.objects.by_link().count()) == (4, 2)
    assert not reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now())).is_enough


def test_nobody_becomes_five_by_beginning_again(attacked, criteria, farah, staff):
    assessment = attacked(1, close=False)
    for number in range(5):
        again = Respondent(f"browser {number}", as_member(staff[0]), asked=Asked.objects.get())
        with pytest.raises(Refusal):
            answering.save_answer(assessment, criteria["A1"], by=again, choice=Choice(now=5), seen=0)
    assert Response.objects.count() == 1


def test_there_is_no_report_before_and_after_one_more_answer(attacked, criteria, farah, staff, as_):
    """Two reports of one round could be subtracted. While it is open there is none, and the close is for good."""
    assessment = attacked(5, close=False)
    browser = as_(farah)
    assert not reports.build(assessment).is_enough
    detail = browser.get(reverse("assessment_detail", args=["riverside", assessment.pk])).text
    assert WORDS not in detail
    assert "5 <small>of 5 asked</small>" in " ".join(detail.split())
    closed = close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    before = reports.build(closed)
    late = Respondent("late", link=link_of(assessment))
    with pytest.raises(Refusal, match="closed"):
        answering.save_answer(assessment, criteria["A1"], by=late, choice=Choice(now=5), seen=0)
    with pytest.raises(Refusal):
        asking.ask_people(assessment, by=as_member(farah), members=[staff[5]], at=timezone.now())
    assert reports.build(closed).fingerprint == before.fingerprint


def test_what_is_left_out_cannot_be_decided_upon(attacked, farah, as_):
    """A suggestion follows from figures: where there are none to see there is nothing to accept."""
    assessment = attacked(4, fakes=[(4, 4)] * 5)
    report = reports.build(assessment)
    assert report.offer("A1") is None
    for view in ("decision_new", "decision_reject"):
        assert as_(farah).get(reverse(view, args=["riverside", assessment.pk, "A1"])).status_code == 404


def test_people_read_before_they_answer_how_many_were_asked(a_round, staff, farah, as_):
    assessment = a_round()
    asking.ask_people(
        assessment, by=as_member(farah), members=staff[:1], addresses=["a@x.example", "b@x.example"], at=timezone.now()
    )
    page = " ".join(as_(staff[0]).get(reverse("assessment_answer", args=["riverside", assessment.pk])).text.split())
    assert "So far 3 people have been asked one by one: 2 by an address without an account, and 1 with" in page
    assert "Once somebody has begun to answer, an address without an account" in page
    assert "may be able to see whose answers are whose, above all while few have answered" in page
    assert f"{reverse('privacy')}#anonymous" in page
    link = reverse("answer_start", args=[link_of(assessment)])
    by_link = " ".join(as_(staff[5]).get(link).text.split())
    assert "somebody who answers many times could work out what a few others said" in by_link
    assert "have been asked" not in by_link


# --- From before it was noted who came by the link ---------------------------------------------------------------


def test_of_an_older_round_what_cannot_be_told_apart_is_not_shown(attacked):
    assessment = attacked(1, fakes=[(1, 1)] * 4)
    Response.objects.update(way=Response.Way.UNKNOWN)
    report = reports.build(assessment)
    assert (report.is_enough, report.turnout.answered) == (False, 5)


ways = import_module("selfassessment.migrations.0005_answers_are_unlinked")


@pytest.mark.parametrize(
    ("asked", "fakes", "noted"),
    [(4, 0, "asked"), (0, 4, "link"), (5, 2, "asked"), (4, 2, "unknown"), (1, 4, "unknown")],
)
def test_of_older_rounds_only_what_is_known_is_noted(attacked, asked, fakes, noted):
    assessment = attacked(asked, fakes=[(1, 1)] * fakes)
    _as_before(assessment, asked)
    ways.note_ways(apps, None)
    assert set(Response.objects.values_list("way", flat=True)) == {noted}
    assert reports.build(assessment).is_enough == (noted == "asked" and asked >= 5)
    assert Assessment.objects.unmixed().count() == 1


def test_in_older_rounds_with_names_it_is_known_who_was_asked(a_round, staff, farah, respond, criteria):
    assessment = a_round(anonymous=False)
    asking.ask_people(assessment, by=as_member(farah), members=staff[:1], addresses=["a@x.example"], at=timezone.now())
    respond(assessment, "member", person=staff[0], A1=(1, 2))
    respond(assessment, "link", A1=(1, 2))
    own = Asked.objects.get(email="a@x.example")
    by = Respondent(f"address {own.nonce}", asked=own, link=own.nonce, name="Ann")
    answering.save_answer(assessment, criteria["A1"], by=by, choice=Choice(now=1), seen=0)
    _as_before(assessment, 0)
    ways.note_ways(apps, None)
    assert sorted(Response.objects.values_list("way", flat=True)) == ["asked", "asked", "link"]


def _as_before(assessment: Assessment, answered: int) -> None:
    """As the rows stood before a response noted its way: who was asked knew whether they have answered."""
    Response.objects.update(way="link")
    for row in Asked.objects.filter(assessment=assessment)[:answered]:
        Asked.objects.filter(pk=row.pk).update(answered=True)
    Assessment.objects.update(is_unmixed=False)


# --- People of one’s own making -----------------------------------------------------------------------------------


def answer_all(assessment: Assessment, criteria, levels=((1, 1), (1, 1), (5, 5), (5, 5))) -> None:
    """The attacker opens the mails to their own addresses and answers each."""
    for number, (address, (now, wanted)) in enumerate(zip(assessment.asked.exclude(email=""), levels, strict=True)):
        own = Respondent(f"own {number}", asked=address, link=address.nonce)
        answering.save_answer(assessment, criteria["A1"], by=own, choice=Choice(now=now, wanted=wanted), seen=0)


def test_addresses_asked_after_the_first_answer_are_no_people_to_the_floor(attacked, as_, farah, criteria):
    """One of the asked has answered; then four addresses of whoever runs the round are asked, and all answer."""
    assessment = attacked(1, close=False)
    addresses = [f"me+{number}@riverside.example" for number in range(4)]
    asking.ask_people(assessment, by=as_member(farah), addresses=addresses, at=timezone.now())
    answer_all(assessment, criteria)
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    assert report == reports.GapReport(assessment, report.turnout, is_enough=False)
    shown = surfaces(assessment, as_(farah))
    assert WORDS not in shown
    assert "Criterion A1" not in shown
    assert "asked by address after the first answer" in shown


def test_accounts_made_after_the_first_answer_are_none_either(attacked, as_, riverside, farah, respond):
    assessment = attacked(1, close=False)
    own = [Person.objects.create_user(f"own{n}@riverside.example", name=f"Own {n}") for n in range(4)]
    for person in own:
        Membership.objects.create(organisation=riverside, person=person, role=Role.CONTRIBUTOR)
    asking.ask_people(assessment, by=as_member(farah), members=own, at=timezone.now())
    for number, person in enumerate(own):
        respond(assessment, f"own {number}", person=person, A1=(1, 5))
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert "Criterion A1" not in surfaces(assessment, as_(farah))


def test_addresses_asked_before_anybody_answered_count(a_round, farah, criteria):
    """In a charity everybody may have an address alone."""
    assessment = a_round()
    addresses = [f"helper{number}@charity.example" for number in range(5)]
    asking.ask_people(assessment, by=as_member(farah), addresses=addresses, at=timezone.now())
    answer_all(assessment, criteria, [(2, 4)] * 5)
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    assert report.results[0].figures.now == 2.0


def test_members_of_long_standing_count_whenever_they_are_asked(attacked, staff, farah, respond):
    assessment = attacked(1, close=False)
    asking.ask_people(assessment, by=as_member(farah), members=staff, at=timezone.now())
    for number, person in enumerate(staff[1:5]):
        respond(assessment, f"late {number}", person=person, A1=(3, 4))
    assert reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now())).is_enough


@pytest.mark.parametrize("when", ["open", "just before", "closed"])
def test_whoever_got_a_new_password_from_an_administrator_is_in_doubt(attacked, as_, ada, farah, staff, when):
    """With the link in their hand the administrator can answer as four members who have not answered."""
    made = timezone.now() - timedelta(minutes=30) if when == "just before" else timezone.now()
    member = Membership.objects.get(person=staff[4])
    if when != "closed":
        make_reset_link(member, by=as_member(ada), at=made)
    assessment = attacked(5, close=False)
    if when == "open":
        make_reset_link(member, by=as_member(ada), at=timezone.now())
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    if when == "closed":
        make_reset_link(member, by=as_member(ada), at=timezone.now())
    shown = surfaces(assessment, as_(farah))
    assert ("Criterion A1" in shown) == (when == "closed")
    assert ("given a new password by an administrator" in shown) == (when != "closed")


def test_a_new_password_by_another_organisation_counts_as_one(attacked, as_, riverside, hillside, farah, oskar, staff):
    """Suspended here, given a new password there, let in again here."""
    assessment = attacked(5, close=False)
    here = Membership.objects.get(person=staff[4], organisation=riverside)
    Membership.objects.filter(organisation=hillside, person=oskar).update(role=Role.ADMINISTRATOR)
    there = Membership.objects.create(organisation=hillside, person=staff[4], role=Role.READER)
    Membership.objects.filter(pk=here.pk).update(left_at=timezone.now())
    make_reset_link(there, by=as_member(oskar, hillside), at=timezone.now())
    Membership.objects.filter(pk=here.pk).update(left_at=None)
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert "Criterion A1" not in surfaces(assessment, as_(farah))


def test_in_doubt_each_figure_needs_as_many_more(attacked, staff, ada, farah, respond):
    """Six answer, one of them may be the administrator: a question that five answered has four for sure."""
    assessment = attacked(6, close=False)
    make_reset_link(Membership.objects.get(person=staff[5]), by=as_member(ada), at=timezone.now())
    for number, person in enumerate(staff[:5]):
        respond(assessment, f"asked {number}", person=person, A3=(2, 4))
    report = reports.build(close_and_publish(assessment, by=as_member(farah), at=timezone.now()))
    figures = {row.code: row.figures for row in report.results}
    assert (figures["A1"].now, figures["A1"].answered) == (3.0, 6)
    assert (figures["A3"].now, figures["A3"].answered) == (None, None)


def test_no_tick_and_no_number_stands_for_fewer_than_five(a_round, staff, as_, farah, respond):
    """Beside four who don’t know, the ticks of the fifth are hers; and “1” is who alone answered a question."""
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=staff[:5], at=timezone.now())
    for number, person in enumerate(staff[:5]):
        said = {"A1": (2, 4), "A2": {"dont_know": True} if number else {"now": 1, "wanted": 5}}
        if not number:
            said["A3"] = (1, 5)
        respond(assessment, f"asked {number}", person=person, votes=[] if number else ["A2", "A3"], **said)
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    rows = {row["Code"]: row for row in table_of(assessment, as_(farah))}
    assert (rows["A1"]["Matters most to"], rows["A1"]["Answered"], rows["A1"]["Through the link"]) == ("0", "5", "0")
    assert (rows["A2"]["Matters most to"], rows["A2"]["Answered"]) == ("", "5")
    assert [rows["A3"][name] for name in ("Matters most to", "Answered", "Through the link")] == ["", "", ""]
    shown = surfaces(assessment, as_(farah))
    assert "1 of 5" not in shown
    assert "None" not in shown


class TestBeginning:
    """Between reading how many were asked and the first answer nobody may be added."""

    def page_of(self, assessment):
        return reverse("assessment_answer", args=["riverside", assessment.pk])

    def seen_on(self, browser, assessment) -> str:
        return re.search(r'name="seen"\s+value="([^"]+)"', browser.get(self.page_of(assessment)).text)[1]

    def ask(self, assessment, farah, **whom):
        asking.ask_people(assessment, by=as_member(farah), at=timezone.now(), **whom)

    def test_addresses_that_are_asked_once_somebody_has_begun_do_not_count(self, a_round, staff, farah, as_):
        assessment = a_round()
        self.ask(assessment, farah, members=staff[:5])
        browser = as_(staff[0])
        seen = self.seen_on(browser, assessment)
        assert browser.post(self.page_of(assessment), {"seen": seen}).status_code == 302
        self.ask(assessment, farah, addresses=[f"own{number}@x.example" for number in range(4)])
        assert Asked.objects.filter(assessment=assessment, is_late=True).count() == 4
        assert not Response.objects.exists()

    def test_who_was_asked_since_the_page_was_read_is_read_before_beginning(self, a_round, staff, farah, as_):
        assessment = a_round()
        self.ask(assessment, farah, members=staff[:5])
        browser = as_(staff[0])
        seen = self.seen_on(browser, assessment)
        self.ask(assessment, farah, addresses=["own@x.example"])
        answer = browser.post(self.page_of(assessment), {"seen": seen})
        assert answer.status_code == 200
        assert "More people have been asked meanwhile" in answer.text
        assert "So far 6 people have been asked one by one" in answer.text
        assert browser.get(reverse("assessment_question", args=["riverside", assessment.pk, 1])).status_code == 302
        assert Assessment.objects.get(pk=assessment.pk).begun_on is None
        again = re.search(r'name="seen"\s+value="([^"]+)"', answer.text)[1]
        assert browser.post(self.page_of(assessment), {"seen": again}).status_code == 302
        assert Assessment.objects.get(pk=assessment.pk).begun_on is not None

    def test_who_had_the_page_of_the_link_before_them_reads_it_too(self, a_round, staff, farah, as_):
        assessment = a_round()
        link_of(assessment)
        browser = as_(staff[0])
        page = browser.get(self.page_of(assessment)).text
        assert "have been asked one by one" not in page
        self.ask(assessment, farah, members=staff[:1], addresses=[f"own{number}@x.example" for number in range(4)])
        answer = browser.post(self.page_of(assessment), {"seen": re.search(r'name="seen"\s+value="([^"]+)"', page)[1]})
        assert answer.status_code == 200
        assert "So far 5 people have been asked one by one: 4 by an address" in " ".join(answer.text.split())

    def test_new_accounts_are_told_apart(self, a_round, staff, farah, as_, riverside):
        assessment = a_round()
        person = Person.objects.create_user("new@riverside.example", name="New")
        Membership.objects.create(organisation=riverside, person=person, role=Role.CONTRIBUTOR)
        Membership.objects.filter(person=person).update(joined_at=timezone.now() + timedelta(minutes=1))
        old = Membership.objects.filter(person__in=staff)
        old.update(joined_at=timezone.now() - timedelta(days=31))
        self.ask(assessment, farah, members=[*staff[:5], person], addresses=["x@y.example"])
        assert Asked.objects.count_of(Assessment.objects.get(pk=assessment.pk)) == (7, 1, 1)
        page = as_(staff[0]).get(self.page_of(assessment)).text
        assert "1 by an address without an account, and 1 with an account that is new" in " ".join(page.split())
        assert "one person holds several addresses or accounts" in " ".join(page.split())

    def test_an_account_made_on_the_eve_is_new(self, a_round, staff, farah):
        assessment = a_round()
        Membership.objects.filter(person__in=staff).update(joined_at=assessment.opened_at - timedelta(days=29))
        Membership.objects.filter(person=staff[0]).update(joined_at=assessment.opened_at - timedelta(days=31))
        self.ask(assessment, farah, members=staff)
        assert Asked.objects.count_of(Assessment.objects.get(pk=assessment.pk)).new_accounts == 5

    @pytest.mark.parametrize("anonymous", [True, False])
    @pytest.mark.parametrize("without_link", [True, False])
    def test_who_began_by_the_link_and_is_asked_begins_again(self, a_round, staff, farah, as_, anonymous, without_link):
        """Else she would have begun without anybody noting it, and addresses that are asked now would count."""
        assessment = a_round(anonymous=anonymous)
        link_of(assessment)
        browser, page = as_(staff[0]), self.page_of(assessment)
        question = reverse("assessment_question", args=["riverside", assessment.pk, 1])
        assert browser.post(page, {"seen": self.seen_on(browser, assessment)}).status_code == 302
        assert browser.get(question).status_code == 200
        if without_link:
            asking.disable_link(assessment, by=as_member(farah), at=timezone.now())
        self.ask(assessment, farah, members=staff[:1])
        said = {"now": "3", "wanted": "5", "comment": "Typed before", "version": "0"}
        held = browser.post(question, said)
        assert held.status_code == 409
        assert "Typed before" in held.text
        assert "This is not saved." in held.text
        as_script = browser.post(question, said, headers={"accept": "application/json"})
        assert as_script.status_code == 409
        assert "start again" in as_script.json()["problem"]
        assert not Response.objects.exists()
        assert browser.get(question).url == page
        again = browser.get(page)
        assert "So far 1 person has been asked one by one" in " ".join(again.text.split())
        seen = re.search(r'name="seen"\s+value="([^"]+)"', again.text)[1]
        assert browser.post(page, {"seen": seen}).status_code == 302
        self.ask(assessment, farah, addresses=[f"own{number}@x.example" for number in range(4)])
        assert Asked.objects.filter(assessment=assessment, is_late=True).count() == 4
        assert browser.post(question, said).status_code in {200, 302}
        assert Response.objects.get().way == Response.Way.ASKED

    def test_who_answered_by_the_link_stays_there_when_asked(self, a_round, staff, farah, as_):
        assessment = a_round()
        link_of(assessment)
        browser = as_(staff[0])
        question = reverse("assessment_question", args=["riverside", assessment.pk, 1])
        browser.post(self.page_of(assessment), {"seen": self.seen_on(browser, assessment)})
        assert browser.post(question, {"now": "3", "wanted": "5", "version": "0"}).status_code == 302
        self.ask(assessment, farah, members=staff[:1])
        assert browser.get(question).status_code == 200
        assert Response.objects.get().way == Response.Way.LINK

    def test_who_began_as_asked_and_is_no_longer_does_not_go_on_by_the_link(self, a_round, staff, farah, as_):
        """She has read that five asked people protect her; among answers by the link nobody does."""
        assessment = a_round()
        link_of(assessment)
        self.ask(assessment, farah, members=staff[:5])
        browser = as_(staff[0])
        question = reverse("assessment_question", args=["riverside", assessment.pk, 1])
        browser.post(self.page_of(assessment), {"seen": self.seen_on(browser, assessment)})
        Asked.objects.filter(person=staff[0]).delete()
        assert browser.post(question, {"now": "3", "wanted": "5", "version": "0"}).status_code == 409
        assert not Response.objects.exists()

    def test_an_address_and_its_account_are_one(self, a_round, farah, riverside, as_):
        assessment = a_round()
        self.ask(assessment, farah, addresses=["own@x.example"])
        person = Person.objects.create_user("own@x.example", name="Own")
        Membership.objects.create(organisation=riverside, person=person, role=Role.CONTRIBUTOR)
        self.ask(assessment, farah, members=[person])
        assert Asked.objects.filter(assessment=assessment).count() == 1
        assert 'name="seen"' in as_(person).get(self.page_of(assessment)).text

    def test_the_key_in_the_browser_opens_with_the_password_of_that_time_alone(self, a_round, staff, farah, as_):
        assessment = a_round()
        self.ask(assessment, farah, members=staff[:5])
        browser = as_(staff[0])
        browser.post(self.page_of(assessment), {"seen": self.seen_on(browser, assessment)})
        question = reverse("assessment_question", args=["riverside", assessment.pk, 1])
        browser.post(question, {"now": "1", "wanted": "5", "version": "0"})
        assert browser.get(question).status_code == 200
        names = [name for name in browser.cookies if "answer_" in name]
        assert len(names) == 1
        assert str(staff[0].pk) not in names[0].split("_")
        kept = browser.cookies[names[0]].value
        staff[0].set_password("a new one by a link")
        staff[0].save()
        thief = as_(staff[0])
        thief.cookies[names[0]] = kept
        assert thief.get(question).status_code == 302
        assert "You have already begun to answer" in thief.get(self.page_of(assessment)).text

    def test_where_people_are_asked_it_says_how_many_it_takes(self, a_round, farah, as_):
        page = as_(farah).get(reverse("assessment_people", args=["riverside", a_round().pk])).text
        assert "towards the 5 people" in " ".join(page.split())
