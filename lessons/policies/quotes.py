"""Who may quote whom, and take it back."""

from lessons.models import Lesson, Quote
from lessons.policies.reading import readable_lessons
from organisations import policies
from organisations.models import Membership
from organisations.permissions import Permission
from techniques.models import Session


def may_add_quote(membership: Membership | None, place: Lesson | Session) -> bool:
    """Whoever contributes, to a checked lesson that is in use and to a session that is closed, which they can read. One
    query."""
    if membership is None or not policies.may(Permission.CONTRIBUTE, membership, place.organisation):
        return False
    if isinstance(place, Session):
        is_open_to_others = place.is_closed and place.learning_set_id is None
        return is_open_to_others and Session.objects.visible_to(membership).filter(pk=place.pk).exists()
    return place.is_shared and not place.is_ended and readable_lessons.exists(membership, place.pk)


def may_answer_quote(membership: Membership | None, quote: Quote) -> bool:
    """Who said it."""
    is_theirs = membership is not None and quote.person_id == membership.person_id
    return is_theirs and policies.may(Permission.READ, membership, quote.organisation)


def may_withdraw_quote(membership: Membership | None, quote: Quote) -> bool:
    """Who said it, whenever they like; whoever wrote it in; and who checks lessons, for those without an account."""
    if membership is None or not policies.may(Permission.READ, membership, quote.organisation):
        return False
    if membership.person_id in {quote.person_id, quote.noted_by_id}:
        return True
    return quote.stands and membership.can(Permission.VALIDATE)
