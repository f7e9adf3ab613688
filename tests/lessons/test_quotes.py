"""Quotes: nobody is quoted without a yes, and a yes that is taken back is taken back everywhere at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dashboards.gaps import LatestRound
from dashboards.todo import needs_of
from jobs.models import Job, JobFile
from kmportal.lib.exceptions import Refusal
from kmportal.lib.work import work_of
from lessons.actions import merging, pack, quotes
from lessons.actions.summary import request_summary_pdf
from lessons.models import Quote
from lessons.reports.pack import build_pack
from lessons.reports.quotes import QuotePanel, agreed_of_session, quotes_of_lessons
from notifications.models import Notice
from organisations.models import AuditEntry, Group, Membership
from tests.cast import as_member, join_group
from tests.lessons.conftest import NOON, validate
from tests.markup import tidy

pytestmark = pytest.mark.django_db
SAID = "For the first time nobody waited at the door."


@pytest.fixture
def lesson(claimed, farah):
    return validate(claimed(), farah)


@pytest.fixture
def circle(riverside):
    return Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)


@pytest.fixture
def ask(cara, reza):
    """``ask(lesson)``: Cara asks Reza whether he may be quoted."""

    def make(place, **values):
        values = {"text": SAID, "signed": "Reza Amini", "said_by": reza, **values}
        return quotes.add_quote(place, by=as_member(cara), at=NOON, **values)

    return make


def agree(quote, reza, signed="A porter on nights"):
    return quotes.agree_to_quote(quote, by=as_member(reza), at=NOON, signed=signed)


def page(browser, url):
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return tidy(answer.text)


class TestConsent:
    def test_until_the_yes_only_the_two_of_them_read_it(self, lesson, ask, cara, reza, sam, as_):
        quote = ask(lesson)
        url = lesson.get_absolute_url()
        assert SAID not in page(as_(sam), url)
        assert as_(sam).get(quote.get_absolute_url()).status_code == 404
        assert "You are asked whether you may be quoted" in page(as_(reza), url)
        assert "Waiting for a yes" in page(as_(cara), url)
        assert SAID in page(as_(reza), quote.get_absolute_url())

    def test_the_yes_shows_it_under_the_name_that_they_choose(self, lesson, ask, reza, sam, cara, as_):
        quote = ask(lesson)
        answer = as_(reza).post(f"{quote.get_absolute_url()}agree/", {"signed": "A porter on nights"})
        assert answer.url == quote.get_absolute_url()
        shown = page(as_(sam), lesson.get_absolute_url())
        assert SAID in shown
        assert "A porter on nights" in shown
        assert "Reza Amini" not in shown
        assert "Reza Amini may be quoted" in str(Notice.objects.filter(person=cara).latest("pk").text)

    def test_an_empty_name_is_asked_for_again(self, lesson, ask, reza, as_):
        quote = ask(lesson)
        answer = as_(reza).post(f"{quote.get_absolute_url()}agree/", {"signed": " "})
        assert answer.status_code == 422
        assert "Say what stands under it" in answer.text
        assert Quote.objects.get().state == "asked"

    def test_ones_own_words_need_no_question(self, lesson, cara):
        quote = quotes.add_quote(lesson, by=as_member(cara), at=NOON, text=SAID, signed="Cara", said_by=cara)
        assert quote.stands
        assert quote.agreed_on is not None

    def test_a_no_leaves_no_word(self, lesson, ask, reza, cara, as_):
        quote = ask(lesson)
        as_(reza).post(f"{quote.get_absolute_url()}withdraw/")
        quote.refresh_from_db()
        assert (quote.state, quote.text, quote.signed) == ("refused", "", "")
        assert "does not want to be quoted" in page(as_(cara), quote.get_absolute_url())
        assert "does not want" in str(Notice.objects.filter(person=cara).latest("pk").text)
        with pytest.raises(Refusal, match="taken back"):
            agree(quote, reza)

    def test_of_somebody_without_an_account_the_day_and_whoever_noted_it_are_kept(self, lesson, farah, reza, as_):
        day = timezone.localdate(NOON) - timedelta(days=2)
        quote = quotes.add_quote(
            lesson, by=as_member(farah), at=NOON, text=SAID, signed="A patient’s daughter", agreed_on=day
        )
        assert quote.stands
        assert SAID in page(as_(reza), lesson.get_absolute_url())
        shown = page(as_(farah), quote.get_absolute_url())
        assert "Written in by Farah Siddiqui" in shown
        assert "They noted that whoever said it agreed on 21 November 2026" in shown

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({}, "on which day"),
            ({"agreed_on": timezone.localdate(NOON) + timedelta(days=1)}, "lie ahead"),
            ({"agreed_on": timezone.localdate(NOON), "text": " \u200b"}, "Write what was said"),
            ({"agreed_on": timezone.localdate(NOON), "signed": "\u200b"}, "Write what was said"),
        ],
    )
    def test_what_is_missing_is_asked_for(self, lesson, cara, values, words):
        with pytest.raises(Refusal, match=words):
            quotes.add_quote(lesson, by=as_member(cara), at=NOON, **{"text": SAID, "signed": "A nurse", **values})

    def test_who_cannot_read_it_is_not_asked(self, claimed, farah, cara, reza, oskar, circle, ask):
        join_group(circle, cara)
        private = validate(claimed(facts={"group": circle}), farah, share_with="group", group=circle)
        for person in (reza, oskar):
            with pytest.raises(Refusal, match="cannot read this lesson"):
                ask(private, said_by=person)

    def test_nobody_else_answers(self, lesson, ask, cara, farah, reza, as_):
        quote = ask(lesson)
        assert as_(cara).post(f"{quote.get_absolute_url()}agree/", {"signed": "x"}).status_code == 403
        assert as_(farah).post(f"{quote.get_absolute_url()}agree/", {"signed": "x"}).status_code == 404
        assert as_(farah).post(f"{quote.get_absolute_url()}withdraw/").status_code == 404

    def test_home_asks(self, lesson, ask, reza):
        quote = ask(lesson)
        titles = [need.title for need in needs_of(as_member(reza), LatestRound(), at=NOON)]
        assert "Say whether you may be quoted" in titles
        agree(quote, reza)
        titles = [need.title for need in needs_of(as_member(reza), LatestRound(), at=NOON)]
        assert "Say whether you may be quoted" not in titles

    def test_a_draft_and_an_ended_lesson_take_none(self, draft, lesson, cara, farah):
        with pytest.raises(PermissionDenied):
            quotes.add_quote(draft(), by=as_member(cara), at=NOON, text=SAID, signed="x", said_by=cara)
        assert not Quote.objects.exists()

    def test_names_in_the_words_are_asked_about(self, lesson, cara, as_):
        url = reverse("lesson_quote_new", args=["riverside", lesson.pk])
        typed = {"text": "Sister Mary Smith was kind.", "signed": "A daughter", "agreed_on": "yesterday"}
        answer = as_(cara).post(url, typed)
        assert answer.status_code == 422
        assert "Mary Smith" in answer.text

    def test_both_or_neither_of_person_and_day(self, lesson, cara, reza, as_):
        url = reverse("lesson_quote_new", args=["riverside", lesson.pk])
        for more in ({}, {"said_by": reza.pk, "agreed_on": "yesterday"}):
            answer = as_(cara).post(url, {"text": SAID, "signed": "A nurse", **more})
            assert answer.status_code == 422
        assert not Quote.objects.exists()

    def test_the_database_keeps_no_word_that_is_not_wanted(self, lesson, ask):
        quote = ask(lesson)
        with pytest.raises(IntegrityError), transaction.atomic():
            Quote.objects.filter(pk=quote.pk).update(state="withdrawn")


class TestTakingBack:
    def papers(self, riverside, cara, at):
        job = Job.objects.create(
            function="lessons.tasks.pack_pdf", title="Pack", organisation=riverside, requested_by=cara, created_at=at,
            due_at=at, state=Job.State.DONE,
        )  # fmt: skip
        return JobFile.objects.create(
            job=job, name="pack.pdf", content_type="application/pdf", content=b"x", created_at=at
        )

    def test_it_is_gone_everywhere_at_once(self, lesson, ask, riverside, cara, reza, sam, as_):
        quote = agree(ask(lesson), reza)
        before = self.papers(riverside, cara, NOON - timedelta(days=1))
        self.papers(riverside, cara, NOON + timedelta(minutes=5))
        work = pack.describe_work(
            riverside, by=as_member(cara), at=NOON, starts_on=timezone.localdate() + timedelta(days=5),
            title="Move a ward", text="Patients wait for medicines from pharmacy at ten.",
        )  # fmt: skip
        url = reverse("pack_detail", args=["riverside", "work", work.pk])
        assert SAID in page(as_(sam), url)
        as_(reza).post(f"{quote.get_absolute_url()}withdraw/")
        for address in (url, lesson.get_absolute_url()):
            assert SAID not in page(as_(sam), address)
        assert [*JobFile.objects.all()] == [before]
        assert "No word of it is kept" in page(as_(reza), quote.get_absolute_url())
        assert SAID not in str([*AuditEntry.objects.values()])
        assert "porter" not in str([*AuditEntry.objects.values()])
        assert SAID not in str([*Notice.objects.values()])

    def test_paper_is_drawn_anew_afterwards(self, lesson, ask, riverside, cara, reza):
        work = pack.describe_work(riverside, by=as_member(cara), at=NOON, title="Move a ward", text="Pharmacy at ten.")
        first = pack.request_pack_pdf(work, by=as_member(cara), at=NOON)
        quote = agree(ask(lesson), reza)
        second = pack.request_pack_pdf(work, by=as_member(cara), at=NOON)
        quotes.withdraw_quote(quote, by=as_member(reza), at=NOON + timedelta(minutes=1))
        third = pack.request_pack_pdf(work, by=as_member(cara), at=NOON)
        assert len({first.pk, second.pk, third.pk}) == 3

    def test_twice_is_once(self, lesson, ask, reza):
        quote = agree(ask(lesson), reza)
        quotes.withdraw_quote(quote, by=as_member(reza), at=NOON)
        quotes.withdraw_quote(quote, by=as_member(reza), at=NOON + timedelta(hours=1))
        assert AuditEntry.objects.filter(event="quote.withdrawn").count() == 1
        assert Quote.objects.get().answered_at == NOON

    def test_also_when_the_lesson_is_out_of_reach_by_now(self, lesson, ask, reza, circle, as_):
        quote = agree(ask(lesson), reza)
        type(lesson).objects.filter(pk=lesson.pk).update(reach="group", group=circle)
        assert as_(reza).get(lesson.get_absolute_url()).status_code == 404
        assert lesson.words.title not in page(as_(reza), quote.get_absolute_url())
        assert as_(reza).post(f"{quote.get_absolute_url()}withdraw/").status_code == 302
        assert Quote.objects.get().is_over

    def test_whoever_checks_lessons_takes_it_back_for_who_has_no_account(self, lesson, cara, farah, sam, as_):
        quote = quotes.add_quote(
            lesson, by=as_member(cara), at=NOON, text=SAID, signed="A daughter", agreed_on=timezone.localdate(NOON)
        )
        assert as_(sam).post(f"{quote.get_absolute_url()}withdraw/").status_code == 403
        assert as_(farah).post(f"{quote.get_absolute_url()}withdraw/").url == lesson.get_absolute_url()
        assert Quote.objects.get().is_over

    def test_who_has_left_is_quoted_on_and_can_have_it_taken_back(self, lesson, ask, reza, farah):
        quote = agree(ask(lesson), reza)
        Membership.objects.filter(person=reza).update(left_at=NOON)
        with pytest.raises(PermissionDenied):
            quotes.withdraw_quote(quote, by=as_member(reza), at=NOON)
        assert Quote.objects.get().stands
        quotes.withdraw_quote(quote, by=as_member(farah), at=NOON)
        assert Quote.objects.get().is_over


class TestWhere:
    def test_it_goes_along_when_lessons_merge_and_comes_back(self, claimed, farah, lena, ask, reza):
        stays, goes = (validate(claimed(title=title), farah) for title in ("Ask at ten", "Ask by ten o’clock"))
        quote = agree(ask(goes), reza)
        merge = merging.merge_lessons(goes, by=as_member(lena), at=NOON, into=stays)
        assert Quote.objects.get(pk=quote.pk).lesson == stays
        merging.part_lessons(merge, by=as_member(lena), at=NOON)
        assert Quote.objects.get(pk=quote.pk).lesson == goes

    def test_another_organisation_reads_none(self, claimed, farah, ask, reza, oskar, as_):
        shared = validate(claimed(), farah, share_with="network")
        agree(ask(shared), reza)
        assert QuotePanel.build(shared, as_member(oskar)) is None

    def test_in_the_pack_and_on_its_paper(self, lesson, ask, riverside, cara, reza, sam):
        agree(ask(lesson), reza)
        work = pack.describe_work(
            riverside, by=as_member(cara), at=NOON, starts_on=timezone.localdate() + timedelta(days=5),
            title="Move a ward", text="Patients wait for medicines from pharmacy at ten.",
        )  # fmt: skip
        built = build_pack(work_of(work), as_member(sam))
        assert [quote.text for row in built.lessons for quote in row.quotes] == [SAID]

    def test_of_a_session(self, world, cara, reza, as_):
        held = world.things.held
        url = reverse("session_quote_new", args=["riverside", held.pk])
        made = as_(cara).post(url, {"text": SAID, "signed": "A daughter", "agreed_on": "yesterday"})
        assert made.url == held.get_absolute_url()
        assert SAID in page(as_(reza), held.get_absolute_url())
        [quote] = agreed_of_session(held, as_member(reza))
        quotes.withdraw_quote(quote, by=as_member(cara), at=timezone.now())
        assert SAID not in page(as_(reza), held.get_absolute_url())
        assert agreed_of_session(held, as_member(reza)) == []

    def test_one_query_for_all_lessons_of_a_pack(self, lesson, ask, reza, sam, django_assert_num_queries):
        agree(ask(lesson), reza)
        reader = as_member(sam)
        with django_assert_num_queries(1):
            assert len(quotes_of_lessons([lesson.pk, 1, 2], reader)) == 1


def test_who_checks_lessons_finds_the_way_to_take_one_back(lesson, as_, farah, cara, lena):
    """Of somebody who has no account here and asks for it."""
    quotes.add_quote(lesson, by=as_member(cara), at=NOON, text=SAID, signed="A patient", agreed_on=NOON.date())
    way = reverse("quote_detail", args=["riverside", Quote.objects.get().pk])
    assert way in as_(farah).get(lesson.get_absolute_url()).text


def test_a_no_elsewhere_draws_every_summary_anew(world, cara, reza, farah):
    """Its file went when the quote was taken back, whichever session that was of."""
    held, at = world.things.held, timezone.now()
    first = request_summary_pdf(held, by=as_member(farah), at=at)
    said = {"text": SAID, "signed": "Reza", "said_by": reza}
    quote = quotes.add_quote(world.things.checked, by=as_member(cara), at=at, **said)
    quotes.withdraw_quote(quote, by=as_member(reza), at=at)
    second = request_summary_pdf(held, by=as_member(farah), at=at)
    assert first.pk != second.pk
