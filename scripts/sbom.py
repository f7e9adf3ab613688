"""Software bill of materials: write var/sbom.cdx.json (CycloneDX 1.6), what the portal consists of beside our own code.

    python scripts/sbom.py [FILE]

Libraries come from the lock with all their hashes, licences from what is installed here; a library for another
platform has none. The front-end packages of static/vendor come from ``vendor.lock.json``.
"""

import base64
import json
import re
import sys
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The licence of each package of static/vendor, as its own file there says.
FRONT_END_LICENCES = {
    "govuk-frontend": "MIT",
    "@fontsource-variable/atkinson-hyperlegible-next": "OFL-1.1",
    "dejavu-fonts-ttf": "Bitstream-Vera",
    "@fontsource/noto-sans-bengali": "OFL-1.1",
    "@fontsource/noto-sans-devanagari": "OFL-1.1",
    "@fontsource/noto-sans-gujarati": "OFL-1.1",
    "@fontsource/noto-sans-gurmukhi": "OFL-1.1",
    "@fontsource/noto-sans-tamil": "OFL-1.1",
    "lucide-static": "ISC",
}
OURS = "kmportal"


@dataclass(frozen=True)
class Pin:
    """One library of a lock."""

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)
    wanted_by: list[str] = field(default_factory=list)

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(path: Path) -> list[Pin]:
    """The libraries of a lock in its order."""
    pins = []
    for entry in re.split(r"^(?=\w[\w.-]*(?:\[[\w,-]+\])?==)", path.read_text(), flags=re.MULTILINE)[1:]:
        head, _, marker = entry.partition("\n")[0].rstrip("\\ ").partition(";")
        name, _, version = head.strip().partition("==")
        reasons = re.findall(r"^ +# +(?:via +)?([\w-]+)", entry, re.MULTILINE)
        pins.append(
            Pin(
                name=re.sub(r"\[.*", "", name).lower(),
                version=version,
                marker=marker.strip(),
                hashes=re.findall(r"--hash=sha256:([0-9a-f]{64})", entry),
                wanted_by=[name for name in reasons if name != "via"],
            )
        )
    return pins


def licences_of(name: str) -> list[dict[str, Any]]:
    """What the installed library says of its licence: an expression of SPDX, else its words, else nothing."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return []
    if expressions := said.get_all("License-Expression"):
        return [{"expression": expressions[0]}]
    classifiers = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License")
    ]
    words = classifiers or [line for line in "".join(said.get_all("License") or []).splitlines()[:1] if line]
    return [{"license": {"name": word}} for word in words]


def component_of_library(pin: Pin) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "hashes": [{"alg": "SHA-256", "content": value} for value in pin.hashes],
    }
    if licences := licences_of(pin.name):
        component["licenses"] = licences
    if pin.marker:
        component["properties"] = [{"name": "kmportal:only-where", "value": pin.marker}]
    return component


def components_of_front_end() -> list[dict[str, Any]]:
    """The packages from which the files of static/vendor, the fonts and the icons were cut."""
    components = []
    for package, checksum in json.loads((ROOT / "static/vendor/vendor.lock.json").read_text())["packages"].items():
        name, _, version = package.rpartition("@")
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        digest = base64.b64decode(checksum.removeprefix("sha512-")).hex()
        components.append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "hashes": [{"alg": "SHA-512", "content": digest}],
                "licenses": [{"license": {"id": FRONT_END_LICENCES[name]}}],
            }
        )
    return components


def bill_of_materials(at: datetime) -> dict[str, Any]:
    """The whole bill. Its serial number follows from its contents: the same libraries, the same number."""
    pins = read_lock(ROOT / "requirements.txt")
    front_end = components_of_front_end()
    refs = {pin.name: pin.purl for pin in pins}
    version = (ROOT / "VERSION").read_text().strip()
    root = f"pkg:generic/{OURS}@{version}"
    asks = {root: [part["bom-ref"] for part in front_end], **{pin.purl: [] for pin in pins}}
    for pin in pins:
        for name in pin.wanted_by:
            asks[root if name == OURS else refs[name]].append(pin.purl)
    contents = "\n".join([root, *sorted([*refs.values(), *asks[root]])])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, contents)}",
        "version": 1,
        "metadata": {
            "timestamp": at.isoformat(timespec="seconds"),
            "component": {"type": "application", "bom-ref": root, "name": OURS, "version": version},
        },
        "components": [*(component_of_library(pin) for pin in pins), *front_end],
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(needs))} for ref, needs in asks.items()],
    }


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else ROOT / "var" / "sbom.cdx.json"
    bill = bill_of_materials(datetime.now(UTC))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill, indent=2) + "\n")
    without = [part["name"] for part in bill["components"] if "licenses" not in part]
    print(f"{len(bill['components'])} libraries and packages are written down in {path}.")
    if without:
        print(f"No licence could be read here for: {', '.join(without)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
