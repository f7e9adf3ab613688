"""Beginning a programme with the first hundred days of somebody else’s."""

from datetime import date

import pytest
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from roadmap import actions, starters
from roadmap.models import CatalogueEntry, Intervention, Programme
from tests.cast import as_member

FRIDAY = date(2026, 5, 1)
END = date(2028, 4, 30)


@pytest.mark.parametrize("key", ["trust", "council", "ngo"])
def test_every_line_becomes_an_intervention(riverside, lena, key):
    chosen = starters.starter(key)
    programme = actions.begin_programme(
        riverside, by=as_member(lena), name="Learning", starts_on=FRIDAY, ends_on=END, starter=key, at=timezone.now()
    )
    planned = list(Intervention.objects.filter(programme=programme))
    assert {row.title for row in planned} == {line.entry.name for line in chosen.lines}
    for row in planned:
        assert row.starts_on.weekday() < 5
        assert row.ends_on.weekday() < 5
        assert FRIDAY <= row.starts_on <= row.ends_on
        assert row.owner is None
        assert row.areas
        assert row.output
        assert " For " in row.summary


def test_the_catalogue_is_linked_where_it_is_loaded(riverside, lena):
    entry = CatalogueEntry.objects.create(key="elevator-pitch", name="Pitch", step=1, what="A pitch.")
    CatalogueEntry.objects.create(
        key="quick-wins", name="Quick wins", step=4, what="Soon.", retired_at="2026-01-01T00:00:00Z"
    )
    actions.begin_programme(
        riverside,
        by=as_member(lena),
        name="Learning",
        starts_on=FRIDAY,
        ends_on=END,
        starter="trust",
        at=timezone.now(),
    )
    assert Intervention.objects.get(title="Elevator pitch").entry == entry
    assert Intervention.objects.get(title="Quick wins").entry is None


def test_each_leaves_its_row_in_the_trail(riverside, lena):
    actions.begin_programme(
        riverside, by=as_member(lena), name="Learning", starts_on=FRIDAY, ends_on=END, starter="ngo", at=timezone.now()
    )
    assert AuditEntry.objects.filter(event="intervention.planned").count() == 11
    assert AuditEntry.objects.get(event="programme.begun").facts["starter"] == "ngo"


def test_the_same_form_twice_plans_once(riverside, lena):
    once = "5b0a2a39-8d4f-4d0a-9c35-6b1d8f6b6a11"
    for _ in range(2):
        actions.begin_programme(
            riverside,
            by=as_member(lena),
            name="One",
            starts_on=FRIDAY,
            ends_on=END,
            starter="council",
            once=once,
            at=timezone.now(),
        )
    assert Intervention.objects.count() == 12


def test_no_starter_plans_nothing(riverside, lena):
    actions.begin_programme(
        riverside, by=as_member(lena), name="Learning", starts_on=FRIDAY, ends_on=END, at=timezone.now()
    )
    assert not Intervention.objects.exists()


@pytest.mark.parametrize(
    ("starter", "ends_on", "sentence"),
    [("moon", END, "does not exist any more"), ("trust", date(2026, 8, 1), "last until 7 August 2026")],
)
def test_what_cannot_be_planned_makes_nothing(riverside, lena, starter, ends_on, sentence):
    with pytest.raises(Refusal, match=sentence):
        actions.begin_programme(
            riverside,
            by=as_member(lena),
            name="Learning",
            starts_on=FRIDAY,
            ends_on=ends_on,
            starter=starter,
            at=timezone.now(),
        )
    assert not Programme.objects.exists()


def test_days_avoid_weekends_and_keep_their_order():
    line = starters.starter("trust").lines[0]
    assert line.days_from(date(2026, 5, 2)) == (date(2026, 5, 4), date(2026, 5, 21))
    short = starters.Line(entry_key=line.entry.key, first_day=1, last_day=1, who="x", why="y")
    assert short.days_from(date(2026, 5, 2)) == (date(2026, 5, 4), date(2026, 5, 4))
