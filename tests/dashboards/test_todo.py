"""What the home page asks of somebody in a place where nothing is yet."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
import dashboards.todo
from dashboards.gaps import Gap, LatestRound, latest_round
from dashboards.reports import Home
from dashboards.todo import MOST, needs_of
from dashboards.todo.own import sessions_to_close
from jobs import health, slots
from kmportal.lib.charts import mini_gap
from lessons.models import Lesson, LessonRevision, State
from organisations import actions
from organisations.models import Membership
from organisations.permissions import Role
from organisations.visibility import Reach
from roadmap.models import Programme
from selfassessment.actions import answering, asking, rounds
from selfassessment.models import Asked, Criterion, Framework, Section
from selfassessment.respondents import Choice, Respondent
from tests.cast import as_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_mail(settings):
    settings.SMTP_URL = "smtp://mail.example"


@pytest.fixture(autouse=True)
def _with_incidents(riverside):
    riverside.incident_url = "https://incidents.example"
    riverside.save()


def asked_of(membership):
    return [need.title for need in needs_of(membership, latest_round(membership), at=timezone.now())]


def test_the_administrator_of_a_new_organisation_is_asked_to_invite_its_lead(client, riverside, ada, reza, member):
    assert asked_of(member(ada)) == ["Invite the KM lead"]
    assert asked_of(member(reza)) == []
    client.force_login(ada)
    page = client.get("/o/riverside/roadmap/").content.decode()
    assert "/o/riverside/people/invite/?role=lead" in page
    form = client.get("/o/riverside/people/invite/?role=lead").context["form"]
    assert form["role"].value() == Role.LEAD


def test_the_gaps_on_home_say_whose_they_are():
    words = {
        "gaps": [Gap("B2", "Sharing", 1, 3, mini_gap(1, 3), "/report/")],
        "title": "Winter 2026",
        "url": "/report/",
    }
    drawn = [
        render_to_string("dashboards/_gaps.html", {"home": {"round": LatestRound(**words, scope=scope)}})
        for scope in ("Surgery", "")
    ]
    assert "Only Surgery: Winter 2026" in drawn[0]
    assert "Winter 2026" in drawn[1]
    assert "Only" not in drawn[1]


def test_nobody_is_asked_for_a_lead_twice(riverside, ada, member):
    actions.invite_member(
        riverside, by=as_member(ada), email="lena@riverside.example", role=Role.LEAD, at=timezone.now()
    )
    assert asked_of(member(ada)) == []


def test_with_the_lead_there_the_administrator_is_asked_for_a_facilitator_until_the_first_session(
    riverside, ada, lena, farah, member
):
    administrator = member(ada)
    Membership.objects.filter(person=farah).update(left_at=timezone.now())
    assert asked_of(administrator) == ["Invite a facilitator"]
    invitation = actions.invite_member(
        riverside, by=administrator, email="f@riverside.example", role=Role.FACILITATOR, at=timezone.now()
    )
    assert asked_of(administrator) == []
    actions.revoke_invitation(invitation, by=administrator, at=timezone.now())
    assert asked_of(administrator) == ["Invite a facilitator"]
    Membership.objects.filter(person=farah).update(left_at=None)
    assert asked_of(administrator) == []


def test_the_administrator_is_asked_where_incidents_are_reported(riverside, ada, lena, farah, reza, member, as_):
    riverside.incident_url = ""
    riverside.save()
    assert asked_of(member(ada)) == ["Say where incidents are reported"]
    assert asked_of(member(reza)) == []
    url = reverse("organisation_edit", args=["riverside"])
    assert 'id="id_incident_url"' in as_(ada).get(url).text


def test_the_administrator_is_told_before_the_disk_is_full(riverside, ada, lena, member, as_, monkeypatch):
    monkeypatch.setattr(health, "free_bytes", lambda: 150 * 1024 * 1024)
    called = "Have room made on the portal’s disk"
    assert called in asked_of(member(ada))
    assert called not in asked_of(member(lena))
    monkeypatch.setattr(slots, "free_bytes", health.free_bytes)
    page = as_(ada).get(reverse("organisation_edit", args=["riverside"])).text
    assert 'id="disk"' in page
    assert "Only 150" in page
    monkeypatch.setattr(health, "free_bytes", lambda: 2**40)
    assert called not in asked_of(member(ada))


def test_a_new_lead_is_asked_to_begin_a_programme(riverside, lena, farah, cara, member):
    assert asked_of(member(lena)) == ["Begin a programme"]
    assert asked_of(member(farah)) == []
    Programme.objects.create(
        organisation=riverside, name="Plan", starts_on=date(2026, 1, 1), ends_on=date(2028, 1, 1), lead=lena
    )
    assert asked_of(member(lena)) == []


def test_a_role_that_does_not_exist_chooses_the_ordinary_one(client, riverside, ada):
    client.force_login(ada)
    assert client.get("/o/riverside/people/invite/?role=king").context["form"]["role"].value() == Role.CONTRIBUTOR


def test_who_began_to_answer_a_named_round_is_asked_until_they_have_finished(riverside, farah, cara, member):
    framework = Framework.objects.create(key="test", name="Test", minutes=7)
    section = Section.objects.create(framework=framework, key="a", name="A", short_name="A", position=1)
    criterion = Criterion.objects.create(section=section, code="A1", name="A1", question="A1?", position=1)
    named = rounds.prepare_assessment(
        riverside,
        by=as_member(farah),
        title="Spring",
        anonymous=False,
        closes_on=timezone.localdate() + timedelta(days=9),
        at=timezone.now(),
    )
    rounds.open_assessment(named, by=as_member(farah), at=timezone.now())
    asking.ask_people(named, by=as_member(farah), members=[cara], at=timezone.now())
    by = Respondent("k", member=as_member(cara), asked=Asked.objects.get(person=cara))
    assert asked_of(member(cara)) == ["Answer “Spring”"]
    answering.save_answer(named, criterion, by=by, choice=Choice(now=2), seen=0)
    [need] = needs_of(member(cara), LatestRound(), at=timezone.now())
    assert (need.title, need.facts.split(",")[0]) == ("Answer “Spring”", "About 7 minutes")
    answering.finish_answering(named, by=by)
    assert asked_of(member(cara)) == []


def test_who_writes_a_session_down_afterwards_is_reminded_at_once(world, farah):
    now, room = timezone.now(), world.things.room
    type(room).objects.filter(pk=room.pk).update(facilitator=farah, opened_at=now)
    title = f"End “{room}” and keep what came out"
    assert title not in asked_of(as_member(farah))
    type(room).objects.filter(pk=room.pk).update(starts_at=now - timedelta(days=3))
    room.participants.all().delete()
    assert title in asked_of(as_member(farah))


def test_more_than_stand_open_are_all_there_and_no_number_is_made_up(world, cara, as_):
    for number in range(MOST + 2):
        actionplan.actions.add_action(
            world.riverside, by=as_member(cara), at=timezone.now(), title=f"Promise {number}", owner=cara,
            due_on=timezone.localdate(),
        )  # fmt: skip
    home = Home.build(as_member(cara), at=timezone.now())
    everything = needs_of(as_member(cara), latest_round(as_member(cara)), at=timezone.now())
    assert [*home.needs, *home.more_needs] == everything
    assert len(home.needs) == MOST < len(everything)
    page = as_(cara).get("/o/riverside/").text
    assert "More than eight things need you today." in page
    assert "Show what else needs you" in page


def test_four_of_a_kind_are_four(world, riverside, cara):
    for number in range(4):
        lesson = Lesson.objects.create(organisation=riverside, author=cara, state=State.RETURNED, reach=Reach.AUTHOR)
        lesson.revision = LessonRevision.objects.create(lesson=lesson, number=1, title=f"Came back {number}")
        lesson.save()
    assert sum("Came back" in title for title in asked_of(as_member(cara))) == 4


def test_no_kind_is_cut_before_the_list_says_that_there_are_more():
    cut = [
        (path.name, bound)
        for path in Path(dashboards.todo.__file__).parent.glob("*.py")
        for bound in re.findall(r"(?<!undecided)\[: ?([^\]]+)\]", path.read_text())
        if bound not in {"FETCHED", "ENOUGH"}
    ]
    assert cut == []


def test_a_room_that_was_left_open_is_asked_for_with_the_day_on_which_it_was_opened(world, farah):
    now, room = timezone.now(), world.things.room
    rows, joined = type(room).objects.filter(pk=room.pk), room.participants.joined()

    def days() -> list[str]:
        return [need.facts for need in sessions_to_close(as_member(farah), now)]

    joined.get_or_create(session=room, key="k", defaults={"joined_at": now, "name": "Gus"})
    rows.update(facilitator=farah, starts_at=now - timedelta(days=3), opened_at=now)
    assert days() == [], "it is under way: opened late, and somebody is in it"
    for planned in (now + timedelta(days=5), now - timedelta(days=9)):
        rows.update(starts_at=planned, opened_at=now - timedelta(days=1))
        assert days() == ["Yesterday, not ended yet"]
    joined.delete()
    rows.update(starts_at=now - timedelta(days=1), opened_at=now)
    assert days() == ["Yesterday, not ended yet"]


def test_a_draft_without_a_title_is_called_so(world, cara, as_):
    draft = world.things.draft
    Lesson.objects.filter(pk=draft.pk).update(session=world.things.session)
    LessonRevision.objects.filter(pk=draft.revision_id).update(title="")
    home = as_(cara).get("/o/riverside/").text
    assert "Finish your draft" in home
    assert "“”" not in home
    assert "A draft without a title" in as_(cara).get("/o/riverside/yours/").text
