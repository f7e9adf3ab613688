"""Password validators beside Django’s own. Named in the setting AUTH_PASSWORD_VALIDATORS."""

from typing import Any

from django.core.exceptions import ValidationError


class OneCharacterValidator:
    """Refuse a password that is one character over and over: long enough, and in no list of common ones."""

    def validate(self, password: str, user: Any = None) -> None:
        if password and len(set(password.casefold())) == 1:
            raise ValidationError(
                "Choose a password that is not the same character over and over", code="password_one_character"
            )

    def get_help_text(self) -> str:
        return "Your password can’t be the same character over and over."
