"""Sessions: listed and ended by their owner, ended by time and by a new password; the log of sign-ins."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kmportal.lib import middleware
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sessions import SessionStore
from organisations import actions
from organisations.models import AuditEntry, Membership, SignIn
from organisations.sign_ins import browser_in_words, open_sessions
from tests.cast import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def sign_in(person, agent=FIREFOX, password=PASSWORD):
    browser = Client(headers={"user-agent": agent})
    browser.post(reverse("account_login"), {"login": person.email, "password": password})
    return browser


def is_in(browser):
    return browser.get(reverse("account")).status_code == 200


def said(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("agent", "words"),
    [(FIREFOX, "Firefox on Windows"), (PHONE, "Safari on iPhone"), ("", "A browser"), ("curl/8", "A browser")],
)
def test_browsers_are_named_as_people_do(agent, words):
    assert browser_in_words(agent) == words


def test_signing_in_gives_the_session_another_key(lena, client):
    client.get(reverse("account_login"))
    session = client.session
    session["begun"] = "before"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before = session.session_key
    client.post(reverse("account_login"), {"login": lena.email, "password": PASSWORD})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_api_knows_no_session_and_leaves_it_as_it_is(lena):
    browser = sign_in(lena)
    assert browser.get("/api/v1/riverside/lessons/").status_code == 401
    assert is_in(browser)


def test_own_sessions_are_listed_and_ended(lena):
    here, phone = sign_in(lena), sign_in(lena, PHONE)
    page = said(here.get(reverse("own_sign_ins")))
    assert "Firefox on Windows: this one" in page
    row = SignIn.objects.get(browser="Safari on iPhone")
    here.post(reverse("session_end", args=[row.pk]))
    assert is_in(here)
    assert not is_in(phone)


def test_signing_out_everywhere_else(lena):
    here, *others = (sign_in(lena) for _ in range(3))
    here.post(reverse("session_end_others"))
    assert [is_in(browser) for browser in (here, *others)] == [True, False, False]


def test_nobody_ends_sessions_of_somebody_else(lena, cara):
    here, hers = sign_in(lena), sign_in(cara)
    row = SignIn.objects.get(person=cara)
    assert here.post(reverse("session_end", args=[row.pk])).status_code == 404
    here.post(reverse("session_end_others"))
    assert is_in(hers)


def test_an_administrator_signs_somebody_out_everywhere_and_says_why(lena, ada, member):
    """ASVS V7.4.5. Whoever sits at an open screen is asked for the password first, and the person reads why."""
    phone, desk, office = sign_in(lena, PHONE), sign_in(lena), sign_in(ada)
    url = reverse("person_sign_out", args=["riverside", member(lena).pk])
    assert url in said(office.get(reverse("person_edit", args=["riverside", member(lena).pk])))
    assert office.post(url, {"reason": ""}).status_code == 422
    answer = office.post(url, {"reason": SignIn.Ended.LOST})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert is_in(desk)
    office.post(answer.url, {"password": PASSWORD})
    answer = office.post(url, {"reason": SignIn.Ended.LOST}, follow=True)
    assert "Lena Marsh is signed out everywhere" in said(answer)
    assert (is_in(phone), is_in(desk), is_in(office)) == (False, False, True)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.event, entry.actor_id, entry.facts) == ("membership.signed_out", ada.pk, {"reason": "lost device"})
    assert "has signed you out everywhere. The reason given: a lost or stolen phone" in said(
        sign_in(lena).get(reverse("notice_list", args=["riverside"]))
    )
    assert "is told at the next sign-in" in said(office.get(url))
    suspended = Membership.objects.filter(person=lena)
    suspended.update(suspended_at=timezone.now())
    assert "is told" not in said(office.get(url))
    suspended.update(suspended_at=None)
    for by, whom, reason in ((lena, ada, "lost device"), (ada, ada, "lost device"), (ada, lena, "spite")):
        with pytest.raises((PermissionDenied, Refusal)):
            actions.sign_out_member(member(whom), by=member(by), at=timezone.now(), reason=reason)


def test_a_new_password_by_mail_ends_the_other_sessions(lena, client, mailoutbox):
    thief = sign_in(lena)
    client.post(reverse("account_reset_password"), {"email": lena.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key[^\s]+)", mailoutbox[0].body)[1]
    page = client.get(link, follow=True)
    new = "three words apart"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_in(thief)
    assert is_in(sign_in(lena, password=new))


def test_failures_are_told_to_the_person_and_the_administrator(lena, ada, oskar, as_):
    sign_in(lena, password="wrong")
    sign_in(oskar, password="wrong")
    own = said(sign_in(lena).get(reverse("own_sign_ins")))
    assert "Failed" in own
    assert "from 127.0.0.1" in own
    page = said(as_(ada).get(reverse("sign_in_list", args=["riverside"])))
    assert "Lena Marsh, Firefox on Windows" in page
    assert "Oskar" not in page


def test_when_somebody_signed_in_is_kept_by_day_and_in_no_order(lena):
    for _ in range(3):
        sign_in(lena)
    rows = list(SignIn.objects.values())
    assert all(row["failed_at"] is None and row["failed_from"] == "" for row in rows)
    assert {len(str(row["id"])) for row in rows} == {36}


@pytest.fixture
def clock(monkeypatch):
    now = [1_800_000_000.0]
    monkeypatch.setattr(middleware.time, "time", lambda: now[0])

    def pass_time(minutes):
        now[0] += minutes * 60

    return pass_time


def test_who_has_not_been_here_for_the_idle_limit_signs_in_again(lena, clock):
    browser = sign_in(lena)
    clock(settings.SESSION_IDLE_MINUTES - 1)
    assert is_in(browser)
    clock(settings.SESSION_IDLE_MINUTES - 1)
    assert is_in(browser)
    clock(settings.SESSION_IDLE_MINUTES + 1)
    answer = browser.get(reverse("account"), follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next={reverse('account')}"
    assert "You were signed out, because you had not been here for a while" in said(answer)


def test_a_page_that_asks_by_itself_does_not_keep_the_session(lena, clock):
    browser = sign_in(lena)
    for _ in range(3):
        clock(settings.SESSION_IDLE_MINUTES / 2)
        browser.get(reverse("account"), headers={"sec-fetch-mode": "cors"})
    assert not is_in(browser)


def test_after_the_absolute_limit_everybody_signs_in_again(lena, clock):
    browser = sign_in(lena)
    for _ in range(14 * 24 + 1):
        clock(60)
        browser.get(reverse("words"))
    assert not is_in(browser)


@pytest.mark.parametrize("cookie", [None, "forged"])
def test_a_session_without_its_cookie_has_ended(lena, cookie):
    browser = sign_in(lena)
    if cookie:
        browser.cookies[middleware.SEEN_COOKIE] = cookie
    else:
        del browser.cookies[middleware.SEEN_COOKIE]
    assert not is_in(browser)


def test_a_changed_password_keeps_the_browser_in_which_it_was_changed(lena):
    here, other = sign_in(lena), sign_in(lena)
    new = "three words apart"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here)
    assert not is_in(other)


def test_a_browser_is_known_after_its_password_was_changed_there(lena):
    here, new = sign_in(lena), "three words apart"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    there = sign_in(lena, PHONE, password=new)
    there.post(reverse("session_end_others"))
    assert [is_in(here), is_in(there)] == [False, True]


def test_a_browser_is_known_after_the_secret_key_was_changed(lena, settings):
    here, there = sign_in(lena), sign_in(lena, PHONE)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key, as long as it takes"
    assert is_in(here)
    there.post(reverse("session_end_others"))
    assert [is_in(here), is_in(there)] == [False, True]


def test_how_many_browsers_are_open_costs_no_queries(lena):
    for number in range(3):
        sign_in(lena)
        with CaptureQueriesContext(connection) as taken:
            assert len(open_sessions(lena)) == number + 1
        assert len(taken) == 2


def test_no_session_tells_when_it_began_to_the_limits(lena):
    sign_in(lena)
    data = SessionStore().decode(Session.objects.get().session_data)
    assert data[middleware.LIMITED] is True
