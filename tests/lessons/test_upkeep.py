"""Keeping lessons fresh: who looks after them, the monthly round, and the answer straight from the mail."""

from datetime import date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actionplan.actions import send_due_digests
from jobs.models import Mail
from kmportal.lib.days import add_months
from kmportal.lib.exceptions import Refusal
from lessons.actions import ending, reuse, upkeep
from lessons.models import MOST_TURNS, Lesson, LessonComment, ReviewRule, ReviewTurn, State, Upkeep
from lessons.promises import turns
from lessons.tokens import turn_path, turn_token
from notifications.models import Notice
from organisations.models import Group, GroupMembership, Membership
from organisations.permissions import Role
from organisations.visibility import Reach
from tests.cast import as_member

from .conftest import validate

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = datetime(2027, 12, 3, 6, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def due(claimed, farah):
    """``due(**words)``: a checked lesson of Cara’s whose day has come."""

    def make(review_on=date(2027, 11, 20), **words) -> Lesson:
        return validate(claimed(**words), farah, review_on=review_on)

    return make


@pytest.fixture
def turn(due) -> ReviewTurn:
    due()
    upkeep.choose_turns(at=NOW)
    return ReviewTurn.objects.select_related("lesson__organisation").get()


class TestOfACommunity:
    """Nobody looks after it, and a community has it: its members check it."""

    @pytest.fixture
    def circle(self, riverside, cara, farah, reza, sam) -> Group:
        made = Group.objects.create(organisation=riverside, name="Circle", kind=Group.Kind.COMMUNITY, created_at=NOW)
        for person in (cara, farah, sam):
            member = as_member(person)
            GroupMembership.objects.create(group=made, person=person, membership=member, is_guest=person == sam)
        return made

    def test_its_members_are_asked_one_lesson_each_and_in_turn(self, due, circle, cara, farah):
        lessons = [due(title=f"Ask at ten {number}") for number in range(2)]
        Upkeep.objects.update(owner=None, group=circle)
        assert upkeep.choose_turns(at=NOW) == 2
        asked = dict(ReviewTurn.objects.values_list("person", "lesson"))
        assert set(asked) == {cara.pk, farah.pk}
        assert set(asked.values()) == {one.pk for one in lessons}
        assert upkeep.choose_turns(at=NOW) == 0
        assert answer(ReviewTurn.objects.get(person=farah), answer="keep").status_code == 302

    def test_those_who_can_read_it_and_have_room(self, due, circle, riverside, cara, farah):
        """Else the same person would be chosen each day, and nobody asked."""
        team = Group.objects.create(organisation=riverside, name="Night team", kind=Group.Kind.TEAM, created_at=NOW)
        GroupMembership.objects.create(group=team, person=cara, membership=as_member(cara))
        lessons = [due(title=f"For the team {number}") for number in range(MOST_TURNS + 1)]
        Lesson.objects.update(reach="group", group=team)
        Upkeep.objects.update(owner=None, group=circle)
        able = [one for one in (cara, farah) if Lesson.objects.visible_to(as_member(one)).filter(pk=lessons[0].pk)]
        assert upkeep.choose_turns(at=NOW) == min(len(able) * MOST_TURNS, MOST_TURNS + 1)
        assert set(ReviewTurn.objects.values_list("person", flat=True)) == {one.pk for one in able}

    def test_not_who_is_away_and_nobody_of_a_team(self, due, circle, farah):
        due()
        Upkeep.objects.update(owner=None, group=circle)
        farah.away_from_on, farah.away_until_on = NOW.date(), NOW.date()
        farah.save()
        Group.objects.filter(pk=circle.pk).update(kind=Group.Kind.TEAM)
        assert upkeep.choose_turns(at=NOW) == 0
        Group.objects.filter(pk=circle.pk).update(kind=Group.Kind.COMMUNITY)
        assert upkeep.choose_turns(at=NOW) == 1
        assert ReviewTurn.objects.get().person != farah


def answer(turn, **values):
    return Client().post(turn_path(turn), values)


def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month():
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 12) == date(2027, 12, 31)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)


class TestKeepers:
    def test_its_author_looks_after_it_once_it_is_checked(self, due, cara):
        kept = Upkeep.objects.get(lesson=due())
        assert (kept.owner, kept.deputy) == (cara, None)

    def test_the_days_go_by_the_kind_and_the_rule_of_the_house(self, claimed, riverside, farah, lena, as_):
        lesson = claimed()
        page = reverse("lesson_check", args=["riverside", lesson.pk])
        a_year = add_months(timezone.localdate(), 12)
        assert f"{a_year.day} {a_year:%B} {a_year.year}" in as_(farah).get(page).text
        form = reverse("review_rule_list", args=["riverside"])
        sent = dict.fromkeys(Lesson.Kind.values, "12") | {"lesson": "3"}
        assert as_(lena).post(form, sent).status_code == 302
        assert ReviewRule.objects.months_in(riverside)["lesson"] == 3
        soon = add_months(timezone.localdate(), 3)
        assert f"{soon.day} {soon:%B} {soon.year}" in as_(farah).get(page).text
        assert as_(lena).post(form, {**sent, "lesson": "0"}).status_code == 422

    def test_owner_deputy_community_and_day_are_chosen_on_its_page(self, due, cara, farah, lena, sam, reza, as_):
        lesson = due()
        page = reverse("lesson_keeper", args=["riverside", lesson.pk])
        values = {"owner": sam.pk, "deputy": cara.pk, "review_on": "1 March 2028"}
        assert as_(farah).post(page, values).status_code == 302
        kept = Upkeep.objects.get(lesson=lesson)
        assert (kept.owner, kept.deputy) == (sam, cara)
        assert Lesson.objects.get(pk=lesson.pk).review_on == date(2028, 3, 1)
        assert Notice.objects.filter(person=sam, text__contains="You look after").count() == 1
        assert "Sam" in as_(reza).get(lesson.get_absolute_url()).text
        assert as_(farah).post(page, {**values, "deputy": sam.pk}).status_code == 422
        assert as_(sam).get(page).status_code == 200
        assert as_(cara).get(page).status_code == 403
        assert as_(reza).get(page).status_code == 403
        with pytest.raises(Refusal, match="cannot look after"):
            upkeep.set_keeper(lesson, by=as_member(lena), at=NOW, owner=reza)  # a reader

    def test_whoever_had_it_is_not_asked_any_more(self, turn, cara, sam, lena):
        lesson, said = turn.lesson, {"by": as_member(lena), "at": NOW, "review_on": turn.lesson.review_on}
        upkeep.set_keeper(lesson, owner=sam, deputy=cara, **said)
        assert ReviewTurn.objects.get().person == cara  # stands in, and may answer what she was asked
        upkeep.set_keeper(lesson, owner=sam, **said)
        assert not ReviewTurn.objects.exists()
        assert upkeep.choose_turns(at=NOW) == 1
        assert ReviewTurn.objects.get().person == sam

    def test_whoever_is_gone_or_only_reads_is_given_nothing_from_before(self, due, cara, farah, sam):
        """What was checked before there were keepers."""
        lessons = [due(title=f"Lesson {number}") for number in range(4)]
        for lesson, author in zip(lessons, (cara, sam, sam, None), strict=True):
            Lesson.objects.filter(pk=lesson.pk).update(author=author)
        Upkeep.objects.all().delete()
        migration = import_module("lessons.migrations.0018_kept_fresh_and_saved_lists")
        editor = SimpleNamespace(connection=connection, quote_name=connection.ops.quote_name)

        def kept() -> dict[int, int]:
            Upkeep.objects.all().delete()
            migration.let_authors_keep(apps, editor)
            return dict(Upkeep.objects.values_list("lesson", "owner"))

        everything = {one.pk: who.pk for one, who in zip(lessons, (cara, sam, sam, farah), strict=True)}
        assert kept() == everything
        theirs = {one.pk: who.pk for one, who in ((lessons[0], cara), (lessons[3], farah))}
        for gone in ({"role": Role.READER}, {"suspended_at": NOW}, {"left_at": NOW}):
            fresh = {"role": Role.CONTRIBUTOR, "suspended_at": None, "left_at": None}
            Membership.objects.filter(person=sam).update(**{**fresh, **gone})
            assert kept() == theirs


class TestTheRound:
    def test_five_a_month_those_first_that_are_used_old_and_doubted(self, due, cara, reza, farah):
        lessons = [due(title=f"Lesson {number}") for number in range(MOST_TURNS + 3)]
        used, doubted = lessons[-1], lessons[-2]
        reuse.say_reuse(used, by=as_member(reza), at=NOW - timedelta(days=40), kind="helped")
        reuse.say_reuse(doubted, by=as_member(reza), at=NOW - timedelta(days=40), kind="opposite")
        assert upkeep.choose_turns(at=NOW) == MOST_TURNS
        assert upkeep.choose_turns(at=NOW + timedelta(days=9)) == 0
        asked = list(ReviewTurn.objects.order_by("pk").values_list("lesson", "person"))
        assert [lesson for lesson, _ in asked] == [doubted.pk, used.pk, *(one.pk for one in lessons[:3])]
        assert {person for _, person in asked} == {cara.pk}

    def test_what_waits_from_last_month_counts(self, due):
        for number in range(MOST_TURNS + 2):
            due(title=f"Lesson {number}")
        upkeep.choose_turns(at=NOW)
        assert upkeep.choose_turns(at=NOW + timedelta(days=31)) == 0
        first = ReviewTurn.objects.order_by("pk").first()
        answer(first, answer="keep")
        assert upkeep.choose_turns(at=NOW + timedelta(days=31)) == 1

    def test_nobody_is_asked_before_the_day_or_about_what_is_out_of_use(self, due, lena):
        due(review_on=date(2028, 6, 1))
        due(review_on=None)
        ending.retire_lesson(due(), by=as_member(lena), at=NOW, reason="The ward is closed.")
        assert upkeep.choose_turns(at=NOW) == 0

    def test_what_somebody_says_is_not_so_is_asked_about_before_its_day(self, due, reza):
        lesson = due(review_on=date(2029, 6, 1))
        reuse.say_reuse(lesson, by=as_member(reza), at=NOW, kind="opposite")
        assert upkeep.choose_turns(at=NOW) == 1

    def test_whoever_can_no_longer_read_it_is_not_asked_and_learns_no_title(self, turn, cara, riverside):
        ward = Group.objects.create(organisation=riverside, name="Ward 6")
        assert list(turns(date(2099, 1, 1), [cara.pk]))
        Lesson.objects.filter(pk=turn.lesson_id).update(reach=Reach.GROUP, group=ward, author=None)
        assert not list(turns(date(2099, 1, 1), [cara.pk]))
        assert upkeep.choose_turns(at=NOW) == 0
        assert not ReviewTurn.objects.exists()

    def test_the_mail_takes_the_same_queries_for_many(self, due, cara, django_assert_num_queries):
        for number in range(4):
            due(title=f"Lesson {number}")
        upkeep.choose_turns(at=NOW)
        with django_assert_num_queries(3):
            assert len(list(turns(date(2099, 1, 1), [cara.pk]))) == 4

    def test_the_deputy_is_asked_while_the_owner_is_away_or_gone(self, due, cara, lena, farah):
        one, other = due(), due(title="Another")
        for lesson in (one, other):
            upkeep.set_keeper(lesson, by=as_member(lena), at=NOW, owner=cara, deputy=farah, review_on=lesson.review_on)
        cara.away_from_on, cara.away_until_on = NOW.date(), NOW.date() + timedelta(days=20)
        cara.save()
        upkeep.choose_turns(at=NOW)
        assert set(ReviewTurn.objects.values_list("person", flat=True)) == {farah.pk}
        ReviewTurn.objects.all().delete()
        cara.away_from_on = cara.away_until_on = None
        cara.save()
        Membership.objects.filter(person=cara).update(suspended_at=NOW)
        upkeep.choose_turns(at=NOW)
        assert set(ReviewTurn.objects.values_list("person", flat=True)) == {farah.pk}

    def test_it_stands_in_the_one_mail_of_the_day(self, due, cara):
        due()
        due(title="Label the keys")
        upkeep.choose_turns(at=NOW)
        Mail.objects.all().delete()  # that her lessons were checked
        morning = NOW.replace(hour=9)
        send_due_digests(at=morning)
        [mail] = [one for one in Mail.objects.all() if cara.email in one.recipients]
        for turn in ReviewTurn.objects.all():
            assert turn_path(turn) in mail.body
        assert "Label the keys" in mail.body
        send_due_digests(at=morning + timedelta(days=3))
        assert len([one for one in Mail.objects.all() if cara.email in one.recipients]) == 1


class TestAnswering:
    def test_a_scanner_that_opens_the_link_answers_nothing(self, turn):
        for _ in range(3):
            page = Client().get(turn_path(turn))
            assert page.status_code == 200
            assert Client().head(turn_path(turn)).status_code == 200
        assert "Ask pharmacy at ten" in page.text
        assert "/person/" not in page.text
        turn.refresh_from_db()
        assert turn.answered_at is None

    def test_keep_sets_the_next_day_by_the_rule_and_once(self, turn, cara, as_):
        assert answer(turn, answer="keep").status_code == 302
        turn.refresh_from_db()
        lesson = turn.lesson
        lesson.refresh_from_db()
        assert lesson.review_on == add_months(timezone.localdate(), 12)
        assert Upkeep.objects.get().looked_at is not None
        assert "Thank you" in Client().get(turn_path(turn)).text
        answer(turn, answer="retire", words="Gone.")
        turn.refresh_from_db()
        assert turn.answer == "keep"
        assert not list(turns(date(2099, 1, 1), None))

    def test_what_must_change_stands_beside_it_and_on_the_work_list(self, turn, cara, farah, as_):
        assert answer(turn, answer="change").status_code == 422
        assert answer(turn, answer="change", words="It is nine o’clock now.").status_code == 302
        assert LessonComment.objects.get().text == "It is nine o’clock now."
        assert Notice.objects.filter(person=farah, text__contains="no longer right").exists()
        page = reverse("lesson_mending", args=["riverside"]) + "?which=doubt"
        assert "Ask pharmacy at ten" in as_(farah).get(page).text

    def test_what_must_change_is_asked_about_again_in_a_month(self, turn):
        answer(turn, answer="change", words="It is nine o’clock now.")
        now = timezone.now()
        assert upkeep.choose_turns(at=now + timedelta(days=1)) == 0
        assert upkeep.choose_turns(at=now + timedelta(days=32)) == 1

    def test_a_doubt_ranks_until_the_text_is_another_one(self, due, farah):
        one, other = due(), due(title="Another")
        Upkeep.objects.filter(lesson=other).update(doubted_at=other.words.at - timedelta(days=1))
        Upkeep.objects.filter(lesson=one).update(doubted_at=one.words.at + timedelta(days=1))
        rank = {
            row.lesson_id: upkeep._rank_of(row, on=NOW.date())
            for row in Upkeep.objects.in_use(one.organisation_id).due(NOW.date())
        }
        assert rank[one.pk] > 2 * rank[other.pk]

    def test_the_author_is_told_once_of_what_must_change(self, turn, cara, farah, lena):
        lesson = turn.lesson
        upkeep.set_keeper(lesson, by=as_member(lena), at=NOW, owner=lena, review_on=lesson.review_on)
        upkeep.choose_turns(at=NOW)
        Notice.objects.all().delete()
        hers = ReviewTurn.objects.select_related("lesson__organisation").get()
        answer(hers, answer="change", words="It is nine o’clock now.")
        assert Notice.objects.filter(person=cara).count() == 1
        assert Notice.objects.filter(person=farah, text__contains="no longer right").count() == 1
        assert "its author and whoever checked it are told" in Client().get(turn_path(hers)).text

    def test_the_thanks_name_only_whom_they_reach(self, turn):
        answer(turn, answer="change", words="It is nine o’clock now.")
        said = Client().get(turn_path(turn)).text
        assert "and whoever checked it is told" in said
        assert "author" not in said

    def test_hand_over_by_address_or_to_the_deputy(self, turn, cara, sam, lena):
        lesson = turn.lesson
        assert answer(turn, answer="pass").status_code == 422
        assert answer(turn, answer="pass", to="nobody@x.example").status_code == 422
        assert answer(turn, answer="pass", to=cara.email).status_code == 422
        assert answer(turn, answer="pass", to=sam.email.upper()).status_code == 302
        assert Upkeep.objects.get(lesson=lesson).owner == sam
        upkeep.choose_turns(at=NOW)
        again = ReviewTurn.objects.get(answered_at=None)
        assert again.person == sam

    def test_retire_by_whoever_may_and_asked_for_by_others(self, turn, due, cara, farah, lena):
        assert answer(turn, answer="retire", words="The ward is closed.").status_code == 302
        lesson = Lesson.objects.get(pk=turn.lesson_id)
        assert lesson.state == State.IDENTIFIED  # her own: somebody who checks lessons looks at it
        assert LessonComment.objects.get().text == "The ward is closed."
        other = due(title="Another")
        upkeep.set_keeper(other, by=as_member(lena), at=NOW, owner=farah, review_on=other.review_on)
        upkeep.choose_turns(at=NOW)
        hers = ReviewTurn.objects.select_related("lesson__organisation").get(person=farah)
        assert answer(hers, answer="retire", words="The ward is closed.").status_code == 302
        assert Lesson.objects.get(pk=other.pk).state == State.RETIRED
        assert "is out of use" in Client().get(turn_path(hers)).text

    def test_a_forged_or_handed_over_link_opens_nothing(self, turn, sam, cara):
        for token in ("forged", turn_token(ReviewTurn(pk=turn.pk, person_id=sam.pk))):
            page = reverse("review_turn", args=[turn.pk, token])
            assert Client().get(page).status_code == 404
            assert Client().post(page, {"answer": "keep"}).status_code == 404
        with pytest.raises(PermissionDenied):
            upkeep.answer_turn(turn, by=as_member(sam), at=NOW, answer="keep")
        Membership.objects.filter(person=cara).update(suspended_at=NOW)
        assert Client().get(turn_path(turn)).status_code == 410
        assert answer(turn, answer="keep").status_code == 410

    def test_one_that_is_out_of_use_meanwhile_asks_nothing_more(self, turn, lena):
        ending.retire_lesson(turn.lesson, by=as_member(lena), at=NOW, reason="Closed.")
        assert "no longer in use" in Client().get(turn_path(turn)).text

    def test_what_one_looks_after_has_a_page_and_home_asks(self, turn, cara, as_):
        page = as_(cara).get(reverse("upkeep_list", args=["riverside"])).text
        assert turn_path(turn) in page
        assert turn_path(turn) in as_(cara).get(reverse("home", args=["riverside"])).text
