"""Who may do what with a profile and a question: asked by the action and by the page’s buttons."""

from organisations import policies
from organisations.models import Membership
from people.models import Enquiry, Profile, Recipient


def may_change(membership: Membership | None, profile: Profile) -> bool:
    """Whoever it is about, alone: no role writes or deletes somebody else’s."""
    return policies.belongs(membership, profile.organisation) and profile.membership_id == getattr(membership, "pk", 0)


def may_answer(membership: Membership | None, recipient: Recipient) -> bool:
    """Whoever was asked."""
    here = policies.belongs(membership, recipient.enquiry.organisation)
    return here and recipient.person_id == getattr(membership, "person_id", 0)


def may_close(membership: Membership | None, enquiry: Enquiry) -> bool:
    """Whoever asked."""
    here = policies.belongs(membership, enquiry.organisation)
    return here and enquiry.author_id == getattr(membership, "person_id", 0)
