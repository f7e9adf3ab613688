"""The tags of the kit: what every page is built of. Loaded everywhere (settings, ``builtins``).

Each is shown, with the code to write, on the components page.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BaseForm, BaseFormSet
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib import days, sentences
from kmportal.lib.charts.steps import look_of
from kmportal.lib.form_errors import problems_of

register = template.Library()
Context = template.Context


def piece(template_name: str, takes_context: bool = False) -> Callable[[Callable[..., dict[str, Any]]], Any]:
    """A tag that draws a template with the values it is given. Like an inclusion tag, without the file’s last line
    break, so that a full stop may follow a state or a name."""

    def tag(values_of: Callable[..., dict[str, Any]]) -> Callable[..., SafeString]:
        @wraps(values_of)
        def draw(*args: Any, **kwargs: Any) -> SafeString:
            return mark_safe(render_to_string(template_name, values_of(*args, **kwargs)).strip())  # noqa: S308  a template

        draw.values = values_of  # type: ignore[attr-defined]
        return register.simple_tag(draw, takes_context=takes_context)

    return tag


# --- Icons, marks, people --------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, always beside words: ``{% icon "bell" %}``."""
    address = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="km-icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@piece("components/mark.html")
def mark() -> dict[str, Any]:
    """The portal’s own mark."""
    return {}


@register.filter
def initials(person: object) -> str:
    """“LM” for Lena Marsh; the first and the last word count, at most two letters."""
    words = [word for word in str(person or "").split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in dict.fromkeys([*words[:1], *words[-1:]]))


@piece("components/face.html")
def face(person: object) -> dict[str, Any]:
    """The initials of somebody in a circle; hidden from screen readers, so the name must stand beside it."""
    return {"person": person}


@piece("components/who.html")
def who(person: object, nobody: str = "Nobody yet") -> dict[str, Any]:
    """Somebody with face and name; ``None`` gives the words of ``nobody``."""
    return {"person": person, "nobody": nobody}


# --- Steps, progress, states -----------------------------------------------------------------------------------------


@piece("components/step.html")
def step(number: int, size: str = "") -> dict[str, Any]:
    """The shape of one of the five steps, with its number; size ``"s"``, none or ``"l"``."""
    return {"number": number, "size": size, "look": look_of(number)}


@piece("components/steps.html")
def steps(progress: Iterable[Any]) -> dict[str, Any]:
    """The strip of steps with their progress: ``kmportal.lib.charts.StepProgress``."""
    return {"steps": progress}


@piece("components/meter.html")
def meter(value: float | None, of: float, label: str) -> dict[str, Any]:
    """A bar of progress; more than all counts as all.

    ``label`` says it in words for those who cannot see it, and is empty where the same words stand beside it.
    """
    share = 0 if not value or not of else min(max(value / of, 0), 1)
    return {"width": f"{100 * share:.4g}", "label": label}


@piece("components/state.html")
def state(kind: str | tuple[str, str, str], icon_name: str = "", word: str = "") -> dict[str, Any]:
    """A state: icon and word. Kind ``""``, ``good``, ``info``, ``warn`` or ``bad``. One triple does as well."""
    if not isinstance(kind, str):
        kind, icon_name, word = kind
    return {"kind": kind, "icon": icon_name, "word": word}


@piece("components/keyrow.html")
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


# --- Days and moments ------------------------------------------------------------------------------------------------


def _zone_of(context: Context) -> ZoneInfo | Any:
    """The organisation’s own zone; outside an organisation the one that is active."""
    organisation = getattr(context.get("shell"), "organisation", None)
    name = getattr(organisation, "time_zone", "")
    return ZoneInfo(name) if name else timezone.get_current_timezone()


@register.simple_tag(takes_context=True)
def when(context: Context, value: date | datetime | None, style: str = "") -> SafeString | str:
    """A day or a moment in words, in the organisation’s zone: “today at 14:06”, “26 November 2026”.

    Style ``"Capital"`` begins with a capital letter, ``"date"`` never says *today*, ``"clock"`` is the time alone.
    """
    if value is None:
        return ""
    zone = _zone_of(context)
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


@piece("components/late.html", takes_context=True)
def late(context: Context, due_on: date | None) -> dict[str, Any]:
    """What a due date means today, with clock and colour when it has passed: “11 days late”, “due tomorrow”."""
    today = timezone.localdate(timezone=_zone_of(context))
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


# --- Finding the way -------------------------------------------------------------------------------------------------

NAVIGATION = [
    ("Home", "home"),
    ("Roadmap", "programme_current"),
    ("Assess", "assessment_list"),
    ("Sessions", "session_list"),
    ("Lessons", "lesson_list"),
    ("My actions", "action_list"),
]


@register.simple_tag
def maybe_url(name: str, *args: object) -> str:
    """The address of a page, or nothing where the portal has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@piece("components/nav.html", takes_context=True)
def nav(context: Context) -> dict[str, Any]:
    """The main navigation’s items. The longest address that the page’s own one begins with is marked as current."""
    organisation = getattr(context.get("shell"), "organisation", None)
    if organisation is None:
        return {"items": []}
    links = [(word, maybe_url(name, organisation.slug)) for word, name in NAVIGATION]
    links = [(word, url) for word, url in links if url]
    path = getattr(context.get("request"), "path", "")
    around = [url for _, url in links if path == url or (path.startswith(url) and url != links[0][1])]
    here = max(around, key=len, default=None)
    current = {here: "page" if here == path else "true"}
    return {"items": [{"word": word, "url": url, "current": current.get(url)} for word, url in links]}


@piece("components/crumbs.html")
def crumbs(*pairs: str) -> dict[str, Any]:
    """The way back: words and address in turn, ``{% crumbs "Lessons" list_url "Lesson 214" url %}``."""
    return {"items": list(zip(pairs[::2], pairs[1::2], strict=True))}


@piece("components/crumbs.html")
def crumb_trail(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The way back, from a list of (words, address) that the view made."""
    return {"items": list(items)}


def _address(context: Context, **changes: object) -> str:
    """The page’s own query string with some values changed; ``None`` takes one away."""
    request = context.get("request")
    query = request.GET.copy() if request else {}
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    coded = query.urlencode() if hasattr(query, "urlencode") else urlencode(query)
    return f"?{coded}" if coded else "."


@piece("components/pager.html", takes_context=True)
def pager(context: Context, page: Any) -> dict[str, Any]:
    """Where in a long list we are, with links to the pages beside; draws nothing for one page. Keeps the filters."""
    before = _address(context, page=page.previous_page_number()) if page.has_previous() else ""
    after = _address(context, page=page.next_page_number()) if page.has_next() else ""
    return {"page": page, "before": before, "after": after}


@piece("components/sort_head.html", takes_context=True)
def sort_head(context: Context, key: str, word: str, numeric: bool = False, falling: bool = False) -> dict[str, Any]:
    """The head of a column that sorts: a link with ``?sort=key``, pressed again ``?sort=-key``.

    ``falling`` makes the first press sort from the top down. The page’s view reads ``sort`` and passes what holds as
    ``sort`` in its context, or leaves it out.
    """
    request = context.get("request")
    now = context.get("sort") or (request.GET.get("sort", "") if request else "")
    holds = {key: "ascending", f"-{key}": "descending"}.get(str(now), "")
    first, second = (f"-{key}", key) if falling else (key, f"-{key}")
    url = _address(context, sort=second if now == first else first, page=None)
    return {"word": word, "numeric": numeric, "holds": holds, "url": url}


# --- Pieces with words inside ----------------------------------------------------------------------------------------

ALERT_ICONS = {"": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}


@register.simple_block_tag
def alert(content: str, kind: str = "", icon_name: str = "") -> str:
    """A message in place: ``{% alert "good" %}<p>…</p>{% endalert %}``; kind none, good, warn or bad."""
    values = {"content": content, "kind": kind, "icon": icon_name or ALERT_ICONS[kind]}
    return render_to_string("components/alert.html", values)


@register.simple_block_tag
def nothing(content: str, heading: str, words: str = "", level: int = 2) -> str:
    """An empty list: what will be here, why it pays; inside the block one button."""
    values = {"content": content, "heading": heading, "words": words, "tag": f"h{level}"}
    return render_to_string("components/nothing.html", values)


@piece("components/thread.html")
def thread(items: Iterable[Any]) -> dict[str, Any]:
    """The thread: items are ``kmportal.lib.provenance.Stop``."""
    return {"items": items}


@register.filter
def marked(text: str) -> SafeString:
    """Text with found words between U+E000 and U+E001: everything is escaped, then these become ``<mark>``."""
    escaped = conditional_escape(text)
    return mark_safe(escaped.replace("\ue000", "<mark>").replace("\ue001", "</mark>"))  # noqa: S308  escaped above


@register.simple_tag
def chart(picture: Any, part: str = "") -> str:
    """The drawing of a ``kmportal.lib.charts`` value, without words around it."""
    name = picture.template if not part else picture.template.replace(".html", f"_{part}.html")
    return render_to_string(name, {"chart": picture})


@piece("components/charts/figure.html")
def figure(
    picture: Any, heading: str, say: str = "", level: int = 2, key: bool = True, table: bool = True
) -> dict[str, Any]:
    """A chart as people need it: heading, legend, drawing, the finding in one sentence, and its table.

    Leave the legend or the table out (``key=False``, ``table=False``) only where they stand elsewhere on the page.
    """
    return {"chart": picture, "heading": heading, "say": say, "tag": f"h{level}", "key": key, "table": table}


@piece("components/charts/balance.html")
def balance_table(balance: Any) -> dict[str, Any]:
    """Areas by steps with dots: ``kmportal.lib.charts.balance``."""
    return {"balance": balance}


# --- Slots: pieces of upper apps -------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, subject: object) -> SafeString:
    """What upper apps put here: ``{% slot "session.thread" session %}`` (see ``kmportal/slots.py``)."""
    slots = import_string(getattr(settings, "SLOTS", "kmportal.slots.SLOTS"))
    request = context.get("request")
    membership = getattr(request, "membership", None)
    pieces = []
    for dotted in slots.get(name, ()):
        if filled := import_string(dotted)(subject, membership):
            template_name, values = filled
            pieces.append(render_to_string(template_name, {"shell": context.get("shell"), **values}, request=request))
    return mark_safe("".join(pieces))  # noqa: S308  rendered templates


# --- Forms -----------------------------------------------------------------------------------------------------------


_NUMBER_WORDS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]


@piece("components/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet | None, focus: bool = True) -> dict[str, Any]:
    """What has to be put right, on top of the page, with links to the fields. Draws nothing without errors.

    It takes the focus when the page opens, with a script and without.
    """
    present = [form for form in forms if form is not None]
    problems = [problem for form in present for problem in problems_of(form)]
    for form in present:
        form.is_summarised = True  # type: ignore[union-attr]
    count = len(problems)
    number = dict(enumerate(_NUMBER_WORDS)).get(count, str(count))
    heading = f"{number} thing{'' if count == 1 else 's'} to put right"
    return {"problems": problems, "heading": heading, "focus": focus}


@piece("components/error_summary.html")
def error_summary_once(form: BaseForm | BaseFormSet) -> dict[str, Any]:
    """For the form pack: the summary, unless the page has drawn it higher up."""
    return {"problems": []} if getattr(form, "is_summarised", False) else error_summary.values(form)


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """“Error: ” for the page’s title when a form that was handed to the page has errors; once a page."""
    if context.render_context.get("error_prefixed"):
        return ""
    context.render_context["error_prefixed"] = True
    given: Iterable[Any] = context.flatten().values()
    forms = [value for value in given if isinstance(value, BaseForm | BaseFormSet)]
    return "Error: " if any(form.is_bound and problems_of(form) for form in forms) else ""


@piece("components/post_button.html", takes_context=True)
def post_button(
    context: Context,
    url: str,
    word: str,
    about: str = "",
    kind: str = "",
    icon_name: str = "",
    name: str = "",
    value: str = "",
) -> dict[str, Any]:
    """A form of one button: ``{% post_button url "Accept" about=title %}``; ``about`` is read out after the verb.

    Kind ``""`` (main), ``secondary``, ``small`` (secondary, in a row), ``quiet``, ``warning``.
    """
    classes = {
        "": "govuk-button",
        "secondary": "govuk-button govuk-button--secondary",
        "small": "govuk-button govuk-button--secondary km-btn--small",
        "quiet": "km-btn km-btn--quiet",
        "warning": "govuk-button govuk-button--warning",
    }
    return {
        "url": url,
        "word": word,
        "about": about,
        "classes": classes[kind],
        "icon": icon_name,
        "name": name,
        "value": value,
        "csrf_token": context.get("csrf_token"),
    }
