"""What help puts on pages of the apps below."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from help.guides import guide_for
from help.models import PutAway
from organisations.models import Membership, Person

Piece = tuple[str, dict[str, Any]]


# How long somebody finds the way to their guide before everything else.
NEW_FOR = timedelta(days=14)


def guide_for_newcomer(home: object, membership: Membership) -> Piece | None:
    """First on the home of somebody who came lately: the guide for their role."""
    if not _is_new(membership):
        return None
    return "help/_guide_first.html", {"guide": guide_for(membership.role)}


def guide_for_home(home: object, membership: Membership) -> Piece | None:
    """Last on everybody else’s home: the line that leads to the guide."""
    return None if _is_new(membership) else ("help/_guide.html", {"guide": guide_for(membership.role)})


def _is_new(membership: Membership) -> bool:
    return timezone.now() - membership.joined_at < NEW_FOR


def introductions_for_account(person: Person, membership: Membership | None) -> tuple[str, dict[str, Any]]:
    """On one's account: how many introductions are put away, and the button that brings them back."""
    return "help/_introductions.html", {"put_away": PutAway.objects.filter(person=person).count()}
