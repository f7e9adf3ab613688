"""Knowledge at risk: who reads it, how it is sorted, when somebody is reminded, and what happens when they leave."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

import organisations.actions
from dashboards.gaps import LatestRound
from dashboards.todo import needs_of
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.promises import promised
from lessons.actions.risk_holders import change_holder, name_holder, take_holder_out
from lessons.actions.risks import begin_asset_of_risk, pass_on_risk, reopen_risk, settle_risk, write_risk
from lessons.models import Asset, Risk, RiskHolder
from notifications.models import Notice
from organisations.models import Membership
from tests.cast import as_member

pytestmark = pytest.mark.django_db


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def titles(page: str, *found: Risk) -> list[str]:
    """Those that the page shows, in its order."""
    return sorted((one.title for one in found if one.title in page), key=page.index)


def register(browser, query: str = "") -> str:
    return browser.get(reverse("risk_list", args=["riverside"]) + query).text


# --- Who reads what --------------------------------------------------------------------------------------------------


def test_strangers_find_nothing_and_others_what_is_theirs(risk, put_in, as_, nia, ada, sam, reza, cara):
    other = put_in("Read the old plans")
    page = risk.get_absolute_url()
    assert as_(ada).get(page).status_code == as_(nia).get(page).status_code == 404
    assert titles(register(as_(sam)), risk, other) == [risk.title, other.title]
    for person in (reza, cara):
        assert titles(register(as_(person)), risk, other) == [risk.title]
    assert not titles(register(as_(ada)), risk, other)


def test_whoever_knows_about_it_reads_their_own_day_alone(risk, put_in, reza, cara, lena, as_):
    name_holder(risk, by=as_member(cara), at=timezone.now(), name="The night porter", leaves_on=days(20))
    change_holder(
        risk.holders.get(person=reza),
        by=as_member(cara),
        at=timezone.now(),
        seen=Risk.objects.get().version,
        leaves_on=days(300),
    )
    own, others = f"{days(300):%Y}", days(20).strftime("%-d %B %Y")
    for url in (reverse("risk_list", args=["riverside"]), risk.get_absolute_url()):
        page = as_(reza).get(url).text
        assert own in page
        assert "The night porter" in page
        assert others not in page
        assert "cannot wait" not in page.split("</details>")[-1].replace("What cannot wait", "")
        assert others in as_(lena).get(url).text
    assert not titles(register(as_(reza), "?show=pressing"), risk)
    csv = b"".join(as_(reza).get(reverse("risk_list", args=["riverside"]) + "?format=csv").streaming_content).decode()
    assert risk.title in csv
    assert others not in csv
    assert titles(register(as_(lena), "?show=pressing"), risk)


def test_only_who_keeps_the_register_or_sees_to_a_topic_changes_it(risk, reza, sam, ada, cara, lena):
    for person in (reza, sam, ada):
        with pytest.raises(PermissionDenied):
            settle_risk(risk, by=as_member(person), at=timezone.now(), how="Somehow.")
    with pytest.raises(PermissionDenied):
        begin_asset_of_risk(risk, by=as_member(lena), at=timezone.now())  # a draft is its author’s alone


# --- Rating and order ------------------------------------------------------------------------------------------------


def test_the_most_urgent_stands_first(put_in, lena, cara, as_):
    low = put_in("Topic low", 1, 2)
    middle = put_in("Topic middle", 2, 2)
    high = put_in("Topic high", 2, 3)
    soon = put_in("Topic soon", 1, 1)
    late = put_in("Topic late", 2, 2, due_on=days(-1), owner=cara)
    kept = put_in("Topic kept", 3, 3)
    settle_risk(kept, by=as_member(lena), at=timezone.now(), how="Written up.")
    name_holder(soon, by=as_member(lena), at=timezone.now(), name="A clerk", leaves_on=days(49))
    name_holder(high, by=as_member(lena), at=timezone.now(), name="A clerk", leaves_on=days(71))
    name_holder(middle, by=as_member(lena), at=timezone.now(), name="A nurse", leaves_on=days(57))
    rows = (low, middle, high, soon, late, kept)
    order = [late.title, soon.title, high.title, middle.title, low.title]
    assert titles(register(as_(lena)), *rows) == order
    assert titles(register(as_(lena), "?show=pressing"), *rows) == order[:2]
    assert titles(register(as_(lena), "?show=all"), *rows) == [*order, kept.title]
    assert titles(register(as_(lena), "?rating=middle"), *rows) == [late.title, middle.title]
    assert titles(register(as_(lena), "?show=kept&mine=2&rating=odd"), *rows) == [kept.title]
    assert [Risk.objects.get(pk=row.pk).rating_word for row in (low, middle, high)] == ["low", "middle", "high"]
    for row in Risk.objects.all():
        assert row.presses(days(0)) == Risk.objects.pressing(days(0)).filter(pk=row.pk).exists()


def test_another_rating_warns_at_another_day(risk, cara):
    holder = risk.holders.get()
    change_holder(holder, by=as_member(cara), at=timezone.now(), seen=risk.version, leaves_on=days(60))
    assert Risk.objects.get().warn_on == days(60 - 70)
    row = Risk.objects.get()
    wanted = {"title": row.title, "why": row.why, "matter": 1, "loss": 1, "owner": cara}
    write_risk(row, by=as_member(cara), at=timezone.now(), seen=row.version, wanted=wanted)
    assert Risk.objects.get().warn_on == days(60 - 49)
    take_holder_out(holder, by=as_member(cara), at=timezone.now())
    take_holder_out(holder, by=as_member(cara), at=timezone.now())
    assert Risk.objects.get().warn_on is None


def test_a_thousand_topics_take_the_same_queries_and_one_press_for_a_file(
    riverside, lena, as_, django_assert_max_num_queries
):
    browser = as_(lena)
    assert "Nothing stands here" in register(browser)
    Risk.objects.bulk_create(
        Risk(organisation=riverside, title=f"=Topic {number}", matter=1 + number % 3, loss=3) for number in range(1_000)
    )
    risks = Risk.objects.in_bulk()
    RiskHolder.objects.bulk_create(RiskHolder(risk=one, name="Somebody") for one in risks.values())
    register(browser)
    with django_assert_max_num_queries(20):
        page = register(browser)
    assert ">1,000</data> topics" in page
    file = b"".join(browser.get(reverse("risk_list", args=["riverside"]) + "?format=csv&rating=high").streaming_content)
    lines = file.decode().splitlines()
    assert len(lines) == 1 + sum(one.rating_word == "high" for one in risks.values())
    assert lines[1].startswith("'=Topic")  # no spreadsheet runs it


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_a_topic_is_put_in_and_changed_by_form(riverside, farah, cara, reza, as_):
    browser = as_(farah)
    typed = {"title": "The old plans", "matter": "3", "loss": "2", "owner": str(cara.pk), "due_on": "next Friday"}
    made = browser.post(reverse("risk_new", args=["riverside"]), typed)
    risk = Risk.objects.get()
    assert made.status_code == 302
    assert made.url == risk.get_absolute_url()
    assert (risk.rating, risk.rating_word, risk.owner) == (6, "high", cara)
    assert Notice.objects.filter(person=cara, kind="risk").count() == 1
    wrong = browser.post(reverse("risk_edit", args=["riverside", risk.pk]), {"title": "", "version": "1"})
    assert wrong.status_code == 422
    url = reverse("risk_holder_new", args=["riverside", risk.pk])
    assert browser.post(url, {"person": "", "name": ""}).status_code == 422
    assert browser.post(url, {"person": str(reza.pk), "name": "Reza"}).status_code == 422
    assert browser.post(url, {"person": str(reza.pk), "leaves_on": "nonsense"}).status_code == 422
    assert browser.post(url, {"person": str(reza.pk)}).status_code == 302
    assert Notice.objects.filter(person=reza, kind="risk").count() == 1
    as_(cara)
    holder = risk.holders.get()
    edit = reverse("risk_holder_edit", args=["riverside", holder.pk])
    sent = as_(cara).post(edit, {"version": str(Risk.objects.get().version), "leaves_on": "next Friday"})
    assert sent.status_code == 302
    assert Risk.objects.get().leaves_on == RiskHolder.objects.get().leaves_on is not None
    assert as_(cara).post(edit, {"version": "1", "leaves_on": "today"}).status_code == 422  # somebody was there first
    kept = reverse("risk_settle", args=["riverside", risk.pk])
    assert as_(cara).post(kept, {"how": " "}).status_code == 422
    assert as_(cara).post(kept, {"how": "Two more can do it."}).status_code == 302
    assert "Two more can do it." in as_(cara).get(risk.get_absolute_url()).text
    assert as_(cara).post(reverse("risk_reopen", args=["riverside", risk.pk])).status_code == 302
    assert not Risk.objects.get().is_settled
    assert as_(cara).post(reverse("risk_holder_away", args=["riverside", holder.pk])).status_code == 302
    assert not RiskHolder.objects.exists()


def test_each_write_is_safe_to_repeat_and_two_people_do_not_undo_each_other(risk, cara, lena, reza, riverside):
    by = as_member(cara)
    same = {"title": risk.title, "why": risk.why, "matter": 3, "loss": 3, "owner": cara}
    assert write_risk(risk, by=by, at=timezone.now(), seen=0, wanted=same).version == risk.version
    with pytest.raises(Stale):
        write_risk(risk, by=as_member(lena), at=timezone.now(), seen=0, wanted={**same, "title": "Else"})
    assert name_holder(risk, by=by, at=timezone.now(), person=reza) == risk.holders.get()
    with pytest.raises(Refusal):
        name_holder(risk, by=by, at=timezone.now(), person=reza, name="Reza")
    with pytest.raises(Refusal):
        name_holder(risk, by=by, at=timezone.now())
    with pytest.raises(Refusal, match="cannot see to it"):
        pass_on_risk(risk, by=as_member(lena), at=timezone.now(), to=reza)  # he reads alone
    settle_risk(risk, by=by, at=timezone.now(), how="Written up.")
    assert settle_risk(risk, by=by, at=timezone.now(), how="Otherwise.").kept_how == "Written up."
    with pytest.raises(Refusal, match="it is kept"):
        write_risk(risk, by=by, at=timezone.now(), seen=risk.version, wanted={**same, "title": "Else"})
    reopen_risk(risk, by=by, at=timezone.now())
    assert reopen_risk(risk, by=by, at=timezone.now()).kept_how == "Written up."


def test_the_last_day_of_a_member_stands_on_all_their_topics(risk, put_in, cara, farah, reza):
    other, third = put_in("Read the old plans", 1, 1), put_in("Ring the right person")
    elsewhere = name_holder(other, by=as_member(farah), at=timezone.now(), person=reza)
    change_holder(
        risk.holders.get(),
        by=as_member(cara),
        at=timezone.now(),
        seen=Risk.objects.get(pk=risk.pk).version,
        leaves_on=days(90),
    )
    elsewhere.refresh_from_db()
    other.refresh_from_db()
    assert (elsewhere.leaves_on, other.leaves_on, other.warn_on) == (days(90), days(90), days(90 - 49))
    assert name_holder(third, by=as_member(farah), at=timezone.now(), person=reza).leaves_on == days(90)


# --- Its knowledge asset ---------------------------------------------------------------------------------------------


def test_it_begins_a_draft_with_what_is_known(risk, cara, farah, reza, lena, as_):
    name_holder(risk, by=as_member(cara), at=timezone.now(), name="The night porter", leaves_on=days(20))
    made = as_(cara).post(reverse("risk_asset", args=["riverside", risk.pk]))
    asset = Asset.objects.get()
    assert made.url == reverse("asset_step_list", args=["riverside", asset.pk])
    assert (asset.title, asset.owner, asset.author, asset.is_draft) == (risk.title, cara, cara, True)
    assert "The wards get cold." in asset.text
    assert "* The night porter" in asset.text
    assert days(20).strftime("%B") not in asset.text  # nobody reads there when somebody leaves
    assert [part.person for part in asset.parts.all()] == [reza]
    assert begin_asset_of_risk(risk, by=as_member(cara), at=timezone.now()) == asset
    assert asset.get_absolute_url() in as_(cara).get(risk.get_absolute_url()).text
    page = as_(lena).get(risk.get_absolute_url()).text
    assert asset.get_absolute_url() not in page
    assert "only whoever began it can read it" in page


# --- In time ---------------------------------------------------------------------------------------------------------


def words_on_home(person) -> dict[str, str]:
    return {need.title: need.url for need in needs_of(as_member(person), LatestRound(), at=timezone.now())}


def test_whoever_sees_to_it_is_reminded_in_time_and_home_counts(risk, cara, lena, sam, reza, as_):
    title, number = f"See to it that it is kept: “{risk.title}”", "One topic of knowledge at risk cannot wait"
    holder = risk.holders.get()
    change_holder(holder, by=as_member(cara), at=timezone.now(), seen=risk.version, leaves_on=days(71))
    assert title not in words_on_home(cara)
    assert number not in words_on_home(lena)
    assert not [one for one in promised(days(0), [cara.pk]) if one.kind == "risk"]
    change_holder(holder, by=as_member(cara), at=timezone.now(), seen=Risk.objects.get().version, leaves_on=days(70))
    assert words_on_home(cara)[title] == risk.get_absolute_url()
    [told] = [one for one in promised(days(0), [cara.pk]) if one.kind == "risk"]
    assert (told.person, told.day, told.is_told_once) == (cara, days(0), False)
    assert days(70).strftime("%-d %B %Y") in told.says(days(0))
    for person in (lena, sam):
        assert ">1</data> topic<" in as_(person).get(words_on_home(person)[number]).text
    assert number not in words_on_home(reza)
    assert "Knowledge at risk" in as_(reza).get(reverse("yours", args=["riverside"])).text
    settle_risk(risk, by=as_member(cara), at=timezone.now(), how="Two more can do it.")
    assert title not in words_on_home(cara)
    assert number not in words_on_home(lena)
    assert not [one for one in promised(days(0), [cara.pk]) if one.kind == "risk"]


def test_who_is_removed_has_left_and_those_who_can_act_are_told(risk, cara, reza, ada, lena, sam, as_):
    membership = Membership.objects.get(person=reza, organisation__slug="riverside")
    page = as_(ada).get(reverse("person_remove", args=["riverside", membership.pk]))
    assert risk.title in page.text
    assert risk.get_absolute_url() not in page.text
    organisations.actions.remove_member(membership, by=as_member(ada), at=timezone.now())
    row = Risk.objects.get()
    assert row.presses(days(0))
    assert RiskHolder.objects.get().leaves_on == days(0)
    told = Notice.objects.filter(text__contains="has left, and knew about")
    assert {one.person for one in told} == {cara, lena}


def test_who_saw_to_it_and_goes_leaves_it_to_somebody_else(risk, cara, ada, farah):
    membership = Membership.objects.get(person=cara, organisation__slug="riverside")
    organisations.actions.remove_member(membership, by=as_member(ada), at=timezone.now())
    assert Risk.objects.get().owner is None
    assert f"Find somebody to see to “{risk.title}”" in words_on_home(farah)
