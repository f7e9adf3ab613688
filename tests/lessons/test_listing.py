"""The list of lessons: what is on it, narrowed down, and as CSV."""

import csv
import io
import json
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from lessons.models import Lesson, State
from lessons.reports import exports
from organisations.models import Group
from organisations.visibility import Reach
from tests.cast import as_member

from .conftest import NOON


@pytest.fixture
def address(riverside):
    return reverse("lesson_list", args=[riverside.slug])


def table(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_checked_lessons_stand_on_it_and_others_by_choice(as_, address, draft, waiting, identified, cara, reza, farah):
    identified(title="Checked")
    waiting(title="Nobody has read it")
    draft(title="My draft")
    text = as_(cara).get(address).content.decode()
    assert "1 lesson " in re.sub(r"<[^>]+>", " ", text).replace("  ", " ")
    assert "Checked" in text
    assert "Nobody has read it" not in text
    assert "My draft" in as_(cara).get(address, {"state": "draft"}).content.decode()
    assert "My draft" not in as_(farah).get(address, {"state": "draft"}).content.decode()
    assert "Nobody has read it" in as_(farah).get(address, {"state": "submitted"}).content.decode()
    assert "Nobody has read it" not in as_(reza).get(address, {"state": "submitted"}).content.decode()


def test_filters_have_counts_and_keep_what_was_chosen(as_, address, identified, farah, reza, riverside):
    ward = Group.objects.create(organisation=riverside, name="Ward 6 & 7")
    for _ in range(2):
        identified(group=ward)
    identified(outcome=State.NOTED)
    text = as_(reza).get(address).content.decode()
    for state, word, count in (
        ("identified", "Something must change", 2), ("noted", "Good to know", 1),
    ):  # fmt: skip
        assert f'<input type="checkbox" name="state" value="{state}"><span>{word}</span> <span>{count}<' in text
    one = as_(reza).get(address, {"where": "Ward 6 & 7"}).content.decode()
    assert "2 lessons " in re.sub(r"<[^>]+>", " ", one).replace("  ", " ")
    assert 'value="Ward 6 &amp; 7" checked' in one
    nothing = as_(reza).get(address, {"where": "Ward 9", "q": "pharmacy"}).content.decode()
    assert "No lessons match" in nothing
    assert 'value="Ward 9" checked' in nothing


@pytest.mark.parametrize(
    "query",
    [
        {"q": "'\"--;<script>"},
        {"q": "a" * 5000},
        {"q": "AND OR NOT"},
        {"state": "wonder"},
        {"year": "MMXX"},
        {"page": "-7"},
        {"page": "9999"},
        {"sort": "sideways"},
    ],
)
def test_odd_questions_get_an_answer(as_, address, identified, reza, query):
    identified()
    answer = as_(reza).get(address, query)
    assert answer.status_code == 200
    assert b"<script>" not in answer.content.replace(b'<script type="module"', b"")


def test_words_are_marked_and_a_mistyped_one_is_mended(as_, address, identified, reza, transactional_db):
    identified()
    found = as_(reza).get(address, {"q": "medicines"}).content.decode()
    assert "<mark>medicines</mark>" in found or "<mark>Medicines</mark>" in found
    mended = as_(reza).get(address, {"q": "pharmcy"}).content.decode()
    assert "Nothing was found for “pharmcy”" in mended
    assert "<b>pharmacy</b>" in mended


def test_the_file_holds_what_the_list_shows(as_, address, identified, draft, cara, reza, riverside):
    ward = Group.objects.create(organisation=riverside, name="=Ward()")
    identified(title="+Danger", then_do="=cmd()", group=ward)
    identified(title="Noted one", outcome=State.NOTED)
    draft(title="My draft")
    Lesson.objects.update(happened_on=date(2026, 10, 8))
    rows = table(as_(reza).get(address, {"format": "csv"}))
    assert {row["Title"] for row in rows} == {"'+Danger", "Noted one"}
    danger = next(row for row in rows if row["Title"] == "'+Danger")
    assert (danger["then…"], danger["Where"]) == ("'=cmd()", "'=Ward()")
    assert danger["State"] == "Checked: something must change"
    assert danger["Link"].startswith("http")
    assert [row["Title"] for row in table(as_(reza).get(address, {"format": "csv", "state": "noted"}))] == ["Noted one"]
    assert table(as_(reza).get(address, {"format": "csv", "q": "zebra"})) == []


def test_the_file_has_the_days_of_the_organisation(as_, address, identified, reza, riverside):
    identified()
    riverside.time_zone = "Pacific/Auckland"
    riverside.save()
    [row] = table(as_(reza).get(address, {"format": "csv"}))
    assert row["Written on"] == "2026-11-24"  # where it was written down, it was one in the morning


def test_the_list_has_pages_and_the_file_has_all(as_, address, identified, reza):
    for number in range(12):
        identified(title=f"Lesson number {number}")
    page = as_(reza).get(address).content.decode()
    assert "1 to 10 of 12" in page
    assert "11 to 12 of 12" in as_(reza).get(address, {"page": "2"}).content.decode()
    assert len(table(as_(reza).get(address, {"format": "csv"}))) == 12


def test_the_json_has_every_field_of_the_same_lessons(as_, address, identified, draft, cara, reza):
    for number in range(3):
        identified(title=f"Lesson number {number}", tags=["Beds", "Rota"])
    draft(title="My draft")
    Lesson.objects.update(happened_on=date(2026, 10, 8))
    answer = as_(reza).get(address, {"format": "json", "sort": "title"})
    rows = json.loads(b"".join(answer.streaming_content))
    assert [row["title"] for row in rows] == [f"Lesson number {number}" for number in range(3)]
    assert (rows[0]["date"], sorted(rows[0]["tags"])) == ("2026-10-08", ["Beds", "Rota"])
    assert set(rows[0]) == set(exports.FIELDS)
    assert json.loads(b"".join(as_(reza).get(address, {"format": "json", "q": "zebra"}).streaming_content)) == []


def test_both_files_of_a_search_hold_what_was_found(as_, address, identified, reza):
    for title in ("Order the beds", "Ask the porter", "Order the keys"):
        identified(title=title)
    for question in ({"q": "order"}, {"q": "ordr"}, {"q": "keys porter", "words": "any"}, {"q": "-keys"}):
        pages = as_(reza).get(address, question).context["found"]
        rows = json.loads(b"".join(as_(reza).get(address, {**question, "format": "json"}).streaming_content))
        assert [row["number"] for row in rows] == [hit.ident for hit in pages.hits]
        assert len(table(as_(reza).get(address, {**question, "format": "csv"}))) == pages.total


def test_an_empty_list_says_what_will_be_here(as_, address, reza, cara):
    assert "No lessons yet" in as_(cara).get(address).content.decode()
    assert "Log the first lesson" in as_(cara).get(address).content.decode()
    assert "Log the first lesson" not in as_(reza).get(address).content.decode()


def test_links_for_those_who_may(as_, address, reza, cara, farah, ada):
    def shown(person):
        text = as_(person).get(address).content.decode()
        names = ("lesson_new", "lesson_mine", "lesson_queue", "import_list")
        return [name for name in names if reverse(name, args=["riverside"]) in text]

    assert shown(reza) == []
    assert shown(cara) == ["lesson_new", "lesson_mine"]
    assert shown(farah) == ["lesson_new", "lesson_mine", "lesson_queue", "import_list"]
    assert shown(ada) == ["lesson_new", "lesson_mine"]


def test_nothing_of_another_organisation(as_, identified, oskar, nia):
    identified(title="Of Riverside")
    identified(title="For the network", share_with=Reach.NETWORK)
    text = as_(oskar).get(reverse("lesson_list", args=["hillside"])).content.decode()
    assert "Of Riverside" not in text
    assert "For the network" in text
    shared = Lesson.objects.get(revision__title="For the network")
    assert reverse("lesson_detail", args=["hillside", shared.pk]) in text


def test_a_page_takes_the_same_queries_whatever_hangs_on_the_lesson(as_, identified, lena, farah, queries):
    from lessons.actions import writing

    lesson = identified(tags=["one"])
    address, browser = reverse("lesson_detail", args=["riverside", lesson.pk]), as_(lena)
    writing.add_lesson_action(lesson, by=as_member(farah), title="First", owner=farah, at=timezone.now())
    one = queries(browser, address)
    for title in ("Second", "Third"):
        writing.add_lesson_action(lesson, by=as_member(farah), title=title, owner=lena, at=timezone.now())
    tags = ["one", "two", "three"]
    writing.write_lesson(lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={}, tags=tags)
    assert queries(browser, address) == one


def test_the_list_says_how_many_it_leaves_out_and_the_search_finds_as_many(
    as_, address, draft, waiting, identified, farah, reza
):
    for title in ("Pharmacy one", "Pharmacy two"):
        identified(title=title)
    waiting(title="Pharmacy at night")
    browser = as_(farah)
    page = browser.get(address, {"q": "pharmacy"})
    tally = page.context["unchecked"]
    assert (page.context["found"].total, tally.number, tally.words) == (2, 3, "lessons")
    assert "Only lessons that were checked or brought in stand here." in page.text
    everything = browser.get(reverse("search", args=["riverside"]), {"q": "pharmacy"})
    assert everything.context["results"].total == 3
    opened = browser.get(address + tally.url)
    assert opened.context["found"].total == 3
    assert opened.context["unchecked"] is None
    assert as_(reza).get(address, {"q": "pharmacy"}).context["unchecked"] is None
    assert browser.get(address, {"q": "night"}).context["unchecked"].words == "lesson"
