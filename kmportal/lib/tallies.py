"""Tallies: numbers that open the list behind them. The list says the same number in its heading.

Drawn by ``{% tally tally %}`` or ``{% tally 3 "late" url=… %}``, and by ``{% total 3 "action" "actions" %}`` in the
list. Both carry the number for programs (HTML’s ``data``), so that one test can follow each and compare.
"""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Tally:
    """A number, the words after it, and the page that lists what was counted."""

    number: int
    words: str
    url: str

    def __html__(self) -> str:
        return as_link(self.number, self.words, self.url)


def as_link(number: int, words: str, url: str) -> SafeString:
    """“12 late” as a link."""
    return format_html('<a class="km-tally" href="{}">{}</a>', url, _counted(number, words))


def as_heading(number: int, words: str) -> SafeString:
    """“12 interventions”, as the heading of a list says it."""
    return format_html('<span class="km-total">{}</span>', _counted(number, words))


def as_figure(number: int) -> SafeString:
    """“1,204”, for people and for programs."""
    return format_html('<data value="{}">{}</data>', str(number), intcomma(number))


def _counted(number: int, words: str) -> SafeString:
    shown = as_figure(number)
    return format_html("{} {}", shown, words) if words else shown
