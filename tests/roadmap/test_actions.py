"""What can happen to a programme and its plan."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import things
from kmportal.lib.exceptions import Refusal, Stale
from notifications.models import Notice
from organisations.models import AuditEntry, Membership
from roadmap import actions
from roadmap.models import CatalogueEntry, Intervention, Programme, ProgrammeStep
from search import index
from tests.cast import as_member

START, END = date(2026, 5, 1), date(2028, 4, 30)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def programme(riverside, lena) -> Programme:
    return actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning at Riverside",
        starts_on=START,
        ends_on=END,
        lead=lena,
        at=timezone.now(),
    )


@pytest.fixture
def entry(db) -> CatalogueEntry:
    return CatalogueEntry.objects.create(
        key="brown-bag-lunch",
        name="Brown bag lunch",
        step=1,
        what="Talk over lunch.",
        kind="quick-win",
        effort="quick",
        areas=["knowledge", "enablers"],
    )


@pytest.fixture
def intervention(programme, lena, farah) -> Intervention:
    return actions.plan_intervention(
        programme,
        by=as_member(lena),
        title="Before action review",
        step=5,
        owner=farah,
        starts_on=date(2026, 11, 9),
        ends_on=date(2027, 1, 29),
        at=timezone.now(),
    )


def story(intervention: Intervention) -> list[str]:
    return [change.words for change in intervention.changes.order_by("pk")]


class TestBegin:
    def test_five_steps_and_current(self, programme):
        assert [step.number for step in programme.steps.all()] == [1, 2, 3, 4, 5]
        assert programme.is_current

    def test_the_second_is_not_current(self, programme, riverside, lena):
        second = actions.begin_programme(
            riverside, by=as_member(lena), name="Another", starts_on=START, ends_on=END, at=timezone.now()
        )
        assert not second.is_current

    def test_the_same_form_twice_makes_one(self, riverside, lena):
        words = {"name": "One", "starts_on": START, "ends_on": END, "once": uuid4()}
        words |= {"by": as_member(lena), "at": timezone.now()}
        assert actions.begin_programme(riverside, **words) == actions.begin_programme(riverside, **words)
        assert ProgrammeStep.objects.count() == 5

    def test_people_from_elsewhere_are_refused(self, riverside, lena, oskar):
        with pytest.raises(Refusal, match="Oskar"):
            actions.begin_programme(
                riverside,
                by=as_member(lena),
                name="One",
                starts_on=START,
                ends_on=END,
                sponsor=oskar,
                at=timezone.now(),
            )


class TestCurrent:
    def test_switch(self, programme, riverside, lena):
        second = actions.begin_programme(
            riverside, by=as_member(lena), name="Another", starts_on=START, ends_on=END, at=timezone.now()
        )
        actions.make_programme_current(second, by=as_member(lena), at=timezone.now())
        actions.make_programme_current(second, by=as_member(lena), at=timezone.now())
        assert list(Programme.objects.current()) == [second]
        assert AuditEntry.objects.filter(event="programme.made_current").count() == 1

    def test_the_database_keeps_one(self, programme, riverside, lena):
        second = actions.begin_programme(
            riverside, by=as_member(lena), name="Another", starts_on=START, ends_on=END, at=timezone.now()
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            Programme.objects.filter(pk=second.pk).update(is_current=True)

    def test_other_organisations_keep_theirs(self, programme, hillside, oskar):
        theirs = actions.begin_programme(
            hillside, by=as_member(oskar), name="Theirs", starts_on=START, ends_on=END, at=timezone.now()
        )
        assert theirs.is_current
        assert Programme.objects.current().count() == 2


class TestPlan:
    def test_takes_from_the_catalogue_what_is_left_out(self, programme, lena, entry):
        made = actions.plan_intervention(
            programme, by=as_member(lena), title="Lunches", step=1, entry=entry, at=timezone.now()
        )
        assert (made.kind, made.effort, made.areas) == ("quick-win", "quick", ["knowledge", "enablers"])

    def test_what_is_said_wins(self, programme, lena, entry):
        made = actions.plan_intervention(
            programme,
            by=as_member(lena),
            title="Lunches",
            step=1,
            entry=entry,
            areas=[],
            kind="strategic",
            at=timezone.now(),
        )
        assert (made.kind, made.areas) == ("strategic", [])

    def test_areas_stand_in_their_order(self, programme, lena):
        made = actions.plan_intervention(
            programme,
            by=as_member(lena),
            title="X",
            step=1,
            areas=["products", "foundation", "products"],
            at=timezone.now(),
        )
        assert made.areas == ["foundation", "products"]

    def test_tells_the_owner_unless_it_is_oneself(self, programme, intervention, lena, farah):
        actions.plan_intervention(programme, by=as_member(lena), title="Mine", step=1, owner=lena, at=timezone.now())
        assert [n.person for n in Notice.objects.all()] == [farah]

    def test_the_same_form_twice_makes_one(self, programme, lena):
        once = uuid4()
        assert actions.plan_intervention(
            programme, by=as_member(lena), title="X", step=1, once=once, at=timezone.now()
        ) == actions.plan_intervention(programme, by=as_member(lena), title="X", step=1, once=once, at=timezone.now())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"title": " "},
            {"title": "x" * 121},
            {"starts_on": END, "ends_on": START},
            {"areas": ["moon"]},
        ],
    )
    def test_refuses_what_cannot_be(self, programme, lena, wrong):
        with pytest.raises(Refusal):
            actions.plan_intervention(
                programme, by=as_member(lena), at=timezone.now(), **{"title": "X", "step": 1, **wrong}
            )

    def test_refuses_a_suspended_owner(self, programme, lena, farah):
        Membership.objects.filter(person=farah).update(suspended_at=NOON)
        with pytest.raises(Refusal, match="Farah"):
            actions.plan_intervention(programme, by=as_member(lena), title="X", step=1, owner=farah, at=timezone.now())


class TestChange:
    def change(self, intervention, by, **fields):
        return actions.change_intervention(
            intervention, by=as_member(by), seen=intervention.version, at=timezone.now(), **fields
        )

    def test_moving_a_day_asks_why(self, intervention, lena):
        with pytest.raises(Refusal, match="why"):
            self.change(intervention, lena, ends_on=date(2027, 3, 19))

    def test_keeps_what_moved_and_why(self, intervention, lena, farah):
        self.change(intervention, lena, owner=farah, ends_on=date(2027, 3, 19), reason="Winter wards")
        assert story(intervention) == ["End moved from 29 January 2027 to 19 March 2027."]
        assert intervention.changes.get().reason == "Winter wards"

    def test_filling_an_empty_day_needs_no_reason(self, programme, lena):
        made = actions.plan_intervention(programme, by=as_member(lena), title="X", step=1, at=timezone.now())
        self.change(made, lena, starts_on=START)
        assert story(made) == ["Start set to 1 May 2026."]

    def test_nothing_changed_leaves_nothing(self, intervention, lena, farah):
        self.change(intervention, lena, owner=farah, title=intervention.title)
        assert story(intervention) == []
        assert intervention.version == 1

    def test_a_new_owner_is_told(self, intervention, lena, cara):
        self.change(intervention, lena, owner=cara)
        assert story(intervention) == ["Now done by Cara Doyle instead of Farah Siddiqui."]
        assert Notice.objects.filter(person=cara).count() == 1

    def test_a_stale_form_writes_nothing(self, intervention, lena, farah):
        self.change(intervention, lena, owner=farah, title="First")
        with pytest.raises(Stale):
            actions.change_intervention(
                intervention, by=as_member(lena), seen=1, title="Second", owner=farah, at=timezone.now()
            )
        assert Intervention.objects.get().title == "First"

    def test_an_owner_who_has_gone_may_stay_in_the_plan(self, intervention, lena, farah):
        Membership.objects.filter(person=farah).update(left_at=NOON)
        self.change(intervention, lena, owner=farah, title="Another name")
        assert Intervention.objects.get().title == "Another name"

    def test_every_kind_of_change_has_its_sentence(self, intervention, lena, farah):
        self.change(
            intervention,
            lena,
            owner=None,
            starts_on=None,
            title="New",
            step=4,
            kind="strategic",
            summary="More",
            areas=["products"],
            reason="Because",
        )
        [words] = story(intervention)
        assert "Start on 9 November 2026 taken out." in words
        assert "Now done by nobody yet instead of Farah Siddiqui." in words
        assert "Was called “Before action review”." in words
        assert "Moved from step 5 to step 4, Prioritise and plan." in words
        assert "Kind: strategic." in words
        assert "Changed: what it is about, areas." in words


class TestState:
    @pytest.mark.parametrize("state", ["paused", "dropped"])
    def test_stopping_asks_why(self, intervention, lena, state):
        with pytest.raises(Refusal, match="why"):
            actions.set_intervention_state(intervention, by=as_member(lena), state=state, at=timezone.now())
        actions.set_intervention_state(
            intervention, by=as_member(lena), state=state, reason="No people", at=timezone.now()
        )
        assert Intervention.objects.get().state_reason == "No people"

    def test_the_database_asks_too(self, intervention):
        with pytest.raises(IntegrityError), transaction.atomic():
            Intervention.objects.update(state="paused", state_reason="")

    def test_twice_is_once(self, intervention, lena):
        actions.set_intervention_state(intervention, by=as_member(lena), state="doing", at=timezone.now())
        actions.set_intervention_state(intervention, by=as_member(lena), state="doing", at=timezone.now())
        assert len(story(intervention)) == 1

    def test_the_owner_may_others_not(self, intervention, farah, cara):
        actions.set_intervention_state(intervention, by=as_member(farah), state="doing", at=timezone.now())
        with pytest.raises(PermissionDenied):
            actions.set_intervention_state(intervention, by=as_member(cara), state="done", at=timezone.now())

    def test_the_owner_is_told_when_somebody_else_did_it(self, intervention, lena, farah):
        actions.set_intervention_state(intervention, by=as_member(lena), state="doing", at=timezone.now())
        assert Notice.objects.filter(person=farah).count() == 2


class TestSteps:
    def test_any_order_and_a_stale_form(self, programme, lena):
        step = programme.steps.get(number=3)
        actions.mark_step(step, by=as_member(lena), seen=1, state="done", note="Early", at=timezone.now())
        with pytest.raises(Stale):
            actions.mark_step(
                programme.steps.get(number=3), by=as_member(lena), seen=1, state="doing", at=timezone.now()
            )
        assert programme.steps.get(number=3).state == "done"


class TestPromise:
    def test_hangs_on_the_intervention_and_the_lead_hears(self, intervention, lena, cara):
        action = actions.add_intervention_action(
            intervention, by=as_member(lena), title="Ask estates", owner=cara, at=timezone.now()
        )
        ref = things.ref_of(intervention)
        assert list(Action.objects.agreed_in(ref)) == [action]
        assert (action.told_when_late, action.source) == (lena, ref)
        assert things.titles([ref]) == {ref: "Before action review (step 5)"}

    def test_it_is_found_by_the_name_that_the_intervention_has_today(self, intervention, lena, cara):
        actions.add_intervention_action(
            intervention, by=as_member(lena), title="Ask estates", owner=cara, at=timezone.now()
        )
        seen = intervention.version
        actions.change_intervention(
            intervention, by=as_member(lena), at=timezone.now(), seen=seen, title="Zebra crossing"
        )
        hits = [(hit.kind, hit.title) for hit in index.find(as_member(cara), "zebra").hits]
        assert ("action", "Ask estates") in hits
        assert ("action", "Ask estates") not in [
            (hit.kind, hit.title) for hit in index.find(as_member(cara), "before action review").hits
        ]

    def test_the_same_form_twice_makes_one(self, intervention, lena):
        once = uuid4()
        for _ in range(2):
            actions.add_intervention_action(
                intervention, by=as_member(lena), title="Ask estates", once=once, at=timezone.now()
            )
        assert Action.objects.agreed_in(things.ref_of(intervention)).count() == Action.objects.count() == 1
