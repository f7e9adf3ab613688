"""Coverage of templates: what was drawn is noted, and nothing else."""

from pathlib import Path

import pytest
from coverage import CoverageData
from django.conf import settings
from django.template import Context, Engine
from django.template.base import Node, TextNode
from django.template.loader import get_template

from tests.template_lines import TemplateLines

PAGE = """{% if yes %}
  drawn {{ yes }}
{% else %}
  not drawn
{% endif %}
{% for one in many %}
  {{ one }}
{% endfor %}
"""


@pytest.fixture
def plugin(monkeypatch):
    for kind in (Node, TextNode):
        monkeypatch.setattr(kind, "render_annotated", kind.render_annotated)  # what is watched is let go afterwards
    plugin = TemplateLines({})
    plugin.watch()
    return plugin


def test_the_lines_that_were_drawn_are_noted(plugin, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    page = Engine(dirs=[tmp_path], debug=True).get_template("page.html")
    page.render(Context({"yes": 1, "many": []}))
    assert plugin.drawn == {str(path): {1, 2, 6}}
    page.render(Context({"yes": 0, "many": [1]}))
    assert plugin.drawn == {str(path): {1, 2, 4, 6, 7}}
    assert plugin.file_reporter(str(path)).lines() == {1, 2, 4, 6, 7}


def test_the_words_that_a_template_marks_leave_its_lines_where_they_are(plugin):
    path = Path(settings.BASE_DIR) / "templates" / "emails" / "actionplan" / "_part.txt"
    Engine.get_default().template_loaders[0].reset()  # a node is noted the first time it is drawn, by whichever test
    get_template("emails/actionplan/_part.txt").render({"part": {"own": [{"title": "Ask"}], "list_url": "/"}})
    lines = path.read_text().splitlines()
    drawn = "\n".join(lines[number - 1] for number in sorted(plugin.drawn[str(path)]))
    assert "Your actions:" in drawn
    assert "All your actions: {{ part.list_url }}" in drawn
    assert "Late actions that you are told about" not in drawn


def test_a_template_without_a_file_is_passed_over(plugin):
    Engine(debug=True).from_string("{{ one }}").render(Context())
    assert plugin.drawn == {}


def test_coverage_can_read_what_was_noted(plugin, tmp_path):
    plugin.drawn["page.html"] |= {1, 2, 4}
    data = CoverageData(str(tmp_path / "data"))
    plugin.write_to(data)
    assert sorted(data.lines("page.html")) == [1, 2, 4]
    assert data.file_tracer("page.html") == "tests.template_lines.TemplateLines"
