"""Accounts: they begin with an invitation alone, and the address with which somebody signs in stays theirs."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows import reauthentication
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.disk import left_undone_without_room
from kmportal.lib.links import absolute
from kmportal.lib.middleware import LIMITED
from kmportal.lib.secret_texts import Unreadable, is_sealed_with_the_first_key, open_text, seal_text
from organisations import sign_ins
from organisations.demo import DEMO_PASSWORD
from organisations.models import Person

DEVICE_COOKIE = f"{settings.COOKIE_PREFIX}device"
DEVICE_DAYS = 365
PEOPLE_OF_A_DEVICE = 20  # a ward’s computer knows many; more would make the cookie too long
UNKNOWN_ADDRESS = "unknown"
SECOND_STEP = "second step"
UNREADABLE = (
    "The portal can no longer check this code. Use a passkey, or ask an administrator to take the second step off"
)
BRAKED = "Too many attempts with this address. Try again in %(minutes)d minutes, or choose a new password"


class AccountAdapter(DefaultAccountAdapter):
    """allauth’s account rules for this portal."""

    _used: list[ratelimit.RateLimitUsage]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Never an error: a proxy that says nothing, or speaks through a socket, must not keep everybody out."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return UNKNOWN_ADDRESS

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The brake on guessing: it counts the failures of an account, never those of an address alone, which a whole
        hospital may share. A device on which the account has signed in before has a count of its own, so that nobody
        else can keep its owner out."""
        account = self._get_login_attempts_cache_key(request, **credentials)
        device = _device_of(request, credentials.get("email", ""))
        self._used = []
        counts = {"login_failed": _key_of_place(account, request, device)}
        if not device:
            counts["login_failed_anywhere"] = account
        for action, key in counts.items():
            usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if usage is None:
                self._rollback_login_failed_rl_usage()
                raise ValidationError(BRAKED, code="braked", params={"minutes": settings.BRAKE_MINUTES})
            self._used.append(usage)

    def _rollback_login_failed_rl_usage(self) -> None:
        for usage in self._used:
            usage.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """After a new password by mail its owner signs in at once, whoever has guessed before."""
        account = self._get_login_attempts_cache_key(request, **credentials)
        places = {
            "login_failed": _key_of_place(account, request, _device_of(request, credentials.get("email", ""))),
            "login_failed_anywhere": account,
        }
        for action, key in places.items():
            ratelimit.clear(request, app="allauth.account", action=action, key=key)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """To the address of the account, also when allauth keeps no row for it: it does so for changed ones only."""
        super().send_notification_mail(template_prefix, user, context, email or user.get_username())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """The owner of the account reads of it. An address without an account has nobody who could."""
        person = Person.objects.filter(email__iexact=credentials.get("email", "")).first()
        if person is not None:
            sign_ins.note_failure(person, request, network_of(request))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **options: Any) -> HttpResponse:
        """From now on this device is one that the account knows."""
        response = super().post_login(request, user, **options)
        request.session[LIMITED] = True
        return _remember_device(request, response, user)

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
        if self.request is not None:
            self._delete_login_attempts_cached_email(self.request, email=user.get_username())
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
        if others.filter(email=email_address.email).exists():
            sentence = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, sentence, {"email": email_address.email})
            return False
        return super().confirm_email(request, email_address)


class SecondStepAdapter(DefaultMFAAdapter):
    """allauth’s second step for this portal."""

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """The name of a passkey until its owner gives it a better one."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "My passkey" if number == 1 else f"My passkey {number}"

    def encrypt(self, text: str) -> str:
        """What an app and recovery codes are made from: the database alone shall not open an account."""
        return seal_text(text, SECOND_STEP)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ``ValidationError``, which the form that asks for a code shows."""
        try:
            return open_text(encrypted_text, SECOND_STEP)
        except Unreadable:
            raise ValidationError(UNREADABLE) from None


@transaction.atomic
def seal_second_steps() -> tuple[int, int]:
    """Encrypt what is not yet encrypted with the key of today; answers how many rows, and how many no key opens."""
    changed = unreadable = 0
    for row in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
        name = "secret" if row.type == Authenticator.Type.TOTP else "seed"
        text = row.data.get(name, "")
        if is_sealed_with_the_first_key(text, SECOND_STEP):
            continue
        try:
            row.data[name] = seal_text(open_text(text, SECOND_STEP), SECOND_STEP)
        except Unreadable:
            unreadable += 1
            continue
        row.save(update_fields=["data"])
        changed += 1
    return changed, unreadable


def has_second_step(person: Person) -> bool:
    """Whether a password alone does not open the account. Recovery codes alone are no second step."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(SecondStepAdapter().is_mfa_enabled(person, types=kinds))


def require_fresh_sign_in(request: HttpRequest) -> None:
    """Before what a stranger at an open screen must not do: ask who sits there to show once more that it is them. What
    they sent is done afterwards. Raises what allauth’s middleware turns into its page."""
    if not is_fresh(request):
        raise ReauthenticationRequired


def is_fresh(request: HttpRequest) -> bool:
    """Whether who sits there has shown a short while ago that it is them."""
    return not reauthentication.is_reauthentication_required(request, app="account")


def forget_second_step(person: Person) -> bool:
    """Leave the password alone to open the account. Whether there was a second step."""
    gone, _ = Authenticator.objects.filter(user=person).delete()
    return bool(gone)


@receiver(authentication_failed)
def _note_wrong_code(sender: type[Authenticator], request: HttpRequest, user: Person, **options: Any) -> None:
    sign_ins.note_failure(user, request, network_of(request))


@receiver(pre_save, sender=Authenticator)
def _keep_days_only(sender: type[Authenticator], instance: Authenticator, **options: Any) -> None:
    """When a second step was used tells when somebody signed in, to the second. The day is enough."""
    if instance.last_used_at:
        instance.last_used_at = instance.last_used_at.replace(hour=0, minute=0, second=0, microsecond=0)


def _record_use(authenticator: Authenticator) -> None:
    """On a full disk people sign in, and that it was used is not noted. A recovery code is crossed out before this."""
    authenticator.last_used_at = timezone.now()
    with left_undone_without_room("the use of a second step could not be noted"):
        authenticator.save(update_fields=["last_used_at"])


Authenticator.record_usage = _record_use  # the library has no setting for it


def network_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy, what the proxy itself saw. Of the new, long addresses only the half
    that stands for a whole house or network: whoever has one has as many of them as they like."""
    return str(ratelimit.get_ip(request))


def _key_of_place(account: str, request: HttpRequest, device: str) -> str:
    return f"{account}:{device or network_of(request)}"


def _read_device(request: HttpRequest) -> tuple[str, list[int]]:
    """The name that we gave to this browser, and who has signed in on it."""
    try:
        name, people = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_COOKIE)
    except (signing.BadSignature, TypeError, ValueError):
        return secrets.token_urlsafe(12), []
    return name, people


def _device_of(request: HttpRequest, email: str) -> str:
    """The name of this browser if the account has signed in on it before, else nothing."""
    name, people = _read_device(request)
    known = bool(people) and Person.objects.filter(email__iexact=email, pk__in=people).exists()
    return name if known else ""


def _remember_device(request: HttpRequest, response: HttpResponse, user: AbstractBaseUser) -> HttpResponse:
    name, people = _read_device(request)
    people = [user.pk, *(pk for pk in people if pk != user.pk)][:PEOPLE_OF_A_DEVICE]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps([name, people], salt=DEVICE_COOKIE),
        max_age=DEVICE_DAYS * 24 * 60 * 60,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


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
