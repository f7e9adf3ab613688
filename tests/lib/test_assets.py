"""What is served as files: the vendored ones are those we know, nothing points nowhere, colours can be read."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from jobs.management.commands.prepare import static_digest

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "pdf" not in path.parts]


def icon_names():
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text()))


def test_vendored_files_are_those_that_we_know():
    lock = json.loads((STATIC / "vendor" / "vendor.lock.json").read_text())
    found = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in lock["files"]}
    assert found == lock["files"]


def test_every_vendored_thing_has_its_licence():
    fonts = ("fonts/OFL.txt", "fonts/dejavu-LICENSE.txt", "fonts/noto-LICENSE.txt")
    for licence in (*fonts, "vendor/govuk-frontend-6.6.0/LICENSE.txt", "vendor/lucide-LICENSE.txt"):
        assert (STATIC / licence).read_text().strip()


def test_collecting_with_hashed_names_finds_everything(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert manifest["css/kit.css"] != "css/kit.css"
    assert "../fonts/" in (tmp_path / manifest["css/tokens.css"]).read_text()


def test_tests_pack_nothing_into_what_the_portal_serves(settings):
    for folder in (settings.STATIC_ROOT, settings.MEDIA_ROOT):
        assert Path(folder).is_relative_to(settings.DATA_DIR)
        assert not Path(folder).is_relative_to(settings.BASE_DIR)


def test_another_way_of_packing_packs_anew(settings):
    before = static_digest()
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "another.Storage"}}
    assert static_digest() != before


@pytest.mark.parametrize("sheet", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_point_at_files_of_ours(sheet):
    for address in re.findall(r"url\(\"?([^\")]+)\"?\)", sheet.read_text()):
        assert (sheet.parent / address).resolve().is_file(), address


def test_nothing_is_loaded_from_elsewhere():
    for path in [*PAGES, *STATIC.glob("css/*.css"), *STATIC.glob("js/*.js"), STATIC / "unavailable.html"]:
        loaded = re.findall(r"(?:src|@import|url\(|<link[^>]*href)\s*=?\s*[\"'(]?(https?:)?//", path.read_text())
        assert not loaded, path


def test_no_page_has_inline_script_or_style():
    script = r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))"  # what is JSON is never run
    inline = re.compile(rf"<style|\sstyle=|{script}|\son[a-z]+=|javascript:|hx-on")
    assert [str(path) for path in PAGES if inline.search(path.read_text())] == []


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    known = icon_names()
    for path in TEMPLATES:
        text = path.read_text()
        asked = re.findall(r"{% icon \"([^\"]+)\" %}", text)
        asked += re.findall(r"{% state \"[^\"]*\" \"([^\"]+)\"", text)
        asked += re.findall(r"icon_name=\"([^\"]+)\"", text)
        assert set(asked) <= known, path


def test_every_file_that_a_template_names_exists():
    for path in TEMPLATES:
        for name in re.findall(r"{% static \"([^\"]+)\" %}", path.read_text()):
            assert finders.find(name), f"{path}: {name}"


# --- Colours --------------------------------------------------------------------------------------------------------


def tokens():
    """The colours of ``tokens.css``: light, and dark over light."""
    text = (STATIC / "css" / "tokens.css").read_text()
    dark_at, end = text.index("prefers-color-scheme: dark"), text.index("Hand our values")

    def read(part):
        return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part))

    light = read(text[:dark_at])
    return {"light": light, "dark": {**light, **read(text[dark_at:end])}}


def luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ["paper", "wash", "wash-2", "accent-wash", "primary-wash"]
STATUS = ["good", "warn", "bad", "info"]
PAIRS = [
    *((ink, ground, 4.5) for ink in ("ink", "ink-2", "primary") for ground in GROUNDS),
    ("on-primary", "primary", 4.5),
    ("on-primary", "primary-hover", 4.5),
    *((status, ground, 4.5) for status in STATUS for ground in ("paper", f"{status}-wash", "accent-wash")),
    *(("ink", f"{status}-wash", 4.5) for status in STATUS),
    *(("line-strong", ground, 3) for ground in ("paper", "wash", "accent-wash")),
    *(("focus-out", ground, 3) for ground in GROUNDS),
    ("focus-in", "focus-out", 3),
    ("focus-in", "primary", 3),
    *((f"s{step}-on", f"s{step}", 4.5) for step in range(1, 6)),
    *((f"s{step}-edge", "paper", 3) for step in range(1, 6)),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_told_apart(theme):
    colours = tokens()[theme]
    found = [(a, b, round(contrast(colours[a], colours[b]), 2), least) for a, b, least in PAIRS]
    assert [row for row in found if row[2] < row[3]] == []


def test_charts_use_the_colours_of_the_light_theme():
    """Attributes in drawings are what the PDF shows: a colour of no token would be a stranger there."""
    known = set(tokens()["light"].values()) | {"#ffffff", "#fff"}
    for path in (ROOT / "templates" / "components").rglob("*.html"):
        assert set(re.findall(r"#[0-9a-f]{6}\b", path.read_text())) <= known, path
    looks = (ROOT / "kmportal" / "lib" / "charts" / "steps.py").read_text()
    assert set(re.findall(r"#[0-9a-f]{6}\b", looks)) <= known


def test_every_class_of_the_kit_that_a_page_uses_is_in_a_style_sheet():
    sheets = "".join(path.read_text() for path in (STATIC / "css").glob("*.css"))
    known = set(re.findall(r"\.((?:km|c|is)-[\w-]+)", sheets))
    unknown = {}
    for path in TEMPLATES:
        for value in re.findall(r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", "*", path.read_text())):
            for name in value.split():
                if name.startswith(("km-", "c-", "is-")) and "*" not in name and name not in known:
                    unknown.setdefault(name, str(path.relative_to(ROOT)))
    assert unknown == {}


def test_a_button_that_shows_what_people_named_may_break_a_long_word():
    """A file, a person, an organisation: names of a hundred letters are wider than a phone."""
    theirs = re.compile(
        r"\{\{ [\w.]*(?:\bname|person|first_name|organisation|source|email|title|can_undo) ?(?:\||\}\})"
    )
    ours = ("columns.0.name", "column.name")
    wide = []
    for path in PAGES:
        text = path.read_text()
        for button in re.finditer(r'class="([^"]*(?:govuk-button|km-btn)[^"]*)"', text):
            words = re.split(r"</a>|</button>", text[button.end() : button.end() + 900])[0].partition(">")[2]
            words = re.sub(r'(?s)<span class="km-hide">.*?</span>', "", words)
            if theirs.search(words) and not any(name in words for name in ours) and "km-breakable" not in button[1]:
                wide.append((path.name, " ".join(words.split())))
    assert wide == []
