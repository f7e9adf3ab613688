"""What help puts on pages of the apps below."""

from typing import Any

from help.guides import guide_for
from help.models import PutAway
from organisations.models import Membership, Person


def guide_for_home(home: object, membership: Membership) -> tuple[str, dict[str, Any]]:
    """The line on home that leads to the guide for this member’s role."""
    return "help/_guide.html", {"guide": guide_for(membership.role)}


def introductions_for_account(person: Person, membership: Membership | None) -> tuple[str, dict[str, Any]]:
    """On one's account: how many introductions are put away, and the button that brings them back."""
    return "help/_introductions.html", {"put_away": PutAway.objects.filter(person=person).count()}
