"""What follows from what happens to members: whoever goes can no longer be found or asked."""

from organisations.events import Occurrence
from organisations.models import Membership
from people.actions import release_leaver
from people.models import Enquiry, Profile
from search import subscribers


def let_go(occurrence: Occurrence) -> None:
    """A membership has ended."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    release_leaver(membership, at=occurrence.at)


def follow_member(occurrence: Occurrence) -> None:
    """Somebody is called otherwise, is suspended, or is let in again: the search follows."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    subscribers.put(Profile.objects.filter(membership=membership).with_words())


def carry_to_merged_lesson(occurrence: Occurrence) -> None:
    """A lesson has gone into another: questions about it are about that one now."""
    rows = Enquiry.objects.filter(about_kind="lesson")
    occurrence.facts["merge"].carry("enquiry", rows, field="about_ident")


def bring_back_to_lesson(occurrence: Occurrence) -> None:
    """It is a lesson of its own again."""
    rows = Enquiry.objects.filter(about_kind="lesson")
    occurrence.facts["merge"].bring_back("enquiry", rows, field="about_ident")
