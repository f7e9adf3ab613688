"""Redis away: everybody signs in and joins; the brakes fall back to the memory of the process, and it is said."""

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from kmportal.lib.fallback_cache import FallbackCache
from tests.cast import PASSWORD


def sign_in(browser, email, password=PASSWORD):
    return browser.post(reverse("account_login"), {"login": email, "password": password})


@pytest.fixture
def no_redis():
    """As in production, with the address of a server that does not answer."""
    before = caches["default"]
    caches["default"] = cache = FallbackCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})
    yield cache
    cache.clear()
    caches["default"] = before


def test_without_redis_people_sign_in_join_and_guessers_are_braked(no_redis, lena, client):
    assert sign_in(client, lena.email).status_code == 302
    assert client.get(reverse("join_session", args=["CDFGHJ"])).status_code == 404
    assert client.post(reverse("join"), {"code": "CDFGHJ"}).status_code != 500
    guesses = [sign_in(Client(), lena.email, f"guess {number}").content.decode() for number in range(6)]
    assert "Too many attempts" in guesses[-1]
    assert client.get("/healthz").json()["degraded"] == ["redis"]


def test_the_fallback_has_all_that_a_cache_has(no_redis):
    assert no_redis.add("a", 1)
    assert not no_redis.add("a", 2)
    assert no_redis.incr("a") == 2
    no_redis.set_many({"b": 1, "c": 2})
    assert no_redis.get_many(["a", "b", "c"]) == {"a": 2, "b": 1, "c": 2}
    assert no_redis.get_or_set("d", 4) == 4
    assert "d" in no_redis
    assert no_redis.touch("d")
    no_redis.delete_many(["a", "b"])
    assert no_redis.delete("c")
    assert no_redis.get("a") is None
    assert no_redis.decr("d") == 3
    with pytest.raises(ValueError, match="gone"):
        no_redis.incr("gone")


def test_redis_that_comes_back_counts_again(no_redis, monkeypatch):
    no_redis.set("a", 1)
    assert not no_redis.is_whole()
    monkeypatch.setattr("kmportal.lib.fallback_cache.PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("kmportal.lib.fallback_cache._away_until", {})
    monkeypatch.setattr(no_redis, "_redis", no_redis._memory)
    assert no_redis.is_whole()


def test_every_cache_of_the_portal_falls_back_when_it_is_redis():
    assert settings.CACHES.keys() == {"default"}
    if settings.REDIS_URL:
        assert isinstance(caches["default"], FallbackCache)
