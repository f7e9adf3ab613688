"""The tags of ways and places: addresses, navigation, the way back, pages of a list, slots.

Loaded everywhere (settings, ``builtins``).
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.defaulttags import URLNode, url
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from kmportal.lib.links import changed_query, url_or_nothing
from kmportal.lib.pagination import PageOf, numbers_shown
from kmportal.lib.pieces import piece
from kmportal.lib.slots import filled_slots

register = template.Library()


@register.tag
def here(parser: template.base.Parser, token: template.base.Token) -> URLNode:
    """The address of a page inside the organisation that this page is about: ``{% here "action_done" action.pk %}``.

    Django’s ``{% url %}`` with the organisation’s slug as first argument: takes ``as``, arguments by place or by name.
    """
    node = url(parser, token)
    slug = parser.compile_filter("shell.organisation.slug")
    if node.kwargs:
        node.kwargs["slug"] = slug
    else:
        node.args.insert(0, slug)
    return node


@piece(register, "components/nav.html", takes_context=True)
def nav(context: template.Context) -> dict[str, Any]:
    """The main navigation’s items (see ``kmportal/navigation.py``).

    The longest address that the page’s own one begins with is marked as current.
    """
    organisation = getattr(context.get("shell"), "organisation", None)
    if organisation is None:
        return {"items": []}
    navigation = import_string(getattr(settings, "NAVIGATION", "kmportal.navigation.NAVIGATION"))
    links = [(word, url_or_nothing(name, organisation.slug)) for word, name in navigation]
    links = [(word, url) for word, url in links if url]
    path = getattr(context.get("request"), "path", "")
    around = [url for _, url in links if path == url or (path.startswith(url) and url != links[0][1])]
    here = max(around, key=len, default=None)
    current = {here: "page" if here == path else "true"}
    return {"items": [{"word": word, "url": url, "current": current.get(url)} for word, url in links]}


@piece(register, "components/crumbs.html")
def crumbs(*pairs: str) -> dict[str, Any]:
    """The way back: words and address in turn, ``{% crumbs "Lessons" list_url "Lesson 214" url %}``."""
    return {"items": list(zip(pairs[::2], pairs[1::2], strict=True))}


@piece(register, "components/crumbs.html")
def crumb_trail(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The way back, from a list of (words, address) that the view made."""
    return {"items": list(items)}


def _query_of(context: template.Context) -> QueryDict:
    """The page’s own query string; an empty one where no request is at hand."""
    request = context.get("request")
    return request.GET if request else QueryDict()


def _by_number(number: int) -> dict[str, int | None]:
    return {"page": number}


@piece(register, "components/pager.html", takes_context=True)
def pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Where in a long list we are, with links to the pages beside; draws nothing for one page. Keeps the filters."""
    query = _query_of(context)
    beside = page.beside if isinstance(page, PageOf) else _by_number
    before = changed_query(query, **beside(page.previous_page_number())) if page.has_previous() else ""
    after = changed_query(query, **beside(page.next_page_number())) if page.has_next() else ""
    numbers = [
        (number, changed_query(query, **beside(number)) if number else "")
        for number in numbers_shown(page.number, page.paginator.num_pages)
    ]
    return {"page": page, "before": before, "after": after, "numbers": numbers}


@piece(register, "components/sort_head.html", takes_context=True)
def sort_head(
    context: template.Context, key: str, word: str, numeric: bool = False, falling: bool = False
) -> dict[str, Any]:
    """The head of a column that sorts: a link with ``?sort=key``, pressed again ``?sort=-key``.

    ``falling`` makes the first press sort from the top down. The page’s view reads ``sort`` and passes what holds as
    ``sort`` in its context, or leaves it out.
    """
    query = _query_of(context)
    now = context.get("sort") or query.get("sort", "")
    holds = {key: "ascending", f"-{key}": "descending"}.get(str(now), "")
    first, second = (f"-{key}", key) if falling else (key, f"-{key}")
    url = changed_query(query, sort=second if now == first else first, page=None)
    return {"word": word, "numeric": numeric, "holds": holds, "url": url}


@register.simple_tag(takes_context=True)
def slot(context: template.Context, name: str, subject: object) -> SafeString:
    """What upper apps put here: ``{% slot "session.thread" session %}`` (see ``kmportal/slots.py``)."""
    request = context.get("request")
    pieces = [
        render_to_string(template_name, {"shell": context.get("shell"), **values}, request=request)
        for template_name, values in filled_slots(name, subject, getattr(request, "membership", None))
    ]
    return mark_safe("".join(pieces))  # noqa: S308  rendered templates
