"""Bring code and templates into their form, as far as that can be done without thinking. The gate checks the same."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def main() -> int:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    commands: list[list[str | Path]] = [
        [BIN / "ruff", "check", "--fix", "--quiet", "."],
        [BIN / "ruff", "format", "--quiet", "."],
        [BIN / "djade", "--target-version", "5.2", *templates],  # its status says only that it changed something
    ]
    statuses = [subprocess.call(command, cwd=ROOT) for command in commands]
    return statuses[0] or statuses[1]


if __name__ == "__main__":
    sys.exit(main())
