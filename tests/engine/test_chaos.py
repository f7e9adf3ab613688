"""The short form of ``make chaos``: a few faults, on the database of the tests. Nothing acknowledged is lost."""

import os
import re
import subprocess
import sys

import pytest
from django.db import connection

from tests.portal import ROOT

pytestmark = [
    pytest.mark.long,
    pytest.mark.services,
    pytest.mark.pdf,
    pytest.mark.django_db,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes through /proc"),
]
# It shares the machine with the other tests: how long recovery takes is judged by the long form.
PATIENCE = {"ROUNDS": "1", "FAULTS": "4", "BACK_SECONDS": "90"}


def test_a_portal_whose_parts_are_killed_loses_nothing_that_it_acknowledged():
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "chaos.py"), connection.vendor],
        cwd=ROOT,
        env=inherited | PATIENCE,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert re.fullmatch(
        r"chaos on .+: \d+ kills and \d+ other faults, 0 lost, (\d+) doubled \(\1 between the mail server’s answer and "
        r"our note of it\), longest recovery \d+\.\d s \(.+\)",
        last,
    ), last
