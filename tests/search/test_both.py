"""SQLite and PostgreSQL side by side: every answer the same, to the letter of the highlights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = ROOT / "scripts" / "services.py"
NOT_RUN = 3


def answers(folder, *before):
    environment = {**os.environ, "KM_DATA_DIR": str(folder)}
    environment.pop("DATABASE_URL", None)
    command = [*before, sys.executable, "-m", "tests.search.answering"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if before and done.returncode == NOT_RUN:
        pytest.skip("There is no PostgreSQL here.")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.long
@pytest.mark.services
@pytest.mark.skipif(connection.vendor != "sqlite", reason="once is enough: in the run on SQLite")
def test_both_databases_answer_alike(tmp_path):
    theirs = answers(tmp_path / "postgresql", sys.executable, str(SERVICES))
    ours = answers(tmp_path / "sqlite")
    assert (ours["database"], theirs["database"]) == ("sqlite", "postgresql")
    assert len(ours["answers"]) > 700
    different = [key for key, answer in ours["answers"].items() if answer != theirs["answers"][key]]
    assert different == []
