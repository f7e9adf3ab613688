"""Signed links into an organisation. A link names the row and its nonce, so a new nonce kills the old link."""

from datetime import timedelta
from enum import StrEnum

from django.core import signing
from django.utils.crypto import salted_hmac

from kmportal.lib.things import Ref
from organisations.models import Invitation, Person

SALT = "organisations.invitation"
RESET_SALT = "organisations.reset"
RESET_LASTS = timedelta(hours=1)
THING_SALT = "organisations.thing"
THING_LASTS = timedelta(days=30)


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


class LinkState(StrEnum):
    """What a link to a thing is for whoever opens it."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_THEIRS = "not theirs"


def thing_token(person: Person, ref: Ref) -> str:
    """In a mail: leads one person to one thing for thirty days, once they are signed in. Another address kills it."""
    return signing.TimestampSigner(salt=THING_SALT).sign_object([person.pk, person.email.lower(), *ref])


def state_of_thing_token(token: str, person: Person, ref: Ref) -> LinkState:
    """Forged, cut off, of somebody else or of another thing: all of these are the same to whoever tries them."""
    signer = signing.TimestampSigner(salt=THING_SALT)
    try:
        said = signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return LinkState.NOT_THEIRS
    if said != [person.pk, person.email.lower(), *ref]:
        return LinkState.NOT_THEIRS
    try:
        signer.unsign_object(token, max_age=THING_LASTS)
    except signing.SignatureExpired:
        return LinkState.EXPIRED
    return LinkState.GOOD


def _print_of_password(person: Person) -> str:
    return salted_hmac(RESET_SALT, person.password).hexdigest()[:32]
