"""Which page of a list is shown."""

import pytest

from kmportal.lib.pagination import PageOf, page_number, whole_number


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
