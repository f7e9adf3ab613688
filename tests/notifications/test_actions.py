"""A notice goes to one person, once, and only to those who may come in."""

from datetime import UTC, datetime

import pytest

from notifications.actions import mark_all_notices_read, mark_notice_read, notify
from notifications.models import Notice
from organisations.models import Membership

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def told(person, organisation, key="a 1", **words):
    return notify(
        person,
        organisation=organisation,
        kind="action",
        text=words.get("text", "Something for you"),
        url_name=words.get("url_name", "home"),
        url_args=[organisation.slug],
        key=key,
        at=NOON,
    )


def test_once_per_key(riverside, cara, farah):
    assert told(cara, riverside)
    assert told(cara, riverside) is None
    assert told(farah, riverside)
    assert told(cara, riverside, key="a 2")
    assert Notice.objects.count() == 3


def test_nobody_and_strangers_are_not_told(riverside, oskar):
    assert told(None, riverside) is None
    assert told(oskar, riverside) is None


@pytest.mark.parametrize("field", ["suspended_at", "left_at"])
def test_suspended_and_gone_are_not_told(riverside, cara, field):
    Membership.objects.filter(person=cara).update(**{field: NOON})
    assert told(cara, riverside) is None


def test_long_text_is_cut_not_refused(riverside, cara):
    assert len(told(cara, riverside, text="word " * 100).text) <= 300


def test_reading_keeps_the_first_moment(riverside, cara):
    notice = told(cara, riverside)
    mark_notice_read(notice, at=NOON)
    mark_notice_read(notice, at=datetime(2026, 12, 1, tzinfo=UTC))
    assert Notice.objects.get().read_at == NOON


def test_all_read_leaves_what_came_in_since(riverside, hillside, nia, member):
    seen = told(nia, riverside)
    told(nia, riverside, key="a 2")
    told(nia, hillside, key="a 3")
    assert mark_all_notices_read(member(nia, riverside), up_to=seen.pk, at=NOON) == 1
    assert Notice.objects.unread().count() == 2


def test_a_page_that_is_gone_leads_to_the_notices(riverside, cara):
    notice = told(cara, riverside, url_name="no_such_page")
    assert notice.get_absolute_url() == "/o/riverside/notices/"
