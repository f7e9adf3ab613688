"""The pages of the roadmap: what they show to whom, and what happens when two people write."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from actionplan.models import Action
from organisations.models import Membership
from roadmap import actions
from roadmap.models import CatalogueEntry, Intervention, Programme, StepGuide
from tests.cast import as_member

ROADMAP = "/o/riverside/roadmap/"
FORM = {"starter": "empty", "name": "Learning", "starts_on": "1 May 2026", "ends_on": "30 April 2028"}


@pytest.fixture
def programme(riverside, lena, sam) -> Programme:
    return actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning at Riverside",
        vision="Nobody solves alone what a colleague has solved.",
        starts_on=date(2026, 5, 1),
        ends_on=date(2028, 4, 30),
        lead=lena,
        sponsor=sam,
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
        areas=["knowledge"],
        guidance={"why": "People listen.", "how": ["Choose a case.", "Announce it."], "outputs": ["Questions"]},
    )


@pytest.fixture
def intervention(programme, lena, farah, entry) -> Intervention:
    return actions.plan_intervention(
        programme,
        by=as_member(lena),
        title="Lunch on ward 4",
        step=1,
        entry=entry,
        owner=farah,
        starts_on=date(2026, 11, 9),
        ends_on=date(2099, 1, 29),
        at=timezone.now(),
    )


def page(browser, url, **query):
    response = browser.get(url, query)
    assert response.status_code == 200, response
    return response.content.decode()


def wanted(intervention, **changes):
    """The edit form as the browser sends it."""
    fields = {
        "title": intervention.title,
        "summary": intervention.summary,
        "step": intervention.step,
        "owner": intervention.owner_id or "",
        "starts_on": "9 November 2026",
        "ends_on": "29 January 2099",
        "kind": intervention.kind,
        "effort": intervention.effort,
        "areas": intervention.areas,
        "output": intervention.output,
        "version": intervention.version,
        "reason": "",
    }
    return {**fields, **changes}


class TestNoProgramme:
    def test_the_lead_can_begin(self, as_, lena):
        text = page(as_(lena), ROADMAP)
        assert "No programme yet" in text
        assert "Begin a programme" in text

    def test_others_read_who_can(self, as_, reza, lena):
        text = page(as_(reza), ROADMAP)
        assert "Lena Marsh can begin one" in text
        assert "Begin a programme" not in text

    def test_with_nobody_who_can(self, as_, reza):
        assert "An administrator gives that role" in page(as_(reza), ROADMAP)


class TestProgramme:
    def test_begin_one(self, as_, lena):
        form = {**FORM, "lead": lena.pk}
        response = as_(lena).post(f"{ROADMAP}programmes/new/", form)
        programme = Programme.objects.get()
        assert response["Location"] == programme.get_absolute_url()
        assert (programme.is_current, programme.steps.count()) == (True, 5)

    def test_the_same_form_twice_makes_one(self, as_, lena):
        browser = as_(lena)
        once = browser.get(f"{ROADMAP}programmes/new/").context["form"]["once"].value()
        form = {**FORM, "once": once}
        for _ in range(2):
            assert browser.post(f"{ROADMAP}programmes/new/", form).status_code == 302
        assert Programme.objects.count() == 1

    def test_begin_with_the_first_hundred_days(self, as_, lena):
        browser = as_(lena)
        text = page(browser, f"{ROADMAP}programmes/new/")
        assert text.index("The first hundred days of a trust") < text.index("The first hundred days of a council")
        assert "Wards already learn in huddles and reviews." in text
        response = browser.post(f"{ROADMAP}programmes/new/", {**FORM, "starter": "trust"}, follow=True)
        assert "with its first hundred days" in response.content.decode()
        assert Intervention.objects.count() == 13

    def test_the_first_hundred_days_must_fit(self, as_, lena):
        form = {**FORM, "starter": "trust", "ends_on": "1 July 2026"}
        response = as_(lena).post(f"{ROADMAP}programmes/new/", form)
        assert response.status_code == 422
        assert "longer than the programme" in response.content.decode()
        assert not Programme.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"name": ""}, "Fill in|Answer"),
            ({"ends_on": "1 May 2026"}, "The programme must end after 1 May 2026"),
            ({"ends_on": "31 April 2028"}, "no such day"),
            ({"lead": "999999"}, "Choose one"),
            ({"starter": "moon"}, "Choose one"),
            ({"vision": "x" * 1001}, "1,000"),
        ],
    )
    def test_bad_input_is_a_sentence(self, as_, lena, wrong, sentence):
        import re

        form = {**FORM, **wrong}
        response = as_(lena).post(f"{ROADMAP}programmes/new/", form)
        assert response.status_code == 422
        assert re.search(sentence, response.content.decode())

    def test_the_way_in_leads_to_the_current_one(self, as_, programme, riverside, lena, reza):
        assert as_(reza).get(ROADMAP)["Location"] == programme.get_absolute_url()
        second = actions.begin_programme(
            riverside,
            by=as_member(lena),
            name="Second",
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 1, 1),
            at=timezone.now(),
        )
        assert "Not the current one" in page(as_(reza), second.get_absolute_url())
        as_(lena).post(f"{ROADMAP}programmes/{second.pk}/make-current/")
        assert as_(reza).get(ROADMAP)["Location"] == second.get_absolute_url()
        text = page(as_(lena), f"{ROADMAP}programmes/")
        assert text.count("Make it the current one") == 1

    def test_the_plan_as_a_table(self, as_, programme, intervention, reza):
        response = as_(reza).get(f"{programme.get_absolute_url()}time/", {"format": "csv"})
        text = response.getvalue().decode("utf-8-sig")
        assert text.splitlines()[0].startswith("Intervention,Step,Name of the step,State,Why it stopped,Owner,From,To")
        assert f"Lunch on ward 4,1,Create awareness,Planned,,{intervention.owner},2026-11-09,2099-01-29" in text

    @pytest.mark.parametrize("view", ["", "time/", "balance/"])
    def test_three_views_for_every_member_and_no_stranger(self, as_, programme, intervention, reza, oskar, view):
        url = f"{programme.get_absolute_url()}{view}"
        text = page(as_(reza), url)
        assert "Learning at Riverside" in text
        assert "Add an intervention" not in text
        assert as_(oskar).get(url).status_code == 404
        assert as_(oskar).get(url.replace("riverside", "hillside")).status_code == 404

    def test_an_empty_programme(self, as_, programme, lena):
        assert "Nothing is planned here yet." in page(as_(lena), programme.get_absolute_url())
        assert "Nothing has a date yet" in page(as_(lena), f"{programme.get_absolute_url()}time/")
        assert "Nothing is planned yet" in page(as_(lena), f"{programme.get_absolute_url()}balance/")

    def test_two_who_change_it_see_both_versions(self, as_, programme, lena):
        url = f"{programme.get_absolute_url()}edit/"
        form = {"name": "First", "starts_on": "1 May 2026", "ends_on": "30 April 2028", "version": 1}
        assert as_(lena).post(url, form).status_code == 302
        response = as_(lena).post(url, {**form, "name": "Second"})
        text = response.content.decode()
        assert response.status_code == 422
        assert "<del>First</del>" in text
        assert "<ins>Second</ins>" in text
        assert as_(lena).post(url, {**form, "name": "Second", "version": 2}).status_code == 302
        assert Programme.objects.get().name == "Second"

    @pytest.mark.parametrize("who", ["farah", "cara", "reza", "sam", "ada"])
    @pytest.mark.parametrize(
        "path",
        [
            "programmes/new/",
            "programmes/{0}/edit/",
            "programmes/{0}/steps/1/edit/",
            "programmes/{0}/interventions/new/",
        ],
    )
    def test_only_the_lead_plans(self, request, as_, programme, who, path):
        browser = as_(request.getfixturevalue(who))
        assert browser.get(f"{ROADMAP}{path.format(programme.pk)}").status_code == 403
        assert browser.post(f"{ROADMAP}{path.format(programme.pk)}").status_code == 403

    def test_others_cannot_make_it_current(self, as_, programme, farah):
        assert as_(farah).post(f"{ROADMAP}programmes/{programme.pk}/make-current/").status_code == 403


class TestSteps:
    def test_a_step_says_what_it_is_for(self, as_, programme, intervention, entry, reza):
        StepGuide.objects.create(number=1, purpose="People know why.", exit_questions=["Can all say it?"])
        text = page(as_(reza), f"{programme.get_absolute_url()}steps/1/")
        assert "People know why." in text
        assert "Can all say it?" in text
        assert "Lunch on ward 4" in text
        assert "0 of 1 done" in re.sub(r"<[^>]+>", "", text)

    def test_unknown_steps(self, as_, programme, reza):
        assert as_(reza).get(f"{programme.get_absolute_url()}steps/6/").status_code == 404

    def test_say_where_it_stands(self, as_, programme, lena):
        url = f"{programme.get_absolute_url()}steps/2/edit/"
        form = {"state": "done", "note": "Theatres too", "version": 1}
        assert "Step 2 is saved." in as_(lena).post(url, form, follow=True).content.decode()
        response = as_(lena).post(url, {**form, "note": "Not theatres"})
        assert response.status_code == 422
        assert "Two people changed this" in response.content.decode()
        assert programme.steps.get(number=2).note == "Theatres too"

    def test_only_one_area(self, as_, programme, intervention, lena):
        actions.plan_intervention(
            programme, by=as_member(lena), title="Something else", step=1, areas=["context"], at=timezone.now()
        )
        text = page(as_(lena), f"{programme.get_absolute_url()}steps/1/", area="context")
        assert "Something else" in text
        assert "Lunch on ward 4" not in text.split("More from the catalogue")[0]


class TestIntervention:
    def test_from_the_catalogue(self, as_, programme, entry, lena):
        url = f"{programme.get_absolute_url()}interventions/new/"
        response = as_(lena).get(url, {"entry": entry.key})
        text = response.content.decode()
        assert "Talk over lunch." in text
        form = response.context["form"]
        sent = {
            name: form[name].value()
            for name in ("title", "summary", "step", "kind", "effort", "areas", "output", "once")
        }
        response = as_(lena).post(url, {**sent, "entry": entry.pk})
        made = Intervention.objects.get()
        assert response["Location"] == made.get_absolute_url()
        assert (made.title, made.entry, made.areas, made.output) == (
            "Brown bag lunch",
            entry,
            ["knowledge"],
            "Questions",
        )

    def test_one_s_own(self, as_, programme, lena, cara):
        url = f"{programme.get_absolute_url()}interventions/new/"
        form = {"title": "Own", "step": 3, "owner": cara.pk, "kind": "strategic", "effort": "long"}
        assert as_(lena).post(url, form).status_code == 302
        assert Intervention.objects.get().entry is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"title": ""},
            {"title": "x" * 121},
            {"step": "9"},
            {"kind": ""},
            {"areas": ["moon"]},
            {"ends_on": "1 January 2020", "starts_on": "2 January 2020"},
            {"starts_on": "soon"},
            {"entry": "99999"},
            {"owner": "x"},
        ],
    )
    def test_bad_input_is_a_sentence(self, as_, programme, lena, wrong):
        form = {"title": "Own", "step": 3, "kind": "strategic", "effort": "long", **wrong}
        response = as_(lena).post(f"{programme.get_absolute_url()}interventions/new/", form)
        assert response.status_code == 422
        assert "to put right" in response.content.decode()
        assert Intervention.objects.count() == 0

    def test_odd_queries_are_passed_over(self, as_, programme, lena):
        for query in ({"entry": "nothing"}, {"step": "9"}, {"step": "x"}, {"entry": "a" * 500}):
            page(as_(lena), f"{programme.get_absolute_url()}interventions/new/", **query)

    def test_the_page(self, as_, intervention, reza):
        text = page(as_(reza), intervention.get_absolute_url())
        for words in ("Lunch on ward 4", "People listen.", "Announce it.", "Farah Siddiqui", "Sam Okafor", "Quick win"):
            assert words in text
        assert "Change the plan" not in text
        assert "Update where it stands" not in text

    def test_its_own_page_is_for_its_organisation(self, as_, intervention, oskar, nia):
        assert as_(oskar).get(intervention.get_absolute_url()).status_code == 404
        assert as_(nia).get(intervention.get_absolute_url().replace("riverside", "hillside")).status_code == 404

    def test_change_the_plan(self, as_, intervention, lena):
        url = f"{intervention.get_absolute_url()}edit/"
        response = as_(lena).post(url, wanted(intervention, ends_on="19 March 2099"))
        assert response.status_code == 422
        assert "Say why the plan changes" in response.content.decode()
        form = wanted(intervention, ends_on="19 March 2099", reason="Winter wards")
        text = as_(lena).post(url, form, follow=True).content.decode()
        assert "End moved from 29 January 2099 to 19 March 2099." in text
        assert "Winter wards" in text

    def test_a_stale_form_shows_both_and_loses_nothing(self, as_, intervention, lena):
        url = f"{intervention.get_absolute_url()}edit/"
        as_(lena).post(url, wanted(intervention, title="Lunch on ward 5", summary="Theirs"))
        mine = wanted(intervention, title="Lunch on ward 6", areas=["context"])
        response = as_(lena).post(url, mine)
        text = response.content.decode()
        assert response.status_code == 422
        assert "Two people changed this" in text
        assert "Lunch on ward <del>5</del>" in text
        assert "Lunch on ward <ins>6</ins>" in text
        assert "<ins>External context</ins>" in text
        assert Intervention.objects.get().title == "Lunch on ward 5"
        assert response.context["form"]["title"].value() == "Lunch on ward 6"
        assert as_(lena).post(url, {**mine, "version": response.context["form"]["version"].value()}).status_code == 302
        assert Intervention.objects.get().title == "Lunch on ward 6"

    def test_when_somebody_else_has_moved_the_days_the_conflict_comes_first(self, as_, intervention, lena):
        url = f"{intervention.get_absolute_url()}edit/"
        as_(lena).post(url, wanted(intervention, ends_on="19 March 2099", reason="Winter"))
        response = as_(lena).post(url, wanted(intervention, title="Mine"))
        assert "Two people changed this" in response.content.decode()
        again = wanted(intervention, title="Mine", version=2)
        assert "Say why the plan changes" in as_(lena).post(url, again).content.decode()
        assert as_(lena).post(url, {**again, "ends_on": "19 March 2099"}).status_code == 302

    def test_an_owner_who_has_gone_does_not_block_the_form(self, as_, intervention, lena, farah):
        Membership.objects.filter(person=farah).update(left_at=timezone.now())
        form = wanted(intervention, title="Another")
        assert as_(lena).post(f"{intervention.get_absolute_url()}edit/", form).status_code == 302

    def test_state_with_one_press(self, as_, intervention, farah, cara):
        url = f"{intervention.get_absolute_url()}state/"
        assert "Start it" in page(as_(farah), intervention.get_absolute_url())
        for _ in range(2):
            assert as_(farah).post(url, {"state": "doing"}).status_code == 302
        assert intervention.changes.count() == 1
        assert as_(cara).post(url, {"state": "done"}).status_code == 403
        assert as_(cara).get(url).status_code == 403

    @pytest.mark.parametrize("state", ["paused", "dropped", "nonsense"])
    def test_stopping_asks_why(self, as_, intervention, lena, state):
        url = f"{intervention.get_absolute_url()}state/"
        assert as_(lena).post(url, {"state": state}).status_code == 422
        if state != "nonsense":
            text = as_(lena).post(url, {"state": state, "reason": "No people"}, follow=True).content.decode()
            assert "No people" in text

    def test_an_action_hangs_on_it(self, as_, intervention, cara, lena):
        url = f"{intervention.get_absolute_url()}actions/new/"
        text = as_(cara).post(url, {"title": "Book the room", "owner": cara.pk}, follow=True).content.decode()
        assert "Book the room" in text
        action = Action.objects.get()
        assert action.told_when_late == lena
        assert intervention.get_absolute_url() in page(as_(cara), "/o/riverside/actions/")
        as_(cara).post(f"{action.get_absolute_url()}done/", {"next": intervention.get_absolute_url()})
        assert "Book the room" in page(as_(cara), intervention.get_absolute_url())

    def test_the_same_number_of_queries(self, as_, programme, intervention, lena, farah, django_assert_max_num_queries):
        browser, counted = as_(lena), []
        urls = [f"{programme.get_absolute_url()}{view}" for view in ("", "time/", "balance/", "steps/1/")]
        urls += [intervention.get_absolute_url(), f"{ROADMAP}catalogue/", f"{ROADMAP}programmes/"]
        actions.add_intervention_action(intervention, by=as_member(lena), title="One", owner=farah, at=timezone.now())
        actions.set_intervention_state(intervention, by=as_member(lena), state="doing", at=timezone.now())
        browser.get(ROADMAP)
        for start in (0, 10):
            for number, url in enumerate(urls):
                with django_assert_max_num_queries(30) as captured:
                    page(browser, url)
                counted.append((number, len(captured)))
            for number in range(start, start + 3):
                actions.plan_intervention(
                    programme,
                    by=as_member(lena),
                    title=f"More {number}",
                    step=1,
                    owner=farah,
                    entry=intervention.entry,
                    at=timezone.now(),
                )
                actions.add_intervention_action(
                    intervention, by=as_member(lena), title=f"Promise {number}", owner=farah, at=timezone.now()
                )
                actions.set_intervention_state(
                    intervention,
                    by=as_member(lena),
                    state=("paused", "doing", "paused")[number % 3],
                    reason="x",
                    at=timezone.now(),
                )
        assert counted[: len(urls)] == counted[len(urls) :]


class TestCatalogue:
    def test_what_is_in_the_plan_says_so(self, as_, intervention, entry, reza, lena):
        other = CatalogueEntry.objects.create(key="pitch", name="Elevator pitch", step=1, what="Short words.")
        text = page(as_(lena), f"{ROADMAP}catalogue/")
        assert "In the plan" in text
        assert text.count("Plan this<") == 1
        assert "Plan this<" not in page(as_(reza), f"{ROADMAP}catalogue/")
        text = page(as_(reza), f"{ROADMAP}catalogue/{entry.key}/")
        assert "In your plan" in text
        assert "Choose a case." in text
        assert "Plan this" in page(as_(lena), f"{ROADMAP}catalogue/{other.key}/")

    def test_before_there_is_a_programme(self, as_, entry, lena):
        assert "Plan this" not in page(as_(lena), f"{ROADMAP}catalogue/{entry.key}/")

    def test_unknown_and_retired(self, as_, programme, entry, lena):
        assert as_(lena).get(f"{ROADMAP}catalogue/nothing/").status_code == 404
        CatalogueEntry.objects.update(retired_at=timezone.now())
        assert "no longer offers" in page(as_(lena), f"{ROADMAP}catalogue/{entry.key}/")
        assert "Brown bag" not in page(as_(lena), f"{ROADMAP}catalogue/")


def test_late_ones_say_so(as_, programme, lena, farah):
    today = timezone.localdate()
    late = actions.plan_intervention(
        programme,
        by=as_member(lena),
        title="Find champions",
        step=2,
        owner=farah,
        ends_on=today - timedelta(days=11),
        at=timezone.now(),
    )
    assert "11 days late" in page(as_(lena), programme.get_absolute_url())
    assert "11 days late" in page(as_(lena), late.get_absolute_url())
    actions.set_intervention_state(late, by=as_member(lena), state="done", at=timezone.now())
    assert "days late" not in page(as_(lena), programme.get_absolute_url())
