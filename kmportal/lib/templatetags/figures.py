"""The tags of charts. Loaded everywhere (settings, ``builtins``)."""

from typing import Any

from django import template
from django.template.loader import render_to_string

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
