"""How long until a note is on fifteen phones: real HTTP against a server of its own, in whichever database is set.

Fifteen guests hold a stream each and write in turn, some four notes a second. A note counts as seen when the last of
the fifteen has it. Then a hidden step is shown again and again, in rooms of their own.
"""

import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role
from techniques import guest_cookies
from techniques.actions import planning
from techniques.actions.room import joining, notes
from techniques.models import Participant, Session, Technique
from tests.cast import as_member

PHONES = 15
NOTES = 60
PAUSE_SECONDS = 0.25
SHOWINGS = 8
LIMIT_MS = 1000
ROOT = Path(__file__).resolve().parent.parent


def figures() -> list[dict[str, Any]]:
    """The two waits, at their 95th percentile."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    leader, rooms = _rooms()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "kmportal.asgi:application", "--port", str(port), "--lifespan", "off"]
    quiet = ["--log-level", "error", "--timeout-graceful-shutdown", "2"]
    server = subprocess.Popen([*command, *quiet], cwd=ROOT, env={**os.environ, "PORT": str(port)})  # noqa: S603  ours
    try:
        _wait_for(port)
        sent, shown = asyncio.run(_measure(port, leader, rooms))
    finally:
        server.terminate()
        server.wait(15)
    return [
        _figure(f"a note is on {PHONES} phones after it was sent (p95)", sent),
        _figure(f"all notes are on {PHONES} phones after they were shown (p95)", shown),
    ]


def _figure(name: str, seconds: list[float]) -> dict[str, Any]:
    value = round(statistics.quantiles(seconds, n=20)[-1] * 1000)
    return {"figure": name, "value": value, "limit": LIMIT_MS, "unit": "ms", "database": connection.vendor}


def _rooms() -> tuple[Person, list[tuple[Session, list[str]]]]:
    """Open rooms with fifteen guests each: the first to write in, the others to show."""
    organisation = Organisation.objects.create(name="Benchmark", slug=f"rooms-{secrets.token_hex(4)}")
    leader = Person.objects.create(name="Leader", email=f"{organisation.slug}@example.org")
    Membership.objects.create(organisation=organisation, person=leader, role=Role.FACILITATOR)
    technique = Technique.objects.get(key="after-action-review", organisation=None)
    rooms = []
    for number in range(1 + SHOWINGS):
        session = planning.plan_session(
            organisation, by=as_member(leader), technique=technique, length="standard", title=f"Room {number}",
            starts_at=timezone.now(), at=timezone.now(),
        )  # fmt: skip
        session = joining.open_room(session, by=as_member(leader), at=timezone.now())
        rooms.append((session, [_guest(session, phone) for phone in range(PHONES)]))
        if number:
            _hide_notes(session)
    return leader, rooms


def _guest(session: Session, number: int) -> str:
    key = guest_cookies.new_key()
    joining.join_room(session, by=None, name=f"Guest {number}", key=key, at=timezone.now())
    return f"{guest_cookies.cookie_name(session.pk)}={guest_cookies.sign(key, session.pk)}"


def _hide_notes(session: Session) -> None:
    for author in Participant.objects.filter(session=session):
        notes.write_note(
            session, stage_key="expect", column="expected", text="What I expected, in a sentence of usual length.",
            client_id=uuid4(), by=author, at=timezone.now(),
        )  # fmt: skip


def _wait_for(port: int) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server did not start.")


async def _measure(
    port: int, leader: Person, rooms: list[tuple[Session, list[str]]]
) -> tuple[list[float], list[float]]:
    (writing, cookies), *showing = rooms
    sent = await _write_notes(port, writing, cookies)
    return sent, [await _show(port, leader, session, guests) for session, guests in showing]


class _Phone:
    """One open stream; remembers when a word came for the first time."""

    def __init__(self) -> None:
        self.heard: dict[str, float] = {}
        self.is_open = asyncio.Event()

    async def listen(self, port: int, session: Session, cookie: str, since: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        path = f"/live/sessions/{session.pk}/?as=participant&since={since}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"event: ping"):
                self.is_open.set()
            if line.startswith(b"data: {"):
                piece = json.loads(line[6:])
                self.heard.setdefault(piece.get("handle") or piece.get("kind", ""), time.perf_counter())


async def _open_phones(
    port: int, session: Session, cookies: list[str]
) -> tuple[list[_Phone], list[asyncio.Task[None]]]:
    known = await asyncio.to_thread(lambda: Session.objects.get(pk=session.pk).seq)
    phones = [_Phone() for _ in cookies]
    pairs = zip(phones, cookies, strict=True)
    tasks = [asyncio.create_task(phone.listen(port, session, cookie, known)) for phone, cookie in pairs]
    await asyncio.wait_for(asyncio.gather(*(phone.is_open.wait() for phone in phones)), 30)
    await asyncio.sleep(0.5)
    return phones, tasks


async def _write_notes(port: int, session: Session, cookies: list[str]) -> list[float]:
    phones, tasks = await _open_phones(port, session, cookies)
    began = {}
    for number in range(NOTES):
        handle = str(uuid4())
        began[handle] = time.perf_counter()
        values = {"client_id": handle, "stage": "happened", "column": "well", "text": f"Note {number} about the beds"}
        await _post(port, f"/join/{session.code}/notes/", cookies[number % PHONES], values)
        await asyncio.sleep(PAUSE_SECONDS)
    waits = [await _last(phones, handle) - start for handle, start in began.items()]
    for task in tasks:
        task.cancel()
    return waits


async def _show(port: int, leader: Person, session: Session, cookies: list[str]) -> float:
    phones, tasks = await _open_phones(port, session, cookies)
    cookie = await asyncio.to_thread(_signed_in, leader)
    began = time.perf_counter()
    path = f"/o/{session.organisation.slug}/sessions/{session.pk}/room/show/"
    await _post(port, path, cookie, {"stage": "expect"})
    wait = await _last(phones, "board") - began
    for task in tasks:
        task.cancel()
    return wait


def _signed_in(person: Person) -> str:
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return f"sessionid={browser.cookies['sessionid'].value}"


async def _last(phones: list[_Phone], word: str) -> float:
    """When the last of the phones heard it."""
    async with asyncio.timeout(20):
        while not all(word in phone.heard for phone in phones):
            await asyncio.sleep(0.01)
    return max(phone.heard[word] for phone in phones)


async def _post(port: int, path: str, cookie: str, values: dict[str, str]) -> None:
    token = "a" * 32
    body = "&".join(f"{name}={urllib.request.quote(value)}" for name, value in values.items()).encode()
    lines = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}; csrftoken={token}", f"X-CSRFToken: {token}",
        "Accept: application/json", "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}", "Connection: close",
    ]  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    status = (await reader.readline()).split()[1]
    await reader.read()
    writer.close()
    if status != b"200":
        raise SystemExit(f"{path} answered {status.decode()}.")
