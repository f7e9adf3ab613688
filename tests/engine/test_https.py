"""Behind a proxy with TLS: a portal of its own with an https address, asked as such a proxy asks."""

import http.client
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from tests.portal import ROOT, Portal

pytestmark = [pytest.mark.long, pytest.mark.services, pytest.mark.django_db]
HOST = "portal.example"
PASSWORD = "held-behind-the-proxy"
MEMBER = """
import django; django.setup()
from django.core.management import call_command
call_command("first", organisation="Riverside", kind="other", name="Ada Osei", email="ada@riverside.example")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("https")


@pytest.fixture
def portal(folder):
    portal = Portal(folder / "data")
    portal.environment |= {
        "PUBLIC_URL": f"https://{HOST}",
        "KM_BEHIND_PROXY": "1",
        "KM_FIRST_PASSWORD": PASSWORD,
        "DJANGO_SETTINGS_MODULE": "kmportal.settings",
    }
    subprocess.run([sys.executable, "-c", MEMBER], cwd=ROOT, env=portal.environment, check=True)
    portal.start().wait("/livez")
    yield portal
    portal.leave()


class Browser:
    """Keeps cookies as a browser does, and what each Set-Cookie said."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.said = port, {}, {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, *, proto: str = "https"):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": proto,
            "X-Forwarded-For": "192.0.2.7",
            "Referer": f"https://{HOST}{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("__Host-csrftoken", ""),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line.request(method, path, urlencode(fields or {}), headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key], self.said[key] = rest.partition(";")[0], rest.lower()
        return answer


def test_cookies_are_secure_and_belong_to_this_host_alone(portal):
    browser = Browser(portal.port)
    page = browser.ask("GET", "/accounts/login/")
    assert page.status == 200
    assert int(page.getheader("Strict-Transport-Security").partition("max-age=")[2]) >= 31_536_000
    done = browser.ask("POST", "/accounts/login/", {"login": "ada@riverside.example", "password": PASSWORD})
    assert done.status == 302
    assert browser.ask("GET", "/me/").status == 200
    assert {"__Host-sessionid", "__Host-csrftoken", "__Host-device", "__Host-seen"} <= set(browser.said)
    for name, said in browser.said.items():
        assert "secure" in said, name
        assert "samesite=lax" in said, name
        assert "domain=" not in said, name
        assert "httponly" in said or name == "__Host-csrftoken", name
        if name.startswith("__Host-"):
            assert "path=/;" in f"{said};".replace(" ", ""), name
    # A session under the name that another host could set opens nothing.
    stranger = Browser(portal.port)
    stranger.cookies = {"sessionid": browser.cookies["__Host-sessionid"], "seen": browser.cookies["__Host-seen"]}
    assert stranger.ask("GET", "/me/").status == 302
