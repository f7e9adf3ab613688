"""Access tokens: how a program acts for a person. The token is shown once; the database keeps its hash."""

import hashlib
import secrets
from datetime import datetime

from django.utils.crypto import constant_time_compare

from kmportal.lib.disk import left_undone_without_room
from organisations.models import AccessToken

PREFIX = "kmp"


def make_secret() -> str:
    """Long and random, so that a plain fast hash is enough: nobody guesses it."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def written(token: AccessToken, secret: str) -> str:
    """The token as it is shown once: its number finds the row, its secret opens it."""
    return f"{PREFIX}_{token.pk}_{secret}"


def token_of(text: str, *, at: datetime) -> AccessToken | None:
    """The row of a token that is valid now, with its person; None for any other text. Notes the day of its last use."""
    prefix, _, rest = text.partition("_")
    number, _, secret = rest.partition("_")
    if prefix != PREFIX or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    token = AccessToken.objects.valid(at).select_related("person").filter(pk=int(number)).first()
    if token is None or not constant_time_compare(token.hash, hash_of(secret)):
        return None
    if token.last_used_on != at.date():
        with left_undone_without_room("the day on which a token was used could not be noted"):
            AccessToken.objects.filter(pk=token.pk).update(last_used_on=at.date())
    return token
