"""Telling people what has happened, once, and what they do with it."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Model, Q

from jobs.events import Event
from kmportal.lib import things
from kmportal.lib.things import Ref
from notifications.models import ANOTHER_WAY, Notice, key_of, words_of_undelivered
from organisations import policies
from organisations.events import Occurrence
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission

LONGEST = 300


@transaction.atomic
def notify(
    person: Person | None, occurrence: Occurrence, text: str, *, about: Model | Ref | None = None
) -> Notice | None:
    """Leave one notice of an event for ``person``, in the transaction of the deed.

    ``about`` is what it leads to, by default what the event is about. Idempotent: nobody is told twice of one event.
    Answers None, and writes nothing, for nobody, for whoever did it, and for somebody who may not come in to the
    organisation today (or, from another organisation, does not see the thing).
    """
    if person is None or person == occurrence.person:
        return None
    reader = _reader_of_notice(person, occurrence)
    if reader is None:
        return None
    ref = about if isinstance(about, Ref) else things.ref_of(about or occurrence.subject)
    notice, made = Notice.objects.get_or_create(
        person=person,
        key=key_of(occurrence),
        defaults={
            "organisation_id": reader.organisation_id,
            "kind": ref.kind,
            "ident": ref.pk,
            "text": _cut_to_limit(text, LONGEST),
            "at": occurrence.at,
        },
    )
    return notice if made else None


def _reader_of_notice(person: Person, occurrence: Occurrence) -> Membership | None:
    """As whose member the person reads of it: at home, or where they see the thing as a member of a shared group."""
    current = Membership.objects.current().filter(person=person)
    home = current.filter(organisation=occurrence.organisation).first()
    if home is not None:
        return home
    thing = things.thing_of(occurrence.subject)
    if not thing.page:
        return None
    others = current.filter(circles__isnull=False).select_related("organisation", "person").distinct()
    return next((one for one in others if thing.rows_visible_to(one).filter(pk=occurrence.subject.pk).exists()), None)


@transaction.atomic
def withdraw_notices(
    about: Ref, *, but: Person | None = None, event: str = "", of: Collection[int] | None = None
) -> None:
    """Take back what people were told of something that they may no longer see, except what ``but`` was told; with
    ``event`` only what they were told of events of that kind, with ``of`` only what these people were.

    Part of the deed that hides the thing: that deed has asked the permission.
    """
    told = Notice.objects.filter(kind=about.kind, ident=about.pk).exclude(person=but)
    if of is not None:
        told = told.filter(person__in=of)
    told.filter(key__startswith=f"{event} " if event else "").delete()


def withdraw_undelivered(organisation: Organisation, mails: Iterable[tuple[str, str]]) -> None:
    """Take back what anybody here was told of these mails, by address and subject, that did not arrive.

    Part of the deed that forgets to whom they went: that deed has asked the permission.
    """
    words = {_cut_to_limit(words_of_undelivered(address, subject), LONGEST) for address, subject in mails}
    told = Notice.objects.filter(organisation=organisation, key__startswith=Event.MAIL_UNDELIVERED)
    told.filter(text__in=words).delete()


def withdraw_undelivered_about(
    organisation: Organisation, subjects: Iterable[str], *, before: datetime, is_meant: Callable[[str], bool]
) -> int:
    """The same of what was told before a moment of mails whose subjects begin so, where nothing else is left that says
    which mails they were; ``is_meant`` reads the subject, which may be cut at its end. Answers how many."""
    begins = reduce(or_, (Q(text__contains=ANOTHER_WAY + subject) for subject in subjects))
    told = Notice.objects.filter(organisation=organisation, key__startswith=Event.MAIL_UNDELIVERED, at__lt=before)
    meant = [one.pk for one in told.filter(begins) if is_meant(one.text.partition(ANOTHER_WAY)[2])]
    return Notice.objects.filter(pk__in=meant).delete()[0]


def mark_notice_read(notice: Notice, *, by: Membership, at: datetime) -> None:
    """The person has opened it. Idempotent: the first day stays."""
    policies.require_that(notice.person_id == by.person_id and notice.organisation_id == by.organisation_id)
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=_day_of(at))
    notice.read_at = notice.read_at or _day_of(at)


def mark_all_notices_read(*, by: Membership, up_to: int, at: datetime) -> int:
    """All that the person had on the page: what came in since (a higher key than ``up_to``) stays unread."""
    policies.require(Permission.READ, by, by.organisation)
    return Notice.objects.for_member(by).unread().filter(pk__lte=up_to).update(read_at=_day_of(at))


def _day_of(at: datetime) -> datetime:
    """The beginning of its day: the moment of reading a request to answer is close to that of answering."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _cut_to_limit(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
