"""The hub: nothing lost, nothing twice, whatever happens between page, replay and stream."""

import asyncio
import random
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import pytest

from kmportal.lib import live
from kmportal.lib.live import Frame, Hub, Replay


class Logs:
    """Logs in memory, read as slowly as one likes."""

    def __init__(self, *, page: int = 1000, delay: float = 0) -> None:
        self.rows: dict[int, int] = {}
        self.page, self.delay = page, delay
        self.reads = 0
        self.is_broken = False
        self.threads: set[str] = set()

    def write(self, topic: int) -> None:
        self.rows[topic] = self.rows.get(topic, 0) + 1
        live.ring()

    def heads(self, topics: Iterable[int]) -> dict[int, int]:
        time.sleep(self.delay)
        return {topic: self.rows[topic] for topic in topics if topic in self.rows}

    def replay(self, topic: int, since: int, audience: str) -> Replay:
        time.sleep(self.delay)
        upto = min(self.rows.get(topic, 0), since + self.page)
        return Replay(self._frames(topic, since, upto, audience), upto, upto < self.rows.get(topic, 0))

    def news(
        self, known: Mapping[int, int], audiences: Mapping[int, set[str]]
    ) -> dict[int, tuple[int, dict[str, tuple[Frame, ...]]]]:
        self.reads += 1
        self.threads.add(threading.current_thread().name)
        if self.is_broken:
            raise ConnectionError("the database is away")
        heads = {topic: self.rows.get(topic, 0) for topic in known}
        time.sleep(self.delay)
        return {
            topic: (head, {one: self._frames(topic, known[topic], head, one) for one in audiences[topic]})
            for topic, head in heads.items()
            if head > known[topic]
        }

    def _frames(self, topic: int, since: int, upto: int, audience: str) -> tuple[Frame, ...]:
        return tuple(Frame(seq, f"{topic}/{seq}/{audience}".encode()) for seq in range(since + 1, upto + 1))


async def take(hub: Hub, topic: int, count: int, *, since: int = 0, audience: str = "a") -> list[int]:
    """The numbers of the first ``count`` frames."""
    numbers: list[int] = []
    async with aclosing(hub.listen(topic, since=since, audience=audience, ping_seconds=5)) as frames:
        async for frame in frames:
            assert frame is not None, f"nothing came after {numbers}"
            assert frame.content == f"{topic}/{frame.seq}/{audience}".encode()
            numbers.append(frame.seq)
            if len(numbers) >= count:
                break
    return numbers


def run(main) -> None:
    """In a thread of its own: a browser driven by another test keeps a loop in the main one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(asyncio.wait_for(main(), 30))).result()


def test_what_was_missed_comes_first_then_what_is_new():
    async def main():
        logs = Logs()
        hub = Hub(logs)
        for _ in range(3):
            logs.write(1)
        listening = asyncio.create_task(take(hub, 1, 4, since=1))
        await asyncio.sleep(0.1)
        logs.write(1)
        logs.write(1)
        assert await listening == [2, 3, 4, 5]

    run(main)


def test_a_long_past_comes_in_pages():
    async def main():
        logs = Logs(page=7)
        hub = Hub(logs)
        logs.rows[1] = 50
        assert await take(hub, 1, 50) == list(range(1, 51))

    run(main)


def test_without_a_bell_the_logs_are_asked():
    async def main():
        logs = Logs()
        hub = Hub(logs, poll_seconds=0.05)
        listening = asyncio.create_task(take(hub, 1, 1))
        await asyncio.sleep(0.1)
        logs.rows[1] = 1  # another process wrote
        assert await listening == [1]

    run(main)


def test_one_reading_for_all_topics_and_listeners_in_one_thread():
    async def main():
        logs = Logs()
        hub = Hub(logs, poll_seconds=60)
        listening = [asyncio.create_task(take(hub, topic, 1)) for topic in range(5) for _ in range(10)]
        await asyncio.sleep(0.3)
        logs.reads = 0
        for topic in range(5):
            logs.rows[topic] = 1
        live.ring()
        assert await asyncio.gather(*listening) == [[1]] * 50
        assert logs.reads <= 2
        assert logs.threads == {"live_0"}

    run(main)


def test_the_bell_rings_from_any_thread_and_never_fails():
    async def main():
        logs = Logs()
        hub = Hub(logs, poll_seconds=60)
        listening = asyncio.create_task(take(hub, 1, 20))
        await asyncio.sleep(0.1)
        threads = [threading.Thread(target=logs.write, args=[1]) for _ in range(20)]
        for thread in threads:
            thread.start()
        assert await listening == list(range(1, 21))

    run(main)
    live.ring()  # the loop is closed by now


def test_audiences_get_their_own_frames():
    async def main():
        logs = Logs()
        hub = Hub(logs)
        listening = [asyncio.create_task(take(hub, 1, 3, audience=one)) for one in ("a", "b", "c")]
        await asyncio.sleep(0.1)
        for _ in range(3):
            logs.write(1)
        assert await asyncio.gather(*listening) == [[1, 2, 3]] * 3

    run(main)


@pytest.mark.parametrize("seed", range(6))
def test_storms_of_coming_and_going_lose_nothing_and_double_nothing(seed):
    """Listeners come back with their last number while rows are written and the reading is slow."""
    chance = random.Random(seed)

    async def one(hub: Hub, audience: str, total: int, numbers: list[int]) -> None:
        while len(numbers) < total:
            part = chance.randint(1, 12)
            wanted = min(part, total - len(numbers))
            numbers += await take(hub, 1, wanted, since=numbers[-1] if numbers else 0, audience=audience)
            await asyncio.sleep(chance.random() * 0.02)

    async def main():
        logs = Logs(page=5, delay=0.002)
        hub = Hub(logs, poll_seconds=0.02)
        total = 60
        seen: list[list[int]] = [[] for _ in range(15)]
        people = [asyncio.create_task(one(hub, chance.choice("abc"), total, numbers)) for numbers in seen]
        for _ in range(total):
            logs.write(1)
            await asyncio.sleep(chance.random() * 0.01)
        await asyncio.gather(*people)
        assert all(numbers == list(range(1, total + 1)) for numbers in seen)
        assert hub.listening == 0

    run(main)


def test_whoever_is_too_far_behind_is_sent_away_and_can_come_back(monkeypatch):
    monkeypatch.setattr(live, "QUEUE_LIMIT", 10)

    async def main():
        logs = Logs()
        hub = Hub(logs)
        numbers: list[int] = []
        async with aclosing(hub.listen(1, since=0, audience="a")) as frames:
            getting = asyncio.create_task(anext(frames))
            await asyncio.sleep(0.1)
            logs.write(1)
            numbers.append((await getting).seq)
            for _ in range(100):
                logs.write(1)
            await asyncio.sleep(0.2)
            numbers += [frame.seq async for frame in frames]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) < 101
        rest = await take(hub, 1, 101 - len(numbers), since=numbers[-1])
        assert numbers + rest == list(range(1, 102))

    run(main)


async def until(condition) -> None:
    """Wait until something is true; ``run`` ends what never comes true."""
    while not condition():
        await asyncio.sleep(0.01)


def test_a_database_that_was_away_loses_nothing(caplog):
    async def main():
        logs = Logs()
        hub = Hub(logs, poll_seconds=0.05)
        listening = asyncio.create_task(take(hub, 1, 2))
        await asyncio.sleep(0.1)
        logs.is_broken = True
        logs.write(1)
        await until(lambda: "could not be read" in caplog.text)
        logs.write(1)
        logs.is_broken = False
        assert await listening == [1, 2]

    run(main)
    assert "could not be read" in caplog.text


def test_silence_gives_a_ping():
    async def main():
        hub = Hub(Logs())
        async with aclosing(hub.listen(1, since=0, audience="a", ping_seconds=0.05)) as frames:
            assert await anext(frames) is None

    run(main)


def test_nobody_listens_nothing_is_read():
    async def main():
        logs = Logs()
        logs.rows[1] = 1
        hub = Hub(logs, poll_seconds=0.02)
        await take(hub, 1, 1)
        await asyncio.sleep(0.1)
        reads = logs.reads
        await asyncio.sleep(0.1)
        assert logs.reads == reads

    run(main)
