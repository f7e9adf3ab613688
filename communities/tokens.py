"""The link at the foot of a community’s mails: it stops them, without signing in."""

from django.core import signing
from django.urls import reverse

from kmportal.lib.links import absolute

_SALT = "communities.mail"


def stop_link(seat: int) -> str:
    """Where the mails of one community to one of its people are stopped. It can do nothing else."""
    return absolute(reverse("community_mail_stop", args=[signing.Signer(salt=_SALT).sign(str(seat))]))


def seat_of_link(token: str) -> int | None:
    """Whose mails a link stops; None for a link that was not made here."""
    try:
        return int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
