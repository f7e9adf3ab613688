"""Finding people who want to be asked: by words, topic, place, staff group and group; and a few beside other things."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from kmportal.lib.pagination import PageOf
from kmportal.lib.prepared import prepared
from organisations.models import Group, Membership
from people.models import Profile, ProfileQuerySet, Topic
from search.index import find

PER_PAGE = 20
FEW = 3
# Beyond, nobody reads a list of places or topics.
MOST_PLACES, MOST_TOPICS = 100, 12


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Empty values narrow nothing down."""

    text: str = ""
    site_key: str = ""
    staff_group: str = ""
    group: Group | None = None

    @property
    def narrows(self) -> bool:
        return bool(self.site_key or self.staff_group or self.group)

    @property
    def is_blank(self) -> bool:
        return not self.text and not self.narrows


@dataclass(frozen=True)
class Found:
    """A page of people. ``instead``: nothing was found for what was typed, and this is what was found for it."""

    profiles: Sequence[Profile]
    page: PageOf
    instead: str = ""


def find_people(membership: Membership, wanted: Wanted, *, page: int) -> Found:
    """Who is listed here and fits: with words the best match first, else by name."""
    rows = _narrow_down(listed_here(membership), wanted)
    if not wanted.text:
        keys = rows.order_by("membership__person__name", "pk").values_list("pk", flat=True)
        shown = Paginator(keys, PER_PAGE).get_page(page)
        return Found(_in_order(list(shown)), PageOf(shown.number, PER_PAGE, shown.paginator.count))
    results = find(
        membership,
        wanted.text,
        kinds=("profile",),
        narrowed=Q(ident__in=rows.values("pk")) if wanted.narrows else None,
        page=page,
        per_page=PER_PAGE,
        correct=True,
    )
    found = PageOf(results.page, PER_PAGE, results.total, more=results.more)
    instead = results.did_you_mean or "" if results.corrected else ""
    return Found(_in_order([hit.ident for hit in results.hits]), found, instead)


def listed_here(membership: Membership) -> ProfileQuerySet:
    """Everybody who is listed in the organisation, oneself too."""
    return Profile.objects.listed().filter(membership__organisation_id=membership.organisation_id)


def places_of(membership: Membership) -> list[tuple[str, str]]:
    """Where listed people work: key and words, as somebody has written them."""
    rows = listed_here(membership).exclude(site_key="").values("site_key").annotate(words=Min("site"))
    return list(rows.order_by("words").values_list("site_key", "words")[:MOST_PLACES])


def topics_of(membership: Membership) -> list[str]:
    """What most listed people can be asked about."""
    rows = Topic.objects.filter(kind=Topic.Kind.ASK, profile__in=listed_here(membership)).values("name_key")
    counted = rows.annotate(words=Min("name"), people=Count("pk")).order_by("-people", "words")
    return list(counted.values_list("words", flat=True)[:MOST_TOPICS])


def people_for_words(membership: Membership, text: str, *, most: int = FEW) -> list[Profile]:
    """A few others who fit these words best and are there today."""
    there = Profile.objects.to_ask(membership).there(timezone.localdate()).values("pk")
    hits = find(membership, text, kinds=("profile",), narrowed=Q(ident__in=there), per_page=most).hits
    return _in_order([hit.ident for hit in hits])


@prepared
def _fitting(membership: Membership, keys: tuple[str, ...], today: date) -> QuerySet[Profile, int]:
    fits = Count("topics", filter=Q(topics__kind=Topic.Kind.ASK, topics__name_key__in=keys))
    there = Profile.objects.to_ask(membership).there(today)
    rows = there.alias(fits=fits).filter(fits__gt=0).order_by("-fits", "-listed_at", "pk")
    return rows.values_list("pk", flat=True)[:FEW]


def people_for_topics(membership: Membership, keys: Iterable[str]) -> list[Profile]:
    """A few others who are there today and can be asked about most of these topics, by their reading keys."""
    wanted = tuple(keys)
    return _in_order(_fitting(membership, wanted, timezone.localdate())) if wanted else []


def _narrow_down(rows: ProfileQuerySet, wanted: Wanted) -> ProfileQuerySet:
    if wanted.site_key:
        rows = rows.filter(site_key=wanted.site_key)
    if wanted.staff_group:
        rows = rows.filter(staff_group=wanted.staff_group)
    if wanted.group:
        rows = rows.filter(membership__in=wanted.group.groupmembership_set.values("membership_id"))
    return rows


@prepared
def _listed(keys: tuple[int, ...]) -> QuerySet[Profile]:
    return Profile.objects.listed().with_words().filter(pk__in=keys)


def _in_order(keys: Sequence[int]) -> list[Profile]:
    """These profiles with their words, in this order; who is listed no more is left out."""
    rows = {profile.pk: profile for profile in _listed(tuple(keys))} if keys else {}
    return [rows[key] for key in keys if key in rows]
