"""What guards every page: odd methods, headers, and a log that nobody can flood."""

import logging
import re
import sys
from importlib import import_module

import pytest
from celery.signals import after_setup_logger
from django.conf import settings
from django.db import IntegrityError, OperationalError
from django.urls import reverse
from django.utils.module_loading import import_string

from kmportal.lib.logs import OneLineFormatter, PlainFormatter, shorten_outages


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


KEYED = [
    ("answer_start", ["9atAc9iex_yVGUFFWeYCXA"]),
    ("answer_question", ["_DQ0VFxgPVh0RSnNJ7yqTw", 3]),
    ("left_receipt", ["1u2x3y:Zk3vQmN0bTg6l8_x-9aaPz"]),
    ("thread_reply", ["riverside", 7, "k7:1u2x3y:Zk3vQmN0bTg6l8"]),
    ("calendar_feed", [3, "Zk3vQmN0bTg6l8x9aaPzzz"]),
    ("join_note_change", ["RNK4G7", "5f3c9a52-6f0e-4c0e-9d3e-0d2f3c1b7a11"]),
]


@pytest.mark.parametrize("form", ["plain", "short"])
@pytest.mark.parametrize(("name", "args"), KEYED, ids=[name for name, _ in KEYED])
def test_no_line_of_the_log_holds_a_key_of_an_address(form, name, args):
    address = reverse(name, args=args)
    made = settings.LOGGING["formatters"][form]
    formatter = import_string(made["()"])(made["format"], made["datefmt"])
    errors = ("Internal Server Error: %s", "Forbidden (CSRF token missing.): %s")
    for words in (*errors, "GET '%s', again", "See %s.", "<GET %s>", "[%s]", "?next=%s&page=2", "%s: again", "“%s”"):
        line = formatter.format(logging.makeLogRecord({"msg": words, "args": (address,)}))
        assert str(args[-1] if name != "answer_question" else args[0]) not in line
        assert address.split("/")[1] in line


def test_the_log_of_the_worker_leaves_the_same_out():
    import_module("kmportal.celery")
    log, handler = logging.Logger("worker"), logging.StreamHandler()
    log.addHandler(handler)
    after_setup_logger.send(sender=None, logger=log)
    line = handler.format(logging.makeLogRecord({"msg": "Tried https://x.example/answer/9atAc9iex_yVGUFFWeYCXA/"}))
    assert line.endswith("Tried https://x.example/answer/…/")


def test_other_addresses_are_read_in_full():
    for address in ("/o/riverside-hospitals/assessments/17/people/", "/techniques/after-action-review/", "/o/x/2026/"):
        line = PlainFormatter("%(message)s").format(logging.makeLogRecord({"msg": f"Internal Server Error: {address}"}))
        assert address in line


SAID = 'violates "level"\nDETAIL:  Failing row contains (7, We are\nafraid).'


def test_what_stood_in_the_row_is_left_out():
    try:
        try:
            raise IntegrityError(SAID)
        except IntegrityError as error:
            raise ValueError("not saved") from error
    except ValueError:
        record = logging.makeLogRecord({"msg": "Internal Server Error: /x/", "exc_info": sys.exc_info()})
    line = PlainFormatter("%(message)s").format(record)
    assert "afraid" not in line
    assert 'violates "level"\nDETAIL: left out\n' in line
    assert line.endswith("ValueError: not saved")
    assert f'File "{__file__}", line' in line


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        "syntax error at \"7\"\nLINE 1: SELECT 'We are afraid'\n               ^",
        "invalid input syntax for type integer: \"We are\nafraid\"\nCONTEXT:  unnamed portal parameter $1 = 'We are…'",
        'value "7 afraid" is out of range for type integer',
    ],
)
def test_what_the_database_quotes_is_left_out_of_messages_too(said):
    formatter, line = PlainFormatter("%(levelname)s %(message)s"), {"msg": "Not saved: %s", "args": (said,)}
    text = formatter.format(logging.makeLogRecord({**line, "levelname": "ERROR", "exc_text": "Traceback (most …"}))
    assert "afraid" not in text
    assert text.startswith("ERROR Not saved: ")
    assert text.endswith("left out\nTraceback (most …")
    assert "afraid" not in formatter.format(logging.makeLogRecord({"msg": repr(ValueError(said))}))
    try:
        raise OperationalError(f"{said} /answer/9atAc9iex_yVGUFFWeYCXA/")
    except OperationalError:
        record = logging.makeLogRecord({**line, "args": ("/x/",), "exc_info": sys.exc_info()})
    shorten_outages(record)
    assert "afraid" not in record.getMessage()


def test_what_the_web_server_says_goes_through_the_log_of_the_portal():
    """Its own settings come first in its process, and loading the portal takes their handlers away. It notes each page
    that is opened wherever ``uvicorn.access`` reaches a handler."""
    ours, access = logging.getLogger("uvicorn"), logging.getLogger("uvicorn.access")
    kept = [one.formatter for one in ours.handlers if type(one) is logging.StreamHandler]
    assert [type(formatter) for formatter in kept] == [PlainFormatter]
    assert logging.getLogger("uvicorn.error").parent is ours
    assert not ours.propagate
    assert not logging.getLogger("uvicorn.error").isEnabledFor(logging.INFO)
    assert not access.propagate
    assert "uvicorn.access" in settings.LOGGING["loggers"], "or its parent’s handler would be reached"


@pytest.mark.parametrize("form", settings.LOGGING["formatters"].values(), ids=settings.LOGGING["formatters"])
def test_a_line_of_the_log_says_its_zone(form):
    record = logging.makeLogRecord({"msg": "Ready"})
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} ", logging.Formatter(form["format"], form["datefmt"]).format(record)
    )
