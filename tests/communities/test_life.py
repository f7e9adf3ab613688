"""Begun in a minute, its charter, its steps, and what time does to it."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from pypdf import PdfReader

from communities.actions import life, people
from communities.actions.timetable import move_communities_on
from communities.models import Charter, Community, RoleKind, State
from communities.reports.charter import charter_as_pdf
from kmportal.lib.exceptions import Refusal, Stale
from notifications.models import Notice
from organisations.models import AuditEntry, AuditName, Group, GroupMembership
from search.models import SearchDoc
from tests.cast import as_member
from tests.communities.conftest import NINE, NOON


def days(number: int):
    return NOON + timedelta(days=number)


def notices(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


class TestBeginning:
    def test_whoever_begins_it_facilitates_it(self, found, cara):
        community = found()
        assert community.state == State.FORMING
        [seat] = GroupMembership.objects.filter(group=community.group)
        assert seat.person == cara
        assert [role.kind for role in seat.roles.all()] == [RoleKind.FACILITATOR]
        assert community.forming_until_on == (NOON + timedelta(days=60)).date()

    def test_the_same_form_twice_makes_one(self, found):
        key = uuid4()
        assert found(once=key) == found(once=key)

    def test_a_reader_may_not(self, found, reza):
        with pytest.raises(PermissionDenied):
            found(by=reza)

    @pytest.mark.parametrize("name", ["home on time", "HOME\u200b ON TIME"])
    def test_a_name_that_reads_the_same_is_taken(self, found, name):
        found()
        with pytest.raises(Refusal, match="already a community or a group"):
            found(name=name)

    def test_a_group_has_the_name_already(self, found, riverside):
        Group.objects.create(organisation=riverside, name="Ward 6")
        with pytest.raises(Refusal, match="already"):
            found(name="Ward 6")

    @pytest.mark.parametrize(("name", "question"), [("\u200b", "Why?"), ("Home", " "), ("x" * 121, "Why?")])
    def test_what_nobody_can_read_or_is_too_long_is_refused(self, found, name, question):
        with pytest.raises(Refusal):
            found(name=name, question=question)
        assert not Group.objects.filter(kind=Group.Kind.COMMUNITY).exists()

    def test_similar_ones_are_shown_after_the_first_press_and_a_sister_is_begun_all_the_same(
        self, community, farah, as_
    ):
        browser, url = as_(farah), "/o/riverside/communities/new/"
        sent = {"name": "Bags home by ten", "question": "Who keeps the medicines?", "access": "open"}
        sent["once"] = str(browser.get(url).context["form"]["once"].value())
        page = browser.post(url, sent)
        assert Community.objects.count() == 1
        assert "Both speak of “home” and “medicines”." in page.text
        assert "Begin it all the same" in page.text
        key = page.context["shown_key"]
        browser.post(url, {**sent, "sister": key})
        assert Community.objects.filter(name="Bags home by ten").exists()

    def test_similar_ones_are_shown_while_typing(self, community, farah, as_):
        words = {"name": "Bags", "question": "Why do medicines keep people from home?"}
        answer = as_(farah).get("/o/riverside/communities/new/", words, headers={"HX-Request": "true"})
        assert "Home on time" in answer.text
        assert "<html" not in answer.text

    def test_another_organisation_s_are_not_named(self, community, oskar, as_):
        words = {"name": "Home on time", "question": "Why do medicines keep people here?"}
        answer = as_(oskar).get("/o/hillside/communities/new/", words, headers={"HX-Request": "true"})
        assert "Home on time" not in answer.text


class TestCharter:
    def write(self, community, by, **answers):
        return life.write_charter(community, by=as_member(by), at=NOON, seen=community.version, answers=answers)

    def test_nine_answers_make_it_established(self, community, cara):
        eight = {key: text for key, text in NINE.items() if key != "ending"}
        assert self.write(community, cara, **eight).state == State.FORMING
        self.write(community, cara, **NINE)
        assert community.state == State.ESTABLISHED
        assert community.review_on == (NOON + timedelta(days=365)).date()
        assert [one.number for one in Charter.objects.order_by("number")] == [1, 2]

    def test_the_same_again_makes_no_version(self, community, cara):
        self.write(community, cara, **NINE)
        life.write_charter(community, by=as_member(cara), at=NOON, seen=0, answers=NINE)
        assert Charter.objects.count() == 1

    def test_whoever_saves_second_is_told(self, community, cara):
        with pytest.raises(Stale):
            life.write_charter(community, by=as_member(cara), at=NOON, seen=community.version - 1, answers=NINE)

    def test_it_renames_the_community_and_its_group(self, community, cara):
        self.write(community, cara, **{**NINE, "name": "Bags by ten"})
        assert community.name == "Bags by ten"
        assert Group.objects.get(pk=community.group_id).name == "Bags by ten"

    def test_without_name_or_question_nothing_is_saved(self, community, cara):
        with pytest.raises(Refusal, match="Fill in both"):
            self.write(community, cara, name="Home on time")

    def test_only_the_core_writes_it(self, community, reza, cara):
        with pytest.raises(PermissionDenied):
            self.write(community, reza, **NINE)
        people.set_roles(community, by=as_member(cara), at=NOON, person=reza, roles=[RoleKind.CORE])
        assert self.write(community, reza, **NINE).state == State.ESTABLISHED

    def test_differences_are_shown(self, community, cara, as_):
        self.write(community, cara, **NINE)
        self.write(community, cara, **{**NINE, "makes": "A checklist for wards"})
        page = as_(cara).get(f"/o/riverside/communities/{community.pk}/charter/2/")
        [changed] = [one for one in page.context["differences"] if one.differs]
        assert changed.label == "What do we build?"
        assert "for wards" in page.text

    def test_both_versions_stand_side_by_side(self, community, cara, as_):
        url, browser = f"/o/riverside/communities/{community.pk}/charter/edit/", as_(cara)
        seen = browser.get(url).context["form"]["version"].value()
        self.write(community, cara, **NINE)
        answer = browser.post(url, {**NINE, "makes": "Something else", "version": seen})
        assert answer.status_code == 422
        assert "Two people changed this" in answer.text

    @pytest.mark.pdf
    def test_it_is_printed_as_a_tagged_page(self, community, cara):
        self.write(community, cara, **NINE)
        read = PdfReader(BytesIO(charter_as_pdf(community, community.charters.first())))
        assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert read.trailer["/Root"]["/Lang"] == "en-GB"
        assert len(read.pages) == 1
        assert "Names of speakers" in read.pages[0].extract_text()


class TestSteps:
    def test_any_step_at_any_time_and_the_way_is_kept(self, community, cara):
        life.take_step(community, by=as_member(cara), at=days(1), step=3)
        life.take_step(community, by=as_member(cara), at=days(2), step=2)
        assert [move.step for move in community.moves.all()] == [1, 3, 2]

    def test_there_is_no_fifth(self, community, cara):
        with pytest.raises(Refusal):
            life.take_step(community, by=as_member(cara), at=NOON, step=5)
        with pytest.raises(Refusal):
            life.answer_step(community, by=as_member(cara), at=NOON, step=5, answers={})

    def test_answers_are_kept_with_their_history(self, community, cara, as_):
        for text in ("Ward clerks say so", "Ward clerks say so", "Pharmacy says so, too"):
            life.answer_step(community, by=as_member(cara), at=NOON, step=1, answers={"need": text, "nonsense": "x"})
        assert community.step_answers.count() == 2
        page = as_(cara).get(f"/o/riverside/communities/{community.pk}/steps/").text
        assert "Pharmacy says so, too" in page
        assert "Ward clerks say so" not in page

    def test_answers_are_for_those_who_belong_to_it(self, community, cara, ada, as_):
        life.answer_step(community, by=as_member(cara), at=NOON, step=1, answers={"need": "A quiet worry"})
        assert "A quiet worry" not in as_(ada).get(f"/o/riverside/communities/{community.pk}/steps/").text

    def test_the_portal_sees_evidence_by_itself(self, community, cara, farah, as_):
        url = f"/o/riverside/communities/{community.pk}/steps/"
        before = as_(cara).get(url).text.count("Not yet")
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.DEPUTY])
        assert as_(cara).get(url).text.count("Not yet") == before - 1


class TestForming:
    def test_it_asks_on_the_days_of_the_table_each_once(self, community, cara):
        asked = []
        for day in range(70):
            move_communities_on(at=days(day))
            if len(notices(cara)) > len(asked):
                asked.append(day)
            asked += [day] * (len(notices(cara)) - len(asked))
        assert asked == [14, 30, 45, 60]
        assert "Home on time" in notices(cara)[0]

    def test_a_day_that_was_missed_is_not_asked_later(self, community, cara):
        assert move_communities_on(at=days(47)) == 1
        [said] = notices(cara)
        assert "first time" in said

    def test_an_established_one_is_left_in_peace(self, community, cara):
        life.write_charter(community, by=as_member(cara), at=NOON, seen=community.version, answers=NINE)
        move_communities_on(at=days(61))
        assert not notices(cara)

    def test_it_stays_informal_if_its_facilitators_say_so(self, community, cara, reza):
        with pytest.raises(PermissionDenied):
            life.leave_informal(community, by=as_member(reza), at=NOON)
        life.leave_informal(community, by=as_member(cara), at=NOON)
        assert life.leave_informal(community, by=as_member(cara), at=NOON).state == State.INFORMAL
        life.write_charter(community, by=as_member(cara), at=NOON, seen=community.version, answers=NINE)
        with pytest.raises(Refusal):
            life.leave_informal(community, by=as_member(cara), at=NOON)

    def test_the_command_says_how_much(self, community, capsys):
        call_command("move_communities_on")
        assert "Moved on: " in capsys.readouterr().out


def test_everybody_finds_a_community_by_its_words(community, reza, as_):
    assert "Home on time" in as_(reza).get("/o/riverside/search/?q=medicines").text
    assert SearchDoc.objects.get(kind="community").author_id is None


def test_the_trail_names_no_discussion(thread):
    names = list(AuditName.objects.filter(kind="thread").values_list("name", flat=True))
    assert names == [f"Discussion {thread.pk}"]
    assert "bags" not in str(list(AuditEntry.objects.filter(kind="thread").values_list("facts", flat=True)))
