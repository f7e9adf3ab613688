"""Back up the portal of this data folder: ``make backup``."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Become the command."""
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "manage.py", "back_up"])  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main()
