"""What waits for those who keep communities together."""

from collections import Counter

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from communities.models import Knock
from dashboards.todo.need import FETCHED, Need
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import capital, counted, quoted
from organisations.models import Membership


@prepared
def _requests(membership: Membership) -> QuerySet[Knock]:
    return Knock.objects.to_answer_by(membership).select_related("community", "membership__person").order_by("at", "pk")


def requests_to_join(membership: Membership) -> list[Need]:
    """Who asks to come into a community of theirs, one line for each community."""
    rows = list(_requests(membership))
    counts = Counter(row.community for row in rows)
    first = {row.community: row.membership.person for row in reversed(rows)}
    needs = []
    for community, count in list(counts.items())[:FETCHED]:
        who = str(first[community]) if count == 1 else capital(counted(count, "person", "people"))
        page = reverse("community_detail", args=[membership.organisation.slug, community.pk])
        needs.append(
            Need(
                f"{who} {ngettext('asks', 'ask', count)} to join {quoted(community)}",
                f"{page}#knocks",
                "Answer",
                "You keep it together",
                weight=46,
                number=count,
            )
        )
    return needs
