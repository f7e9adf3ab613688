"""What somebody was refused stands in the log, without an address that might hold a key."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_refusal_is_in_the_log_without_its_address(reza, as_, caplog):
    assert as_(reza).get(reverse("audit_list", args=["riverside"]), {"token": "saffron"}).status_code == 403
    assert "Refused: audit_list to membership" in caplog.text
    assert "saffron" not in caplog.text
    assert reza.email not in caplog.text


def test_what_is_allowed_or_unknown_is_not(lena, oskar, as_, caplog):
    assert as_(lena).get(reverse("home", args=["riverside"])).status_code == 200
    assert as_(oskar).get(reverse("audit_list", args=["riverside"])).status_code == 404
    assert "Refused" not in caplog.text
