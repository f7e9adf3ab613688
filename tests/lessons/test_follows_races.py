"""Two workers with the same work: each follower hears of a lesson once."""

import pytest

from jobs.models import Job
from lessons import tasks
from lessons.actions.follows import save_search
from lessons.models import Follow, FollowHit
from notifications.models import Notice
from tests.cast import as_member
from tests.lessons.conftest import NOON
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_tell_once(identified, riverside, reza, lena, sam):
    for person in (reza, lena, sam):
        save_search(riverside, by=as_member(person), at=NOON, query="q=pharmacy", how="at-once")
    identified()
    entry = Job.objects.get(function="lessons.tasks.tell_followers").args["entry_id"]
    answers = at_once(*[lambda: tasks.tell_followers(None, entry_id=entry)] * 2)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert FollowHit.objects.count() == 3
    assert Notice.objects.filter(text__contains="that you follow").count() == 3


def test_two_presses_follow_once(riverside, reza):
    member = as_member(reza)
    at_once(*[lambda: save_search(riverside, by=member, at=NOON, query="q=x")] * 2)
    assert Follow.objects.count() == 1
