"""Finding people: by words, topic, place, staff group and group; beside search and lessons; the same few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons.models import Lesson, State
from organisations.actions import create_access_token
from organisations.models import Group, Membership, Person
from organisations.visibility import Reach
from people.finding import people_for_topics, people_for_words
from people.models import Profile
from tests.cast import as_member, join_group

from .conftest import NOON

FINDER = "/o/riverside/finder/"


def names_on(browser, query=""):
    page = browser.get(f"{FINDER}{query}")
    assert page.status_code == 200
    return [str(profile) for profile in page.context["found"].profiles]


@pytest.fixture
def everybody(listed, cara, lena, farah, sam, riverside):
    """Four people; Cara works in the ward, which is a group."""
    listed(cara, "Moving wards", "Discharge medicines", site="West House", staff_group="nursing", languages="Polish")
    listed(lena, "Planning", site="west  HOUSE", staff_group="administration")
    listed(farah, "Searching the literature", site="Library", research="A trial of coffee")
    listed(sam, "Money", is_listed=False)
    ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.COMMUNITY)
    join_group(ward, cara)
    return ward


def test_by_name_in_the_list_and_by_words(everybody, as_, reza):
    browser = as_(reza)
    assert names_on(browser) == ["Cara Doyle", "Farah Siddiqui", "Lena Marsh"]
    assert names_on(browser, "?q=moved+ward") == ["Cara Doyle"]
    assert names_on(browser, "?q=polish") == ["Cara Doyle"]
    assert names_on(browser, "?q=coffee") == ["Farah Siddiqui"]
    assert names_on(browser, '?q="planning"') == ["Lena Marsh"]
    assert names_on(browser, "?q=money") == []


def test_by_place_staff_group_and_group(everybody, as_, reza):
    browser = as_(reza)
    assert names_on(browser, "?site=west house") == ["Cara Doyle", "Lena Marsh"]
    assert names_on(browser, "?site=west house&staff_group=nursing") == ["Cara Doyle"]
    assert names_on(browser, f"?group={everybody.pk}") == ["Cara Doyle"]
    assert names_on(browser, f"?group={everybody.pk}&q=planning") == []
    assert names_on(browser, "?site=nowhere&group=x&staff_group=y&page=zz") == [
        "Cara Doyle",
        "Farah Siddiqui",
        "Lena Marsh",
    ]


def test_a_mistyped_word_is_put_right(listed, as_, farah, reza, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        listed(farah, "Searching the literature")
    page = as_(reza).get(f"{FINDER}?q=literatrue").content.decode()
    assert "These people fit" in page
    assert "Farah Siddiqui" in page


def test_topics_that_people_named_lead_to_them(everybody, as_, reza):
    page = as_(reza).get(FINDER)
    assert page.context["topics"] == ["Discharge medicines", "Moving wards", "Planning", "Searching the literature"]
    assert "?q=%22Moving%20wards%22" in page.content.decode()


def test_the_few_beside_other_things_never_have_oneself_or_the_hidden(everybody, cara, reza, sam):
    assert [str(one) for one in people_for_words(as_member(reza), "wards")] == ["Cara Doyle"]
    assert people_for_words(as_member(cara), "wards") == []
    assert people_for_words(as_member(reza), "money") == []
    assert [str(one) for one in people_for_topics(as_member(reza), ["moving wards", "planning"])] == [
        "Cara Doyle",
        "Lena Marsh",
    ]


def test_search_shows_whom_to_ask(everybody, as_, reza, cara):
    page = as_(reza).get("/o/riverside/search/?q=discharge").content.decode()
    assert "Somebody to ask" in page
    assert f"/o/riverside/finder/questions/new/?to={Profile.objects.get(membership__person=cara).pk}" in page
    for query in ("", "?q=zzzz", "?kind=lesson", "?q=-"):
        assert "to-ask" not in as_(reza).get(f"/o/riverside/search/{query}").content.decode()


def test_a_lesson_shows_whom_to_ask_about_its_tags(everybody, as_, reza, cara, riverside):
    from lessons.actions.writing import start_lesson

    words = {"title": "Ask at ten", "happened": "It came late.", "then_do": "ask."}
    lesson = start_lesson(riverside, by=as_member(cara), at=NOON, words=words, facts={}, tags=["moving WARDS"])
    Lesson.objects.filter(pk=lesson.pk).update(state=State.NOTED, reach=Reach.ORGANISATION, validated_at=NOON)
    page = as_(reza).get(lesson.get_absolute_url()).content.decode()
    assert "Somebody to ask" in page
    assert f"&amp;about={lesson.pk}" in page
    assert "Somebody to ask" not in as_(cara).get(lesson.get_absolute_url()).content.decode()


def test_a_list_takes_the_same_queries_for_three_and_for_many(everybody, as_, reza, riverside, listed):
    browser = as_(reza)

    def queries(query):
        browser.get(f"{FINDER}{query}")
        with CaptureQueriesContext(connection) as found:
            assert browser.get(f"{FINDER}{query}").status_code == 200
        return len(found)

    def more(numbers):
        for number in numbers:
            person = Person.objects.create(email=f"p{number}@x.example", name=f"Person {number}")
            Membership.objects.create(organisation=riverside, person=person)
            listed(person, "ward rounds", f"topic {number}", site="West House")

    more(range(5))  # with fewer, the search looks for mistyped words
    before = {query: queries(query) for query in ("", "?q=ward", "?site=west house")}
    more(range(5, 30))
    assert {query: queries(query) for query in before} == before


def test_a_program_finds_the_same_people_as_the_page(listed, cara, lena, farah, reza, client):
    listed(cara, "moving wards", site="St John’s")
    listed(lena, "rotas")
    listed(reza, "moving wards", is_listed=False)
    token = create_access_token(farah, by=farah, at=timezone.now(), name="Report", scope="read", days=7)

    def found(**asked):
        address = "/api/v1/riverside/people/"
        return client.get(address, asked, headers={"authorization": f"Bearer {token}"}).json()

    everybody = found()
    assert (everybody["count"], everybody["more"]) == (2, False)
    assert [row["person"]["name"] for row in everybody["results"]] == ["Cara Doyle", "Lena Marsh"]
    [row] = found(q="moving")["results"]
    assert (row["asked_about"], row["site"], row["away_until"]) == (["moving wards"], "St John’s", None)
    assert "@" not in str(everybody)
    assert found(site="ST JOHN’S")["count"] == 1
    assert found(staff_group="nursing")["results"] == []
