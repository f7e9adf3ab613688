"""The key that signs sessions and links: one for all machines that share a database."""

import os
import subprocess
import sys

import pytest

from tests.portal import ROOT, new_database

MAKE = """
import os, django; django.setup()
from datetime import timedelta
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from organisations.models import Invitation, Organisation, Person
from organisations.tokens import invitation_token
person = Person.objects.create_user("ada@riverside.example", "three words apart", name="Ada")
house = Organisation.objects.create(name="Riverside", slug="riverside")
invitation = Invitation.objects.create(
    organisation=house, email="new@riverside.example", nonce="n", expires_at=timezone.now() + timedelta(days=7))
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session.save()
print(session.session_key, invitation_token(invitation))
"""
OPEN = """
import sys, django; django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS.append("testserver")
browser = Client()
link = browser.get(f"/invitation/{sys.argv[2]}/").status_code
browser.cookies[settings.SESSION_COOKIE_NAME] = sys.argv[1]
print(browser.get("/me/").status_code, link)
"""


# Debug: what the pages need from a folder of collected files has no part in this.
FIXED = {"DJANGO_SETTINGS_MODULE": "kmportal.settings", "KM_DEMO": "0", "KM_DEBUG": "1"}


def run(code, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    environment = {**kept, **FIXED, **environment}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.django_db
@pytest.mark.services
def test_two_machines_with_one_environment_open_each_others_sessions_and_links(tmp_path):
    database = new_database(tmp_path / "shared", empty=False)
    first, second = (
        {"KM_DATA_DIR": str(tmp_path / name), "DATABASE_URL": database, "SECRET_KEY": "one-key-for-both"}
        for name in ("first", "second")
    )
    made = run(MAKE, **first)
    assert made.returncode == 0, made.stderr
    arguments = made.stdout.split()
    opened = run(OPEN, *arguments, **second)
    assert opened.stdout.split() == ["200", "200"], opened.stderr
    other_key = run(OPEN, *arguments, **{**second, "SECRET_KEY": "another"})
    assert other_key.stdout.split() == ["302", "410"], "the key is what they share"


def test_postgresql_without_a_key_is_refused_in_a_sentence(tmp_path):
    asked = {"KM_DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://u@localhost/x", "SECRET_KEY": ""}
    refused = run("import kmportal.settings", **asked)
    assert refused.returncode == 1
    assert refused.stderr.startswith("KM Portal does not start: with PostgreSQL it needs a SECRET_KEY")
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "secret.key").exists()


@pytest.mark.parametrize(
    "variables", [{"DATABASE_URL": ""}, {"KM_DEMO": "1", "DATABASE_URL": "postgres://u@localhost/x"}]
)
def test_sqlite_and_the_demo_make_a_key_of_their_own(tmp_path, variables):
    asked = {"KM_DATA_DIR": str(tmp_path), "SECRET_KEY": "", **variables}
    asked["DATABASE_URL"] = asked["DATABASE_URL"] or f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    assert run("import kmportal.settings", **asked).returncode == 0
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
