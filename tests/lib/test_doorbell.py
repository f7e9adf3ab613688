"""The doorbell: a commit in another process is heard at once, and a line that breaks is opened again."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from kmportal.lib import doorbell
from kmportal.lib.doorbell import Doorbell
from kmportal.lib.live import Hub
from tests.lib.test_live import Logs, take

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has nothing of the kind"),
]


def announce_as(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [doorbell.CHANNEL, name])


class Ears:
    """A hub’s side of the line: how often it rang."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1

    async def run(self, function):
        return await asyncio.get_running_loop().run_in_executor(None, function)

    async def rang(self, times: int) -> None:
        async with asyncio.timeout(10):
            while self.rings < times:
                await asyncio.sleep(0.01)


async def in_thread(function, *args):
    def whole():
        try:
            return function(*args)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(None, whole)


def run(main) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(asyncio.wait_for(main(), 30))).result()


def listening(test) -> None:
    """Run ``test(bell, ears)`` beside a bell that is open."""

    async def main():
        bell, ears = Doorbell(), Ears()
        answering = asyncio.create_task(bell.answer(ears.ring, ears.run))
        try:
            await ears.rang(1)  # for what came before it was open
            assert bell.is_open
            await test(bell, ears)
        finally:
            answering.cancel()

    run(main)


def test_what_another_process_commits_rings_and_what_it_takes_back_does_not():
    def commit(is_kept):
        with transaction.atomic():
            announce_as("another")
            transaction.set_rollback(not is_kept)

    async def test(bell, ears):
        await in_thread(commit, False)
        await in_thread(commit, True)
        await ears.rang(2)
        await asyncio.sleep(0.2)
        assert ears.rings == 2

    listening(test)


def test_its_own_commits_ring_nothing_for_they_have_a_shorter_way():
    async def test(bell, ears):
        await in_thread(doorbell.announce)
        await in_thread(announce_as, "another")
        await ears.rang(2)
        await asyncio.sleep(0.2)
        assert ears.rings == 2

    listening(test)


def test_a_line_that_breaks_is_opened_again_and_rings_for_what_was_missed(monkeypatch, caplog):
    monkeypatch.setattr(doorbell, "AGAIN_SECONDS", 0.05)

    def cut():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database() AND query = %s",
                [f"LISTEN {doorbell.CHANNEL}"],
            )
            assert cursor.fetchall(), "there was no line to cut"

    async def test(bell, ears):
        await in_thread(cut)
        await ears.rang(2)
        assert bell.is_open
        await in_thread(announce_as, "another")
        await ears.rang(3)

    listening(test)
    assert "Commits of other processes are not heard" in caplog.text


def test_a_database_that_is_away_is_asked_again(monkeypatch, caplog):
    monkeypatch.setattr(doorbell, "AGAIN_SECONDS", 0.01)
    open_line, tries = doorbell._open_line, []

    def away():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("away")
        return open_line()

    monkeypatch.setattr(doorbell, "_open_line", away)

    async def test(bell, ears):
        assert len(tries) == 3

    listening(test)


def test_a_hub_hears_of_another_process_long_before_it_would_ask():
    async def main():
        logs, bell = Logs(), Doorbell()
        hub = Hub(logs, bell=bell, poll_seconds=60)
        listener = asyncio.create_task(take(hub, 1, 1))
        async with asyncio.timeout(10):
            while not bell.is_open:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        began = time.monotonic()
        logs.rows[1] = 1  # without the bell of this process
        await in_thread(announce_as, "another")
        assert await listener == [1]
        assert time.monotonic() - began < 1, "before it asks, to be sure"
        async with asyncio.timeout(10):  # nobody listens any more
            while bell.is_open:
                await asyncio.sleep(0.01)

    run(main)
