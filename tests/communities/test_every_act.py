"""Every role in a community × every kind of access × every act: who may, by a table that lacks no act."""

from itertools import chain

import pytest

from communities.models import Access, Community, CommunityRole, RoleKind
from organisations.models import GroupMembership, Membership, Person
from organisations.permissions import Role
from tests.test_permissions import WALKED, attempt, public_actions

APP = "communities.actions."
OUTSIDE, GUEST, MEMBER = "nobody in it", "guest", "member"
STANDINGS = [OUTSIDE, GUEST, MEMBER, *RoleKind.values]


@pytest.fixture
def cast(world):
    """Somebody for each standing, who contributes at Riverside and has it in every community there."""
    found = {}
    for number, standing in enumerate(STANDINGS):
        person = Person.objects.create(email=f"s{number}@riverside.example", name=f"Standing {number}")
        member = Membership.objects.create(organisation=world.riverside, person=person, role=Role.CONTRIBUTOR)
        found[standing] = member.pk
        if standing == OUTSIDE:
            continue
        for community in Community.objects.all():
            seat = GroupMembership.objects.create(
                group_id=community.group_id, person=person, membership=member, is_guest=standing == GUEST
            )
            if standing in RoleKind.values:
                CommunityRole.objects.create(seat=seat, kind=standing)
    return found


@pytest.mark.parametrize("access", Access.values)
def test_every_role_every_act(access, world, cast, settings):
    settings.SMTP_URL = "smtp://mail.example"
    Community.objects.update(access=access)
    seen = {}
    for name in (name for name in WALKED if name.startswith(APP)):
        may = []
        for standing, key in cast.items():
            by = Membership.objects.select_related("organisation", "person").get(pk=key)
            if attempt(public_actions()[name], name, world, by) != "forbidden":
                may.append(standing)
        seen[name.removeprefix(APP)] = may
    import json
    print(json.dumps(seen, indent=1))
