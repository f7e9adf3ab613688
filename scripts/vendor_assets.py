"""Fetch the vendored assets again, cut to what the portal uses: govuk-frontend, the typeface, the icons.

    .venv/bin/python scripts/vendor_assets.py [PACKAGE.tgz ...]

Packages come from the command line or through ``npm pack``; each must have the checksum in ``PACKAGES``. What is
written is committed, so a machine that only runs the portal needs neither npm nor this script. Files and checksums
stand in ``static/vendor/vendor.lock.json``; a test compares them.

* govuk-frontend: its typeface may only be used by one government's site, and its crest images and source maps would
  point nowhere: all three are taken out.
* Atkinson Hyperlegible Next: the slash of its zero disturbs in dates and figures and has no switch, so ``zero`` is
  drawn again without it; the slashed one stays in a file of its own for codes.
* DejaVu Sans and Noto Sans for five scripts of India: further letters for PDFs, which can load nothing else.
* Lucide: the icons that are used, as one sprite.
"""

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parent.parent / "static"
GOVUK = "govuk-frontend@6.6.0"
FONT = "@fontsource-variable/atkinson-hyperlegible-next@5.3.0"
LETTERS = "dejavu-fonts-ttf@2.37.3"
NOTO_SUMS = {
    "bengali": "sha512-EFBMU0UvzyFSc1ERK369zfqEu6DMRuWmCQ2+2ahhQTQAIDPEyN1UYlQdQeFkheu2DWG2hfdwrhiLlGFl2sSr/A==",
    "devanagari": "sha512-7khYmipS/5KAUUmrO1DKir8yL8XI00d0+ZE9BqbS8XF1jzObv6CpPOk3UeYxF+Pvi8bx9bBvprBCOcbx/eQWTQ==",
    "gujarati": "sha512-vTIzI/j4B6FTQ8LV+0e8Ozp8eXNMHWWD8fsVvfaUjhD6w/TPDugOss88k3eMzDcR5lR+XxQCKgUd6V8qRROjtg==",
    "gurmukhi": "sha512-kORmHl4RCqVsPwDPgWxCHWUETSnI+6m6aPsJmGf7K3PJorPKHUZesABxhZcsnYVZkKS/4abE3QgJgjuhWpA13g==",
    "tamil": "sha512-webid7fyBljiIEJ1hXuey48vCUe2Oq3/EwYjo6XBtXItO9FoUmqy0bEnXA5iE++iC324BTI8QMy80SYtDheCzA==",
}
NOTO = {script: f"@fontsource/noto-sans-{script}@5.3.0" for script in NOTO_SUMS}
LUCIDE = "lucide-static@1.62.0"
PACKAGES = {
    GOVUK: "sha512-xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg==",
    FONT: "sha512-UnLzNUy1RWoLDfydAatP4NaRm99X/WbQEph7q/PymJnCFIOOwKOx3pBmp5ys8trO0dM+CKGuJgeZP9fAR4mQpA==",
    LETTERS: "sha512-f1hd7jJbeQa1VWcw+K2KrTXS50zTMaHpVC4XIKJpNcDeYR5ajMtj/iLlQDYNvLOKamUB3ARVVCf79lNwNVztSQ==",
    **{NOTO[script]: checksum for script, checksum in NOTO_SUMS.items()},
    LUCIDE: "sha512-WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==",
}
ICONS = """
archive arrow-down arrow-left arrow-right arrow-up bell calendar check chevron-down circle-alert circle-check
circle-dashed circle-x clock cloud-check copy download eye eye-off file-text flag history info lightbulb link
lock log-out mail menu message-circle monitor pause pencil play plus printer refresh-cw rotate-ccw search send
settings sprout thumbs-up trash-2 triangle-alert upload user user-plus users wifi-off x
"""


def fetch(package: str, given: list[Path]) -> tarfile.TarFile:
    """The package's tarball: one of the given files, or a fresh one, whichever has the right checksum."""
    for path in given:
        if checksum(path.read_bytes()) == PACKAGES[package]:
            return tarfile.open(path)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", package, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        content = next(Path(folder).glob("*.tgz")).read_bytes()
    if checksum(content) != PACKAGES[package]:
        sys.exit(f"{package} is not the package that we know: its checksum differs.")
    return tarfile.open(fileobj=io.BytesIO(content))


def checksum(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def read(tarball: tarfile.TarFile, name: str) -> bytes:
    file = tarball.extractfile(f"package/{name}")
    must(file is not None, f"{name} is missing")
    return file.read()  # type: ignore[union-attr]


def must(holds: bool, sentence: str) -> None:
    if not holds:
        sys.exit(sentence)


def write_govuk(tarball: tarfile.TarFile) -> list[Path]:
    folder = STATIC / "vendor" / "govuk-frontend-6.6.0"
    folder.mkdir(parents=True, exist_ok=True)
    css = read(tarball, "dist/govuk/govuk-frontend.min.css").decode()
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", "var(--font,system-ui,sans-serif)")
    css = re.sub(r"[a-z-]+:url\(/assets/[^)]*\)[^;}]*;?", "", css)
    css = re.sub(r"/\*# sourceMappingURL.*", "", css)
    js = re.sub(r"//# sourceMappingURL.*", "", read(tarball, "dist/govuk/govuk-frontend.min.js").decode())
    for word in ("GDS", "/assets", "sourceMapping"):
        must(word not in css, f"{word} is still in the style sheet.")
    (folder / "govuk-frontend.min.css").write_text(css)
    (folder / "govuk-frontend.min.js").write_text(js)
    return sorted(folder.glob("*.min.*"))


def write_fonts(tarball: tarfile.TarFile) -> list[Path]:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    folder = STATIC / "fonts"
    folder.mkdir(exist_ok=True)
    name = "atkinson-hyperlegible-next-{}.woff2"
    latin, italic, ext = (
        name.format(part) for part in ("latin-wght-normal", "latin-wght-italic", "latin-ext-wght-normal")
    )
    (folder / ext).write_bytes(read(tarball, f"files/{ext}"))
    for file in (latin, italic):
        font = TTFont(io.BytesIO(read(tarball, f"files/{file}")), recalcTimestamp=False)
        draw_plain_zero(font)
        font.save(folder / file.replace("-wght", "-plain-zero-wght"))
    slashed = TTFont(io.BytesIO(read(tarball, f"files/{latin}")), recalcTimestamp=False)
    options = Options()
    options.flavor, options.layout_features = "woff2", []
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord("0")])
    subsetter.subset(slashed)
    slashed.save(folder / name.format("slashed-zero-wght-normal"))
    return sorted(folder.glob("atkinson-*.woff2"))


def write_further_letters(letters: tarfile.TarFile, scripts: dict[str, tarfile.TarFile]) -> list[Path]:
    """The letters that Atkinson lacks. Only the worker reads them, so as WOFF: WOFF 2 takes a second to unpack."""
    from fontTools.ttLib import TTFont

    folder, contents = STATIC / "fonts", {"dejavu-sans": read(letters, "ttf/DejaVuSans.ttf")}
    for script, tarball in scripts.items():
        contents[f"noto-sans-{script}"] = read(tarball, f"files/noto-sans-{script}-{script}-400-normal.woff2")
    for name, content in contents.items():
        font = TTFont(io.BytesIO(content), recalcTimestamp=False)
        font.flavor = "woff"
        font.save(folder / f"{name}.woff")
    (folder / "dejavu-LICENSE.txt").write_bytes(read(letters, "LICENSE"))
    (folder / "noto-LICENSE.txt").write_bytes(read(next(iter(scripts.values())), "LICENSE"))
    return sorted(folder / f"{name}.woff" for name in contents)


def draw_plain_zero(font: Any) -> None:
    """Close the cut that the slash makes in the counter of ``zero``, in every weight.

    The counter consists of two halves; each ends at the slash with a straight edge. The halves become one contour:
    where the edges were, a curve runs on in the direction of both ends. Its control point is a fixed sum of the
    points beside it, so the same sum of their movements moves it over the weights.
    """
    from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates
    from fontTools.varLib.iup import iup_delta

    glyf = font["glyf"]
    glyph = glyf["zero"]
    with_metrics, control = glyf._getCoordinatesAndControls("zero", font["hmtx"].metrics)
    ends, on_curve = list(control.endPts), list(glyph.flags)
    must(len(ends) == 3, "The zero was drawn differently.")
    halves = [list(range(start + 1, end + 1)) for start, end in pairwise(ends)]
    first, second = (turn_to_edge(half, with_metrics, on_curve) for half in halves)
    # first[0] and second[0] start at the end of their edge, first[-1] and second[-1] stand at its beginning
    bridges = [bridge(first[-2:], second[:2], with_metrics), bridge(second[-2:], first[:2], with_metrics)]

    def joined(values: Any) -> list[tuple[float, float]]:
        controls = [tuple(sum(w * values[i][k] for i, w in parts) for k in (0, 1)) for parts in bridges]
        inner = [*(values[i] for i in first), controls[0], *(values[i] for i in second), controls[1]]
        return [tuple(map(round, point)) for point in [*values[: ends[0] + 1], *inner]]

    for variation in font["gvar"].variations["zero"]:
        moved = iup_delta(variation.coordinates, with_metrics, ends)
        variation.coordinates = [*joined(moved), *(tuple(map(round, phantom)) for phantom in moved[-4:])]
    glyph.coordinates = GlyphCoordinates(joined(with_metrics))
    flags = [on_curve[i] for i in range(ends[0] + 1)]
    flags += [*(on_curve[i] for i in first), 0, *(on_curve[i] for i in second), 0]
    glyph.flags = bytearray(flags)
    glyph.endPtsOfContours = [ends[0], len(flags) - 1]
    glyph.numberOfContours = 2
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 16):
            record.string = f"{record} with a plain zero"


def turn_to_edge(contour: list[int], points: Any, on_curve: list[int]) -> list[int]:
    """The same contour, beginning where its straight edge ends."""

    def edge(k: int) -> float:
        a, b = contour[k - 1], contour[k]
        (ax, ay), (bx, by) = points[a], points[b]
        return float(on_curve[a] and on_curve[b] and (ax - bx) ** 2 + (ay - by) ** 2)

    start = max(range(len(contour)), key=edge)
    return contour[start:] + contour[:start]


def bridge(before: list[int], after: list[int], points: Any) -> list[tuple[int, float]]:
    """Where the ways of two contour ends cross, as a sum: (point, weight) pairs. Half is reckoned from either end."""
    (p, a), (b, q) = before, after
    (ux, uy), (vx, vy) = (
        (points[a][0] - points[p][0], points[a][1] - points[p][1]),
        (points[b][0] - points[q][0], points[b][1] - points[q][1]),
    )
    dx, dy = points[b][0] - points[a][0], points[b][1] - points[a][1]
    across = ux * vy - uy * vx
    s, t = (dx * vy - dy * vx) / across, (dx * uy - dy * ux) / across
    return [(a, (1 + s) / 2), (p, -s / 2), (b, (1 + t) / 2), (q, -t / 2)]


def write_icons(tarball: tarfile.TarFile) -> list[Path]:
    shared = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
    shared += ' stroke-linecap="round" stroke-linejoin="round"'
    symbols = []
    for name in ICONS.split():
        drawing = re.sub(r"^.*?<svg[^>]*>|</svg>.*$", "", read(tarball, f"icons/{name}.svg").decode(), flags=re.DOTALL)
        symbols.append(f'<symbol id="{name}" {shared}>{" ".join(drawing.split())}</symbol>')
    path = STATIC / "img" / "icons.svg"
    note = "<!-- Lucide icons, ISC licence, see vendor/lucide-LICENSE.txt -->"
    path.write_text(f'{note}\n<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")
    (STATIC / "vendor" / "lucide-LICENSE.txt").write_bytes(read(tarball, "LICENSE"))
    return [path]


def main() -> None:
    given = [Path(argument) for argument in sys.argv[1:]]
    files = write_govuk(fetch(GOVUK, given)) + write_fonts(fetch(FONT, given))
    files += write_further_letters(
        fetch(LETTERS, given), {script: fetch(package, given) for script, package in NOTO.items()}
    )
    files += write_icons(fetch(LUCIDE, given))
    lock = {
        "packages": PACKAGES,
        "files": {str(f.relative_to(STATIC)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files},
    }
    (STATIC / "vendor" / "vendor.lock.json").write_text(json.dumps(lock, indent=2) + "\n")
    print(f"{len(files)} files written.")


if __name__ == "__main__":
    main()
