"""A full disk is told as such, and not as a short break or a mistake of ours."""

import errno
import sqlite3

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from kmportal.lib import pages


def full(cause):
    error = OperationalError("no room")
    error.__cause__ = cause
    return error


def of_sqlite():
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count=1")
    try:
        database.execute("CREATE TABLE note (words)")
        database.execute("CREATE TABLE more (words)")
    except sqlite3.OperationalError as error:
        return error
    finally:
        database.close()
    raise AssertionError("it found room")


class OfPostgres(Exception):
    pgcode = "53100"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (full(of_sqlite()), 507),
        (full(OfPostgres()), 507),
        (OSError(errno.ENOSPC, "no room"), 507),
        (full(None), 503),
        (ValueError(), 500),
    ],
)
def test_a_full_disk_has_a_page_of_its_own(error, status):
    try:
        raise error
    except Exception:
        answer = pages.server_error(RequestFactory().post("/"))
    assert answer.status_code == status
    assert (b"no room left to save this" in answer.content) is (status == 507)
