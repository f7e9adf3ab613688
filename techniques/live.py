"""The stream of a room, ``GET /live/sessions/<pk>/?since=N&as=participant|facilitator|screen``, as a raw ASGI app.

No middleware stands before it, so it looks at the cookies itself, and again at every ping and when somebody has gone.
Errors here reach nobody but the log; the browser comes back by itself or goes over to polling.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import parse_qs

from django.http.cookie import parse_cookie
from django.utils import timezone

from kmportal.lib import doorbell
from kmportal.lib.live import Frame, Hub, Replay
from techniques import participant_lookup, room_updates
from techniques.room_visibility import Audience

logger = logging.getLogger(__name__)
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH = re.compile(r"/live/sessions/(\d{1,18})/")
PING_SECONDS = 15
# One browser needs a stream for each open tab; more than this is a mistake or an attack.
STREAMS_OF_ONE = 12
STREAMS_OF_ALL = 2000
# What the middleware of pages adds to them: no page stands behind a stream, so it may load nothing at all.
GUARDS = [(b"x-content-type-options", b"nosniff"), (b"content-security-policy", b"default-src 'none'")]
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    *GUARDS,
]


class _Rooms:
    """The logs of the rooms, as the hub reads them."""

    def heads(self, topics: Iterable[int]) -> dict[int, int]:
        return room_updates.last_numbers(topics)

    def replay(self, topic: int, since: int, audience: str) -> Replay:
        page = room_updates.updates_since(topic, since, Audience(audience), at=timezone.now())
        return Replay(_frames_of_news(page.pieces), page.upto, page.more)

    def news(
        self, known: Mapping[int, int], audiences: Mapping[int, set[str]]
    ) -> dict[int, tuple[int, dict[str, tuple[Frame, ...]]]]:
        wanted = {topic: {Audience(one) for one in ones} for topic, ones in audiences.items()}
        found = room_updates.news_of_rooms(known, wanted, at=timezone.now())
        return {
            topic: (news.upto, {audience: _frames_of_news(pieces) for audience, pieces in news.pieces.items()})
            for topic, news in found.items()
        }


def _frames_of_news(pieces: Iterable[room_updates.Piece]) -> tuple[Frame, ...]:
    return tuple(Frame(piece.seq, piece.as_frame(), piece.is_about_leaving) for piece in pieces)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}
_streams: Counter[str] = Counter()


def _hub_of_process() -> Hub:
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs.clear()  # a loop that is over leaves nothing behind
        _hubs[loop] = Hub(_Rooms(), bell=doorbell.make())
    return _hubs[loop]


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request under ``/live/``."""
    found = PATH.fullmatch(scope["path"])
    if found is None:
        await _answer_plain(send, 404, "There is no such stream.")
        return
    if scope["method"] != "GET":
        await _answer_plain(send, 405, "A stream can only be read.")
        return
    query = parse_qs(scope["query_string"].decode("latin-1"))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    audience, since = _read_audience(query), _read_number(headers.get("last-event-id") or query.get("since", [""])[0])
    if audience is None or since is None:
        await _answer_plain(send, 400, "This address is not complete.")
        return
    hub, pk, cookies = _hub_of_process(), int(found[1]), parse_cookie(headers.get("cookie", ""))
    who = await hub.run(participant_lookup.who_listens, cookies, pk, audience)
    if who is None:
        await _answer_plain(send, 404, "There is no such room for you.")
        return
    if _streams[who] >= STREAMS_OF_ONE or hub.listening >= STREAMS_OF_ALL:
        await _answer_plain(send, 429, "Too many windows of this room are open.")
        return
    _streams[who] += 1
    try:
        await _run_until_gone(receive, _send_frames(hub, send, pk, since, audience, cookies))
    finally:
        _streams[who] -= 1
        if not _streams[who]:
            del _streams[who]


async def _send_frames(hub: Hub, send: Send, pk: int, since: int, audience: Audience, cookies: dict[str, str]) -> None:
    """Send for ever, until the listener may no longer listen or is too far behind."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    # The padding makes proxies that collect the first kilobytes pass them on at once
    await _send_one_part(send, b":" + b" " * 2048 + b"\nretry: 2000\n" + _ping_frame())
    async with aclosing(hub.listen(pk, since=since, audience=audience, ping_seconds=PING_SECONDS)) as frames:
        checked = asyncio.get_running_loop().time()
        async for frame in frames:
            if frame is None or frame.is_doubtful or asyncio.get_running_loop().time() - checked > PING_SECONDS:
                checked = asyncio.get_running_loop().time()
                if await hub.run(participant_lookup.who_listens, cookies, pk, audience) is None:
                    await _send_one_part(send, b"event: gone\ndata: {}\n\n")
                    break
                await _send_one_part(send, _ping_frame())
            if frame is not None:
                await _send_one_part(send, frame.content)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _run_until_gone(receive: Receive, stream: Any) -> None:
    """Run the stream and stop it as soon as the browser hangs up."""
    sending = asyncio.ensure_future(stream)
    hanging_up = asyncio.ensure_future(_wait_for_hang_up(receive))
    try:
        await asyncio.wait({sending, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        for task in (sending, hanging_up):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _wait_for_hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _ping_frame() -> bytes:
    return f'event: ping\ndata: {{"now": {room_updates.milliseconds(timezone.now())}}}\n\n'.encode()


async def _send_one_part(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _answer_plain(send: Send, status: int, words: str) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        *GUARDS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode(), "more_body": False})


def _read_audience(query: Mapping[str, list[str]]) -> Audience | None:
    with suppress(ValueError):
        return Audience(query.get("as", [""])[0])
    return None


def _read_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
