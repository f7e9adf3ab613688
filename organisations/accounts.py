"""Accounts: they begin with an invitation alone, and the address with which somebody signs in stays theirs."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from kmportal.lib.links import absolute
from organisations.demo import DEMO_PASSWORD
from organisations.models import Person


class AccountAdapter(DefaultAccountAdapter):
    """allauth’s account rules for this portal."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an account begins with an invitation into an organisation."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: str) -> AbstractBaseUser | None:
        """Everybody knows the demo’s password, so outside the demo it opens nothing, whatever data the portal has."""
        user = super().authenticate(request, **credentials)
        return user if settings.DEMO or credentials.get("password") != DEMO_PASSWORD else None

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """With the new password an address that waits to be confirmed is forgotten: whoever knew the old one may have
        asked for it, and would have the account again by confirming it."""
        super().set_password(user, password)
        EmailAddress.objects.filter(user=user, verified=False).delete()

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the portal’s own address, as every link in a mail: whoever asks for somebody else’s new password can make
        the request say any other."""
        return absolute(urlsplit(super().get_reset_password_from_key_url(key)).path)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: object) -> str:
        """At the portal’s own address, too."""
        return absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))  # type: ignore[attr-defined]

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Not if somebody else signs in with this address by now."""
        others = Person.objects.exclude(pk=email_address.user_id)
        if others.filter(email__iexact=email_address.email).exists():
            sentence = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, sentence, {"email": email_address.email})
            return False
        return super().confirm_email(request, email_address)


@transaction.atomic
def hold_address(person: Person) -> None:
    """Note the address with which somebody signs in as confirmed. To be called before they ask for another one.

    An invitation was sent to it. An unconfirmed one is taken off the account by allauth as soon as another is asked
    for, so that nobody could sign in any more; and beside it one that was never confirmed could be made the first.
    """
    rows, email = EmailAddress.objects.filter(user=person), person.email.lower()
    if not rows.filter(email=email, verified=True, primary=True).exists():
        rows.update(primary=False)
        rows.update_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
