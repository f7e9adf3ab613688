"""Make the first organisation and its administrator: asks what it needs, or takes it from the environment.

KM_FIRST_ORGANISATION, KM_FIRST_KIND (trust, council, charity or other), KM_FIRST_NAME, KM_FIRST_EMAIL,
KM_FIRST_PASSWORD. A person is asked again after an answer that cannot be right; a script is told by the portal.
"""

import getpass
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = {
    "KM_FIRST_ORGANISATION": "What is the organisation called? ",
    "KM_FIRST_KIND": "What is it: trust, council, charity or other? ",
    "KM_FIRST_NAME": "And you: what is your name? ",
    "KM_FIRST_EMAIL": "What is your e-mail address? ",
}
KINDS = {"trust": "trust", "nhs trust": "trust", "council": "council", "charity": "ngo", "ngo": "ngo", "other": "other"}
SHORTEST = 12


def doubt(variable: str, given: str) -> str:
    """Why an answer cannot be right, or nothing."""
    if not given:
        return "Please type an answer."
    if variable == "KM_FIRST_KIND" and given.lower() not in KINDS:
        return "Please type one of the four words."
    if variable == "KM_FIRST_EMAIL" and not ("@" in given.strip("@") and " " not in given):
        return "That is not an e-mail address."
    return ""


def answer(variable: str, question: str) -> str:
    """From the environment, or asked until the answer can be right."""
    if given := os.environ.get(variable, "").strip():
        return given
    if not sys.stdin.isatty():
        raise SystemExit(f"Nobody is here to answer “{question.strip()}”. Set {variable}.")
    while wrong := doubt(variable, given := input(question).strip()):
        print(wrong)
    return given


def password() -> str:
    """From the environment, or typed twice."""
    while not (given := os.environ.get("KM_FIRST_PASSWORD", "")):
        if not sys.stdin.isatty():
            raise SystemExit("Nobody is here to choose a password. Set KM_FIRST_PASSWORD.")
        first = getpass.getpass(f"Choose a password (at least {SHORTEST} characters): ")
        if len(first) < SHORTEST:
            print("That is too short.")
        elif first == getpass.getpass("And once more: "):
            return first
        else:
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
    kind = KINDS.get(given["KM_FIRST_KIND"].lower(), given["KM_FIRST_KIND"])
    arguments = ["--organisation", given["KM_FIRST_ORGANISATION"], "--kind", kind]
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
