"""Receipt codes of safe lessons: made, read as people type them, and braked when somebody guesses. And the links by
which experts without account answer, and those of the mail that asks whether a lesson is still right."""

import secrets

from django.core import signing
from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from kmportal.lib.unlinking import one_way
from lessons.models import ExpertQuestion, ReviewTurn
from techniques.join_codes import ALPHABET

# Four groups of four: nobody guesses one in a lifetime, so that a plain fast hash is enough.
GROUPS, GROUP = 4, 4
# Wrong codes within ten minutes from one network, and from everybody.
MINUTES = 10
FROM_ONE_NETWORK = 20
FROM_EVERYBODY = 300
BRAKED = f"Too many wrong codes. Wait {MINUTES} minutes, then try again."


def make_receipt_code() -> str:
    """A new code, as it is written down: “CDFG-HJKM-NPQR-TWXY”."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def tidy_receipt_code(typed: str) -> str:
    """What somebody meant who typed small letters, gaps or other dashes; what cannot be a code becomes empty."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(letters) != GROUPS * GROUP or any(letter not in ALPHABET for letter in letters):
        return ""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def hash_of_receipt(code: str) -> str:
    """What is kept of a code."""
    return one_way(code, purpose="receipt")


def is_braked(network: str) -> bool:
    """Whether too many wrong codes have come, from one network or from everybody."""
    counted = cache.get_many([_key_of(network), _key_of("")])
    return counted.get(_key_of(network), 0) >= FROM_ONE_NETWORK or counted.get(_key_of(""), 0) >= FROM_EVERYBODY


def count_wrong_code(network: str) -> None:
    """Remember a wrong code. A count starts anew ten minutes after its first."""
    for key in (_key_of(network), _key_of("")):
        cache.add(key, 0, timeout=MINUTES * 60)
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two lines
            cache.set(key, 1, timeout=MINUTES * 60)


def _key_of(network: str) -> str:
    return f"lesson-receipt-wrong-{one_way(network, purpose='brake')[:32]}"


# --- Experts ---------------------------------------------------------------------------------------------------------

_EXPERT = "lessons.expert"


def expert_token(question: ExpertQuestion) -> str:
    """A signature over the question and the version that it is about: it opens no other."""
    return signing.Signer(salt=_EXPERT).signature(f"{question.pk}:{question.revision_id}")


def expert_path(question: ExpertQuestion) -> str:
    """Where an expert answers."""
    return reverse("expert_answer", args=[question.pk, expert_token(question)])


def is_token_of(token: str, question: ExpertQuestion) -> bool:
    """Whether the link was made for this question."""
    return constant_time_compare(token, expert_token(question))


# --- Is it still right? ----------------------------------------------------------------------------------------------

_TURN = "lessons.turn"


def turn_token(turn: ReviewTurn) -> str:
    """A signature over one question to one person: handed over to somebody else, the link opens nothing."""
    return signing.Signer(salt=_TURN).signature(f"{turn.pk}:{turn.person_id}")


def turn_path(turn: ReviewTurn) -> str:
    """Where whoever was asked answers, without signing in."""
    return reverse("review_turn", args=[turn.pk, turn_token(turn)])


def is_token_of_turn(token: str, turn: ReviewTurn) -> bool:
    """Whether the link was made for this question to this person."""
    return constant_time_compare(token, turn_token(turn))
