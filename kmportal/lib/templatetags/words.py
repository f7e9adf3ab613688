"""The portal’s own words: linked to the page of words where they first stand on a page. Loaded everywhere."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib.glossary import MARK, glossary
from kmportal.lib.links import url_or_nothing

register = template.Library()


@register.simple_tag(takes_context=True)
def term(context: template.Context, key: str, shown: str = "") -> SafeString | str:
    """A word of the glossary: ``{% term "gap" %}``, ``{% term "gap" "Gaps" %}``.

    A link the first time that one page says it, plain words after that. Mails and PDFs, which have no request, get
    plain words.
    """
    words = shown or glossary().word(key).word
    request = context.get("request")
    page = url_or_nothing("words")
    if request is None or not page:
        return words
    linked = request.__dict__.setdefault("linked_terms", set())
    if key in linked:
        return words
    linked.add(key)
    return format_html('<a class="km-term" href="{}#{}" aria-describedby="term-hint">{}</a>', page, key, words)


@register.simple_tag(takes_context=True)
def with_terms(context: template.Context, text: str) -> SafeString:
    """A text of ours in which words of the glossary are marked: ``The [[gap|gaps]] of this [[round]].``"""
    parts, end = [], 0
    for mark in MARK.finditer(text):
        word = term(context, mark[1], mark[2] or "")
        parts += [conditional_escape(text[end : mark.start()]), conditional_escape(word)]
        end = mark.end()
    return mark_safe("".join([*parts, conditional_escape(text[end:])]))  # noqa: S308  escaped piece by piece
