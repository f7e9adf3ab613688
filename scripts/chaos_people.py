"""The people of the chaos run: they work through HTTP while things are killed, and write down what was acknowledged.

Each kind of work runs in a thread of its own. What was not acknowledged is tried again as a browser or a person would;
what was is owed by the portal from then on.
"""

import http.client
import itertools
import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

TOKEN = "a" * 32
PASSWORD = "held-through-the-storm"  # noqa: S105  of people who exist for minutes, in a throw-away database
PAUSE_SECONDS = 0.25
LATE_SECONDS = 40.0
ROWS = 250
QUESTIONS = 20
JSON_ASKED = {"Accept": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int
    location: str = ""
    body: str = ""


class Browser:
    """Cookies and requests of one person."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = {"csrftoken": TOKEN, **(cookies or {})}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields).encode(), {**kind, **(headers or {})})

    def upload(self, path: str, name: str, content: str, fields: dict[str, str]) -> Answer:
        """Send a form with a file."""
        mark = uuid4().hex
        parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv'
        parts.append(f"{head}\r\n\r\n{content}")
        body = "".join(f"--{mark}\r\n{part}\r\n" for part in parts) + f"--{mark}--\r\n"
        return self._ask("POST", path, body.encode(), {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def sign_in(self, address: str) -> bool:
        answer = self.post("/accounts/login/", {"login": address, "password": PASSWORD})
        return answer.status == 302 and "login" not in answer.location

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Cookie": cookies, "X-CSRFToken": self.cookies["csrftoken"], "Connection": "close", **headers}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LATE_SECONDS)
        try:
            line.request(method, path, body, sent)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            line.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return Answer(answer.status, urlsplit(answer.getheader("Location", "")).path, text)


@dataclass
class Ledger:
    """What the portal has acknowledged, and so owes."""

    invited: set[str] = field(default_factory=set)
    reports: dict[int, Browser] = field(default_factory=dict)
    imports: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    answers: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """For each question of each person the comments that may stand there: the last acknowledged one and later tries."""
    sign_ins: int = 0
    odd: list[str] = field(default_factory=list)
    """Answers that no fault explains."""

    def __str__(self) -> str:
        mails, files = f"{len(self.invited)} invitations", f"{len(self.reports)} reports"
        words = f"{len(self.notes)} notes, answers to {len(self.answers)} questions"
        return f"{mails}, {files}, {len(self.imports)} imports of {ROWS} rows, {words}, {self.sign_ins} sign-ins"


@dataclass(frozen=True)
class Places:
    """Where the work is done; made by ``chaos.set_the_scene``."""

    port: int
    people: list[str]
    closed_rounds: list[int]
    open_round: int
    open_link: str
    rooms: list[tuple[str, list[dict[str, str]]]]
    """The code of each room, and the cookies of its guests."""


class Storm:
    """All the work, in threads, from ``begin`` to ``end``."""

    def __init__(self, places: Places, ledger: Ledger) -> None:
        self.places, self.ledger = places, ledger
        self._over = threading.Event()
        works = [self.invite, self.press_reports, self.bring_in, self.write_notes, self.answer, self.sign_in_and_read]
        self._threads = [threading.Thread(target=self._go_on, args=(work,), daemon=True) for work in works]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let each finish what it has begun."""
        self._over.set()
        for thread in self._threads:
            thread.join(LATE_SECONDS * 3)

    def _go_on(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # a mistake of this program must not look like a portal that has done well
            self.ledger.odd.append(f"{work.__name__} broke off: {error!r}")
            raise

    def _until_over(self, pause: float = PAUSE_SECONDS) -> Any:
        for number in itertools.count():
            if self._over.wait(pause):
                return
            yield number

    def _insist(self, ask: Callable[[], Answer], good: Callable[[Answer], bool]) -> Answer | None:
        """Try the same again until it is acknowledged, also for a while after the storm."""
        deadline: float | None = None
        while True:
            answer = ask()
            if good(answer):
                return answer
            if answer.status and answer.status < 500:
                self.ledger.odd.append(f"{answer.status} {answer.location} {_in_short(answer.body)}")
                return None
            if self._over.is_set():
                deadline = deadline or time.monotonic() + LATE_SECONDS
                if time.monotonic() > deadline:
                    return None
            time.sleep(PAUSE_SECONDS)

    def _signed_in(self, address: str) -> Browser:
        browser = Browser(self.places.port)
        while not browser.sign_in(address) and not self._over.is_set():
            time.sleep(1)
        return browser

    # --- what people do -------------------------------------------------------------------------------------------

    def invite(self) -> None:
        """Mails: an invitation after the other. Whoever is told that somebody is invited already takes it for a yes."""
        browser = self._signed_in("ada@storm.example")
        for number in self._until_over(0.4):
            address = f"guest{number}@away.example"
            fields = {"email": address, "name": f"Guest {number}", "role": "reader"}

            def send(fields: dict[str, str] = fields) -> Answer:
                return browser.post("/o/storm/people/invite/", fields)

            if self._insist(send, lambda answer: answer.status == 302 or "already" in answer.body):
                self.ledger.invited.add(address)

    def press_reports(self) -> None:
        """PDFs: each person asks once for the report of each closed round."""
        browsers = [self._signed_in(address) for address in self.places.people]
        wanted = itertools.product(self.places.closed_rounds, browsers)
        for _number in self._until_over(5.0):
            found = next(wanted, None)
            if found is None:
                return
            pk, browser = found

            def press(pk: int = pk, browser: Browser = browser) -> Answer:
                return browser.post(f"/o/storm/assessments/{pk}/report/pdf/", {})

            if answer := self._insist(press, lambda answer: "/work/" in answer.location):
                self.ledger.reports[_number_in(answer.location)] = browser

    def bring_in(self) -> None:
        """Imports: a file of many rows after the other."""
        browser = self._signed_in("farah@storm.example")
        for number in self._until_over(5.0):
            name = f"Storm {uuid4().hex[:8]}"
            rows = [f"{name} {row},We learned {uuid4().hex} on ward {row}" for row in range(ROWS)]
            text = "title,lesson\n" + "\n".join(rows) + "\n"

            def upload(name: str = name, text: str = text) -> Answer:
                return browser.upload("/o/storm/lessons/import/", "storm.csv", text, {"source": name})

            page = self._insist(upload, lambda answer: "/import/" in answer.location)
            if page is None:
                continue

            def run(where: str = page.location) -> Answer:
                return browser.post(f"{where}run/", {})

            if self._insist(run, lambda answer: answer.status == 302):
                self.ledger.imports[name] = number

    def write_notes(self) -> None:
        """A live session: guests write, and send a note again under its own number until it is acknowledged."""
        guests = [
            (code, Browser(self.places.port, cookies)) for code, all_of in self.places.rooms for cookies in all_of
        ]
        turns = itertools.cycle(guests)
        for number in self._until_over():
            code, browser = next(turns)
            handle, text = str(uuid4()), f"Note {number} about the beds"
            fields = {"client_id": handle, "stage": "happened", "column": "well", "text": text}

            def send(code: str = code, browser: Browser = browser, fields: dict[str, str] = fields) -> Answer:
                return browser.post(f"/join/{code}/notes/", fields, JSON_ASKED)

            if self._insist(send, lambda answer: answer.status == 200):
                self.ledger.notes[handle] = text

    def answer(self) -> None:
        """An assessment: a member and two guests of an anonymous round answer, and change their answers."""
        member = self._signed_in("cara@storm.example")
        inside, outside = f"/o/storm/assessments/{self.places.open_round}/answer/", f"/answer/{self.places.open_link}/"
        desks = [("cara", inside, member), *((f"guest {n}", outside, Browser(self.places.port)) for n in (1, 2))]
        for _name, start, browser in desks:

            def begin(start: str = start, browser: Browser = browser) -> Answer:
                return browser.post(start, {})

            self._insist(begin, lambda answer: answer.status == 302)
        versions: dict[tuple[str, int], int] = {}
        for number in self._until_over():
            name, start, browser = desks[number % len(desks)]
            question = number // len(desks) % QUESTIONS + 1
            self._save_answer(name, f"{start}{question}/", browser, question, versions)

    def _save_answer(
        self, name: str, address: str, browser: Browser, question: int, versions: dict[tuple[str, int], int]
    ) -> None:
        """As the page saves by itself. After an answer that did not come the page is loaded again."""
        key, comment = (name, question), f"Said {uuid4().hex}"
        may_stand = self.ledger.answers.setdefault(key, [])
        fields = {"now": "2", "wanted": "4", "comment": comment, "version": str(versions.get(key, 0))}
        if not versions.get(key):
            may_stand.append("")  # until the first acknowledged one, nothing is owed
        may_stand.append(comment)
        answer = browser.post(address, fields, {**JSON_ASKED, "Autosave": "1"})
        if answer.status == 200:
            versions[key] = int(json.loads(answer.body)["version"])
            self.ledger.answers[key] = [comment]
            return
        page = self._insist(lambda: browser.get(address), lambda answer: answer.status == 200)
        found = re.search(
            r'name="version"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="version"', page.body if page else ""
        )
        if found:
            versions[key] = int(found[1] or found[2])

    def sign_in_and_read(self) -> None:
        """Somebody signs in afresh and looks at home and lessons, again and again."""
        for number in self._until_over(2.0):
            browser = Browser(self.places.port)
            if browser.sign_in(self.places.people[number % len(self.places.people)]):
                self.ledger.sign_ins += 1
                for path in ("/o/storm/", "/o/storm/lessons/"):
                    answer = browser.get(path)
                    if answer.status not in {0, 200, 500, 503}:
                        self.ledger.odd.append(f"{answer.status} at {path}")


def _number_in(path: str) -> int:
    with suppress(StopIteration):
        return int(next(part for part in path.split("/")[::-1] if part.isdigit()))
    raise ValueError(f"No number in {path}")


def _in_short(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())[:160]
