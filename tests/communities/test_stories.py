"""Stories of value: five boxes, who reads them, what they claim, and that they are the teller’s alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from communities.actions import people, stories
from communities.models import ClaimedBenefit, Story
from kmportal.lib.exceptions import Refusal, Stale
from organisations.models import AuditName
from tests.cast import as_member
from tests.communities.conftest import NOON

FIVE = {
    "title": "No more waiting",
    "worth": "I met the pharmacist.",
    "took": "A list.",
    "used": "We moved it to ten.",
    "changed": "Six of seven days nobody waited.",
    "otherwise": "We ask when.",
}


def tell(community, by, reach="group", words=FIVE, **more):
    return stories.tell_story(community, by=as_member(by), at=timezone.now(), words=words, reach=reach, **more)


class TestTelling:
    def test_by_its_page_with_a_benefit(self, community, reza, as_):
        url = f"/o/riverside/communities/{community.pk}/stories/new/"
        sent = {**FIVE, "reach": "organisation", "amount": "1200.5", "unit": "hours", "who_says": "The ward clerk"}
        answer = as_(reza).post(url, {**sent, "sureness": "measured"}, follow=True)
        for words in FIVE.values():
            assert words in answer.text
        assert "1,200.50 hours" in answer.text
        claim = ClaimedBenefit.objects.get()
        assert (claim.what, claim.amount, claim.unit) == (FIVE["changed"], Decimal("1200.5"), "hours")
        assert (claim.who_says, claim.sureness, claim.state) == ("The ward clerk", "measured", "claimed")
        assert "No more waiting" in as_(reza).get(f"/o/riverside/communities/{community.pk}/").text

    def test_one_box_is_enough_and_claims_nothing(self, community, reza):
        tell(community, reza, words={"title": "Nice", "worth": "Cake"})
        assert not ClaimedBenefit.objects.exists()

    @pytest.mark.parametrize(
        ("words", "more", "match"),
        [
            ({"title": "Nice"}, {}, "five boxes"),
            ({"title": "Nice", "worth": "\u200b "}, {}, "five boxes"),
            ({"title": "", "worth": "Cake"}, {}, "one line"),
            ({"title": "Nice", "worth": "x" * 2001}, {}, "2,000"),
            ({"title": "Nice", "worth": "Cake"}, {"amount": Decimal(3), "unit": "hours"}, "what has changed"),
            (FIVE, {"amount": Decimal(3)}, "both"),
            (FIVE, {"unit": "hours"}, "both"),
            (FIVE, {"amount": Decimal(3), "unit": "parsecs"}, "of what"),
            (FIVE, {"reach": "network"}, "who may read"),
            (FIVE, {"reach": ""}, "who may read"),
        ],
    )
    def test_what_is_refused(self, community, reza, words, more, match):
        with pytest.raises(Refusal, match=match):
            tell(community, reza, words=words, **more)
        assert not Story.objects.exists()

    def test_words_about_people_are_asked_about(self, community, reza, as_):
        url = f"/o/riverside/communities/{community.pk}/stories/new/"
        answer = as_(reza).post(url, {"title": "Nice", "worth": "Ring 07700 900123", "reach": "group"})
        assert answer.status_code == 422
        assert "tick the box" in answer.text

    def test_only_who_belongs_to_it_and_not_once_it_is_closed(self, community, reza, sam):
        with pytest.raises(PermissionDenied):
            tell(community, sam)
        type(community).objects.update(state="closed")
        with pytest.raises(Refusal, match="closed"):
            tell(community, reza)


class TestReading:
    @pytest.mark.parametrize(
        ("reach", "readers"),
        [("author", "reza"), ("group", "reza cara farah"), ("organisation", "reza cara farah lena ada sam")],
    )
    def test_who_reads_it_on_page_list_and_search(self, community, people_by_name, reach, readers, as_):
        story = tell(community, people_by_name["reza"], reach)
        for name, person in people_by_name.items():
            browser, may = as_(person), name in readers.split()
            slug = "riverside" if name != "oskar" else "hillside"
            page = browser.get(f"/o/{slug}/communities/stories/{story.pk}/")
            assert page.status_code == (200 if may else 404), (name, reach)
            found = browser.get(f"/o/{slug}/search/?q=pharmacist").text
            assert (f"/stories/{story.pk}/" in found) == (may and reach != "author"), (name, reach)
            if slug == "riverside":
                listed = browser.get(f"/o/{slug}/communities/{community.pk}/stories/").text
                assert ("No more waiting" in listed) == may

    def test_whoever_left_the_community_keeps_their_own_and_reads_no_others(self, community, farah, reza, as_):
        own, other = tell(community, reza), tell(community, farah)
        people.leave_community(community, by=as_member(reza), at=NOON)
        assert as_(reza).get(f"/o/riverside/communities/stories/{own.pk}/").status_code == 200
        assert as_(reza).get(f"/o/riverside/communities/stories/{other.pk}/").status_code == 404

    def test_the_trail_has_its_number_alone(self, community, reza):
        story = tell(community, reza)
        assert AuditName.objects.get(kind="story").name == f"Story {story.pk}"


class TestChanging:
    def test_the_teller_says_anew_who_reads_it(self, community, reza, cara, as_):
        story = tell(community, reza, amount=Decimal(3), unit="days")
        url = f"/o/riverside/communities/stories/{story.pk}/edit/"
        assert as_(cara).get(url).status_code == 403
        page = as_(reza).get(url)
        assert page.context["form"].initial["unit"] == "days"
        as_(reza).post(url, {"title": "Mine", "worth": "Cake", "reach": "author", "version": 1})
        assert not ClaimedBenefit.objects.exists()
        assert as_(cara).get(f"/o/riverside/communities/stories/{story.pk}/").status_code == 404
        assert "Mine" not in as_(cara).get("/o/riverside/search/?q=mine").text
        again = as_(reza).post(url, {"title": "Old", "worth": "x", "reach": "author", "version": 1})
        assert "another window" in again.text
        with pytest.raises(Stale):
            stories.change_story(story, by=as_member(reza), at=NOON, seen=1, words=FIVE, reach="group")

    def test_taken_back_it_is_gone_with_its_claim(self, community, reza, cara, as_):
        story = tell(community, reza)
        url = f"/o/riverside/communities/stories/{story.pk}/delete/"
        assert as_(cara).post(url).status_code == 403
        assert "Nobody can bring it back" in as_(reza).get(url).text
        as_(reza).post(url)
        assert not Story.objects.exists()
        assert not ClaimedBenefit.objects.exists()
        assert "No more waiting" not in as_(cara).get("/o/riverside/search/?q=pharmacist").text


def test_health_counts_those_of_a_year(community, reza, as_):
    old = tell(community, reza)
    Story.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=366))
    tell(community, reza, "author")
    assert "One story in a year" in as_(reza).get(f"/o/riverside/communities/{community.pk}/health/").text


@pytest.fixture
def people_by_name(reza, cara, farah, lena, ada, sam, oskar):
    return {"reza": reza, "cara": cara, "farah": farah, "lena": lena, "ada": ada, "sam": sam, "oskar": oskar}


def test_many_stand_on_several_pages(community, reza, as_):
    Story.objects.bulk_create(
        Story(
            community=community,
            organisation=community.organisation,
            group=community.group,
            reach="group",
            author=reza,
            title=f"Key {number}",
            worth="Yes.",
        )
        for number in range(21)
    )
    page = f"/o/riverside/communities/{community.pk}/stories/"
    assert as_(reza).get(page).text.count("km-rows__title") == 20
    assert "Key 0" in as_(reza).get(f"{page}?page=2").text
