"""Quotes as pages show them: those of one lesson or session, and those of many lessons at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kmportal.lib.prepared import prepared
from lessons import policies
from lessons.models import Lesson, Quote
from organisations.models import Membership
from organisations.permissions import Permission
from techniques.models import Session


@dataclass(frozen=True)
class QuotePanel:
    """What was agreed to, the oldest first; what this member wrote in or said that still waits; whether they may add
    one, and take back those of others."""

    rows: Sequence[Quote]
    waiting: Sequence[Quote]
    may_add: bool
    may_end: bool

    @classmethod
    def build(cls, place: Lesson | Session, membership: Membership) -> "QuotePanel | None":
        """None where there is nothing to show and nothing to do, and for a lesson of another organisation."""
        if place.organisation_id != membership.organisation_id:
            return None
        seen = list(_of_lesson(membership, place.pk) if isinstance(place, Lesson) else _of_session(membership, place))
        may_add = policies.may_add_quote(membership, place)
        if not seen and not may_add:
            return None
        stand, wait = [one for one in seen if one.stands], [one for one in seen if not one.stands]
        return cls(stand, wait, may_add, membership.can(Permission.VALIDATE))


@prepared
def _of_lesson(membership: Membership, lesson: int) -> QuerySet[Quote]:
    rows = Quote.objects.visible_to(membership).filter(lesson=lesson).exclude(text="")
    return rows.select_related("organisation", "person")


def _of_session(membership: Membership, session: Session) -> QuerySet[Quote]:
    rows = Quote.objects.visible_to(membership).filter(session=session).exclude(text="")
    return rows.select_related("organisation", "person")


def quotes_of_lessons(keys: Collection[int], membership: Membership) -> Mapping[int, Sequence[Quote]]:
    """Key of a lesson → what was agreed to of it. One query."""
    found: dict[int, list[Quote]] = {}
    for quote in Quote.objects.visible_to(membership).agreed().filter(lesson__in=keys):
        found.setdefault(quote.lesson_id or 0, []).append(quote)
    return found


def agreed_of_session(session: Session, membership: Membership) -> list[Quote]:
    """For its summary on paper."""
    return list(Quote.objects.visible_to(membership).agreed().filter(session=session))
