"""Comments: who may say something, who is told, other words, taking back, and hiding."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import comments, ending
from lessons.models import Lesson, LessonComment, LessonCommentRevision
from notifications.models import Notice
from organisations.visibility import Reach
from tests.cast import as_member
from tests.markup import tidy
from tests.races import at_once
from tests.test_once import hidden_of

from .conftest import NOON


@pytest.fixture
def say(identified):
    """``say(person, text)``: a comment on one checked lesson of Cara’s."""
    lesson = identified()

    def make(person, text="We ask at nine.", **values) -> LessonComment:
        return comments.write_comment(lesson, by=as_member(person), at=NOON, text=text, **values)

    make.lesson = lesson
    return make


def fresh(lesson) -> Lesson:
    return Lesson.objects.select_related("organisation", "revision").get(pk=lesson.pk)


def told(person) -> list[str]:
    return [notice.text for notice in Notice.objects.filter(person=person, kind="comment").order_by("pk")]


class TestSaying:
    def test_whoever_reads_a_checked_lesson_may(self, say, reza, as_):
        url = f"{say.lesson.get_absolute_url()}comments/"
        page = as_(reza).post(url, {"text": "We ask **at nine**."})
        comment = LessonComment.objects.get()
        assert page.url == f"{say.lesson.get_absolute_url()}#comment-{comment.pk}"
        page = tidy(as_(reza).get(say.lesson.get_absolute_url()).text)
        assert "1 comment" in page
        assert "<strong>at nine</strong>" in page

    def test_a_draft_has_none(self, draft, waiting, cara, farah, as_):
        assert "Add your comment" not in as_(cara).get(draft().get_absolute_url()).text
        for lesson, person in ((draft(), cara), (waiting(), farah)):
            with pytest.raises(PermissionDenied):
                comments.write_comment(lesson, by=as_member(person), at=NOON, text="A")
            assert as_(person).post(f"{lesson.get_absolute_url()}comments/", {"text": "A"}).status_code == 403

    def test_on_what_nobody_uses_any_more_they_can_be_read_and_none_is_added(self, say, reza, farah, as_):
        say(reza)
        ending.retire_lesson(fresh(say.lesson), by=as_member(farah), at=NOON, reason="The ward is closed.")
        page = tidy(as_(reza).get(say.lesson.get_absolute_url()).text)
        assert "We ask at nine." in page
        assert "nobody can add to this" in page
        assert "Add your comment" not in page
        refused = as_(reza).post(f"{say.lesson.get_absolute_url()}comments/", {"text": "So do we."})
        assert refused.status_code == 422
        assert "So do we." in refused.text
        assert "nobody can add to what was said" in refused.text

    def test_ones_own_is_taken_back_where_the_lesson_is_out_of_reach(self, say, reza, lena, as_):
        comment = say(reza)
        Lesson.objects.filter(pk=say.lesson.pk).update(reach=Reach.GROUP, share_with=Reach.GROUP)
        browser, title = as_(reza), say.lesson.words.title
        page = tidy(browser.get(comment.get_absolute_url()).text)
        assert "You can no longer read the lesson" in page
        assert title not in page
        assert "Change it" not in page
        sent = browser.post(f"{comment.get_absolute_url()}withdraw/")
        assert sent.url == comment.get_absolute_url()
        assert browser.get(sent.url).status_code == 200
        assert LessonComment.objects.get().text == ""
        assert as_(lena).get(comment.get_absolute_url()).status_code == 404

    def test_the_same_form_twice_makes_one(self, say, reza):
        key = uuid4()
        assert say(reza, once=key) == say(reza, once=key)

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
    def test_nothing_typed_is_lost(self, say, text, reza, as_):
        page = as_(reza).post(f"{say.lesson.get_absolute_url()}comments/", {"text": text})
        assert page.status_code == 422
        assert text.strip() in page.text
        assert not LessonComment.objects.exists()

    def test_a_number_in_it_is_asked_about(self, say, reza, as_):
        url = f"{say.lesson.get_absolute_url()}comments/"
        page = as_(reza).post(url, {"text": "Ring 07700 900123"})
        assert page.status_code == 422
        assert "looks like a telephone number" in page.text
        keep = hidden_of(page.text)
        assert "once" in keep

    def test_not_ten_in_a_minute(self, say, reza):
        for number in range(10):
            say(reza, f"{number}")
        with pytest.raises(Refusal, match="within a minute"):
            say(reza)

    def test_scripts_are_words(self, say, reza, as_):
        say(reza, "<script>alert(1)</script>")
        assert "<script>alert(1)" not in as_(reza).get(say.lesson.get_absolute_url()).text


class TestWhoIsTold:
    def test_the_author_and_those_before_and_the_named(self, say, cara, reza, farah, lena, sam):
        say(reza)
        say(sam, "And @Lena Marsh? @reza too")
        assert told(cara) == [
            "Reza Amini has commented on your lesson “Ask pharmacy at ten”",
            "Sam Okafor has commented on your lesson “Ask pharmacy at ten”",
        ]
        assert told(reza) == ["Sam Okafor names you beside “Ask pharmacy at ten”"]
        assert told(lena) == ["Sam Okafor names you beside “Ask pharmacy at ten”"]
        assert told(farah) == told(sam) == []
        say(farah)
        assert told(sam) == ["Farah Siddiqui says more beside “Ask pharmacy at ten”"]

    def test_nobody_who_may_not_read_it(self, identified, riverside, cara, lena, farah):
        group = riverside.group_set.create(name="Ward 6")
        lesson = identified(share_with=Reach.GROUP, group=group)
        comments.write_comment(lesson, by=as_member(cara), at=NOON, text="@Lena Marsh, look")
        assert told(lena) == []

    def test_what_is_taken_back_is_told_no_more(self, say, cara, reza):
        comments.withdraw_comment(say(reza), by=as_member(reza), at=NOON)
        assert told(cara) == []


class TestChanging:
    def test_how_it_read_before_is_kept(self, say, reza, cara, as_):
        comment = say(reza)
        form = {"text": "We ask at eight.", "version": 1}
        assert as_(reza).post(f"/o/riverside/lessons/comments/{comment.pk}/edit/", form).status_code == 302
        page = tidy(as_(cara).get(comment.get_absolute_url()).text)
        assert "We ask at eight." in page
        assert "We ask at nine." in page
        assert as_(cara).get(f"/o/riverside/lessons/comments/{comment.pk}/edit/").status_code == 403

    def test_whoever_saves_second_sees_both(self, say, reza, as_):
        comment = say(reza)
        comments.change_comment(comment, by=as_member(reza), at=NOON, seen=1, text="Eight.")
        with pytest.raises(Stale):
            comments.change_comment(comment, by=as_member(reza), at=NOON, seen=1, text="Seven.")
        form = {"text": "Seven.", "version": 1}
        page = as_(reza).post(f"/o/riverside/lessons/comments/{comment.pk}/edit/", form)
        assert page.status_code == 422
        assert "Eight." in page.text
        assert "Seven." in page.text

    def test_taken_back_its_words_are_gone(self, say, reza, cara, as_):
        comment = say(reza)
        comments.change_comment(comment, by=as_member(reza), at=NOON, seen=1, text="Eight.")
        for _ in range(2):
            as_(reza).post(f"/o/riverside/lessons/comments/{comment.pk}/withdraw/")
        comment.refresh_from_db()
        assert (comment.text, LessonCommentRevision.objects.count(), comment.version) == ("", 0, 3)
        page = tidy(as_(cara).get(say.lesson.get_absolute_url()).text)
        assert "Taken back by its writer" in page
        with pytest.raises(Refusal, match="another window"):
            comments.change_comment(comment, by=as_member(reza), at=NOON, seen=3, text="Again")


class TestHiding:
    def test_whoever_checks_may_and_its_writer_is_told(self, say, reza, farah, cara, as_):
        comment = say(reza, "That was bed four.")
        url = f"/o/riverside/lessons/comments/{comment.pk}/hide/"
        assert as_(farah).post(url, {"reason": "It may show who the patient is."}).status_code == 302
        assert "bed four" not in as_(cara).get(say.lesson.get_absolute_url()).text
        assert "bed four" not in as_(cara).get(comment.get_absolute_url()).text
        for person in (reza, farah):
            page = as_(person).get(comment.get_absolute_url()).text
            assert "bed four" in page
            assert "It may show who the patient is." in page
        assert told(reza) == [
            "Farah Siddiqui has hidden what you wrote beside “Ask pharmacy at ten”: It may show who the patient is."
        ]
        assert told(cara) == []

    def test_and_show_it_again(self, say, reza, farah, cara, as_):
        comment = comments.hide_comment(say(reza), by=as_member(farah), at=NOON, reason="Too long.")
        with pytest.raises(Refusal):
            comments.change_comment(comment, by=as_member(reza), at=NOON, seen=2, text="Else")
        as_(farah).post(f"/o/riverside/lessons/comments/{comment.pk}/show/")
        assert "We ask at nine." in as_(cara).get(say.lesson.get_absolute_url()).text

    def test_nobody_decides_about_their_own(self, say, farah, lena):
        comment = say(farah)
        with pytest.raises(Refusal, match="yourself"):
            comments.hide_comment(comment, by=as_member(farah), at=NOON, reason="A")
        comments.hide_comment(comment, by=as_member(lena), at=NOON, reason="A")
        with pytest.raises(Refusal, match="Somebody else"):
            comments.show_comment(comment, by=as_member(farah), at=NOON)

    def test_a_reason_is_wanted(self, say, reza, farah):
        with pytest.raises(Refusal, match="Say why"):
            comments.hide_comment(say(reza), by=as_member(farah), at=NOON, reason=" ")

    def test_members_do_not_hide(self, say, reza, cara, as_):
        url = f"/o/riverside/lessons/comments/{say(reza).pk}/hide/"
        assert as_(cara).get(url).status_code == 403


class TestElsewhere:
    def test_a_lesson_of_the_network_is_talked_about_at_home(self, identified, cara, nia, oskar, as_):
        lesson = identified(share_with=Reach.NETWORK)
        comment = comments.write_comment(lesson, by=as_member(oskar), at=NOON, text="We tried it, too.")
        assert told(cara) == []
        assert "We tried it" in as_(oskar).get(f"/o/hillside/lessons/{lesson.pk}/").text
        assert "We tried it" not in as_(cara).get(f"/o/riverside/lessons/{lesson.pk}/").text
        assert as_(cara).get(f"/o/riverside/lessons/comments/{comment.pk}/").status_code == 404

    def test_strangers_find_none(self, say, reza, oskar, as_):
        comment = say(reza)
        assert as_(oskar).get(f"/o/hillside/lessons/comments/{comment.pk}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one(identified, reza):
    lesson, key, later = identified(), uuid4(), NOON + timedelta(minutes=1)
    at_once(
        *[lambda: comments.write_comment(lesson, by=as_member(reza), at=later, text="A", once=key) for _ in range(2)]
    )
    assert LessonComment.objects.count() == 1
