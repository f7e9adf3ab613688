"""The end of a lesson: replaced by another, taken out of use, brought back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
from kmportal.lib.exceptions import Refusal
from lessons.actions import ending, life, merging, writing
from lessons.models import Lesson, LessonEvent, State
from lessons.reports.ending import similar_to
from notifications.models import Notice
from organisations.models import Group, GroupMembership
from organisations.visibility import Reach
from tests.cast import as_member

from .conftest import NOON

pytestmark = pytest.mark.database


@pytest.fixture
def pair(identified):
    """An older lesson and a newer one."""
    return identified(), identified(title="Ask pharmacy at nine")


@pytest.fixture
def group_of(riverside):
    """``group_of(*people)``: a group of Riverside with these people."""

    def make(*people) -> Group:
        made = Group.objects.create(organisation=riverside, name="Night team", kind=Group.Kind.UNIT)
        for person in people:
            GroupMembership.objects.create(group=made, person=person, membership=as_member(person))
        return made

    return make


def now(lesson) -> Lesson:
    return Lesson.objects.get(pk=lesson.pk)


def page_of(browser, lesson) -> str:
    return " ".join(browser.get(lesson.get_absolute_url()).text.split())


class TestReplaced:
    def test_the_old_one_leads_to_the_new_one_and_stays_findable_below_it(self, pair, farah, reza, cara, as_):
        old, new = pair
        ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=new)
        ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=new)
        assert (now(old).state, now(old).superseded_by) == (State.SUPERSEDED, new)
        assert LessonEvent.objects.filter(lesson=old, after=State.SUPERSEDED).count() == 1
        browser = as_(reza)
        assert "has taken the place of this one" in page_of(browser, old)
        assert new.get_absolute_url() in page_of(browser, old)
        assert f"lesson {old.pk}: Ask pharmacy at ten" in page_of(browser, new)
        found = browser.get(reverse("lesson_list", args=["riverside"]), {"q": "pharmacy"})
        assert [hit.ident for hit in found.context["found"].hits] == [new.pk, old.pk]
        assert "Replaced by a newer one" in found.text
        assert Notice.objects.filter(person=cara, text__contains="was replaced by a newer one").count() == 1

    def test_who_may_not_read_the_new_one_is_not_told_of_it(self, identified, group_of, farah, reza, lena, as_):
        old, new = identified(), identified(share_with=Reach.GROUP, group=group_of(farah), title="For few")
        ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=new)
        page = page_of(as_(reza), old)
        assert "The newer one is not shared with you" in page
        assert "For few" not in page
        assert "For few" in page_of(as_(farah), old)

    def test_where_the_newer_one_has_gone_on_the_page_leads_there(self, pair, identified, farah, reza, as_):
        old, new = pair
        ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=new)
        last = identified(title="Label and weigh the bags")
        merging.merge_lessons(now(new), by=as_member(farah), at=timezone.now(), into=now(last))
        page = as_(reza).get(old.get_absolute_url()).text
        assert "is not shared with you" not in page
        assert f'href="{last.get_absolute_url()}"' in page
        assert "It takes the place of" in as_(reza).get(last.get_absolute_url()).text

    @pytest.mark.parametrize("which", ["itself", "draft", "retired", "elsewhere", "unread"])
    def test_not_by_what_nobody_can_use(self, which, pair, draft, group_of, identified, farah, oskar, hillside):
        old, new = pair
        if which == "retired":
            ending.retire_lesson(new, by=as_member(farah), at=NOON, reason="Old.")
        others = {
            "itself": lambda: old,
            "draft": draft,
            "retired": lambda: new,
            "elsewhere": lambda: draft(by=oskar, organisation=hillside),
            "unread": lambda: identified(share_with=Reach.GROUP, group=group_of()),
        }
        with pytest.raises(Refusal):
            ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=others[which]())
        assert now(old).state == State.IDENTIFIED

    def test_two_cannot_take_each_others_place(self, pair, farah):
        old, new = pair
        ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=new)
        with pytest.raises(Refusal):
            ending.supersede_lesson(new, by=as_member(farah), at=NOON, other=old)

    def test_by_hand_from_what_sounds_like_it_or_by_number(self, pair, identified, farah, as_):
        old, new = pair
        assert [number for number, _ in similar_to(old, as_member(farah))] == [new.pk]
        address = reverse("lesson_supersede", args=["riverside", old.pk])
        browser = as_(farah)
        assert "Ask pharmacy at nine" in browser.get(address).text
        for odd in ("", "soon", str(old.pk), "999999999999999", "9" * 60):
            assert browser.post(address, {"other": "", "number": odd}).status_code == 422
        typed = f"https://portal.example{new.get_absolute_url()}"
        assert browser.post(address, {"other": "", "number": typed}).status_code == 302
        assert now(old).superseded_by == new
        assert browser.get(address).status_code == 302

    def test_by_hand_chosen_from_the_list(self, pair, farah, as_):
        old, new = pair
        address = reverse("lesson_supersede", args=["riverside", old.pk])
        assert as_(farah).post(address, {"other": str(new.pk), "number": ""}).status_code == 302
        assert now(old).superseded_by == new


class TestTakenOutOfUse:
    def test_everybody_reads_why_and_no_list_shows_it(self, pair, farah, reza, cara, as_):
        old, _ = pair
        ending.retire_lesson(old, by=as_member(farah), at=NOON, reason="The ward is closed.")
        ending.retire_lesson(old, by=as_member(farah), at=NOON, reason="The ward is closed.")
        browser, lessons = as_(reza), reverse("lesson_list", args=["riverside"])
        assert "The ward is closed." in page_of(browser, old)
        assert old.pk not in [hit.ident for hit in browser.get(lessons).context["found"].hits]
        asked = browser.get(lessons, {"state": "retired"})
        assert [hit.ident for hit in asked.context["found"].hits] == [old.pk]
        assert "No longer in use" in asked.text
        assert browser.get(lessons).context["unchecked"].number == 2
        assert Notice.objects.filter(person=cara, text__contains="was taken out of use").count() == 1
        assert old not in Lesson.objects.checked_here(old.organisation)

    @pytest.mark.parametrize("nothing", ["", "  ", "\u200b"])
    def test_not_without_saying_why(self, pair, farah, nothing):
        with pytest.raises(Refusal, match="Say why"):
            ending.retire_lesson(pair[0], by=as_member(farah), at=NOON, reason=nothing)

    def test_it_is_not_changed_and_nothing_new_is_agreed(self, pair, farah, cara, as_):
        old, _ = pair
        ending.retire_lesson(old, by=as_member(farah), at=NOON, reason="The ward is closed.")
        with pytest.raises(Refusal, match="no longer in use"):
            writing.add_lesson_action(old, by=as_member(farah), at=NOON, title="Tell the porters")
        with pytest.raises(Refusal, match="brought back"):
            writing.write_lesson(old, by=as_member(cara), at=NOON, seen=old.version, words={"why": "Else."})
        address = reverse("lesson_action_new", args=["riverside", old.pk])
        assert address not in page_of(as_(farah), old)
        assert as_(farah).get(address).status_code == 403

    def test_by_hand_and_back(self, pair, farah, cara, reza, as_):
        old, _ = pair
        address, back = (reverse(name, args=["riverside", old.pk]) for name in ("lesson_retire", "lesson_bring_back"))
        assert address in page_of(as_(farah), old)
        for person in (cara, reza):
            assert address not in page_of(as_(person), old)
        assert as_(farah).post(address, {"end_reason": " "}).status_code == 422
        assert as_(farah).post(address, {"end_reason": "The ward is closed."}).status_code == 302
        assert back in page_of(as_(farah), old)
        assert as_(farah).post(back).status_code == 302
        assert (now(old).state, now(old).end_reason, now(old).ended_on) == (State.IDENTIFIED, "", None)
        assert as_(farah).post(back).status_code == 302


class TestBroughtBack:
    def test_it_stands_where_it_stood(self, pair, farah, reza):
        old, new = pair
        action = writing.add_lesson_action(old, by=as_member(farah), at=NOON, title="Change line 4", owner=reza)
        actionplan.actions.complete_action(action, by=as_member(reza), at=NOON)
        life.learn_lesson(old, by=as_member(farah), at=NOON, evidence="Version 8")
        ending.supersede_lesson(old, by=as_member(farah), at=NOON, other=new)
        ending.retire_lesson(old, by=as_member(farah), at=NOON, reason="Both are wrong.")
        assert now(old).superseded_by is None
        ending.bring_back_lesson(old, by=as_member(farah), at=NOON)
        assert (now(old).state, now(old).evidence) == (State.LEARNED, "Version 8")
        life.embed_lesson(old, by=as_member(farah), at=NOON + timedelta(days=200))

    def test_what_was_dropped_meanwhile_is_promised_by_nobody(self, pair, farah, reza):
        old, _ = pair
        action = writing.add_lesson_action(old, by=as_member(farah), at=NOON, title="Change line 4", owner=reza)
        ending.retire_lesson(old, by=as_member(farah), at=NOON, reason="The ward is closed.")
        actionplan.actions.drop_action(action, by=as_member(reza), at=NOON, reason="No ward")
        ending.bring_back_lesson(old, by=as_member(farah), at=NOON)
        assert now(old).state == State.IDENTIFIED

    def test_its_author_cannot(self, pair, farah, cara, lena):
        old, _ = pair
        ending.retire_lesson(old, by=as_member(farah), at=NOON, reason="The ward is closed.")
        with pytest.raises(PermissionDenied):
            ending.bring_back_lesson(old, by=as_member(cara), at=NOON)
        Lesson.objects.filter(pk=old.pk).update(author=lena)
        with pytest.raises(Refusal):
            ending.bring_back_lesson(now(old), by=as_member(lena), at=NOON)
