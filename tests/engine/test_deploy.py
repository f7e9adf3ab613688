"""The examples for those who run it, held to what the machine’s own programs say of them."""

import shutil
import subprocess

import pytest
import yaml

from tests.portal import ROOT

DEPLOY = ROOT / "docs" / "deploy"


def test_the_compose_file_is_whole_and_names_variables_that_are_there():
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services, volumes = found["services"], found["volumes"]
    assert set(services) == {"database", "redis", "portal"}
    for service in services.values():
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(volumes)
        assert set(service.get("depends_on", [])) <= set(services)
    explained = (ROOT / ".env.example").read_text()
    assert [name for name in services["portal"]["environment"] if f"#{name}=" not in explained] == []


def test_the_systemd_unit_is_right(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("NOT RUN: systemd-analyze is missing")
    unit = (DEPLOY / "kmportal.service").read_text().replace("User=kmportal\n", "")
    (tmp_path / "kmportal.service").write_text(unit)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "kmportal.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "kmportal.service" in line]
    assert (done.returncode, ours) == (0, [])
