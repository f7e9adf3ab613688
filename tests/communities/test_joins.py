"""Communities on pages of other apps: beside a gap, and on the community programme of the roadmap."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

import roadmap.actions
from communities.actions import life
from communities.slots import communities_for_gap
from roadmap.models import CatalogueEntry
from selfassessment import reports
from tests.cast import as_member


def offer(intervention="community-programme", title="Hold one kick-off about medicines"):
    suggestion = SimpleNamespace(entry_key=intervention, title=title, text="Ask what keeps people from home.")
    return SimpleNamespace(suggestion=suggestion, result=SimpleNamespace(name="Communities and networks"))


class TestBesideAGap:
    def test_one_with_a_question_alike_or_a_new_one(self, community, found, cara, lena):
        found(name="Wheelchairs", question="Where do they go?")
        template, values = communities_for_gap(offer(), as_member(lena))
        assert template == "communities/_for_gap.html"
        assert [row.community for row in values["rows"]] == [community]
        assert values["may_found"]

    def test_only_where_a_community_would_carry_it(self, community, lena):
        assert communities_for_gap(offer(intervention="sharing-rules"), as_member(lena)) is None
        assert communities_for_gap(offer(), None) is None

    def test_a_reader_looks_at_them_and_does_not_begin_one(self, community, reza):
        assert not communities_for_gap(offer(), as_member(reza))[1]["may_found"]

    @pytest.mark.parametrize("who", ["lena", "reza"])
    def test_on_the_report(self, world, who, as_, monkeypatch):
        offers = reports.build(world.things.round_closed).offers
        suggested = {one.suggestion.entry_key for one in offers}
        monkeypatch.setattr("communities.slots.COMMUNITY_PROGRAMME", min(suggested - {""}))
        page = as_(world.people[who]).get(f"/o/riverside/assessments/{world.things.round_closed.pk}/report/")
        assert ("No community asks this yet" in page.text) == (who == "lena")
        assert ("Look at the communities" in page.text) == (who == "reza")


class TestOnTheRoadmap:
    def test_the_community_programme_lists_them_with_their_step(self, world, lena, cara, as_, queries):
        entry = CatalogueEntry.objects.get(key="community-programme")
        at = timezone.now()
        programme = world.things.programme
        planned = roadmap.actions.plan_intervention(
            programme, by=as_member(lena), title="Communities", step=5, owner=lena, at=at, entry=entry
        )
        url = f"/o/riverside/roadmap/interventions/{planned.pk}/"
        life.take_step(world.things.community, by=as_member(cara), at=at, step=3)
        page = as_(lena).get(url).text
        assert "Step 3, building the knowledge base" in page
        assert "Night staff circle" in page
        assert "Old forms" not in page.split("The communities and their steps")[1].split("</section>")[0]
        before = queries(as_(lena), url)
        for name in ("Ramps", "Doors"):
            life.found_community(world.riverside, by=as_member(cara), at=at, name=name, question="Who?")
        assert queries(as_(lena), url) == before

    def test_no_other_intervention_does(self, world, lena, as_):
        url = f"/o/riverside/roadmap/interventions/{world.things.intervention.pk}/"
        assert "The communities and their steps" not in as_(lena).get(url).text
