"""Two who plan press at the same moment."""

from datetime import date
from uuid import uuid4

import pytest

from kmportal.lib.exceptions import Stale
from roadmap import actions
from roadmap.models import Intervention, Programme
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = {"starts_on": date(2026, 5, 1), "ends_on": date(2028, 4, 30)}


def test_two_begin_the_first_programme(riverside, lena):
    at_once(
        lambda: actions.begin(riverside, by=lena, name="One", **DAYS),
        lambda: actions.begin(riverside, by=lena, name="Two", **DAYS),
    )
    assert (Programme.objects.count(), Programme.objects.current().count()) == (2, 1)


def test_two_make_different_ones_current(riverside, lena):
    first, second, third = (actions.begin(riverside, by=lena, name=name, **DAYS) for name in ("1", "2", "3"))
    at_once(lambda: actions.make_current(second, by=lena), lambda: actions.make_current(third, by=lena))
    assert Programme.objects.current().count() == 1
    assert not Programme.objects.get(pk=first.pk).is_current


def test_two_change_the_plan(riverside, lena):
    programme = actions.begin(riverside, by=lena, name="One", **DAYS)
    made = actions.plan(programme, by=lena, title="X", step=1)
    copies = [Intervention.objects.select_related("programme__organisation").get(pk=made.pk) for _ in range(2)]
    answers = at_once(
        lambda: actions.change(copies[0], by=lena, seen=1, title="A", owner=None),
        lambda: actions.change(copies[1], by=lena, seen=1, title="B", owner=None),
    )
    assert sum(isinstance(answer, Stale) for answer in answers) == 1
    assert made.changes.count() == 1


def test_two_say_where_it_stands(riverside, lena):
    programme = actions.begin(riverside, by=lena, name="One", **DAYS)
    made = actions.plan(programme, by=lena, title="X", step=1, once=uuid4())
    copies = [Intervention.objects.get(pk=made.pk) for _ in range(2)]
    at_once(*[lambda copy=copy: actions.set_state(copy, by=lena, state="doing") for copy in copies])
    assert made.changes.count() == 1
