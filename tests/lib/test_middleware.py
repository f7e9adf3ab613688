"""What holds for every request: how much may be sent, which addresses are read, what may be kept of a page."""

import logging

import pytest
from django.urls import reverse


def test_more_than_any_form_could_hold_is_refused_unread(client, db, settings):
    settings.UPLOAD_LIMIT = 10_000_000
    asked = {"content_type": "multipart/form-data; boundary=x"}
    response = client.generic("POST", reverse("account_login"), b"", CONTENT_LENGTH="11048577", **asked)
    assert response.status_code == 413
    assert "This is too large" in response.content.decode()
    assert client.generic("POST", reverse("account_login"), b"", CONTENT_LENGTH="9" * 5000, **asked).status_code == 413


@pytest.mark.parametrize("address", ["/answer/a%00b/", "/join/a%00b/", "/o/a%00b/", "/help/?q=a%00b"])
def test_an_address_with_a_nought_is_no_error_of_ours(client, db, address):
    assert client.get(address).status_code == 400


def test_pages_for_somebody_are_asked_for_again_and_kept_by_no_proxy(as_, lena):
    page = as_(lena).get(reverse("account"))
    assert {"private", "no-cache"} <= set(page["Cache-Control"].split(", "))
    assert "Cookie" in page["Vary"]


def test_what_a_view_says_about_keeping_counts(as_, reza, riverside):
    riverside.logo, riverside.logo_type = b"picture", "image/png"
    riverside.save()
    assert as_(reza).get(reverse("organisation_logo", args=["riverside"]))["Cache-Control"] == "private, max-age=3600"


def test_signing_out_takes_along_what_the_browser_has_kept(as_, lena):
    browser = as_(lena)
    assert "Clear-Site-Data" not in browser.get(reverse("account_logout"))
    assert browser.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache"'


def test_no_address_with_a_key_goes_into_the_log(client, db, caplog):
    assert not logging.getLogger("django.request").isEnabledFor(logging.WARNING)
    client.get("/answer/a-secret-of-somebody/")
    client.get("/invitation/another-secret/")
    assert "secret" not in caplog.text
