"""Inviting by a pasted list, correcting an invitation, and who may do it."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from organisations import actions
from organisations.forms import InvitePeopleForm, SettingsForm
from organisations.models import Group, Invitation, Organisation
from organisations.permissions import Role
from tests.cast import as_member
from tests.markup import tidy

LIST = "Ann Lee <ann@x.example>\nbob@x.example; not an address\nbob@x.example"


@pytest.fixture
def opened(riverside) -> Organisation:
    """Riverside, where KM leads may invite."""
    riverside.leads_invite = True
    riverside.save(update_fields=["leads_invite"])
    return riverside


def url(name: str, *args: int) -> str:
    return reverse(name, args=["riverside", *args])


def test_into_a_group_that_runs_itself_nobody_is_invited(riverside, ada):
    group = Group.objects.create(organisation=riverside, name="Home on time", is_self_run=True)
    assert "groups" not in InvitePeopleForm(organisation=riverside, roles=[Role.READER]).fields, "none to choose from"
    with pytest.raises(PermissionDenied):
        actions.invite_member(
            riverside, by=as_member(ada), at=timezone.now(), email="me2@x.example", role="reader", groups=[group]
        )


def test_a_pasted_list_is_invited_at_once_and_the_rest_stays_in_the_box(riverside, ada, cara, as_):
    browser = as_(ada)
    words = {"addresses": f"{LIST}\n{cara.email}", "role": "reader"}
    sent = browser.post(url("invitation_many"), words)
    assert sent.status_code == 302
    rows = Invitation.objects.filter(organisation=riverside)
    assert {(row.email, row.name, row.role) for row in rows} == {
        ("ann@x.example", "Ann Lee", "reader"),
        ("bob@x.example", "", "reader"),
    }
    page = browser.get(sent.url).text
    assert "not an address" in page
    assert f"{cara.email} already belongs to Riverside." in page
    assert "2 people invited" in page


def test_nothing_that_is_an_address_is_a_mistake_of_the_form(riverside, ada, as_):
    page = as_(ada).post(url("invitation_many"), {"addresses": "nobody", "role": "reader"})
    assert page.status_code == 422
    assert "nobody" in page.text


def test_a_lead_may_invite_readers_and_contributors_where_the_administrator_allows_it(opened, lena, farah, as_):
    browser = as_(lena)
    page = browser.get(url("invitation_many")).text
    assert 'value="contributor"' in page
    assert 'value="administrator"' not in page
    words = {"addresses": "ann@x.example", "role": "contributor"}
    sent = browser.post(url("invitation_many"), words)
    assert sent.url == url("invitation_many")
    assert "ann@x.example" in browser.get(sent.url).text  # with the link to copy
    assert browser.post(url("invitation_many"), {**words, "role": "facilitator"}).status_code == 422
    with pytest.raises(PermissionDenied):
        actions.invite_member(
            opened, by=as_member(lena), at=timezone.now(), email="new@x.example", role="administrator"
        )
    assert as_(farah).get(url("invitation_many")).status_code == 403


def test_a_lead_may_not_where_nobody_allowed_it(riverside, lena, as_):
    assert as_(lena).get(url("invitation_many")).status_code == 403


def test_a_pending_invitation_is_corrected_and_its_link_goes_on_working(riverside, ada, as_):
    invitation = actions.invite_member(
        riverside, by=as_member(ada), at=timezone.now(), email="noor@x.example", role="reader"
    )
    browser = as_(ada)
    assert browser.get(url("invitation_edit", invitation.pk)).status_code == 200
    sent = browser.post(url("invitation_edit", invitation.pk), {"name": "Noor Aziz", "role": "contributor"})
    assert sent.status_code == 302
    nonce = invitation.nonce
    invitation.refresh_from_db()
    assert (invitation.name, invitation.role, invitation.nonce) == ("Noor Aziz", "contributor", nonce)
    assert "Noor Aziz, noor@x.example" in browser.get(url("person_list")).text
    actions.revoke_invitation(invitation, by=as_member(ada), at=timezone.now())
    assert browser.get(url("invitation_edit", invitation.pk)).status_code == 404


def test_all_time_zones_are_offered_once_and_ones_own_stands_first(riverside):
    riverside.time_zone = "Asia/Kathmandu"
    zones = [zone for zone, _ in SettingsForm(instance=riverside).fields["time_zone"].widget.choices]
    assert zones[0] == "Asia/Kathmandu"
    assert len(zones) == len(set(zones)) > 400
    assert {"Europe/Kyiv", "America/New_York", "Pacific/Auckland", "UTC"} <= set(zones)
    assert "Europe/Kiev" not in zones


def test_each_link_to_copy_has_its_qr_code_to_show_or_print(riverside, ada, as_):
    paste = {"addresses": "Ann Lee <ann@x.example>, bea@x.example", "role": "reader"}
    as_(ada).post(url("invitation_many"), paste)
    codes, links = url("invitation_codes"), re.compile(r"/invitation/[^/]+/")
    people = as_(ada).get(url("person_list")).text
    for row in Invitation.objects.all():
        assert f"{codes}?only={row.pk}" in people
        [link] = set(links.findall(as_(ada).get(codes, {"only": row.pk}).text))
        assert link in people
    sheet = as_(ada).get(codes).text
    assert sheet.count('class="km-qr"') == 2
    assert "Ann Lee" in sheet
    assert "as a reader" in tidy(sheet)
    Invitation.objects.filter(email="bea@x.example").update(expires_at=timezone.now())
    assert as_(ada).get(codes).text.count('class="km-qr"') == 1


def test_a_lead_has_the_codes_of_their_own_invitations_alone(opened, lena, ada, as_):
    actions.invite_member(opened, by=as_member(ada), at=timezone.now(), email="theirs@x.example", role="reader")
    own = {"own@x.example": ""}
    actions.invite_members(opened, by=as_member(lena), at=timezone.now(), people=own, role="reader")
    sheet = as_(lena).get(url("invitation_codes")).text
    assert "own@x.example" in sheet
    assert "theirs@x.example" not in sheet
    theirs = Invitation.objects.get(email="theirs@x.example")
    assert as_(lena).get(url("invitation_codes"), {"only": theirs.pk}).status_code == 404
