"""Several people check a lesson: rules, one check of several, taken back, gone, twice, at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from lessons.actions import checks, review, themes, writing
from lessons.models import CheckRule, Lesson, LessonCheck, LessonEvent, State, Tag, Theme, ThemeSet
from notifications.models import Notice
from organisations.models import Membership
from organisations.permissions import Role
from tests.cast import as_member

from .conftest import ALL_TICKED, NOON, validate

pytestmark = pytest.mark.database


def now(lesson) -> Lesson:
    return Lesson.objects.get(pk=lesson.pk)


@pytest.fixture
def two(riverside, lena, farah) -> CheckRule:
    """Two people have to check each lesson."""
    return checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=2)


@pytest.fixture
def half(two, claimed, farah) -> Lesson:
    """Farah has checked it; somebody else has to, too."""
    return validate(claimed(), farah, contact="Ward office", tags=["discharge"])


def check(lesson, by) -> Lesson:
    return validate(review.claim_lesson(now(lesson), by=as_member(by), at=NOON), by)


class TestTwo:
    def test_the_first_check_shares_nothing_and_the_second_one_does(self, half, lena, reza, cara, as_):
        assert (now(half).state, now(half).claimed_by, now(half).contact) == (State.SUBMITTED, None, "Ward office")
        assert as_(reza).get(half.get_absolute_url()).status_code == 404
        assert "Farah Siddiqui checked it. One more person has to check it." in " ".join(
            as_(lena).get(half.get_absolute_url()).text.split()
        )
        assert Notice.objects.filter(person=lena, text__contains="somebody else has to check it, too").count() == 1
        assert not Notice.objects.filter(person=cara, text__contains="was checked").exists()
        check(half, lena)
        assert (now(half).state, now(half).validated_by) == (State.IDENTIFIED, lena)
        assert "Checked by Farah Siddiqui and Lena Marsh" in " ".join(
            as_(reza).get(half.get_absolute_url()).text.split()
        )
        assert "somebody else has to check it, too" in as_(lena).get(half.get_absolute_url()).text

    def test_nobody_twice(self, half, farah, as_):
        with pytest.raises(Refusal, match="checked this lesson already"):
            review.claim_lesson(now(half), by=as_member(farah), at=NOON)
        assert half not in Lesson.objects.waiting_for(as_member(farah))
        claim = reverse("lesson_claim", args=["riverside", half.pk])
        assert claim not in as_(farah).get(reverse("lesson_queue", args=["riverside"])).text
        assert as_(farah).post(claim).status_code == 302
        assert now(half).state == State.SUBMITTED

    def test_nor_handed_to_who_has(self, half, farah, lena):
        review.claim_lesson(now(half), by=as_member(lena), at=NOON)
        with pytest.raises(Refusal, match="cannot check"):
            review.pass_on_claim(now(half), by=as_member(lena), at=NOON, to=farah)

    def test_one_that_is_taken_back_counts_no_more(self, half, farah, lena, as_):
        back = reverse("lesson_check_back", args=["riverside", half.pk])
        assert back in as_(farah).get(half.get_absolute_url()).text
        assert back not in as_(lena).get(half.get_absolute_url()).text
        assert as_(farah).post(back).status_code == 302
        assert as_(farah).post(back).status_code == 302
        assert LessonCheck.objects.get().withdrawn_at is not None
        check(half, lena)
        assert now(half).state == State.SUBMITTED
        check(half, farah)
        assert now(half).state == State.IDENTIFIED

    def test_not_after_it_is_shared(self, half, farah, lena):
        check(half, lena)
        with pytest.raises(PermissionDenied):
            checks.withdraw_check(now(half), by=as_member(farah), at=NOON)

    def test_of_somebody_who_checks_no_more_it_does_not_count(self, half, farah, lena, sam):
        Membership.objects.filter(person=sam).update(is_validator=True)
        Membership.objects.filter(person=farah).update(role=Role.READER)
        check(half, lena)
        assert now(half).state == State.SUBMITTED
        check(half, sam)
        assert now(half).state == State.IDENTIFIED

    def test_other_words_begin_anew(self, half, cara, farah, lena):
        lesson = writing.withdraw_lesson(now(half), by=as_member(cara), at=NOON)
        lesson = writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Else."})
        writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
        check(half, farah)
        assert now(half).state == State.SUBMITTED
        check(half, lena)
        assert now(half).state == State.IDENTIFIED

    def test_a_change_after_the_check_takes_as_many(self, half, cara, farah, lena, as_):
        check(half, lena)
        lesson = now(half)
        lesson = writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Else."})
        for person in (farah, farah):
            review.confirm_change(now(lesson), by=as_member(person), at=NOON, read=lesson.revision_id)
        assert now(lesson).changed_since_validation
        review.confirm_change(now(lesson), by=as_member(lena), at=NOON, read=lesson.revision_id)
        assert not now(lesson).changed_since_validation
        assert LessonEvent.objects.filter(lesson=lesson, revision=lesson.revision_id).count() == 3

    def test_by_hand(self, two, claimed, farah, as_):
        lesson = claimed()
        page = reverse("lesson_check", args=["riverside", lesson.pk])
        browser = as_(farah)
        assert "It takes two people to check it." in " ".join(browser.get(page).text.split())
        values = {
            "outcome": "identified", "read": lesson.revision_id, "ticked": ALL_TICKED[:6], "contact": "Cara",
            "process": "Checklist", "kind": "lesson", "share_with": "organisation",
        }  # fmt: skip
        assert browser.post(page, values).status_code == 302
        assert browser.post(page, values).status_code == 302
        assert LessonCheck.objects.count() == 1
        assert (
            "is kept. Somebody else has to check it, too."
            in browser.get(reverse("lesson_queue", args=["riverside"])).text
        )


class TestRules:
    def test_the_strictest_of_those_that_fit(self, riverside, identified, claimed, lena, farah, sam):
        Membership.objects.filter(person=sam).update(is_validator=True)
        tag = Tag.objects.create(organisation=riverside, name="Medicines", name_key="medicines")
        checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=2, tag=tag)
        assert identified().state == State.IDENTIFIED
        checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=3)
        lesson = validate(claimed(), farah, tags=["Medicines"])
        assert CheckRule.objects.minimum_for(lesson) == 3
        CheckRule.objects.filter(tag=None).delete()
        assert CheckRule.objects.minimum_for(lesson) == 2
        check(lesson, lena)
        assert now(lesson).state == State.IDENTIFIED

    def test_by_theme_while_the_theme_is_in_use(self, riverside, hillside, waiting, lena, farah, as_):
        goals = ThemeSet.objects.create(organisation=riverside, name="Goals", name_key="goals")
        safe = Theme.objects.create(theme_set=goals, name="Safe discharge", name_key="safe discharge")
        browser, page = as_(lena), reverse("check_rule_list", args=["riverside"])
        assert browser.post(page, {"which": f"theme-{safe.pk}", "minimum": "2"}).status_code == 302
        rule = CheckRule.objects.get()
        assert (rule.theme, rule.tag, rule.minimum) == (safe, None, 2)
        assert "Of the theme “Safe discharge”" in " ".join(browser.get(page).text.split())
        filed, other = waiting(), waiting()
        themes.file_under_themes(filed, by=as_member(farah), at=NOON, themes=[safe])
        assert [CheckRule.objects.minimum_for(one) for one in (filed, other)] == [2, 1]
        check(filed, farah)
        assert now(filed).state == State.SUBMITTED
        ThemeSet.objects.filter(pk=goals.pk).update(retired_at=NOON)
        assert CheckRule.objects.minimum_for(filed) == 1
        assert "once the theme is in use again" in " ".join(browser.get(page).text.split())
        for odd in (f"theme-{safe.pk}", "theme-0", "tag-x", "theme-"):
            assert browser.post(page, {"which": odd, "minimum": "2"}).status_code == 422
        with pytest.raises(Refusal):
            checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=2, theme=safe)

    def test_no_theme_of_another_organisation_and_no_tag_beside_it(self, riverside, hillside, lena):
        away = ThemeSet.objects.create(organisation=hillside, name="Goals", name_key="goals")
        home = ThemeSet.objects.create(organisation=riverside, name="Goals", name_key="goals")
        tag = Tag.objects.create(organisation=riverside, name="Beds", name_key="beds")
        theirs = Theme.objects.create(theme_set=away, name="Beds", name_key="beds")
        ours = Theme.objects.create(theme_set=home, name="Beds", name_key="beds")
        for wanted in ({"theme": theirs}, {"theme": ours, "tag": tag}):
            with pytest.raises(Refusal):
                checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=2, **wanted)
        assert not CheckRule.objects.exists()

    @pytest.mark.parametrize("minimum", [0, -1, 6, 3])
    def test_no_more_than_there_are(self, riverside, lena, minimum):
        with pytest.raises(Refusal):
            checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=minimum)

    def test_no_tag_of_another_organisation(self, riverside, hillside, lena):
        tag = Tag.objects.create(organisation=hillside, name="Beds", name_key="beds")
        with pytest.raises(Refusal):
            checks.set_check_rule(riverside, by=as_member(lena), at=NOON, minimum=2, tag=tag)

    def test_by_hand(self, riverside, lena, farah, as_):
        page = reverse("check_rule_list", args=["riverside"])
        browser = as_(lena)
        assert page in browser.get(reverse("lesson_queue", args=["riverside"])).text
        assert page not in as_(farah).get(reverse("lesson_queue", args=["riverside"])).text
        for odd in ("", "x", "99", "-2", "1.5"):
            assert browser.post(page, {"minimum": odd}).status_code == 422
        assert browser.post(page, {"minimum": "2"}).status_code == 302
        assert browser.post(page, {"minimum": "2"}).status_code == 302
        rule = CheckRule.objects.get()
        assert "2 people check" in " ".join(browser.get(page).text.split())
        Membership.objects.filter(person=farah).update(role=Role.READER)
        assert "Fewer people check lessons here" in browser.get(page).text
        away = reverse("check_rule_delete", args=["riverside", rule.pk])
        assert browser.post(away).status_code == 302
        assert browser.post(away).status_code == 404
        assert not CheckRule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_at_once(two, waiting, farah, lena):
    """One gets it; the other reads who did, and checks it afterwards."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    lesson = waiting()

    def claim(person) -> str:
        try:
            review.claim_lesson(Lesson.objects.get(pk=lesson.pk), by=as_member(person), at=NOON)
        except Refusal as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(claim, (farah, lena)))
    assert sorted(map(bool, said)) == [False, True]
    first, second = (farah, lena) if not said[0] else (lena, farah)
    validate(now(lesson), first)
    check(lesson, second)
    assert now(lesson).state == State.IDENTIFIED
