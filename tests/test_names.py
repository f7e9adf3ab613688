"""Names, titles and addresses: whoever writes one, everywhere, by one rule."""

import pkgutil
from importlib import import_module

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from actionplan.actions import add_action
from actionplan.models import Action
from kmportal.lib import forms as ours
from kmportal.lib.cleaning import line_of_text, reading_key
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_fields import AddressField, LineField, ReadingKeyField
from lessons.models import Tag
from lessons.tagging import file_under_tags, has_the_tags
from organisations.models import Group, Invitation, Person
from selfassessment.models import Asked
from tests.cast import as_member
from tests.test_models import OURS

NAMES = {"name", "title", "guest_name", "place", "results_place", "incident_name", "source", "group_name", "contact"}
# Shipped with the portal, or written by it alone.
NOT_TYPED = {
    "AuditName", "SearchDoc", "Job", "JobFile", "Heartbeat", "Done", "MailServer", "CatalogueEntry", "Technique",
    "Stage", "Framework", "Section", "Criterion", "Suggestion", "Correction",
    "DocCount",
}  # fmt: skip
INVISIBLE = ["\u200b", "\u200b\u2060", "\u3164", "\u2800", "\u200d", "\ufe0f", "\u0301", "\u00ad \u00a0", "\u202e"]


def typed_fields():
    for model in OURS:
        for field in model._meta.local_fields:
            if isinstance(field, models.CharField) and field.name in NAMES and model.__name__ not in NOT_TYPED:
                yield pytest.param(field, id=f"{model.__name__}.{field.name}")


def forms_of_the_portal():
    for app in [*settings.LOCAL_APPS, "kmportal.lib"]:
        name = apps.get_app_config(app).name if app != "kmportal.lib" else app
        for found in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
            if "form" in found.name.rpartition(".")[2] or ".forms." in found.name:
                for thing in vars(import_module(found.name)).values():
                    if isinstance(thing, type) and issubclass(thing, forms.BaseForm) and thing.__module__ == found.name:
                        yield thing


FORMS = sorted(set(forms_of_the_portal()), key=lambda form: (form.__module__, form.__name__))


@pytest.mark.parametrize("field", list(typed_fields()))
def test_every_name_and_title_is_a_line_that_can_be_read(field):
    assert isinstance(field, LineField)
    assert field.to_python("\u202eSam\u200b  Okafor\u202c") == "Sam Okafor"


def test_every_address_is_kept_in_one_way():
    found = [field for model in OURS for field in model._meta.local_fields if isinstance(field, models.EmailField)]
    assert len(found) > 5
    assert all(isinstance(field, AddressField) for field in found)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_every_form_asks_for_names_and_addresses_by_the_same_rule(form):
    for name, field in getattr(form, "base_fields", {}).items():
        if form.__module__ == "kmportal.lib.account_forms":
            continue  # allauth’s are exchanged when a form is made
        if isinstance(field, forms.EmailField):
            assert isinstance(field, ours.EmailField), name
        if name in NAMES and isinstance(field, forms.CharField):
            assert isinstance(field, ours.LineField), name
        if isinstance(field, forms.ModelMultipleChoiceField):
            assert isinstance(field, ours.ManyOf), f"{name}: a key too large for the database would break it"


@pytest.mark.parametrize("text", INVISIBLE)
def test_what_nobody_can_see_is_empty(text):
    assert line_of_text(text) == line_of_text(f" {text} ") == reading_key(text) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\u202eevil", "evil"),
        ("Sam Okafor\u202e", "Sam Okafor"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f469\u200d\u2695\ufe0f nurse", "\U0001f469\u200d\u2695\ufe0f nurse"),
        ("two\r\nlines\ttab", "two lines tab"),
        ("C++ & \u201cquotes\u201d", "C++ & \u201cquotes\u201d"),
    ],
)
def test_what_can_be_read_stays(text, line):
    assert line_of_text(text) == line


@pytest.mark.parametrize("text", ["\u200b", "\u200b\u2060"])
class TestOnPages:
    def test_of_oneself(self, text, cara, as_):
        assert as_(cara).post("/me/", {"name": text}).status_code == 422
        assert Person.objects.get(pk=cara.pk).name == "Cara Doyle"

    def test_of_an_action(self, text, world, cara, as_):
        page = as_(cara).post("/o/riverside/actions/new/", {"title": text})
        assert page.status_code == 422
        assert "Answer “What will be done?”" in page.content.decode()

    def test_of_a_guest_in_a_room(self, text, world, client):
        page = client.post(f"/join/{world.things.room.code}/", {"name": text})
        assert page.status_code == 422

    def test_of_a_group(self, text, ada, riverside, as_):
        page = as_(ada).post("/o/riverside/groups/new/", {"name": text, "kind": "team"})
        assert page.status_code == 422


def test_an_action_of_the_portal_refuses_it_too(cara, riverside):
    with pytest.raises(Refusal):
        add_action(riverside, by=as_member(cara), at=timezone.now(), title="\u200b", owner=cara)
    with pytest.raises(Refusal):
        Group.objects.create(organisation=riverside, name="\u2060")


SAME = [
    ("T\u00eem \u0174yl", "t\u00eem \u0175yl"),
    ("Caf\u00e9 team", "Cafe\u0301 team"),
    ("Caf\u00e9 team", "Caf\u00e9 team\u200b"),
    ("Pre-op", "PRE\u2011OP"),
    ("Ward 6", "\uff37ard\u00a06"),
    ("Nurses\u2019 team", "nurses' team"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), SAME)
def test_two_groups_never_read_the_same(first, second, ada, riverside, as_):
    browser = as_(ada)
    assert browser.post("/o/riverside/groups/new/", {"name": first, "kind": "team"}).status_code == 302
    page = browser.post("/o/riverside/groups/new/", {"name": second, "kind": "team"})
    assert page.status_code == 422
    assert "There is already a group with this name." in page.content.decode()
    assert Group.objects.filter(organisation=riverside).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), SAME)
def test_two_tags_never_read_the_same(first, second, riverside):
    lesson = riverside.lesson_set.create()
    file_under_tags(lesson, [first, second])
    file_under_tags(lesson, [second])
    assert [tag.name for tag in Tag.objects.all()] == [line_of_text(second)] or Tag.objects.count() == 1
    assert has_the_tags(lesson, [first])


def test_keys_stand_beside_their_names():
    keys = [model.__name__ for model in OURS if any(isinstance(f, ReadingKeyField) for f in model._meta.local_fields)]
    assert keys == [
        "Group",
        "Tag",
        "ThemeSet",
        "Theme",
        "SavedList",
        "Profile",
        "Topic",
        "Enquiry",
        "Joiner",
        "Topic",
        "NamedBarrier",
    ]


ADDRESSES = [
    "pat@example.org\u200e", "pat@example.org\u202c", "pat@exam\u200eple.org", "pat@example.org\u200b",
    "pat@example.org\ufeff", "pat@example.org\u201d", "pat@example.org\u2019", "pat@exam\u00adple.org",
]  # fmt: skip


@pytest.mark.parametrize("typed", [*ADDRESSES, "pat@example.org\ue000"])
class TestAddressesOnPages:
    def test_of_an_invitation(self, typed, ada, riverside, as_):
        page = as_(ada).post("/o/riverside/people/invite/", {"email": typed, "role": "reader"})
        self.check(page, typed, Invitation.objects.values_list("email", flat=True))

    def test_of_a_session(self, typed, world, as_):
        session = world.things.session
        page = as_(world.people["farah"]).post(f"/o/riverside/sessions/{session.pk}/invite/", {"addresses": typed})
        found = session.invitees.filter(person=None).values_list("email", flat=True)
        self.check(page, typed, found)

    def test_of_a_round(self, typed, world, as_):
        asked = world.things.round_open
        url = f"/o/riverside/assessments/{asked.pk}/people/addresses/"
        page = as_(world.people["farah"]).post(url, {"addresses": typed})
        rows = Asked.objects.filter(assessment=asked).exclude(email__in=["", "x@y.example"])
        self.check(page, typed, rows.values_list("email", flat=True))

    def test_of_a_guest(self, typed, world, as_):
        page = as_(world.people["farah"]).post("/o/riverside/actions/new/", {"title": "Pat’s", "guest_email": typed})
        self.check(page, typed, Action.objects.filter(title="Pat’s").values_list("guest_email", flat=True))

    def test_of_whoever_forgot_the_password(self, typed, cara, client, mailoutbox):
        page = client.post("/accounts/password/reset/", {"email": typed.replace("pat@example.org", cara.email)})
        assert page.status_code in (200, 302, 422)

    def check(self, page, typed, found):
        if "\ue000" in typed:
            assert page.status_code == 422
            assert "address" in page.content.decode()
            assert list(found) == []
        else:
            assert page.status_code == 302, page.content.decode()
            assert list(found) == ["pat@example.org"]


def test_one_person_is_invited_once_however_it_is_spelt(ada, riverside, as_):
    browser = as_(ada)
    browser.post("/o/riverside/people/invite/", {"email": "pat@ex\u00e4mple.org", "role": "reader"})
    page = browser.post("/o/riverside/people/invite/", {"email": "pat@xn--exmple-cua.org", "role": "reader"})
    assert page.status_code == 422
    assert Invitation.objects.count() == 1


@pytest.mark.django_db
def test_somebody_is_found_by_any_spelling():
    pat = Person.objects.create_user("Pat@ex\u00e4mple.org\u200b", name="Pat")
    assert Person.objects.get_by_natural_key("PAT@xn--exmple-cua.org\u200e") == pat
    assert pat.email == "pat@xn--exmple-cua.org"
    assert Person.objects.filter(email="pat@EX\u00c4MPLE.org").exists()
