"""The pages of actions: what they show to whom, and what a press does."""

import csv
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from actionplan import actions
from actionplan.filters import MINE, ActionFilter
from actionplan.models import Action
from organisations.models import Group
from tests.cast import as_member, join_group

LIST = "/o/riverside/actions/"


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def action(riverside, lena, cara, today) -> Action:
    return actions.add_action(
        riverside,
        by=as_member(lena),
        title="Write the role of champion",
        owner=cara,
        due_on=today - timedelta(days=11),
        source=riverside,
        at=timezone.now(),
    )


def page(browser, url=LIST, **query):
    response = browser.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


class TestList:
    def test_mine_stands_under_its_heading(self, as_, action, cara):
        text = page(as_(cara))
        assert "One is late." in text
        assert "11 days late" in text
        assert 'From: <a href="/o/riverside/">Riverside</a>' in text
        assert "Mine (1)" in re.sub(r"<[^>]+>", "", text)

    def test_others_see_it_under_everybody(self, as_, action, reza):
        assert "Write the role" not in page(as_(reza))
        text = page(as_(reza), show="all")
        assert "Write the role" in text
        assert "Mark as done" not in text

    def test_a_stranger_gets_404(self, as_, action, oskar):
        assert as_(oskar).get(LIST).status_code == 404
        assert as_(oskar).get(action.get_absolute_url()).status_code == 404

    def test_what_is_kept_to_a_group_stays_there(self, as_, riverside, lena, cara, reza, sam):
        group = Group.objects.create(organisation=riverside, name="Ward 4")
        join_group(group, reza)
        actions.add_action(
            riverside, by=as_member(lena), title="Secret", owner=cara, reach="group", group=group, at=timezone.now()
        )
        assert "Secret" in page(as_(reza), show="all")
        assert "Secret" in page(as_(cara))
        assert "Secret" not in page(as_(sam), show="all")
        assert as_(sam).get(Action.objects.get().get_absolute_url()).status_code == 404

    def test_filter_by_owner(self, as_, action, riverside, lena, cara):
        actions.add_action(riverside, by=as_member(lena), title="For a guest", guest_name="Gus Hall", at=timezone.now())
        actions.add_action(riverside, by=as_member(lena), title="For nobody", at=timezone.now())
        browser = as_(lena)
        by = {"guests": "For a guest", "nobody": "For nobody", str(cara.pk): "Write the role"}
        for owner, title in by.items():
            text = page(browser, show="all", owner=owner)
            assert [words in text for words in by.values()].count(True) == 1
            assert title in text

    @pytest.mark.parametrize("query", [{"when": "late"}, {"late": "1"}])
    def test_only_what_is_late(self, as_, action, riverside, lena, query):
        actions.add_action(riverside, by=as_member(lena), title="In time", owner=lena, at=timezone.now())
        text = page(as_(lena), show="all", **query)
        assert "Write the role" in text
        assert "In time" not in text

    @pytest.mark.parametrize("query", [{"show": "x"}, {"owner": "9999999999999999999"}, {"when": "?"}, {"page": "-1"}])
    def test_odd_queries_are_passed_over(self, as_, action, cara, query):
        page(as_(cara), **query)

    def test_csv_is_what_is_shown(self, as_, action, riverside, lena, cara):
        actions.add_action(riverside, by=as_member(lena), title="=1+1", owner=cara, at=timezone.now())
        response = as_(cara).get(LIST, {"format": "csv"})
        rows = list(csv.reader(response.getvalue().decode("utf-8-sig").splitlines()))
        assert rows[0][0] == "Action"
        assert [row[0] for row in rows[1:]] == ["Write the role of champion", "'=1+1"]
        assert rows[1][4] == "11"

    def test_the_same_number_of_queries(self, as_, action, riverside, lena, django_assert_max_num_queries):
        browser = as_(lena)
        actions.complete_action(
            actions.add_action(riverside, by=as_member(lena), title="Done", owner=lena, at=timezone.now()),
            by=as_member(lena),
            at=timezone.now(),
        )
        page(browser)
        counted = []
        for _ in range(2):
            for query in ({"show": "all"}, {"show": "done"}):
                with django_assert_max_num_queries(20) as captured:
                    page(browser, **query)
                counted.append(len(captured))
            for number in range(3):
                more = actions.add_action(
                    riverside, by=as_member(lena), title=f"More {number}", owner=lena, at=timezone.now()
                )
                actions.complete_action(
                    actions.add_action(
                        riverside, by=as_member(lena), title=f"Done {number}", owner=lena, at=timezone.now()
                    ),
                    by=as_member(lena),
                    at=timezone.now(),
                )
                assert more
        assert counted[:2] == counted[2:]


class TestSections:
    def test_the_next_seven_days(self, riverside, lena, member):
        from actionplan import reports

        monday = date(2026, 11, 23)
        for day in (22, 23, 29, 30):
            actions.add_action(
                riverside,
                by=as_member(lena),
                title=f"Day {day}",
                owner=lena,
                due_on=date(2026, 11, day),
                at=timezone.now(),
            )
        actions.add_action(riverside, by=as_member(lena), title="No day", owner=lena, at=timezone.now())
        me = member(lena)
        rows = ActionFilter({}, reports.listed(me), membership=me, on=monday, show=MINE).qs
        found = {
            section.heading: [str(line.action) for line in section.lines]
            for section in reports.sections(rows, me, on=monday)
        }
        assert found == {
            "Late": ["Day 22"],
            "The next seven days": ["Day 23", "Day 29"],
            "Later": ["Day 30"],
            "No date yet": ["No day"],
        }
        assert reports.counts(me, on=monday).sentence == "One is late, two are due in the next seven days."

    def test_days_at_the_end_of_a_row(self, riverside, lena, member):
        from actionplan import reports

        on = date(2026, 12, 30)
        for days in (-1, 0, 1, 2, 6, 7):
            actions.add_action(
                riverside,
                by=as_member(lena),
                title=str(days),
                owner=lena,
                due_on=on + timedelta(days=days),
                at=timezone.now(),
            )
        rows = Action.objects.by_day()
        assert [line.when for line in reports.lines(rows, member(lena), on=on)] == [
            "",
            "Today",
            "Tomorrow",
            "Friday 1 January",
            "Tuesday 5 January",
            "6 January 2027",
        ]


class TestDone:
    def test_one_press_and_undo(self, as_, action, cara):
        browser = as_(cara)
        response = browser.post(f"{action.get_absolute_url()}done/", {"next": LIST}, follow=True)
        assert response.redirect_chain == [(LIST, 302)]
        assert "is done" in response.content.decode()
        assert Action.objects.get().state == "done"
        browser.post(f"{action.get_absolute_url()}reopen/")
        assert Action.objects.get().state == "open"

    def test_pressed_twice(self, as_, action, cara):
        browser = as_(cara)
        for _ in range(2):
            assert browser.post(f"{action.get_absolute_url()}done/").status_code == 302
        assert action.changes.filter(kind="done").count() == 1

    def test_somebody_else_gets_403(self, as_, action, reza):
        assert as_(reza).post(f"{action.get_absolute_url()}done/").status_code == 403

    def test_never_leads_to_another_site(self, as_, action, cara):
        response = as_(cara).post(f"{action.get_absolute_url()}done/", {"next": "https://evil.example/"})
        assert response["Location"] == action.get_absolute_url()

    def test_reading_changes_nothing(self, as_, action, cara):
        assert as_(cara).get(f"{action.get_absolute_url()}done/").status_code == 405

    def test_a_dropped_one_says_why_not(self, as_, action, cara):
        actions.drop_action(action, by=as_member(cara), reason="No need", at=timezone.now())
        response = as_(cara).post(f"{action.get_absolute_url()}done/", follow=True)
        assert "Open it again first" in response.content.decode()


class TestNew:
    def test_a_contributor_gives_it_to_somebody(self, as_, cara, reza, riverside):
        browser = as_(cara)
        response = browser.post(f"{LIST}new/", {"title": "Ask estates", "owner": reza.pk, "due_on": "4 December 2026"})
        action = Action.objects.get()
        assert (response["Location"], action.owner, action.due_on) == (
            action.get_absolute_url(),
            reza,
            date(2026, 12, 4),
        )

    def test_a_reader_promises_for_themselves(self, as_, reza, cara):
        browser = as_(reza)
        assert 'name="owner"' not in page(browser, f"{LIST}new/")
        browser.post(f"{LIST}new/", {"title": "Read it", "owner": cara.pk, "guest_name": "Gus"})
        action = Action.objects.get()
        assert (action.owner, action.guest_name) == (reza, "")

    def test_the_same_form_twice_makes_one(self, as_, cara):
        browser = as_(cara)
        once = browser.get(f"{LIST}new/").context["form"]["once"].value()
        for _ in range(2):
            assert browser.post(f"{LIST}new/", {"title": "Ask", "once": once}).status_code == 302
        assert Action.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"title": ""},
            {"title": "x" * 201},
            {"title": "A", "due_on": "31 February 2027"},
            {"title": "A", "owner": "999999"},
            {"title": "A", "guest_email": "gus@"},
            {"title": "A", "once": "nonsense"},
            {"title": "A", "detail": "x" * 4001},
            {"title": "A", "detail": "A\x00"},
        ],
    )
    def test_bad_input_is_a_sentence(self, as_, lena, wrong):
        response = as_(lena).post(f"{LIST}new/", wrong)
        assert response.status_code == 422
        text = response.content.decode()
        assert "<title>Error: " in text
        assert "to put right" in text
        assert Action.objects.count() == 0

    def test_both_a_member_and_a_guest(self, as_, lena, cara):
        response = as_(lena).post(f"{LIST}new/", {"title": "A", "owner": cara.pk, "guest_name": "Gus"})
        assert "not both" in response.content.decode()

    def test_somebody_from_elsewhere_cannot_be_chosen(self, as_, lena, oskar):
        assert as_(lena).post(f"{LIST}new/", {"title": "A", "owner": oskar.pk}).status_code == 422


class TestChanging:
    @pytest.mark.parametrize("verb", ["edit", "move", "hand-over", "drop"])
    def test_others_get_403(self, as_, action, reza, verb):
        assert as_(reza).get(f"{action.get_absolute_url()}{verb}/").status_code == 403
        assert as_(reza).post(f"{action.get_absolute_url()}{verb}/").status_code == 403

    @pytest.mark.parametrize("verb", ["edit", "move", "hand-over", "drop", "done", "reopen"])
    def test_strangers_and_unknown_ones_get_404(self, as_, action, oskar, cara, verb):
        assert as_(oskar).post(f"{action.get_absolute_url()}{verb}/").status_code == 404
        assert as_(cara).post(f"{LIST}99999/{verb}/").status_code == 404

    def test_of_another_organisation_through_one_s_own(self, as_, action, nia):
        assert as_(nia).get(f"/o/hillside/actions/{action.pk}/").status_code == 404

    def test_move(self, as_, action, cara):
        url = f"{action.get_absolute_url()}move/"
        assert as_(cara).post(url, {"to": "4/12/2026"}).status_code == 422
        assert as_(cara).post(url, {"reason": "Late ward"}).status_code == 422
        assert as_(cara).post(url, {"to": "4/12/2026", "no_date": "on", "reason": "x"}).status_code == 422
        response = as_(cara).post(url, {"to": "4/12/2026", "reason": "Late ward"}, follow=True)
        text = response.content.decode()
        assert "It is due on 4 December 2026 now." in text
        assert "Late ward" in text

    def test_what_is_nobodys_asks_for_an_owner_and_a_first_day_needs_no_reason(self, as_, riverside, lena):
        action = actions.add_action(riverside, by=as_member(lena), title="Ask estates", at=timezone.now())
        text = as_(lena).get(action.get_absolute_url()).content.decode()
        assert "Choose an owner" in text
        assert "Set the date" in text
        assert "Hand it over" not in text
        url = f"{action.get_absolute_url()}move/"
        assert "Why does the date move?" not in as_(lena).get(url).content.decode()
        assert as_(lena).post(url, {}).status_code == 422
        text = as_(lena).post(url, {"to": "4/12/2026"}, follow=True).content.decode()
        assert "It is due on 4 December 2026 now." in text
        assert "Move the date" in text

    def test_hand_over(self, as_, action, cara, farah):
        url = f"{action.get_absolute_url()}hand-over/"
        assert as_(cara).post(url, {}).status_code == 422
        text = as_(cara).post(url, {"owner": farah.pk, "reason": "On leave"}, follow=True).content.decode()
        assert "Farah Siddiqui does it now." in text

    def test_drop(self, as_, action, cara):
        url = f"{action.get_absolute_url()}drop/"
        assert as_(cara).post(url, {"reason": " "}).status_code == 422
        assert "is dropped" in as_(cara).post(url, {"reason": "Not needed"}, follow=True).content.decode()
        assert as_(cara).post(url, {"reason": "Not needed"}).status_code == 302

    def test_two_who_reword_see_both_versions(self, as_, action, cara, lena):
        url = f"{action.get_absolute_url()}edit/"
        assert as_(cara).post(url, {"title": "Write two pages", "version": 1}).status_code == 302
        response = as_(lena).post(url, {"title": "Write one page", "version": 1})
        text = response.content.decode()
        assert response.status_code == 422
        assert "<del>two pages</del>" in text
        assert "<ins>one page</ins>" in text
        assert Action.objects.get().title == "Write two pages"
        again = {"title": "Write one page", "version": response.context["form"]["version"].value()}
        assert as_(lena).post(url, again).status_code == 302
        assert Action.objects.get().title == "Write one page"

    def test_a_guest_s_address_is_for_those_concerned(self, as_, riverside, lena, reza):
        action = actions.add_action(
            riverside,
            by=as_member(lena),
            title="Ask",
            guest_name="Gus",
            guest_email="gus@example.org",
            at=timezone.now(),
        )
        assert "gus@example.org" in page(as_(lena), action.get_absolute_url())
        assert "gus@example.org" not in page(as_(reza), action.get_absolute_url())
