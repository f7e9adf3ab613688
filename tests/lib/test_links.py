"""Whole addresses."""

import pytest

from kmportal.lib.links import absolute


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
