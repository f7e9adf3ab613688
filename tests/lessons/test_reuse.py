"""Reuse: said with one press, described if somebody likes, confirmed by a second person, thanked for, and added up."""

import re
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

import actionplan.actions
import organisations.actions
from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import reuse as deeds
from lessons.actions import writing
from lessons.actions.reuse import Saved
from lessons.models import Lesson, Measure, Reuse, Saving
from notifications.models import Notice
from organisations.models import AuditEntry, Group, Membership, Organisation
from organisations.visibility import Reach
from tests.cast import as_member, join_group
from tests.races import at_once

from .conftest import NOON

HERE = "/o/riverside"
LEDGER = f"{HERE}/lessons/reuse/"


@pytest.fixture
def lesson(identified) -> Lesson:
    """Cara’s, checked by Farah, for everybody at Riverside."""
    return identified()


@pytest.fixture
def helped(lesson, sam) -> Reuse:
    """Sam says that it helped."""
    return deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind="helped")


@pytest.fixture
def large(helped, sam) -> Saving:
    """Sam says that it saved £2,000."""
    describe(helped, sam, saved={"money": Saved(amount=Decimal(2_000))})
    return helped.savings.get()


def describe(reuse: Reuse, person, **values) -> Reuse:
    fresh = Reuse.objects.get(pk=reuse.pk)
    return deeds.describe_reuse(
        fresh, by=as_member(person, fresh.organisation), at=NOON, **{"seen": fresh.version, **values}
    )


def decide(saving: Saving, person, *, reason: str = "", seen: int | None = None) -> Saving:
    """Confirmed by this person, or declined where there is a reason."""
    fresh = Saving.objects.select_related("reuse__organisation").get(pk=saving.pk)
    seen = fresh.version if seen is None else seen
    if reason:
        return deeds.decline_saving(fresh, by=as_member(person), at=NOON, seen=seen, reason=reason)
    return deeds.confirm_saving(fresh, by=as_member(person), at=NOON, seen=seen)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


def typed(browser, reuse: Reuse, **values):
    """The form of the second page, filled in and sent."""
    form = {"version": Reuse.objects.get(pk=reuse.pk).version, **values}
    return browser.post(f"{LEDGER}{reuse.pk}/edit/", form)


class TestOnePress:
    @pytest.mark.parametrize("kind", Reuse.Kind.values)
    def test_it_is_kept_at_once_and_leads_on_to_saying_more(self, kind, lesson, reza, as_):
        browser = as_(reza)
        assert f'value="{kind}"' in browser.get(lesson.get_absolute_url()).text
        answer = browser.post(f"{lesson.get_absolute_url()}reuse/", {"kind": kind})
        row = Reuse.objects.get()
        assert (row.lesson, row.person, row.kind, row.changed) == (lesson, reza, kind, "")
        assert answer.url == f"{LEDGER}{row.pk}/edit/"
        page = browser.get(lesson.get_absolute_url()).text
        assert f'value="{kind}"' not in page
        assert Reuse.Kind(kind).label in page

    def test_the_same_press_again_changes_nothing_and_another_is_another(self, helped, lesson, sam):
        again = deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind="helped")
        other = deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind="same")
        assert again == helped != other
        assert AuditEntry.objects.filter(event="reuse.said").count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_two_presses_at_the_same_moment_make_one(self, lesson, sam):
        by = as_member(sam)
        press = partial(deeds.say_reuse, lesson, by=by, at=NOON, kind="helped")
        made = at_once(press, press)
        assert made[0] == made[1]
        assert Reuse.objects.count() == 1

    def test_a_kind_that_there_is_not_is_refused_in_words(self, lesson, sam, as_):
        answer = as_(sam).post(f"{lesson.get_absolute_url()}reuse/", {"kind": "better"}, follow=True)
        assert "Choose one of the three." in answer.text
        assert not Reuse.objects.exists()

    def test_nothing_is_said_of_what_was_not_checked(self, waiting, farah, as_):
        lesson = waiting()
        assert "Did you meet this" not in as_(farah).get(lesson.get_absolute_url()).text
        assert as_(farah).post(f"{lesson.get_absolute_url()}reuse/", {"kind": "same"}).status_code == 403
        with pytest.raises(PermissionDenied):
            deeds.say_reuse(lesson, by=as_member(farah), at=NOON, kind="same")

    def test_what_another_organisation_shares_is_said_at_home_and_read_there(self, identified, oskar, lena, as_):
        lesson = identified(share_with=Reach.NETWORK)
        as_(oskar).post(f"/o/hillside/lessons/{lesson.pk}/reuse/", {"kind": "helped"})
        row = Reuse.objects.get()
        assert row.organisation == Organisation.objects.get(slug="hillside")
        assert lesson.words.title in as_(oskar).get("/o/hillside/lessons/reuse/").text
        assert lesson.words.title not in as_(lena).get(LEDGER).text
        assert as_(lena).get(f"{LEDGER}{row.pk}/").status_code == 404
        assert [words for words in told(lesson.author) if "helped" in words] == []

    def test_a_stranger_finds_nothing(self, lesson, helped, large, oskar, as_):
        browser = as_(oskar)
        assert browser.post(f"{lesson.get_absolute_url()}reuse/", {"kind": "same"}).status_code == 404
        for page in (LEDGER, f"{LEDGER}{helped.pk}/", f"{HERE}/lessons/benefits/"):
            assert browser.get(page).status_code == 404
        assert browser.get(f"/o/hillside/lessons/reuse/{helped.pk}/").status_code == 404
        assert browser.post(f"/o/hillside/lessons/reuse/savings/{large.pk}/confirm/").status_code == 404

    def test_what_was_said_of_a_lesson_for_a_group_is_read_there_alone(self, riverside, identified, reza, sam, as_):
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        join_group(ward, reza)
        lesson = identified(share_with=Reach.GROUP, group=ward)
        row = deeds.say_reuse(lesson, by=as_member(reza), at=NOON, kind="same")
        assert as_(reza).get(f"{LEDGER}{row.pk}/").status_code == 200
        assert as_(sam).get(f"{LEDGER}{row.pk}/").status_code == 404
        assert lesson.words.title not in as_(sam).get(LEDGER).text

    def test_the_bare_press_is_taken_back_with_one_press(self, helped, sam, lena, as_):
        url = f"{LEDGER}{helped.pk}/delete/"
        assert f'action="{url}"' in as_(sam).get(f"{LEDGER}{helped.pk}/").text
        assert as_(lena).post(url).status_code == 403
        assert as_(sam).post(url).url == f"{HERE}/lessons/{helped.lesson_id}/"
        assert not Reuse.objects.exists()

    def test_what_was_written_is_asked_about_once_more(self, helped, large, sam, lena, as_):
        url, browser = f"{LEDGER}{helped.pk}/delete/", as_(sam)
        page = browser.get(f"{LEDGER}{helped.pk}/").text
        assert f'href="{url}"' in page
        assert f'action="{url}"' not in page
        assert as_(lena).get(url).status_code == 403
        for answer in (browser.get(url), browser.post(url), browser.post(url, {"seen": 1})):
            assert "£2,000" in answer.text
            assert Saving.objects.exists()
        seen = Reuse.objects.get().version
        assert browser.post(url, {"seen": seen}).url == f"{HERE}/lessons/{helped.lesson_id}/"
        assert not Reuse.objects.exists()
        assert not Saving.objects.exists()

    def test_ones_own_is_taken_back_also_where_the_lesson_is_out_of_reach(self, riverside, helped, large, sam, as_):
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        Lesson.objects.update(reach=Reach.GROUP, group=ward)
        browser, url = as_(sam), f"{LEDGER}{helped.pk}/delete/"
        title = helped.lesson.words.title
        assert '<span class="km-total">' not in browser.get(LEDGER).text
        assert browser.get(f"{LEDGER}{helped.pk}/").status_code == 404
        mine = browser.get(f"{LEDGER}?mine=1").text
        assert '<span class="km-total"><data value="1">' in mine
        assert f'href="{url}"' in mine
        csv = browser.get(f"{LEDGER}?mine=1&format=csv").getvalue().decode()
        assert "2000.00" in csv
        page = browser.get(url).text
        assert "£2,000" in page
        for text in (mine, csv, page):
            assert title not in text
        seen = Reuse.objects.get().version
        assert browser.post(url, {"seen": seen}).url == f"{LEDGER}?mine=1"
        assert not Reuse.objects.exists()

    def test_ones_own_list_holds_nobody_elses(self, helped, lesson, reza, sam, as_):
        deeds.say_reuse(lesson, by=as_member(reza), at=NOON, kind="same")
        page = as_(sam).get(f"{LEDGER}?mine=1").text
        assert page.count('class="km-rows__title"') == 1
        assert f'href="{LEDGER}{helped.pk}/"' in page


class TestSayingMore:
    def test_numbers_are_taken_as_people_write_them(self, helped, sam, as_):
        answer = typed(
            as_(sam), helped, place="Night shift", changed="We ask at ten.", time="1 h 30", time_sure="measured",
            money="£900.50", money_sure="estimated", quality="Nobody waits.", quality_sure="told",
        )  # fmt: skip
        assert answer.url == f"{LEDGER}{helped.pk}/"
        rows = {row.measure: (row.amount, row.words, row.sureness, row.state) for row in helped.savings.all()}
        assert rows == {
            "time": (Decimal("1.5"), "", "measured", "taken"),
            "money": (Decimal("900.5"), "", "estimated", "taken"),
            "quality": (None, "Nobody waits.", "told", "taken"),
        }
        page = as_(sam).get(f"{LEDGER}{helped.pk}/").text
        for words in ("Night shift", "We ask at ten.", "1.5 hours", "£900.50", "Nobody waits."):
            assert words in page

    def test_all_of_it_may_stay_empty(self, helped, sam, as_):
        assert typed(as_(sam), helped).status_code == 302
        assert not helped.savings.exists()

    def test_what_cannot_be_read_stays_in_its_box_and_nothing_else_is_lost(self, helped, sam, as_):
        answer = typed(
            as_(sam), helped, changed="We ask at ten.", time="an eternity", money="12,00", safety="Fewer falls"
        )
        assert answer.status_code == 422
        for words in ("an eternity", "12,00", "We ask at ten.", "Fewer falls", "for example 2, 2 h", "£1,200.50"):
            assert words in answer.text
        assert not helped.savings.exists()

    def test_what_stands_there_is_shown_in_the_form_and_goes_when_it_is_emptied(self, helped, large, sam, as_):
        page = as_(sam).get(f"{LEDGER}{helped.pk}/edit/").text
        assert 'value="£2,000"' in page
        typed(as_(sam), helped, money="")
        assert not helped.savings.exists()

    def test_one_of_ones_own_groups_and_no_other(self, riverside, helped, sam, as_):
        ward, other = (Group.objects.create(organisation=riverside, name=name) for name in ("Ward 6", "Ward 7"))
        join_group(ward, sam)
        assert typed(as_(sam), helped, group=other.pk).status_code == 422
        typed(as_(sam), helped, group=ward.pk, place="at night")
        assert Reuse.objects.get().where == "Ward 6, at night"
        with pytest.raises(Refusal, match="group that you belong to"):
            describe(helped, sam, group=other)

    def test_a_group_that_one_has_left_stays_where_it_was(self, riverside, helped, sam, as_):
        ward = Group.objects.create(organisation=riverside, name="Ward 6")
        Reuse.objects.update(group=ward)
        typed(as_(sam), helped, group=ward.pk, changed="We ask.")
        assert Reuse.objects.get().group == ward

    def test_names_of_others_are_asked_about(self, helped, sam, as_):
        answer = typed(as_(sam), helped, changed="Sister Mary Smith hides the forms")
        assert answer.status_code == 422
        assert "looks like somebody’s name" in answer.text

    def test_where_the_opposite_happened_no_saving_is_asked_or_taken(self, lesson, sam, as_):
        row = deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind="opposite")
        page = as_(sam).get(f"{LEDGER}{row.pk}/edit/").text
        assert 'name="changed"' in page
        assert "save" not in page.split("<main")[1].split("</form>")[0]
        typed(as_(sam), row, changed="It came too early.", money="£20")
        assert Reuse.objects.get().changed == "It came too early."
        assert not Saving.objects.exists()
        with pytest.raises(Refusal, match="saved nothing"):
            describe(row, sam, saved={"time": Saved(amount=Decimal(1))})

    def test_another_window_loses_nothing(self, helped, sam, as_):
        describe(helped, sam, changed="We ask at nine.")
        answer = typed(as_(sam), helped, version=1, changed="We ask at ten.")
        assert answer.status_code == 422
        assert "nine." in answer.text
        assert "ten." in answer.text
        assert Reuse.objects.get().changed == "We ask at nine."

    def test_whoever_took_it_back_elsewhere_reads_so(self, helped, sam):
        stale = Reuse.objects.get()
        deeds.take_reuse_back(Reuse.objects.get(), by=as_member(sam), at=NOON)
        with pytest.raises(Refusal, match="another window"):
            deeds.describe_reuse(stale, by=as_member(sam), at=NOON, seen=1)

    def test_nobody_else_writes_into_it(self, helped, lena, as_):
        assert as_(lena).get(f"{LEDGER}{helped.pk}/edit/").status_code == 403
        with pytest.raises(PermissionDenied):
            describe(helped, lena, changed="Better")


class TestASecondPerson:
    @pytest.mark.parametrize(
        ("measure", "amount", "state"),
        [
            ("money", "999.99", "taken"),
            ("money", "1000", "claimed"),
            ("time", "39.9", "taken"),
            ("time", "40", "claimed"),
        ],
    )
    def test_only_what_is_large_is_claimed(self, helped, sam, measure, amount, state):
        describe(helped, sam, saved={measure: Saved(amount=Decimal(amount))})
        assert helped.savings.get().state == state

    def test_whoever_checks_lessons_confirms_it_and_whoever_said_it_is_told(self, large, farah, sam, as_):
        page = as_(farah).get(f"{LEDGER}{large.reuse_id}/").text
        assert "Confirm it" in page
        as_(farah).post(f"{LEDGER}savings/{large.pk}/confirm/", {"seen": large.version})
        large.refresh_from_db()
        assert (large.state, large.decided_by) == ("confirmed", farah)
        assert told(sam) == ["Farah Siddiqui confirmed what you saved with “Ask pharmacy at ten”"]
        assert "Confirm it" not in as_(farah).get(f"{LEDGER}{large.reuse_id}/").text

    def test_it_is_declined_with_a_reason_and_stays_to_be_read(self, large, lena, sam, as_):
        url = f"{LEDGER}savings/{large.pk}/decline/"
        assert as_(lena).get(url).status_code == 200
        assert as_(lena).post(url, {"seen": large.version, "reason": " "}).status_code == 422
        as_(lena).post(url, {"seen": large.version, "reason": "Ward 7 counted it already."})
        large.refresh_from_db()
        assert (large.state, large.reason) == ("declined", "Ward 7 counted it already.")
        assert "Ward 7 counted it already." in told(sam)[0]
        assert "Ward 7 counted it already." in as_(sam).get(f"{LEDGER}{large.reuse_id}/").text

    def test_never_whoever_said_it_nor_somebody_whose_part_it_is_not(self, lesson, farah, cara, sam, as_):
        own = deeds.say_reuse(lesson, by=as_member(farah), at=NOON, kind="helped")
        describe(own, farah, saved={"time": Saved(amount=Decimal(80))})
        saving = own.savings.get()
        assert "Confirm it" not in as_(farah).get(f"{LEDGER}{own.pk}/").text
        for person in (farah, cara):
            assert as_(person).post(f"{LEDGER}savings/{saving.pk}/confirm/", {"seen": 1}).status_code == 403
            assert as_(person).get(f"{LEDGER}savings/{saving.pk}/decline/").status_code == 403
        with pytest.raises(Refusal, match="Somebody else must confirm it"):
            decide(saving, farah)
        assert decide(saving, sam).state == "confirmed"  # the sponsor oversees

    def test_the_same_again_changes_nothing_and_the_other_answer_comes_too_late(self, large, farah, lena):
        decide(large, farah)
        assert decide(large, farah).state == "confirmed"
        with pytest.raises(Refusal, match="Farah Siddiqui has decided it already"):
            decide(large, lena, reason="No")
        assert AuditEntry.objects.filter(event="reuse.confirmed").count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_of_two_who_decide_at_once_one_does(self, large, farah, lena):
        answers = at_once(partial(decide, large, farah), partial(decide, large, lena, reason="Counted twice."))
        large.refresh_from_db()
        assert sum(isinstance(one, Refusal) for one in answers) == 1
        assert (large.state == "confirmed") == (large.decided_by == farah)
        assert AuditEntry.objects.filter(event__in=["reuse.confirmed", "reuse.declined"]).count() == 1

    def test_what_was_changed_meanwhile_is_read_again_first(self, large, sam, farah, as_):
        describe(large.reuse, sam, saved={"money": Saved(amount=Decimal(90_000))})
        with pytest.raises(Stale):
            decide(large, farah, seen=large.version)
        answer = as_(farah).post(f"{LEDGER}savings/{large.pk}/confirm/", {"seen": large.version}, follow=True)
        assert "Read it again" in answer.text
        assert Saving.objects.get().state == "claimed"

    def test_declining_what_was_changed_meanwhile_shows_it_and_can_be_finished(self, large, sam, farah, as_):
        describe(large.reuse, sam, changed="We ask.", saved={"money": Saved(amount=Decimal(90_000))})
        url = f"{LEDGER}savings/{large.pk}/decline/"
        answer = as_(farah).post(url, {"seen": large.version, "reason": "Ward 7 counted it already."})
        assert answer.status_code == 422
        for words in ("Read it again", "£90,000", "We ask.", "Ward 7 counted it already."):
            assert words in answer.text
        assert Saving.objects.get().state == "claimed"
        seen = re.search(r'name="seen" value="(\d+)"', answer.text)
        answer = as_(farah).post(url, {"seen": seen[1], "reason": "Ward 7 counted it already."}, follow=True)
        assert Saving.objects.get().state == "declined"
        assert "Your reason stands beside it." in answer.text

    def test_nothing_is_promised_of_somebody_who_has_left(self, large, farah, as_):
        Reuse.objects.update(person=None)
        Notice.objects.all().delete()
        url = f"{LEDGER}savings/{large.pk}/decline/"
        page = as_(farah).get(url).text
        answer = as_(farah).post(url, {"seen": large.version, "reason": "Counted twice."}, follow=True)
        assert Saving.objects.get().state == "declined"
        assert not Notice.objects.exists()
        assert "counted nowhere" not in page
        assert "never added to what is confirmed" in page
        assert "has your reason" not in answer.text

    def test_another_number_is_looked_at_anew_and_the_same_stays_confirmed(self, large, sam, farah):
        decide(large, farah)
        describe(large.reuse, sam, saved={"money": Saved(amount=Decimal(2_000))})
        assert Saving.objects.get().state == "confirmed"
        describe(large.reuse, sam, saved={"money": Saved(amount=Decimal(3_000))})
        fresh = Saving.objects.get()
        assert (fresh.state, fresh.decided_by, fresh.decided_at) == ("claimed", None, None)

    @pytest.mark.parametrize("reason", ["", "Ward 7 counted it already."])
    @pytest.mark.parametrize("word", ["changed", "place", "group"])
    def test_other_words_beside_the_number_are_looked_at_anew(self, large, riverside, sam, farah, word, reason):
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        join_group(ward, sam)
        decide(large, farah, reason=reason)
        saved = {"money": Saved(amount=Decimal(2_000)), "time": Saved(amount=Decimal(1))}
        describe(large.reuse, sam, saved=saved, **{word: ward if word == "group" else "Something else"})
        fresh = Saving.objects.get(measure="money")
        assert (fresh.state, fresh.decided_by, fresh.decided_at, fresh.reason) == ("claimed", None, None, "")
        assert Saving.objects.get(measure="time").state == "taken"
        with pytest.raises(Stale):
            decide(large, farah, seen=large.version)

    def test_what_is_small_or_gone_cannot_be_decided(self, helped, large, sam, farah):
        gone = Saving.objects.select_related("reuse__organisation").get()
        describe(helped, sam, saved={"time": Saved(amount=Decimal(1))})
        with pytest.raises(Refusal, match="taken it back"):
            deeds.confirm_saving(gone, by=as_member(farah), at=NOON, seen=1)
        with pytest.raises(Refusal, match="Nobody has to confirm it"):
            decide(helped.savings.get(), farah)

    def test_the_database_keeps_it_too(self, large):
        for values in ({"state": "confirmed"}, {"state": "declined", "decided_at": NOON}, {"words": "so much"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Saving.objects.update(**values)

    def test_it_waits_on_the_home_page_of_whoever_may_confirm_it(self, large, farah, cara, sam, as_):
        words = "£2,000 saved with “Ask pharmacy at ten”"
        assert words in as_(farah).get(f"{HERE}/").text
        assert words not in as_(cara).get(f"{HERE}/").text
        assert words not in as_(sam).get(f"{HERE}/").text  # who said it


class TestWhoIsTold:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("helped", "says that your lesson helped"),
            ("same", "says that the same happened as in your lesson"),
            ("opposite", "says that the opposite happened of what your lesson tells"),
        ],
    )
    def test_the_author_is_thanked_once(self, kind, words, lesson, sam, cara):
        Notice.objects.all().delete()
        for _ in range(2):
            deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind=kind)
        assert told(cara) == [f"Sam Okafor {words}: Ask pharmacy at ten"]

    def test_pressed_and_taken_back_leaves_no_notice_and_pressed_again_one(self, lesson, sam, cara):
        Notice.objects.all().delete()
        for number in (1, 2, 3):
            row = deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind="helped")
            assert len(told(cara)) == 1
            if number < 3:
                deeds.take_reuse_back(row, by=as_member(sam), at=NOON)
                assert told(cara) == []

    def test_nobody_else_hears_whose_lesson_it_is(self, lesson, sam, cara, as_):
        Notice.objects.all().delete()
        row = deeds.say_reuse(lesson, by=as_member(sam), at=NOON, kind="helped")
        assert set(Notice.objects.values_list("person", flat=True)) == {cara.pk}
        for page in (f"{LEDGER}{row.pk}/", f"{LEDGER}{row.pk}/edit/", LEDGER, f"{HERE}/lessons/benefits/"):
            assert "Cara Doyle" not in as_(sam).get(page).text

    def test_without_an_author_nobody_is_thanked(self, lesson, sam):
        Lesson.objects.update(author=None)
        Notice.objects.all().delete()
        deeds.say_reuse(Lesson.objects.get(), by=as_member(sam), at=NOON, kind="helped")
        assert not Notice.objects.exists()

    def test_whoever_wrote_the_lesson_hears_that_its_action_is_done(self, lesson, lena, farah, cara, as_):
        action = writing.add_lesson_action(lesson, by=as_member(lena), at=NOON, title="Change the list", owner=farah)
        Notice.objects.all().delete()
        actionplan.actions.complete_action(action, by=as_member(farah), at=NOON)
        words = "You wrote a lesson, and something has changed because of it: Ask pharmacy at ten"
        assert told(cara) == [words]
        notice = Notice.objects.get(person=cara)
        assert as_(cara).get(f"{HERE}/notices/{notice.pk}/").url == lesson.get_absolute_url()

    def test_other_actions_tell_no_author(self, riverside, lena, farah, cara):
        action = actionplan.actions.add_action(riverside, by=as_member(lena), at=NOON, title="Ring", owner=farah)
        Notice.objects.all().delete()
        actionplan.actions.complete_action(action, by=as_member(farah), at=NOON)
        assert told(cara) == []


class TestTheLedger:
    @pytest.fixture
    def said(self, identified, sam, reza) -> list[Reuse]:
        """Two lessons, three entries, two of them described."""
        first, second = identified(), identified(title="=Ring the porter")
        rows = [
            deeds.say_reuse(first, by=as_member(sam), at=NOON, kind="helped"),
            deeds.say_reuse(first, by=as_member(reza), at=NOON, kind="same"),
            deeds.say_reuse(second, by=as_member(reza), at=NOON, kind="opposite"),
        ]
        describe(rows[0], sam, changed="=1+1", saved={"time": Saved(amount=Decimal(2), sureness="measured")})
        describe(rows[1], reza, saved={"safety": Saved(words="Fewer falls", sureness="told")})
        return rows

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ("", 3),
            ("?kind=same", 1),
            ("?sure=measured", 1),
            ("?sure=told", 1),
            ("?kind=same&sure=measured", 0),
            ("?kind=nonsense&sure=x&lesson=x", 3),
        ],
    )
    def test_it_is_narrowed_by_kind_and_by_how_sure(self, said, lena, as_, query, number):
        page = as_(lena).get(f"{LEDGER}{query}").text
        assert page.count('class="km-rows__title"') == number
        assert (f'<span class="km-total"><data value="{number}">' in page) == bool(number)

    def test_the_page_of_a_lesson_opens_it_narrowed_to_the_lesson(self, said, lena, as_):
        lesson = said[0].lesson
        url = f"{LEDGER}?lesson={lesson.pk}&kind=same"
        assert url.replace("&", "&amp;") in as_(lena).get(lesson.get_absolute_url()).text
        page = as_(lena).get(url).text
        assert "Only of" in page
        assert page.count('class="km-rows__title"') == 1

    def test_its_csv_holds_what_is_shown_and_runs_no_formula(self, said, lena, as_):
        lines = as_(lena).get(f"{LEDGER}?kind=helped&format=csv").getvalue().decode().splitlines()
        assert len(lines) == 2
        assert "'=1+1" in lines[1]
        assert ",2.00,It was counted or measured,Taken as said," in lines[1]
        everything = as_(lena).get(f"{LEDGER}?format=csv").getvalue().decode()
        assert "'=Ring the porter" in everything
        assert "Fewer falls" in everything

    def test_an_account_that_is_gone_leaves_the_entry(self, said, sam, lena, as_):
        Reuse.objects.filter(person=sam).update(person=None)
        assert "Somebody who has left" in as_(lena).get(LEDGER).text
        assert "Somebody who has left" in as_(lena).get(f"{LEDGER}?format=csv").getvalue().decode()
        assert "Somebody who has left" in as_(lena).get(f"{LEDGER}{said[0].pk}/").text

    def test_whoever_is_removed_leaves_what_they_said(self, said, reza, ada, lena, as_):
        organisations.actions.remove_member(Membership.objects.get(person=reza), by=as_member(ada), at=NOON)
        assert Reuse.objects.filter(person=reza).count() == 2
        assert as_(lena).get(f"{LEDGER}{said[1].pk}/").status_code == 200

    def test_a_longer_list_takes_no_more_queries(self, said, identified, lena, sam, as_):
        browser = as_(lena)

        def count() -> int:
            browser.get(LEDGER)
            with CaptureQueriesContext(connection) as taken:
                assert browser.get(LEDGER).status_code == 200
            return len(taken)

        before = count()
        for number in range(3):
            row = deeds.say_reuse(identified(title=f"L{number}"), by=as_member(sam), at=NOON, kind="helped")
            describe(row, sam, saved={measure: Saved(Decimal(1), "Better") for measure in Measure.values})
        assert count() == before
