"""A plugin of coverage: the lines of templates, by the rules of django_coverage_plugin but without its price.

That plugin asks Python about every call and every line that the template engine runs through, and adds two fifths to
the time of a test. Here each node of a template notes its lines when it is drawn for the first time.
"""

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from coverage import CoverageData
from coverage.plugin_support import Plugins
from django.template.base import Node, TextNode
from django_coverage_plugin.plugin import DjangoTemplatePlugin, make_line_map

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class TemplateLines(DjangoTemplatePlugin):
    """Reports as its parent does; traces nothing."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.drawn: dict[str, set[int]] = defaultdict(set)

    def file_tracer(self, filename: str) -> None:
        return None

    def watch(self) -> None:
        """Note the lines of each node from now on."""
        for kind in (Node, TextNode):
            kind.render_annotated = self._watched(kind.render_annotated)  # type: ignore[method-assign]

    def _watched(self, draw: Any) -> Any:
        def render_annotated(node: Node, context: Any) -> Any:
            if not hasattr(node, "_noted"):
                node._noted = True  # type: ignore[attr-defined]
                self._note(node)
            return draw(node, context)

        return render_annotated

    def get_line_map(self, filename: str) -> list[int]:
        """Where the lines of a template end as it is compiled: its words are marked, on the lines where they stand."""
        from kmportal.lib.template_words import in_marks

        if filename not in self.source_map:
            source = Path(filename).read_text(encoding="utf-8")
            if Path(filename).is_relative_to(TEMPLATES):
                source = in_marks(source, is_markup=not filename.endswith(".txt"))
            self.source_map[filename] = make_line_map(source)
        found: list[int] = self.source_map[filename]
        return found

    def _note(self, node: Node) -> None:
        # What the parent asks of a frame of the engine.
        frame: Any = SimpleNamespace(f_code=SimpleNamespace(co_name="render"), f_locals={"self": node})
        name = self.dynamic_source_filename("", frame)
        if name and "site-packages" not in name:
            first, last = self.line_number_range(frame)
            if first > 0:
                self.drawn[name].update(range(first, last + 1))

    def write_to(self, data: CoverageData) -> None:
        """Add what was drawn. Where branches are measured coverage wants arcs: each line as if one entered there."""
        data.add_arcs({name: {(-1, line) for line in lines} for name, lines in self.drawn.items()})
        data.add_file_tracers({name: f"{__name__}.{type(self).__name__}" for name in self.drawn})


def coverage_init(plugins: Plugins, options: dict[str, Any]) -> None:
    """Called by coverage, with the options of its configuration."""
    plugin = TemplateLines(options)
    plugins.add_file_tracer(plugin)
    plugins.add_configurer(plugin)
