"""Make the demo as new: throw its data away and load it again."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# By name: should KM_DATA_DIR lead to a folder with other things in it, they stay.
OURS = ["portal.sqlite3*", "files", "broker", "secret.key"]


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from kmportal import settings

    if not settings.DEMO:
        raise SystemExit("This is not the demo, so nothing was thrown away. Type: make demo-reset")
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        raise SystemExit("DATABASE_URL leads to a database server, so nothing was thrown away. Empty it there.")
    with (settings.DATA_DIR / "running.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("The demo is running. Stop it first with Ctrl-C in its window.") from None
        for pattern in OURS:
            for path in settings.DATA_DIR.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        code = subprocess.call([sys.executable, "manage.py", "prepare"], cwd=ROOT)
    if code == 0:
        print("The demo is as good as new. Start it with: make run")
    return code


if __name__ == "__main__":
    sys.exit(main())
