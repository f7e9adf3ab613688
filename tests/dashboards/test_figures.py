"""Each figure of the home pages counted a second time, another way; and the same on every page that shows it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
from actionplan.models import Action
from dashboards.reports import FROM_ELSEWHERE, Home
from lessons.labels import STATES
from lessons.models import SHARED, Lesson, LessonRevision, State
from lessons.search_documents import document
from organisations.models import Group
from organisations.visibility import Reach
from roadmap.models import Intervention
from search import index
from techniques.models import Participant, Session
from tests.cast import as_member

DAY = timedelta(days=1)


def figures(person):
    home = Home.build(as_member(person), at=timezone.now())
    return {figure.label: figure for figure in home.figures}


def said(figure):
    return [f"{one.number} {one.words}" for one in figure.beside]


def make_lesson(organisation, **values):
    lesson = Lesson.objects.create(
        organisation=organisation, state="identified", reach=Reach.NETWORK, share_with=Reach.NETWORK, **values
    )
    lesson.revision = lesson.approved = LessonRevision.objects.create(lesson=lesson, number=1, title="A lesson")
    lesson.save()
    return lesson


def test_who_only_typed_for_a_room_did_not_take_part(world, sam):
    room = world.things.room
    Session.objects.filter(pk=room.pk).update(state=Session.State.CLOSED, code="", closed_at=timezone.now())
    Participant.objects.create(session=room, name="Farah", key="k" * 64)
    joined = [row for row in Participant.objects.filter(session=room) if row.joined_at is not None]
    assert figures(sam)["people took part"].number == len(joined) < Participant.objects.count()


def test_what_should_have_begun_is_told_to_who_plans_and_oversees(world, sam, lena, cara):
    today = timezone.localdate()
    Intervention.objects.update(state="planned", owner=lena.pk, starts_on=today - DAY, ends_on=today + DAY)
    waiting = Home.build(as_member(sam), at=timezone.now()).notable
    rows = Intervention.objects.filter(programme__organisation=world.riverside)
    programme = Home.build(as_member(sam), at=timezone.now()).programme
    assert waiting.number == len([row for row in rows if row.programme == programme and row.starts_on < today])
    assert "should have begun" in waiting.words
    assert Home.build(as_member(lena), at=timezone.now()).notable == waiting
    assert Home.build(as_member(cara), at=timezone.now()).notable is None


def test_lessons_checked_are_our_own(world, sam, hillside):
    make_lesson(world.riverside)
    make_lesson(world.riverside, source="Elsewhere", external_id="1")
    make_lesson(world.riverside, source="Elsewhere", external_id="2")
    make_lesson(hillside)
    figure = figures(sam)["lessons checked"]
    ours = [
        row
        for row in Lesson.objects.all()
        if row.state in SHARED - {State.RETIRED} and not row.merged_into_id
        if row.organisation_id == world.riverside.pk and not row.source
    ]
    assert figure.number == len(ours)
    assert (said(figure), figure.note) == (["2 brought in besides", "1 shared by others besides"], "Here, by us")
    states = {state.look: state.count for state in Home.build(as_member(sam), at=timezone.now()).lessons}
    here = [row for row in ours if row.state == State.IDENTIFIED]
    assert states[STATES[State.IDENTIFIED]] == len(here)
    assert (states[FROM_ELSEWHERE["brought"]], states[FROM_ELSEWHERE["others"]]) == (2, 1)


def test_the_list_behind_says_the_same_number(world, sam, hillside, as_):
    for organisation, source in ((world.riverside, ""), (world.riverside, ""), (world.riverside, "X"), (hillside, "")):
        lesson = make_lesson(organisation, source=source, external_id=source)
        index.put_many([document(lesson, ())])
    figure = figures(sam)["lessons checked"]
    page = as_(sam).get(figure.url)
    assert page.context["found"].total == figure.number
    words = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert f"{figure.number} lessons checked here, by us" in words


def test_what_is_done_early_was_not_due(world, sam):
    today, programme = timezone.localdate(), world.things.programme
    Intervention.objects.all().delete()
    for state, days in [("done", 20), ("done", -5), ("doing", -3), ("dropped", -3), ("planned", 9)]:
        Intervention.objects.create(
            programme=programme,
            title=f"{state} {days}",
            step=1,
            state=state,
            state_reason="No money" if state == "dropped" else "",
            starts_on=today - 30 * DAY,
            ends_on=today + days * DAY,
        )
    figure = figures(sam)["interventions done"]
    assert (figure.number, figure.of.number, said(figure)) == (2, 4, ["2 should be done by now"])


def test_on_time_is_counted_by_hand(world, sam, cara):
    today, now = timezone.localdate(), timezone.now()
    Action.objects.all().delete()
    for days, done_days in ((-5, -6), (-5, -5), (-5, -1), (-2, None), (3, -1), (3, None), (-400, -400)):
        action = actionplan.actions.add_action(
            world.riverside, by=as_member(cara), at=now, title="A", owner=cara, due_on=today + days * DAY
        )
        if done_days is not None:
            Action.objects.filter(pk=action.pk).update(state=Action.State.DONE, done_at=now + done_days * DAY)
    figure = figures(sam)["of actions done on time"]
    assert (figure.value, said(figure)) == ("50%", ["2 on time", "4 due in the past year"])


@pytest.mark.parametrize("name", ["lena", "farah"])
def test_to_check_is_the_same_on_home_tab_and_page(world, as_, name):
    browser = as_(world.people[name])
    queue = re.sub(r"<[^>]+>", "", browser.get(reverse("lesson_queue", args=["riverside"])).text)
    [total] = re.findall(r"(\d+) lessons? (?:is|are)\s+waiting", " ".join(queue.split()))
    assert f"({total})" in queue
    home = browser.get("/o/riverside/").text
    assert f"Check {total} lessons" in home if int(total) > 1 else "Check a lesson" in home


def test_thousands_are_separated(world, as_, sam):
    group = Group.objects.create(organisation=world.riverside, name="Many")
    Lesson.objects.bulk_create(
        Lesson(
            organisation=world.riverside, group=group, state="identified", reach=Reach.ORGANISATION, external_id="",
        )
        for _ in range(1_200)
    )  # fmt: skip
    assert re.search(r">1,2\d\d</data>", as_(sam).get("/o/riverside/").text)


def test_the_first_sentence_of_the_sponsor_opens_its_lists(world, sam, as_):
    page = as_(sam).get("/o/riverside/").text
    heading = " ".join(page[page.index("<h1>") : page.index("</h1>")].split())
    verdict = Home.build(as_member(sam), at=timezone.now()).verdict
    for tally in (verdict.done, verdict.planned, verdict.late):
        if tally:
            assert f'href="{tally.url}"' in heading
    rows = [row for row in Intervention.objects.filter(programme=world.things.programme) if row.state != "dropped"]
    assert (verdict.done.number, verdict.planned.number) == (
        sum(row.state == "done" for row in rows),
        len(rows),
    )
    Intervention.objects.all().delete()
    assert "Nothing is planned yet" in as_(sam).get("/o/riverside/").text
