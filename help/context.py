"""What the frame of a page says about the page itself."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest

from help.introductions import Introduction, Words, by_page
from help.models import PutAway
from kmportal.lib.prepared import prepared
from organisations.models import Membership, Person


@prepared
def _put_away(person: int, page: str) -> QuerySet[PutAway]:
    return PutAway.objects.filter(person=person, page=page)


@dataclass
class Frame:
    """The introduction of a page for one person. One query, and only if the page has an introduction."""

    person: Person | None
    membership: Membership | None
    found: Introduction | None

    @property
    def page(self) -> str:
        """The name under which it is put away; empty when there is none."""
        return self.found.page if self.found else ""

    @cached_property
    def words(self) -> Words | None:
        """What this person reads; ``None`` when the page has no introduction."""
        permissions = self.membership.permissions if self.membership else frozenset()
        return self.found.words_for(permissions) if self.found else None

    @cached_property
    def is_put_away(self) -> bool:
        return self.person is not None and _put_away.exists(self.person.pk, self.page)


def introduction(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: ``introduction`` for base.html.

    Only for somebody who is signed in and opens a page. A form that comes back with mistakes has none: there the
    mistakes stand on top.
    """
    user, match = getattr(request, "user", None), getattr(request, "resolver_match", None)
    person = user if isinstance(user, Person) else None
    opens = person is not None and match is not None and request.method == "GET"
    found = by_page().get(match.url_name or "") if opens and match else None
    return {"introduction": Frame(person, getattr(request, "membership", None), found)}
