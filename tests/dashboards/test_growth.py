"""The pages of every day ask the database as often for sixty rows as for ten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from communities.models import Thread
from lessons.models import Lesson, LessonComment, LessonEvent, LessonRevision
from roadmap.models import Intervention
from techniques.models import Session

FEW, MANY = 10, 60


def make_rows(world, lena, number):
    """So many more of everything that stands on these pages."""
    today, now, t = timezone.localdate(), timezone.now(), world.things
    Intervention.objects.bulk_create(
        Intervention(programme=t.programme, title=f"Piece {one}", step=one % 5 + 1, owner=lena, ends_on=today)
        for one in range(number)
    )
    Action.objects.bulk_create(
        Action(
            organisation=world.riverside,
            title=f"Promise {one}",
            owner=lena,
            due_on=today - timedelta(days=2),
            source_kind="lesson" if one % 2 else "session",
            source_ident=t.checked.pk if one % 2 else t.room.pk,
        )
        for one in range(number)
    )
    Session.objects.bulk_create(
        Session(
            organisation=world.riverside,
            title=f"Meeting {one}",
            technique=t.room.technique,
            facilitator=lena,
            starts_at=now + timedelta(hours=3),
        )
        for one in range(number)
    )
    for _ in range(number // 5):
        lesson = Lesson.objects.create(organisation=world.riverside, author=lena, state="returned", reach="author")
        lesson.revision = LessonRevision.objects.create(lesson=lesson, number=1, title="Once more")
        lesson.save()
    LessonEvent.objects.bulk_create(
        LessonEvent(lesson=t.checked, before="identified", after="identified", at=now, by=lena) for _ in range(number)
    )
    Thread.objects.bulk_create(
        Thread(
            community=t.community,
            organisation=world.riverside,
            group=t.community.group,
            author=lena,
            title=f"Question {one}",
            reach="organisation",
        )
        for one in range(number)
    )
    LessonComment.objects.bulk_create(
        LessonComment(lesson=t.checked, organisation=world.riverside, author=lena, text=f"Word {one}")
        for one in range(number)
    )


@pytest.fixture
def pages(world):
    t = world.things
    of_things = {
        "programme_detail": t.programme, "lesson_detail": t.checked, "gap_report": t.round_closed,
        "community_detail": t.community,
    }  # fmt: skip
    return [reverse("home", args=["riverside"])] + [
        reverse(name, args=["riverside", thing.pk]) for name, thing in of_things.items()
    ]


def counted(browser, pages):
    found = {}
    for page in pages:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(page).status_code == 200
        found[page] = len(asked)
    return found


def test_pages_ask_as_often_for_sixty_rows_as_for_ten(world, lena, pages, as_):
    browser = as_(lena)
    make_rows(world, lena, FEW)
    few = counted(browser, pages)
    make_rows(world, lena, MANY - FEW)
    many = counted(browser, pages)
    # Never more often. Home may ask less: what fills its list pushes out what would have been asked for.
    assert {page: number for page, number in many.items() if number > few[page]} == {}
