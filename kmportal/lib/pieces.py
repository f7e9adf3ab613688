"""Tags that draw a template with values of their own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


def piece(
    register: Library, template_name: str, takes_context: bool = False
) -> Callable[[Callable[..., dict[str, Any]]], Any]:
    """A tag that draws a template with the values it is given. Like an inclusion tag, without the file’s last line
    break, so that a full stop may follow a state or a name."""

    def tag(values_of: Callable[..., dict[str, Any]]) -> Callable[..., SafeString]:
        @wraps(values_of)
        def draw(*args: Any, **kwargs: Any) -> SafeString:
            return mark_safe(render_to_string(template_name, values_of(*args, **kwargs)).strip())  # noqa: S308  a template

        draw.values = values_of  # type: ignore[attr-defined]
        return register.simple_tag(draw, takes_context=takes_context)

    return tag
