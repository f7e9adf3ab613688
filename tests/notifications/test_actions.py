"""A notice goes to one person, once, and only to those who may come in."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from notifications.actions import mark_all_notices_read, mark_notice_read, notify, withdraw_notices
from notifications.models import Notice
from organisations import events
from organisations.events import Event
from organisations.models import Group, Membership
from tests.cast import as_member, happened

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def told(person, organisation, occurrence=None, text="Something for you"):
    return notify(person, occurrence or happened(organisation, NOON), text, about=organisation)


def test_once_per_event(riverside, cara, farah):
    first = happened(riverside, NOON)
    assert told(cara, riverside, first)
    assert told(cara, riverside, first) is None
    assert told(farah, riverside, first)
    assert told(cara, riverside, happened(riverside, NOON))
    assert Notice.objects.count() == 3


def test_whoever_did_it_is_not_told(riverside, cara, ada):
    group = Group.objects.create(organisation=riverside, name="Ward 6")
    deed = events.record(Event.GROUP_CHANGED, group, by=as_member(ada), at=NOON)
    assert told(ada, riverside, deed) is None
    assert told(cara, riverside, deed)


def test_nobody_and_strangers_are_not_told(riverside, oskar):
    assert told(None, riverside) is None
    assert told(oskar, riverside) is None


@pytest.mark.parametrize("field", ["suspended_at", "left_at"])
def test_suspended_and_gone_are_not_told(riverside, cara, field):
    Membership.objects.filter(person=cara).update(**{field: NOON})
    assert told(cara, riverside) is None


def test_long_text_is_cut_not_refused(riverside, cara):
    assert len(told(cara, riverside, text="word " * 100).text) <= 300


def test_reading_keeps_the_first_day_and_no_moment(riverside, cara):
    notice = told(cara, riverside)
    mark_notice_read(notice, by=as_member(cara), at=NOON)
    mark_notice_read(notice, by=as_member(cara), at=datetime(2026, 12, 1, tzinfo=UTC))
    assert Notice.objects.get().read_at == NOON.replace(hour=0, minute=0)


def test_all_read_leaves_what_came_in_since(riverside, hillside, nia, member):
    seen = told(nia, riverside)
    told(nia, riverside)
    told(nia, hillside)
    assert mark_all_notices_read(by=member(nia, riverside), up_to=seen.pk, at=NOON) == 1
    assert Notice.objects.unread().count() == 2


def test_nobody_marks_anothers(riverside, cara, lena):
    with pytest.raises(PermissionDenied):
        mark_notice_read(told(cara, riverside), by=as_member(lena), at=NOON)


def test_what_may_no_longer_be_seen_is_taken_back(riverside, cara, farah, lena):
    deed = happened(riverside, NOON)
    for person in (cara, farah, lena):
        notify(person, deed, "Something")
    withdraw_notices(deed.ref, but=cara)
    assert [notice.person for notice in Notice.objects.all()] == [cara]
