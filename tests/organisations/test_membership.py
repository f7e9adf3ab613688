"""Who belongs where: inviting, accepting, roles, suspending, removing."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal, Stale
from organisations import actions
from organisations.emails import invitation_link
from organisations.models import AuditEntry, Group, GroupMembership, Invitation, Membership, Person
from organisations.permissions import Permission, Role, permissions_of
from organisations.tokens import invitation_of, invitation_token


@pytest.fixture(autouse=True)
def _mail_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def asked(riverside, ada) -> Invitation:
    return actions.invite(riverside, by=ada, email="New.Nurse@Riverside.example", role=Role.CONTRIBUTOR, name="Noor")


def path_of(invitation: Invitation) -> str:
    return reverse("invitation_accept", args=[invitation_token(invitation)])


NEW = {"name": "Noor Nasser", "password": "copper kettle garden"}


class TestInviting:
    def test_the_mail_carries_a_link_that_makes_the_account_and_signs_in(self, asked, client):
        assert len(mail.outbox) == 1
        assert invitation_link(asked) in mail.outbox[0].body
        answer = client.post(path_of(asked), NEW)
        assert answer.status_code == 302
        person = Person.objects.get(email="new.nurse@riverside.example")
        membership = Membership.objects.get(person=person)
        assert membership.role == Role.CONTRIBUTOR
        assert person.check_password(NEW["password"])
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_a_link_works_once(self, asked, client):
        client.post(path_of(asked), NEW)
        client.logout()
        answer = client.post(path_of(asked), NEW)
        assert answer.status_code == 410
        assert Membership.objects.filter(person__email=asked.email).count() == 1

    def test_an_old_link_dies_when_it_is_sent_again(self, asked, ada, client):
        old = path_of(asked)
        actions.send_again(asked, by=ada)
        assert client.get(old).status_code == 410
        assert client.get(path_of(asked)).status_code == 200

    def test_revoked_expired_and_forged_links_open_nothing(self, asked, ada, client):
        assert client.get(reverse("invitation_accept", args=["forged:token:x"])).status_code == 410
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert client.get(path_of(asked)).status_code == 410
        Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
        actions.revoke(asked, by=ada)
        actions.revoke(asked, by=ada)
        assert client.get(path_of(asked)).status_code == 410
        assert AuditEntry.objects.filter(verb="revoked").count() == 1

    def test_a_weak_password_is_said_beside_the_field_and_the_name_is_kept(self, asked, client):
        answer = client.post(path_of(asked), {"name": "Noor Nasser", "password": "short"})
        assert answer.status_code == 422
        assert b"Noor Nasser" in answer.content
        assert not Person.objects.filter(email=asked.email).exists()

    def test_somebody_with_an_account_must_be_signed_in_as_that_address(self, riverside, ada, oskar, cara, as_):
        invitation = actions.invite(riverside, by=ada, email=oskar.email, role=Role.READER)
        assert b"Sign in" in as_().get(path_of(invitation)).content
        as_(cara).post(path_of(invitation))
        assert not Membership.objects.filter(person=oskar, organisation=riverside).exists()
        as_(oskar).post(path_of(invitation))
        assert Membership.objects.get(person=oskar, organisation=riverside).role == Role.READER

    def test_a_member_or_an_open_address_is_not_invited_twice(self, asked, riverside, ada, cara):
        with pytest.raises(Refusal, match="already belongs to Riverside"):
            actions.invite(riverside, by=ada, email=cara.email.upper(), role=Role.READER)
        with pytest.raises(Refusal, match="already has an invitation"):
            actions.invite(riverside, by=ada, email=asked.email, role=Role.READER)
        assert len(mail.outbox) == 1

    def test_groups_come_with_the_invitation(self, riverside, ada, client):
        ward = Group.objects.create(organisation=riverside, name="Ward 6")
        invitation = actions.invite(riverside, by=ada, email="n@x.example", role=Role.READER, groups=[ward])
        client.post(path_of(invitation), NEW)
        assert GroupMembership.objects.filter(group=ward, person__email="n@x.example").exists()

    def test_a_name_of_two_lines_makes_a_subject_of_one(self, riverside, ada):
        riverside.name = "Riverside\r\nBcc: everybody@x.example"
        riverside.save()
        actions.invite(riverside, by=ada, email="n@x.example", role=Role.READER)
        assert mail.outbox[0].subject == "Riverside Bcc: everybody@x.example invites you to KM Portal"

    def test_somebody_who_left_comes_back_into_the_old_membership(self, riverside, ada, cara, member):
        actions.remove(member(cara), by=ada)
        invitation = actions.invite(riverside, by=ada, email=cara.email, role=Role.FACILITATOR)
        actions.accept(invitation, person=cara)
        membership = Membership.objects.current().get(person=cara)
        assert membership.role == Role.FACILITATOR

    def test_whoever_comes_back_is_not_named_to_check_lessons_as_before(self, riverside, ada, cara, member):
        actions.change_role(member(cara), role=Role.CONTRIBUTOR, is_validator=True, by=ada)
        actions.remove(member(cara), by=ada)
        invitation = actions.invite(riverside, by=ada, email=cara.email, role=Role.CONTRIBUTOR)
        membership = actions.accept(invitation, person=cara)
        assert not membership.can(Permission.VALIDATE)

    def test_an_invitation_changes_nothing_for_a_member_of_today(self, asked, riverside, cara, ada, lena, member, as_):
        """Somebody changed their address to one that was invited besides."""
        actions.suspend(member(cara), by=ada)
        Person.objects.filter(pk=cara.pk).update(email=asked.email)
        cara.refresh_from_db()
        with pytest.raises(Refusal, match="belong to Riverside already"):
            actions.accept(asked, person=cara)
        as_(cara).post(path_of(asked))
        assert Membership.objects.get(person=cara).suspended_at is not None
        assert Invitation.objects.open().get() == asked
        actions.remove(Membership.objects.get(person=cara), by=ada)
        assert as_(cara).get(path_of(asked)).status_code == 410

    def test_a_token_names_row_and_nonce(self, asked):
        assert invitation_of(invitation_token(asked)) == asked
        assert invitation_of("") is None


class TestRoles:
    def test_the_last_administrator_stays(self, ada, lena, member):
        for end in (actions.suspend, actions.remove):
            with pytest.raises(Refusal, match="only administrator"):
                end(member(ada), by=lena)
        with pytest.raises(Refusal, match="only administrator"):
            actions.change_role(member(ada), role=Role.READER, by=ada)
        actions.change_role(member(lena), role=Role.ADMINISTRATOR, by=ada)
        actions.change_role(member(ada), role=Role.READER, by=lena)
        assert member(ada).role == Role.READER

    def test_nobody_ends_themself(self, ada, lena, member):
        actions.change_role(member(lena), role=Role.ADMINISTRATOR, by=ada)
        for end in (actions.suspend, actions.remove):
            with pytest.raises(Refusal, match="yourself"):
                end(member(ada), by=ada)

    def test_suspending_counts_from_the_next_click_and_can_be_undone(self, riverside, cara, ada, member, as_):
        browser = as_(cara)
        page = reverse("organisation_logo", args=["riverside"])
        riverside.logo, riverside.logo_type = b"x", "image/png"
        riverside.save()
        assert browser.get(page).status_code == 200
        actions.suspend(member(cara), by=ada)
        assert browser.get(page).status_code == 404
        actions.restore(member(cara), by=ada)
        assert browser.get(page).status_code == 200

    def test_removing_keeps_the_row_and_leaves_the_groups(self, riverside, cara, ada, member):
        ward = actions.make_group(riverside, by=ada, name="Ward 6")
        actions.change_group(ward, by=ada, seen=1, name="Ward 6", kind="unit", people=[cara])
        actions.remove(member(cara), by=ada)
        assert Membership.objects.filter(person=cara, left_at__isnull=False).exists()
        assert not ward.people.exists()

    @pytest.mark.parametrize("role", Role)
    def test_being_named_counts_only_where_the_table_says_named(self, role):
        plain, named = permissions_of(role), permissions_of(role, named_validator=True)
        if role in (Role.CONTRIBUTOR, Role.SPONSOR):
            assert named == plain | {Permission.VALIDATE}
        else:
            assert named == plain

    def test_the_queryset_agrees_with_the_table(self, riverside, lena, farah, cara, reza, ada, sam, member):
        Membership.objects.filter(person__in=[cara, reza]).update(is_validator=True)
        for permission in Permission:
            rows = set(Membership.objects.filter(organisation=riverside).may(permission))
            assert rows == {m for m in map(member, [lena, farah, cara, reza, ada, sam]) if m.can(permission)}


class TestGroups:
    def test_two_groups_of_one_name_are_refused(self, riverside, ada):
        actions.make_group(riverside, by=ada, name="Ward 6")
        with pytest.raises(Refusal, match="already a group"):
            actions.make_group(riverside, by=ada, name=" ward 6 ")

    def test_strangers_cannot_be_put_into_a_group(self, riverside, ada, oskar, cara):
        ward = actions.make_group(riverside, by=ada, name="Ward 6")
        actions.change_group(ward, by=ada, seen=1, name="Ward 6", kind="unit", people=[oskar, cara])
        assert list(ward.people.all()) == [cara]

    def test_somebody_who_joins_meanwhile_is_not_taken_out_again(self, riverside, ada, cara):
        ward = actions.make_group(riverside, by=ada, name="Ward 6")
        invitation = actions.invite(
            riverside, by=ada, email="gus@riverside.example", name="Gus", role=Role.READER, groups=[ward]
        )
        gus = Person.objects.create(email="gus@riverside.example", name="Gus")
        actions.accept(invitation, person=gus)
        with pytest.raises(Stale):
            actions.change_group(ward, by=ada, seen=1, name="Ward 6", kind="unit", people=[cara])
        assert list(ward.people.all()) == [gus]
