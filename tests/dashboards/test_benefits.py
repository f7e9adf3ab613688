"""The benefits register: what reuse saved and what stories claim, never a claim added to what is confirmed."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.actions import benefits as deciding
from communities.actions import life, people, stories
from communities.models import ClaimedBenefit, Community
from dashboards.benefits import BenefitChoice, totals_of
from kmportal.lib.exceptions import Refusal
from lessons.actions import reuse as deeds
from lessons.actions import review, writing
from lessons.actions.reuse import Saved
from lessons.models import Lesson, Saving, State
from lessons.quality import quality_for
from notifications.models import Notice
from tests.cast import as_member
from tests.races import at_once

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REGISTER = "/o/riverside/lessons/benefits/"


@pytest.fixture
def lesson(riverside, cara, farah) -> Lesson:
    words = {"title": "Ask at ten", "happened": "Late.", "why": "Nobody asked.", "then_do": "ask.", "when_you": "move"}
    made = writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=words)
    writing.submit_lesson(made, by=as_member(cara), at=NOON)
    review.claim_lesson(made, by=as_member(farah), at=NOON)
    ticked = [line.key for line in quality_for(State.NOTED)]
    values = {"outcome": State.NOTED, "read": made.revision_id, "ticked": ticked, "contact": "Cara Doyle"}
    return review.validate_lesson(made, by=as_member(farah), at=NOON, **values)


@pytest.fixture
def saved(lesson, sam, reza, cara, farah) -> None:
    """£2,000 confirmed and £5,000 claimed, £10 taken as said, £3,000 declined; three hours; safety in words."""
    amounts = [(sam, "helped", 2_000), (sam, "same", 5_000), (reza, "helped", 10), (reza, "same", 3_000)]
    for person, kind, pounds in amounts:
        row = deeds.say_reuse(lesson, by=as_member(person), at=NOON, kind=kind)
        told = {"money": Saved(Decimal(pounds))}
        if pounds == 10:
            told |= {"time": Saved(Decimal(3), sureness="measured"), "safety": Saved(words="=Fewer falls")}
        deeds.describe_reuse(row, by=as_member(person), at=NOON, seen=1, place="Ward 6", saved=told)
    decide = {"by": as_member(farah), "at": NOON, "seen": 1}
    deeds.confirm_saving(Saving.objects.get(amount=2_000), **decide)
    deeds.decline_saving(Saving.objects.get(amount=3_000), **decide, reason="It was counted twice.")


@pytest.fixture
def community(riverside, cara) -> Community:
    return life.found_community(riverside, by=as_member(cara), at=NOON, name="Keys", question="Who has the key?")


def tell(community: Community, person, reach="organisation", **claim):
    words = {"title": "No more waiting", "changed": "Nobody waits."}
    return stories.tell_story(community, by=as_member(person), at=NOON, words=words, reach=reach, **claim)


def totals(person, **chosen) -> dict[tuple[str, str], tuple[str, int]]:
    """(What, state) → how much together, and how many."""
    rows = totals_of(as_member(person), BenefitChoice(**chosen))
    return {
        (row.what, state): (cell.much, cell.tally.number)
        for row in rows
        for state, cell in zip(Saving.State.values, row.cells, strict=True)
        if cell
    }


def test_only_like_is_added_to_like_and_no_claim_to_what_is_confirmed(saved, community, reza, cara, lena):
    tell(community, cara, amount=Decimal(700), unit="pounds")
    tell(community, cara, amount=Decimal(6), unit="days", sureness="measured")
    tell(community, cara)
    assert totals(lena) == {
        ("Time, in hours", "taken"): ("3 hours", 1),
        ("Time, in days", "claimed"): ("6 days", 1),
        ("Money", "taken"): ("£10", 1),
        ("Money", "claimed"): ("£5,700", 2),
        ("Money", "confirmed"): ("£2,000", 1),
        ("Money", "declined"): ("£3,000", 1),
        ("Safety", "taken"): ("", 1),
        ("Something else, in words", "claimed"): ("", 1),
    }
    assert totals(lena, sure="measured") == {
        ("Time, in hours", "taken"): ("3 hours", 1),
        ("Time, in days", "claimed"): ("6 days", 1),
    }


def test_a_total_is_as_sure_as_the_least_sure_in_it(saved, lesson, community, cara, lena, as_):
    row = deeds.say_reuse(lesson, by=as_member(lena), at=NOON, kind="helped")
    told = {"time": Saved(Decimal(2), sureness="estimated"), "money": Saved(Decimal(20), sureness="measured")}
    deeds.describe_reuse(row, by=as_member(lena), at=NOON, seen=1, saved=told)
    tell(community, cara, amount=Decimal(6), unit="days", sureness="measured")
    browser = as_(lena)
    lines = browser.get(f"{REGISTER}?format=totals").getvalue().decode().splitlines()
    assert '"Time, in hours",Taken as said,2,5 hours,It was estimated' in lines
    assert "Money,Taken as said,2,£30,Somebody says so" in lines
    assert '"Time, in days",Claimed,1,6 days,It was counted or measured' in lines
    page = re.sub(r"<[^>]*>", " ", browser.get(REGISTER).text)
    for words in ("5 hours in 2 entries It was estimated", "£30 in 2 entries Somebody says so"):
        assert words in " ".join(page.split())


def test_what_waits_is_on_the_home_page_and_opens_its_list(saved, community, cara, lena, farah, reza, as_):
    tell(community, cara, amount=Decimal(700), unit="pounds")
    page = as_(lena).get("/o/riverside/").text
    assert "Confirm 2 benefits" in page
    assert f'href="{REGISTER}?waits=1"' in page
    narrowed = as_(lena).get(f"{REGISTER}?waits=1").text
    assert '<span class="km-total"><data value="2">' in narrowed
    assert narrowed.count('class="km-rows__title"') == 2
    for nobody in (cara, reza):
        assert "Confirm 2 benefits" not in as_(nobody).get("/o/riverside/").text
        assert as_(nobody).get(f"{REGISTER}?waits=1").text.count('class="km-rows__title"') == 0


def test_the_one_story_that_waits_is_named_to_others_who_can_read_it(community, cara, farah, lena, as_):
    words = "Confirm what came of “No more waiting”"
    tell(community, farah_in(community, farah))
    assert words in as_(lena).get("/o/riverside/").text
    assert words not in as_(farah).get("/o/riverside/").text  # who told it
    assert words not in as_(cara).get("/o/riverside/").text


def test_a_story_for_its_community_waits_for_nobody_outside(community, cara, lena, as_):
    tell(community, cara, reach="group")
    assert "Confirm what came of" not in as_(lena).get("/o/riverside/").text


def test_each_total_opens_its_entries_and_the_list_says_the_same_number(saved, community, cara, lena, as_):
    tell(community, cara, amount=Decimal(700), unit="pounds")
    browser = as_(lena)
    found = [cell.tally for row in totals_of(as_member(lena), BenefitChoice()) for cell in row.cells if cell]
    assert len(found) == 6
    for tally in found:
        page = browser.get(tally.url).text
        assert tally.url.replace("&", "&amp;") in page
        assert f'<span class="km-total"><data value="{tally.number}">' in page
        assert page.count('class="km-rows__title"') == tally.number


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 7),
        ("?what=pounds", 5),
        ("?what=days", 0),
        ("?what=words", 0),
        ("?state=claimed", 2),
        ("?sure=measured", 1),
        ("?what=quality&state=x&sure=x", 0),
        ("?what=x", 7),
    ],
)
def test_it_is_narrowed(saved, community, cara, sam, as_, query, number):
    tell(community, cara, amount=Decimal(700), unit="pounds")
    assert as_(sam).get(f"{REGISTER}{query}").text.count('class="km-rows__title"') == number


def test_its_csv_runs_no_formula(saved, community, cara, lena, as_):
    tell(community, cara, amount=Decimal(700), unit="pounds", who_says="The clerk")
    lines = as_(lena).get(f"{REGISTER}?format=csv").getvalue().decode().splitlines()
    assert len(lines) == 8
    assert sum("'=Fewer falls" in line for line in lines) == 1
    assert sum("It was counted twice." in line and ",Farah Siddiqui," in line for line in lines) == 1
    assert sum("Story of a community,No more waiting,Keys,Money,700.00," in line for line in lines) == 1


def test_what_one_may_not_read_is_neither_listed_nor_counted(saved, community, cara, lena, oskar, as_):
    tell(community, cara, reach="group", amount=Decimal(700), unit="pounds")
    assert totals(lena)["Money", "claimed"] == ("£5,000", 1)
    assert totals(cara)["Money", "claimed"] == ("£5,700", 2)
    assert "No more waiting" not in as_(lena).get(REGISTER).text
    assert as_(oskar).get(REGISTER).status_code == 404
    assert "Nobody has told a benefit yet" in as_(oskar).get("/o/hillside/lessons/benefits/").text


def test_the_home_of_a_sponsor_opens_both(saved, sam, as_):
    page = as_(sam).get("/o/riverside/").text
    for url, number in {"/o/riverside/lessons/reuse/?kind=helped": 2, REGISTER: 6}.items():
        assert f'href="{url}"><data value="{number}">' in page
        assert f'<span class="km-total"><data value="{number}">' in as_(sam).get(url).text


def test_a_longer_register_takes_no_more_queries(saved, community, cara, lena, as_):
    browser = as_(lena)

    def count() -> int:
        browser.get(REGISTER)
        with CaptureQueriesContext(connection) as taken:
            assert browser.get(REGISTER).status_code == 200
        return len(taken)

    tell(community, cara)
    before = count()
    for _ in range(3):
        tell(community, cara, amount=Decimal(7), unit="people")
    assert count() == before


class TestTheBenefitOfAStory:
    @pytest.fixture
    def benefit(self, community, cara) -> ClaimedBenefit:
        return tell(community, cara, amount=Decimal(6), unit="days").benefit

    def decide(self, benefit, person, reason=""):
        fresh = ClaimedBenefit.objects.select_related("story__organisation").get(pk=benefit.pk)
        values = {"by": as_member(person), "at": NOON, "seen": fresh.version}
        if reason:
            return deciding.decline_benefit(fresh, reason=reason, **values)
        return deciding.confirm_benefit(fresh, **values)

    def test_a_second_person_confirms_it_on_its_page(self, benefit, farah, cara, as_):
        page = benefit.story.get_absolute_url()
        assert "Nobody has checked it yet." in as_(farah).get(page).text
        url = f"/o/riverside/communities/stories/benefits/{benefit.pk}/confirm/"
        assert as_(cara).post(url, {"seen": 1}).status_code == 403
        assert as_(farah).post(url, {"seen": benefit.version}).url == page
        assert "Confirmed by Farah Siddiqui" in as_(cara).get(page).text
        assert totals(farah) == {("Time, in days", "confirmed"): ("6 days", 1)}
        assert Notice.objects.filter(
            person=cara, text="Farah Siddiqui confirmed what came of “No more waiting”"
        ).exists()

    def test_or_declines_it_with_a_reason(self, benefit, lena, cara, as_):
        url = f"/o/riverside/communities/stories/benefits/{benefit.pk}/decline/"
        assert as_(lena).get(url).status_code == 200
        assert as_(lena).post(url, {"seen": benefit.version, "reason": ""}).status_code == 422
        answer = as_(lena).post(url, {"seen": 9, "reason": "It was counted twice."})
        assert answer.status_code == 422
        for words in ("Read it again", "6 days", "Nobody waits.", "It was counted twice."):
            assert words in answer.text
        seen = re.search(r'name="seen" value="(\d+)"', answer.text)
        as_(lena).post(url, {"seen": seen[1], "reason": "It was counted twice."})
        assert "It was counted twice." in as_(cara).get(benefit.story.get_absolute_url()).text
        assert Notice.objects.filter(person=cara, text__endswith="It was counted twice.").exists()

    def test_never_the_teller(self, community, farah):
        own = tell(community, farah_in(community, farah)).benefit
        with pytest.raises(PermissionDenied):
            self.decide(own, farah)

    def test_the_same_again_changes_nothing_and_the_other_answer_comes_too_late(self, benefit, farah, lena, as_):
        self.decide(benefit, farah)
        assert self.decide(benefit, farah).state == "confirmed"
        with pytest.raises(Refusal, match="Farah Siddiqui has decided it already"):
            self.decide(benefit, lena, reason="No")
        url = f"/o/riverside/communities/stories/benefits/{benefit.pk}/confirm/"
        assert "has decided it already" in as_(lena).post(url, {"seen": benefit.version}, follow=True).text

    def test_without_a_reason_it_is_not_declined_and_what_is_gone_is_said(self, benefit, farah, cara):
        fresh = ClaimedBenefit.objects.select_related("story__organisation").get()
        with pytest.raises(Refusal, match="Say why"):
            deciding.decline_benefit(fresh, by=as_member(farah), at=NOON, seen=fresh.version, reason=" ")
        ClaimedBenefit.objects.all().delete()
        with pytest.raises(Refusal, match="taken it back"):
            deciding.confirm_benefit(fresh, by=as_member(farah), at=NOON, seen=fresh.version)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_who_decide_at_once_one_does(self, benefit, farah, lena):
        answers = at_once(partial(self.decide, benefit, farah), partial(self.decide, benefit, lena, "Counted twice."))
        assert sum(isinstance(one, Refusal) for one in answers) == 1

    def test_other_words_are_looked_at_anew_and_the_same_stay_confirmed(self, benefit, farah, cara):
        self.decide(benefit, farah)
        change = partial(stories.change_story, by=as_member(cara), at=NOON, reach="organisation")
        words = {"title": "Other title", "changed": "Nobody waits."}
        story = change(benefit.story, seen=1, words=words, amount=Decimal(6), unit="days")
        assert ClaimedBenefit.objects.get().state == "confirmed"
        change(story, seen=2, words=words, amount=Decimal(60), unit="days")
        assert ClaimedBenefit.objects.get().state == "claimed"


def farah_in(community: Community, farah):
    """Farah, as somebody of this community."""
    people.join_community(community, by=as_member(farah), at=NOON)
    return farah
