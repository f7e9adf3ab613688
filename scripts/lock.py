"""Pin the newest libraries that pyproject.toml allows, with hashes, for every platform.

Without ``--universal`` the list would only hold for this very Python: on Debian’s own 3.11 an installation would fail.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
# Lock file → what it needs beyond the libraries that the portal runs on; the second keeps to the versions of the first.
LOCKS = {"requirements.txt": [], "requirements-dev.txt": ["--group", "dev", "--constraint", "requirements.txt"]}


def main() -> int:
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    for lock, more in LOCKS.items():
        header = ["--custom-compile-command", "make lock", "--output-file", lock]
        if code := subprocess.call([uv, *COMPILE, *more, *header, "pyproject.toml"], cwd=ROOT):
            return code
    print(f"{' and '.join(LOCKS)} are new. Now: make test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
