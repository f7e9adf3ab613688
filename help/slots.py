"""What help puts on pages of the apps below."""

from typing import Any

from help.guides import guide_for
from organisations.models import Membership


def guide_for_home(home: object, membership: Membership) -> tuple[str, dict[str, Any]]:
    """The line on home that leads to the guide for this member’s role."""
    return "help/_guide.html", {"guide": guide_for(membership.role)}
