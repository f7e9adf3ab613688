"""Made-up values for the page that shows every component. Names of people and places are examples."""

from typing import Any


def component_values() -> dict[str, Any]:
    """The context of the components page."""
    return {}
