"""What was planned by mistake can be deleted as long as nothing speaks of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
from kmportal.lib.exceptions import Refusal
from lessons.models import Lesson
from organisations.models import AuditEntry, Membership
from roadmap import actions, policies
from roadmap.models import Intervention, PlanChange, Programme
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


# --- Putting back ----------------------------------------------------------------------------------------------------


@pytest.fixture
def deleted(planned, lena, cara):
    """What its deletion left, and what the plan said of it before."""
    actions.change_intervention(
        planned, by=as_member(lena), at=timezone.now(), seen=planned.version, owner=cara, summary="Long thought about"
    )
    fields = [field.attname for field in Intervention._meta.concrete_fields]
    before = Intervention.objects.values(*fields).get(pk=planned.pk)
    story = list(planned.changes.order_by("pk").values("pk", "words", "reason", "at", "by"))
    change = actions.delete_intervention(planned, by=as_member(lena), at=timezone.now())
    return change, before, story


def put_back(change, person, **later):
    actions.undo_change_together(
        PlanChange.objects.get(pk=change.pk), by=as_member(person), at=timezone.now() + timedelta(**later)
    )


def test_whoever_deleted_it_puts_it_back_as_it_was(deleted, lena):
    change, before, story = deleted
    for _ in range(2):
        put_back(change, lena)
    row = Intervention.objects.get(pk=before["id"])
    assert Intervention.objects.values(*before).get(pk=row.pk) == before
    kept = list(row.changes.order_by("pk").values("pk", "words", "reason", "at", "by"))
    assert kept[:-1] == story
    assert kept[-1]["words"] == "Put back after it was deleted."
    assert SearchDoc.objects.filter(kind="intervention", ident=row.pk).exists()
    assert AuditEntry.objects.filter(event="intervention.put_back").count() == 1
    delete(row, lena)  # it is as mistaken as before
    assert not Intervention.objects.filter(pk=row.pk).exists()


def test_nobody_else_puts_it_back_and_nobody_after_a_week(deleted, lena, cara, farah):
    change, before, _ = deleted
    Membership.objects.filter(person=farah).update(role="lead")
    for other in (farah, cara):
        with pytest.raises(PermissionDenied):
            put_back(change, other)
    with pytest.raises(Refusal, match="too long ago"):
        put_back(change, lena, days=7)
    assert actions.tidy_plan(timezone.now() + timedelta(days=6)) == 0
    assert actions.tidy_plan(timezone.now() + timedelta(days=7)) == 1
    assert not PlanChange.objects.filter(pk=change.pk).exists()
    assert not Intervention.objects.filter(pk=before["id"]).exists()


def test_who_has_left_since_is_named_no_more(deleted, lena, cara):
    change, before, _ = deleted
    Membership.objects.filter(person=cara).update(left_at=timezone.now())
    put_back(change, lena)
    row = Intervention.objects.get(pk=before["id"])
    assert (row.owner, row.created_by) == (None, lena)


def test_the_plan_offers_it_to_who_deleted_it(planned, lena, farah, as_):
    Membership.objects.filter(person=farah).update(role="lead")
    browser = as_(lena)
    page = browser.post(reverse("intervention_delete", args=["riverside", planned.pk]), follow=True)
    change = PlanChange.objects.deletions().get()
    undo = reverse("programme_change_undo", args=["riverside", planned.programme_id, change.pk])
    plan = reverse("programme_plan", args=["riverside", planned.programme_id])
    assert "“A mistake” is deleted." in page.text
    assert undo in page.text
    assert undo in browser.get(plan).text
    assert undo not in as_(farah).get(f"{plan}?change={change.pk}").text
    back = browser.post(undo, follow=True)
    assert "It is in the plan again." in back.text
    assert Intervention.objects.filter(pk=planned.pk).exists()
    assert undo not in browser.get(plan).text
