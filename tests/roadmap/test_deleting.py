"""What was planned by mistake can be deleted as long as nothing speaks of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
from kmportal.lib.exceptions import Refusal
from lessons.models import Lesson
from organisations.models import AuditEntry
from roadmap import actions, policies
from roadmap.models import Intervention, Programme
from search.models import SearchDoc
from techniques.models import Session
from tests.cast import as_member


@pytest.fixture
def planned(world, lena):
    return actions.plan_intervention(
        world.things.programme, by=as_member(lena), at=timezone.now(), title="A mistake", step=1
    )


def delete(row, person):
    act = actions.delete_intervention if isinstance(row, Intervention) else actions.delete_programme
    act(row, by=as_member(person), at=timezone.now())


def test_a_mistake_goes_from_plan_and_search_and_stays_in_the_trail(planned, lena):
    pk = planned.pk
    assert SearchDoc.objects.filter(kind="intervention", ident=pk).exists()
    delete(planned, lena)
    assert not Intervention.objects.filter(pk=pk).exists()
    assert not SearchDoc.objects.filter(kind="intervention", ident=pk).exists()
    assert AuditEntry.objects.filter(event="intervention.deleted").count() == 1
    planned.pk = pk
    delete(planned, lena)  # a second press
    assert AuditEntry.objects.filter(event="intervention.deleted").count() == 1


def promise(row, world):
    actionplan.actions.add_action(
        world.riverside, by=as_member(world.people["lena"]), at=timezone.now(), title="Do it", source=row
    )


HANGS = {
    "an action": promise,
    "a session": lambda row, world: Session.objects.filter(pk=world.things.session.pk).update(intervention=row),
    "a lesson": lambda row, world: Lesson.objects.create(organisation=world.riverside, intervention=row),
    "a beginning": lambda row, world: Intervention.objects.filter(pk=row.pk).update(state="doing"),
}


@pytest.mark.parametrize("what", HANGS)
def test_what_something_hangs_on_stays(planned, world, lena, as_, what):
    HANGS[what](planned, world)
    planned.refresh_from_db()
    assert not policies.may_delete(as_member(lena), planned)
    with pytest.raises(Refusal, match="cannot be deleted"):
        delete(planned, lena)
    with pytest.raises(Refusal, match="cannot be deleted"):
        delete(planned.programme, lena)
    url = reverse("intervention_delete", args=["riverside", planned.pk])
    assert f'href="{url}"' not in as_(lena).get(planned.get_absolute_url()).text
    assert "cannot be deleted" in as_(lena).post(url, follow=True).text
    assert Intervention.objects.filter(pk=planned.pk).exists()


def test_a_mistaken_programme_goes_with_its_drafts(world, lena, as_):
    programme = actions.begin_programme(
        world.riverside, by=as_member(lena), at=timezone.now(), name="Twice",
        starts_on=world.things.programme.starts_on, ends_on=world.things.programme.ends_on,
    )  # fmt: skip
    actions.plan_intervention(programme, by=as_member(lena), at=timezone.now(), title="A draft", step=1)
    browser, url = as_(lena), reverse("programme_delete", args=["riverside", programme.pk])
    assert url in browser.get(programme.get_absolute_url()).text
    assert "its one intervention" in browser.get(url).text
    assert Programme.objects.filter(pk=programme.pk).exists()  # asking deletes nothing
    assert "“Twice” is deleted." in browser.post(url, follow=True).text
    assert not Programme.objects.filter(pk=programme.pk).exists()
    assert not SearchDoc.objects.filter(kind="programme", ident=programme.pk).exists()
