"""The stream as a browser has it: real rows, real threads, the ASGI application itself."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from techniques import guest_cookies, live
from techniques.actions import planning
from techniques.actions.room import joining, notes, stages
from techniques.models import Participant
from tests.cast import as_member
from tests.techniques.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


class Stream:
    """One open stream, with what has come so far."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.came = asyncio.Event()
        self.hang_up = asyncio.Event()
        self.is_over = False

    async def receive(self):
        await self.hang_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"]
            self.is_over = not message["more_body"]
        self.came.set()

    @property
    def pieces(self) -> list[dict]:
        """The room’s pieces, each with its number."""
        found = []
        for block in self.body.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if fields.get("event") == "room":
                found.append({"seq": int(fields["id"]), **json.loads(fields["data"])})
        return found

    async def until(self, condition) -> None:
        async with asyncio.timeout(10):
            while not condition(self):
                self.came.clear()
                await self.came.wait()


@asynccontextmanager
async def opened(pk: int, cookies: str, *, audience="participant", since="0", headers=(), method="GET", path=""):
    stream = Stream()
    scope = {
        "type": "http",
        "method": method,
        "path": path or f"/live/sessions/{pk}/",
        "query_string": f"since={since}&as={audience}".encode(),
        "headers": [(b"cookie", cookies.encode()), *headers],
    }
    task = asyncio.create_task(live.application(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.hang_up.set()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)


def run(main) -> None:
    """Run in a loop and a thread of its own, and let go of the connection of the stream’s thread."""

    async def whole():
        try:
            await asyncio.wait_for(main(), 30)
        finally:
            await live._hub_of_process().run(connections.close_all)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, whole()).result()


async def do(action, *args, **values):
    """An action as a page runs it: in another thread, in its own transaction."""

    def in_thread():
        try:
            return action(*args, **values)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(None, in_thread)


def assert_guarded(stream) -> None:
    """No middleware stands before the stream, so it says itself what browsers must not make of its words."""
    assert stream.headers["x-content-type-options"] == "nosniff"
    assert stream.headers["content-security-policy"] == "default-src 'none'"
    assert stream.headers["cache-control"] == "no-store"


def guest_cookie(session, name="Gus") -> str:
    key = guest_cookies.new_key()
    joining.join_room(session, by=None, name=name, key=key, at=NOW)
    return f"{guest_cookies.cookie_name(session.pk)}={guest_cookies.sign(key, session.pk)}"


def member_cookie(browser) -> str:
    return f"sessionid={browser.cookies['sessionid'].value}"


def writer(room, author):
    return partial(
        notes.write_note, room, stage_key="happened", column="well", text="Beds came late", by=author, at=NOW
    )


def test_a_note_reaches_every_audience_once(room, farah, reza, as_):
    cookies = {
        "participant": guest_cookie(room),
        "facilitator": member_cookie(as_(farah)),
        "screen": member_cookie(as_(reza)),
    }
    author = Participant.objects.get()

    async def main():
        async with (
            opened(room.pk, cookies["participant"], audience="participant") as one,
            opened(room.pk, cookies["facilitator"], audience="facilitator") as two,
            opened(room.pk, cookies["screen"], audience="screen") as three,
        ):
            for stream in (one, two, three):
                await stream.until(lambda stream: stream.pieces)
            note = await do(writer(room, author), client_id=uuid4())
            for stream in (one, two, three):
                await stream.until(lambda stream: stream.pieces[-1]["kind"] == "note")
                assert stream.status == 200
                assert stream.headers["content-type"].startswith("text/event-stream")
                assert [str(note.client_id) in str(piece) for piece in stream.pieces].count(True) == 1
                assert [piece["seq"] for piece in stream.pieces] == sorted({piece["seq"] for piece in stream.pieces})

    run(main)


def test_a_browser_that_comes_back_says_its_last_number(room):
    cookie = guest_cookie(room)
    author = Participant.objects.get()

    async def main():
        async with opened(room.pk, cookie) as first:
            await first.until(lambda stream: stream.pieces)
            last = first.pieces[-1]["seq"]
        missed = await do(writer(room, author), client_id=uuid4())
        headers = [(b"last-event-id", str(last).encode())]
        async with opened(room.pk, cookie, since="0", headers=headers) as again:
            await again.until(lambda stream: stream.pieces)
            assert [piece["handle"] for piece in again.pieces] == [str(missed.client_id)]

    run(main)


@pytest.mark.parametrize("audience", ["participant", "facilitator", "screen"])
def test_strangers_hear_nothing(room, oskar, as_, audience):
    strangers = ["", member_cookie(as_(oskar)), "sessionid=nonsense", f"room-{room.pk}=forged:signature:here"]

    async def main():
        for cookie in strangers:
            async with opened(room.pk, cookie, audience=audience) as stream:
                await stream.until(lambda stream: stream.is_over)
                assert stream.status == 404
                assert b"event:" not in stream.body

    run(main)


def test_a_reader_sees_the_screen_but_does_not_lead(room, reza, as_):
    cookie = member_cookie(as_(reza))

    async def main():
        for audience, status in (("facilitator", 404), ("participant", 404), ("screen", 200)):
            async with opened(room.pk, cookie, audience=audience) as stream:
                await stream.until(lambda stream: stream.status)
                assert stream.status == status

    run(main)


def test_the_key_of_one_room_opens_no_other(room, riverside, farah, review):
    other = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=review,
        length="short",
        title="Other",
        starts_at=NOW,
        at=timezone.now(),
    )
    value = guest_cookie(room).partition("=")[2]

    async def main():
        async with opened(other.pk, f"room-{other.pk}={value}") as stream:
            await stream.until(lambda stream: stream.is_over)
            assert stream.status == 404

    run(main)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"since": "x"}, 400),
        ({"since": "-1"}, 400),
        ({"since": "9" * 30}, 400),
        ({"audience": "nobody"}, 400),
        ({"path": "/live/sessions/x/"}, 404),
        ({"path": "/live/"}, 404),
        ({"path": "/live/sessions/" + "9" * 17 + "/"}, 404),
        ({"method": "POST"}, 405),
    ],
)
def test_bad_addresses_get_a_sentence(room, values, status):
    cookie = guest_cookie(room)

    async def main():
        async with opened(room.pk, cookie, **values) as stream:
            await stream.until(lambda stream: stream.is_over)
            assert stream.status == status
            assert stream.body.endswith(b".")
            assert_guarded(stream)

    run(main)


def test_who_may_no_longer_come_in_is_sent_away_at_the_next_ping(room, farah, as_, member, monkeypatch):
    monkeypatch.setattr(live, "PING_SECONDS", 0.2)
    cookie, membership = member_cookie(as_(farah)), member(farah)

    def suspend():
        membership.suspended_at = NOW
        membership.save()

    async def main():
        async with opened(room.pk, cookie, audience="facilitator") as stream:
            await stream.until(lambda stream: stream.body.count(b"event: ping") >= 2)
            await do(suspend)
            await stream.until(lambda stream: stream.is_over)
            assert b"event: gone" in stream.body

    run(main)


def test_somebody_who_left_is_sent_away(room, monkeypatch):
    monkeypatch.setattr(live, "PING_SECONDS", 0.2)
    cookie = guest_cookie(room)
    gus = Participant.objects.get()

    async def main():
        async with opened(room.pk, cookie) as stream:
            await stream.until(lambda stream: stream.pieces)
            await do(joining.leave_room, room, by=gus, at=NOW)
            await stream.until(lambda stream: stream.is_over)

    run(main)


def test_whoever_is_taken_out_hears_nothing_more_at_once(room, farah):
    gus_hears, rhea_hears = guest_cookie(room), guest_cookie(room, "Rhea")
    gus = Participant.objects.get(name="Gus")
    rhea, leader = Participant.objects.get(name="Rhea"), as_member(farah)

    async def main():
        async with opened(room.pk, gus_hears) as his, opened(room.pk, rhea_hears) as hers:
            await his.until(lambda stream: stream.pieces)
            await hers.until(lambda stream: stream.pieces)
            await do(joining.remove_participant, room, participant=gus, by=leader, at=NOW)
            await do(writer(room, rhea), client_id=uuid4())
            await hers.until(lambda stream: b"Beds came late" in stream.body)
            await his.until(lambda stream: stream.is_over)
            assert b"event: gone" in his.body
            assert b"Beds came late" not in his.body

    run(main)


def test_a_browser_with_too_many_streams_is_told_so(room, monkeypatch):
    monkeypatch.setattr(live, "STREAMS_OF_ONE", 1)
    cookie = guest_cookie(room)

    async def main():
        async with opened(room.pk, cookie) as first:
            await first.until(lambda stream: stream.pieces)
            async with opened(room.pk, cookie) as second:
                await second.until(lambda stream: stream.is_over)
                assert second.status == 429
                assert_guarded(second)
        async with opened(room.pk, cookie) as third:
            await third.until(lambda stream: stream.pieces)

    run(main)


def test_hidden_text_is_in_no_stream_before_it_is_shown_and_in_all_after(room, farah, reza, as_):
    cookies = {
        "participant": guest_cookie(room),
        "facilitator": member_cookie(as_(farah)),
        "screen": member_cookie(as_(reza)),
    }
    author, stage, leader = Participant.objects.get(), room.stages.get(key="expect"), as_member(farah)
    values = {"stage_key": "expect", "column": "expected", "text": "Very secret", "client_id": uuid4()}

    async def main():
        for audience, cookie in cookies.items():
            async with opened(room.pk, cookie, audience=audience) as stream:
                await stream.until(lambda stream: stream.pieces)
                await do(notes.write_note, room, by=author, at=NOW, **values)
                await stream.until(lambda stream: any(piece["kind"] == "note" for piece in stream.pieces))
                assert b"Very secret" not in stream.body
        async with opened(room.pk, cookies["screen"], audience="screen") as stream:
            await stream.until(lambda stream: stream.pieces)
            await do(stages.reveal_notes, room, stage=stage, by=leader, at=NOW)
            await stream.until(lambda stream: any(piece["kind"] == "board" for piece in stream.pieces))
            assert b"Very secret" in stream.body

    run(main)


def test_a_signed_out_browser_is_unknown(room, farah, as_):
    browser = as_(farah)
    cookie = member_cookie(browser)
    browser.logout()

    async def main():
        async with opened(room.pk, cookie, audience="facilitator") as stream:
            await stream.until(lambda stream: stream.is_over)
            assert stream.status == 404

    run(main)
