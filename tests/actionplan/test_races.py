"""Two people press at the same moment."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from actionplan import actions
from actionplan.models import Action
from kmportal.lib.exceptions import Stale
from notifications.models import Notice
from tests.cast import as_member
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def action(riverside, lena, cara) -> Action:
    return actions.add_action(
        riverside, by=as_member(lena), title="Ask", owner=cara, due_on=date(2026, 11, 20), at=timezone.now()
    )


def fresh(action: Action) -> Action:
    return Action.objects.get(pk=action.pk)


def test_two_mark_it_as_done(action, cara, lena):
    copies = fresh(action), fresh(action)
    at_once(
        lambda: actions.complete_action(copies[0], by=as_member(cara), at=timezone.now()),
        lambda: actions.complete_action(copies[1], by=as_member(lena), at=timezone.now()),
    )
    assert action.changes.filter(kind="done").count() == 1
    assert fresh(action).version == 2


def test_one_drops_while_one_hands_over(action, lena, farah):
    copies = fresh(action), fresh(action)
    answers = at_once(
        lambda: actions.drop_action(copies[0], by=as_member(lena), reason="No need", at=timezone.now()),
        lambda: actions.hand_over_action(copies[1], by=as_member(lena), owner=farah, at=timezone.now()),
    )
    now = fresh(action)
    assert now.state == "dropped"
    assert now.version == 1 + sum(isinstance(answer, Action) for answer in answers)


def test_two_reword_it(action, cara, lena):
    copies = fresh(action), fresh(action)
    answers = at_once(
        lambda: actions.reword_action(
            copies[0], by=as_member(cara), seen=1, title="Ask estates", detail="", at=timezone.now()
        ),
        lambda: actions.reword_action(
            copies[1], by=as_member(lena), seen=1, title="Ask pharmacy", detail="", at=timezone.now()
        ),
    )
    assert sum(isinstance(answer, Stale) for answer in answers) == 1


def test_the_same_form_arrives_twice_at_once(riverside, lena, cara):
    once = uuid4()
    made = at_once(
        *[
            lambda: actions.add_action(
                riverside, by=as_member(lena), title="Ask", owner=cara, once=once, at=timezone.now()
            )
        ]
        * 2
    )
    assert made[0] == made[1]
    assert Action.objects.count() == Notice.objects.count() == 1
