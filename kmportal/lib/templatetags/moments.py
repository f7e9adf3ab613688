"""The tags of days and moments, told in the organisation’s zone. Loaded everywhere (settings, ``builtins``)."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kmportal.lib import days
from kmportal.lib.pieces import piece

register = template.Library()


def _zone_of_context(context: template.Context) -> ZoneInfo | Any:
    """The organisation’s own zone; outside an organisation the one that is active."""
    organisation = getattr(context.get("shell"), "organisation", None)
    name = getattr(organisation, "time_zone", "")
    return ZoneInfo(name) if name else timezone.get_current_timezone()


@register.simple_tag(takes_context=True)
def when(context: template.Context, value: date | datetime | None, style: str = "") -> SafeString | str:
    """A day or a moment in words, in the organisation’s zone: “today at 14:06”, “26 November 2026”.

    Style ``"Capital"`` begins with a capital letter, ``"date"`` never says *today*, ``"clock"`` is the time alone.
    """
    if value is None:
        return ""
    zone = _zone_of_context(context)
    if isinstance(value, datetime):
        value = timezone.localtime(value, zone) if timezone.is_aware(value) else value
    today = timezone.localdate(timezone=zone)
    if style == "clock" and isinstance(value, datetime):
        words = days.clock(value)
    elif style == "date":
        words = days.long_day(value)
    elif isinstance(value, datetime):
        words = days.moment_in_words(value, on=today)
    else:
        words = days.day_in_words(value, on=today)
    if style == "Capital":
        words = words[:1].upper() + words[1:]
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@piece(register, "components/late.html", takes_context=True)
def late(context: template.Context, due_on: date | None) -> dict[str, Any]:
    """What a due date means today, with clock and colour when it has passed: “11 days late”, “due tomorrow”."""
    today = timezone.localdate(timezone=_zone_of_context(context))
    return {
        "late": due_on is not None and due_on < today,
        "pressing": due_on is not None and due_on == today,
        "words": days.due_in_words(due_on, on=today),
    }


@register.filter
def long_date(value: date | datetime | None) -> str:
    """“26 November 2026”, for mails and sentences; a moment is read in the active zone."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return days.long_day(value)
