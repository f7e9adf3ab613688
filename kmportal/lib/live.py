"""Live updates: one hub per process reads the logs of all watched things and sends each row to all who listen.

A *topic* is a thing with a log whose rows are numbered without gaps in the order of their commits. The hub knows no
app: a ``Source`` reads the logs. All reading is done in one thread, so that the order of reading is known, however
many listen. Nothing is lost between the page, the replay and the stream:

1. a listener is attached first, and the topic’s start point is fixed before its replay begins;
2. the replay reads the log after that, in the same thread, so that it holds everything up to the start point;
3. rows that come by both ways are told apart by their number.
"""

import asyncio
import logging
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db import close_old_connections

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Where nobody tells of what other processes wrote, the logs are asked this often; where somebody does, to be sure.
POLL_SECONDS = 0.4
SURE_SECONDS = 2.0
# A listener who is this many rows behind is sent away, and comes back with the last number it saw.
QUEUE_LIMIT = 200


@dataclass(frozen=True)
class Frame:
    """One row of a log, ready to be sent to one audience.

    ``is_doubtful``: before it is sent, ask again whether this listener may still listen.
    """

    seq: int
    content: bytes
    is_doubtful: bool = False


@dataclass(frozen=True)
class Replay:
    """A part of a log. ``upto`` is the last number that was read, even if it gave no frame."""

    frames: tuple[Frame, ...]
    upto: int
    more: bool


class Source(Protocol):
    """Reads logs from the database. Called in the hub’s thread only."""

    def heads(self, topics: Iterable[int]) -> dict[int, int]:
        """The last number of each topic."""

    def replay(self, topic: int, since: int, audience: str) -> Replay:
        """What one audience missed of one topic."""

    def news(
        self, known: Mapping[int, int], audiences: Mapping[int, set[str]]
    ) -> dict[int, tuple[int, dict[str, tuple[Frame, ...]]]]:
        """All that is new in all topics: topic → (last number read, audience → frames)."""


class Bell(Protocol):
    """Tells a hub of what other processes wrote."""

    is_open: bool

    async def answer(self, ring: Callable[[], None], run: Callable[..., Awaitable[Any]]) -> None:
        """Ring until cancelled."""


@dataclass(eq=False)
class _Listener:
    audience: str
    queue: "asyncio.Queue[Frame | None]" = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    is_behind: bool = False

    def put(self, frame: Frame) -> None:
        if self.is_behind:
            return
        if self.queue.qsize() >= QUEUE_LIMIT - 1:
            self.is_behind = True
            self.queue.put_nowait(None)
        else:
            self.queue.put_nowait(frame)


@dataclass
class _Topic:
    head: int
    listeners: set[_Listener] = field(default_factory=set)


_hubs: "weakref.WeakSet[Hub]" = weakref.WeakSet()


def ring() -> None:
    """Wake this process’s hubs: something was committed. May be called from any thread, and never fails."""
    for hub in list(_hubs):
        hub.ring()


class Hub:
    """Reads the logs once for everybody who listens. Lives in one event loop."""

    def __init__(self, source: Source, *, bell: Bell | None = None, poll_seconds: float = POLL_SECONDS) -> None:
        self._source, self._bell = source, bell
        self._poll_seconds = poll_seconds
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        self._topics: dict[int, _Topic] = {}
        self._wake = asyncio.Event()
        self._attaching = asyncio.Lock()
        self._runner: asyncio.Task[None] | None = None
        _hubs.add(self)

    def ring(self) -> None:
        """Wake the hub, from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._wake.set)
        except RuntimeError:  # the loop is closed: nobody listens any more
            _hubs.discard(self)

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Call ``function`` in the hub’s database thread."""
        return await self._loop.run_in_executor(self._thread, _with_fresh_connection, function, args)

    @property
    def listening(self) -> int:
        """How many listen in this process."""
        return sum(len(topic.listeners) for topic in self._topics.values())

    async def listen(
        self, topic: int, *, since: int, audience: str, ping_seconds: float = 15
    ) -> AsyncGenerator[Frame | None, None]:
        """Everything after number ``since``, for ever; None whenever nothing came for ``ping_seconds``.

        Ends when the listener is too far behind: it should come back with the last number it saw.
        """
        listener = _Listener(audience)
        await self._attach(topic, listener)
        try:
            seen, more = since, True
            while more:
                replay = await self.run(self._source.replay, topic, seen, audience)
                seen, more = replay.upto, replay.more
                for frame in replay.frames:
                    yield frame
            while True:
                try:
                    async with asyncio.timeout(ping_seconds):
                        new = await listener.queue.get()
                except TimeoutError:
                    yield None
                    continue
                if new is None:
                    return
                if new.seq > seen:
                    yield new
        finally:
            self._detach(topic, listener)

    async def _attach(self, topic: int, listener: _Listener) -> None:
        async with self._attaching:
            if topic not in self._topics:
                head = (await self.run(self._source.heads, [topic])).get(topic, 0)
                self._topics[topic] = _Topic(head)
            self._topics[topic].listeners.add(listener)
        if self._runner is None or self._runner.done():
            self._runner = self._loop.create_task(self._watch())

    def _detach(self, topic: int, listener: _Listener) -> None:
        if (watched := self._topics.get(topic)) is not None:
            watched.listeners.discard(listener)
            if not watched.listeners:
                del self._topics[topic]

    async def _watch(self) -> None:
        """As long as anybody listens: wait for the bell, read once, hand out."""
        answering = None if self._bell is None else self._loop.create_task(self._bell.answer(self.ring, self.run))
        try:
            await self._read_and_hand_out()
        finally:
            if answering is not None:
                answering.cancel()

    async def _read_and_hand_out(self) -> None:
        while self._topics:
            is_told = self._bell is not None and self._bell.is_open
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SURE_SECONDS if is_told else self._poll_seconds)
            self._wake.clear()
            known = {number: topic.head for number, topic in self._topics.items()}
            audiences = {n: {one.audience for one in topic.listeners} for n, topic in self._topics.items()}
            try:
                news = await self.run(self._source.news, known, audiences)
            except Exception:
                # The database may be away for a while. Streams stay open and catch up, as the heads have not moved.
                logger.exception("live updates could not be read")
                await asyncio.sleep(1)
                continue
            for number, (upto, frames) in news.items():
                self._hand_out(number, upto, frames)

    def _hand_out(self, number: int, upto: int, frames: Mapping[str, tuple[Frame, ...]]) -> None:
        topic = self._topics.get(number)
        if topic is None:
            return
        for listener in topic.listeners:
            for frame in frames.get(listener.audience, ()):
                # A topic that was left and entered again meanwhile may have a later start point
                if frame.seq > topic.head:
                    listener.put(frame)
        topic.head = max(topic.head, upto)


def _with_fresh_connection(function: Callable[..., T], args: tuple[Any, ...]) -> T:
    close_old_connections()
    return function(*args)
