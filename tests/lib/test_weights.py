"""What a phone has to fetch: pages are sent compressed, and little comes along with them."""

import gzip
import re
from pathlib import Path, PurePosixPath

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

pytestmark = [pytest.mark.django_db, pytest.mark.drawn]
PACKED = {"Accept-Encoding": "gzip, br"}
PAGE, VISIT = 60 * 1024, 200 * 1024
FILE = re.compile(r'(?:href|src)="(/static/[^"#]+)"')
IMPORTED = re.compile(r'^(?:import|export) .*?from "(\.[^"]+)"', re.MULTILINE)
LOADED = re.compile(r"<(?:link|script)\b[^>]*>", re.DOTALL)


@pytest.fixture
def raw(as_):
    """A browser of somebody that shows bytes as they come."""

    def browser(person):
        client = Client()
        client.cookies = as_(person).cookies
        return client

    return browser


def test_a_page_is_packed_unless_the_browser_cannot_read_that(world, lena, raw):
    home = reverse("home", args=["riverside"])
    plain, packed = raw(lena).get(home), raw(lena).get(home, headers=PACKED)
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) * 4 < len(plain.content)
    assert "</html>" in gzip.decompress(packed.content).decode()


def test_how_long_it_is_differs_each_time(world, lena, raw):
    """So that its length tells nobody what stands in it."""
    browser, home = raw(lena), reverse("home", args=["riverside"])
    assert len({len(browser.get(home, headers=PACKED).content) for _ in range(8)}) > 1


def test_what_streams_is_sent_as_it_comes(world, lena, raw):
    sent = raw(lena).get(reverse("lesson_list", args=["riverside"]) + "?format=csv", headers=PACKED)
    assert sent.streaming
    assert "Content-Encoding" not in sent


def files_with(path: str, found: set[str]) -> set[str]:
    """A file of the page, and the scripts that it fetches."""
    if path not in found:
        found.add(path)
        if path.endswith(".js"):
            text = Path(finders.find(path)).read_text()
            for other in IMPORTED.findall(text):
                parts: list[str] = []
                for part in (PurePosixPath(path).parent / other).parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                files_with("/".join(parts), found)
    return found


def weight_of(path: str) -> int:
    """As it goes over the line at the most: with Brotli it is less."""
    content = Path(finders.find(path)).read_bytes()
    return len(content) if path.endswith((".woff2", ".woff", ".png")) else len(gzip.compress(content))


@pytest.mark.parametrize("name", ["home", "lesson_detail", "gap_report", "programme_detail", "session_room"])
def test_pages_are_light(world, lena, farah, raw, name):
    things = {
        "lesson_detail": world.things.checked,
        "gap_report": world.things.round_closed,
        "programme_detail": world.things.programme,
        "session_room": world.things.room,
    }
    args = ["riverside", *([things[name].pk] if name in things else [])]
    page = raw(farah if name == "session_room" else lena).get(reverse(name, args=args), headers=PACKED)
    assert page.status_code == 200
    text = gzip.decompress(page.content).decode()
    assert len(page.content) <= PAGE
    prefix = static("")
    found: set[str] = set()
    for tag in LOADED.findall(text):
        for path in FILE.findall(tag):
            files_with(path.removeprefix(escape(prefix)), found)
    assert {path.rpartition(".")[2] for path in found} >= {"css", "js", "woff2"}
    cold = len(page.content) + sum(map(weight_of, found))
    assert cold <= VISIT, sorted((weight_of(path), path) for path in found)
    for script in re.findall(r"<script\b[^>]*>", text):
        assert 'type="module"' in script or " defer" in script or " async" in script, "it would stop the first paint"
