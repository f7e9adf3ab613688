"""A session that found no room in the database: several requests of its owner at once, and its end among them."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError

from kmportal.lib import sessions
from kmportal.lib.sessions import SessionStore
from organisations.models import SignIn
from organisations.sign_ins import UNNOTED, USER, open_sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(lena):
    """The key of Lena’s, as it stands in the cache."""
    store = SessionStore()
    store["seen"] = 1
    store[USER], store[UNNOTED] = lena.pk, "Firefox on Windows"
    store._session_key = store._get_new_session_key()
    store._wait(store._session)
    return store.session_key


def refuse(*args: object, **values: object) -> None:
    raise OperationalError("database or disk is full")


def loaded(key):
    store = SessionStore(session_key=key)
    assert store["seen"] == 1
    assert store.is_waiting
    return store


def test_who_signed_out_meanwhile_stays_signed_out(waiting):
    slow, other = loaded(waiting), loaded(waiting)
    other.delete()
    with pytest.raises(UpdateError):
        slow.save()
    assert not Session.objects.exists()
    assert SessionStore(session_key=waiting).get("seen") is None


def test_nor_where_there_is_no_room_yet(waiting, monkeypatch):
    slow, other = loaded(waiting), loaded(waiting)
    other.delete()
    with monkeypatch.context() as full:
        full.setattr(sessions, "is_disk_full", lambda error: True)
        full.setattr(sessions, "is_cache_shared", lambda: True)
        full.setattr(sessions.db.SessionStore, "save", refuse)
        with pytest.raises(UpdateError):
            slow.save()
    assert SessionStore(session_key=waiting).get("seen") is None


@pytest.mark.parametrize("is_full", [True, False])
def test_it_takes_another_key_as_the_second_step_of_signing_in_wants(waiting, monkeypatch, is_full):
    store = loaded(waiting)
    with monkeypatch.context() as full:
        if is_full:
            full.setattr(sessions, "is_disk_full", lambda error: True)
            full.setattr(sessions, "is_cache_shared", lambda: True)
            full.setattr(sessions.db.SessionStore, "save", refuse)
        store.cycle_key()
    assert store.session_key != waiting
    assert store.is_waiting is is_full
    assert SessionStore(session_key=waiting).get("seen") is None
    assert SessionStore(session_key=store.session_key)["seen"] == 1


def test_two_requests_at_once_write_one_session_and_note_one_sign_in(waiting, lena):
    first, second = loaded(waiting), loaded(waiting)
    first.save()
    second["seen"] = 2
    second.save()
    assert SessionStore(session_key=waiting)["seen"] == 2, "what the second one put into it is kept"
    assert [one.session_key for one in open_sessions(lena)] == [waiting]


def test_what_finds_no_room_for_its_line_in_the_list_goes_on_waiting(waiting, lena, monkeypatch):
    """Else there would be a session that nobody can see and end."""

    with monkeypatch.context() as full:
        full.setattr(SignIn.objects, "create", refuse)
        full.setattr(sessions, "is_disk_full", lambda error: True)
        full.setattr(sessions, "is_cache_shared", lambda: True)
        loaded(waiting).save()
        assert not Session.objects.exists()
    loaded(waiting).save()
    assert [one.session_key for one in open_sessions(lena)] == [waiting]
