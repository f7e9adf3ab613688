"""The link in a mail with which somebody answers a question without signing in."""

from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from organisations.models import Membership
from people.models import Recipient

_SALT = "people.recipient"


def answer_token(recipient: Recipient) -> str:
    """A signature over the row and the person’s address of today: another address kills the link."""
    address = recipient.person.email.lower() if recipient.person else ""
    return signing.Signer(salt=_SALT).signature(f"{recipient.pk}:{recipient.person_id}:{address}")


def answer_path(recipient: Recipient) -> str:
    """Where they answer. ``recipient.enquiry.organisation`` and ``recipient.person`` must be loaded."""
    return reverse("enquiry_link", args=[recipient.enquiry.organisation.slug, recipient.pk, answer_token(recipient)])


def is_token_of(token: str, recipient: Recipient) -> bool:
    """Whether the link was made for whoever this row asks."""
    return recipient.person_id is not None and constant_time_compare(token, answer_token(recipient))


def member_of_link(recipient: Recipient, token: str) -> Membership | None:
    """Whose link it is, while they belong to the organisation; None for a link that opens nothing."""
    if not is_token_of(token, recipient):
        return None
    rows = Membership.objects.current().filter(organisation=recipient.enquiry.organisation, person=recipient.person)
    return rows.select_related("organisation", "person").first()
