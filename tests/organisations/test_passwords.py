"""Passwords that are long enough and easily guessed."""

import pytest
from django.urls import reverse

from tests.cast import PASSWORD


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("840275917364", "Choose a password that is not only numbers"),
        ("aaaaaaaaaaaaa", "Choose a password that is not the same character over and over"),
        ("AaAaAaAaAaAaA", "Choose a password that is not the same character over and over"),
        ("-------------", "Choose a password that is not the same character over and over"),
        ("KM-Portal-2026!", "words like the name of the portal or of your organisation"),
        ("Riverside 2026", "words like the name of the portal or of your organisation"),
        ("riverside-hospital", "words like the name of the portal or of your organisation"),
    ],
)
def test_weak_passwords_are_refused_in_their_own_sentence(as_, lena, password, sentence):
    wanted = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert sentence in as_(lena).post(reverse("account_change_password"), wanted).content.decode()
    lena.refresh_from_db()
    assert lena.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["a heron by the riverside", "portal-of-sixty-geese", "three words apart"])
def test_a_known_word_among_others_does_no_harm(as_, lena, password):
    wanted = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert as_(lena).post(reverse("account_change_password"), wanted).status_code == 302
