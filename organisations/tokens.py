"""Signed links into an organisation. A link names the row and its nonce, so a new nonce kills the old link."""

from django.core import signing

from organisations.models import Invitation

SALT = "organisations.invitation"


def invitation_token(invitation: Invitation) -> str:
    return signing.Signer(salt=SALT).sign_object([invitation.pk, invitation.nonce])


def invitation_of(token: str) -> Invitation | None:
    """The invitation of a link, whatever its state; None for a link that was never ours or has been replaced."""
    try:
        pk, nonce = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Invitation.objects.select_related("organisation", "invited_by").filter(pk=pk, nonce=nonce).first()
