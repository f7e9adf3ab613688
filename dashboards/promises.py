"""What nobody does any more, for the mail of the day of those who can choose somebody: at once, then every week."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import timezone

from kmportal.lib.promises import Promised
from kmportal.lib.succession import owned_kinds
from organisations.models import Membership
from organisations.permissions import Permission


def without_anybody(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """What home asks these people to pass on, over everything that somebody can be responsible for.

    Its day is the one on which the row was made, so that a week is counted from the same day for everybody.
    """
    rows = Membership.objects.current()
    if people is not None:
        rows = rows.filter(person__in=people)
    choosers: dict[int, list[Membership]] = defaultdict(list)
    for membership in rows.select_related("organisation", "person").order_by("organisation_id", "pk"):
        choosers[membership.organisation_id].append(membership)
    for memberships in choosers.values():
        with memberships[0].organisation.at_home():
            found = list(_calls_of(memberships, until))
        yield from found


def _calls_of(memberships: list[Membership], until: date) -> Iterator[Promised]:
    """Of one organisation, in its words."""
    organisation = memberships[0].organisation
    here = Membership.objects.current().filter(organisation=organisation)
    today = timezone.localdate()
    for owned in owned_kinds():
        able = [one for one in memberships if one.can(Permission(owned.chosen_by))]
        if not able or not owned.hang_on_nobody(organisation, here, on=today).exists():
            continue
        for membership in able:
            for row in owned.to_pass_on(membership, here, on=today):
                day = timezone.localdate(row.created_at, ZoneInfo(organisation.time_zone))
                if day <= until:
                    yield Promised(
                        f"call-{owned.field}-{owned.model_class._meta.model_name}", row.pk, membership.person,
                        organisation, owned.call_for(row), owned.chosen_at(row), day,
                        partial(_words, owned.why_left(row)), is_call=True,
                    )  # fmt: skip


def _words(words: str, on: date) -> str:
    """The same on each day."""
    return words
