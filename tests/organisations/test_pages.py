"""The pages of people, groups, settings and the trail."""

import io
import zlib
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from organisations import actions, events
from organisations.emails import invitation_link
from organisations.models import AuditEntry, Group, Invitation, Membership, Organisation, Person
from organisations.permissions import Role
from tests.cast import PASSWORD, as_member


@pytest.fixture(autouse=True)
def _mail_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def url(name: str, *args: object) -> str:
    return reverse(name, args=["riverside", *args])


def png(size: tuple[int, int] = (900, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#6a2360").save(out, "PNG")
    return out.getvalue()


class TestPeople:
    @pytest.mark.parametrize(("role", "words"), [("lead", "as a KM lead."), ("reader", "as a reader.")])
    def test_an_invitation_names_the_role_as_people_write_it(self, ada, riverside, client, role, words):
        invitation = actions.invite_member(
            riverside, by=as_member(ada), email="noor@x.example", role=role, at=timezone.now()
        )
        assert words in client.get(invitation_link(invitation)).content.decode()

    def test_the_administrator_invites_resends_and_revokes(self, ada, as_):
        browser = as_(ada)
        answer = browser.post(url("invitation_new"), {"email": "noor@x.example", "role": "reader"}, follow=True)
        assert "noor@x.example" in answer.content.decode()
        invitation = Invitation.objects.get()
        before = invitation.nonce
        browser.post(url("invitation_resend", invitation.pk))
        invitation.refresh_from_db()
        assert invitation.nonce != before
        browser.post(url("invitation_revoke", invitation.pk))
        assert not Invitation.objects.open().exists()

    def test_a_refusal_keeps_what_was_typed(self, ada, cara, as_):
        answer = as_(ada).post(url("invitation_new"), {"email": cara.email, "name": "Cara again", "role": "lead"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "already belongs to Riverside" in page
        assert "Cara again" in page

    def test_role_and_naming_change_on_the_page(self, ada, cara, as_, member):
        as_(ada).post(url("person_edit", member(cara).pk), {"role": "sponsor", "is_validator": "on"})
        changed = member(cara)
        assert (changed.role, changed.is_validator) == (Role.SPONSOR, True)
        as_(ada).post(url("person_edit", member(cara).pk), {"role": "reader", "is_validator": "on"})
        assert not member(cara).is_validator

    def test_the_last_administrator_reads_why_not(self, ada, as_, member):
        browser = as_(ada)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        answer = browser.post(url("person_edit", member(ada).pk), {"role": "reader"})
        assert answer.status_code == 422
        assert "only administrator" in answer.content.decode()
        assert member(ada).role == Role.ADMINISTRATOR

    def test_people_of_another_organisation_are_not_found(self, ada, oskar, as_, member):
        other = member(oskar).pk
        for name in ("person_edit", "person_remove"):
            assert as_(ada).get(url(name, other)).status_code == 404
        for name in ("person_suspend", "person_restore"):
            assert as_(ada).post(url(name, other)).status_code == 404

    @pytest.mark.parametrize("name", ["person_list", "group_list", "audit_list"])
    def test_lists_take_the_same_queries_for_one_and_three(
        self, name, riverside, ada, as_, django_assert_num_queries, django_assert_max_num_queries
    ):
        browser = as_(ada)

        def count() -> int:
            with django_assert_max_num_queries(40) as captured:
                assert browser.get(url(name)).status_code == 200
            return len(captured)

        def add(n: int) -> None:
            person = Person.objects.create(email=f"p{n}@x.example", name=f"Person {n}")
            Membership.objects.create(organisation=riverside, person=person, role=Role.READER)
            Group.objects.create(organisation=riverside, name=f"Group {n}")
            actions.invite_member(
                riverside, by=as_member(ada), email=f"i{n}@x.example", role=Role.READER, at=timezone.now()
            )

        browser.get(url(name))
        add(1)
        one = count()
        add(2)
        add(3)
        assert count() == one


# A picture that says of itself that it has 1,600 million pixels.
_HEAD = b"IHDR" + (40_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
HUGE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + _HEAD + zlib.crc32(_HEAD).to_bytes(4, "big")


def test_a_source_of_lessons_stays_one_when_it_gets_another_name(riverside, ada, as_):
    source = Group.objects.create(organisation=riverside, name="LLIS", kind=Group.Kind.SOURCE)
    page = reverse("group_edit", args=["riverside", source.pk])
    assert as_(ada).post(page, {"name": "NASA LLIS", "kind": "team", "version": 1}).status_code == 422
    as_(ada).post(page, {"name": "NASA LLIS", "kind": "source", "version": 1})
    source.refresh_from_db()
    assert (source.name, source.kind) == ("NASA LLIS", Group.Kind.SOURCE)
    new = {"name": "Another", "kind": "source"}
    assert as_(ada).post(reverse("group_new", args=["riverside"]), new).status_code == 422


def test_the_list_names_the_kind_of_a_group_without_its_examples(riverside, ada, as_):
    Group.objects.create(organisation=riverside, name="Ward 7", kind=Group.Kind.UNIT)
    assert '<p class="km-meta">Unit</p>' in as_(ada).get(reverse("group_list", args=["riverside"])).text


def test_who_saves_a_group_second_sees_both_lists_of_people(riverside, ada, cara, farah, lena, as_):
    group = actions.create_group(riverside, by=as_member(ada), name="Ward 6", kind="unit", at=timezone.now())
    page = reverse("group_edit", args=["riverside", group.pk])
    fields = {"name": "Ward 6", "kind": "unit", "version": 1}
    as_(ada).post(page, {**fields, "people": [cara.pk, farah.pk]})
    answer = as_(ada).post(page, {**fields, "people": [lena.pk]})
    assert answer.status_code == 422
    assert "Two people changed this" in answer.text
    (people,) = answer.context["differences"]
    assert "".join(piece.text for piece in people.before) == "Cara Doyle, Farah Siddiqui"
    assert set(group.people.all()) == {cara, farah}
    version = answer.context["form"].data["version"]
    assert as_(ada).post(page, {**fields, "people": [lena.pk], "version": version}).status_code == 302
    assert list(group.people.all()) == [lena]


class TestSettings:
    def fields(self, **changes) -> dict:
        version = Organisation.objects.get(slug="riverside").version
        return {"name": "Riverside", "kind": "trust", "time_zone": "Europe/London", "version": version, **changes}

    def test_a_logo_is_drawn_anew_small_and_served(self, ada, reza, as_):
        upload = SimpleUploadedFile("logo.png", png(), "image/png")
        as_(ada).post(url("organisation_edit"), self.fields(logo_file=upload))
        answer = as_(reza).get(url("organisation_logo"))
        assert answer["Content-Type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.width <= 480
            assert image.height <= 160
        as_(ada).post(url("organisation_edit"), self.fields(remove_logo="on"))
        assert as_(reza).get(url("organisation_logo")).status_code == 404

    def test_each_change_makes_a_new_version(self, ada, as_):
        for place in range(2):
            as_(ada).post(url("organisation_edit"), self.fields(name=f"Riverside {place}"))
        assert Organisation.objects.get().version == 3

    def test_the_same_form_sent_twice_changes_nothing_and_leaves_no_second_line(self, ada, as_):
        for _ in range(2):
            as_(ada).post(url("organisation_edit"), self.fields(name="Riverside NHS Trust"))
        assert AuditEntry.objects.filter(event="organisation.settings_changed").count() == 1

    def test_who_saves_second_sees_both_versions_and_chooses(self, ada, as_):
        stale = self.fields(name="Riverside and Hillside")
        as_(ada).post(url("organisation_edit"), self.fields(name="Riverside NHS Trust", incident_name="Datix"))
        upload = SimpleUploadedFile("logo.png", png(), "image/png")
        answer = as_(ada).post(url("organisation_edit"), {**stale, "logo_file": upload})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Two people changed this" in page
        assert "Choose the logo again." in page
        assert 'value="Riverside and Hillside"' in page
        assert Organisation.objects.get().name == "Riverside NHS Trust"
        again = {**stale, "version": answer.context["form"].data["version"]}
        assert as_(ada).post(url("organisation_edit"), again).status_code == 302
        now = Organisation.objects.get()
        assert (now.name, now.incident_name, bytes(now.logo)) == ("Riverside and Hillside", "", b"")

    @pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"", b"%PDF-1.7", png()[:200], HUGE])
    def test_what_is_no_picture_is_refused_with_a_sentence(self, content, ada, as_):
        upload = SimpleUploadedFile("logo.png", content, "image/png")
        answer = as_(ada).post(url("organisation_edit"), self.fields(name="New name", logo_file=upload))
        assert answer.status_code == 422
        assert "New name" in answer.content.decode()
        assert Organisation.objects.get().name == "Riverside"

    def test_settings_leave_a_line_and_the_incident_link_is_on_every_page(self, ada, as_):
        link = "https://datix.example/report"
        as_(ada).post(url("organisation_edit"), self.fields(incident_url=link, incident_name="Datix"))
        assert AuditEntry.objects.get(event="organisation.settings_changed").facts == {
            "fields": "address of the incident system, incident system"
        }
        assert link in as_(ada).get(url("person_list")).content.decode()

    def test_a_dangerous_address_is_refused(self, ada, as_):
        answer = as_(ada).post(url("organisation_edit"), self.fields(incident_url="javascript:alert(1)"))
        assert answer.status_code == 422


SETTINGS = events.Event.SETTINGS_CHANGED
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class TestTrail:
    def test_it_reads_names_as_they_stood_and_exports_what_is_shown(self, riverside, ada, cara, as_, member):
        actions.suspend_member(member(cara), by=as_member(ada), at=timezone.now())
        page = as_(ada).get(url("audit_list")).content.decode()
        assert "Suspended" in page
        assert "Cara Doyle" in page
        lines = b"".join(as_(ada).get(url("audit_list") + "?format=csv").streaming_content).decode().splitlines()
        assert len(lines) == 1 + AuditEntry.objects.filter(organisation=riverside).count()

    def test_it_writes_names_and_days_in_full_on_the_page(self, riverside, ada, as_):
        events.record(SETTINGS, riverside, by=as_member(ada), at=NOW, due_on=date(2026, 11, 24), owner=ada)
        page = as_(ada).get(url("audit_list")).content.decode()
        assert "Due on: 24 November 2026, owner: Ada Kowalska" in page

    def test_it_says_what_was_before_first_and_nothing_of_what_is_not_there(self, riverside, ada, as_):
        events.record(SETTINGS, riverside, by=as_member(ada), at=NOW, after="review", before="submitted", session=None)
        page = as_(ada).get(url("audit_list")).content.decode()
        assert "Before: submitted, after: review" in page
        assert "session:" not in page

    def test_a_formula_in_a_name_is_disarmed_in_the_csv(self, riverside, ada, as_):
        group = actions.create_group(riverside, by=as_member(ada), name="=cmd()", at=timezone.now())
        text = b"".join(as_(ada).get(url("audit_list") + "?format=csv").streaming_content).decode()
        assert f",{group.pk},'=cmd()" in text

    def test_the_trail_survives_the_person(self, riverside, ada, cara, member):
        actions.suspend_member(member(cara), by=as_member(ada), at=timezone.now())
        entry = AuditEntry.objects.get(event="membership.suspended")
        actor = ada.pk
        ada.delete()
        entry.refresh_from_db()
        assert entry.actor_id == actor

    def test_another_organisation_sees_nothing_of_it(self, riverside, hillside, ada, oskar, as_, member):
        Membership.objects.filter(person=oskar).update(role=Role.ADMINISTRATOR)
        events.record(SETTINGS, riverside, by=as_member(ada), at=NOW, secret="saffron")
        page = as_(oskar).get(reverse("audit_list", args=["hillside"])).content.decode()
        assert "saffron" not in page


class TestWayIn:
    def test_one_organisation_goes_straight_home(self, cara, as_):
        assert as_(cara).get(reverse("front")).url == reverse("home", args=["riverside"])

    def test_two_organisations_ask_once_and_then_remember(self, nia, as_):
        browser = as_(nia)
        assert browser.get(reverse("front")).status_code == 200
        browser.get(reverse("organisation_logo", args=["hillside"]))
        assert browser.get(reverse("front")).url == reverse("home", args=["hillside"])

    def test_no_organisation_says_what_to_do(self, db, as_):
        person = Person.objects.create_user("lost@x.example", name="Lost")
        page = as_(person).get(reverse("front")).content.decode()
        assert "lost@x.example" in page

    def test_the_demo_door_does_not_exist_outside_the_demo(self, lena, client, settings):
        settings.DEMO = False
        assert client.post(reverse("demo_enter"), {"person": "lena"}).status_code == 404
        settings.DEMO = True
        assert client.post(reverse("demo_enter"), {"person": "lena"}).status_code == 302
        assert client.session["_auth_user_id"] == str(lena.pk)

    def test_nobody_signs_up_by_themself(self, client, db):
        client.post(reverse("account_signup"), {"email": "x@x.example", "password1": "copper kettle garden"})
        assert not Person.objects.filter(email="x@x.example").exists()

    def test_signing_in_with_a_password(self, lena, client):
        words = {"login": "LENA@riverside.example", "password": "demo-demo-demo"}
        answer = client.post(reverse("account_login"), words)
        assert answer.status_code == 302
        assert client.session["_auth_user_id"] == str(lena.pk)
