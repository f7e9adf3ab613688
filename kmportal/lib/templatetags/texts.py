"""What people wrote, drawn from its safe Markdown. Loaded everywhere (settings, ``builtins``)."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib.markdown import markdown as drawn
from kmportal.lib.markdown import plain

register = template.Library()


@register.filter
def markdown(text: object, level: int = 3) -> SafeString:
    """Paragraphs, lists, emphasis: ``{{ words.happened|markdown }}``; ``:4`` is the level of its headings."""
    return drawn(text, level)


@register.filter
def plain_words(text: object) -> str:
    """The same text without its marks, for mails and excerpts; links say where they lead."""
    return plain(text, addresses=True)


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
