"""Join codes: six letters or digits that cannot be confused, and the brake on those who guess."""

import secrets
from collections.abc import Collection

from django.core.cache import cache

from kmportal.lib.exceptions import Refusal

# Without 0 O, 1 I L, 2 Z, 5 S, 8 B, U V, and without the other vowels, so that no code is a word.
ALPHABET = "CDFGHJKMNPQRTWXY34679"
LENGTH = 6

# Wrong codes within ten minutes: from one address (forty people in one hall may mistype theirs three times each), and
# from everybody.
MINUTES = 10
FROM_ONE_ADDRESS = 120
FROM_EVERYBODY = 600
BRAKED = f"Too many wrong codes. Wait {MINUTES} minutes and try again, or scan the QR code."


def make_code(taken: Collection[str] = ()) -> str:
    """A new code that is not among ``taken``."""
    while (code := "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))) in taken:
        pass
    return code


def tidy_code(typed: str) -> str:
    """What somebody meant who typed “rv-s 4k7”: capitals without gaps. What cannot be a code becomes empty."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    return code if len(code) == LENGTH and all(letter in ALPHABET for letter in code) else ""


def is_braked(address: str) -> bool:
    """Whether too many wrong codes have come in, from one address or from everybody."""
    failures = cache.get_many([_cache_key_of(address), _cache_key_of("")])
    return (
        failures.get(_cache_key_of(address), 0) >= FROM_ONE_ADDRESS
        or failures.get(_cache_key_of(""), 0) >= FROM_EVERYBODY
    )


def check_brake(address: str) -> None:
    """Refuse to look a code up while there is a brake. Ask before every look-up."""
    if is_braked(address):
        raise Refusal(BRAKED)


def count_failure(address: str) -> None:
    """Remember a wrong code. The count of an address starts anew ten minutes after its first failure."""
    for key in (_cache_key_of(address), _cache_key_of("")):
        cache.add(key, 0, timeout=MINUTES * 60)
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two lines
            cache.set(key, 1, timeout=MINUTES * 60)


def _cache_key_of(address: str) -> str:
    return f"techniques.join_codes.failures.{address or 'all'}"
