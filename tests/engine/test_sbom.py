"""The bill of materials and the audit, both held to the lock."""

import base64
import json
import re
from datetime import UTC, datetime

import jsonschema
import pytest

from tests.portal import ROOT

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)
TEXT = {"type": "string", "minLength": 1}
LICENCE = {
    "oneOf": [
        {"required": ["expression"], "properties": {"expression": TEXT}, "additionalProperties": False},
        {
            "required": ["license"],
            "properties": {
                "license": {
                    "oneOf": [{"required": ["id"]}, {"required": ["name"]}],
                    "properties": {"id": TEXT, "name": TEXT},
                    "additionalProperties": False,
                }
            },
            "additionalProperties": False,
        },
    ]
}
COMPONENT = {
    "type": "object",
    "required": ["type", "bom-ref", "name", "version", "purl", "hashes"],
    "properties": {
        "type": {"const": "library"},
        "bom-ref": TEXT,
        "name": TEXT,
        "version": TEXT,
        "purl": {"type": "string", "pattern": r"^pkg:(pypi|npm)/(%40)?[a-z0-9._/-]+@[0-9][\w.+-]*$"},
        "hashes": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["alg", "content"],
                "properties": {
                    "alg": {"enum": ["SHA-256", "SHA-512"]},
                    "content": {"pattern": "^([0-9a-f]{64}|[0-9a-f]{128})$"},
                },
                "additionalProperties": False,
            },
        },
        "licenses": {"type": "array", "minItems": 1, "items": LICENCE},
        "properties": {"type": "array", "items": {"type": "object", "required": ["name", "value"]}},
    },
    "additionalProperties": False,
}
# The part of CycloneDX 1.6 that we write, with its own rules for it.
SHAPE = {
    "type": "object",
    "required": ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"],
    "properties": {
        "bomFormat": {"const": "CycloneDX"},
        "specVersion": {"const": "1.6"},
        "serialNumber": {"pattern": "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "version": {"const": 1},
        "metadata": {"type": "object", "required": ["timestamp", "component"]},
        "components": {"type": "array", "items": COMPONENT, "uniqueItems": True},
        "dependencies": {"type": "array", "uniqueItems": True},
    },
    "additionalProperties": False,
}


@pytest.fixture
def bill(script):
    return script("sbom").bill_of_materials(AT)


@pytest.fixture
def audit(script):
    script("sbom")
    return script("audit")


def test_the_bill_has_the_shape_that_other_programs_read(bill):
    jsonschema.validate(bill, SHAPE)


def test_everything_of_the_lock_is_in_it_with_every_hash(bill):
    lock = (ROOT / "requirements.txt").read_text()
    named = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+-]+)", lock, re.MULTILINE)
    libraries = [part for part in bill["components"] if part["purl"].startswith("pkg:pypi/")]
    assert [(part["name"], part["version"]) for part in libraries] == named
    written = [value["content"] for part in libraries for value in part["hashes"]]
    assert written == re.findall(r"--hash=sha256:(\w+)", lock)


def test_everything_of_the_front_end_is_in_it(bill):
    packages = json.loads((ROOT / "static/vendor/vendor.lock.json").read_text())["packages"]
    parts = {
        f"{part['name']}@{part['version']}": part["hashes"][0]["content"]
        for part in bill["components"]
        if part["purl"].startswith("pkg:npm/")
    }
    assert parts == {
        name: base64.b64decode(checksum.removeprefix("sha512-")).hex() for name, checksum in packages.items()
    }


def test_each_library_is_wanted_by_somebody_and_licensed(bill):
    refs = {part["bom-ref"] for part in bill["components"]}
    wanted = {ref for line in bill["dependencies"] for ref in line["dependsOn"]}
    assert wanted == refs
    assert {line["ref"] for line in bill["dependencies"]} >= {part for part in refs if "pypi" in part}
    unlicensed = {part["name"] for part in bill["components"] if "licenses" not in part and "properties" not in part}
    assert unlicensed == set()


def test_the_bill_is_written_where_it_is_asked_for(script, tmp_path, capsys):
    path = tmp_path / "new" / "bill.json"
    assert script("sbom").main([str(path)]) == 0
    number = len(json.loads(path.read_text())["components"])
    assert f"{number} libraries and packages are written down in {path}." in capsys.readouterr().out


def answer(*libraries):
    return json.dumps({"dependencies": list(libraries), "fixes": []})


SOUND = {"name": "celery", "version": "1", "vulns": []}
WEAK = {"name": "django", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"], "aliases": []}]}
SKIPPED = {"name": "redis", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("libraries", "names", "code", "end"),
    [
        ([SOUND], {"celery"}, 0, ["1 of 1 libraries.", "weaknesses: 0.", "Not looked up: none."]),
        ([SOUND, WEAK], {"celery", "django"}, 1, ["2 of 2 libraries.", "weaknesses: 1.", "Not looked up: none."]),
        ([SOUND, SKIPPED], {"celery", "redis"}, 2, ["1 of 2 libraries.", "weaknesses: 0.", "Not looked up: redis."]),
        ([WEAK, SKIPPED], {"django", "redis"}, 1, ["1 of 2 libraries.", "weaknesses: 1.", "Not looked up: redis."]),
    ],
)
def test_the_audit_says_what_it_found_and_what_it_could_not(audit, capsys, libraries, names, code, end):
    found = audit.Found()
    found.take(answer(*libraries))
    assert audit.report(found, names, {"django"}) == code
    last = capsys.readouterr().out.splitlines()[-3:]
    assert all(line.endswith(words) for line, words in zip(last, end, strict=True))


def test_what_one_service_skipped_is_asked_of_the_other(audit, monkeypatch):
    asked = []

    def ask(tool, service, names):
        asked.append((service, len(names)))
        return answer(*({"name": name, "vulns": []} for name in sorted(names)[: 5 if service == "pypi" else None]))

    monkeypatch.setattr(audit, "install_tool", lambda: ROOT)
    monkeypatch.setattr(audit, "ask", ask)
    assert audit.main() == 0
    everything = asked[0][1]
    assert asked == [("pypi", everything), ("osv", everything - 5)]


@pytest.mark.parametrize("said", ["", "Traceback", "[]", "{}"])
def test_no_answer_means_that_nothing_was_looked_up(audit, monkeypatch, said, capsys):
    monkeypatch.setattr(audit, "install_tool", lambda: ROOT)
    monkeypatch.setattr(audit, "ask", lambda tool, service, names: said)
    assert audit.main() == 2
    assert "Looked up: 0 of " in capsys.readouterr().out


def test_without_the_tool_nothing_was_looked_up(audit, monkeypatch, capsys):
    monkeypatch.setattr(audit, "install_tool", lambda: None)
    assert audit.main() == 2
    assert "could not be installed" in capsys.readouterr().out
