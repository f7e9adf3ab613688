"""The plan as a list: filters with true numbers, one change of several rows, its refusals, and putting it back."""

import csv
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from roadmap import actions
from roadmap.filters import InterventionFilter
from roadmap.models import Intervention, PlanChange, Programme
from tests.cast import as_member

State = Intervention.State


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def programme(riverside, lena) -> Programme:
    return actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning",
        starts_on=in_days(-100),
        ends_on=in_days(500),
        lead=lena,
        at=timezone.now(),
    )


@pytest.fixture
def plan(programme, lena, farah) -> dict[str, Intervention]:
    """One of each sort, by its name."""

    def add(title, owner=None, starts=None, ends=None, state=State.PLANNED, step=1):
        row = actions.plan_intervention(
            programme,
            by=as_member(lena),
            at=timezone.now(),
            title=title,
            step=step,
            owner=owner,
            starts_on=starts,
            ends_on=ends,
        )
        if state != State.PLANNED:
            actions.set_intervention_state(row, by=as_member(lena), at=timezone.now(), state=state, reason="Why")
        return row

    return {
        "late": add("late", farah, in_days(-30), in_days(-1), State.DOING),
        "to begin": add("to begin", farah, in_days(-2), in_days(90)),
        "both": add("both", farah, in_days(-40), in_days(-10)),
        "draft": add("draft", None, in_days(60), in_days(90)),
        "bare": add("bare", lena),
        "soon": add("soon", lena, in_days(30), in_days(60), step=2),
        "done": add("done", farah, in_days(-60), in_days(-20), State.DONE, step=5),
        "dropped": add("dropped", None, in_days(-60), in_days(-20), State.DROPPED),
    }


def together(programme, rows, by, move, once=None, **wanted):
    chosen = {row.pk: Intervention.objects.get(pk=row.pk).version for row in rows}
    return actions.change_together(
        programme, chosen, by=as_member(by), at=timezone.now(), once=once or uuid4(), move=move, **wanted
    )


def titles(browser, programme, **query):
    rows = browser.get(f"{programme.get_absolute_url()}list/", query).context["rows"]
    return {row.intervention.title for row in rows}


CHOSEN = [
    ({"which": "late"}, {"late", "both"}),
    ({"which": "late_to_begin"}, {"to begin"}),
    ({"which": "no_owner"}, {"draft"}),
    ({"which": "no_date"}, {"bare"}),
    ({"which": "soon"}, {"soon"}),
    ({"mine": "true"}, {"bare", "soon"}),
    ({"mine": "true", "which": "no_date"}, {"bare"}),
    ({"step": "5"}, {"done"}),
    ({"state": "dropped"}, {"dropped"}),
    ({"which": "moon"}, {"late", "to begin", "both", "draft", "bare", "soon", "done", "dropped"}),
]


class TestFilters:
    @pytest.mark.parametrize(("query", "wanted"), CHOSEN)
    def test_page_csv_and_heading_agree(self, as_, lena, programme, plan, query, wanted):
        browser, address = as_(lena), f"{programme.get_absolute_url()}list/"
        assert titles(browser, programme, **query) == wanted
        text = browser.get(address, query).content.decode()
        assert f"{len(wanted)} of 8 intervention" in " ".join(re.sub(r"<[^>]+>", "", text).split())
        response = browser.get(address, {**query, "format": "csv"})
        lines = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
        assert {line["Intervention"] for line in lines} == wanted

    def test_the_csv_has_owners_and_iso_dates(self, as_, reza, programme, plan):
        response = as_(reza).get(f"{programme.get_absolute_url()}list/", {"state": "doing", "format": "csv"})
        [line] = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
        assert (line["Owner"], line["From"]) == (str(plan["late"].owner), in_days(-30).isoformat())
        assert (line["To"], line["Days late"]) == (in_days(-1).isoformat(), "1")

    def test_row_and_queryset_say_the_same(self, lena, programme, plan):
        today = timezone.localdate()
        rows = list(Intervention.objects.filter(programme=programme))
        late = {row.title for row in rows if row.is_late_to_begin(today)}
        assert late == set(Intervention.objects.late_to_begin(on=today).values_list("title", flat=True))
        chosen = InterventionFilter({"which": "late"}, Intervention.objects.all(), membership=as_member(lena), on=today)
        assert {row.title for row in chosen.qs} == {row.title for row in rows if row.days_late(today)}

    def test_who_only_reads_ticks_nothing(self, as_, reza, programme, plan):
        text = as_(reza).get(f"{programme.get_absolute_url()}list/").content.decode()
        assert 'type="checkbox"' not in text

    def test_one_query_more_for_no_row(self, as_, lena, programme, plan, django_assert_max_num_queries):
        browser, page = as_(lena), f"{programme.get_absolute_url()}list/"
        browser.get(page)  # signs in
        with django_assert_max_num_queries(15):
            browser.get(page)


class TestTogether:
    def test_each_has_its_own_event(self, lena, cara, programme, plan):
        before = AuditEntry.objects.count()
        change = together(programme, [plan["draft"], plan["soon"]], lena, "give", owner=cara)
        assert AuditEntry.objects.count() == before + 2
        assert (change.words, change.problems) == (f"2 interventions given to {cara}.", [])
        assert set(Intervention.objects.filter(owner=cara)) == {plan["draft"], plan["soon"]}

    def test_one_refusal_loses_nothing_else(self, lena, programme, plan):
        change = together(programme, [plan["late"], plan["bare"], plan["done"]], lena, "shift", weeks=2, reason="Snow")
        assert change.words == "1 intervention moved 2 weeks later."
        assert {line["title"]: line["words"] for line in change.problems} == {
            "bare": "It has no date to move.",
            "done": "It is done, so its dates stay.",
        }
        plan["late"].refresh_from_db()
        assert (plan["late"].starts_on, plan["late"].ends_on) == (in_days(-30), in_days(13))

    def test_an_agreed_day_asks_why_and_a_draft_does_not(self, lena, programme, plan):
        change = together(programme, [plan["draft"], plan["soon"]], lena, "shift", weeks=-1)
        assert [line["title"] for line in change.problems] == ["soon"]
        plan["draft"].refresh_from_db()
        assert plan["draft"].starts_on == in_days(53)

    def test_who_saw_an_old_version_is_told(self, lena, cara, programme, plan):
        row = plan["soon"]
        chosen = {row.pk: row.version}
        together(programme, [row], lena, "set_state", state="doing")
        change = actions.change_together(
            programme, chosen, by=as_member(lena), at=timezone.now(), once=uuid4(), move="give", owner=cara
        )
        assert (change.rows, change.words) == ([], "Nothing is changed.")
        assert "It was changed meanwhile" in change.problems[0]["words"]

    def test_the_same_twice_is_once(self, lena, programme, plan):
        once = uuid4()
        for _ in range(2):
            change = together(programme, [plan["draft"]], lena, "shift", once=once, weeks=1)
        assert len(change.rows) == 1
        plan["draft"].refresh_from_db()
        assert plan["draft"].starts_on == in_days(67)

    def test_a_row_of_another_plan_is_refused(self, riverside, lena, programme, plan):
        other = actions.begin_programme(
            riverside,
            by=as_member(lena),
            name="Other",
            starts_on=in_days(0),
            ends_on=in_days(9),
            at=timezone.now(),
        )
        change = together(other, [plan["draft"]], lena, "set_state", state="doing")
        assert "not in this plan" in change.problems[0]["words"]
        assert not change.rows


class TestUndo:
    @pytest.mark.parametrize(
        ("move", "wanted"),
        [
            ("shift", {"weeks": 3, "reason": "Snow"}),
            ("dates", {"starts_on": None, "ends_on": in_days(200), "reason": "Snow"}),
            ("set_state", {"state": "dropped", "reason": "Snow"}),
            ("give", {"owner": "cara"}),
        ],
    )
    def test_all_is_as_it_was(self, lena, cara, programme, plan, move, wanted):
        wanted = {name: cara if value == "cara" else value for name, value in wanted.items()}
        fields = ("pk", "owner", "starts_on", "ends_on", "state", "state_reason")
        before = list(Intervention.objects.order_by("pk").values_list(*fields))
        change = together(programme, plan.values(), lena, move, **wanted)
        assert list(Intervention.objects.order_by("pk").values_list(*fields)) != before
        for _ in range(2):
            actions.undo_change_together(change, by=as_member(lena), at=timezone.now())
        assert list(Intervention.objects.order_by("pk").values_list(*fields)) == before

    def test_a_row_changed_since_is_named_and_nothing_is_put_back(self, lena, cara, programme, plan):
        change = together(programme, [plan["draft"], plan["bare"]], lena, "give", owner=cara)
        together(programme, [plan["bare"]], lena, "set_state", state="doing")
        with pytest.raises(Refusal, match="“bare”"):
            actions.undo_change_together(change, by=as_member(lena), at=timezone.now())
        plan["draft"].refresh_from_db()
        assert plan["draft"].owner == cara
        change.refresh_from_db()
        assert change.undone_at is None


class TestPages:
    def test_tick_choose_apply_undo(self, as_, lena, cara, programme, plan):
        browser, page = as_(lena), f"{programme.get_absolute_url()}list/"
        back = f"{page}?which=no_owner"
        query = {"move": "give", "row": [f"{plan['draft'].pk}-1", f"{plan['bare'].pk}-1"], "back": back}
        response = browser.get(f"{page}change/", query)
        assert "For 2 interventions" in response.content.decode()
        address = response.request["PATH_INFO"] + "?" + response.request["QUERY_STRING"]
        assert browser.post(address, {"once": uuid4(), "owner": ""}).status_code == 422
        response = browser.post(address, {"once": uuid4(), "owner": cara.pk})
        change = PlanChange.objects.get()
        assert response["Location"] == f"{back}&change={change.pk}"
        text = browser.get(response["Location"]).content.decode()
        assert f"2 interventions given to {cara}." in text
        response = browser.post(f"{page}changes/{change.pk}/undo/", {"back": back}, follow=True)
        assert "Undone." in response.content.decode()
        plan["draft"].refresh_from_db()
        assert plan["draft"].owner is None

    def test_nothing_ticked_says_so(self, as_, lena, programme):
        text = as_(lena).get(f"{programme.get_absolute_url()}list/change/?move=give").content.decode()
        assert "Nothing is ticked" in text

    def test_choose_an_owner_opens_where_one_is_chosen(self, as_, lena, plan):
        browser = as_(lena)
        [press] = [
            press
            for press in browser.get(plan["draft"].get_absolute_url()).context["presses"]
            if press.word == "Choose an owner"
        ]
        assert 'name="owner"' in browser.get(press.url).content.decode()

    def test_an_address_without_versions_gets_them(self, as_, lena, programme, plan):
        url = f"{programme.get_absolute_url()}list/change/?move=give&row={plan['draft'].pk}"
        assert f"row={plan['draft'].pk}-1" in as_(lena).get(url)["Location"]

    def test_dates_outside_the_programme_are_said(self, as_, lena, programme, plan):
        together(programme, [plan["draft"]], lena, "shift", weeks=100)
        text = as_(lena).get(f"{programme.get_absolute_url()}list/").content.decode()
        assert "Its dates lie after the programme ends on" in text

    @pytest.mark.parametrize(
        ("query", "form", "sentence"),
        [
            ("move=shift", {"weeks": "0"}, "at least one week"),
            ("move=shift", {"weeks": "many"}, "weeks"),
            ("move=dates", {}, "a first day, a last day, or both"),
            ("move=dates", {"starts_on": "9 May 2027", "ends_on": "8 May 2027"}, "must not come before"),
            ("move=set_state", {"state": "paused"}, "Say why they are paused"),
        ],
    )
    def test_what_makes_no_sense_is_a_sentence(self, as_, lena, programme, plan, query, form, sentence):
        url = f"{programme.get_absolute_url()}list/change/?{query}&row={plan['draft'].pk}-1"
        response = as_(lena).post(url, {**form, "once": uuid4()})
        assert response.status_code == 422
        assert sentence in response.content.decode()

    def test_a_why_is_asked_where_it_is_needed(self, as_, lena, programme, plan):
        url = f"{programme.get_absolute_url()}list/change/?move=shift&row="
        assert 'name="reason"' not in as_(lena).get(f"{url}{plan['draft'].pk}-1").content.decode()
        assert 'name="reason"' in as_(lena).get(f"{url}{plan['soon'].pk}-1").content.decode()
