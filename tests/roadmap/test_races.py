"""Two who plan press at the same moment."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from kmportal.lib.exceptions import Stale
from roadmap import actions
from roadmap.models import Intervention, Programme
from tests.cast import as_member
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = {"starts_on": date(2026, 5, 1), "ends_on": date(2028, 4, 30)}


def test_two_begin_the_first_programme(riverside, lena):
    at_once(
        lambda: actions.begin_programme(riverside, by=as_member(lena), name="One", at=timezone.now(), **DAYS),
        lambda: actions.begin_programme(riverside, by=as_member(lena), name="Two", at=timezone.now(), **DAYS),
    )
    assert (Programme.objects.count(), Programme.objects.current().count()) == (2, 1)


def test_two_make_different_ones_current(riverside, lena):
    first, second, third = (
        actions.begin_programme(riverside, by=as_member(lena), name=name, at=timezone.now(), **DAYS)
        for name in ("1", "2", "3")
    )
    at_once(
        lambda: actions.make_programme_current(second, by=as_member(lena), at=timezone.now()),
        lambda: actions.make_programme_current(third, by=as_member(lena), at=timezone.now()),
    )
    assert Programme.objects.current().count() == 1
    assert not Programme.objects.get(pk=first.pk).is_current


def test_two_change_the_plan(riverside, lena):
    programme = actions.begin_programme(riverside, by=as_member(lena), name="One", at=timezone.now(), **DAYS)
    made = actions.plan_intervention(programme, by=as_member(lena), title="X", step=1, at=timezone.now())
    copies = [Intervention.objects.select_related("programme__organisation").get(pk=made.pk) for _ in range(2)]
    answers = at_once(
        lambda: actions.change_intervention(
            copies[0], by=as_member(lena), seen=1, title="A", owner=None, at=timezone.now()
        ),
        lambda: actions.change_intervention(
            copies[1], by=as_member(lena), seen=1, title="B", owner=None, at=timezone.now()
        ),
    )
    assert sum(isinstance(answer, Stale) for answer in answers) == 1
    assert made.changes.count() == 1


def test_two_say_where_it_stands(riverside, lena):
    programme = actions.begin_programme(riverside, by=as_member(lena), name="One", at=timezone.now(), **DAYS)
    made = actions.plan_intervention(programme, by=as_member(lena), title="X", step=1, once=uuid4(), at=timezone.now())
    copies = [Intervention.objects.get(pk=made.pk) for _ in range(2)]
    at_once(
        *[
            lambda copy=copy: actions.set_intervention_state(copy, by=as_member(lena), state="doing", at=timezone.now())
            for copy in copies
        ]
    )
    assert made.changes.count() == 1
