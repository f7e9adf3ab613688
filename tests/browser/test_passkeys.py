"""Passkeys from end to end, with an authenticator that Chromium plays: added, used as the second step, used alone."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import expect

from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
THUMB = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(window):
    """A window whose device has a sensor for thumbs."""
    page = window()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": THUMB})
    return page


def sign_in(page, person):
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.context.clear_cookies()
    page.goto(reverse("account_login"))


def add_passkey(page, *, alone):
    page.goto(reverse("mfa_add_webauthn"))
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button").first.click()
        expect(page).to_have_url(re.compile(re.escape(reverse("mfa_add_webauthn"))))
    if alone:
        page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Add a passkey")


def test_a_passkey_signs_in_alone(page, riverside, lena, check):
    sign_in(page, lena)
    expect(page).not_to_have_url(re.compile("login"))
    add_passkey(page, alone=True)
    assert Authenticator.objects.filter(user=lena, type="webauthn").count() == 1
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).not_to_have_url(re.compile("login"))
    page.goto(reverse("mfa_list_webauthn"))
    expect(page.get_by_role("heading", name="My passkey")).to_be_visible()
    check(page)


def test_a_passkey_is_the_second_step_after_the_password(page, riverside, lena, check):
    sign_in(page, lena)
    add_passkey(page, alone=False)
    sign_out(page)
    sign_in(page, lena)
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    check(page)
    page.goto(reverse("account"))
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).not_to_have_url(re.compile("authenticate|login"))
    page.goto(reverse("account"))
    expect(page).to_have_url(re.compile(re.escape(reverse("account")) + "$"))


def test_without_its_passkey_a_device_gets_no_further(page, window, riverside, lena):
    sign_in(page, lena)
    add_passkey(page, alone=False)
    other = window()
    sign_in(other, lena)
    expect(other.get_by_role("heading", name="Is it you?")).to_be_visible()
    other.get_by_label(re.compile("code", re.IGNORECASE)).fill("000000")
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_text("This code is not right").first).to_be_visible()
    other.goto(reverse("account"))
    expect(other).to_have_url(re.compile("login|authenticate"))
