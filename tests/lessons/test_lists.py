"""The list of lessons: what one wrote, one’s groups first, lists kept under a name; and the tabs above all of them."""

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from lessons.actions import lists
from lessons.models import SavedList
from tests.cast import as_member

from .conftest import NOON, validate

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LIST = "/o/riverside/lessons/"


@pytest.fixture
def checked(claimed, farah):
    return validate(claimed(), farah)


def test_only_what_one_wrote(checked, cara, lena, as_):
    assert checked.get_absolute_url() in as_(cara).get(f"{LIST}?mine=1").text
    page = as_(lena).get(f"{LIST}?mine=1").text
    assert checked.get_absolute_url() not in page
    assert "that you wrote" in page
    assert checked.get_absolute_url() in as_(lena).get(f"{LIST}?near=1").text
    assert checked.words.title in b"".join(as_(cara).get(f"{LIST}?mine=1&near=1&format=csv").streaming_content).decode()


class TestSavedLists:
    def test_kept_under_a_name_and_taken_away(self, riverside, cara, lena, as_):
        query = "?state=noted&state=identified&q=beds&sort=title&mine=1&page=7&other=x"
        browser = as_(cara)
        assert "Keep this list" in browser.get(LIST + query).text
        sent = browser.post(f"{LIST}lists/new/{query}", {"name": "Beds of mine"})
        assert sent.url == f"{LIST}?q=beds&sort=title&mine=1&state=identified&state=noted"
        page = browser.get(sent.url).text
        assert "Beds of mine" in page
        assert "Beds of mine" not in as_(lena).get(LIST).text
        browser.post(f"{LIST}lists/new/?q=keys", {"name": "beds of mine "})
        row = SavedList.objects.get()
        assert (row.name, row.query) == ("beds of mine", "q=keys")
        away = reverse("saved_list_delete", args=["riverside", row.pk])
        assert as_(lena).post(away).status_code == 404
        assert browser.post(away).status_code == 302
        assert not SavedList.objects.exists()

    def test_what_is_no_list_is_not_kept(self, riverside, cara):
        for query, name in (("", "All"), ("page=2", "All"), ("q=beds", " "), ("q=" + "x" * 3_000, "Long")):
            with pytest.raises(Refusal):
                lists.save_list(riverside, by=as_member(cara), at=NOON, query=query, name=name)
        for number in range(lists.MOST_LISTS):
            lists.save_list(riverside, by=as_member(cara), at=NOON, query="q=beds", name=f"List {number}")
        with pytest.raises(Refusal, match="30 lists"):
            lists.save_list(riverside, by=as_member(cara), at=NOON, query="q=beds", name="One more")


def tabs_of(page):
    return page.context["head"].tabs


def test_a_reader_has_few_tabs_and_a_librarian_the_work_lists_under_one(reza, farah, as_):
    words = [tab.words for tab in tabs_of(as_(reza).get(LIST)).main]
    assert words == ["All lessons", "Before you start", "Knowledge assets", "What came of them"]
    tabs = tabs_of(as_(farah).get(f"{LIST}tags/"))
    assert [tab.words for tab in tabs.main if tab.is_here] == ["Work lists"]
    assert len(tabs.main) == 7
    for tab in (*tabs.main, *tabs.second):
        assert as_(farah).get(tab.url).status_code == 200
