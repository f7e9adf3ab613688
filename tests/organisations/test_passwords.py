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
    ],
)
def test_weak_passwords_are_refused_in_their_own_sentence(as_, lena, password, sentence):
    wanted = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert sentence in as_(lena).post(reverse("account_change_password"), wanted).content.decode()
    lena.refresh_from_db()
    assert lena.check_password(PASSWORD)
