"""The example for nginx, run: a portal of its own behind it, with a certificate that was made for the test."""

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.portal import ROOT, Portal, free_port

pytestmark = [pytest.mark.long, pytest.mark.services, pytest.mark.django_db]
HOST = "portal.example.org"
PASSWORD = "held-behind-the-proxy"
MADE_UP = "192.0.2.66"
WORLD = """
import json, django; django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("first", organisation="Riverside", kind="other", name="Ada Osei", email="ada@riverside.example")
from organisations.models import Membership
from organisations.permissions import Role
Membership.objects.update(role=Role.LEAD)
from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import joining
from techniques.models import Technique
by, now = Membership.objects.select_related("organisation", "person").get(), timezone.now()
technique = Technique.objects.get(key="after-action-review", organisation=None)
session = planning.plan_session(
    by.organisation, by=by, technique=technique, length="standard", title="Opening", starts_at=now, at=now
)
session = joining.open_room(session, by=by, at=now)
key = guest_cookies.new_key()
joining.join_room(session, by=None, name="Gus", key=key, at=now)
cookie = [guest_cookies.cookie_name(session.pk), guest_cookies.sign(key, session.pk)]
print(json.dumps({"pk": session.pk, "code": session.code, "cookie": cookie}))
"""
PAUSE = """
import django; django.setup()
from django.utils import timezone
from organisations.models import Membership
from techniques.actions.room import stages
from techniques.models import Session
stages.pause_clock(Session.objects.get(), by=Membership.objects.get(), at=timezone.now())
"""
FAILURES = """
import django; django.setup()
from organisations.models import SignIn
print(" ".join(SignIn.objects.exclude(failed_at=None).values_list("failed_from", flat=True)))
"""


class Browser:
    """Keeps cookies, and trusts the certificate of the test alone."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.port, self.cookies, self.lines = port, {}, []
        self.trust = ssl.create_default_context(cafile=str(certificate))

    def open(self, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
        """The answer, not yet read. The name of the host is looked up nowhere."""
        line = http.client.HTTPSConnection(HOST, self.port, timeout=30)
        self.lines.append(line)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line.sock = self.trust.wrap_socket(raw, server_hostname=HOST)
        line.request(method, path, body, {**self._headers(path), **headers})
        answer = line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str):
        answer = self.open(method, path, urlencode(fields or {}), **headers)
        answer.read()
        self.close()
        return answer

    def close(self) -> None:
        """Hang up."""
        while self.lines:
            self.lines.pop().close()

    def _headers(self, path: str) -> dict[str, str]:
        return {
            "Host": self.host,
            "Referer": f"https://{self.host}{path}",
            "X-Forwarded-For": MADE_UP,
            "X-Forwarded-Proto": "http",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("__Host-csrftoken", ""),
            "Content-Type": "application/x-www-form-urlencoded",
        }

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"


@pytest.fixture
def certificate(tmp_path) -> Path:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    named = ["-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-out", str(tmp_path / "portal.pem"), "-keyout", str(tmp_path / "portal.key")]
    subprocess.run([*made, *named, *files], check=True, capture_output=True)
    return tmp_path / "portal.pem"


@pytest.fixture
def behind(tmp_path, certificate):
    """``behind(portal_port)``: the port on which nginx answers, by the example as it stands."""
    started = []

    def start(port: int) -> int:
        own = free_port()
        site = (ROOT / "docs" / "deploy" / "nginx.conf").read_text()
        for theirs, ours in {
            "listen 443 ssl": f"listen 127.0.0.1:{own} ssl",
            "/etc/ssl/portal.pem": str(certificate),
            "/etc/ssl/portal.key": str(certificate.with_suffix(".key")),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{port}",
            # Only here nginx answers on another port than https has.
            "Host $host;": "Host $http_host;",
        }.items():
            assert theirs in site
            site = site.replace(theirs, ours)
        folders = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = tmp_path / "nginx.conf"
        whole.write_text(
            f"daemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{folders}{site}\n}}\n"
        )
        started.append(subprocess.Popen(["nginx", "-c", str(whole), "-e", f"{tmp_path}/error.log"]))
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", own), timeout=1):
                return own
            time.sleep(0.1)
        raise AssertionError((tmp_path / "error.log").read_text())

    yield start
    for process in started:
        process.terminate()
        process.wait(15)


@pytest.fixture
def run(tmp_path):
    """A portal with a live room in it, and what a script says that runs beside it."""
    portal = Portal(tmp_path / "data")

    def say(script: str) -> str:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=ROOT, env=portal.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().split("\n")[-1]

    portal.environment |= {
        "KM_BEHIND_PROXY": "1",
        "KM_FIRST_PASSWORD": PASSWORD,
        "DJANGO_SETTINGS_MODULE": "kmportal.settings",
    }
    yield portal, say
    portal.leave()


def shakes_hands(port: int, certificate: Path, version: ssl.TLSVersion, ciphers: str = "ALL") -> bool:
    """Whether the proxy speaks this version of TLS with somebody who offers these ciphers, old ones too."""
    trust = ssl.create_default_context(cafile=str(certificate))
    trust.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        trust.minimum_version = trust.maximum_version = version
    with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
        try:
            trust.wrap_socket(raw, server_hostname=HOST).close()
        except (ssl.SSLError, ConnectionError):
            return False
    return True


@pytest.mark.skipif(not shutil.which("nginx"), reason="NOT RUN: nginx is missing")
def test_through_the_nginx_of_the_example(run, behind, certificate):
    """Signing in, a live room, a file too large and a made-up address: all through one proxy, as it takes a while."""
    portal, say = run
    port = behind(portal.port)
    portal.environment["PUBLIC_URL"] = f"https://{HOST}:{port}"
    portal.start().wait("/livez")
    room = json.loads(say(WORLD))

    # Somebody signs in, by cookies that only this host gets, however the visitor says it is plain http.
    browser = Browser(port, certificate)
    assert browser.ask("GET", "/accounts/login/").status == 200
    assert shakes_hands(port, certificate, ssl.TLSVersion.TLSv1_2)
    assert not shakes_hands(port, certificate, ssl.TLSVersion.TLSv1_1)
    assert not shakes_hands(port, certificate, ssl.TLSVersion.TLSv1_2, "AES128-GCM-SHA256")
    wrong = {"login": "ada@riverside.example", "password": "something-else-again"}
    assert browser.ask("POST", "/accounts/login/", wrong).status == 200
    done = browser.ask("POST", "/accounts/login/", wrong | {"password": PASSWORD})
    assert done.status == 302
    assert browser.ask("GET", "/me/").status == 200
    assert all(name.startswith("__Host-") for name in browser.cookies)

    # Whose address it was is what the proxy says, not what the visitor does.
    assert say(FAILURES) == "127.0.0.1"

    # What is too large never reaches the portal.
    large = browser.open("POST", "/o/riverside/lessons/import/", "", **{"Content-Length": str(62 * 1024 * 1024)})
    assert large.status == 413
    large.close()
    browser.close()

    # What happens in the room reaches a phone while its stream stays open.
    guest = Browser(port, certificate)
    guest.cookies = dict([room["cookie"]])
    stream = guest.open("GET", f"/live/sessions/{room['pk']}/?since=0&as=participant")
    assert stream.status == 200
    assert stream.getheader("Content-Type", "").startswith("text/event-stream")
    assert next(line for line in stream if line.startswith(b"event:")) == b"event: ping\n"
    say(PAUSE)
    assert any(b'"timer"' in line for line in stream)
    stream.close()
    guest.close()
