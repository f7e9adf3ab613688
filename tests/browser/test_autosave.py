"""Saving while somebody writes, against a small server that answers as the portal does."""

import functools
import http.server
import json
import threading
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.browser.house import silent

ROOT = Path(__file__).resolve().parent.parent.parent
FORM = """<!doctype html><html lang="en"><title>x</title><body data-person="7">
<form id="draft" method="post" action="/new/" data-autosave>
  <input type="hidden" name="csrfmiddlewaretoken" value="secret"><input type="hidden" name="version" value="1">
  <label>What happened? <textarea name="happened"></textarea></label>
  <label><input type="radio" name="now" value="2"> Two</label>
  <label><input type="checkbox" name="matters"> Matters</label>
  <span data-save-state role="status" data-icons="/static/img/icons.svg"></span><button>Keep it</button>
</form><script type="module" src="/static/js/autosave.js"></script></body></html>"""

# All letters within the pause that ends a word: a machine that is busy elsewhere would type them too slowly
TYPE_FAST = """(box) => {
  for (const letter of 'abcdefgh') {
    box.value += letter;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }
}"""


class Server(http.server.ThreadingHTTPServer):
    """Answers as a portal would; ``answers`` are the next status and JSON, ``got`` is what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(ROOT)))
        self.got: list[dict[str, list[str]]] = []
        self.answers: list[tuple[int, dict]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.startswith("/static/"):
            return super().do_GET()
        return self.say(200, FORM, "text/html")

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        self.server.got.append({**sent, "header": [self.headers.get("Autosave", "")]})
        status, values = self.server.answers.pop(0) if self.server.answers else (200, {"saved_at": "14:06"})
        return self.say(status, json.dumps(values), "application/json")

    def say(self, status, text, kind):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server():
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()


def kept(page):
    return page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('km-draft')).map(k => localStorage[k])")


def test_what_is_written_is_saved_and_the_version_goes_on(chromium, server):
    server.answers = [(200, {"saved_at": "14:06", "version": 2, "url": "/lessons/5/edit/"})]
    with silent(chromium) as page:
        page.goto(server.url + "/new/")
        page.get_by_label("What happened?").fill("The pump was late")
        page.get_by_text("Saved 14:06").wait_for()
        assert server.got[0]["happened"] == ["The pump was late"]
        assert server.got[0]["header"] == ["1"]
        assert page.locator("[name=version]").input_value() == "2"
        assert page.url == server.url + "/lessons/5/edit/"
        assert page.evaluate("document.activeElement.name") == "happened"
        server.answers = [(200, {"saved_at": "14:07"})]
        page.get_by_label("Two").check()
        page.get_by_text("Saved 14:07").wait_for()
        assert server.got[-1]["version"] == ["2"]
        assert server.got[-1]["now"] == ["2"]
        assert kept(page) == []


def test_text_outlives_a_broken_line_and_goes_in_when_it_is_back(chromium, server):
    with silent(chromium) as page:
        page.goto(server.url + "/new/")
        page.context.set_offline(True)
        page.get_by_label("What happened?").fill("Beds came after patients")
        page.get_by_text("Not saved yet").wait_for()
        (text,) = kept(page)
        assert "Beds came after patients" in text
        assert "secret" not in text
        page.context.set_offline(False)
        page.get_by_text("Saved 14:06").wait_for()
        assert [row["happened"] for row in server.got] == [["Beds came after patients"]]
        assert kept(page) == []


def test_text_that_was_never_saved_comes_back_on_the_next_visit(chromium, server):
    server.answers = [(503, {})]
    with silent(chromium) as page:
        page.goto(server.url + "/new/")
        page.get_by_label("What happened?").fill("Written on the ward")
        page.get_by_label("Matters").check()
        page.get_by_text("Not saved yet").wait_for()
        server.answers = []
        page.on("dialog", lambda dialog: dialog.accept())
        page.route("**/new/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        page.reload()
        page.unroute("**/new/")
        page.get_by_text("Saved 14:06").wait_for()
        assert page.get_by_label("What happened?").input_value() == "Written on the ward"
        assert page.get_by_label("Matters").is_checked()
        assert server.got[-1]["happened"] == ["Written on the ward"]


def test_a_refusal_is_told_and_not_repeated(chromium, server):
    server.answers = [(409, {"problem": "Farah changed this. Load the page again."})]
    with silent(chromium) as page:
        page.goto(server.url + "/new/")
        page.get_by_label("What happened?").fill("Mine")
        page.get_by_text("Not saved yet. Farah changed this. Load the page again.").wait_for()
        page.wait_for_timeout(2500)
        assert len(server.got) == 1
        assert kept(page) != []


def test_one_form_is_never_sent_twice_at_a_time(chromium, server):
    with silent(chromium) as page:
        page.goto(server.url + "/new/")
        page.get_by_label("What happened?").evaluate(TYPE_FAST)
        page.get_by_text("Saved 14:06").wait_for()
        page.wait_for_timeout(800)
        assert len(server.got) == 1
        assert server.got[0]["happened"] == ["abcdefgh"]
