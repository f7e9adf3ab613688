"""Reading in an emergency: two people named beforehand, told to everybody in it, and nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from attachments.inspection import check_file
from communities.actions import emergency, talk
from communities.models import EmergencyReader, EmergencyReading, PostFile, Thread
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.actions import make_reset_link, remove_member
from organisations.models import AuditEntry, Membership
from tests.attachments.samples import PDF, picture
from tests.cast import as_member
from tests.communities.conftest import NOON

WHY = "A nurse wrote that she would harm herself."
PLAN, PICTURE = check_file("plan.pdf", PDF), check_file("bags.png", picture())
LATER = NOON + timedelta(days=8)
pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _just_signed_in(monkeypatch):
    monkeypatch.setattr("communities.views.emergency.require_fresh_sign_in", lambda request: None)


@pytest.fixture
def named(riverside, ada, sam, lena):
    """Sam and Lena, named a week ago; neither belongs to the community."""
    return [
        emergency.name_emergency_reader(riverside, by=as_member(ada), at=NOON, person=person) for person in (sam, lena)
    ]


@pytest.fixture
def asked(community, named, sam) -> EmergencyReading:
    return emergency.ask_emergency_reading(community, by=as_member(sam), at=LATER, why=WHY)


@pytest.fixture
def opened(asked, lena) -> EmergencyReading:
    return emergency.agree_to_emergency_reading(asked, by=as_member(lena), at=LATER)


def _page(reading, *more: int) -> str:
    name = "emergency_thread" if more else "emergency_detail"
    return reverse(name, args=["riverside", reading.pk, *more])


def _file(reading, pk: int, end: str = "") -> str:
    return reverse(f"emergency_file{end}", args=["riverside", reading.pk, pk])


def _status(as_, person, address: str, at=LATER) -> int:
    with time_machine.travel(at, tick=False):
        return as_(person).get(address).status_code


class TestNaming:
    def test_an_administrator_names_people_who_are_none_and_they_are_told(self, riverside, ada, sam, named):
        assert EmergencyReader.objects.count() == 2
        assert Notice.objects.filter(person=sam, text__contains="named you for emergencies").exists()
        assert AuditEntry.objects.filter(event="emergency.reader_named").count() == 2
        with pytest.raises(Refusal, match="Administrators cannot be named"):
            emergency.name_emergency_reader(riverside, by=as_member(ada), at=NOON, person=ada)

    def test_nobody_else_names(self, riverside, lena, reza):
        with pytest.raises(PermissionDenied):
            emergency.name_emergency_reader(riverside, by=as_member(lena), at=NOON, person=reza)

    def test_a_second_time_keeps_the_day_from_which_it_counts(self, riverside, ada, sam, named):
        again = emergency.name_emergency_reader(riverside, by=as_member(ada), at=LATER, person=sam)
        assert again.pk == named[0].pk
        assert again.named_at == NOON

    def test_nobody_is_named_for_the_case_at_hand(self, community, named, sam):
        for days in (0, 1, 6):
            with pytest.raises(PermissionDenied):
                emergency.ask_emergency_reading(community, by=as_member(sam), at=NOON + timedelta(days=days), why=WHY)

    def test_whoever_becomes_an_administrator_stands_aside(self, community, named, sam, lena):
        Membership.objects.filter(person=lena).update(role="administrator")
        with pytest.raises(Refusal, match="Nobody else is named"):
            emergency.ask_emergency_reading(community, by=as_member(sam), at=LATER, why=WHY)
        assert not EmergencyReading.objects.exists()

    def test_one_can_take_the_own_name_off_and_not_somebody_elses(self, named, sam, lena, ada):
        with pytest.raises(PermissionDenied):
            emergency.release_emergency_reader(named[1], by=as_member(sam), at=LATER)
        emergency.release_emergency_reader(named[0], by=as_member(sam), at=LATER)
        emergency.release_emergency_reader(named[0], by=as_member(ada), at=LATER)
        assert AuditEntry.objects.filter(event="emergency.reader_released").count() == 1


class TestAsking:
    def test_nothing_can_be_read_until_a_second_one_agrees(self, as_, community, thread, asked, sam, lena):
        for person in (sam, lena):
            assert _status(as_, person, _page(asked)) == 200
            assert _status(as_, person, _page(asked, thread.pk)) == 403
        with time_machine.travel(LATER, tick=False):
            assert thread.title not in as_(sam).get(_page(asked)).text

    def test_the_people_of_the_community_do_not_know_of_what_came_to_nothing(self, as_, asked, cara, reza, ada):
        for person in (cara, reza, ada):
            assert _status(as_, person, _page(asked)) == 404

    def test_whoever_asks_cannot_agree(self, asked, sam):
        with pytest.raises(Refusal, match="two people"):
            emergency.agree_to_emergency_reading(asked, by=as_member(sam), at=LATER)

    def test_a_reason_is_needed(self, community, named, sam):
        for nothing in ("", "   ", "\u200b"):
            with pytest.raises(Refusal):
                emergency.ask_emergency_reading(community, by=as_member(sam), at=LATER, why=nothing)

    def test_asking_twice_is_one_request_and_a_second_asker_is_sent_to_it(self, community, asked, sam, lena):
        assert emergency.ask_emergency_reading(community, by=as_member(sam), at=LATER, why="Again").pk == asked.pk
        with pytest.raises(Refusal, match="has asked already"):
            emergency.ask_emergency_reading(community, by=as_member(lena), at=LATER, why=WHY)

    def test_a_request_that_nobody_answers_is_over_after_a_week(self, community, asked, lena):
        late = LATER + timedelta(days=7)
        with pytest.raises(Refusal, match="waits"):
            emergency.agree_to_emergency_reading(asked, by=as_member(lena), at=late)
        assert emergency.ask_emergency_reading(community, by=as_member(lena), at=late, why=WHY).pk != asked.pk

    def test_what_was_taken_back_cannot_be_agreed_to(self, asked, sam, lena):
        emergency.end_emergency_reading(asked, by=as_member(sam), at=LATER)
        with pytest.raises(Refusal, match="waits"):
            emergency.agree_to_emergency_reading(asked, by=as_member(lena), at=LATER)

    def test_a_request_of_somebody_who_does_not_count_any_more_blocks_nobody(
        self, community, asked, named, riverside, ada, sam, lena, nia
    ):
        emergency.name_emergency_reader(riverside, by=as_member(ada), at=NOON, person=nia)
        emergency.release_emergency_reader(named[0], by=as_member(ada), at=LATER)
        with pytest.raises(Refusal, match="does not count any more"):
            emergency.agree_to_emergency_reading(asked, by=as_member(lena), at=LATER)
        again = emergency.ask_emergency_reading(community, by=as_member(lena), at=LATER, why=WHY)
        assert emergency.agree_to_emergency_reading(again, by=as_member(nia), at=LATER).is_running(LATER)

    def test_whoever_asked_can_take_it_back_when_they_are_not_named_any_more(self, as_, asked, named, sam):
        emergency.release_emergency_reader(named[0], by=as_member(sam), at=LATER)
        address = reverse("emergency_end", args=["riverside", asked.pk])
        with time_machine.travel(LATER, tick=False):
            assert as_(sam).post(address).status_code == 302
        assert EmergencyReading.objects.get().ended_at == LATER

    def test_an_administrator_who_opened_an_account_cannot_be_both(self, community, named, ada, sam, lena):
        make_reset_link(Membership.objects.get(person=lena), by=as_member(ada), at=LATER)
        with pytest.raises(Refusal, match="Nobody else is named"):
            emergency.ask_emergency_reading(community, by=as_member(sam), at=LATER, why=WHY)
        with pytest.raises(PermissionDenied):
            emergency.ask_emergency_reading(community, by=as_member(lena), at=LATER, why=WHY)
        later = LATER + timedelta(days=8)
        assert emergency.ask_emergency_reading(community, by=as_member(lena), at=later, why=WHY)

    def test_whoever_was_removed_and_comes_back_is_not_named(self, named, ada, sam):
        remove_member(Membership.objects.get(person=sam), by=as_member(ada), at=NOON)
        assert EmergencyReader.objects.count() == 1


class TestReading:
    def test_when_one_of_the_two_drops_out_the_other_does_not_read_on(self, as_, opened, thread, named, sam, lena):
        assert _status(as_, lena, _page(opened, thread.pk)) == 200
        emergency.release_emergency_reader(named[0], by=as_member(sam), at=LATER)
        assert _status(as_, lena, _page(opened, thread.pk)) == 403

    def test_to_agree_again_after_its_end_is_refused(self, opened, sam, lena):
        emergency.end_emergency_reading(opened, by=as_member(sam), at=LATER)
        with pytest.raises(Refusal, match="waits"):
            emergency.agree_to_emergency_reading(opened, by=as_member(lena), at=LATER)

    def test_both_read_what_was_written_and_what_stood_there_before(
        self, as_, community, thread, opened, reza, sam, lena
    ):
        talk.change_post(thread.posts.get(), by=as_member(reza), at=NOON, seen=1, text="Other words.")
        for person in (sam, lena):
            with time_machine.travel(LATER, tick=False):
                assert thread.title in as_(person).get(_page(opened)).text
                shown = as_(person).get(_page(opened, thread.pk)).text
            assert "Other words." in shown
            assert "Nobody on Ward 6 knows." in shown

    def test_everybody_in_it_is_told_who_and_finds_why_and_the_trail_keeps_it(
        self, as_, opened, cara, farah, reza, ada
    ):
        for person in (cara, farah, reza):
            notice = Notice.objects.get(person=person, text__contains="In an emergency")
            assert "Sam Okafor" in notice.text
            assert "Lena" in notice.text
            with time_machine.travel(LATER, tick=False):
                assert WHY in as_(person).get(_page(opened)).text
        entry = AuditEntry.objects.get(event="community.emergency_opened")
        assert WHY not in str(entry.facts)
        assert _status(as_, ada, _page(opened)) == 404

    def test_it_opens_nothing_beside_its_own_pages(self, opened, thread, sam):
        assert not Thread.objects.visible_to(as_member(sam)).exists()
        with pytest.raises(PermissionDenied):
            talk.write_post(thread, by=as_member(sam), at=LATER, text="Hello")

    def test_a_discussion_of_another_community_stays_shut(self, as_, opened, found, cara, sam):
        other = talk.start_thread(found("Night staff"), by=as_member(cara), at=NOON, title="Who is up?", text="We.")
        assert _status(as_, sam, _page(opened, other.pk)) == 404

    def test_both_see_the_files_of_posts_and_nobody_else_does(
        self, as_, riverside, ada, nia, farah, thread, opened, sam, lena
    ):
        emergency.name_emergency_reader(riverside, by=as_member(ada), at=NOON, person=nia)
        talk.write_post(thread, by=as_member(farah), at=NOON, text="Look.", files=[PLAN, PICTURE])
        picture, plan = (PostFile.objects.get(file__name=name).pk for name in ("bags.png", "plan.pdf"))
        addresses = [_file(opened, plan), _file(opened, picture), _file(opened, picture, "_small")]
        for person in (sam, lena):
            with time_machine.travel(LATER, tick=False):
                shown = as_(person).get(_page(opened, thread.pk)).text
                for address in addresses:
                    assert f'"{address}"' in shown
                assert as_(person).get(addresses[0]).content == PDF
                assert "sandbox" in as_(person).get(addresses[0])["Content-Security-Policy"]
            assert [_status(as_, person, address) for address in addresses] == [200] * 3
            assert _status(as_, person, _file(opened, plan, "_small")) == 404
            assert _status(as_, person, reverse("post_file", args=["riverside", plan])) == 404
        for address in addresses:
            assert _status(as_, nia, address) == 403  # named, and neither of the two
            assert _status(as_, farah, address) == 403  # she has them where they were written
            assert _status(as_, ada, address) == 404

    def test_the_files_of_another_community_stay_shut(self, as_, opened, found, cara, sam):
        words = {"title": "Who is up?", "text": "We."}
        talk.start_thread(found("Night staff"), by=as_member(cara), at=NOON, **words, files=[PICTURE])
        other = PostFile.objects.get().pk
        for end in ("", "_small"):
            assert _status(as_, sam, _file(opened, other, end)) == 404

    def test_no_file_is_read_before_or_after(self, as_, asked, thread, farah, sam, lena):
        talk.write_post(thread, by=as_member(farah), at=NOON, text="Look.", files=[PICTURE])
        addresses = [_file(asked, PostFile.objects.get().pk, end) for end in ("", "_small")]
        assert [_status(as_, sam, address) for address in addresses] == [403, 403]
        emergency.agree_to_emergency_reading(asked, by=as_member(lena), at=LATER)
        assert [_status(as_, sam, address) for address in addresses] == [200, 200]
        late = LATER + timedelta(hours=24)
        assert [_status(as_, sam, address, late) for address in addresses] == [403, 403]
        emergency.end_emergency_reading(asked, by=as_member(lena), at=LATER)
        assert [_status(as_, sam, address) for address in addresses] == [403, 403]

    def test_a_page_with_many_files_asks_no_more(self, as_, opened, thread, farah, sam, queries):
        with time_machine.travel(LATER, tick=False):
            browser, address = as_(sam), _page(opened, thread.pk)
            talk.write_post(thread, by=as_member(farah), at=NOON, text="Look.", files=[PICTURE])
            few = queries(browser, address)
            for _ in range(3):
                talk.write_post(thread, by=as_member(farah), at=NOON, text="More.", files=[PLAN, PICTURE])
            assert queries(browser, address) == few

    def test_after_a_day_nobody_reads_on(self, as_, opened, thread, sam):
        assert _status(as_, sam, _page(opened, thread.pk), LATER + timedelta(hours=23)) == 200
        assert _status(as_, sam, _page(opened, thread.pk), LATER + timedelta(hours=24)) == 403

    def test_either_ends_it_before(self, as_, opened, thread, sam, lena):
        emergency.end_emergency_reading(opened, by=as_member(lena), at=LATER)
        assert _status(as_, sam, _page(opened, thread.pk)) == 403

    def test_who_is_no_longer_named_or_an_administrator_now_reads_no_more(self, as_, opened, thread, named, sam, lena):
        emergency.release_emergency_reader(named[0], by=as_member(sam), at=LATER)
        Membership.objects.filter(person=lena).update(role="administrator")
        for person in (sam, lena):
            assert _status(as_, person, _page(opened, thread.pk)) in (403, 404)

    def test_a_third_one_who_is_named_does_not_read(
        self, as_, riverside, ada, farah, nia, community, thread, named, sam, lena
    ):
        emergency.name_emergency_reader(riverside, by=as_member(ada), at=NOON, person=nia)
        asked = emergency.ask_emergency_reading(community, by=as_member(sam), at=LATER, why=WHY)
        emergency.agree_to_emergency_reading(asked, by=as_member(lena), at=LATER)
        assert _status(as_, nia, _page(asked, thread.pk)) == 403
        with pytest.raises(Refusal):
            emergency.agree_to_emergency_reading(asked, by=as_member(nia), at=LATER)

    def test_the_page_of_the_community_says_it_on_top(self, as_, community, opened, cara, ada):
        address = reverse("community_detail", args=["riverside", community.pk])
        with time_machine.travel(LATER, tick=False):
            assert _page(opened) in as_(cara).get(address).text
            assert _page(opened) not in as_(ada).get(address).text


class TestPages:
    def test_from_naming_to_reading_by_hand(self, as_, riverside, community, thread, ada, sam, lena):
        here = reverse("emergency_list", args=["riverside"])
        with time_machine.travel(NOON, tick=False):
            for person in (sam, lena):
                assert as_(ada).post(here, {"person": person.pk}).status_code == 302
            assert as_(lena).post(here, {"person": ada.pk}).status_code == 403
            assert as_(ada).post(here, {"person": ada.pk}).status_code == 422
        with time_machine.travel(LATER, tick=False):
            ask = reverse("emergency_ask", args=["riverside", community.pk])
            detail = reverse("community_detail", args=["riverside", community.pk])
            assert ask in as_(sam).get(detail).text
            assert ask not in as_(ada).get(detail).text
            assert as_(sam).post(ask, {"why": " "}).status_code == 422
            assert as_(sam).post(ask, {"why": WHY, "checked": "1"}).status_code == 302
            reading = EmergencyReading.objects.get()
            assert as_(lena).post(reverse("emergency_agree", args=["riverside", reading.pk])).status_code == 302
            assert "Nobody on Ward 6 knows." in as_(lena).get(_page(reading, thread.pk)).text
            assert as_(sam).post(reverse("emergency_end", args=["riverside", reading.pk])).status_code == 302
            assert as_(lena).get(_page(reading, thread.pk)).status_code == 403
