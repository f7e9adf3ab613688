"""The orders of a list: the same on both databases, with words and without."""

from datetime import UTC, datetime

import pytest

from search import index

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages"), pytest.mark.database]


@pytest.mark.parametrize("text", ["", "valve"])
@pytest.mark.parametrize(("order", "found"), [("newest", [3, 2, 1]), ("oldest", [1, 2, 3]), ("title", [2, 3, 1])])
def test_orders(put, reader, text, order, found):
    for ident, title in ((1, "valve C"), (2, "a valve"), (3, "B valve")):
        put(ident, title=title, at=datetime(2026, 1, ident, 12, tzinfo=UTC))
    assert [hit.ident for hit in index.find(reader, text, order=order).hits] == found
    second = index.find(reader, text, order=order, page=2, per_page=2)
    assert [hit.ident for hit in second.hits] == found[2:]
