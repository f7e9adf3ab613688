"""Who knows about a topic at risk: who may name them, who moves their last day, what is told of it and to whom, and
what becomes of it when somebody comes, goes, or gets another role."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

import organisations.actions
from dashboards.gaps import LatestRound
from dashboards.todo import needs_of
from kmportal.lib.exceptions import Refusal
from kmportal.lib.promises import promised
from lessons.actions.risk_holders import change_holder, name_holder, take_holder_out
from lessons.actions.risks import begin_asset_of_risk, pass_on_risk, write_risk
from lessons.models import Asset, Risk, RiskHolder
from notifications.models import Notice
from organisations.models import AuditEntry, Membership
from organisations.permissions import Role
from tests.cast import as_member

pytestmark = pytest.mark.django_db


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def name(topic: Risk, by, **more) -> RiskHolder:
    return name_holder(topic, by=as_member(by), at=timezone.now(), **more)


def change(holder: RiskHolder, by, leaves_on) -> RiskHolder:
    seen = Risk.objects.get(pk=holder.risk_id).version
    return change_holder(holder, by=as_member(by), at=timezone.now(), seen=seen, leaves_on=leaves_on)


def told(person) -> list[str]:
    return [one.text for one in Notice.objects.filter(person=person, kind="risk")]


# --- Whose day is read and moved -------------------------------------------------------------------------------------


def test_whoever_sees_to_one_topic_does_not_learn_the_day_of_a_colleague(put_in, lena, cara, nia, sam, as_):
    own, other = put_in(owner=cara), put_in("Read the old plans")
    name(other, lena, person=nia, leaves_on=days(90))
    name(other, lena, person=cara)  # she reads this topic now, and not the days of others there
    url = reverse("risk_holder_new", args=["riverside", own.pk])
    for day in ("", "tomorrow"):
        page = as_(cara).post(url, {"person": str(nia.pk), "leaves_on": day})
        assert page.status_code == 422
        assert "Ask the KM lead or a facilitator to add them" in page.text
    name(other, lena, person=sam)  # without a day: the answer is the same, or it would say who leaves
    with pytest.raises(Refusal, match="Ask the KM lead"):
        name(own, cara, person=sam)
    assert not own.holders.exists()
    assert {one.leaves_on for one in RiskHolder.objects.filter(person=nia)} == {days(90)}
    assert name(own, cara, person=cara)
    third = put_in("Ring the right person", owner=cara)
    assert name(own, lena, person=nia).leaves_on == days(90)
    other.holders.filter(person=nia).delete()
    assert name(third, cara, person=nia).leaves_on == days(90)  # she sees to both


def test_a_day_on_a_topic_of_others_is_neither_erased_nor_moved(risk, put_in, lena, cara, reza, as_):
    other = put_in("Read the old plans")
    elsewhere = name(other, lena, person=reza, leaves_on=days(90))
    holder, version = risk.holders.get(), Risk.objects.get(pk=risk.pk).version
    url = reverse("risk_holder_edit", args=["riverside", holder.pk])
    for day in ("", "tomorrow"):
        page = as_(cara).post(url, {"version": str(version), "leaves_on": day})
        assert page.status_code == 422
        assert "Ask the KM lead or a facilitator to change it" in page.text
    elsewhere.refresh_from_db()
    assert elsewhere.leaves_on == days(90)
    assert change(holder, cara, days(90)).leaves_on == days(90)
    before = AuditEntry.objects.latest("pk").pk
    change(holder, lena, days(30))
    lines = AuditEntry.objects.filter(pk__gt=before, event="risk.holder_changed", kind="risk")
    assert {line.ident for line in lines} == {risk.pk, other.pk}


def test_a_day_that_was_typed_is_not_dropped_in_silence(risk, cara, reza):
    with pytest.raises(Refusal, match="stand there already"):
        name(risk, cara, person=reza, leaves_on=days(9))
    porter = name(risk, cara, name="The night porter", leaves_on=days(9))
    assert name(risk, cara, name="The night porter", leaves_on=days(9)) == porter
    assert name(risk, cara, name="The night porter") == porter
    with pytest.raises(Refusal, match="stand there already"):
        name(risk, cara, name="The night porter", leaves_on=days(8))


def test_who_is_taken_out_meanwhile_is_said_and_nothing_breaks(risk, cara, lena):
    holder = RiskHolder.objects.select_related("risk__organisation").get()
    take_holder_out(risk.holders.get(), by=as_member(lena), at=timezone.now())
    with pytest.raises(Refusal, match="in the meantime"):
        change(holder, cara, days(9))


# --- What is told ----------------------------------------------------------------------------------------------------


def test_the_trail_never_says_who_it_is_about(risk, cara, reza, ada):
    membership = as_member(reza)
    assert any("says that you know about" in text for text in told(reza))
    change(risk.holders.get(), cara, days(9))
    organisations.actions.remove_member(membership, by=as_member(ada), at=timezone.now())
    take_holder_out(risk.holders.get(), by=as_member(cara), at=timezone.now())
    lines = AuditEntry.objects.filter(event__startswith="risk.holder")
    assert {line.event for line in lines} == {f"risk.holder_{one}" for one in ("named", "changed", "left", "taken_out")}
    assert all(line.facts == {} for line in lines)


def test_notices_end_with_what_they_told(risk, cara, farah, reza, lena):
    name(risk, farah, person=cara)
    assert len(told(cara)) == 2
    take_holder_out(risk.holders.get(person=cara), by=as_member(farah), at=timezone.now())
    assert told(cara) == [f"You are asked to see to it that it is not lost: “{risk.title}”"]
    take_holder_out(risk.holders.get(person=reza), by=as_member(cara), at=timezone.now())
    assert not told(reza)
    wanted = {"title": risk.title, "why": risk.why, "matter": 3, "loss": 3, "owner": lena}
    row = Risk.objects.get()
    write_risk(row, by=as_member(farah), at=timezone.now(), seen=row.version, wanted=wanted)
    assert not told(cara)
    assert len(told(lena)) == 1
    pass_on_risk(row, by=as_member(farah), at=timezone.now(), to=cara)
    assert not told(lena)
    assert len(told(cara)) == 1


def test_whoever_may_not_contribute_any_more_is_not_told_that_somebody_leaves(risk, cara, ada, farah, reza, as_):
    change(risk.holders.get(), cara, days(20))
    for role, is_told in ((Role.CONTRIBUTOR, True), (Role.READER, False)):
        organisations.actions.change_role(as_member(cara), by=as_member(ada), at=timezone.now(), role=role)
        home = [need.url for need in needs_of(as_member(cara), LatestRound(), at=timezone.now())]
        assert (risk.get_absolute_url() in home) == is_told
        assert any(one.kind == "risk" for one in promised(days(0), [cara.pk])) == is_told
        page = as_(cara).get(reverse("risk_list", args=["riverside"]) + "?show=pressing").text
        assert (risk.title in page) == is_told


# --- When somebody comes, and when a topic goes into other hands -----------------------------------------------------


def test_who_comes_back_has_not_left(risk, reza, ada):
    organisations.actions.remove_member(as_member(reza), by=as_member(ada), at=timezone.now())
    assert Risk.objects.get().warn_on is not None
    invitation = organisations.actions.invite_member(
        risk.organisation, by=as_member(ada), at=timezone.now(), email=reza.email, role=Role.READER
    )
    organisations.actions.accept_invitation(invitation, by=reza, at=timezone.now())
    row = Risk.objects.get()
    assert (row.leaves_on, row.warn_on, row.holders.get().leaves_on) == (None, None, None)
    assert Membership.objects.current().filter(person=reza).exists()


def test_a_topic_in_other_hands_begins_an_asset_of_its_own(risk, cara, farah, as_):
    first = begin_asset_of_risk(risk, by=as_member(cara), at=timezone.now())
    pass_on_risk(risk, by=as_member(farah), at=timezone.now(), to=farah)
    assert reverse("risk_asset", args=["riverside", risk.pk]) in as_(farah).get(risk.get_absolute_url()).text
    made = as_(farah).post(reverse("risk_asset", args=["riverside", risk.pk]))
    second = Asset.objects.get(author=farah)
    assert made.url == reverse("asset_step_list", args=["riverside", second.pk])
    assert Risk.objects.get().asset == second
    assert Asset.objects.get(pk=first.pk).owner == cara
    assert begin_asset_of_risk(risk, by=as_member(farah), at=timezone.now()) == second
