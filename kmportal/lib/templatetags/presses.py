"""Drawing the presses that a report has chosen: ``{% press_button press %}``. Loaded everywhere (settings)."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib.presses import Press

register = template.Library()


@register.simple_tag(takes_context=True)
def press_button(context: template.Context, press: Press) -> SafeString:
    """A button that does it, or a link to the page with its form (``kmportal.lib.presses.Press``)."""
    values: dict[str, Any] = {"press": press, "csrf_token": context.get("csrf_token")}
    return mark_safe(render_to_string("components/press.html", values).strip())  # noqa: S308  a template
