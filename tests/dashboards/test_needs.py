"""What the home page asks of somebody in a place where nothing is yet."""

import pytest
from django.utils import timezone

from dashboards.gaps import latest_round
from dashboards.needs import needs_of
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


def test_nobody_is_asked_for_a_lead_twice(riverside, ada, member):
    actions.invite(riverside, by=ada, email="lena@riverside.example", role=Role.LEAD)
    assert asked_of(member(ada)) == []


def test_nobody_is_asked_for_a_lead_who_is_there(riverside, ada, lena, member):
    assert asked_of(member(ada)) == []


def test_a_role_that_does_not_exist_chooses_the_ordinary_one(client, riverside, ada):
    client.force_login(ada)
    assert client.get("/o/riverside/people/invite/?role=king").context["form"]["role"].value() == Role.CONTRIBUTOR
