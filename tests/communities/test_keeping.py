"""Answer → asset: in one press, once, for as many as the discussion is for, and with the people who know."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from communities.actions import keeping, people, shelf, talk
from communities.models import Community, Pin, State, Thread
from kmportal.lib.exceptions import Refusal
from lessons.actions import assets
from lessons.models import Asset
from organisations.visibility import Reach
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.races import at_once

INSIDE = "/o/riverside/communities"


@pytest.fixture
def answered(thread, farah, cara, reza):
    """Farah wrote a remark, Cara the answer."""
    talk.write_post(thread, by=as_member(farah), at=NOON, text="I ask myself too.")
    answer = talk.write_post(thread, by=as_member(cara), at=NOON, text="The **porters** do.")
    return talk.mark_answer(thread, by=as_member(reza), at=NOON, post=answer)


def keep(thread, person) -> Asset:
    return keeping.make_asset(thread, by=as_member(person), at=NOON)


class TestAnAnswerBecomesAnAsset:
    def test_with_its_words_and_the_people_who_know(self, answered, cara, farah):
        made = keep(answered, farah)
        assert (made.title, made.text, made.share_with) == ("Who brings the bags?", "The **porters** do.", "group")
        assert made.is_draft
        assert [part.person for part in made.parts.all()] == [cara, farah]

    def test_once(self, answered, farah, cara):
        assert keep(answered, farah) == keep(answered, farah)
        with pytest.raises(Refusal, match="already"):
            keep(answered, cara)
        assert Asset.objects.count() == 1

    def test_of_a_closed_community_belongs_to_no_group_and_only_where_others_could_read_it(
        self, answered, farah, community, as_
    ):
        page = f"/o/riverside/communities/talk/{answered.pk}/"
        assert "Make a lesson of it" in as_(farah).get(page).text
        Community.objects.filter(pk=community.pk).update(state=State.CLOSED, closed_at=NOON)
        assert "Make a lesson of it" not in as_(farah).get(page).text
        for make in (keeping.make_asset, talk.make_lesson):
            with pytest.raises(Refusal, match="for its members alone"):
                make(answered, by=as_member(farah), at=NOON)
        Thread.objects.filter(pk=answered.pk).update(reach=Reach.ORGANISATION)
        assert "Make a lesson of it" in as_(farah).get(page).text
        for make in (keeping.make_asset, talk.make_lesson):
            made = make(answered, by=as_member(farah), at=NOON)
            assert (made.group, made.share_with) == (None, Reach.ORGANISATION)

    def test_after_the_draft_is_thrown_away_again(self, answered, farah, cara):
        assets.discard_asset(keep(answered, farah), by=as_member(farah), at=NOON)
        answered.refresh_from_db()
        assert keep(answered, cara).author == cara

    def test_without_an_answer_there_is_nothing_to_keep(self, thread, farah):
        with pytest.raises(Refusal, match="Mark the answer"):
            keep(thread, farah)

    def test_who_has_left_the_community_is_not_named(self, answered, farah, cara, reza, community):
        people.leave_community(community, by=as_member(farah), at=NOON)
        assert [part.person for part in keep(answered, cara).parts.all()] == [cara]

    def test_who_is_not_in_it_keeps_nothing(self, answered, sam, reza):
        for person in (sam, reza):  # a contributor outside, and a reader inside
            with pytest.raises(PermissionDenied):
                keep(answered, person)

    def test_by_the_page(self, answered, farah, reza, as_):
        url = f"{INSIDE}/talk/{answered.pk}/"
        assert "Make a knowledge asset of it" not in as_(reza).get(url).text
        assert "Make a knowledge asset of it" in as_(farah).get(url).text
        page = as_(farah).post(f"{url}asset/", follow=True).text
        assert "Only you can see it until" in page
        assert "A knowledge asset was begun from this" in as_(farah).get(url).text


@pytest.mark.django_db(transaction=True)
def test_two_who_keep_it_at_the_same_moment_keep_one(answered, farah, cara):
    said = at_once(*(partial(keep, Thread.objects.get(pk=answered.pk), person) for person in (farah, cara)))
    assert sorted(type(one).__name__ for one in said) == ["Asset", "Refusal"]
    assert Asset.objects.count() == 1


class TestOnTheShelf:
    @pytest.fixture
    def published(self, answered, farah) -> Asset:
        return assets.publish_asset(keep(answered, farah), by=as_member(farah), at=NOON)

    def test_it_is_seen_by_who_may_read_it(self, community, published, cara, reza, sam, as_):
        for _ in range(2):
            shelf.pin_to_shelf(community, by=as_member(cara), at=NOON, kind="asset", asset=published)
        assert Pin.objects.count() == 1
        for page in (f"{INSIDE}/{community.pk}/shelf/", f"{INSIDE}/{community.pk}/"):
            assert f"/lessons/assets/{published.pk}/" in as_(reza).get(page).text
            assert f"/lessons/assets/{published.pk}/" not in as_(sam).get(page).text

    def test_no_draft_is_pinned(self, community, answered, cara):
        with pytest.raises(Refusal, match="published"):
            shelf.pin_to_shelf(community, by=as_member(cara), at=NOON, kind="asset", asset=keep(answered, cara))
        with pytest.raises(Refusal):
            shelf.pin_to_shelf(community, by=as_member(cara), at=NOON, kind="asset")

    def test_by_the_page(self, community, published, cara, as_):
        as_(cara).post(f"{INSIDE}/{community.pk}/shelf/new/", {"kind": "asset", "asset": published.pk})
        assert Pin.objects.get().asset == published

    def test_it_takes_the_same_queries_for_one_and_for_many(self, community, published, cara, as_, queries):
        url, browser = f"{INSIDE}/{community.pk}/shelf/", as_(cara)
        shelf.pin_to_shelf(community, by=as_member(cara), at=NOON, kind="asset", asset=published)
        before = queries(browser, url)
        for number in range(3):
            words = {"title": f"Asset {number}", "purpose": "All", "text": "Do it."}
            more = assets.start_asset(community.organisation, by=as_member(cara), at=NOON, words=words)
            more = assets.publish_asset(more, by=as_member(cara), at=NOON)
            assert more.reach == Reach.ORGANISATION
            shelf.pin_to_shelf(community, by=as_member(cara), at=NOON, kind="asset", asset=more)
        assert queries(browser, url) == before
