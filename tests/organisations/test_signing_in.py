"""Signing in on a bad Monday: many people behind one address, and guessers."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from organisations.models import Membership, Person
from organisations.permissions import Role
from tests.cast import PASSWORD

HOSPITAL = "192.0.2.7"
STRANGER = "203.0.113.9"


def sign_in(browser, email, password=PASSWORD, address=HOSPITAL):
    return browser.post(reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=address)


def guess(email, times, address=STRANGER):
    return [sign_in(Client(), email, f"guess {n}", address) for n in range(times)][-1]


@pytest.fixture
def forty(riverside):
    password = make_password(PASSWORD, hasher="md5")
    people = [Person(email=f"m{n}@riverside.example", name=f"M {n}", password=password) for n in range(40)]
    Person.objects.bulk_create(people)
    for person in Person.objects.filter(email__in=[person.email for person in people]):
        Membership.objects.create(organisation=riverside, person=person, role=Role.READER)
    return people


def test_forty_people_behind_one_address_sign_in_at_once(forty):
    answers = [sign_in(Client(), person.email).status_code for person in forty]
    assert answers == [302] * 40


def test_failures_of_many_accounts_do_not_keep_an_uninvolved_one_out(forty, lena):
    for person in forty:
        guess(person.email, 2, HOSPITAL)
    assert sign_in(Client(), lena.email).status_code == 302


def test_successes_count_for_nothing(lena):
    assert [sign_in(Client(), lena.email).status_code for _ in range(30)] == [302] * 30


def test_a_stranger_who_guesses_is_braked_and_its_owner_elsewhere_is_not(lena):
    answer = guess(lena.email, 6)
    assert "Too many attempts with this address. Try again in 5 minutes" in answer.content.decode()
    assert sign_in(Client(), lena.email, address=STRANGER).status_code == 200
    assert sign_in(Client(), lena.email).status_code == 302


def test_many_strangers_brake_an_account_but_not_on_a_device_that_it_knows(lena):
    known = Client()
    assert sign_in(known, lena.email).status_code == 302
    known.post(reverse("account_logout"))
    for number in range(5):
        guess(lena.email, 5, f"203.0.113.{number}")
    assert "Too many attempts" in sign_in(Client(), lena.email, address="198.51.100.1").content.decode()
    assert sign_in(known, lena.email).status_code == 302


def test_a_device_that_the_account_knows_is_braked_too(lena):
    browser = Client()
    sign_in(browser, lena.email)
    browser.post(reverse("account_logout"))
    answers = [sign_in(browser, lena.email, f"guess {n}").content.decode() for n in range(6)]
    assert "Too many attempts" not in answers[4]
    assert "Too many attempts" in answers[5]


@pytest.mark.parametrize("cookie", ["", "nonsense", "WyJ4IixbMV1d:1x:forged"])
def test_a_made_up_device_is_not_known(lena, cookie):
    browser = Client()
    browser.cookies["device"] = cookie
    for number in range(6):
        answer = sign_in(browser, lena.email, f"guess {number}")
    assert "Too many attempts" in answer.content.decode()


@pytest.mark.parametrize("odd", ["", "unix:", "a proxy"])
def test_an_address_that_cannot_be_read_keeps_nobody_out(lena, odd):
    assert sign_in(Client(), lena.email, address=odd).status_code == 302


def test_too_many_is_a_page_of_ours_that_says_when_to_try_again(client, lena, mailoutbox):
    answers = [client.post(reverse("account_reset_password"), {"email": lena.email}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    page = answers[-1].content.decode()
    assert page.count("<h1") == 1
    assert "Wait 5 minutes" in page
    assert answers[-1]["Retry-After"] == "300"
    assert len(mailoutbox) == 5


def test_an_empty_portal_says_how_its_first_organisation_is_made(client, db, request):
    assert "make first" in client.get(reverse("account_login")).text
    request.getfixturevalue("riverside")
    assert "make first" not in client.get(reverse("account_login")).text
