"""A lesson that came from elsewhere was not checked here, and nothing says that it was."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.actions import life, shelf
from communities.health import built_between
from communities.reports.steps import StepsPage
from kmportal.lib.work import work_of
from lessons.actions import assets, themes
from lessons.actions import pack as deeds
from lessons.labels import changed_since, history_lines, look_of
from lessons.models import Lesson, LessonRevision, LessonTheme, PieceOfWork
from lessons.reports.pack import pdf_values
from lessons.reports.themes import Coverage
from lessons.search_documents import document
from organisations.visibility import Reach
from search import index
from tests.cast import as_member
from tests.lessons.conftest import NOON
from tests.markup import tidy
from tests.test_api import token_for

pytestmark = pytest.mark.django_db
# What a badge, a line under a title or a history says of a lesson that somebody checked.
CLAIMS = re.compile(r"Checked(: | by | on (?!<))")
HERE = "Brought in, not checked here"
ELSEWHERE = "Shared by others, not checked here"


@pytest.fixture
def brought(identified):
    lesson = identified(tags=["Pharmacy"])
    lesson.events.all().delete()
    lesson.checks.all().delete()
    Lesson.objects.filter(pk=lesson.pk).update(source="Northern Libraries", external_id="N7", validated_by=None)
    lesson.refresh_from_db()
    index.put_many([document(lesson, ["Pharmacy"])])
    return lesson


@pytest.fixture
def shared(draft, oskar, hillside):
    """One of Hillside’s, which everybody in the network may read."""
    lesson = draft(by=oskar, organisation=hillside)
    Lesson.objects.filter(pk=lesson.pk).update(
        state="noted", reach=Reach.NETWORK, share_with=Reach.NETWORK, validated_at=NOON, approved=lesson.revision
    )
    lesson.refresh_from_db()
    index.put_many([document(lesson, ())])
    return lesson


@pytest.fixture
def pages(brought, shared, farah, riverside):
    """Every place that shows the state of a lesson."""
    by = as_member(farah)
    community = life.found_community(riverside, by=by, at=NOON, name="Home on time", question="Why do they wait?")
    Lesson.objects.filter(pk=brought.pk).update(group=community.group_id)
    asset = assets.start_asset(riverside, by=by, at=NOON, words={"title": "Going home"})
    for lesson in (brought, shared):
        shelf.pin_to_shelf(community, by=by, at=NOON, kind="lesson", lesson=lesson)
        assets.add_part(asset, by=by, at=NOON, kind="lesson", lesson=lesson)
    work = deeds.describe_work(
        riverside, by=by, at=NOON, starts_on=timezone.localdate() + timedelta(days=5), title="Move ward 6",
        text="Patients wait for take-home medicines from pharmacy.",
    )  # fmt: skip

    def at(name, *args):
        return reverse(name, args=["riverside", *args])

    words = brought.words.title.split()[0]
    return {
        "list": at("lesson_list"),
        "search": f"{at('search')}?q={words}",
        "search of one kind": f"{at('search')}?q={words}&kind=lesson",
        "page": brought.get_absolute_url(),
        "page of one shared": at("lesson_detail", shared.pk),
        "versions": at("lesson_versions", brought.pk),
        "alike": f"{at('lesson_merge', brought.pk)}?q={words}",
        "to mend": at("lesson_mending"),
        "pack": at("pack_detail", "work", work.pk),
        "asset": asset.get_absolute_url(),
        "community": community.get_absolute_url(),
        "shelf": at("shelf_detail", community.pk),
        "home": at("home"),
        "reuse": at("reuse_list"),
        "themes": at("theme_matrix"),
    }


SAYS_IT = ("list", "search", "search of one kind", "page", "pack", "asset", "community", "home")


def test_no_page_says_that_it_was_checked(pages, as_, farah):
    found = {name: tidy(as_(farah).get(address).text) for name, address in pages.items()}
    assert {name: CLAIMS.findall(text) for name, text in found.items() if CLAIMS.search(text)} == {}
    assert [name for name in SAYS_IT if HERE not in found[name]] == []
    assert ELSEWHERE in found["page of one shared"]
    assert [name for name in ("list", "search", "asset", "community") if ELSEWHERE not in found[name]] == []


def test_nor_does_what_leaves_the_portal(brought, shared, pages, as_, farah, riverside):
    address = reverse("lesson_list", args=["riverside"])
    rows = json.loads(b"".join(as_(farah).get(address, {"format": "json"}).streaming_content))
    assert {row["number"]: row["state"] for row in rows} == {brought.pk: HERE, shared.pk: ELSEWHERE}
    assert next(row for row in rows if row["number"] == brought.pk)["validated_at"] == ""
    sheet = b"".join(as_(farah).get(address, {"format": "csv"}).streaming_content).decode()
    assert HERE in sheet
    assert "Checked:" not in sheet
    values = pdf_values(work_of(PieceOfWork.objects.get()), as_member(farah), on=timezone.localdate())
    assert {row.look.word for row in values["pack"].lessons} == {HERE, ELSEWHERE}
    headers = {"authorization": f"Bearer {token_for(farah)}"}
    answer = Client().get("/api/v1/riverside/lessons/", headers=headers).json()
    assert {row["id"]: row["badge"] for row in answer["results"]} == {brought.pk: HERE, shared.pk: ELSEWHERE}


def test_figures_that_say_checked_count_our_own(brought, shared, identified, farah, riverside, as_):
    ours = identified()
    goals = themes.load_themes(riverside, by=as_member(farah), at=NOON, pasted="G1,Home on time", name="G").theme_set
    theme = goals.themes.get()
    replaced = [identified(), identified()]  # neither the total nor a column counts what was replaced
    Lesson.objects.filter(pk__in=[one.pk for one in replaced]).update(state="superseded")
    Lesson.objects.filter(pk=replaced[1].pk).update(source="Northern Libraries")
    for one in replaced:
        one.refresh_from_db()
    index.put_many([document(one, ()) for one in replaced])
    themes.file_under_theme(theme, by=as_member(farah), at=NOON, lessons=[brought, ours])
    LessonTheme.objects.bulk_create(LessonTheme(lesson=one, theme=theme) for one in replaced)
    LessonTheme.objects.create(lesson=shared, theme=theme)
    [row] = Coverage.build(goals, as_member(farah)).rows
    assert [cell.number for cell in row.all_cells] == [1, 0, 1, 0, 0, 0, 1, 1]
    for cell in row.all_cells:
        if cell.number:
            assert as_(farah).get(cell.url).context["found"].total == cell.number
    community = life.found_community(riverside, by=as_member(farah), at=NOON, name="Home", question="Why?")
    Lesson.objects.filter(pk__in=[brought.pk, ours.pk]).update(group=community.group_id)
    words = [one.words for box in StepsPage.build(community, as_member(farah)).boxes for one in box.evidence]
    assert "One checked lesson belongs to it. Three are a start." in words
    assert built_between(community, NOON - timedelta(days=1), NOON + timedelta(days=1)) == 1


def test_a_change_to_it_is_a_change_since_it_came(brought, farah):
    brought.revision = LessonRevision.objects.create(lesson=brought, number=2, title="New words", by=farah, at=NOON)
    brought.save()
    assert changed_since(brought).startswith("Changed since it was brought in on ")


def test_a_change_that_was_looked_at_here_makes_it_none_of_our_own(brought, farah, lena, as_):
    """And who looked at it may leave: the words stay the same."""
    brought.revision = LessonRevision.objects.create(lesson=brought, number=2, title="New words", by=farah, at=NOON)
    brought.save()
    confirm = reverse("lesson_confirm", args=["riverside", brought.pk])
    said = tidy(as_(lena).post(confirm, {"read": brought.revision_id}, follow=True).text)
    assert "That you have looked at the change is kept." in said
    Lesson.objects.filter(pk=brought.pk).update(validated_by=None)
    brought.refresh_from_db()
    assert (look_of(brought, brought.organisation_id).word, brought.counts_as_brought_in) == (HERE, False)
    assert brought in Lesson.objects.brought_in(brought.organisation)
    [line] = history_lines(brought.events.all(), brought, with_comments=True)
    assert (line.sentence, line.comment) == ("The change was looked at by Lena Marsh", "The change was looked at.")
    versions = tidy(as_(farah).get(reverse("lesson_versions", args=["riverside", brought.pk])).text)
    assert "This change was looked at here" in versions
    assert not CLAIMS.search(versions)
    brought.revision = LessonRevision.objects.create(lesson=brought, number=3, title="Newer", by=farah, at=NOON)
    brought.save()
    assert changed_since(brought).startswith("Changed since it was last looked at here on ")
