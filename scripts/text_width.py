"""A check of layout: templates, style sheets and scripts of ours can be read without scrolling sideways.

No line is longer than WIDTH characters, and no line of a template begins two block-level elements. Prints the lines
that break this and returns 1, or nothing and 0.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 120
OURS = ("templates/**/*.html", "templates/**/*.txt", "static/css/*.css", "static/js/**/*.js", "static/*.html")
BLOCKS = (
    "address|article|aside|blockquote|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|"
    "header|hr|legend|li|main|nav|ol|option|p|pre|search|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
BEGINS = re.compile(rf"<(?:{BLOCKS})\b")


def faults_of(path: Path) -> Iterator[str]:
    """Each line that is too long or begins two elements, with its number and why."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if len(line) > WIDTH:
            yield f"{number}: {len(line)} characters, at most {WIDTH}"
        if path.suffix == ".html" and len(BEGINS.findall(line)) > 1:
            yield f"{number}: two block-level elements begin here, at most one a line"


def main() -> int:
    """Look through all files of ours; 1 if anything is wrong."""
    files = sorted({path for pattern in OURS for path in ROOT.glob(pattern)})
    faults = [f"{path.relative_to(ROOT)}:{fault}" for path in files for fault in faults_of(path)]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
