"""What the supervisor says and runs, without starting anything."""

from pathlib import Path
from types import SimpleNamespace

import pytest

EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing listens here
DEFAULTS = {
    "HOST": "127.0.0.1",
    "PORT": 8000,
    "PUBLIC_URL": "",
    "DEMO": False,
    "LOOPBACK_ONLY": True,
    "DATA_DIR": Path("/srv/portal"),
    "WORKER_PROCESSES": 4,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}},
}


@pytest.fixture
def portal(script, monkeypatch):
    start = script("start")
    monkeypatch.setattr(start, "network_addresses", lambda: ["192.168.1.7"])
    return lambda **settings: start.Portal(SimpleNamespace(**{**DEFAULTS, **settings}))


@pytest.mark.parametrize(
    ("chosen", "address"),
    [
        ({}, "http://127.0.0.1:8000/"),
        ({"HOST": EVERYWHERE, "PORT": 8001}, "http://127.0.0.1:8001/"),
        ({"HOST": "::1"}, "http://[::1]:8000/"),
        ({"HOST": "192.168.1.7"}, "http://192.168.1.7:8000/"),
        ({"HOST": EVERYWHERE, "PUBLIC_URL": "https://portal.example.org"}, "https://portal.example.org/"),
    ],
)
def test_the_address_is_what_one_types(portal, chosen, address):
    assert portal(**chosen).address() == address


def test_the_demo_says_how_to_sign_in(portal, capsys):
    portal(DEMO=True).greet()
    said = capsys.readouterr().out
    assert "KM Portal is running:  http://127.0.0.1:8000/\n" in said
    assert "lena@riverside.example with the password demo" in said
    assert "Careful" not in said


def test_open_to_the_network_it_shows_what_phones_open_and_the_demo_warns(portal, capsys):
    portal(DEMO=True, HOST=EVERYWHERE, LOOPBACK_ONLY=False).greet()
    said = capsys.readouterr().out
    assert "http://192.168.1.7:8000/   (phones open this one)" in said
    assert "Careful: others can reach it, and everybody knows the demo’s password." in said


def test_the_real_portal_names_no_password(portal, capsys):
    portal(HOST=EVERYWHERE, LOOPBACK_ONLY=False).greet()
    said = capsys.readouterr().out
    assert "password" not in said
    assert "The data is kept in /srv/portal." in said


def test_sqlite_has_one_web_process_and_postgresql_may_have_more(portal, monkeypatch):
    monkeypatch.setenv("KM_WEB_PROCESSES", "4")
    web = portal().commands()["web"]
    assert web[web.index("--workers") + 1] == "1"
    web = portal(DATABASES={"default": {"ENGINE": "django.db.backends.postgresql"}}).commands()["web"]
    assert web[web.index("--workers") + 1] == "4"


def test_a_proxys_word_counts_only_when_there_is_one(portal):
    assert "--no-proxy-headers" in portal().commands()["web"]
    header = ("HTTP_X_FORWARDED_PROTO", "https")
    assert "--proxy-headers" in portal(SECURE_PROXY_SSL_HEADER=header).commands()["web"]


def test_nothing_breaks_when_the_terminal_is_gone(script, monkeypatch):
    class Gone:
        def write(self, text):
            raise BrokenPipeError

        flush = write

    children = script("children")
    monkeypatch.setattr("sys.stdout", Gone())
    children.say("hello")
