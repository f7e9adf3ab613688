"""Restore a back-up: ``make restore FILE=…``, with REPLACE=yes where there is a portal already."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Become the command, with a file named by where the caller stands."""
    name = arguments[0] if arguments else os.environ.get("FILE", "")
    if not name:
        raise SystemExit("Which back-up? make restore FILE=var/portal/backups/km-portal-….tar")
    path = str(Path(name).expanduser().resolve())
    replace = ["--replace"] if os.environ.get("REPLACE", "").lower() == "yes" else []
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "manage.py", "restore", path, *replace])  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main(sys.argv[1:])
