"""How words look on the screen, wherever they stand: rules that a machine can hold over every page and sentence."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from tests.test_doors import ACCOUNT, ADMINISTRATOR, CLASS_OF, CONTRIBUTOR, GUEST, ODD, PUBLIC, patterns

pytestmark = pytest.mark.drawn

VISITOR = {PUBLIC: "", GUEST: "", ACCOUNT: "lena", CONTRIBUTOR: "cara", ADMINISTRATOR: "ada"}
ODD_VISITOR = {"notice_open": "cara", "lesson_detail": "cara", "lesson_changes": "cara", "job_detail": "farah"}
ODD_VISITOR |= {"session_room": "farah", "lesson_check": "farah", "lesson_return": "farah", "lesson_decline": "farah"}
ODD_VISITOR |= {"enquiry_detail": "cara", "enquiry_pass": "cara", "reuse_edit": "reza", "benefit_decline": "farah"}
# Pages of a community are for who belongs to it.
OF_COMMUNITIES = (
    "community_",
    "charter_",
    "thread_",
    "post_",
    "pin_",
    "knock_",
    "problem_",
    "health_",
    "story_",
    "review_",
    "meeting_",
)
ODD_VISITOR |= {name: who[0] for name, who in ODD.items() if who and name.startswith(OF_COMMUNITIES)}

# What begins a line of its own, so with a capital.
HEADS = {"button", "caption", "h1", "h2", "h3", "label", "legend", "option", "summary", "th"}
INLINE = {"a", "abbr", "b", "data", "del", "i", "ins", "mark", "small", "span", "strong", "time"}
SILENT = {"code", "kbd", "noscript", "pre", "script", "style", "svg", "template", "title"}
# The second half of the sentence that begins “When you are about to…”.
GOES_ON = {"then…"}
# Headings that are the name of a file or an address, and pages that show the headings of somebody’s file.
NAMES = re.compile(r"\S+\.\S+")
THEIRS = {"import_detail"}

RULES = {
    "an exclamation mark": re.compile(r"!"),
    "a straight quotation mark or apostrophe": re.compile(r"[\"'`]"),
    "dashes for nothing chosen": re.compile(r"---"),
    "two full stops, or a space before one": re.compile(r"(?<!\.)\.\.(?!\.)|\w [.,;](?:\s|$)|[?…]\.(?:\s|$)"),
    "quotation marks inside quotation marks": re.compile(r"“[^”]*“"),
    "a word of the code": re.compile(r"\b(?:None(?! of)|True|False|null|undefined|NaN)\b"),
}


class Words(HTMLParser):
    """The texts of a page, each with the element that it is the whole of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]]] = []
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr", "img", "input", "link", "meta", "path", "use"):
            self.open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, pieces = self.open.pop()
            text = " ".join("".join(pieces).split())
            if name not in SILENT:
                if text and (name in HEADS or name in ("p", "li", "dd", "td")):
                    self.found.append((name, text))
                if self.open:
                    self.open[-1][1].append("".join(pieces) if name in INLINE else " ")
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)


def faults_of(page: str, name: str) -> Iterator[str]:
    """What is wrong with the words of a page."""
    words = Words()
    words.feed(page)
    for tag, text in words.found:
        begins = text.lstrip("“‹(+–… ")[:1]
        small = tag in HEADS and begins.islower() and text not in GOES_ON
        if small and not NAMES.fullmatch(text) and name not in THEIRS:
            yield f"<{tag}> begins small: {text[:80]}"
        for what, rule in RULES.items():
            if rule.search(text):
                yield f"{what}: {text[:120]}"


@pytest.fixture(autouse=True)
def _in_the_demo(settings):
    settings.DEMO = True


def test_the_words_of_every_page(world, as_):
    shown, faults = 0, []
    for name, route, _ in sorted(patterns(), key=lambda found: found[0]):
        if "^" in route:
            continue
        who = ODD_VISITOR.get(name, VISITOR.get(CLASS_OF[name], "lena"))
        answer = as_(world.people.get(who)).get(world.address(name, route))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming:
            shown += 1
            faults += [f"{name}: {fault}" for fault in faults_of(answer.content.decode(), name)]
    assert shown > 80
    assert not faults, "\n".join(sorted(set(faults)))


def test_no_page_has_a_gap_where_a_value_should_stand(world, as_, monkeypatch):
    """A name that a template says and its view forgot is silence on the screen: “towards the  people”."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "FORGOTTEN(%s)")
    forgotten = set()
    for name, route, _ in sorted(patterns(), key=lambda found: found[0]):
        if "^" in route:
            continue
        who = ODD_VISITOR.get(name, VISITOR.get(CLASS_OF[name], "lena"))
        answer = as_(world.people.get(who)).get(world.address(name, route))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming:
            found = re.findall(r"FORGOTTEN\(([^)]*)\)", answer.content.decode())
            # A heading’s rank has a default, which Django does not look at while something else stands for what is not
            forgotten |= {f"{name}: {what}" for what in found if what != "tag"}
    assert not forgotten, "\n".join(sorted(forgotten))


def test_no_link_uses_an_address_that_another_block_has_looked_up():
    """What ``{% here … as list %}`` finds is forgotten at the end of its block: a link beyond it leads nowhere."""
    lost = []
    for path in sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html")):
        text = path.read_text()
        for block in re.finditer(r"(?s)\{% block (\w+) %\}(.*?)\{% endblock", text):
            beyond = text[: block.start()] + text[block.end() :]
            for name in re.findall(r"\{% (?:here|url) [^%]* as (\w+) %\}", block[2]):
                is_found_there = re.search(rf" as {name} %\}}", beyond)
                if not is_found_there and re.search(rf"\{{\{{ {name}[ |]", beyond):
                    lost.append(f"{path.name}: {name} of the block “{block[1]}”")
    assert lost == []


# --- Sentences in the code -------------------------------------------------------------------------------------------


def sentences(*, of: set[str], places: set[str]) -> Iterator[tuple[str, str]]:
    """The words handed to these calls, at these keywords or as what comes first; “…” stands for what is put in."""
    for app in settings.LOCAL_APPS:
        for path in sorted((Path(settings.BASE_DIR) / app.split(".")[0]).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in of and node.args:
                    yield from _words(node.args[-1] if called in MESSAGES else node.args[0], path)
                for keyword in node.keywords:
                    if keyword.arg in places:
                        yield from _words(keyword.value, path)


def _words(node: ast.expr, path: Path) -> Iterator[tuple[str, str]]:
    where = f"{path.parent.name}/{path.name}:{node.lineno}"
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("worded", "_") and node.args:
        yield from _words(node.args[0], path)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield where, node.value
    elif isinstance(node, ast.JoinedStr):
        yield where, "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)


MESSAGES = {"success", "info", "warning"}


def test_refusals_and_confirmations_are_sentences():
    found = list(sentences(of={"Refusal", *MESSAGES}, places=set()))
    assert len(found) > 80
    wrong = [(where, words) for where, words in found if not re.fullmatch(r"(?s)\s*[A-Z“…].*[.?…]", words)]
    wrong += [(where, words) for where, words in found if "!" in words or re.search(r"[\"'`]", words)]
    assert wrong == []


def test_labels_and_hints_begin_large_and_say_something():
    places = {"label", "help_text", "empty_label"}
    found = [(where, words) for where, words in sentences(of=set(), places=places) if words]
    assert len(found) > 60
    wrong = [(where, words) for where, words in found if words[:1].islower() and words not in GOES_ON]
    wrong += [(where, words) for where, words in found if re.search(r"[!\"'`]|\.\.", words)]
    assert [one for one in wrong if "/models.py" not in one[0] and not one[0].startswith("models/")] == []
