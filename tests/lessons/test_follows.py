"""Following searches, tags, groups and authors: who hears of a newly checked lesson, how, and that it is once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from actionplan.actions import send_due_digests
from jobs.models import Job, Mail
from kmportal.lib.exceptions import Refusal
from lessons import tasks
from lessons.actions import follows, writing
from lessons.actions.follows import choose_how, follow_lesson, save_search, stop_following
from lessons.filters import SavedSearch, saved_query
from lessons.models import Follow, FollowHit, Lesson, State, Tag
from notifications.models import Notice
from organisations.models import Group, Membership
from organisations.visibility import Reach
from search.analyser import Analysed, analyse
from search.index import find
from search.query import matches, parse
from tests.cast import as_member, join_group
from tests.lessons.conftest import NOON

pytestmark = pytest.mark.django_db
BEFORE = NOON - timedelta(days=2)
NEXT_MORNING = NOON + timedelta(hours=20)
LIST = "/o/riverside/lessons/following/"


def tell() -> None:
    """What the worker does of it."""
    for job in Job.objects.filter(function="lessons.tasks.tell_followers").order_by("pk"):
        tasks.tell_followers(None, **job.args)


def search_of(person, query="", how="at-once", organisation=None) -> Follow:
    member = as_member(person, organisation)
    return save_search(member.organisation, by=member, at=BEFORE, query=query, how=how)


def notices_of(person) -> list[str]:
    return [notice.text for notice in Notice.objects.filter(person=person, text__contains="that you follow")]


def mails_to(person) -> list[Mail]:
    return [mail for mail in Mail.objects.order_by("pk") if mail.recipients == [person.email]]


@pytest.fixture
def ward(riverside):
    return Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)


class TestTold:
    @pytest.mark.parametrize(
        "query", ["", "q=pharmacy", "q=%22ask+pharmacy%22", "q=zebra+pharmacy&words=any", "kind=lesson"]
    )
    def test_a_saved_search_that_fits_tells_at_once(self, identified, reza, query):
        search_of(reza, query)
        lesson = identified()
        tell()
        [text] = notices_of(reza)
        assert lesson.words.title in text

    @pytest.mark.parametrize(
        "query", ["q=zebra", "q=pharmacy+-ask", "kind=innovation", "q=pharmacy&where=Ward+6", "year=1999"]
    )
    def test_one_that_does_not_fit_tells_nothing(self, identified, reza, query):
        search_of(reza, query)
        identified()
        tell()
        assert not FollowHit.objects.exists()

    @pytest.mark.parametrize("outcome", [State.IDENTIFIED, State.NOTED])
    def test_tag_group_and_author_of_a_lesson(self, identified, reza, lena, nia, ward, cara, outcome):
        first = identified(tags=["Night"], group=ward, title="The first")
        Job.objects.all().delete()
        for person, what in ((reza, f"tag-{Tag.objects.get().pk}"), (lena, "group"), (nia, "author")):
            follow_lesson(first, by=as_member(person, first.organisation), at=BEFORE, what=what, how="at-once")
        identified(tags=["night"], title="By tag", outcome=outcome)
        identified(group=ward, title="By group", outcome=outcome)
        tell()
        assert [text.rpartition(": ")[2] for text in notices_of(reza)] == ["By tag"]
        assert [text.rpartition(": ")[2] for text in notices_of(lena)] == ["By group"]
        assert len(notices_of(nia)) == 2

    def test_two_that_fit_tell_once_and_at_once(self, identified, reza):
        search_of(reza, "q=pharmacy", how="digest")
        search_of(reza, "q=ask", how="at-once")
        identified()
        tell()
        tell()
        send_due_digests(at=NEXT_MORNING)
        assert len(notices_of(reza)) == 1
        assert not any("lessons that you follow" in mail.body for mail in mails_to(reza))

    def test_neither_ones_own_nor_what_one_checked(self, identified, cara, farah):
        search_of(cara)
        search_of(farah)
        identified()
        tell()
        assert not FollowHit.objects.exists()

    def test_what_is_only_sent_tells_nobody(self, waiting, reza):
        search_of(reza)
        waiting()
        tell()
        assert not FollowHit.objects.exists()
        assert not Job.objects.filter(function="lessons.tasks.tell_followers").exists()

    def test_who_followed_afterwards_is_not_told(self, identified, reza):
        identified()
        save_search(
            as_member(reza).organisation, by=as_member(reza), at=NOON + timedelta(minutes=1), query="", how="at-once"
        )
        tell()
        assert not FollowHit.objects.exists()

    @pytest.mark.parametrize("how", ["at-once", "digest"])
    def test_nobody_hears_of_what_they_may_not_read(self, identified, reza, lena, oskar, ward, how):
        join_group(ward, lena)
        for person in (reza, lena, oskar):
            search_of(person, how=how)
        identified(group=ward, share_with=Reach.GROUP)
        tell()
        assert {hit.membership.person for hit in FollowHit.objects.all()} == {lena}

    def test_the_network_hears_of_what_is_shared_with_it(self, identified, oskar):
        """In the mail: notices of another organisation have no place."""
        search_of(oskar, how="at-once")
        identified(share_with=Reach.NETWORK)
        tell()
        assert FollowHit.objects.get().how == "digest"
        send_due_digests(at=NEXT_MORNING)
        [mail] = mails_to(oskar)
        assert "/o/hillside/lessons/" in mail.body

    @pytest.mark.parametrize("case", ["suspended_at", "left_at"])
    def test_whoever_may_not_come_in_hears_nothing(self, identified, reza, case):
        search_of(reza)
        Membership.objects.filter(person=reza).update(**{case: NOON})
        identified()
        tell()
        assert not FollowHit.objects.exists()

    def test_off_is_off(self, identified, reza):
        choose_how(search_of(reza), by=as_member(reza), at=NOON, how="off")
        identified()
        tell()
        assert not FollowHit.objects.exists()

    def test_hidden_again_before_the_worker_comes(self, identified, reza):
        search_of(reza)
        lesson = identified()
        Lesson.objects.filter(pk=lesson.pk).update(reach=Reach.AUTHOR)
        tell()
        assert not FollowHit.objects.exists()

    def test_killed_in_the_middle_and_begun_again_each_hears_once(self, identified, reza, lena, nia, sam, monkeypatch):
        for person in (reza, lena, nia, sam):
            member = as_member(person, as_member(reza).organisation)
            save_search(member.organisation, by=member, at=BEFORE, query="", how="at-once")
        identified()
        real, calls = follows.notify, []

        def die(person, occurrence, text):
            calls.append(person)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return real(person, occurrence, text)

        monkeypatch.setattr(follows, "notify", die)
        with pytest.raises(KeyboardInterrupt):
            tell()
        assert FollowHit.objects.count() == 2
        monkeypatch.setattr(follows, "notify", real)
        tell()
        assert [len(notices_of(person)) for person in (reza, lena, nia, sam)] == [1, 1, 1, 1]

    def test_it_asks_no_more_of_the_database_when_there_are_more_lessons(self, identified, reza, draft):
        search_of(reza, "q=pharmacy")
        counts = []
        for more in (0, 12):
            for _ in range(more):
                draft()
            lesson = identified()
            entry = Job.objects.filter(function="lessons.tasks.tell_followers").latest("pk").args["entry_id"]
            with CaptureQueriesContext(connection) as taken:
                tasks.tell_followers(None, entry_id=entry)
            counts.append(len(taken))
            assert lesson
        assert counts[0] == counts[1]

    def test_a_saved_search_looks_at_no_other_row_of_the_index(self, identified, reza):
        for number in range(20):
            search_of(reza, f"q=word{number}+pharmacy", how="digest")
        identified()
        entry = Job.objects.get(function="lessons.tasks.tell_followers").args["entry_id"]
        with CaptureQueriesContext(connection) as taken:
            tasks.tell_followers(None, entry_id=entry)
        asked = [query["sql"] for query in taken.captured_queries if "search_" in query["sql"]]
        assert ["search_dictionaryentry" in sql for sql in asked] == [True]  # the words of the organisation, once


class TestMorning:
    def test_the_mail_of_the_next_morning_has_them_once(self, identified, reza):
        search_of(reza, "q=pharmacy", how="digest")
        first = identified(title="Pharmacy first")
        identified(title="Pharmacy <second> & co")
        tell()
        send_due_digests(at=NOON + timedelta(hours=1))
        assert mails_to(reza) == []
        for hours in (20, 21, 44, 45, 70):
            send_due_digests(at=NOON + timedelta(hours=hours))
        [mail] = mails_to(reza)
        assert "New in lessons that you follow:" in mail.body
        assert "Pharmacy first" in mail.body
        assert "Pharmacy <second> & co" in mail.body
        assert first.get_absolute_url() in mail.body
        assert LIST in mail.body
        assert "without signing in" not in mail.body

    def test_it_never_comes_empty(self, identified, reza):
        follow = search_of(reza, how="digest")
        lesson = identified()
        tell()
        Lesson.objects.filter(pk=lesson.pk).update(reach=Reach.AUTHOR)
        send_due_digests(at=NEXT_MORNING)
        assert mails_to(reza) == []
        Lesson.objects.filter(pk=lesson.pk).update(reach=Reach.ORGANISATION)
        choose_how(follow, by=as_member(reza), at=NOON, how="off")
        send_due_digests(at=NEXT_MORNING)
        assert mails_to(reza) == []

    def test_a_machine_that_was_off_tells_it_later(self, identified, reza):
        search_of(reza, how="digest")
        identified()
        tell()
        send_due_digests(at=NEXT_MORNING + timedelta(days=3))
        assert len(mails_to(reza)) == 1

    def test_many_are_not_all_listed(self, identified, reza):
        search_of(reza, how="digest")
        for number in range(12):
            identified(title=f"Pharmacy {number}")
        tell()
        send_due_digests(at=NEXT_MORNING)
        [mail] = mails_to(reza)
        assert "And 2 more" in mail.body


class TestMatching:
    """A saved search says the same as the index."""

    TEXTS = (
        "hand-over", "handover", "pharmacy at ten", "-ask pharmacy", '"at ten"', "medic*", "AAR", "after action review",
        "pharmacy zebra", "the", "!!", "", "take-home", "patients -zebra", "-zebra", "move a ward", "Ask ASK ask",
    )  # fmt: skip

    @pytest.mark.parametrize("text", TEXTS)
    @pytest.mark.parametrize("words", ["", "any"])
    def test_it_agrees_with_the_search(self, identified, reza, text, words):
        lesson = identified()
        params = QueryDict(mutable=True)
        params["q"] = text
        params["words"] = words
        query = saved_query(params)
        found = find(as_member(reza), text, kinds=["lesson"], any_word=words == "any")
        search = follows._Searched(Lesson.objects.select_related("organisation", "revision", "group").get(pk=lesson.pk))
        expected = bool(found.hits) if text != "!!" else False
        assert search.is_found_by(query, lesson.organisation_id) is expected

    @given(st.text(max_size=60))
    def test_whatever_is_typed_breaks_nothing(self, text):
        assert matches(parse(text), Analysed([], [], [], [])) in (True, False)
        assert matches(parse(text), analyse(text, text, text, text)) in (True, False)

    @given(
        st.dictionaries(st.sampled_from(["q", "state", "where", "kind", "year", "words", "page"]), st.text(max_size=40))
    )
    def test_whatever_stands_in_an_address_is_kept_the_same(self, values):
        params = QueryDict(mutable=True)
        params.update(values)
        saved = saved_query(params)
        assert saved_query(QueryDict(saved)) == saved
        SavedSearch(saved)

    def test_state_order_and_page_make_no_other_search(self):
        assert saved_query(QueryDict("q=x&page=3&sort=title&state=learned")) == saved_query(QueryDict("q=+x+"))
        assert saved_query(QueryDict("q=x&state=noted")) == "q=x&state=noted"


class TestPages:
    def test_a_search_is_followed_from_the_list_and_once(self, as_, reza):
        browser = as_(reza)
        page = browser.get("/o/riverside/lessons/", {"q": "beds & <b>"}).text
        assert "Follow this search" in page
        address = reverse("follow_new", args=["riverside"]) + "?q=beds+%26+%3Cb%3E"
        assert 'value="beds &amp; &lt;b&gt;"' in browser.get(address).text
        for name in ("Beds", "Beds <i>"):
            browser.post(address, {"name": name, "how": "at-once"})
        follow = Follow.objects.get()
        assert (follow.name, follow.how) == ("Beds <i>", "at-once")
        assert "Beds &lt;i&gt;" in browser.get(LIST).text

    def test_how_and_stop(self, as_, reza):
        follow, browser = search_of(reza, "q=beds"), as_(reza)
        browser.post(f"{LIST}{follow.pk}/how/", {"how": "digest"})
        assert Follow.objects.get().how == "digest"
        answer = browser.post(f"{LIST}{follow.pk}/how/", {"how": "<loud>"}, follow=True)
        assert "Choose how you want to hear of it." in answer.text
        browser.post(f"{LIST}{follow.pk}/stop/")
        assert not Follow.objects.exists()
        assert "You follow nothing yet" in browser.get(LIST).text

    def test_other_peoples_are_not_there(self, as_, reza, lena):
        follow = search_of(lena, "q=secret")
        browser = as_(reza)
        assert "secret" not in browser.get(LIST).text
        for verb in ("how", "stop", "feed"):
            assert browser.post(f"{LIST}{follow.pk}/{verb}/", {"how": "off"}).status_code == 404
        for act in (stop_following, choose_how):
            with pytest.raises(PermissionDenied):
                act(follow, by=as_member(reza), at=NOON, **({"how": "off"} if act is choose_how else {}))

    def test_of_a_lesson(self, as_, identified, reza, cara, ward):
        lesson = identified(tags=["Night <b>"], group=ward)
        address = reverse("lesson_follow", args=["riverside", lesson.pk])
        browser = as_(reza)
        assert address in browser.get(lesson.get_absolute_url()).text
        page = browser.get(address).text
        assert "Tag: Night &lt;b&gt;" in page
        assert "Author: Cara Doyle" in page
        assert browser.post(address, {"how": "digest"}).status_code == 422
        assert browser.post(address, {"what": "tag-99", "how": "digest"}).status_code == 422
        browser.post(address, {"what": "author", "how": "digest"})
        assert Follow.objects.get().author == cara

    def test_an_author_who_is_not_shown_is_not_followed(self, identified, reza, cara):
        own, brought = identified(), identified()
        Lesson.objects.filter(pk=brought.pk).update(source="LLIS")
        brought.refresh_from_db()
        nobody = identified()
        Lesson.objects.filter(pk=nobody.pk).update(author=None)
        nobody.refresh_from_db()
        for lesson, person in ((own, cara), (brought, reza), (nobody, reza)):
            with pytest.raises(Refusal):
                follow_lesson(lesson, by=as_member(person), at=NOON, what="author")

    def test_what_one_may_not_read_one_cannot_follow(self, identified, waiting, reza, oskar, ward):
        hidden = identified(group=ward, share_with=Reach.GROUP)
        for lesson, person in ((hidden, reza), (waiting(), reza), (identified(), oskar)):
            with pytest.raises(PermissionDenied):
                follow_lesson(lesson, by=as_member(person), at=NOON, what="author")

    def test_a_hundred_are_enough(self, reza, monkeypatch):
        monkeypatch.setattr(follows, "MOST_FOLLOWED", 2)
        search_of(reza, "q=a1")
        search_of(reza, "q=a2")
        search_of(reza, "q=a2", how="digest")
        with pytest.raises(Refusal, match="Stop one of them first"):
            search_of(reza, "q=a3")
        with pytest.raises(Refusal, match="too much"):
            search_of(reza, "q=" + "%F0%9F%98%80+x" * 200)

    def test_the_list_takes_the_same_queries_for_one_and_three(self, as_, identified, reza, ward, queries):
        lesson = identified(tags=["a", "b"], group=ward)
        keys = [f"tag-{tag.pk}" for tag in Tag.objects.all()]
        follow_lesson(lesson, by=as_member(reza), at=NOON, what=keys[0])
        search_of(reza, "q=1")
        one = queries(as_(reza), LIST)
        for what in (keys[1], "group", "author"):
            follow_lesson(lesson, by=as_member(reza), at=NOON, what=what)
        search_of(reza, "q=2")
        assert queries(as_(reza), LIST) == one

    def test_a_deleted_tag_takes_its_follow_along_and_a_closed_account_does_not(self, identified, reza, cara):
        lesson = identified(tags=["gone"])
        follow_lesson(lesson, by=as_member(reza), at=NOON, what=f"tag-{Tag.objects.get().pk}")
        follow_lesson(lesson, by=as_member(reza), at=NOON, what="author")
        Tag.objects.all().delete()
        follow = Follow.objects.get()
        follow.author = None
        assert str(follow) == "Somebody who has left"


def test_what_is_checked_again_after_a_change_is_not_new(identified, reza, cara, farah, lena):
    lesson = identified()
    tell()
    search_of(reza)
    lesson = Lesson.objects.get(pk=lesson.pk)
    lesson = writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Else."})
    assert Job.objects.filter(function="lessons.tasks.tell_followers").count() == 1
