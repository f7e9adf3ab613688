"""What people wrote, drawn from its safe Markdown. Loaded everywhere (settings, ``builtins``)."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib.markdown import markdown as drawn
from kmportal.lib.markdown import plain

register = template.Library()
LONG_WORD = 10  # letters of the head's type that fit beside the sign and the buttons at 360 px


@register.filter
def markdown(text: object, level: int = 3) -> SafeString:
    """Paragraphs, lists, emphasis: ``{{ words.happened|markdown }}``; ``:4`` is the level of its headings."""
    return drawn(text, level)


@register.filter
def plain_words(text: object) -> str:
    """The same text without its marks, for mails and excerpts; links say where they lead."""
    return plain(text, addresses=True)


@register.filter
def has_long_word(text: object) -> bool:
    """Whether a word of it is too long to stand beside a picture on a phone: “Northamptonshire”."""
    return any(len(word) > LONG_WORD for word in str(text or "").split())


@register.filter
def address(text: object) -> SafeString:
    """An e-mail address that is broken after its “@”, where it has to be."""
    name, at, host = str(text or "").partition("@")
    return format_html("{}{}<wbr>{}", name, at, host)


@register.simple_block_tag
def begun_by(content: str, text: object) -> SafeString:
    """The text, with words of the page before it in the same line: ``{% begun_by text %}<b>then</b>{% endbegun_by %}``.

    Where it begins with a list, the words stand above it.
    """
    lead, whole = content.strip(), drawn(text)
    if not lead:
        return whole
    rest = whole.removeprefix("<p>")
    joint = " " if rest != whole else "</p>\n"
    return mark_safe(f"<p>{lead}{joint}{rest}")  # noqa: S308  a template, and what the list let through
