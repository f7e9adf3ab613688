"""The throw-away servers: there for one command, and gone however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.portal import ROOT

pytestmark = [pytest.mark.services]


@pytest.fixture
def command(script):
    services = script("services")
    if services.missing():
        pytest.skip("PostgreSQL or Redis is not installed")
    return [sys.executable, str(ROOT / "scripts" / "services.py")]


def test_a_command_finds_its_servers_and_its_status_comes_back(command):
    done = subprocess.run(
        [*command, "sh", "-c", 'echo "$DATABASE_URL $REDIS_URL"; exit 7'], capture_output=True, text=True, check=False
    )
    database, redis = done.stdout.split()
    folder = Path(redis.removeprefix("unix://")).parent
    assert database == f"postgres://kmportal@/kmportal?host={folder}"
    assert done.returncode == 7
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_killed_it_leaves_neither_server_nor_folder(command, number):
    process = subprocess.Popen(
        [*command, "sh", "-c", 'echo "$REDIS_URL"; exec sleep 60'], stdout=subprocess.PIPE, text=True
    )
    folder = Path(process.stdout.readline().strip().removeprefix("unix://")).parent
    process.send_signal(number)
    process.wait(20)
    process.stdout.close()
    deadline = time.monotonic() + 30
    while folder.exists() or _users_of(folder):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _users_of(folder):
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in lines.splitlines() if str(folder) in line]
