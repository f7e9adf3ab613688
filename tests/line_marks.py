"""Instrumentation for coverage: our modules are compiled with a mark before each statement, which notes that it ran.

Python 3.11 to 3.13 can tell about lines only by asking at each instruction of every library, too (``sys.settrace``),
and that takes two thirds of the time of a test again. A mark costs the storing of a byte, in our own code alone, so all
tests are measured and not the first of each kind. The marks are turned into the arcs that coverage knows once, at the
end; what counts as a line or a branch is left to coverage.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import pairwise
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from coverage.parser import PythonParser

ROOT = Path(__file__).resolve().parent.parent
# The bytes of a module, in its own namespace. With underscores at both ends no class renames it.
NAME = "__marks__"

Arcs = set[tuple[int, int]]


@dataclass
class Choice:
    """A statement that goes one of two ways: the lines of the one, and the marks that say which was gone."""

    line: int
    first: int
    last: int
    yes: list[int] = field(default_factory=list)
    no: list[int] = field(default_factory=list)


@dataclass
class Marks:
    """Of one file: mark → the lines that are run when it is reached; and what they say of its branches."""

    lines: list[tuple[int, int]] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    def new(self, first: int = 0, last: int = -1) -> int:
        self.lines.append((first, last))
        return len(self.lines) - 1


def _first_line(node: Any) -> int:
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])


class _Marker(ast.NodeTransformer):
    """Puts the marks in. Its methods are called by the names of the statements."""

    def __init__(self) -> None:
        self.marks = Marks()

    def marked(self, tree: ast.Module) -> ast.Module:
        tree.body = self._block(tree.body)
        return ast.fix_missing_locations(tree)

    def _mark(self, number: int, like: ast.AST) -> ast.stmt:
        place = ast.Subscript(ast.Name(NAME, ast.Load()), ast.Constant(number), ast.Store())
        return ast.copy_location(ast.Assign([place], ast.Constant(1)), like)

    def _block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Each statement behind its mark; what must stand first, and says nothing, stays first."""
        found: list[ast.stmt] = []
        for statement in body:
            text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
            if text and not found:
                found.append(statement)
                continue
            mark = self._mark(self.marks.new(_first_line(statement), self._header_end(statement)), statement)
            inside = self.visit(statement)
            found += [inside, mark] if future else [mark, inside]
        return found

    def _header_end(self, node: Any) -> int:
        """The last line of a statement before what it holds; the first case of a ``match`` is always looked at."""
        if isinstance(node, ast.Match):
            return node.cases[0].pattern.end_lineno or node.lineno
        inner = getattr(node, "body", None)
        return max(_first_line(node), _first_line(inner[0]) - 1) if inner else node.end_lineno

    def _way(self, body: Sequence[ast.stmt], like: ast.AST) -> tuple[int, list[ast.stmt]]:
        """A block with one more mark, which says that this way was gone."""
        number = self.marks.new()
        return number, [self._mark(number, body[0] if body else like), *self._block(body)]

    def _two_ways(self, node: Any, line: int) -> Any:
        choice = Choice(line, _first_line(node.body[0]), node.body[-1].end_lineno)
        self.marks.choices.append(choice)
        yes, node.body = self._way(node.body, node)
        no, node.orelse = self._way(node.orelse, node)
        choice.yes, choice.no = [yes], [no]
        return node

    def visit_If(self, node: ast.If) -> ast.If:
        self._two_ways(node, node.test.lineno)
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        self._two_ways(node, node.test.lineno)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        self._two_ways(node, node.iter.lineno)
        return node

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AsyncFor:
        self._two_ways(node, node.iter.lineno)
        return node

    def visit_Match(self, node: ast.Match) -> ast.Match:
        """A case that was entered says no for all before it; if none was, a last case says no for all."""
        choices: list[Choice] = []
        for case in node.cases:
            line = case.pattern.lineno
            choice = Choice(line, _first_line(case.body[0]), case.body[-1].end_lineno or line)
            number, case.body = self._way(case.body, case.pattern)
            self.marks.lines[number] = (line, max(line, choice.first - 1))
            choice.yes.append(number)
            for before in choices:
                before.no.append(number)
            choices.append(choice)
        if not _takes_all(node.cases[-1]):
            number = self.marks.new()
            rest = ast.match_case(ast.MatchAs(), None, [self._mark(number, node)])
            node.cases.append(rest)
            for before in choices:
                before.no.append(number)
        # The line of a case is run when one before it has said no.
        for earlier, later in pairwise(choices):
            for number in earlier.no:
                self.marks.choices.append(Choice(-later.line, 0, 0, [number]))
        self.marks.choices += choices
        return node

    def visit_Try(self, node: Any) -> Any:
        """The line of an ``except`` counts when it, or one behind it, has caught something."""
        node.body, node.orelse = self._block(node.body), self._block(node.orelse)
        node.finalbody = self._block(node.finalbody)
        for place, handler in enumerate(node.handlers):
            number, body = self._way(handler.body, handler)
            self.marks.lines[number] = (handler.lineno, max(handler.lineno, _first_line(handler.body[0]) - 1))
            handler.body = body
            for earlier in node.handlers[:place]:
                self.marks.choices.append(Choice(-earlier.lineno, 0, 0, [number]))
        return node

    visit_TryStar = visit_Try

    def _whole(self, node: Any) -> Any:
        node.body = self._block(node.body)
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_With = visit_AsyncWith = _whole

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Nothing else holds statements."""
        return node


def _takes_all(case: ast.match_case) -> bool:
    pattern: ast.pattern | None = case.pattern
    if isinstance(pattern, ast.MatchOr):
        pattern = pattern.patterns[-1]
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    return isinstance(pattern, ast.MatchAs) and case.guard is None


def marked(source: bytes | str, path: str) -> tuple[CodeType, Marks]:
    """The code of a file with its marks."""
    marker = _Marker()
    tree = marker.marked(ast.parse(source, path))
    return compile(tree, path, "exec", dont_inherit=True), marker.marks


def arcs_of(source: str, hits: bytes, marks: Marks) -> Arcs:
    """What coverage is to know of a file: each line as if one entered there, and the branches that were taken."""
    parser = PythonParser(text=source or "\n")
    parser.parse_source()
    spans = [span for hit, span in zip(hits, marks.lines, strict=True) if hit]
    reached = {line for first, last in spans for line in range(first, last + 1)}
    found: Arcs = set()
    possible: dict[int, set[int]] = {}
    for start, end in parser.arcs():
        possible.setdefault(start, set()).add(end)
    for choice in marks.choices:
        if choice.line < 0:
            if any(hits[number] for number in choice.yes):
                reached.add(-choice.line)
            continue
        line = parser.first_line(choice.line)
        ends = possible.get(line, set())
        into = {end for end in ends if choice.first <= end <= choice.last}
        for numbers, taken in ((choice.yes, into), (choice.no, ends - into)):
            if any(hits[number] for number in numbers):
                found |= {(line, end) for end in taken}
    return found | {(-1, line) for line in parser.first_lines(reached) & parser.statements}


class MarkingLoader(SourceFileLoader):
    """Compiles a module with its marks. Not kept as bytecode: the portals that tests start read the same files."""

    def __init__(self, name: str, path: str, finder: "Finder") -> None:
        super().__init__(name, path)
        self.finder = finder

    def get_code(self, fullname: str) -> CodeType:
        code, marks = marked(self.get_data(self.path), self.path)
        self.finder.hits.setdefault(self.path, bytearray(len(marks.lines)))
        return code

    def exec_module(self, module: ModuleType) -> None:
        code = self.get_code(module.__name__)
        setattr(module, NAME, self.finder.hits[self.path])
        exec(code, vars(module))  # noqa: S102  what import does


class Finder:
    """Finds our own modules in the place of Python’s own finder, and keeps which of their marks were reached."""

    def __init__(self, omitted: Iterable[str]) -> None:
        self.omitted = list(omitted)
        self.hits: dict[str, bytearray] = {}
        self.packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in self.packages:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.origin and type(spec.loader) is SourceFileLoader and self._is_measured(spec.origin):
            spec.loader = MarkingLoader(name, spec.origin, self)
            return spec
        return None  # for the next finder: pytest’s own lets the tests say what was compared

    def _is_measured(self, path: str) -> bool:
        inside = str(Path(path).relative_to(ROOT))
        return not any(fnmatch(inside, pattern) for pattern in self.omitted)

    def begin(self) -> None:
        sys.meta_path.insert(0, self)  # type: ignore[arg-type]


def all_arcs(found: dict[str, bytes]) -> Iterator[tuple[str, Arcs]]:
    """Path → arcs, from what all processes have reached."""
    for path, hits in found.items():
        source = Path(path).read_text(encoding="utf-8")
        yield path, arcs_of(source, hits, marked(source, path)[1])
