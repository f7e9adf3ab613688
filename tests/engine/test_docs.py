"""The pages for those who work on the portal, held to what is there."""

import re

from tests.portal import ROOT

DECISIONS = ROOT / "docs" / "decisions"


def test_decisions_are_numbered_in_a_row_and_stand_in_the_index():
    pages = sorted(DECISIONS.glob("0*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    heads = [page.read_text().split("\n", 1)[0].removeprefix("# ").split(". ", 1) for page in pages]
    lines = [f"{number}. [{title}]({page.name})" for page, (number, title) in zip(pages, heads, strict=True)]
    assert re.findall(r"^\d+\. .*$", (DECISIONS / "README.md").read_text(), re.MULTILINE) == lines


def test_what_the_pages_name_is_there():
    """Files and folders that a page names between backticks exist."""
    named = re.compile(r"`((?:docs|roadmap|techniques|selfassessment|lessons|kmportal|organisations|tests)/[\w./-]+)`")
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]
    missing = [
        f"{page.name}: {path}"
        for page in pages
        for path in named.findall(page.read_text())
        if "…" not in path and not list(ROOT.glob(path.rstrip("/")))
    ]
    assert not missing
