"""A full disk is told as such, and not as a short break or a mistake of ours."""

import errno
import logging
import sqlite3
import sys
from contextlib import suppress

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from actionplan.models import Action
from kmportal.lib import pages, sessions
from organisations.sign_ins import open_sessions
from tests.cast import PASSWORD


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


@pytest.mark.parametrize(("error", "is_short"), [(full(of_sqlite()), True), (full(None), True), (ValueError(), False)])
@pytest.mark.parametrize("name", ["django.request", "celery.app.trace", "jobs.runner"])
def test_an_outage_is_one_line_of_the_log_each_time(name, error, is_short):
    try:
        raise error
    except Exception:
        record = logging.LogRecord(name, logging.ERROR, "", 0, "Gone: %s", ("/",), sys.exc_info())
    assert all(chosen.filter(record) for chosen in logging.getLogger(name).filters)
    assert (record.exc_info is None) is is_short
    assert record.getMessage() == ("Gone: / (no room)" if is_short else "Gone: /")


# --- Going on without room -------------------------------------------------------------------------------------------


class Disk:
    """The disk of the database, which can be filled: no row can be written then."""

    def fill(self):
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("CREATE TABLE filler (words)")
                pages_now = cursor.execute("PRAGMA page_count").fetchone()[0]
                cursor.execute(f"PRAGMA max_page_count={pages_now}")
                for size in (4000, 100):
                    with suppress(OperationalError):
                        while True:
                            cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [size])
                return
            cursor.execute(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"
            )
            for table in connection.introspection.table_names(cursor):
                cursor.execute(
                    f'CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON "{table}" '
                    "FOR EACH STATEMENT EXECUTE FUNCTION no_room()"
                )

    def make_room(self):
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA max_page_count=1000000000")
                cursor.execute("DROP TABLE IF EXISTS filler")
            else:
                cursor.execute("DROP FUNCTION IF EXISTS no_room CASCADE")


@pytest.fixture
def disk(transactional_db):
    disk = Disk()
    yield disk
    disk.make_room()


READ = [
    "home",
    "lesson_list",
    "lesson_mine",
    "action_list",
    "session_list",
    "technique_list",
    "assessment_list",
    "programme_list",
    "notice_list",
    "search",
]


def promise(browser, title):
    """Write an action, with much of a text, so that it finds no room by chance."""
    fields = {"title": title, "detail": "Words. " * 500, "who": "me"}
    return browser.post(reverse("action_new", args=["riverside"]), fields)


def test_who_is_signed_in_goes_on_reading_and_what_was_acknowledged_is_there(disk, world, as_):
    browser = as_(world.people["lena"])
    browser.raise_request_exception = False
    before = Action.objects.count()
    disk.fill()
    for name in READ:
        assert browser.get(reverse(name, args=["riverside"])).status_code == 200, name
    things = world.things
    for thing in (things.draft, things.session, things.programme, things.action):
        assert browser.get(thing.get_absolute_url(), follow=True).status_code in {200, 404}, thing
    answer = promise(browser, "Ask at ten")
    assert answer.status_code == 507
    assert "no room left to save this" in answer.content.decode()
    assert Action.objects.count() == before
    disk.make_room()
    assert promise(browser, "Ask at ten").status_code in {302, 422}
    assert browser.get(reverse("home", args=["riverside"])).status_code == 200


def test_without_room_people_sign_in_and_are_in_the_list_when_there_is_some(disk, lena, monkeypatch):
    monkeypatch.setattr(sessions, "is_cache_shared", lambda: True)
    browser, home = Client(raise_request_exception=False), reverse("home", args=["riverside"])
    browser.get(reverse("account_login"))
    disk.fill()
    answer = browser.post(reverse("account_login"), {"login": lena.email, "password": "a wrong password"})
    assert answer.status_code != 507, "it would tell that there is such an account"
    assert sign_in(browser, lena).status_code == 302
    assert browser.get(home).status_code == 200
    another = Client(raise_request_exception=False)
    assert sign_in(another, lena).status_code == 302
    key = another.session.session_key
    assert another.post(reverse("account_logout")).status_code in {302, 507}
    assert another.get(home).status_code == 302 or Session.objects.filter(session_key=key).exists()
    disk.make_room()
    before = browser.cookies["sessionid"].value
    assert browser.get(home).status_code == 200
    assert browser.cookies["sessionid"].value == before
    assert cache.get(f"{sessions.WAITING}{before}") is None
    assert Session.objects.filter(session_key=before).exists()
    assert before in {one.session_key for one in open_sessions(lena)}


def test_what_waits_tells_no_moment_and_ends(disk, lena, monkeypatch):
    monkeypatch.setattr(sessions, "is_cache_shared", lambda: True)
    disk.fill()
    browser = Client(raise_request_exception=False)
    assert sign_in(browser, lena).status_code == 302
    key = browser.cookies["sessionid"].value
    waiting = cache.get(f"{sessions.WAITING}{key}")
    if waiting is None:
        assert connection.vendor == "sqlite", "a little room may be left in pages that are there already"
        return
    assert not waiting.startswith(sessions.EXACT)
    assert not sessions._moments(sessions.SessionStore().decode(waiting))
    assert browser.post(reverse("account_logout")).status_code == 302
    assert cache.get(f"{sessions.WAITING}{key}") is None
    assert browser.get(reverse("home", args=["riverside"])).status_code == 302


def test_where_processes_share_no_memory_signing_in_needs_room(disk, lena, monkeypatch):
    monkeypatch.setattr(sessions, "is_cache_shared", lambda: False)
    browser = Client(raise_request_exception=False)
    disk.fill()
    # On SQLite a little room may be left in pages that are there already.
    assert sign_in(browser, lena).status_code == 507 or connection.vendor == "sqlite"
    disk.make_room()
    assert sign_in(browser, lena).status_code == 302


def test_a_recovery_code_for_which_there_is_no_room_still_works_afterwards(disk, lena, monkeypatch):
    """It has to be crossed out, so it opens nothing before; the page says that it is not used up."""
    monkeypatch.setattr(sessions, "is_cache_shared", lambda: True)
    TOTP.activate(lena, "JBSWY3DPEHPK3PXP")
    (code, *_) = RecoveryCodes.activate(lena).get_unused_codes()
    browser, url = Client(raise_request_exception=False), reverse("mfa_authenticate")
    browser.get(reverse("account_login"))
    disk.fill()
    assert sign_in(browser, lena).url == url
    answer = browser.post(url, {"code": code})
    assert (answer.status_code, connection.vendor) in {(507, "postgresql"), (507, "sqlite"), (302, "sqlite")}
    if answer.status_code == 507:
        assert "A recovery code that you typed still works" in answer.content.decode()
        assert browser.get(reverse("home", args=["riverside"])).status_code == 302
        disk.make_room()
        assert browser.post(url, {"code": code}).status_code == 302
    assert browser.get(reverse("home", args=["riverside"])).status_code == 200
    assert code not in RecoveryCodes(Authenticator.objects.get(user=lena, type="recovery_codes")).get_unused_codes()


def sign_in(browser, person):
    return browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
