"""The gate itself: what it skips it says, what fails makes it fail."""

import os
import re
import sys

import pytest

from tests.portal import ROOT


@pytest.fixture
def check(script, monkeypatch, tmp_path):
    gate = script("check")
    monkeypatch.setattr(gate, "STRICT", False)
    monkeypatch.setattr(gate, "install", lambda packages: None)
    (tmp_path / "var").mkdir()
    return gate


def use(gate, monkeypatch, *stages, here=True):
    monkeypatch.setattr(gate, "stages", lambda missing=(): list(stages))
    monkeypatch.setattr(gate, "NEEDS", {"browser": (["chromium"], lambda: here)})


def python(gate, code, **options):
    return gate.Stage(options.pop("name", "a stage"), [sys.executable, "-c", code], **options)


def test_all_passed(check, monkeypatch, capfd):
    use(check, monkeypatch, python(check, "print('hello')"))
    assert check.main([]) == 0
    said = capfd.readouterr().out
    assert re.search(r"hello\n── a stage: passed in \d+\.\d s \(processors: \d+\.\d s\)", said)
    assert said.count("a stage: passed in") == 2  # when it ends, and in the table at the end
    assert "1 of 1 stages passed" in said


def test_one_failure_fails_all_but_the_rest_still_runs(check, monkeypatch, capfd):
    use(check, monkeypatch, python(check, "raise SystemExit(1)", name="first"), python(check, "print('later')"))
    assert check.main([]) == 1
    said = capfd.readouterr().out
    assert "later" in said
    assert "FAILED: first" in said


def test_what_cannot_run_is_skipped_loudly(check, monkeypatch, capfd):
    use(check, monkeypatch, python(check, "raise SystemExit(1)", name="in Chromium", needs=("browser",)), here=False)
    assert check.main([]) == 0
    said = capfd.readouterr().out
    assert "NOT TESTED: this machine lacks browser. To test that too, install: chromium" in said
    assert "SKIPPED: in Chromium" in said


def test_strict_skips_nothing(check, monkeypatch):
    monkeypatch.setattr(check, "STRICT", True)
    use(check, monkeypatch, python(check, "", needs=("browser",)), here=False)
    with pytest.raises(SystemExit, match=r"STRICT: this machine lacks browser\. Install: chromium"):
        check.main([])


def test_no_tests_at_all_is_a_failure(check, monkeypatch):
    use(check, monkeypatch, python(check, "raise SystemExit(5)"))
    assert check.main([]) == 1


def test_where_no_pdf_can_be_made_the_other_tests_still_run(check):
    commands = [stage.command for stage in check.stages({"pdf"}) if stage.name.startswith("tests: ")]
    assert [command[-1] for command in commands] == [
        "not browser and not pdf",
        "(database or services) and not browser and not drawn and not pdf",
        "browser and not pdf",
    ]


def test_where_no_pdf_can_be_made_coverage_has_no_floor(check):
    def last_word(missing):
        return next(stage.command[-1] for stage in check.stages(missing) if stage.name == "coverage")

    assert (last_word(()), last_word({"pdf"})) == ("report", "--fail-under=0")


def test_a_mistyped_stage_is_said(check, monkeypatch):
    use(check, monkeypatch, python(check, ""))
    with pytest.raises(SystemExit, match=r"No stage begins so\. There are: a stage"):
        check.main(["tset"])


def test_the_callers_own_settings_play_no_part(check, monkeypatch, tmp_path):
    monkeypatch.setenv("KM_DEMO", "1")
    monkeypatch.setenv("DATABASE_URL", "postgres://real/data")
    monkeypatch.setenv("SMTP_URL", "smtp://real")
    found = check.environment(tmp_path)
    assert (found["KM_DEMO"], found["SMTP_URL"], found["REDIS_URL"]) == ("0", "", "")
    assert found["DATABASE_URL"] == f"sqlite:///{tmp_path}/portal.sqlite3"
    assert found["PATH"] == os.environ["PATH"]


def test_every_variable_of_the_settings_is_fixed_in_the_gate_and_explained_to_people(check, tmp_path):
    text = (ROOT / "kmportal" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', text))
    assert read - {"KM_UPLOAD_LIMIT"} <= set(check.environment(tmp_path))
    explained = (ROOT / ".env.example").read_text()
    assert {name for name in read - {"KM_DEMO", "KM_DEBUG"} if f"#{name}=" not in explained} == set()


def test_make_and_run_know_the_same_commands():
    for_developers = {"help", "format", "hooks", "lock", "pictures"}
    made = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)) - for_developers
    shell = set(re.findall(r"^  ([a-z-]+)\)", (ROOT / "run").read_text(), re.MULTILINE))
    commands = {"run", "first", "serve", "backup", "restore", "test", "bench", "chaos", "sbom", "audit", "demo-reset"}
    assert made == shell == commands
