"""Make the first organisation and its administrator: asks what it needs, or takes it from the environment.

KM_FIRST_ORGANISATION, KM_FIRST_KIND (trust, council, ngo or other), KM_FIRST_NAME, KM_FIRST_EMAIL, KM_FIRST_PASSWORD.
"""

import getpass
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = {
    "KM_FIRST_ORGANISATION": "What is the organisation called? ",
    "KM_FIRST_KIND": "What is it: trust, council, ngo or other? ",
    "KM_FIRST_NAME": "And you: what is your name? ",
    "KM_FIRST_EMAIL": "What is your e-mail address? ",
}


def answer(variable: str, question: str) -> str:
    """From the environment, or asked until there is an answer."""
    given = os.environ.get(variable, "").strip()
    while not given:
        if not sys.stdin.isatty():
            raise SystemExit(f"Nobody is here to answer “{question.strip()}”. Set {variable}.")
        given = input(question).strip()
    return given


def password() -> str:
    """From the environment, or typed twice."""
    while not (given := os.environ.get("KM_FIRST_PASSWORD", "")):
        if not sys.stdin.isatty():
            raise SystemExit("Nobody is here to choose a password. Set KM_FIRST_PASSWORD.")
        first = getpass.getpass("Choose a password (at least 12 characters): ")
        if first and first == getpass.getpass("And once more: "):
            return first
        print("The two were not the same. Once more from the beginning:")
    return given


def manage(*arguments: str, **environment: str) -> int:
    """One command of the portal, for the real one, never for the demo."""
    everything = {**os.environ, "KM_DEMO": "0", **environment}
    return subprocess.call([sys.executable, "manage.py", *arguments], cwd=ROOT, env=everything)


def main() -> int:
    given = {variable: answer(variable, question) for variable, question in QUESTIONS.items()}
    secret = password()
    if code := manage("migrate", "--verbosity", "0", "--no-input"):
        return code
    arguments = ["--organisation", given["KM_FIRST_ORGANISATION"], "--kind", given["KM_FIRST_KIND"].lower()]
    arguments += ["--name", given["KM_FIRST_NAME"], "--email", given["KM_FIRST_EMAIL"]]
    if code := manage("first", *arguments, KM_FIRST_PASSWORD=secret):
        return code
    print("Start the portal with: make serve")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, EOFError):
        print("\nNothing was made.")
        sys.exit(130)
