"""Safe Markdown: a small kind for what people write, as HTML for pages and PDFs and as plain words for all else.

Paragraphs, single line breaks, emphasis, lists, links, quotes, code and headings; no HTML, no pictures, no tables. What
is kept is always the source: it is drawn when it is read. markdown-it-py draws it, and nh3 lets nothing through that is
not on the list. A text without any marks looks as ``linebreaks`` drew it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from kmportal.lib.cleaning import clean_text

# Shown as it was typed is a text that is longer, has more brackets (the parser looks from each one to the end), or
# whose quotes and lists stand deeper in each other (it would leave their words out).
LONGEST, MOST_BRACKETS, DEEPEST = 20_000, 500, 20
_BLOCKS = ("paragraph", "heading", "list", "blockquote", "fence")
_INLINE = ("newline", "emphasis", "link", "autolink", "image", "backticks")
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h2", "h3", "h4", "h5", "h6"}
_SCHEMES = ("http", "https", "mailto")
# Without any of these a text is as plain as it will be.
_MARKS = re.compile(r"[*_`\[<#\\~\t]|^[ >+=-]|^\d{1,9}[.)]|[ ]$|[^\S\n ]", re.MULTILINE)
_WHOLE_ADDRESS = re.compile(r"(?:https?://[^/\s]|mailto:[^/\s])", re.IGNORECASE)


def markdown(text: object, level: int = 3) -> SafeString:
    """The text as HTML. Its headings, whichever they are, become the one ``level`` that fits the page: 2 to 6."""
    source = clean_text(str(text or ""))
    # What has no marks looks the same either way, and is most of what people write.
    is_plain = source.strip() and not _MARKS.search(source)
    tokens = None if is_plain else _tokens_of(source)
    if tokens is None:
        return mark_safe(linebreaks(source, autoescape=True))  # noqa: S308  escaped there
    drawn = _PARSER.renderer.render(tokens, _PARSER.options, {"level": level})
    return mark_safe(_clean(drawn).strip())  # noqa: S308  let through by the list


def plain(text: object, *, addresses: bool = False) -> str:
    """The words without the marks, for search, excerpts and mails; with ``addresses``, links say where they lead."""
    source = clean_text(str(text or ""))
    if len(source) > LONGEST or not _MARKS.search(source):
        return source.strip() if len(source) > LONGEST else re.sub(r"\n{3,}", "\n\n", source).strip()
    tokens = _tokens_of(source)
    if tokens is None:
        return source.strip()
    return re.sub(r"\n{3,}", "\n\n", "".join(_plain_blocks(tokens, addresses=addresses))).strip()


def _tokens_of(source: str) -> list[Token] | None:
    """The parsed text; None for one that is shown as it was typed."""
    if len(source) > LONGEST or source.count("[") > MOST_BRACKETS:
        return None
    tokens = _PARSER.parse(source)
    return None if any(token.level >= DEEPEST for token in tokens) else tokens


def _clean(drawn: str) -> str:
    return nh3.clean(
        drawn,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_keep_attribute,
        url_schemes=set(_SCHEMES),
        link_rel="nofollow noopener",
        strip_comments=True,
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """The list of attributes knows some that every element may have, and ``//host`` has no scheme to refuse."""
    match tag, name:
        case "a", "rel":
            return value
        case "a", "href":
            return value if _leads_somewhere(value) else None
        case "ol", "start":
            return value
        case _:
            return None


def _leads_somewhere(url: str) -> bool:
    """Whether an address is a whole one of the web or of mail. Others make no link: their words stay as typed."""
    return _WHOLE_ADDRESS.match(url) is not None


# --- The parser: the small kind ---------------------------------------------------------------------------------------


def _escape(state: StateInline, silent: bool) -> bool:
    r"""A backslash before one of our marks lets it stand; before anything else it is a letter, as in \\server\files."""
    mark = state.src[state.pos + 1 : state.pos + 2]
    if state.src[state.pos] != "\\" or not mark or mark not in "*_`[]#>-+":
        return False
    if not silent:
        state.pending += mark
    state.pos += 2
    return True


class _Renderer(RendererHTML):
    """Draws headings in the page’s own level, and a picture as the words that stand for it."""

    def heading_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return f"<h{env['level']}>"

    def heading_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return f"</h{env['level']}>\n"

    def image(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return self.renderInlineAsText(tokens[index].children, options, env).replace("<", "&lt;")

    def fence(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Without the name of the language: nothing here colours code."""
        return self.code_block(tokens, index, options, env)


def _small_kind() -> MarkdownIt:
    options = {"html": False, "breaks": True, "linkify": False, "typographer": False, "maxNesting": 3 * DEEPEST}
    parser = MarkdownIt("zero", options, renderer_cls=_Renderer)
    parser.enable([*_BLOCKS, *_INLINE], ignoreInvalid=True)
    # The rules that end an emphasis stand in a list of their own.
    parser.inline.ruler2.enable(["balance_pairs", "emphasis", "fragments_join"], ignoreInvalid=True)
    parser.inline.ruler.before("newline", "escape_our_marks", _escape)
    parser.validateLink = _leads_somewhere  # type: ignore[method-assign]
    return parser


_PARSER = _small_kind()


# --- Plain words ------------------------------------------------------------------------------------------------------


def _plain_blocks(tokens: Sequence[Token], *, addresses: bool) -> Iterator[str]:
    """The words of each block; the items of lists begin with a dash or their number, as they were typed."""
    counts: list[int | None] = []
    is_new_item = False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                counts.append(None)
            case "ordered_list_open":
                counts.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                counts.pop()
                yield "" if counts else "\n"
            case "list_item_open":
                number = counts[-1]
                yield "  " * (len(counts) - 1) + ("- " if number is None else f"{number}. ")
                counts[-1] = None if number is None else number + 1
                is_new_item = True
            case "list_item_close" if is_new_item:
                yield "\n"  # an empty one
                is_new_item = False
            case "inline":
                yield "".join(_plain_words(token.children or [], addresses=addresses))
                yield "\n" if counts else "\n\n"
                is_new_item = False
            case "fence":
                yield f"{token.content.rstrip()}\n\n"


def _plain_words(tokens: Sequence[Token], *, addresses: bool) -> Iterator[str]:
    link, shown = "", ""
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield "\n"
            case "link_open":
                link, shown = str(token.attrGet("href") or ""), ""
            case "link_close":
                address = link.removeprefix("mailto:")
                yield f" ({address})" if addresses and shown not in {link, address} else ""
            case _:
                shown += token.content
                yield token.content
