"""Tagged PDFs: what they say about themselves, and what they may not load."""

import builtins
import io
import logging
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from kmportal.lib import pdf
from kmportal.lib.exceptions import Refusal

pytestmark = pytest.mark.pdf

PAGE = """<!doctype html><html lang="en-GB"><head><title>A title</title>
<link rel="stylesheet" href="css/pdf.css"></head>
<body><h1>One</h1><svg viewBox="0 0 9 9" role="img"><title>Nine by nine</title><rect width="9" height="9"/></svg>
<table><thead><tr><th scope="col">Name</th><th scope="col">Number</th></tr></thead>
<tbody><tr><th scope="row">Ann</th><td>1</td></tr></tbody></table>{}</body></html>"""
STATIC = Path(settings.STATICFILES_DIRS[0]).resolve()


def elements(content: bytes) -> list:
    """All structure elements of a document."""
    found, seen, waiting = [], set(), [PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        item = waiting.pop().get_object()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict) and id(item) not in seen:
            seen.add(id(item))
            found.append(item)
            waiting += [item["/K"]] if "/K" in item else []
    return [item for item in found if item.get("/S")]


def test_language_title_heads_and_pictures_are_said():
    content = pdf.from_html(PAGE.format(""))
    document = PdfReader(io.BytesIO(content))
    root = document.trailer["/Root"]
    assert (root["/Lang"], document.metadata.title, root["/MarkInfo"]["/Marked"]) == ("en-GB", "A title", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    tags = elements(content)
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure"} <= {tag["/S"] for tag in tags}
    assert [tag["/Alt"] for tag in tags if tag["/S"] == "/Figure"] == ["Nine by nine"]
    assert sorted(tag["/A"]["/Scope"] for tag in tags if tag["/S"] == "/TH") == ["/Column", "/Column", "/Row"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "file://elsewhere/static/css/pdf.css",
        f"{STATIC.as_uri()}/../manage.py",
        f"{STATIC.as_uri()}/%2e%2e/manage.py",
        f"{STATIC.as_uri()}-other/file.css",
        "http://127.0.0.1:1/a.png",
        "https://example.org/a.png",
        "ftp://example.org/a.png",
        "data:text/css;base64,eA==",
        "data:image/svg+xml;base64,eA==",
    ],
)
def test_nothing_outside_static_is_opened(address, caplog):
    assert not pdf.may_open(address, STATIC)
    with caplog.at_level(logging.ERROR, "weasyprint"):
        pdf.from_html(PAGE.format(f'<img src="{address}" alt="Something">'))
    assert "may not load" in caplog.text or "Failed to load" in caplog.text


def test_what_may_be_opened():
    assert pdf.may_open((STATIC / "css" / "pdf.css").as_uri(), STATIC)
    assert pdf.may_open("data:image/png;base64,iVBORw0KGgo=", STATIC)


def test_our_own_report_loads_everything(caplog):
    with caplog.at_level(logging.WARNING, "weasyprint"):
        pdf.from_html(PAGE.format(""))
    assert not [record for record in caplog.records if "Failed" in record.getMessage()]


def test_without_pango_a_sentence(monkeypatch):
    ordinary = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return ordinary(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Refusal, match="Pango library is missing"):
        pdf.from_html(PAGE.format(""))
