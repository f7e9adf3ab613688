"""Knowledge assets: begun, written, published, checked by somebody else, looked after, found by who may read them."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import organisations.actions
from kmportal.lib.exceptions import Refusal, Stale
from lessons import promises
from lessons.actions import assets
from lessons.models import Asset, AssetPart, Lesson, LessonRevision, State
from notifications.models import Notice
from organisations.models import AuditEntry, Group, GroupMembership, Membership, Organisation, Person
from organisations.visibility import Reach
from search import index
from tests.cast import as_member, join_group
from tests.races import at_once

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORDS = {"title": "Bags before noon", "purpose": "Ward clerks, at ten", "text": "Ask **pharmacy** at ten."}
LIST = "/o/riverside/lessons/assets/"


@pytest.fixture
def draft(riverside, cara) -> Asset:
    return assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS)


@pytest.fixture
def published(draft, cara) -> Asset:
    return assets.publish_asset(draft, by=as_member(cara), at=NOON)


@pytest.fixture
def ward(riverside, cara, reza) -> Group:
    made = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
    join_group(made, cara)
    join_group(made, reza)
    return made


@pytest.fixture
def for_the_ward(riverside, ward, cara) -> Asset:
    made = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS, group=ward, share_with="group")
    return assets.publish_asset(made, by=as_member(cara), at=NOON)


def write(asset: Asset, person, **changed):
    fresh = Asset.objects.get(pk=asset.pk)
    facts = {"group": fresh.group, "share_with": fresh.share_with, "review_on": fresh.review_on}
    facts = {name: changed.pop(name, value) for name, value in facts.items()}
    seen = changed.pop("seen", fresh.version)
    return assets.write_asset(fresh, by=as_member(person), at=NOON, seen=seen, words={**WORDS, **changed}, **facts)


def found(person, words="pharmacy") -> int:
    return index.find(as_member(person), words, kinds=["asset"]).total


class TestWhoReads:
    def test_a_draft_is_its_authors(self, draft, cara, lena, as_):
        assert as_(cara).get(f"{LIST}{draft.pk}/").status_code == 200
        assert as_(lena).get(f"{LIST}{draft.pk}/").status_code == 404
        assert (found(cara), found(lena)) == (1, 0)

    def test_what_is_published_is_found_by_everybody_here_and_no_stranger(self, published, sam, oskar, as_):
        assert "<strong>pharmacy</strong>" in as_(sam).get(f"{LIST}{published.pk}/").text
        assert found(sam) == 1
        assert as_(oskar).get(f"/o/hillside/lessons/assets/{published.pk}/").status_code == 404
        assert as_(oskar).get(f"{LIST}{published.pk}/").status_code == 404

    def test_what_is_for_a_group_is_read_there(self, for_the_ward, reza, sam, ada, as_):
        assert as_(reza).get(f"{LIST}{for_the_ward.pk}/print/").status_code == 200
        for person in (sam, ada):
            for page in ("", "print/", "history/"):
                assert as_(person).get(f"{LIST}{for_the_ward.pk}/{page}").status_code == 404
            assert for_the_ward.title not in as_(person).get(LIST).text
            assert for_the_ward.title not in as_(person).get(f"{LIST}?q=pharmacy").text
            assert found(person) == 0

    @pytest.mark.parametrize("who", ["lena", "ada"])
    def test_no_role_opens_it_for_a_deed(self, who, for_the_ward, request):
        person = request.getfixturevalue(who)
        with pytest.raises(PermissionDenied):
            write(for_the_ward, person, text="Else")
        with pytest.raises(PermissionDenied):
            assets.check_asset(for_the_ward, by=as_member(person), at=NOON, number=1)

    def test_a_group_that_one_is_not_in_is_refused(self, riverside, ward, sam):
        with pytest.raises(Refusal, match="belong to"):
            assets.start_asset(riverside, by=as_member(sam), at=NOON, words=WORDS, group=ward, share_with="group")
        with pytest.raises(Refusal, match="which group"):
            assets.start_asset(riverside, by=as_member(sam), at=NOON, words=WORDS, share_with="group")

    @pytest.mark.parametrize("width", ["network", "author", "nonsense", ""])
    def test_other_widths_are_refused(self, riverside, cara, width):
        with pytest.raises(Refusal):
            assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS, share_with=width)

    def test_only_who_answers_for_it_opens_it_wider(self, for_the_ward, ward, cara, sam):
        join_group(ward, sam)
        assert write(for_the_ward, sam, text="Else").number == 2
        with pytest.raises(Refusal, match="Only its author"):
            write(for_the_ward, sam, share_with="organisation")
        assert write(for_the_ward, cara, share_with="organisation").reach == "organisation"
        assert found(sam, "pharmacy") == 1


class TestWriting:
    def test_the_same_form_twice_begins_one(self, riverside, cara):
        key = uuid4()
        made = [assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS, once=key) for _ in range(2)]
        assert made[0] == made[1]

    @pytest.mark.django_db(transaction=True)
    def test_the_same_form_at_the_same_moment_begins_one(self, riverside, cara):
        key, by = uuid4(), as_member(cara)
        begin = partial(assets.start_asset, riverside, by=by, at=NOON, words=WORDS, once=key)
        made = at_once(begin, begin)
        assert made[0] == made[1]
        assert Asset.objects.count() == 1

    def test_each_change_of_words_is_a_version(self, published, cara, sam, as_):
        write(published, cara, text="Ask at nine.")
        write(published, cara, text="Ask at nine.")
        page = as_(sam).get(f"{LIST}{published.pk}/history/").text
        assert [one.number for one in published.revisions.all()] == [2, 1]
        assert "Version 2" in page
        assert "nine." in page

    def test_who_comes_second_is_shown_both(self, published, cara, farah, as_):
        seen = Asset.objects.get(pk=published.pk).version
        write(published, cara, text="Ask at nine.")
        with pytest.raises(Stale):
            write(published, farah, seen=seen, text="Ask at eight.")
        typed = {**WORDS, "text": "Ask at eight.", "share_with": "organisation", "version": seen}
        answer = as_(farah).post(f"{LIST}{published.pk}/edit/", typed)
        assert answer.status_code == 422
        assert "Two people changed this" in answer.text

    def test_without_words_nothing_is_published(self, riverside, cara):
        empty = assets.start_asset(riverside, by=as_member(cara), at=NOON, words={"title": "Keys"})
        with pytest.raises(Refusal, match="what it says"):
            assets.publish_asset(empty, by=as_member(cara), at=NOON)

    def test_a_draft_is_thrown_away_and_nothing_else(self, draft, cara):
        assets.discard_asset(Asset.objects.get(pk=draft.pk), by=as_member(cara), at=NOON)
        assert found(cara) == 0
        with pytest.raises(Refusal, match="thrown this draft away"):
            assets.publish_asset(draft, by=as_member(cara), at=NOON)

    def test_what_is_published_is_not_thrown_away(self, published, cara):
        with pytest.raises(Refusal, match="rely on it"):
            assets.discard_asset(published, by=as_member(cara), at=NOON)

    def test_hostile_words_are_words(self, riverside, cara, as_):
        words = {"title": "<b>x</b>", "purpose": "<script>alert(1)</script>", "text": "<img src=x onerror=alert(2)>"}
        made = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=words)
        page = as_(cara).get(f"{LIST}{made.pk}/").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>x</b>" not in page


class TestChecking:
    def test_somebody_else_says_that_it_is_right(self, published, cara, sam, as_):
        as_(sam).post(f"{LIST}{published.pk}/check/", {"number": 1})
        page = as_(cara).get(f"{LIST}{published.pk}/").text
        assert "Version 1 was checked by Sam Okafor" in page
        assert Notice.objects.filter(person=cara, text__contains="says that it is right").count() == 1
        write(published, cara, text="Ask at nine.")
        assert "Changed since it was checked" in as_(cara).get(f"{LIST}{published.pk}/").text

    def test_nobody_checks_their_own_words(self, published, cara, farah):
        with pytest.raises(Refusal, match="did not write it"):
            assets.check_asset(published, by=as_member(cara), at=NOON, number=1)
        write(published, farah, text="Ask at nine.")
        with pytest.raises(Refusal, match="did not write it"):
            assets.check_asset(published, by=as_member(farah), at=NOON, number=2)

    def test_what_changed_meanwhile_is_read_again(self, published, cara, sam, as_):
        write(published, cara, text="Ask at nine.")
        page = as_(sam).post(f"{LIST}{published.pk}/check/", {"number": 1}, follow=True).text
        assert "Read it again first" in page
        assert Asset.objects.get().checked_number is None

    def test_a_draft_is_checked_by_nobody(self, draft, cara):
        with pytest.raises(Refusal, match="It is a draft"):
            assets.check_asset(draft, by=as_member(cara), at=NOON, number=1)


class TestParts:
    @pytest.fixture
    def lesson(self, riverside, cara, ward) -> Lesson:
        made = Lesson.objects.create(
            organisation=riverside, group=ward, author=cara, state=State.NOTED, reach="group", share_with="group"
        )
        made.revision = LessonRevision.objects.create(lesson=made, number=1, title="Ask the porters")
        made.save()
        return made

    def test_a_lesson_is_shown_to_who_may_read_it(self, published, lesson, cara, reza, sam, as_):
        for _ in range(2):
            assets.add_part(published, by=as_member(cara), at=NOON, kind="lesson", lesson=lesson)
        assert AssetPart.objects.count() == 1
        for page in ("", "print/"):
            assert "Ask the porters" in as_(reza).get(f"{LIST}{published.pk}/{page}").text
            assert "Ask the porters" not in as_(sam).get(f"{LIST}{published.pk}/{page}").text
        with pytest.raises(Refusal, match="checked lesson"):
            assets.add_part(published, by=as_member(cara), at=NOON, kind="lesson")

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/", "x.example", ""])
    def test_only_web_addresses_are_links(self, published, cara, url):
        with pytest.raises(Refusal):
            assets.add_part(published, by=as_member(cara), at=NOON, kind="link", url=url, title="The form")

    def test_who_is_named_is_told_and_takes_their_name_off(self, draft, cara, sam, reza, as_):
        as_(cara).post(f"{LIST}{draft.pk}/parts/new/", {"kind": "person", "person": sam.pk, "note": "Nights"})
        assert not Notice.objects.filter(person=sam).exists()
        assets.publish_asset(Asset.objects.get(), by=as_member(cara), at=NOON)
        assert Notice.objects.get(person=sam).text.startswith("“Bags before noon” names you as somebody to ask")
        part = AssetPart.objects.get()
        assert as_(reza).post(f"{LIST}parts/{part.pk}/away/").status_code == 403
        as_(sam).post(f"{LIST}parts/{part.pk}/away/")
        assert not AssetPart.objects.exists()

    def test_a_stranger_is_nobody_to_ask(self, published, cara, oskar):
        with pytest.raises(Refusal, match="who is here"):
            assets.add_part(published, by=as_member(cara), at=NOON, kind="person", person=oskar)


class TestLookingAfter:
    def test_who_writes_can_take_it(self, published, farah, cara):
        assert assets.take_asset(published, by=as_member(farah), at=NOON).owner == farah

    def test_who_goes_leaves_none_of_a_group_behind(self, for_the_ward, cara, ada):
        membership = Membership.objects.get(person=cara)
        organisations.actions.remove_member(membership, by=as_member(ada), at=NOON)
        assert Asset.objects.get().owner is None

    def test_the_administrator_gives_away_nothing_that_is_for_a_group(self, for_the_ward, ada, lena):
        with pytest.raises(Refusal, match="can read it"):
            assets.pass_on_asset(for_the_ward, by=as_member(ada), at=NOON, to=lena)

    def test_who_reads_it_no_longer_looks_after_it_no_longer(self, published, ward, cara, lena):
        assets.take_asset(published, by=as_member(lena), at=NOON)
        assert write(published, cara, group=ward, share_with="group").owner is None


class TestThePages:
    def test_it_is_made_by_the_pages(self, riverside, cara, as_):
        browser = as_(cara)
        page = browser.post(f"{LIST}new/", {**WORDS, "share_with": "organisation"}, follow=True).text
        assert "Only you can see this draft" in page
        made = Asset.objects.get()
        assert "Others can read it now" in browser.post(f"{LIST}{made.pk}/publish/", follow=True).text
        assert "Bags before noon" in browser.get(f"{LIST}?q=pharmacy").text
        assert browser.post(f"{LIST}new/", {"title": ""}).status_code == 422

    def test_lists_and_pages_take_the_same_queries_for_one_and_for_many(self, riverside, published, cara, sam, as_):
        def count(address: str) -> int:
            browser.get(address)
            with CaptureQueriesContext(connection) as taken:
                assert browser.get(address).status_code == 200
            return len(taken)

        browser, pages = as_(sam), (LIST, f"{LIST}?q=pharmacy", f"{LIST}{published.pk}/")
        add = {"by": as_member(cara), "at": NOON, "kind": "link", "title": "The form"}
        assets.add_part(published, url="https://x.example/", **add)
        before = [count(page) for page in pages]
        for number in range(3):
            more = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS)
            assets.publish_asset(more, by=as_member(cara), at=NOON)
            assets.add_part(published, url=f"https://x.example/{number}", **add)
        assert [count(page) for page in pages] == before


class TestLookedAtAgain:
    @pytest.fixture
    def due(self, published, cara) -> Asset:
        """Cara looks after it, and its day has come."""
        assets.take_asset(published, by=as_member(cara), at=NOON)
        Asset.objects.filter(pk=published.pk).update(review_on=timezone.localdate())
        return Asset.objects.get(pk=published.pk)

    def test_on_its_day_who_looks_after_it_is_asked(self, due, riverside, cara, farah, as_):
        assert f"Look again at “{due}”" in as_(cara).get("/o/riverside/").text
        assert "Look again at" not in as_(farah).get("/o/riverside/").text
        [asked] = list(promises.assets(timezone.localdate(), None))
        assert (asked.person, asked.day, asked.is_told_once) == (cara, timezone.localdate(), True)
        assert list(promises.assets(timezone.localdate() - timedelta(days=1), None)) == []
        assert list(promises.assets(timezone.localdate(), [farah.pk])) == []

    def test_who_stands_in_is_asked_while_its_owner_is_away_or_gone(self, due, riverside, cara, farah, as_):
        Asset.objects.update(deputy=farah)
        today = timezone.localdate()
        away = {"away_from_on": today, "away_until_on": today + timedelta(days=9)}

        def asked() -> list[Person]:
            return [one.person for one in promises.assets(today, None)]

        assert asked() == [cara]
        Person.objects.filter(pk=cara.pk).update(**away)
        assert asked() == [farah]
        assert "You stand in for Cara Doyle" in as_(farah).get("/o/riverside/").text
        assert "Look again at" not in as_(cara).get("/o/riverside/").text
        Person.objects.filter(pk=farah.pk).update(**away)
        assert asked() == [cara]  # nobody is there: it waits for whoever looks after it
        Membership.objects.filter(person=cara).update(suspended_at=NOON)
        assert asked() == [farah]
        Asset.objects.update(reach=Reach.GROUP, group=None)
        assert asked() == []  # what somebody cannot read they are not asked about

    def test_nobody_is_asked_whose_way_into_the_group_is_switched_off(self, due, riverside, cara):
        group = Group.objects.create(name="Pharmacists", organisation=None)
        GroupMembership.objects.create(group=group, person=cara, membership=as_member(cara))
        Asset.objects.update(reach=Reach.GROUP, group=group, author=None)
        for lends in (True, False):
            Organisation.objects.filter(pk=riverside.pk).update(lends_members=lends)
            asked = [one.person for one in promises.assets(timezone.localdate(), None)]
            assert asked == ([cara] if lends else [])
            assert Asset.objects.visible_to(as_member(cara)).exists() is lends
            assets.release_assets([group.pk], at=NOON)
            assert Asset.objects.filter(owner=cara).exists() is lends

    def test_one_press_and_it_is_asked_a_year_later(self, due, cara, as_):
        page = as_(cara).get(due.get_absolute_url()).text
        assert "It still holds" in page
        seen = {"seen": due.review_on.isoformat()}
        as_(cara).post(f"{LIST}{due.pk}/keep/", seen)
        for again in (seen, {"seen": "0000-01-01"}, {}):  # pressed twice, and what no button sends
            assert as_(cara).post(f"{LIST}{due.pk}/keep/", again).status_code == 302
        due.refresh_from_db()
        assert due.review_on == timezone.localdate() + timedelta(days=365)
        assert AuditEntry.objects.filter(event="asset.kept").count() == 1
        assert "It still holds" not in as_(cara).get(due.get_absolute_url()).text
        assert list(promises.assets(timezone.localdate(), None)) == []

    def test_by_who_writes_it_alone_and_not_as_a_draft(self, due, draft, cara, reza, riverside):
        with pytest.raises(PermissionDenied):
            assets.keep_asset(due, by=as_member(reza), at=NOON, seen=due.review_on)
        other = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS)
        with pytest.raises(Refusal, match="draft"):
            assets.keep_asset(other, by=as_member(cara), at=NOON, seen=None)
