"""Following: a saved search, or the tag, group or author of a lesson; and telling followers of a new lesson, once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.filters import SavedSearch, saved_query
from lessons.models import LONGEST_QUERY, Follow, FollowHit, FollowQuerySet, How, Lesson, Tag, Theme
from lessons.search_documents import document
from notifications.actions import notify
from notifications.models import Notice
from organisations.events import Occurrence
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that
from organisations.visibility import Reach
from search.abbreviations import Table
from search.analyser import analyse
from search.dictionary import table_for

MOST_FOLLOWED = 100
# So long a told lesson is remembered: the mail of its morning is written long before.
KEPT = timedelta(days=60)
# A machine that was off tells it in a later mail (lessons.reports.follows).
WAITING = timedelta(days=7)
Kind = Follow.Kind


@transaction.atomic
def save_search(
    organisation: Organisation, *, by: Membership, at: datetime, query: str, name: str = "", how: str = How.DIGEST
) -> Follow:
    """Follow a search of the list of lessons; without words and filters, all new lessons. The same search again changes
    its name and how one hears of it."""
    require(Permission.READ, by, organisation)
    saved = saved_query(QueryDict(query[: 4 * LONGEST_QUERY]))
    if len(saved) > LONGEST_QUERY:
        raise Refusal("That is too much to follow. Use fewer words or filters.")
    name = line_of_text(name) or _name_of(saved)
    values = {"query": saved, "name": name, "how": how}
    return _keep(by, Kind.SEARCH, sha256(saved.encode()).hexdigest(), at=at, values=values)


def _name_of(query: str) -> str:
    return QueryDict(query).get("q", "")[:100] or worded("New lessons")


@transaction.atomic
def follow_lesson(lesson: Lesson, *, by: Membership, at: datetime, what: str, how: str = How.DIGEST) -> Follow:
    """Follow the author, the group or a tag of a lesson that one reads: ``what`` is a key of ``policies.followable``.
    Idempotent."""
    require_that(policies.may_follow(by, lesson))
    rows = policies.followable(by, lesson)
    if what not in rows:
        raise Refusal(worded("Choose what of this lesson you want to follow."))
    kind, _, _ = what.partition("-")
    return _keep(by, kind, str(rows[what].pk), at=at, values={kind: rows[what], "how": how})


@transaction.atomic
def follow_tag(tag: Tag, *, by: Membership, at: datetime, how: str = How.DIGEST) -> Follow:
    """Follow a tag of one’s own organisation that is in use. Idempotent."""
    require(Permission.READ, by, tag.organisation)
    if tag.retired_at is not None:
        raise Refusal("This tag is not used any more.")
    return _keep(by, Kind.TAG, str(tag.pk), at=at, values={"tag": tag, "how": how})


@transaction.atomic
def follow_theme(theme: Theme, *, by: Membership, at: datetime, how: str = How.DIGEST) -> Follow:
    """Follow a theme of one’s own organisation that is in use. Idempotent."""
    require(Permission.READ, by, theme.theme_set.organisation)
    if theme.retired_at is not None or theme.theme_set.retired_at is not None:
        raise Refusal("This theme is not used any more.")
    return _keep(by, Kind.THEME, str(theme.pk), at=at, values={"theme": theme, "how": how})


def _keep(by: Membership, kind: str, key: str, *, at: datetime, values: dict[str, Any]) -> Follow:
    refuse_invalid(Follow(kind=kind, **values), "how", "name")
    mine = Follow.objects.of(by)
    if mine.count() >= MOST_FOLLOWED and not mine.filter(kind=kind, key=key).exists():
        raise Refusal(f"You follow {MOST_FOLLOWED} things already. Stop one of them first.")
    row, _ = Follow.objects.update_or_create(
        membership=by, kind=kind, key=key, defaults=values, create_defaults={**values, "created_at": at}
    )
    return row


@transaction.atomic
def choose_how(follow: Follow, *, by: Membership, at: datetime, how: str) -> Follow:
    """Say how one hears of it: at once, in the mail of the next morning, or not for now. Idempotent."""
    require_that(policies.is_own_follow(by, follow))
    refuse_invalid(Follow(how=how), "how")
    if how == How.OFF:
        _hang_elsewhere(follow, at)
    Follow.objects.filter(pk=follow.pk).update(how=how)
    follow.how = how
    return follow


@transaction.atomic
def stop_following(follow: Follow, *, by: Membership, at: datetime) -> None:
    """Follow it no more; its feed closes, too. Idempotent."""
    require_that(policies.is_own_follow(by, follow))
    _hang_elsewhere(follow, at)
    Follow.objects.filter(pk=follow.pk).delete()


def _hang_elsewhere(follow: Follow, at: datetime) -> None:
    """What waits for the mail of a morning goes there because of another follow that fits, if there is one."""
    others = Follow.objects.filter(membership=follow.membership_id).exclude(how=How.OFF).exclude(pk=follow.pk)
    waiting = FollowHit.objects.filter(follow=follow.pk, how=How.DIGEST, day__gte=at.date() - WAITING)
    for hit in waiting.select_related("lesson__organisation", "lesson__revision", "lesson__group"):
        rows = others.filter(created_at__lte=hit.lesson.validated_at or at)
        if other := next(_that_fit(rows, hit.lesson), None):
            FollowHit.objects.filter(pk=hit.pk).update(follow=other)


# --- Telling ---------------------------------------------------------------------------------------------------------


def tell_followers(lesson: Lesson, occurrence: Occurrence) -> int:
    """Tell everybody who follows something of a lesson that was just checked, each once; answers how many.

    Looks at who follows, and never at other lessons. Safe to break off and repeat: each is told in a transaction of
    their own that also notes it.
    """
    told = 0
    for follow in _followers_of(lesson, occurrence):
        told += _tell_once(follow, lesson, occurrence)
    FollowHit.objects.filter(day__lt=occurrence.at.date() - KEPT).delete()
    return told


def _followers_of(lesson: Lesson, occurrence: Occurrence) -> Iterator[Follow]:
    """One follow for each person who may read it: of several, one that tells at once. Neither its author nor whoever
    checked it."""
    if not lesson.is_shared:
        return
    rows = Follow.objects.wanted().filter(created_at__lte=occurrence.at).filter(_reaches(lesson))
    if occurrence.event == Event.LESSON_FILED:  # checked before: whoever follows anything else of it was told then
        new = [int(key) for key in occurrence.texts.get("new", "").split()]
        rows = rows.filter(kind=Kind.THEME, theme__in=new)
    aside = [person for person in (lesson.author_id, occurrence.person and occurrence.person.pk) if person]
    seen: set[int] = set()
    for follow in _that_fit(rows.exclude(membership__person__in=aside), lesson):
        if follow.membership_id in seen:
            continue
        seen.add(follow.membership_id)
        if Lesson.objects.visible_to(follow.membership).filter(pk=lesson.pk).exists():
            yield follow


def _that_fit(rows: FollowQuerySet, lesson: Lesson) -> Iterator[Follow]:
    """Those of these follows that a lesson belongs to; what tells at once comes first."""
    fits = Q(kind=Kind.TAG, tag__in=lesson.tags.all()) | Q(kind=Kind.SEARCH)
    fits |= Q(kind=Kind.THEME, theme__in=lesson.themes.in_use())
    if lesson.group_id:
        fits |= Q(kind=Kind.GROUP, group=lesson.group_id)
    if lesson.author_id and not lesson.source:
        fits |= Q(kind=Kind.AUTHOR, author=lesson.author_id)
    search = _Searched(lesson)
    # “at-once” comes before “digest”
    rows = rows.filter(fits).select_related("membership__organisation", "membership__person").order_by("how", "pk")
    return (
        one for one in rows if one.kind != Kind.SEARCH or search.is_found_by(one.query, one.membership.organisation_id)
    )


def _reaches(lesson: Lesson) -> Q:
    """Members who might read it at all: those here, and elsewhere those whom its group or the network reaches."""
    here = Q(membership__organisation=lesson.organisation_id)
    if lesson.reach == Reach.NETWORK:
        return Q()
    if lesson.reach == Reach.GROUP:
        return here | Q(membership__circles__group=lesson.group_id)
    return here


class _Searched:
    """One lesson as saved searches see it; the same search of many people is asked once."""

    def __init__(self, lesson: Lesson) -> None:
        self.doc = document(lesson, [tag.name for tag in lesson.tags.all()])
        self.words = analyse(*self.doc.texts)
        self.group = lesson.group.name if lesson.group else ""
        self.answers: dict[tuple[str, int], bool] = {}
        self.tables: dict[int, Table] = {}

    def is_found_by(self, query: str, organisation: int) -> bool:
        asked = (query, organisation)
        if organisation not in self.tables:
            self.tables[organisation] = table_for(organisation)
        if asked not in self.answers:
            known = self.tables[organisation]
            self.answers[asked] = SavedSearch(query, known).fits(self.doc, self.words, self.group)
        return self.answers[asked]


@transaction.atomic
def _tell_once(follow: Follow, lesson: Lesson, occurrence: Occurrence) -> bool:
    zone = ZoneInfo(follow.membership.organisation.time_zone)
    values = {"follow": follow, "how": follow.how, "day": occurrence.at.astimezone(zone).date()}
    hit, is_new = FollowHit.objects.get_or_create(membership=follow.membership, lesson=lesson, defaults=values)
    if not is_new:
        return False
    person = follow.membership.person
    if follow.how == How.AT_ONCE:
        with follow.membership.organisation.at_home():
            words = worded(f"A new lesson that you follow ({follow}): ") + lesson.words.title
        notify(person, occurrence, words)
    # Whoever belongs to two organisations may have read it in the other one. Whoever reads it through the network alone
    # has no place for a notice of this organisation.
    is_told = Notice.objects.of_event(person, occurrence).exists()
    if hit.how != (how := How.AT_ONCE if is_told else How.DIGEST):
        FollowHit.objects.filter(pk=hit.pk).update(how=how)
    return True
