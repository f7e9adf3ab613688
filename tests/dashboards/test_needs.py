"""What the home page asks of somebody in a place where nothing is yet."""

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from dashboards.gaps import Gap, LatestRound, latest_round
from dashboards.needs import needs_of
from kmportal.lib.charts import mini_gap
from organisations import actions
from organisations.permissions import Role

pytestmark = pytest.mark.django_db


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
    actions.invite(riverside, by=ada, email="lena@riverside.example", role=Role.LEAD)
    assert asked_of(member(ada)) == []


def test_nobody_is_asked_for_a_lead_who_is_there(riverside, ada, lena, member):
    assert asked_of(member(ada)) == []


def test_a_role_that_does_not_exist_chooses_the_ordinary_one(client, riverside, ada):
    client.force_login(ada)
    assert client.get("/o/riverside/people/invite/?role=king").context["form"]["role"].value() == Role.CONTRIBUTOR
