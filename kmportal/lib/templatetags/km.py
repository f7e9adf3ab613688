"""The tags of the kit: icons, people, steps, states, messages. Loaded everywhere (settings, ``builtins``).

Each is shown, with the code to write, on the components page.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.core.files.storage import Storage, storages
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib import sentences
from kmportal.lib.charts.steps import look_of
from kmportal.lib.conflicts import Piece
from kmportal.lib.pieces import piece

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """The key of a form that makes something: sent again by way of Back, it makes nothing twice."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid4())


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, always beside words: ``{% icon "bell" %}``."""
    return _drawn_icon(name, storages["staticfiles"])


@lru_cache(maxsize=512)
def _drawn_icon(name: str, kept_in: Storage) -> SafeString:
    """Kept for as long as the files are where they are: a page has some forty."""
    address = f"{kept_in.url('img/icons.svg')}#{name}"
    return format_html('<svg class="km-icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@piece(register, "components/mark.html")
def mark() -> dict[str, Any]:
    """The portal’s own mark."""
    return {}


@register.filter
def initials(person: object) -> str:
    """“LM” for Lena Marsh; the first and the last word count, at most two letters."""
    words = [word for word in str(person or "").split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in dict.fromkeys([*words[:1], *words[-1:]]))


# A list has these three once or twice a row: they are drawn without a template of their own.


@register.simple_tag
def face(person: object) -> SafeString:
    """The initials of somebody in a circle; hidden from screen readers, so the name must stand beside it."""
    return format_html('<span class="km-face" aria-hidden="true">{}</span>', initials(person))


@register.simple_tag
def who(person: object, nobody: str = "Nobody yet") -> SafeString:
    """Somebody with face and name; ``None`` gives the words of ``nobody``."""
    if not person:
        return format_html('<span class="km-who km-meta">{}</span>', nobody)
    return format_html('<span class="km-who">{}{}</span>', face(person), str(person))


@piece(register, "components/step.html")
def step(number: int, size: str = "") -> dict[str, Any]:
    """The shape of one of the five steps, with its number; size ``"s"``, none or ``"l"``."""
    return {"number": number, "size": size, "look": look_of(number)}


@piece(register, "components/steps.html")
def steps(progress: Iterable[Any]) -> dict[str, Any]:
    """The strip of steps with their progress: ``kmportal.lib.charts.StepProgress``."""
    return {"steps": progress}


@piece(register, "components/meter.html")
def meter(value: float | None, of: float, label: str) -> dict[str, Any]:
    """A bar of progress; more than all counts as all.

    ``label`` says it in words for those who cannot see it, and is empty where the same words stand beside it.
    """
    share = 0 if not value or not of else min(max(value / of, 0), 1)
    return {"width": f"{100 * share:.4g}", "label": label}


@register.simple_tag
def state(kind: str | tuple[str, str, str], icon_name: str = "", word: str = "") -> SafeString:
    """A state: icon and word. Kind ``""``, ``good``, ``info``, ``warn`` or ``bad``. One triple does as well."""
    if not isinstance(kind, str):
        kind, icon_name, word = kind
    look = f" km-state--{kind}" if kind else ""
    return format_html('<span class="km-state{}">{}{}</span>', look, icon(icon_name) if icon_name else "", word)


@piece(register, "components/keyrow.html")
def keyrow(*pairs: str) -> dict[str, Any]:
    """The legend of a chart: mark and words in turn, ``{% keyrow "now" "now" "want" "wanted in 12 months" %}``."""
    return {"items": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.filter
def quoted(words: object) -> str:
    """“The words”, in which quotation marks of their own become single ones."""
    return sentences.quoted(words)


@register.filter
def score(value: float | None) -> str:
    """A level as people write it: 2, 2.5, and a dash where there is none."""
    return "–" if value is None else f"{round(value, 1):g}"


# Django’s words for the levels of messages, and ours for the kinds of alerts.
_KIND_OF_LEVEL = {"debug": "", "info": "", "success": "good", "warning": "warn", "error": "bad"}
ALERT_ICONS = {"": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}


@register.simple_block_tag
def alert(content: str, kind: str = "", icon_name: str = "") -> str:
    """A message in place: ``{% alert "good" %}<p>…</p>{% endalert %}``; kind none, good, warn or bad.

    The level of one of Django’s messages does as well: ``{% alert message.level_tag %}``.
    """
    kind = _KIND_OF_LEVEL.get(kind, kind)
    values = {"content": content, "kind": kind, "icon": icon_name or ALERT_ICONS[kind]}
    return render_to_string("components/alert.html", values)


@register.simple_block_tag
def nothing(content: str, heading: str, *, level: int = 2) -> str:
    """An empty list: what is not here; inside the block what will be, why it pays, and one button."""
    values = {"content": content, "heading": heading, "tag": f"h{level}"}
    return render_to_string("components/nothing.html", values)


@register.simple_tag
def revised(part: Piece) -> SafeString:
    """A piece of a text beside its other version, marked where it was taken out or put in."""
    words = linebreaksbr(part.text)
    return format_html("<{0}>{1}</{0}>", part.kind, words) if part.kind in ("del", "ins") else words


@piece(register, "components/thread.html")
def thread(items: Iterable[Any]) -> dict[str, Any]:
    """The thread: items are ``kmportal.lib.provenance.Stop``."""
    return {"items": items}


@register.simple_block_tag
def oneline(content: str) -> SafeString:
    """One line of a plain-text mail that is written over several: each break, with its indent, becomes a space."""
    return mark_safe(re.sub(r"\s*\n\s*", " ", content.strip()))  # noqa: S308  rendered, escaped where that is on
