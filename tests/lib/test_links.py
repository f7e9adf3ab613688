"""Whole addresses."""

import pytest
from django.http import QueryDict

from kmportal.lib.links import absolute, changed_query, url_or_nothing


@pytest.mark.parametrize(
    ("public", "host", "address"),
    [
        ("https://km.example", "127.0.0.1", "https://km.example/me/"),
        ("", "127.0.0.1", "http://127.0.0.1:8001/me/"),
        ("", "::1", "http://[::1]:8001/me/"),
    ],
)
def test_where_the_portal_is_reached(public, host, address, settings):
    settings.PUBLIC_URL, settings.HOST, settings.PORT = public, host, 8001
    assert absolute("/me/") == address


def test_a_page_that_does_not_exist_has_no_address():
    assert url_or_nothing("no_such_page", 3) == ""
    assert url_or_nothing("words") == "/words/"


def test_a_changed_query_keeps_the_rest_and_puts_the_change_at_the_end():
    query = QueryDict("page=2&q=a&kind=x&kind=y")
    assert changed_query(query, page=None, q="b c") == "?kind=x&kind=y&q=b+c"
    assert changed_query(query, page=3) == "?q=a&kind=x&kind=y&page=3"
    assert changed_query(QueryDict("page=2"), page=None) == "."
