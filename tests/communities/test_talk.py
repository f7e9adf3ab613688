"""Questions, answers, mentions, other words, the answer, a lesson of it; and who may read what."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from communities.actions import people, talk
from communities.actions.timetable import move_communities_on
from communities.models import Community, Post, RoleKind, State, Thread
from kmportal.lib.exceptions import Refusal, Stale
from lessons.models import Lesson
from lessons.models import State as LessonState
from notifications.models import Notice
from organisations.visibility import Reach
from search.models import SearchDoc, SearchText
from tests.cast import as_member
from tests.communities.conftest import NOON

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> \u202eevil"


def post(thread, person, text="The porters do.", **words):
    return talk.write_post(thread, by=as_member(person), at=NOON, text=text, **words)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


class TestTalking:
    def test_the_asker_and_who_keeps_it_together_are_told(self, thread, cara, farah, reza):
        post(thread, farah)
        assert told(cara) == ["Reza Amini asked in “Home on time”: “Who brings the bags?”"]
        assert told(reza) == ["Farah Siddiqui wrote to you in “Who brings the bags?”"]
        assert told(farah) == []

    def test_who_is_named_is_told_once_if_they_belong_to_it(self, thread, farah, cara, sam, reza):
        post(thread, farah, "@Cara Doyle and @Sam Okafor and @reza know")
        assert [words for words in told(cara) if "names you" in words]
        assert not told(sam)
        assert told(reza) == ["Farah Siddiqui names you in “Who brings the bags?”"]

    def test_nobody_is_asked_twice_whether_to_call_somebody(self, thread, as_, farah, cara):
        url = f"/o/riverside/communities/talk/{thread.pk}/"
        assert as_(farah).post(url, {"text": "@Cara Doyle knows", "once": uuid4()}).status_code == 302
        assert [words for words in told(cara) if "names you" in words]
        assert "looks like the name" in as_(farah).post(url, {"text": "Cara Doyle knows", "once": uuid4()}).text

    def test_the_same_form_twice_writes_once(self, thread, farah):
        key = uuid4()
        assert post(thread, farah, once=key) == post(thread, farah, once=key)
        thread.refresh_from_db()
        assert thread.answers == 1

    def test_two_hundred_in_a_minute_are_braked_kindly(self, thread, farah):
        refusals = []
        for number in range(200):
            try:
                post(thread, farah, f"Post {number}")
            except Refusal as refusal:
                refusals.append(str(refusal))
        assert len(refusals) == 200 - talk.MOST_POSTS
        assert all("within a minute" in words for words in refusals)
        later = NOON + timedelta(minutes=2)
        assert talk.write_post(thread, by=as_member(farah), at=later, text="Now again")

    @pytest.mark.parametrize("text", ["", "  ", "\u0000"])
    def test_nothing_is_no_post(self, thread, farah, text):
        with pytest.raises(Refusal):
            post(thread, farah, text)

    def test_too_long_is_refused_in_words(self, thread, farah):
        with pytest.raises(Refusal, match="Shorten"):
            post(thread, farah, "x" * 8_001)

    def test_hostile_words_are_words(self, thread, farah, as_):
        post(thread, farah, HOSTILE)
        page = as_(farah).get(f"/o/riverside/communities/talk/{thread.pk}/").text
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page

    def test_who_is_not_in_it_writes_nothing(self, thread, sam, as_):
        with pytest.raises(PermissionDenied):
            post(thread, sam)

    @pytest.mark.parametrize("state", [State.CLOSED, State.ARCHIVED])
    def test_one_that_has_ended_is_read_only(self, state, thread, farah, as_):
        Community.objects.update(state=state)
        with pytest.raises(Refusal):
            post(thread, farah)
        page = as_(farah).get(f"/o/riverside/communities/talk/{thread.pk}/").text
        assert "Who brings the bags?" in page
        assert "Put it there" not in page

    def test_a_talk_begins_by_the_page(self, community, farah, as_):
        url = f"/o/riverside/communities/{community.pk}/talk/new/"
        sent = {"kind": "talk", "title": "Our leaflet", "text": "Tear it apart", "reach": "organisation"}
        page = as_(farah).post(url, sent, follow=True)
        assert "Tear it apart" in page.text
        thread, first = Thread.objects.get(), Post.objects.get()
        with pytest.raises(Refusal, match="Only a question"):
            talk.mark_answer(thread, by=as_member(farah), at=NOON, post=first)

    def test_many_posts_come_in_pages(self, thread, farah, as_):
        day_before = NOON - timedelta(days=1)  # so many within a minute would be refused
        Post.objects.bulk_create(Post(thread=thread, author=farah, text=f"Post {n}", at=day_before) for n in range(120))
        browser = as_(farah)
        assert "Post 60" not in browser.get(f"/o/riverside/communities/talk/{thread.pk}/").text
        assert "Post 60" in browser.get(f"/o/riverside/communities/talk/{thread.pk}/?page=4").text
        answer = browser.post(f"/o/riverside/communities/talk/{thread.pk}/", {"text": "The last"})
        assert "?page=7#post-" in answer.url


class TestWhoReads:
    def test_members_alone_or_everybody_here(self, community, thread, reza, sam, as_):
        opened = talk.start_thread(
            community, by=as_member(reza), at=NOON, title="For all", text="Trolleys", reach=Reach.ORGANISATION
        )
        browser = as_(sam)
        assert browser.get(f"/o/riverside/communities/talk/{opened.pk}/").status_code == 200
        assert browser.get(f"/o/riverside/communities/talk/{thread.pk}/").status_code == 404
        listed = browser.get(f"/o/riverside/communities/{community.pk}/talk/").text
        assert "For all" in listed
        assert "Who brings the bags?" not in listed

    def test_no_wider_than_that(self, community, reza):
        with pytest.raises(Refusal):
            talk.start_thread(
                community, by=as_member(reza), at=NOON, title="For all", text="Trolleys", reach=Reach.NETWORK
            )

    def test_search_finds_posts_for_those_who_may_read_them(self, thread, farah, cara, sam, as_):
        post(thread, farah, "The **Quartermaster** has a trolley")
        doc = SearchDoc.objects.get(kind="thread")
        assert (doc.reach, doc.group_id, doc.author_id) == ("group", thread.group_id, None)
        assert "The Quartermaster has a trolley" in SearchText.objects.get(doc=doc).body
        assert "Who brings the bags?" in as_(cara).get("/o/riverside/search/?q=quartermaster").text
        assert "Who brings the bags?" not in as_(sam).get("/o/riverside/search/?q=quartermaster").text


class TestOtherWords:
    def test_how_it_read_before_is_kept(self, thread, farah, cara, as_):
        written = post(thread, farah, "The porter does.")
        url = f"/o/riverside/communities/posts/{written.pk}/edit/"
        as_(farah).post(url, {"text": "The porters do.", "version": 1})
        page = as_(cara).get(f"/o/riverside/communities/talk/{thread.pk}/").text
        assert "The porters do." in page
        assert "Changed" in page
        history = as_(cara).get(f"/o/riverside/communities/posts/{written.pk}/history/").text
        assert "The porter does." in history

    def test_only_one_s_own(self, thread, farah, cara):
        written = post(thread, farah)
        with pytest.raises(PermissionDenied):
            talk.change_post(written, by=as_member(cara), at=NOON, seen=1, text="Else")

    def test_whoever_saves_second_sees_both(self, thread, farah, as_):
        written = post(thread, farah)
        talk.change_post(written, by=as_member(farah), at=NOON, seen=1, text="One")
        with pytest.raises(Stale):
            talk.change_post(written, by=as_member(farah), at=NOON, seen=1, text="Two")
        talk.change_post(written, by=as_member(farah), at=NOON, seen=1, text="One")
        answer = as_(farah).post(f"/o/riverside/communities/posts/{written.pk}/edit/", {"text": "Two", "version": 1})
        assert "Two people changed this" in answer.text

    def test_search_knows_the_new_words(self, thread, farah):
        written = post(thread, farah, "Quartermaster")
        talk.change_post(written, by=as_member(farah), at=NOON, seen=1, text="Storekeeper")
        assert "Storekeeper" in SearchText.objects.get(doc__kind="thread").body
        assert "Quartermaster" not in SearchText.objects.get(doc__kind="thread").body


class TestTheAnswer:
    def test_who_asked_marks_it_with_one_press(self, thread, farah, reza, as_):
        written = post(thread, farah)
        browser, url = as_(reza), f"/o/riverside/communities/talk/{thread.pk}/answer/"
        browser.post(url, {"post": written.pk})
        thread.refresh_from_db()
        assert thread.answer == written
        assert "was marked as the answer" in told(farah)[-1]
        assert "Answered" in browser.get(f"/o/riverside/communities/{thread.community_id}/").text
        browser.post(url)
        thread.refresh_from_db()
        assert thread.answer is None

    def test_two_who_mark_two_answers_the_last_word_counts(self, thread, farah, cara, reza):
        one, two = post(thread, farah, "One"), post(thread, cara, "Two")
        talk.mark_answer(thread, by=as_member(reza), at=NOON, post=one)
        talk.mark_answer(thread, by=as_member(cara), at=NOON, post=two)
        talk.mark_answer(thread, by=as_member(cara), at=NOON, post=two)
        thread.refresh_from_db()
        assert thread.answer == two

    def test_not_the_question_itself_nor_a_post_from_elsewhere(self, thread, community, farah, reza):
        other = talk.start_thread(community, by=as_member(farah), at=NOON, title="Else", text="Else")
        for wrong in (thread.posts.first(), other.posts.first()):
            with pytest.raises(Refusal):
                talk.mark_answer(thread, by=as_member(reza), at=NOON, post=wrong)

    def test_somebody_else_does_not(self, thread, farah):
        written = post(thread, farah)
        with pytest.raises(PermissionDenied):
            talk.mark_answer(thread, by=as_member(farah), at=NOON, post=written)


class TestALesson:
    def test_question_and_answer_become_a_draft_in_one_press(self, thread, farah, cara, reza, as_):
        written = post(thread, farah, "the porters do, because they pass pharmacy.")
        talk.mark_answer(thread, by=as_member(reza), at=NOON, post=written)
        page = as_(cara).post(f"/o/riverside/communities/talk/{thread.pk}/lesson/", follow=True)
        lesson = Lesson.objects.select_related("revision").get()
        assert page.redirect_chain[-1][0].endswith(f"/lessons/{lesson.pk}/edit/")
        assert (lesson.author, lesson.state, lesson.group) == (cara, LessonState.DRAFT, thread.group)
        assert lesson.share_with == Reach.GROUP
        assert lesson.contact == "Farah Siddiqui"
        assert lesson.words.then_do == "the porters do, because they pass pharmacy."
        assert lesson.words.happened == "Nobody on Ward 6 knows."

    def test_not_before_there_is_an_answer(self, thread, cara, reza, as_):
        with pytest.raises(Refusal, match="Mark the answer first"):
            talk.make_lesson(thread, by=as_member(cara), at=NOON)
        url = f"/o/riverside/communities/talk/{thread.pk}/"
        page = as_(cara).get(url).text
        assert "Make a lesson of it" not in page
        assert "Once an answer is marked, you can make a lesson" in page
        talk.mark_answer(thread, by=as_member(reza), at=NOON, post=post(thread, cara, "The porters do."))
        assert "Make a lesson of it" in as_(cara).get(url).text

    def test_twice_is_once_and_not_by_two(self, thread, cara, farah, reza):
        talk.mark_answer(thread, by=as_member(reza), at=NOON, post=post(thread, farah, "The porters do."))
        first = talk.make_lesson(thread, by=as_member(cara), at=NOON)
        assert talk.make_lesson(thread, by=as_member(cara), at=NOON) == first
        heard = Notice.objects.get(person=thread.author, text__contains="is being made")
        assert cara.name not in heard.text
        assert "Your words are in it" in heard.text
        with pytest.raises(Refusal, match="Somebody has begun"):
            talk.make_lesson(thread, by=as_member(farah), at=NOON)

    def test_a_reader_logs_none(self, thread, reza):
        with pytest.raises(PermissionDenied):
            talk.make_lesson(thread, by=as_member(reza), at=NOON)


class TestWithoutAnAnswer:
    def test_nobody_is_told_of_a_question_whose_asker_found_the_answer(self, thread, cara, reza):
        own = post(thread, reza, "The porters do, I heard.")
        talk.mark_answer(thread, by=as_member(reza), at=NOON, post=own)
        move_communities_on(at=NOON + timedelta(days=9))
        assert not any("Nobody has answered" in words for words in told(cara))
        assert not Thread.objects.unanswered().exists()

    def test_the_facilitators_are_told_once_after_three_working_days(self, thread, cara):
        seen = len(told(cara))
        for day in range(3, 9):
            move_communities_on(at=NOON + timedelta(days=day))
            if day == 3:
                assert len(told(cara)) == seen  # Thursday is the third working day: it is not over
        assert [words for words in told(cara)[seen:] if "three working days" in words] == [
            "Nobody has answered “Who brings the bags?” for three working days. Ask one person by name"
        ]

    def test_not_once_somebody_has_answered(self, thread, farah, cara):
        post(thread, farah)
        move_communities_on(at=NOON + timedelta(days=9))
        assert not [words for words in told(cara) if "three working days" in words]

    def test_the_asker_s_own_words_are_no_answer(self, thread, reza, cara):
        post(thread, reza, "Anybody?")
        move_communities_on(at=NOON + timedelta(days=9))
        assert [words for words in told(cara) if "three working days" in words]

    def test_they_have_a_list(self, thread, community, farah, as_):
        url = f"/o/riverside/communities/{community.pk}/talk/?which=unanswered"
        assert "Who brings the bags?" in as_(farah).get(url).text
        post(thread, farah)
        assert "Who brings the bags?" not in as_(farah).get(url).text


def test_an_expert_is_not_told_of_everything(community, cara, farah, reza):
    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.EXPERT])
    talk.start_thread(community, by=as_member(reza), at=NOON, title="Bags", text="Who?")
    assert not [words for words in told(farah) if "asked" in words]
