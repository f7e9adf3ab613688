"""Pin the newest libraries that requirements.in and requirements-dev.in allow, with hashes, for every platform.

Without ``--universal`` the list would only hold for this very Python: on Debian’s own 3.11 an installation would fail.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]


def main() -> int:
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    for name, more in (("requirements", []), ("requirements-dev", ["--constraint", "requirements.txt"])):
        header = ["--custom-compile-command", "make lock", "--output-file", f"{name}.txt", f"{name}.in"]
        if code := subprocess.call([uv, *COMPILE, *more, *header], cwd=ROOT):
            return code
    print("requirements.txt and requirements-dev.txt are new. Now: make test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
