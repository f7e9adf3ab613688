"""Password validators that know the portal and its organisations. Named in the setting AUTH_PASSWORD_VALIDATORS."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from organisations.models import Membership

# What somebody who guesses tries first here: the portal, its field and its places. In small letters.
LISTED_WORDS = (
    "kmportal", "knowledge", "management", "portal", "lessons", "learned", "password", "welcome", "hospital", "trust",
    "council", "charity", "library", "nhs",
)  # fmt: skip
LEFT_OVER = 8


class ListedWordsValidator:
    """Context-specific words (ASVS 6.1.2): refuse a password that is hardly more than words which everybody here knows:
    those of the portal, and the names of the organisations of whoever chooses it. Eight other letters are enough."""

    def validate(self, password: str, user: Any = None) -> None:
        left = _bare(password)
        for word in sorted({*LISTED_WORDS, *_names_around(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEFT_OVER and left != _bare(password):
            raise ValidationError(
                "Choose a password that is not made of words like the name of the portal or of your organisation",
                code="password_listed_words",
            )

    def get_help_text(self) -> str:
        return "Your password can’t be made of words like the name of the portal or of your organisation."


def _names_around(user: Any) -> Iterator[str]:
    """The words of the names of the user’s organisations, and each name as one; nothing shorter than four letters."""
    if getattr(user, "pk", None) is None:
        return
    for name in Membership.objects.filter(person=user.pk).values_list("organisation__name", flat=True):
        yield from (word for word in [_bare(name), *map(_bare, name.split())] if len(word) > 3)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
