"""What guards every page: odd methods, headers, and a log that nobody can flood."""

import logging
import re
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from kmportal.lib.logs import OneLineFormatter


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
@pytest.mark.parametrize("address", ["/accounts/login/", "/help/", "/join/"])
def test_pages_know_reading_and_sending_alone(client, db, method, address):
    assert client.generic(method, address).status_code == 405


def test_no_page_may_ask_for_camera_or_place(client, db):
    for address in ("/accounts/login/", "/nowhere/", "/livez"):
        assert "camera=()" in client.get(address)["Permissions-Policy"]


def test_the_sheet_of_components_is_for_developers(client, db, settings):
    settings.TESTING = False
    assert client.get(reverse("components")).status_code == 404
    settings.DEMO = True
    assert client.get(reverse("components")).status_code == 200


def test_a_flood_costs_one_line_each():
    try:
        raise ValueError("wrong\nhost")
    except ValueError:
        record = logging.getLogger("django.security").makeRecord(
            "django.security.DisallowedHost", logging.ERROR, "", 1, "Invalid HTTP_HOST header: %r\n%s", ("x", "y"), None
        )
        record.exc_info = sys.exc_info()
    line = OneLineFormatter("%(levelname)s %(message)s").format(record)
    assert line == "ERROR Invalid HTTP_HOST header: 'x' y"


@pytest.mark.parametrize("form", settings.LOGGING["formatters"].values(), ids=settings.LOGGING["formatters"])
def test_a_line_of_the_log_says_its_zone(form):
    record = logging.makeLogRecord({"msg": "Ready"})
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} ", logging.Formatter(form["format"], form["datefmt"]).format(record)
    )
