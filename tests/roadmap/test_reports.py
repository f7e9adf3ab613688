"""A programme in plain values: progress, gentle warnings, findings by rule, balance."""

from datetime import date

import pytest
from django.utils import timezone

from roadmap import actions, reports
from roadmap.models import Programme
from tests.cast import as_member

TODAY = date(2026, 11, 23)


@pytest.fixture
def programme(riverside, lena) -> Programme:
    return actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning",
        starts_on=date(2026, 5, 1),
        ends_on=date(2028, 4, 30),
        lead=lena,
        at=timezone.now(),
    )


@pytest.fixture
def planned(programme, lena, farah):
    def make(step=1, state="planned", title="X", **words):
        row = actions.plan_intervention(
            programme, by=as_member(lena), title=title, step=step, at=timezone.now(), **{"owner": farah, **words}
        )
        if state != "planned":
            actions.set_intervention_state(row, by=as_member(lena), state=state, reason="because", at=timezone.now())
        return row

    return make


def views(programme):
    return reports.step_views(programme, reports.interventions_of(programme), on=TODAY)


class TestProgress:
    def test_dropped_ones_do_not_count(self, programme, planned):
        planned(state="done")
        planned(state="doing")
        planned(state="dropped")
        first = views(programme)[0]
        assert (first.progress.done, first.progress.total) == (1, 2)
        assert (len(first.rows), len(first.dropped)) == (2, 1)

    def test_late_and_without_an_owner(self, programme, planned):
        planned(ends_on=date(2026, 11, 22))
        planned(ends_on=date(2026, 11, 23))
        planned(ends_on=date(2026, 11, 1), state="done")
        planned(owner=None)
        planned(owner=None, state="done")
        progress = views(programme)[0].progress
        assert (progress.late, progress.ownerless) == (1, 1)

    def test_steps_without_anything(self, programme):
        assert [view.progress.pieces for view in views(programme)] == [[("", "Nothing planned yet")]] * 5


class TestWarning:
    def test_none_while_nothing_has_begun(self, programme, planned):
        planned(step=5)
        assert [view.warning for view in views(programme)] == [""] * 5

    def test_a_step_that_is_passed_over(self, programme, planned):
        planned(step=1, state="done")
        planned(step=2)
        planned(step=4, state="doing")
        warnings = [view.warning for view in views(programme)]
        assert warnings[0] == warnings[3] == warnings[4] == ""
        assert "nothing has started here" in warnings[1]
        assert "nothing is planned here" in warnings[2]
        assert "Step 4 is under way" in warnings[2]

    def test_saying_that_it_is_done_is_enough(self, programme, planned, lena):
        planned(step=3, state="doing")
        for number in (1, 2):
            actions.mark_step(
                programme.steps.get(number=number), by=as_member(lena), seen=1, state="done", at=timezone.now()
            )
        assert [view.warning for view in views(programme)] == [""] * 5


class TestRows:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ({"owner": None}, "Needs an owner"),
            ({"ends_on": date(2026, 11, 12)}, "11 days late"),
            ({"state": "paused", "ends_on": date(2026, 11, 12)}, "11 days late"),
            ({"state": "paused"}, "Paused"),
            ({"state": "done", "ends_on": date(2026, 11, 12)}, "Done"),
            ({}, "Planned"),
        ],
    )
    def test_state_in_words(self, planned, words, expected):
        assert reports.row_of(planned(**words), on=TODAY).state[2] == expected

    @pytest.mark.parametrize(
        ("start", "end", "words"),
        [
            (None, None, ""),
            (date(2026, 11, 9), None, "from 9 November 2026"),
            (None, date(2027, 1, 1), "until 1 January 2027"),
            (date(2026, 11, 9), date(2026, 11, 9), "9 November 2026"),
            (date(2026, 11, 9), date(2027, 1, 1), "9 November 2026 to 1 January 2027"),
        ],
    )
    def test_days_in_words(self, planned, start, end, words):
        assert reports.days_in_words(planned(starts_on=start, ends_on=end)) == words


class TestTime:
    def finding(self, programme):
        return reports.finding_of_time(reports.interventions_of(programme), on=TODAY)

    def test_nothing_planned(self, programme):
        assert self.finding(programme) == ""

    def test_late_and_undated(self, programme, planned):
        planned(ends_on=date(2026, 11, 1))
        planned()
        assert self.finding(programme) == "One intervention is late. One has no dates yet."

    def test_three_at_once_for_one_person(self, programme, planned):
        for start in (1, 10, 20):
            planned(starts_on=date(2027, 1, start), ends_on=date(2027, 2, 1))
        planned(starts_on=date(2027, 2, 2), ends_on=date(2027, 3, 1))
        assert self.finding(programme) == (
            "Nothing is late. From 20 January 2027 three interventions need Farah Siddiqui at the same time."
        )

    def test_what_is_over_does_not_crowd(self, programme, planned):
        for state in ("done", "doing", "planned"):
            planned(state=state, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1))
        assert self.finding(programme) == "Nothing is late. One intervention should have begun."

    def test_the_picture_leaves_out_what_was_dropped(self, programme, planned):
        planned(title="Kept", starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1))
        planned(title="Gone", state="dropped", starts_on=date(2020, 11, 1))
        picture = reports.timeline_of(programme, reports.interventions_of(programme), on=TODAY)
        assert [row[0] for row in picture.table.rows] == ["Kept"]


class TestBalance:
    def test_counts_by_area_and_step(self, programme, planned):
        planned(step=1, areas=["foundation", "context"])
        planned(step=1, areas=["foundation"])
        planned(step=3, areas=["foundation"], state="dropped")
        rows = reports.interventions_of(programme)
        table = dict(reports.balance_of(programme, rows).rows)
        assert [cell.count for cell in table["Foundation"]] == [2, 0, 0, 0, 0]
        assert [cell.count for cell in table["External context"]] == [1, 0, 0, 0, 0]

    def test_findings(self, programme, planned):
        def finding():
            return reports.finding_of_balance(reports.interventions_of(programme))

        planned(areas=[])
        assert finding() == "Nothing in the plan names an area yet."
        for step in (1, 2, 3, 4, 5):
            planned(step=step, areas=["foundation", "knowledge", "enablers", "products"])
        for step in (1, 2, 3):
            planned(step=step, areas=["context"])
        assert finding() == "Two boxes are empty. “External context” stops after step 3."
        for step in (4, 5):
            planned(step=step, areas=["context"])
        assert finding().startswith("No box is empty")


class TestNextDates:
    def test_only_what_is_ahead_and_open(self, programme, planned):
        planned(title="A", starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 31))
        planned(title="B", state="doing", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 23))
        planned(title="C", state="done", ends_on=date(2026, 11, 25))
        dates = reports.next_dates(reports.interventions_of(programme), on=TODAY)
        assert [line.words for line in dates] == ["B ends", "A begins", "A ends"]
