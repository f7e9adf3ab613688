"""The administrator chooses the words of an organisation: they are looked at, saved, refused and taken back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import organisations.actions
from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from tests.cast import as_member
from tests.test_own_words import INVENTED, left_over

pytestmark = pytest.mark.drawn


class TestChoosing:
    def sent(self, riverside, **words):
        riverside.refresh_from_db()
        return {"version": riverside.version, **words}

    PIECE = {"intervention_one": "piece of the plan", "intervention_many": "pieces of the plan"}

    def test_the_administrator_chooses_looks_and_goes_back(self, world, as_):
        ada, riverside = as_(world.people["ada"]), world.riverside
        page = "/o/riverside/settings/words/"
        shown = ada.post(page, self.sent(riverside, **self.PIECE, show="1")).content.decode()
        assert "A piece of the plan. All pieces of the plan." in shown
        riverside.refresh_from_db()
        assert riverside.words == {}
        answer = ada.post(page, self.sent(riverside, **self.PIECE), follow=True)
        assert "The words are saved." in answer.content.decode()
        riverside.refresh_from_db()
        assert riverside.words == {"intervention": ["piece of the plan", "pieces of the plan", "a piece of the plan"]}
        lena = as_(world.people["lena"])
        new = lena.get(reverse("intervention_new", args=["riverside", world.things.programme.pk]))
        assert "Add a piece of the plan" in new.content.decode()
        ada.post(page, self.sent(riverside))
        riverside.refresh_from_db()
        assert riverside.words == {}
        lines = AuditEntry.objects.filter(event="organisation.settings_changed")
        assert [line.facts for line in lines] == [{"fields": "words of the organisation"}] * 2

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ({"lesson_one": "finding"}, "one, for several"),
            ({"lesson_one": "action", "lesson_many": "findings"}, "is the word for something else"),
            ({"lesson_one": "finding", "lesson_many": "Actions"}, "is the word for something else"),
            ({"lesson_one": "<b>", "lesson_many": "<i>"}, "letters, spaces"),
            ({"lesson_one": "{{ x }}", "lesson_many": "xs"}, "letters, spaces"),
            ({"lesson_one": "hour", "lesson_many": "hours", "lesson_a": "the one"}, "The article stands before"),
            ({"lesson_one": "x" * 61, "lesson_many": "xs"}, "60"),
        ],
    )
    def test_words_that_nobody_could_tell_apart_are_refused(self, words, says, world, as_):
        answer = as_(world.people["ada"]).post("/o/riverside/settings/words/", self.sent(world.riverside, **words))
        assert answer.status_code == 422
        assert says in answer.content.decode()
        world.riverside.refresh_from_db()
        assert world.riverside.words == {}

    def test_two_words_may_change_places(self, world, as_):
        words = {"lesson_one": "action", "lesson_many": "actions", "action_one": "lesson", "action_many": "lessons"}
        as_(world.people["ada"]).post("/o/riverside/settings/words/", self.sent(world.riverside, **words))
        world.riverside.refresh_from_db()
        assert world.riverside.words["lesson"] == ["action", "actions", "an action"]

    def test_what_is_invisible_is_no_word(self, world, as_):
        words = {"lesson_one": "find\u200bing", "lesson_many": "findings\u0007"}
        as_(world.people["ada"]).post("/o/riverside/settings/words/", self.sent(world.riverside, **words))
        world.riverside.refresh_from_db()
        assert world.riverside.words["lesson"] == ["finding", "findings", "a finding"]

    def test_who_saves_second_is_told_and_loses_nothing(self, world, as_):
        ada = as_(world.people["ada"])
        stale = self.sent(world.riverside, **self.PIECE)
        ada.post("/o/riverside/settings/words/", self.sent(world.riverside, lesson_one="find", lesson_many="finds"))
        answer = ada.post("/o/riverside/settings/words/", stale)
        assert answer.status_code == 422
        assert 'value="pieces of the plan"' in answer.content.decode()
        assert "The settings were changed meanwhile" in answer.content.decode()

    def test_the_action_refuses_too(self, world):
        riverside, ada = world.riverside, as_member(world.people["ada"])
        change = {"by": ada, "at": timezone.now(), "seen": riverside.version}
        with pytest.raises(Refusal, match="Lesson: "):
            organisations.actions.change_settings(riverside, **change, words={"lesson": ["session", "b", "a session"]})
        with pytest.raises(LookupError):
            organisations.actions.change_settings(riverside, **change, words={"zebra": ["a", "b", "a a"]})


def test_a_page_asks_the_database_no_more_for_other_words(world, as_, django_assert_num_queries):
    browser = as_(world.people["lena"])
    browser.get("/o/riverside/sessions/")
    with CaptureQueriesContext(connection) as before:
        browser.get("/o/riverside/sessions/")
    world.riverside.words = INVENTED
    world.riverside.save()
    with django_assert_num_queries(len(before)):
        browser.get("/o/riverside/sessions/")


def test_the_walk_through_other_words_would_notice(world, as_):
    page = as_(world.people["lena"]).get("/o/riverside/").content.decode()
    assert left_over(page)
