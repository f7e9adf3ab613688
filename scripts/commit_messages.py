"""Check the form of commit messages: imperative subject of at most 72 characters, blank line, body of at most 100.

    python3 scripts/commit_messages.py            all commits since LAST_FREE, the last one before the rule
    python3 scripts/commit_messages.py FILE       one message, as git hands it to a commit-msg hook (``make hooks``)

Needs the standard library and git. A checkout whose history does not reach so far back passes, and says so.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_FREE = "b5f4211f32d80efa296f46ca9569e861c486e055"
SUBJECT, BODY = 72, 100
# Verbs whose own last letters look like another form of one.
IMPERATIVE = {
    *("bring", "cling", "ring", "sing", "spring", "sting", "string", "swing", "ping"),
    *("embed", "exceed", "feed", "heed", "need", "proceed", "seed", "shed", "shred", "speed", "succeed", "weed"),
    *("alias", "bias", "canvas", "focus"),
}
NO_VERBS = {
    *("a", "all", "also", "an", "and", "another", "any", "each", "every", "for", "i", "if", "in", "it", "its", "more"),
    *("new", "no", "not", "now", "on", "our", "some", "that", "the", "their", "these", "they", "this", "those", "to"),
    *("we", "when", "wip", "with"),
}


def problems_of(message: str) -> list[str]:
    """What is wrong with a message, each as a sentence; nothing when it is in order."""
    subject, *rest = message.splitlines() or [""]
    found = []
    word = re.match(r"[^\W\d_]+", subject)
    if word is None:
        found.append("The subject does not begin with a word.")
    elif not word.group()[0].isupper():
        found.append(f"“{word.group()}” should begin with a capital letter.")
    elif not is_imperative(word.group()):
        found.append(f"“{word.group()}” is not in the imperative: say what the commit does as an order, “Add”, “Keep”.")
    if len(subject) > SUBJECT:
        found.append(f"The subject has {len(subject)} characters; {SUBJECT} is the most.")
    if rest and rest[0].strip():
        found.append("The line after the subject is not blank.")
    # One long word, such as an address, cannot be broken.
    long = [line for line in rest if len(line) > BODY and " " in line.strip()]
    found += [f"A line of the body has {len(line)} characters; {BODY} is the most: “{line[:40]}…”" for line in long]
    return found


def is_imperative(word: str) -> bool:
    """Whether a first word may be an order: by its ending, for want of a dictionary."""
    low = word.lower()
    if low in NO_VERBS:
        return False
    return low in IMPERATIVE or low.endswith("ss") or not low.endswith(("ed", "ing", "s"))


def message_in(text: str) -> str:
    """The message in a file that git has prepared: without its comments and what stands below the scissors."""
    text = re.split(r"^# -+ >8 -+$", text, maxsplit=1, flags=re.MULTILINE)[0]
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()


def git(*arguments: str) -> str | None:
    """What git answers; None when it refuses or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def commits(since: str) -> dict[str, str] | None:
    """Short number → message of each commit after ``since``, without merges; None where the history is not here."""
    log = git("log", "--no-merges", "-z", "--format=%h%n%B", f"{since}..HEAD")
    if log is None:
        return None
    return {number: text.strip() for entry in log.split("\0") if entry for number, _, text in [entry.partition("\n")]}


def main(arguments: list[str]) -> int:
    if arguments:
        found = {"This message": message_in(Path(arguments[0]).read_text(encoding="utf-8"))}
    else:
        history = commits(LAST_FREE)
        if history is None:
            print(f"NOT CHECKED: the history of this checkout does not reach back to {LAST_FREE[:7]}.")
            return 0
        found = history
    wrong = {name: problems for name, message in found.items() if (problems := problems_of(message))}
    for name, problems in wrong.items():
        print(f"{name}: {found[name].partition(chr(10))[0]}")
        for sentence in problems:
            print(f"    {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
