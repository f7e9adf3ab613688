"""Slots: what upper apps put on a page of an app below (see ``kmportal/slots.py``)."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def filled_slots(name: str, subject: object, membership: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pieces of one slot, each as the name of its template and its values; who draws nothing is left out."""
    slots = import_string(getattr(settings, "SLOTS", "kmportal.slots.SLOTS"))
    for dotted in slots.get(name, ()):
        if filled := import_string(dotted)(subject, membership):
            yield filled
