"""Commit messages: what the gate and the hook of git refuse, and what they let pass."""

import shutil
import subprocess
import sys

import pytest

from tests.portal import ROOT

GOOD = "Let nobody overwrite a group unseen\n\nWhoever saves second sees both.\n"


@pytest.fixture
def messages(script):
    return script("commit_messages")


@pytest.fixture
def repository(tmp_path):
    """``repository("commit", …)``: git in an empty repository that has the hook; answers its exit status and words."""
    shutil.copytree(ROOT / "scripts" / "hooks", tmp_path / "scripts" / "hooks")
    shutil.copy(ROOT / "scripts" / "commit_messages.py", tmp_path / "scripts")
    who = ("-c", "user.name=Lena", "-c", "user.email=lena@riverside.example")

    def git(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(["git", *who, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    git("init", "--quiet")
    git("config", "core.hooksPath", "scripts/hooks")
    return git


@pytest.mark.parametrize(
    "message",
    [
        GOOD,
        "Add a lock",
        "Address the guest by name",
        "Write, review and find lessons",
        "Need no network",
        "Focus the first mistake",
        f"Say where it is from\n\nhttps://example.org/{'a' * 100}",
        f"A{'b' * 71}",
    ],
)
def test_a_message_in_order_passes(messages, message):
    assert messages.problems_of(message) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("", "does not begin with a word"),
        ("#7 is mended", "does not begin with a word"),
        ("add a lock", "“add” should begin with a capital letter"),
        ("Added a lock", "“Added” is not in the imperative"),
        ("Adding a lock", "“Adding” is not in the imperative"),
        ("Adds a lock", "“Adds” is not in the imperative"),
        ("The lock is new", "“The” is not in the imperative"),
        (f"A{'b' * 72}", "has 73 characters; 72 is the most"),
        ("Add a lock\nand a key", "line after the subject is not blank"),
        (f"Add a lock\n\nwith {'many ' * 20}keys", "A line of the body has 109 characters; 100 is the most"),
    ],
)
def test_another_is_refused_in_a_sentence(messages, message, words):
    [problem] = messages.problems_of(message)
    assert words in problem


def test_the_commits_of_this_checkout_are_looked_at(messages, monkeypatch, capsys):
    monkeypatch.setattr(messages, "commits", lambda since: {"abc1234": GOOD, "def5678": "fixed it"})
    assert messages.main([]) == 1
    said = capsys.readouterr().out
    assert "abc1234" not in said
    assert "def5678: fixed it\n    “fixed” should begin with a capital letter" in said


def test_a_checkout_without_its_history_passes_and_says_so(messages, monkeypatch, capsys, tmp_path, repository):
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    repository("add", ".")
    repository("commit", "--no-verify", "-m", "all of it at once")
    assert messages.main([]) == 0
    assert "NOT CHECKED: the history of this checkout does not reach back to b5f4211." in capsys.readouterr().out


def test_without_git_it_passes_and_says_so(messages, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert messages.main([]) == 0
    assert "NOT CHECKED" in capsys.readouterr().out


def test_all_commits_since_one_are_found_without_merges(messages, monkeypatch, tmp_path, repository):
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    for message in ("Begin", GOOD, "Add a lock"):
        repository("commit", "--allow-empty", "-m", message)
    assert list(messages.commits("HEAD~2").values()) == [GOOD.strip(), "Add a lock"][::-1]


def test_the_hook_refuses_and_lets_pass(repository):
    repository("add", ".")
    code, said = repository("commit", "-m", "added all")
    assert code == 1
    assert "This message: added all\n    “added” should begin with a capital letter" in said
    code, said = repository("commit", "-m", "Add all")
    assert (code, repository("log", "--format=%s")[1]) == (0, "Add all\n")


def test_what_git_writes_below_a_message_is_no_part_of_it(messages):
    text = (
        "Add a lock\n\nWhy.\n# Please enter\n# ------------------------ >8 ------------------------\ndiff --git a b\n"
    )
    assert messages.message_in(text) == "Add a lock\n\nWhy."


def test_the_script_needs_the_standard_library_alone():
    command = [sys.executable, "-I", "-S", str(ROOT / "scripts" / "commit_messages.py"), "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "The subject does not begin with a word." in done.stdout
