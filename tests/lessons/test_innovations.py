"""Innovations: how far one has come, why it was stopped, where it comes from and who adapted it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import innovations, review, writing
from lessons.models import Innovation, Lesson
from lessons.reports.innovations import InnovationPanel
from notifications.models import Notice
from organisations.models import AuditEntry, Group
from tests.cast import as_member
from tests.lessons.conftest import NOON, WORDS, validate
from tests.markup import tidy

pytestmark = pytest.mark.django_db
LIST = "/o/riverside/lessons/innovations/"


@pytest.fixture
def tried(claimed, farah):
    """``tried(title=…)``: a checked innovation of Cara’s."""

    def make(share_with="organisation", **words):
        return validate(claimed(facts={"kind": "innovation"}, **words), farah, outcome="noted", share_with=share_with)

    return make


def tell(lesson, person, stage, seen=0, **told):
    return innovations.describe_innovation(lesson, by=as_member(person), at=NOON, seen=seen, stage=stage, told=told)


class TestStages:
    def test_the_stage_moves_on_and_says_since_when(self, tried, cara, reza, as_):
        lesson = tried()
        tell(lesson, cara, "test", tried_on="Twelve patients, three weeks")
        row = tell(lesson, cara, "result", seen=1, before="4 of 10", after="8 of 10")
        assert (row.version, row.stage_on) == (2, NOON.date())
        page = tidy(as_(reza).get(lesson.get_absolute_url()).text)
        assert "A result" in page
        assert "8 of 10" in page
        assert "Say how far it has come" not in page
        assert Lesson.objects.get(pk=lesson.pk).approved_id == lesson.approved_id

    def test_the_same_again_changes_nothing_and_an_old_page_is_stale(self, tried, cara):
        lesson = tried()
        tell(lesson, cara, "test")
        assert tell(lesson, cara, "test").version == 1
        assert AuditEntry.objects.filter(event="lesson.innovation_told").count() == 1
        with pytest.raises(Stale):
            tell(lesson, cara, "result")

    def test_stopped_says_why_stays_in_the_list_and_is_thanked(self, tried, cara, reza, as_):
        lesson = tried(title="Tea at ten")
        with pytest.raises(Refusal, match="why it was stopped"):
            tell(lesson, cara, "stopped", stopped_because=" \u200b")
        tell(lesson, cara, "stopped", stopped_because="Nobody was thirsty.")
        page = tidy(as_(reza).get(LIST).text)
        assert "Tea at ten" in page
        assert "Nobody was thirsty. Thank you for trying it." in page
        assert "Thank you to whoever tried it" in tidy(as_(reza).get(lesson.get_absolute_url()).text)
        assert tell(lesson, cara, "test", seen=1, stopped_because="Nobody was thirsty.").stopped_because == ""

    def test_the_database_keeps_both_together(self, tried, cara):
        tell(tried(), cara, "test")
        with pytest.raises(IntegrityError), transaction.atomic():
            Innovation.objects.update(stage="stopped")

    @pytest.mark.parametrize("stage", ["", "done", "x" * 200])
    def test_other_stages_are_refused(self, tried, cara, stage):
        with pytest.raises(Refusal):
            tell(tried(), cara, stage)

    def test_only_of_an_innovation_and_by_who_may_write_it(self, tried, claimed, farah, cara, reza, as_):
        other = validate(claimed(), farah)
        with pytest.raises(PermissionDenied):
            tell(other, cara, "test")
        with pytest.raises(PermissionDenied):
            tell(tried(), reza, "test")
        assert "How far it has come" not in as_(reza).get(other.get_absolute_url()).text

    def test_by_the_form(self, tried, cara, as_):
        lesson = tried()
        url = f"/o/riverside/lessons/{lesson.pk}/innovation/"
        assert "What did you do otherwise" not in as_(cara).get(url).text
        wrong = as_(cara).post(url, {"stage": "stopped", "version": 0})
        assert wrong.status_code == 422
        assert as_(cara).post(url, {"stage": "test", "version": 0, "cost": "£40"}).status_code == 302
        late = as_(cara).post(url, {"stage": "result", "version": 0})
        assert late.status_code == 422
        assert "A small test" in late.text
        named = as_(cara).post(url, {"stage": "test", "version": 1, "failed": "Sister Mary Smith hid it"})
        assert named.status_code == 422
        assert "Mary Smith" in named.text


class TestList:
    def test_numbers_are_those_of_their_lists(self, tried, draft, cara, reza, as_):
        for number, stage in enumerate(("idea", "test", "test", "spread")):
            tell(tried(title=f"New {number}"), cara, stage)
        tell(draft(facts={"kind": "innovation"}), cara, "idea")
        assert '<span class="km-total"><data value="4">' in as_(reza).get(LIST).text
        for stage, number in (("idea", 1), ("test", 2), ("spread", 1)):
            page = as_(reza).get(f"{LIST}?stage={stage}").text
            assert f'<span class="km-total"><data value="{number}">' in page
        assert "None of them" in as_(reza).get(f"{LIST}?stage=result").text
        assert as_(reza).get(f"{LIST}?stage=odd&page=x").status_code == 200

    def test_of_another_organisation_only_what_is_shared(self, tried, cara, oskar, as_):
        tell(tried(title="Ours alone"), cara, "test")
        tell(tried(title="For all", share_with="network"), cara, "test")
        page = as_(oskar).get("/o/hillside/lessons/innovations/").text
        assert "For all" in page
        assert "Ours alone" not in page


class TestAdapting:
    def test_lineage_both_ways_and_thanks(self, tried, cara, farah, lena, reza, as_):
        first = tried(title="Tea at ten")
        tell(first, cara, "result")
        as_(farah).post(f"/o/riverside/lessons/{first.pk}/innovation/adapt/")
        draft = Lesson.objects.get(author=farah)
        assert (draft.state, draft.kind, draft.innovation.adapted_from) == ("draft", "innovation", first)
        assert as_(farah).post(f"/o/riverside/lessons/{first.pk}/innovation/adapt/").url.endswith(f"/{draft.pk}/edit/")
        assert Lesson.objects.filter(author=farah).count() == 1
        assert "Adapted by others" not in as_(cara).get(first.get_absolute_url()).text
        words = {**WORDS, "title": "Coffee at ten"}
        draft = writing.write_lesson(draft, by=as_member(farah), at=NOON, seen=draft.version, words=words)
        tell(draft, farah, "test", seen=1, improved="Coffee, because the night shift asked for it.")
        draft = writing.submit_lesson(Lesson.objects.get(pk=draft.pk), by=as_member(farah), at=NOON)
        copy = validate(review.claim_lesson(draft, by=as_member(lena), at=NOON), lena, outcome="noted")
        page = tidy(as_(reza).get(copy.get_absolute_url()).text)
        assert "Adapted from <a href" in page
        assert "Tea at ten</a>" in page
        assert "the night shift asked" in page
        assert "Coffee at ten" in tidy(as_(reza).get(first.get_absolute_url()).text)
        told = Notice.objects.filter(person=cara, text__contains="adapted what you tried")
        assert told.get().text.endswith("Coffee at ten")

    def test_of_what_one_cannot_read_nothing_is_said(self, tried, cara, farah, reza, riverside, as_):
        first = tried(title="Tea at ten")
        tell(first, cara, "result")
        draft = innovations.adapt_innovation(first, by=as_member(farah), at=NOON)
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        Lesson.objects.filter(pk=first.pk).update(reach="group", group=ward)
        panel = InnovationPanel.build(Lesson.objects.get(pk=draft.pk), as_member(farah))
        assert panel.source is None
        page = as_(farah).get(draft.get_absolute_url()).text
        assert "Adapted from one that you cannot read" in page
        assert "Tea at ten" not in page[page.index("How far it has come") :]

    def test_by_who_contributes_and_from_elsewhere_too(self, tried, cara, reza, oskar, as_):
        first = tried(title="Tea at ten", share_with="network")
        tell(first, cara, "result")
        assert as_(reza).post(f"/o/riverside/lessons/{first.pk}/innovation/adapt/").status_code == 403
        assert as_(oskar).post(f"/o/hillside/lessons/{first.pk}/innovation/adapt/").status_code == 302
        theirs = Lesson.objects.get(organisation__slug="hillside")
        assert theirs.innovation.adapted_from == first
        assert "Adapted by others" not in as_(cara).get(first.get_absolute_url()).text

    def test_a_draft_is_not_adapted(self, draft, cara, farah):
        for person in (cara, farah):
            with pytest.raises(PermissionDenied):
                innovations.adapt_innovation(draft(facts={"kind": "innovation"}), by=as_member(person), at=NOON)
