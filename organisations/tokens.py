"""Signed links into an organisation. A link names the row and its nonce, so a new nonce kills the old link."""

from datetime import timedelta

from django.core import signing
from django.utils.crypto import salted_hmac

from organisations.models import Invitation, Person

SALT = "organisations.invitation"
RESET_SALT = "organisations.reset"
RESET_LASTS = timedelta(hours=1)


def invitation_token(invitation: Invitation) -> str:
    return signing.Signer(salt=SALT).sign_object([invitation.pk, invitation.nonce])


def invitation_of(token: str) -> Invitation | None:
    """The invitation of a link, whatever its state; None for a link that was never ours or has been replaced."""
    try:
        pk, nonce = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Invitation.objects.select_related("organisation", "invited_by").filter(pk=pk, nonce=nonce).first()


def reset_token(person: Person) -> str:
    """Opens the choice of a new password for an hour, and once: it holds a print of the password that goes."""
    return signing.TimestampSigner(salt=RESET_SALT).sign_object([person.pk, _print_of_password(person)])


def person_of_reset(token: str) -> Person | None:
    """Whose password may be chosen with this link; None for one that is spent, too old, or was never ours."""
    try:
        pk, was = signing.TimestampSigner(salt=RESET_SALT).unsign_object(token, max_age=RESET_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = Person.objects.filter(pk=pk, is_active=True).first()
    return person if person and was == _print_of_password(person) else None


def _print_of_password(person: Person) -> str:
    return salted_hmac(RESET_SALT, person.password).hexdigest()[:32]
