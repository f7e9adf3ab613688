"""The charts and the sheet in a PDF: tagged, every picture with its words, nothing that WeasyPrint cannot read."""

import io
import logging

import pytest
from django.template import engines
from pypdf import PdfReader

from kmportal.lib import pdf
from kmportal.lib.samples import component_values

pytest.importorskip("weasyprint", reason="Pango is missing", exc_type=OSError)
REPORT = """{% extends "pdf/base.html" %}{% block title %}Gap report{% endblock %}{% block main %}<h1>Gap report</h1>
{% figure radar "Radar" %}{% figure gaps "Gaps" %}{% figure punctuality "Columns" %}{% chart timeline "narrow" %}
{% balance_table balance %}{% endblock %}"""


def pictures(reader):
    """The words of every picture in the tree of tags."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                yield str(node.get("/Alt", ""))
            if "/K" in node and not isinstance(node["/K"], int):
                waiting.append(node["/K"])


def test_charts_reach_the_paper_with_their_words(caplog):
    values = {**component_values(), "organisation": "Riverside"}
    html = engines["django"].from_string(REPORT).render(values)
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        reader = PdfReader(io.BytesIO(pdf.from_html(html)))
    assert [record.getMessage() for record in caplog.records if record.name == "weasyprint"] == []
    told = set(pictures(reader))
    for name in ("radar", "gaps", "punctuality", "timeline"):
        assert values[name].title in told
    text = " ".join(page.extract_text() for page in reader.pages)
    for words in ("C4 Acting on lessons", "Target", "Get advocates, buy-in and ownership", "1 of "):
        assert words in text
