"""Dependency audit: ask whether a weakness is known of any pinned library, and say which could not be looked up.

    python scripts/audit.py

Ends with 0 when all were looked up and none is known to be weak, with 1 when a weakness is known, with 2 when something
could not be looked up. pip-audit lives in a place of its own, var/audit, so that the portal's libraries stay as they
are pinned. Needs the network, so it is no part of the gate.
"""

import json
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, field
from pathlib import Path

from sbom import ROOT, components_of_front_end, read_lock

LOCK = ROOT / "requirements-dev.txt"  # the portal's libraries and, on top, those of its tests
PLACE = ROOT / "var" / "audit"
SERVICES = ("pypi", "osv")  # pip-audit's own names for where it may ask


@dataclass
class Found:
    """What the services answered together."""

    looked_up: set[str] = field(default_factory=set)
    weaknesses: dict[str, dict[str, str]] = field(default_factory=dict)  # library → id → where it is mended

    def take(self, answer: str) -> None:
        """Add one answer of pip-audit. A library that a service skipped was not looked up there."""
        try:
            libraries = json.loads(answer)["dependencies"]
        except (ValueError, KeyError, TypeError):
            return
        for library in libraries:
            if "skip_reason" in library:
                continue
            self.looked_up.add(library["name"])
            for weakness in library["vulns"]:
                mended = ", ".join(weakness["fix_versions"]) or "no version yet"
                self.weaknesses.setdefault(library["name"], {})[weakness["id"]] = mended


def install_tool() -> Path | None:
    """pip-audit in its own place; None where it cannot be installed."""
    tool = PLACE / "bin" / "pip-audit"
    if not tool.exists():
        venv.create(PLACE, with_pip=True, clear=True)
        pip = [
            str(PLACE / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "pip-audit",
        ]
        subprocess.run(pip, check=False)
    return tool if tool.exists() else None


def ask(tool: Path, service: str, names: set[str]) -> str:
    """pip-audit's answer about these libraries, or nothing. Without their markers: each is asked about, whatever
    platform it is for."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        pins = [pin for pin in read_lock(LOCK) if pin.name in names]
        wanted.write("".join(f"{pin.name}=={pin.version}\n" for pin in pins))
        wanted.flush()
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
        command = [str(tool), *options, "--vulnerability-service", service, "--requirement", wanted.name]
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if not answer.stdout:
        print(f"The service {service} gave no answer: {answer.stderr.strip().rpartition(chr(10))[2]}")
    return answer.stdout


def report(found: Found, names: set[str], portal: set[str]) -> int:
    """Say what was found in the last lines, and how to end."""
    for name, weaknesses in sorted(found.weaknesses.items()):
        place = "the portal" if name in portal else "its tests alone"
        for identifier, mended in sorted(weaknesses.items()):
            print(f"{name}: {identifier}, used by {place}, mended in: {mended}")
    front_end = ", ".join(f"{part['name']} {part['version']}" for part in components_of_front_end())
    print(f"Not part of this, look at their own pages: {front_end}.")
    missing = sorted(names - found.looked_up)
    known = sum(map(len, found.weaknesses.values()))
    print(f"Looked up: {len(names) - len(missing)} of {len(names)} libraries.")
    print(f"Known weaknesses: {known}.")
    print(f"Not looked up: {', '.join(missing) or 'none'}.")
    return 1 if known else 2 if missing else 0


def main() -> int:
    names = {pin.name for pin in read_lock(LOCK)}
    found = Found()
    if tool := install_tool():
        for service in SERVICES:
            if missing := names - found.looked_up:
                found.take(ask(tool, service, missing))
    else:
        print("pip-audit could not be installed, so nothing was looked up.")
    return report(found, names, {pin.name for pin in read_lock(ROOT / "requirements.txt")})


if __name__ == "__main__":
    sys.exit(main())
