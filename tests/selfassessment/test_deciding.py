"""What is decided about suggestions, what it becomes, and taking it back."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
import roadmap.actions
from actionplan.models import Action
from actionplan.reports import sources_of
from kmportal.lib.exceptions import Refusal
from kmportal.lib.things import Ref
from organisations.models import AuditEntry
from roadmap.models import CatalogueEntry, Intervention
from search.models import SearchDoc
from selfassessment import reports
from selfassessment.actions import deciding
from selfassessment.models import Decision, Suggestion
from tests.cast import as_member
from tests.selfassessment.conftest import close_and_publish


@pytest.fixture
def closed(a_round, everybody, farah):
    assessment = a_round()
    everybody(assessment, 5, A1=(2, 4), A2=(2, 3), Z1=(1, 4))
    return close_and_publish(assessment, by=as_member(farah), at=timezone.now())


@pytest.fixture
def programme(riverside, lena):
    today = timezone.localdate()
    return roadmap.actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Programme",
        starts_on=today,
        ends_on=today + timedelta(days=365),
        at=timezone.now(),
    )


def offer_of(assessment, code="A1"):
    return reports.build(assessment).offer(code)


def soon() -> str:
    return (timezone.localdate() + timedelta(days=30)).isoformat()


def test_accept_as_intervention(closed, programme, lena, farah):
    CatalogueEntry.objects.create(key="learning-reviews", name="Learning reviews", step=5, what="What", effort="medium")
    Suggestion.objects.filter(criterion__code="A1").update(entry_key="learning-reviews")
    decision = deciding.accept_as_intervention(
        closed, offer=offer_of(closed), by=as_member(lena), owner=farah, at=timezone.now()
    )
    thing = decision.intervention
    assert (thing.title, thing.programme, thing.owner, thing.step) == ("Do the first of A1", programme, farah, 5)
    assert thing.entry.key == "learning-reviews"
    assert (decision.verdict, str(decision.now), str(decision.wanted)) == ("accepted", "2.0", "4.0")
    outcome = offer_of(closed).outcome
    assert (outcome.became, outcome.title, outcome.who, outcome.state) == (
        "intervention", "Do the first of A1", "Farah Siddiqui", "Planned",
    )  # fmt: skip
    assert AuditEntry.objects.filter(event="decision.made").count() == 1


def test_accept_as_action_in_other_words(closed, farah, cara):
    day = timezone.localdate() + timedelta(days=10)
    decision = deciding.accept_as_action(
        closed,
        offer=offer_of(closed),
        by=as_member(farah),
        words="Do it my way",
        owner=cara,
        due_on=day,
        at=timezone.now(),
    )
    action = decision.action
    assert decision.verdict == Decision.Verdict.CHANGED
    assert (action.title, action.owner, action.due_on, action.told_when_late) == ("Do it my way", cara, day, farah)
    assert action.source == Ref("decision", decision.pk)
    source = sources_of([action], as_member(cara))[action.pk]
    assert source.title == "Gap report “Autumn round”, A1 Criterion A1"
    assert source.url == reverse("gap_report", args=["riverside", closed.pk])


def test_planning_asks_for_the_permission_to_plan(closed, programme, farah, cara):
    with pytest.raises(PermissionDenied):
        deciding.accept_as_intervention(closed, offer=offer_of(closed), by=as_member(farah), at=timezone.now())
    for act in (deciding.accept_as_action, lambda *a, **k: deciding.reject_suggestion(*a, reason="No", **k)):
        with pytest.raises(PermissionDenied):
            act(closed, offer=offer_of(closed), by=as_member(cara), at=timezone.now())
    assert not Decision.objects.exists()
    assert not Intervention.objects.exists()


def test_without_a_programme_an_action_is_left(closed, lena):
    with pytest.raises(Refusal, match="no programme"):
        deciding.accept_as_intervention(closed, offer=offer_of(closed), by=as_member(lena), at=timezone.now())
    assert not Decision.objects.exists()


def test_reject_asks_why(closed, farah):
    with pytest.raises(Refusal, match="Say why"):
        deciding.reject_suggestion(closed, offer=offer_of(closed), by=as_member(farah), reason="  ", at=timezone.now())
    deciding.reject_suggestion(
        closed, offer=offer_of(closed), by=as_member(farah), reason="HR does it", at=timezone.now()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(reason="")


def test_an_open_round_has_nothing_to_decide(a_round, everybody, closed, farah):
    with pytest.raises(Refusal, match="Close the round"):
        deciding.reject_suggestion(
            a_round(), offer=offer_of(closed), by=as_member(farah), reason="No", at=timezone.now()
        )


def test_the_second_to_decide_hears_who_was_first(closed, farah, lena):
    offer = offer_of(closed)
    deciding.reject_suggestion(closed, offer=offer, by=as_member(farah), reason="No", at=timezone.now())
    with pytest.raises(Refusal, match="Farah Siddiqui has already decided this"):
        deciding.accept_as_action(closed, offer=offer, by=as_member(lena), at=timezone.now())
    assert not Action.objects.exists()


def test_undo_takes_back_what_nobody_has_touched(closed, programme, lena, farah, cara):
    planned = deciding.accept_as_intervention(
        closed, offer=offer_of(closed, "A1"), by=as_member(lena), owner=farah, at=timezone.now()
    )
    promised = deciding.accept_as_action(
        closed, offer=offer_of(closed, "Z1"), by=as_member(lena), owner=cara, at=timezone.now()
    )
    rejected = deciding.reject_suggestion(
        closed, offer=offer_of(closed, "A2"), by=as_member(lena), reason="No", at=timezone.now()
    )
    for decision in (planned, promised, rejected):
        deciding.undo_decision(decision, by=as_member(lena), at=timezone.now())
    assert not Decision.objects.exists()
    assert not Intervention.objects.exists()
    assert not Action.objects.exists()
    assert not SearchDoc.objects.filter(kind__in=["action", "intervention"]).exists()
    assert AuditEntry.objects.filter(event="decision.deleted").count() == 3
    deciding.accept_as_action(closed, offer=offer_of(closed, "A1"), by=as_member(lena), at=timezone.now())  # free again


def test_undo_stops_where_something_has_happened(closed, programme, lena, farah, cara):
    planned = deciding.accept_as_intervention(
        closed, offer=offer_of(closed, "A1"), by=as_member(lena), owner=farah, at=timezone.now()
    )
    promised = deciding.accept_as_action(
        closed, offer=offer_of(closed, "Z1"), by=as_member(lena), owner=cara, at=timezone.now()
    )
    with pytest.raises(PermissionDenied):
        deciding.undo_decision(planned, by=as_member(farah), at=timezone.now())
    roadmap.actions.set_intervention_state(planned.intervention, by=as_member(lena), state="doing", at=timezone.now())
    actionplan.actions.complete_action(promised.action, by=as_member(cara), at=timezone.now())
    for decision in Decision.objects.all():
        with pytest.raises(Refusal, match="so the decision stays"):
            deciding.undo_decision(decision, by=as_member(lena), at=timezone.now())
    assert Decision.objects.count() == 2


# --- The pages ------------------------------------------------------------------------------------------------------


def test_a_lead_accepts_on_the_page(closed, programme, as_, lena, farah):
    browser = as_(lena)
    url = reverse("decision_new", args=["riverside", closed.pk, "A1"])
    assert "An intervention on the roadmap" in browser.get(url).text
    said = {"becomes": "intervention", "words": "Do the first of A1", "owner": farah.pk, "until": soon(), "step": "3"}
    page = browser.post(url, said, follow=True)
    assert "“Do the first of A1” is on the roadmap." in page.text
    assert (Intervention.objects.get().step, str(Intervention.objects.get().ends_on)) == (3, soon())
    again = browser.post(url, said)
    assert (again.status_code, "has already decided this" in again.text) == (422, True)
    browser.post(reverse("decision_undo", args=["riverside", closed.pk, "A1"]))
    undone = browser.post(reverse("decision_undo", args=["riverside", closed.pk, "A1"]), follow=True)
    assert undone.status_code == 200
    assert not Intervention.objects.exists()


def test_a_facilitator_is_told_why_it_becomes_an_action(closed, programme, as_, farah, cara):
    browser = as_(farah)
    url = reverse("decision_new", args=["riverside", closed.pk, "A1"])
    page = browser.get(url).text
    assert "Only somebody who plans the programme can put it on the roadmap" in page
    assert "An intervention on the roadmap" not in page
    said = {"becomes": "intervention", "words": "Do it", "owner": cara.pk, "until": soon()}
    assert browser.post(url, said).status_code == 422
    browser.post(url, said | {"becomes": "action"})
    assert Action.objects.get().title == "Do it"


def test_what_is_missing_is_said(closed, as_, farah, cara, oskar):
    browser = as_(farah)
    page = browser.post(reverse("decision_new", args=["riverside", closed.pk, "A1"]), {
        "becomes": "action", "words": "", "owner": oskar.pk, "until": "1 January 2020",
    })  # fmt: skip
    assert page.status_code == 422
    for sentence in (
        "Answer “What will you call it?”",
        "Choose one of the answers in the list",
        "Choose today or a later date",
    ):
        assert sentence in page.text
    page = browser.post(reverse("decision_reject", args=["riverside", closed.pk, "A1"]), {"reason": ""})
    assert (page.status_code, "Answer “Why not?”" in page.text) == (422, True)
    page = browser.post(
        reverse("decision_reject", args=["riverside", closed.pk, "A1"]), {"reason": "No time"}, follow=True
    )
    assert "“No time” Farah Siddiqui" in page.text


@pytest.mark.parametrize("view", ["decision_new", "decision_reject"])
def test_who_may_decide(closed, as_, cara, oskar, farah, view):
    url = reverse(view, args=["riverside", closed.pk, "A1"])
    assert as_(cara).get(url).status_code == 403
    assert as_(oskar).get(url).status_code == 404
    assert as_(farah).get(reverse(view, args=["riverside", closed.pk, "A9"])).status_code == 404


def test_readers_see_decisions_without_buttons(closed, as_, farah, reza):
    deciding.reject_suggestion(
        closed, offer=offer_of(closed), by=as_member(farah), reason="HR does it", at=timezone.now()
    )
    page = as_(reza).get(reverse("gap_report", args=["riverside", closed.pk])).text
    assert "HR does it" in page
    for button in (">Accept<", ">Reject<", ">Undo<"):
        assert button not in page


def test_undo_is_offered_only_where_it_works(closed, programme, as_, farah, lena, cara):
    planned = deciding.accept_as_intervention(
        closed, offer=offer_of(closed, "A1"), by=as_member(lena), owner=farah, at=timezone.now()
    )
    promised = deciding.accept_as_action(
        closed, offer=offer_of(closed, "Z1"), by=as_member(lena), owner=cara, at=timezone.now()
    )

    def offered(person) -> set[str]:
        page = as_(person).get(reverse("gap_report", args=["riverside", closed.pk])).text
        return {code for code in ("A1", "Z1") if reverse("decision_undo", args=["riverside", closed.pk, code]) in page}

    assert (offered(lena), offered(farah)) == ({"A1", "Z1"}, {"Z1"})
    roadmap.actions.set_intervention_state(planned.intervention, by=as_member(lena), state="doing", at=timezone.now())
    actionplan.actions.complete_action(promised.action, by=as_member(cara), at=timezone.now())
    assert offered(lena) == set()


def test_the_migration_points_old_actions_at_their_decision(closed, farah, cara):
    """They knew only the round in whose report they were agreed."""
    decision = deciding.accept_as_action(closed, by=as_member(farah), at=timezone.now(), offer=offer_of(closed))
    other = actionplan.actions.add_action(
        closed.organisation, by=as_member(farah), at=timezone.now(), title="From elsewhere", source=closed
    )
    Action.objects.filter(pk=decision.action_id).update(source_kind="assessment", source_ident=closed.pk)
    import_module("selfassessment.migrations.0003_actions_name_their_decision").point_at_decisions(apps, None)
    assert Action.objects.get(pk=decision.action_id).source == Ref("decision", decision.pk)
    assert Action.objects.get(pk=other.pk).source == Ref("assessment", closed.pk)
