"""Whatever is sent to the portal or asked of it, it answers in its own words: never a mistake of ours.

Each of the two databases is sent a twelfth of it, another one. Which address begins with which differs: each piece
comes to a twelfth of all addresses. NONSENSE=all sends all of it, which takes an hour of a processor.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from zlib import crc32

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from organisations.models import Group, Organisation
from tests import nonsense
from tests.test_doors import ACCOUNT, CLASS_OF, GUEST, ODD, PUBLIC, THROUGH, patterns
from tests.world import World

pytestmark = pytest.mark.long
# So that no worker of the machine waits long for another: the addresses in turn.
SHARES = 4
# Of machines: what it says is how the worker is.
HEALTH = "healthz"
ALL = os.environ.get("NONSENSE") == "all"
ODD_WORDS = ["a\x00b", "🧑🏽‍⚕️", "%2e%2e%2f", "x" * 5_000, "9" * 30]


@pytest.fixture(autouse=True)
def _in_the_demo(settings):
    settings.DEMO = True


@pytest.fixture
def foreign(hillside: Organisation, oskar) -> list[int]:
    """Keys of things in another organisation, and of nothing at all."""
    group = Group.objects.create(organisation=hillside, name="Elsewhere")
    return [oskar.pk, group.pk, 999_999]


def who_may(name: str) -> str:
    """Somebody of the cast who gets through this door; nobody for what is open."""
    door = CLASS_OF[name]
    if door in (PUBLIC, GUEST):
        return ""
    return "lena" if door == ACCOUNT else next(iter([*ODD.get(name, []), *THROUGH[door]]))


def addresses(world: World, share: int, of: int) -> Iterator[tuple[str, str, URLPattern]]:
    """One share of all addresses: name, address, pattern."""
    for name, route, pattern in sorted(patterns(), key=lambda one: one[0])[share::of]:
        if "^" not in route and name != HEALTH:
            yield name, world.address(name, route), pattern


def some(pieces: Iterable[Any], name: str, of: int = 12) -> Iterator[Any]:
    """What this database is sent of it, at the address of this name."""
    if ALL:
        return iter(pieces)
    begins = crc32(name.encode()) + (of // 2 if connection.vendor == "postgresql" else 0)
    return islice(pieces, begins % of, None, of)


def broken(send: Any, *args: Any, **kwargs: Any) -> str:
    """What broke, if anything did. What was changed is taken back."""
    try:
        with transaction.atomic():
            status = send(*args, **kwargs).status_code
            transaction.set_rollback(True)
    except Exception as error:  # whatever it is, it would have been a page that says that we made a mistake
        return repr(error)[:200]
    return f"status {status}" if status >= 500 else ""


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_that_is_posted_breaks_it(share, world, foreign, as_):
    found = []
    for name, url, pattern in addresses(world, share, SHARES):
        browser = as_(world.people.get(who_may(name)))
        page = browser.get(url)
        is_text = page.status_code == 200 and not page.streaming and page["Content-Type"].startswith("text/")
        words = page.content.decode() if is_text else ""
        for kind, sent in some(nonsense.posts(pattern.callback, words, foreign), name):
            cache.clear()  # or the brakes on guessing would answer instead of the page
            if fault := broken(browser.post, url, sent):
                found.append(f"{name}, {kind}: {fault}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("share", range(2))
def test_nothing_that_is_asked_breaks_it(share, world, as_):
    found = []
    for name, url, pattern in addresses(world, share, 2):
        browser = as_(world.people.get(who_may(name)))
        for query in some(nonsense.questions(pattern.callback), name):
            cache.clear()
            if fault := broken(browser.get, url, query):
                found.append(f"{name}, {query}: {fault}"[:300])
    assert not found, "\n".join(found)


def test_no_odd_address_breaks_it(world, as_):
    """Words and numbers in the path itself."""
    found = []
    for name, route, pattern in patterns():
        kinds = {type(one).__name__ for one in pattern.pattern.converters.values()}
        if "^" in route or not kinds & {"StringConverter", "IntConverter"}:
            continue
        browser: Client = as_(world.people.get(who_may(name)))
        for text in some(ODD_WORDS, name, 3):
            try:
                url = reverse(name, args=[*_slug(route), *_odd(text, world.args(name, route))])
            except NoReverseMatch:  # no address that there can be
                continue
            for send in (browser.get, browser.post):
                if fault := broken(send, url):
                    found.append(f"{name}, {text[:20]}: {fault}")
    assert not found, "\n".join(found)


def _odd(text: str, args: list[Any]) -> list[Any]:
    number = int(text) if text.isdigit() else None
    return [text if isinstance(arg, str) else number if number and isinstance(arg, int) else arg for arg in args]


def _slug(route: str) -> list[str]:
    return ["riverside"] if route.startswith("o/") else []
