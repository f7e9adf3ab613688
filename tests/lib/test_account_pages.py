"""allauth’s pages under our look and in our words: signing in and out, passwords, addresses, mails."""

import re
from types import SimpleNamespace

import pytest
from allauth.account import forms
from django.core.cache import cache
from django.urls import reverse

from kmportal.lib import account_forms
from kmportal.lib.links import absolute
from tests.cast import PASSWORD

NEW = "three words apart"


@pytest.fixture(autouse=True)
def _with_mail(settings):
    settings.SMTP_URL = "smtp://mail.example"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    """Tries are counted by person and address, and the people of two tests may have the same number."""
    cache.clear()


def link_in(text, part):
    return re.search(rf"https?://[^/]+(/accounts/{part}[^\s]+)", text)[1]


def said(response):
    return response.content.decode()


def test_signing_in_asks_for_the_work_address(client, db):
    html = said(client.get(reverse("account_login")))
    assert re.search(r"<label[^>]*>Work e-mail", html)
    assert 'name="login"' in html
    assert 'name="password"' in html
    assert "placeholder=" not in html.split("<main")[1]
    assert "Just joining a session?" in html


def test_a_wrong_password_is_said_in_our_words_and_the_address_stays(client, lena):
    response = client.post(reverse("account_login"), {"login": lena.email, "password": "wrong"})
    html = said(response)
    assert "<title>Error: Sign in" in html
    assert "This address and password do not match" in html
    assert f'value="{lena.email}"' in html
    assert "wrong" not in html.split("<main")[1]


def test_nothing_filled_in_is_asked_for(client, db):
    html = said(client.post(reverse("account_login"), {"login": "lena", "password": ""}))
    assert "Enter a complete e-mail address" in html
    assert 'href="#id_password">Fill in “Password”' in html


def test_signing_in_and_out(client, lena):
    response = client.post(reverse("account_login"), {"login": lena.email.upper(), "password": PASSWORD})
    assert response.status_code == 302
    assert "Everything that shows “Saved” is kept" in said(client.get(reverse("account_logout")))
    response = client.post(reverse("account_logout"), follow=True)
    assert "You are signed out." in said(response)


def test_the_demos_people_stand_on_the_sign_in_page_of_the_demo_alone(client, settings, db):
    assert "Be Lena" not in said(client.get(reverse("account_login")))
    settings.DEMO = True
    html = said(client.get(reverse("account_login")))
    assert html.count(' name="person"') == 8
    assert "KM lead: plans the programme" in html


def test_a_new_password_by_mail(client, lena, mailoutbox):
    client.get(reverse("account_reset_password"))
    response = client.post(reverse("account_reset_password"), {"email": lena.email}, follow=True)
    assert "Check your e-mail" in said(response)
    (mail,) = mailoutbox
    assert mail.subject == "Choose a new password for KM Portal"
    assert "Your password stays as it is" in mail.body
    form = client.get(link_in(mail.body, "password/reset/key"), follow=True)
    assert "At least 12 characters" in said(form)
    address = form.redirect_chain[-1][0]
    short = said(client.post(address, {"password1": "short", "password2": "short"}))
    assert "Choose a longer password: at least 12 characters" in short
    differing = said(client.post(address, {"password1": NEW, "password2": "another one here"}))
    assert "Enter the same password twice" in differing
    done = client.post(address, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your password is changed" in said(done)
    lena.refresh_from_db()
    assert lena.check_password(NEW)
    again = said(client.get(link_in(mail.body, "password/reset/key"), follow=True))
    assert "This link no longer works" in again


def test_an_unknown_address_learns_nothing_on_the_page(client, db, mailoutbox):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@riverside.example"}, follow=True)
    assert "Check your e-mail" in said(response)
    assert "There is no account with this address" in mailoutbox[0].body


def test_asking_for_a_new_password_takes_as_long_without_an_account(client, lena, settings, monkeypatch):
    """Half a second of work with an account, none without."""
    settings.RESET_SECONDS = 3.0
    clock, rests = SimpleNamespace(now=100.0), []
    ours = SimpleNamespace(monotonic=lambda: clock.now, sleep=rests.append)
    monkeypatch.setattr(account_forms, "time", ours)

    def work(form, request, **kwargs):
        clock.now += 0.5 if form.users else 0.0
        return form.cleaned_data["email"]

    monkeypatch.setattr(forms.ResetPasswordForm, "save", work)
    for address in (lena.email, "nobody@riverside.example"):
        client.post(reverse("account_reset_password"), {"email": address})
    assert rests == [2.5, 3.0]


def test_changing_the_password(as_, lena):
    browser = as_(lena)
    wrong = said(
        browser.post(reverse("account_change_password"), {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    )
    assert "This is not your current password" in wrong
    browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    lena.refresh_from_db()
    assert lena.check_password(NEW)


def with_password(browser, response):
    """What comes of a change of how one signs in, after the password was asked for once more."""
    assert response.url.startswith(reverse("account_reauthenticate"))
    assert "Is it still you?" in said(browser.get(response.url))
    return browser.post(response.url, {"password": PASSWORD}, follow=True)


def test_changing_the_address(as_, lena, mailoutbox):
    browser = as_(lena)
    page = said(browser.get(reverse("account_email")))
    assert lena.email in page
    assert "Changing to" not in page
    wanted = {"email": "lena.marsh@riverside.example", "action_add": ""}
    response = with_password(browser, browser.post(reverse("account_email"), wanted))
    lena.refresh_from_db()
    assert lena.email == "lena@riverside.example", "the present address stays until the new one is confirmed"
    assert "lena.marsh@riverside.example" in said(response)
    confirm = browser.get(link_in(mailoutbox[-1].body, "confirm-email"))
    assert "Is this your address?" in said(confirm)
    browser.post(link_in(mailoutbox[-1].body, "confirm-email"))
    lena.refresh_from_db()
    assert lena.email == "lena.marsh@riverside.example"


def test_an_address_is_never_taken_on_unconfirmed(as_, lena, oskar, mailoutbox):
    browser, page = as_(lena), reverse("account_email")
    browser.get(page)
    with_password(browser, browser.post(page, {"email": "noor@hillside.example", "action_add": ""}))
    for press in ("action_primary", "action_remove"):
        browser.post(page, {"email": "noor@hillside.example", press: ""})
        browser.post(page, {"email": lena.email, "action_remove": ""})
        lena.refresh_from_db()
        assert lena.email == "lena@riverside.example"


def test_an_address_that_is_somebody_elses_is_not_taken(as_, lena, oskar, mailoutbox):
    browser = as_(lena)
    with_password(browser, browser.post(reverse("account_email"), {"email": oskar.email, "action_add": ""}))
    answer = browser.post(link_in(mailoutbox[-1].body, "confirm-email"), follow=True)
    assert "already belongs to another account" in said(answer)
    lena.refresh_from_db()
    oskar.refresh_from_db()
    assert (lena.email, oskar.email) == ("lena@riverside.example", "oskar@hillside.example")


@pytest.mark.parametrize("name", ["account_reset_password", "account_email"])
def test_links_in_mails_lead_to_the_portal_whatever_host_was_asked_for(as_, lena, mailoutbox, settings, name):
    settings.ALLOWED_HOSTS = ["*"]  # as with HOST=0.0.0.0
    browser = as_(lena if name == "account_email" else None)
    asked = {"email": lena.email if name == "account_reset_password" else "lena@new.example", "action_add": ""}
    response = browser.post(reverse(name), asked, headers={"host": "evil.example"})
    if name == "account_email":
        browser.post(response.url, {"password": PASSWORD}, follow=True, headers={"host": "evil.example"})
    assert absolute("/accounts/") in mailoutbox[-1].body
    assert "evil.example" not in mailoutbox[-1].body


def test_nobody_signs_up(client, db):
    html = said(client.get(reverse("account_signup")))
    assert "Accounts begin with an invitation" in html
    assert client.post(reverse("account_signup"), {"email": "a@b.example", "password1": NEW}).status_code in (200, 403)


@pytest.mark.parametrize(
    "name", ["account_inactive", "account_email_verification_sent", "account_reset_password_from_key_done"]
)
def test_other_pages_are_ours(client, db, name):
    html = said(client.get(reverse(name)))
    assert html.count("<h1") == 1
    assert 'class="km-foot"' in html


def test_a_dead_confirmation_link(client, db):
    assert "This link no longer works" in said(client.get("/accounts/confirm-email/nonsense/"))


def test_the_demos_password_opens_nothing_outside_the_demo(client, settings, lena):
    lena.set_password("demo")
    lena.save()
    asked = {"login": lena.email, "password": "demo"}
    assert "do not match" in said(client.post(reverse("account_login"), asked))
    settings.DEMO = True
    assert client.post(reverse("account_login"), asked).status_code == 302


def test_a_new_password_forgets_an_address_that_waits_to_be_confirmed(as_, client, lena, mailoutbox):
    """Somebody knew the old password and asked for an address of theirs."""
    browser = as_(lena)
    with_password(browser, browser.post(reverse("account_email"), {"email": "evil@x.example", "action_add": ""}))
    waiting = link_in(mailoutbox[-1].body, "confirm-email")
    client.post(reverse("account_reset_password"), {"email": lena.email})
    page = client.get(link_in(mailoutbox[-1].body, "password/reset/key"), follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    client.post(waiting)
    lena.refresh_from_db()
    assert lena.check_password(NEW)
    assert lena.email == "lena@riverside.example"
