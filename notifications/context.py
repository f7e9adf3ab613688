"""The bell in the frame of every page."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest

from kmportal.lib.prepared import prepared
from notifications.models import Notice
from organisations.models import Membership


@prepared
def _unread(membership: Membership) -> QuerySet[Notice]:
    return Notice.objects.for_member(membership).unread()


@dataclass
class Bell:
    """How many notices are new for this member in this organisation. Asked of the database only if a page shows it."""

    membership: Membership | None

    @cached_property
    def unread(self) -> int:
        return _unread.count(self.membership) if self.membership else 0


def bell(request: HttpRequest) -> dict[str, Bell]:
    """Context processor: ``bell`` for the header. Copes with requests that have no membership."""
    return {"bell": Bell(getattr(request, "membership", None))}
