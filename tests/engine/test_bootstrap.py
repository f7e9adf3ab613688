"""The first command on a new machine: it works, or says in a sentence what is wrong and what to type."""

import ast
import sys
from types import SimpleNamespace

import pytest

from tests.portal import ROOT


@pytest.fixture
def bootstrap(script, monkeypatch):
    monkeypatch.setenv("KM_TARGET", "run")
    return script("bootstrap")


@pytest.fixture
def place(bootstrap, tmp_path, monkeypatch):
    """A fresh copy of the project with nothing in it but the pinned lists; ``place.done`` tells what was made."""
    done = []
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("django==5.2\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")

    def make_venv():
        done.append("venv")
        bootstrap.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        bootstrap.PYTHON.touch()

    monkeypatch.setattr(bootstrap, "make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "install", lambda path: done.append(path.name))
    return SimpleNamespace(done=done, folder=tmp_path)


def test_any_python_3_can_read_it():
    ast.parse((ROOT / "scripts" / "bootstrap.py").read_text(), feature_version=(3, 4))


@pytest.mark.parametrize(
    ("newer", "advice"),
    [("python3.12", "Try: make run PYTHON=python3.12"), ("", "Install a newer one, then: make run")],
)
def test_an_old_python_says_what_to_type(bootstrap, monkeypatch, capsys, newer, advice):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(bootstrap, "works", lambda name: name == newer)
    with pytest.raises(SystemExit) as stopped:
        bootstrap.check_python()
    said = capsys.readouterr().err
    assert said == f"KM Portal needs Python 3.11 or newer; this is Python 3.9. {advice}\n"
    assert stopped.value.code == 1


def test_a_missing_venv_says_what_to_install(bootstrap, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit):
        bootstrap.check_python()
    assert "apt install python3-venv, then: make run" in capsys.readouterr().err


def test_an_old_sqlite_is_refused(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr("sqlite3.sqlite_version", "3.34.1")
    with pytest.raises(SystemExit):
        bootstrap.check_python()
    assert "needs SQLite 3.35 or newer; this Python brings 3.34.1" in capsys.readouterr().err


def test_a_missing_pango_is_said_but_stops_nothing(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "can_load", lambda *names: False)
    bootstrap.check_pango()
    said = capsys.readouterr().err
    assert said.startswith("PDFs will not work: the Pango library is missing. Everything else does.")
    assert "apt install libpango-1.0-0" in said


def test_a_shared_library_that_is_there_is_found_and_another_is_not(bootstrap):
    assert bootstrap.can_load("libc.so.6", "c")
    assert not bootstrap.can_load("libno-such-thing.so.9", "no-such-thing")


def test_libraries_are_installed_once_and_again_when_the_list_changes(bootstrap, place):
    bootstrap.bring_libraries(dev=False)
    bootstrap.bring_libraries(dev=False)
    assert place.done == ["venv", "requirements.txt"]
    (place.folder / "requirements.txt").write_text("django==5.2.1\n")
    bootstrap.bring_libraries(dev=False)
    assert place.done == ["venv", "requirements.txt"] * 2


def test_libraries_are_installed_again_for_another_python(bootstrap, place, monkeypatch):
    bootstrap.bring_libraries(dev=True)
    monkeypatch.setattr(sys, "version", "3.14.0 (another one)")
    bootstrap.bring_libraries(dev=True)
    assert place.done == ["venv", "requirements-dev.txt"] * 2


def test_an_installation_that_broke_off_is_done_again(bootstrap, place, monkeypatch):
    def break_off(path):
        raise KeyboardInterrupt

    good = bootstrap.install
    monkeypatch.setattr(bootstrap, "install", break_off)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.bring_libraries(dev=False)
    monkeypatch.setattr(bootstrap, "install", good)
    bootstrap.bring_libraries(dev=False)
    assert place.done[-1] == "requirements.txt"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "does not reach the Python package index"),
        ("OSError: [Errno 28] No space left on device", "The disk is full. Make room"),
        ("error: command 'gcc' failed", "Could not install the libraries; the lines above say why"),
    ],
)
def test_what_pip_could_not_do_is_said_in_a_sentence(bootstrap, monkeypatch, capsys, tmp_path, words, sentence):
    pip = tmp_path / "python"
    pip.write_text(f'#!/bin/sh\necho "{words}"\nexit 1\n')
    pip.chmod(0o755)
    monkeypatch.setattr(bootstrap, "PYTHON", pip)
    with pytest.raises(SystemExit):
        bootstrap.install(ROOT / "requirements.txt")
    said = capsys.readouterr().err
    assert words in said
    assert sentence in said


def test_a_command_that_is_not_there_is_said(bootstrap, capsys):
    with pytest.raises(SystemExit):
        bootstrap.main(["dance"])
    assert capsys.readouterr().err == "There is no command “dance”. This lists all: make help\n"


def test_the_command_takes_the_place_of_this_process(bootstrap, place, monkeypatch):
    became = []
    (place.folder / "scripts").mkdir()
    (place.folder / "scripts" / "start.py").touch()
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, arguments: became.append((path, arguments)))
    bootstrap.main(["start", "--loud"])
    python = str(bootstrap.PYTHON)
    assert became == [(python, [python, str(place.folder / "scripts" / "start.py"), "--loud"])]
