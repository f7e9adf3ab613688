"""A real Chromium against the portal: people in windows of their own, and axe on what they see.

``window(lena, width=360)`` is a page in which Lena is signed in. ``check(page)`` asserts that it is without faults.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from organisations.models import Person
from tests.browser.house import faults_of

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1280, 360)
# What must come is waited for this long: a machine that runs four browsers and a database is slow at times.
# So ``expect`` is asked, and never a page just after a click, which may stand between two pages.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    """Everything here drives a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that fails says what its windows showed at that moment."""
    if call.when == "call" and call.excinfo and "chromium" in item.funcargs:
        for context in item.funcargs["chromium"].contexts:
            for page in context.pages:
                with suppress(Exception):
                    call.excinfo.value.add_note(f"{page.url} showed: {page.inner_text('body', timeout=2000)[:1500]}")
    return (yield)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("There is no Chromium here.")
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", _click_when_loaded)
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


_click = Locator.click


def _click_when_loaded(locator: Locator, **options: Any) -> None:
    # While letters and scripts still arrive, a button may move away between the press and the release.
    locator.page.wait_for_load_state()
    _click(locator, **options)


@pytest.fixture(autouse=True)
def _with_mail(settings):
    """What pages say where a mail server is set; ``tests/test_no_mail.py`` has the others."""
    settings.SMTP_URL = "smtp://mail.example"


@pytest.fixture
def window(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """``window(person, width=1280, script=True)``: a page of its own context, signed in, or not with ``None``."""
    contexts = []

    def open_one(person: Person | None = None, *, width: int = 1280, script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 800}, java_script_enabled=script
        )
        contexts.append(context)
        if person is not None:
            client = Client()
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.complaints = []  # type: ignore[attr-defined]
        page.on("console", lambda message: _note(page, message))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()


def _note(page: Page, message) -> None:
    # A form that was sent with errors answers 422, and Chromium says so in the console.
    if message.type == "error" and "422" not in message.text:
        page.complaints.append(message.text)


@pytest.fixture
def check() -> Callable[[Page], None]:
    """What must be true of every page that is shown: axe and the house find no fault, and the console is silent."""

    def checked(page: Page) -> None:
        assert faults_of(page) == [], page.url
        assert page.complaints == [], page.url  # type: ignore[attr-defined]

    return checked
