"""The tags of charts. Loaded everywhere (settings, ``builtins``)."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kmportal.lib import tallies
from kmportal.lib.domain_words import worded
from kmportal.lib.pieces import piece

register = template.Library()


@register.simple_tag
def chart(picture: Any, part: str = "") -> str:
    """The drawing of a ``kmportal.lib.charts`` value, without words around it."""
    name = picture.template if not part else picture.template.replace(".html", f"_{part}.html")
    return render_to_string(name, {"chart": picture})


@piece(register, "components/charts/figure.html")
def figure(
    picture: Any, heading: str, say: str = "", level: int = 2, key: bool = True, table: bool = True
) -> dict[str, Any]:
    """A chart as people need it: heading, legend, drawing, the finding in one sentence, and its table.

    Leave the legend or the table out (``key=False``, ``table=False``) only where they stand elsewhere on the page.
    """
    return {"chart": picture, "heading": heading, "say": say, "tag": f"h{level}", "key": key, "table": table}


@piece(register, "components/charts/balance.html")
def balance_table(balance: Any) -> dict[str, Any]:
    """Areas by steps with dots: ``kmportal.lib.charts.balance``."""
    return {"balance": balance}


@register.simple_tag
def tally(number: int | tallies.Tally, one: str = "", more: str | None = None, *, url: str = "") -> SafeString:
    """A number that opens its list: ``{% tally 3 "late" url=late_url %}``, or a ``Tally`` of a report."""
    if isinstance(number, tallies.Tally):
        return tallies.as_link(number.number, number.words, number.url)
    return tallies.as_link(number, worded(one if number == 1 or more is None else more), url)


@register.simple_tag
def total(number: int, one: str = "", more: str | None = None) -> SafeString:
    """The number of a list in its own heading: ``{% total count "action" "actions" %}``."""
    return tallies.as_heading(number, worded(one if number == 1 or more is None else more))


@register.simple_tag
def figure_of(number: int) -> SafeString:
    """The number of a tally inside a link that is written out: ``<a href=…>Done ({% figure_of count %})</a>``."""
    return tallies.as_figure(number)
