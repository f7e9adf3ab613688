"""The portal’s own words: linked to the page of words where they first stand on a page. Loaded everywhere."""

import re

from django import template
from django.template.base import FilterExpression, Parser, Token
from django.template.defaultfilters import pluralize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib.domain_words import worded, worded_apart
from kmportal.lib.glossary import MARK, glossary
from kmportal.lib.links import url_or_nothing

register = template.Library()


# A marked word in a text, with the article before it, which changes with the word.
MARK_WITH_ARTICLE = re.compile(rf"(?:\b(?P<article>[Aa]n?)\s)?(?P<mark>{MARK.pattern})")


@register.simple_tag(takes_context=True)
def term(context: template.Context, key: str, shown: str = "", article: str = "") -> SafeString | str:
    """A word of the glossary: ``{% term "gap" %}``, ``{% term "gap" "Gaps" %}``.

    A link the first time that one page says it, plain words after that. Mails and PDFs, which have no request, get
    plain words. ``article`` is what stands before it in the template; the loader hands it over.
    """
    words = shown or glossary().word(key).word
    before, words = worded_apart(article, words) if article else ("", worded(words))
    request = context.get("request")
    page = url_or_nothing("words")
    if request is None or not page:
        return before + words
    linked = request.__dict__.setdefault("linked_terms", set())
    if key in linked:
        return before + words
    linked.add(key)
    link = '{}<a class="km-term" href="{}#{}" aria-describedby="term-hint">{}</a>'
    return format_html(link, before, page, key, words)


@register.simple_tag(takes_context=True)
def with_terms(context: template.Context, text: str) -> SafeString:
    """A text of ours in which words of the glossary are marked: ``The [[gap|gaps]] of this [[round]].``"""
    parts, end = [], 0
    for found in MARK_WITH_ARTICLE.finditer(text):
        key, shown = MARK.fullmatch(found["mark"]).groups()  # type: ignore[union-attr]
        word = term(context, key, shown or "", found["article"] or "")
        parts += [conditional_escape(worded(text[end : found.start()])), conditional_escape(word)]
        end = found.end()
    return mark_safe("".join([*parts, conditional_escape(worded(text[end:]))]))  # noqa: S308  escaped piece by piece


class WordNode(template.Node):
    """One word of the domain. Made from the text of templates by ``kmportal.lib.template_words``."""

    def __init__(self, usual: str, number: FilterExpression | None) -> None:
        self.usual, self.number = usual, number

    def render(self, context: template.Context) -> SafeString | str:
        usual = self.usual
        if self.number is not None:
            count = self.number.resolve(context, ignore_failures=True)
            usual = f"{usual}{pluralize(count)}"
        shown = worded(usual)
        return conditional_escape(shown) if context.autoescape else shown


@register.tag
def word(parser: Parser, token: Token) -> WordNode:
    """``{% word "a lesson" %}``, ``{% word "Lessons" %}``; with a number after it that says whether it is one."""
    _, usual, *number = token.split_contents()
    return WordNode(usual[1:-1], parser.compile_filter(" ".join(number)) if number else None)


@register.filter("worded")
def text_worded(text: str) -> str:
    """A text that ships with the portal, in the words of the organisation. Never what somebody typed."""
    return worded(str(text))


@register.filter
def default_words(value: object, words: str) -> object:
    """The value; where there is none, words of ours: what the loader makes of ``default``."""
    return value or worded(words)
