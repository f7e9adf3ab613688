"""Which page of a list is shown."""

import pytest

from kmportal.lib.pagination import PageOf, keys_beside, numbers_shown, page_number, whole_number


def test_pages_of_a_counted_list():
    page = PageOf(number=2, per_page=20, count=45)
    assert (page.start_index(), page.end_index(), page.has_previous(), page.has_next()) == (21, 40, True, True)
    last = PageOf(number=3, per_page=20, count=45)
    assert (last.end_index(), last.has_next()) == (45, False)
    assert not PageOf(number=1, per_page=20, count=20).has_other_pages()


@pytest.mark.parametrize("asked", ["0", "-1", "x", "", "1e3", "²", "9" * 30, "9" * 5000])
def test_an_odd_page_number_means_the_first(asked):
    assert page_number({"page": asked}) == 1


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "9" * 19, "9" * 5000])
def test_what_is_no_number_that_a_database_keeps_counts_as_nought(text):
    assert whole_number(text) == 0
    assert whole_number("42") == 42


@pytest.mark.parametrize(
    ("number", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 2, [1, 2]),
        (3, 5, [1, 2, 3, 4, 5]),
        (1, 167, [1, 2, None, 167]),
        (4, 167, [1, 2, 3, 4, 5, None, 167]),
        (80, 167, [1, None, 79, 80, 81, None, 167]),
        (164, 167, [1, None, 163, 164, 165, 166, 167]),
        (167, 167, [1, None, 166, 167]),
    ],
)
def test_a_pager_links_the_ends_and_what_is_around(number, last, shown):
    assert numbers_shown(number, last) == shown
    assert PageOf(number, 10, last * 10 - 3).num_pages == last


def test_the_pages_beside_are_named_by_the_rows_at_the_ends():
    page = PageOf(number=3, per_page=10, count=95, first=31, last=40)
    assert page.beside(4) == {"page": 4, "after": 40, "before": None}
    assert page.beside(2) == {"page": 2, "after": None, "before": 31}
    for far in (1, 10):
        assert page.beside(far) == {"page": far, "after": None, "before": None}
    assert PageOf(number=2, per_page=10, count=95, first=31).beside(1)["before"] is None


def test_an_address_that_begins_anew_follows_no_row():
    assert keys_beside({"page": "4", "after": "40"}) == {"after": 40, "before": 0}
    assert keys_beside({"page": "2", "before": "x", "after": "-1"}) == {"after": 0, "before": 0}
    for page in ("", "1", "x"):
        assert keys_beside({"page": page, "after": "40", "before": "31"}) == {"after": 0, "before": 0}
