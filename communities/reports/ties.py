"""Who helps whom: whose questions were answered by whom in a year, of those alone who agreed to be seen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F

from communities import policies
from communities.models import Community, InPicture, Post, Thread
from kmportal.lib import charts
from kmportal.lib.sentences import capital, counted
from organisations.models import Membership

YEAR = timedelta(days=365)
# Two names are no picture, and more than so many cannot be read in one.
FEWEST, MOST = 3, 24


@dataclass(frozen=True)
class TiesPage:
    """The picture for one member. ``picture`` is None when too few agreed, and only its table is shown when too many
    did."""

    community: Community
    is_seen: bool
    seen: int
    picture: charts.Ties | None
    is_drawn: bool
    fewest: int
    finding: str

    @classmethod
    def build(cls, community: Community, membership: Membership, *, at: datetime) -> "TiesPage":
        """Three queries, however many post."""
        seat = policies.standing_of(membership, community).seat
        rows = InPicture.objects.filter(seat__group_id=community.group_id, seat__membership__left_at=None)
        agreed = list(rows.select_related("seat__person").order_by("seat__person__name", "pk"))
        people = {row.seat.person_id: str(row.seat.person) for row in agreed}
        picture = _draw(community, people, at) if len(people) >= FEWEST else None
        pairs = len(picture.table.rows) if picture else 0
        return cls(
            community=community,
            is_seen=any(row.seat_id == seat for row in agreed),
            seen=len(people),
            picture=picture,
            is_drawn=len(people) <= MOST,
            fewest=FEWEST,
            finding=f"{capital(counted(pairs, 'arrow', 'arrows'))} between {len(people)} people.",
        )


def _draw(community: Community, people: dict[int, str], at: datetime) -> charts.Ties:
    """Each question counts once for each who answered it, however much they wrote."""
    posts = Post.objects.filter(
        thread__community=community,
        thread__kind=Thread.Kind.QUESTION,
        author__in=people,
        thread__author__in=people,
        at__gt=at - YEAR,
        at__lte=at,
    ).exclude(author=F("thread__author"))
    counted = posts.order_by().values("author", "thread__author").annotate(times=Count("thread", distinct=True))
    places = {key: place for place, key in enumerate(people)}
    found = [charts.Tie(places[row["author"]], places[row["thread__author"]], row["times"]) for row in counted]
    found.sort(key=lambda tie: (tie.helper, tie.helped))
    title = "People around a circle. An arrow leads from who answered to whose question it was."
    return charts.ties(list(people.values()), found, title, heads=("Who answered", "Whose question", "Questions"))
