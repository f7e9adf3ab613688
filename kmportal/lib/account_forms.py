"""allauth’s forms with our labels: no placeholders, no words in capitals. Named in the setting ACCOUNT_FORMS."""

import time
from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms as django_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from kmportal.lib import forms as forms_of_ours

LABELS = {
    "login": "Work e-mail",
    "email": "Work e-mail",
    "password": "Password",
    "oldpassword": "Your current password",
    "password1": "New password",
    "password2": "New password again",
    "code": "Code",
    "name": "What is it called?",
    "passwordless": "Sign in with it alone, without a password",
}
HINTS = {
    "password1": "At least 12 characters. Three unrelated words work well.",
    "code": "Six digits from your app, or one of your recovery codes.",
    "passwordless": "Your device then asks for your fingerprint, face or PIN.",
}


class CredentialField(django_forms.JSONField):
    """What a passkey answers, as JSON; what Python refuses to read (a number without end) is wrong, not our mistake."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": ""}) from None


class _OurWords:
    """Labels and hints of the portal on a form of allauth’s."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, "")
            if type(field) is django_forms.JSONField:
                self.fields[name] = CredentialField(widget=field.widget)
            if isinstance(field, django_forms.EmailField):  # one place judges addresses, for those who sign in, too
                ours = forms_of_ours.EmailField(label=field.label, required=field.required, widget=field.widget)
                self.fields[name] = ours

    def add_error(self, field: str | None, error: Any) -> None:
        """The second password can only be wrong by differing from the first."""
        super().add_error(field, "Enter the same password twice" if field == "password2" else error)  # type: ignore[misc]


class LoginForm(_OurWords, forms.LoginForm):
    """Sign in."""


class ResetPasswordForm(_OurWords, forms.ResetPasswordForm):
    """Ask for a mail with a link to a new password."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Takes as long where there is no account as where there is one, or the time would tell which."""
        began = time.monotonic()
        email: str = super().save(request, **kwargs)
        time.sleep(max(0.0, settings.RESET_SECONDS - (time.monotonic() - began)))
        return email


class ResetPasswordKeyForm(_OurWords, forms.ResetPasswordKeyForm):
    """Choose a new password through the link."""


class ChangePasswordForm(_OurWords, forms.ChangePasswordForm):
    """Change the password, knowing the present one."""


class SetPasswordForm(_OurWords, forms.SetPasswordForm):
    """Choose a first password."""


class ReauthenticateForm(_OurWords, forms.ReauthenticateForm):
    """Show that it is still you."""


class SecondStepForm(_OurWords, mfa_forms.AuthenticateForm):
    """The code that follows the password."""


class SecondStepAgainForm(_OurWords, mfa_forms.ReauthenticateForm):
    """Show with a code that it is still you."""


class ActivateAppForm(_OurWords, totp_forms.ActivateTOTPForm):
    """The first code of an app, which proves that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "Six digits. Your app shows new ones each half minute."


class AddPasskeyForm(_OurWords, passkey_forms.AddWebAuthnForm):
    """A new passkey: made by the browser, named by its owner."""


class PasskeyLoginForm(_OurWords, passkey_forms.LoginWebAuthnForm):
    """A passkey instead of a password."""


class PasskeyAgainForm(_OurWords, passkey_forms.ReauthenticateWebAuthnForm):
    """Show with a passkey that it is still you."""


class EditPasskeyForm(_OurWords, passkey_forms.EditWebAuthnForm):
    """Another name for a passkey."""


class AddEmailForm(_OurWords, forms.AddEmailForm):
    """Another address to sign in with and to get mail at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New e-mail address"
