"""Make everything ready that a machine with Python alone does not have, then become one of our commands.

    python3 scripts/bootstrap.py [--dev] COMMAND [ARGUMENT ...]

COMMAND is a file of this folder (``start`` for ``start.py``), of ``benchmarks`` (``bench``), or ``manage``. Needs the
standard library only, and is written so that any Python 3 can read it (no f-strings): an old one must get as far as
the sentence that says it is too old. The libraries are installed once; pip runs again only when the pinned list or
the version of Python changes.
"""

import ctypes
import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
OLDEST_SQLITE = (3, 35)  # UPDATE … RETURNING
UNREACHABLE = (
    "NewConnectionError",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Connection refused",
    "Network is unreachable",
    "ConnectTimeoutError",
    "ProxyError",
    "Read timed out",
    "No matching distribution found",
)


def stop(sentence):
    """End with a sentence that says what is wrong and what to type."""
    sys.stderr.write(sentence.rstrip() + "\n")
    sys.exit(1)


def again():
    """What the person typed, so that a sentence can tell them to type it again."""
    return "make " + os.environ.get("KM_TARGET", "run")


def works(name):
    """Whether a program of this name starts (a version manager leaves names about that do not)."""
    path = shutil.which(name)
    return bool(path) and subprocess.call([path, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def check_python():
    """Refuse a Python that is too old, or that lacks what we need of it."""
    if sys.version_info < OLDEST:
        newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if works(name)]
        advice = "Try: %s PYTHON=%s" % (again(), newer[0]) if newer else "Install a newer one, then: %s" % again()
        stop("KM Portal needs Python 3.11 or newer; this is Python %d.%d. %s" % (sys.version_info[:2] + (advice,)))
    if os.name != "posix":
        stop("KM Portal runs on Linux and macOS. On Windows, use it inside WSL (Windows Subsystem for Linux).")
    try:
        import ensurepip  # noqa: F401  Debian takes both out of python3 and puts them into python3-venv
        import venv  # noqa: F401
    except ImportError:
        stop("Python’s venv is missing. On Debian or Ubuntu: apt install python3-venv, then: %s" % again())
    try:
        import sqlite3
    except ImportError:
        stop("This Python was built without SQLite. Choose another one: %s PYTHON=python3.12" % again())
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        stop(
            "KM Portal needs SQLite 3.35 or newer; this Python brings %s. Choose another one: %s PYTHON=python3.12"
            % (sqlite3.sqlite_version, again())
        )


def stamp_of(requirements):
    """What the installed libraries depend on: the pinned list, and this very Python."""
    return hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()


def is_installed(stamp, wanted):
    """Whether the last complete installation was of exactly this list, for this Python."""
    return PYTHON.exists() and stamp.is_file() and stamp.read_text().strip() == wanted


def say(sentence):
    """Tell the person what takes so long."""
    print(sentence)
    sys.stdout.flush()


def make_venv():
    """Make .venv; anew when it belongs to another Python, or was left half made."""
    question = [str(PYTHON), "-c", "import pip, sys; print(sys.version)"]
    if PYTHON.exists():
        answer = subprocess.run(question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        if answer.returncode == 0 and answer.stdout.decode().strip() == sys.version.strip():
            return
    say("Making a place for the libraries (.venv) …")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        stop("Could not make the folder .venv. Is there room on the disk, and may you write in %s?" % ROOT)


def install(requirements):
    """Install exactly the pinned libraries with pip, each checked against its hash."""
    say("Installing the libraries. This happens once and takes about a minute …")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "-r", str(requirements)]
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, cwd=str(ROOT))
    if process.returncode == 0:
        return
    output = process.stdout.decode(errors="replace")
    sys.stderr.write("\n".join(output.splitlines()[-12:]) + "\n\n")
    if "No space left" in output:
        stop("The disk is full. Make room (about 500 MB), then: %s" % again())
    if any(word in output for word in UNREACHABLE):
        stop(
            "Could not download the libraries: this machine does not reach the Python package index. "
            "Check the network (or set PIP_INDEX_URL to an index that you reach), then: %s" % again()
        )
    stop("Could not install the libraries; the lines above say why. Then: %s" % again())


def bring_libraries(dev):
    """Bring .venv up to date. When two do this at once, the second waits and finds it done."""
    import fcntl

    requirements = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
    stamp = VENV / (".installed-dev" if dev else ".installed")
    wanted = stamp_of(requirements)
    if is_installed(stamp, wanted):
        return
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(stamp, wanted):
            make_venv()
            install(requirements)
            stamp.write_text(wanted + "\n")


def can_load(*names):
    """Whether one of these shared libraries is there."""
    for name in names:
        path = name if ".so" in name else ctypes.util.find_library(name)
        try:
            if path and ctypes.CDLL(path):
                return True
        except OSError:
            continue
    return False


def has_pango():
    """Whether PDFs can be made."""
    return can_load("libpango-1.0.so.0", "pango-1.0") and can_load("libpangoft2-1.0.so.0", "pangoft2-1.0")


def check_pango():
    """Say it when PDFs cannot be made; everything else works without."""
    if not has_pango():
        sys.stderr.write(
            "PDFs will not work: the Pango library is missing. Everything else does. To mend it, "
            "Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango\n"
        )


def path_of(command):
    """The file behind a command's name."""
    places = {"manage": ROOT / "manage.py", "bench": ROOT / "benchmarks" / "run.py"}
    path = places.get(command, ROOT / "scripts" / (command + ".py"))
    if not path.is_file():
        stop("There is no command “%s”. This lists all: make help" % command)
    return path


def main(arguments):
    """Check, install, then become the command: the same process, so that Ctrl-C goes straight to it."""
    dev = arguments[:1] == ["--dev"]
    rest = arguments[1:] if dev else arguments
    if not rest:
        stop(__doc__)
    check_python()
    script = path_of(rest[0])
    try:
        bring_libraries(dev)
    except PermissionError as error:
        stop("Cannot write %s. Run this as the owner of %s." % (error.filename, ROOT))
    if rest[0] == "start":
        check_pango()
    sys.stdout.flush()
    os.execv(str(PYTHON), [str(PYTHON), str(script)] + rest[1:])  # noqa: S606  no shell is meant


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
