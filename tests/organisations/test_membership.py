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
from tests.cast import as_member


@pytest.fixture(autouse=True)
def _mail_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def asked(riverside, ada) -> Invitation:
    return actions.invite_member(
        riverside,
        by=as_member(ada),
        email="New.Nurse@Riverside.example",
        role=Role.CONTRIBUTOR,
        name="Noor",
        at=timezone.now(),
    )


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
        actions.resend_invitation(asked, by=as_member(ada), at=timezone.now())
        assert client.get(old).status_code == 410
        assert client.get(path_of(asked)).status_code == 200

    def test_revoked_expired_and_forged_links_open_nothing(self, asked, ada, client):
        assert client.get(reverse("invitation_accept", args=["forged:token:x"])).status_code == 410
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert client.get(path_of(asked)).status_code == 410
        Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
        actions.revoke_invitation(asked, by=as_member(ada), at=timezone.now())
        actions.revoke_invitation(asked, by=as_member(ada), at=timezone.now())
        assert client.get(path_of(asked)).status_code == 410
        assert AuditEntry.objects.filter(event="invitation.revoked").count() == 1

    def test_a_weak_password_is_said_beside_the_field_and_the_name_is_kept(self, asked, client):
        answer = client.post(path_of(asked), {"name": "Noor Nasser", "password": "short"})
        assert answer.status_code == 422
        assert b"Noor Nasser" in answer.content
        assert not Person.objects.filter(email=asked.email).exists()

    def test_somebody_with_an_account_must_be_signed_in_as_that_address(self, riverside, ada, oskar, cara, as_):
        invitation = actions.invite_member(
            riverside, by=as_member(ada), email=oskar.email, role=Role.READER, at=timezone.now()
        )
        assert b"Sign in" in as_().get(path_of(invitation)).content
        as_(cara).post(path_of(invitation))
        assert not Membership.objects.filter(person=oskar, organisation=riverside).exists()
        as_(oskar).post(path_of(invitation))
        assert Membership.objects.get(person=oskar, organisation=riverside).role == Role.READER

    def test_a_member_or_an_open_address_is_not_invited_twice(self, asked, riverside, ada, cara):
        with pytest.raises(Refusal, match="already belongs to Riverside"):
            actions.invite_member(
                riverside, by=as_member(ada), email=cara.email.upper(), role=Role.READER, at=timezone.now()
            )
        with pytest.raises(Refusal, match="already has an invitation"):
            actions.invite_member(riverside, by=as_member(ada), email=asked.email, role=Role.READER, at=timezone.now())
        assert len(mail.outbox) == 1

    def test_groups_come_with_the_invitation(self, riverside, ada, client):
        ward = Group.objects.create(organisation=riverside, name="Ward 6")
        invitation = actions.invite_member(
            riverside, by=as_member(ada), email="n@x.example", role=Role.READER, groups=[ward], at=timezone.now()
        )
        client.post(path_of(invitation), NEW)
        assert GroupMembership.objects.filter(group=ward, person__email="n@x.example").exists()

    def test_a_name_of_two_lines_makes_a_subject_of_one(self, riverside, ada):
        riverside.name = "Riverside\r\nBcc: everybody@x.example"
        riverside.save()
        actions.invite_member(riverside, by=as_member(ada), email="n@x.example", role=Role.READER, at=timezone.now())
        assert mail.outbox[0].subject == "Riverside Bcc: everybody@x.example invites you to KM Portal"

    def test_somebody_who_left_comes_back_into_the_old_membership(self, riverside, ada, cara, member):
        actions.remove_member(member(cara), by=as_member(ada), at=timezone.now())
        invitation = actions.invite_member(
            riverside, by=as_member(ada), email=cara.email, role=Role.FACILITATOR, at=timezone.now()
        )
        actions.accept_invitation(invitation, by=cara, at=timezone.now())
        membership = Membership.objects.current().get(person=cara)
        assert membership.role == Role.FACILITATOR

    def test_whoever_comes_back_is_not_named_to_check_lessons_as_before(self, riverside, ada, cara, member):
        actions.change_role(
            member(cara), role=Role.CONTRIBUTOR, is_validator=True, by=as_member(ada), at=timezone.now()
        )
        actions.remove_member(member(cara), by=as_member(ada), at=timezone.now())
        invitation = actions.invite_member(
            riverside, by=as_member(ada), email=cara.email, role=Role.CONTRIBUTOR, at=timezone.now()
        )
        membership = actions.accept_invitation(invitation, by=cara, at=timezone.now())
        assert not membership.can(Permission.VALIDATE)

    def test_an_invitation_changes_nothing_for_a_member_of_today(self, asked, riverside, cara, ada, lena, member, as_):
        """Somebody changed their address to one that was invited besides."""
        actions.suspend_member(member(cara), by=as_member(ada), at=timezone.now())
        Person.objects.filter(pk=cara.pk).update(email=asked.email)
        cara.refresh_from_db()
        with pytest.raises(Refusal, match="belong to Riverside already"):
            actions.accept_invitation(asked, by=cara, at=timezone.now())
        as_(cara).post(path_of(asked))
        assert Membership.objects.get(person=cara).suspended_at is not None
        assert Invitation.objects.open().get() == asked
        actions.remove_member(Membership.objects.get(person=cara), by=as_member(ada), at=timezone.now())
        assert as_(cara).get(path_of(asked)).status_code == 410

    def test_a_token_names_row_and_nonce(self, asked):
        assert invitation_of(invitation_token(asked)) == asked
        assert invitation_of("") is None


class TestRoles:
    def test_the_last_administrator_stays(self, ada, lena, member):
        actions.change_role(member(lena), role=Role.ADMINISTRATOR, by=as_member(ada), at=timezone.now())
        was_one = as_member(lena)  # read before she loses the role: two administrators at the same moment
        actions.change_role(member(lena), role=Role.LEAD, by=as_member(ada), at=timezone.now())
        for end in (actions.suspend_member, actions.remove_member):
            with pytest.raises(Refusal, match="only administrator"):
                end(member(ada), by=was_one, at=timezone.now())
        with pytest.raises(Refusal, match="only administrator"):
            actions.change_role(member(ada), role=Role.READER, by=as_member(ada), at=timezone.now())
        actions.change_role(member(lena), role=Role.ADMINISTRATOR, by=as_member(ada), at=timezone.now())
        actions.change_role(member(ada), role=Role.READER, by=as_member(lena), at=timezone.now())
        assert member(ada).role == Role.READER

    def test_nobody_ends_themself(self, ada, lena, member):
        actions.change_role(member(lena), role=Role.ADMINISTRATOR, by=as_member(ada), at=timezone.now())
        for end in (actions.suspend_member, actions.remove_member):
            with pytest.raises(Refusal, match="yourself"):
                end(member(ada), by=as_member(ada), at=timezone.now())

    def test_suspending_counts_from_the_next_click_and_can_be_undone(self, riverside, cara, ada, member, as_):
        browser = as_(cara)
        page = reverse("organisation_logo", args=["riverside"])
        riverside.logo, riverside.logo_type = b"x", "image/png"
        riverside.save()
        assert browser.get(page).status_code == 200
        actions.suspend_member(member(cara), by=as_member(ada), at=timezone.now())
        assert browser.get(page).status_code == 404
        actions.restore_member(member(cara), by=as_member(ada), at=timezone.now())
        assert browser.get(page).status_code == 200

    def test_removing_keeps_the_row_and_leaves_the_groups(self, riverside, cara, ada, member):
        ward = actions.create_group(riverside, by=as_member(ada), name="Ward 6", at=timezone.now())
        actions.change_group(
            ward, by=as_member(ada), seen=1, name="Ward 6", kind="unit", people=[cara], at=timezone.now()
        )
        actions.remove_member(member(cara), by=as_member(ada), at=timezone.now())
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
        actions.create_group(riverside, by=as_member(ada), name="Ward 6", at=timezone.now())
        with pytest.raises(Refusal, match="already a group"):
            actions.create_group(riverside, by=as_member(ada), name=" ward 6 ", at=timezone.now())

    def test_strangers_cannot_be_put_into_a_group(self, riverside, ada, oskar, cara):
        ward = actions.create_group(riverside, by=as_member(ada), name="Ward 6", at=timezone.now())
        actions.change_group(
            ward, by=as_member(ada), seen=1, name="Ward 6", kind="unit", people=[oskar, cara], at=timezone.now()
        )
        assert list(ward.people.all()) == [cara]

    def test_somebody_who_joins_meanwhile_is_not_taken_out_again(self, riverside, ada, cara):
        ward = actions.create_group(riverside, by=as_member(ada), name="Ward 6", at=timezone.now())
        invitation = actions.invite_member(
            riverside,
            by=as_member(ada),
            email="gus@riverside.example",
            name="Gus",
            role=Role.READER,
            groups=[ward],
            at=timezone.now(),
        )
        gus = Person.objects.create(email="gus@riverside.example", name="Gus")
        actions.accept_invitation(invitation, by=gus, at=timezone.now())
        with pytest.raises(Stale):
            actions.change_group(
                ward, by=as_member(ada), seen=1, name="Ward 6", kind="unit", people=[cara], at=timezone.now()
            )
        assert list(ward.people.all()) == [gus]
