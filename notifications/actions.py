"""Telling somebody something, once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from notifications.models import Notice
from organisations.models import Membership, Organisation, Person


@transaction.atomic
def tell(
    person: Person | None,
    *,
    organisation: Organisation,
    kind: str,
    text: str,
    url_name: str,
    url_args: Sequence[str | int] = (),
    key: str,
    at: datetime | None = None,
) -> Notice | None:
    """Leave one notice for ``person``, in the caller’s transaction.

    ``key`` names the event ("action 12 given 3"): the same person is never told of the same event twice. ``kind`` is
    a short word for the icon and later preferences. Answers None, and writes nothing, when the person has been told
    already, is nobody, or may not come in to this organisation today. Whoever did it need not be told: the caller
    leaves that person out.
    """
    if person is None:
        return None
    if not Membership.objects.current().filter(organisation=organisation, person=person).exists():
        return None
    notice, made = Notice.objects.get_or_create(
        person=person,
        key=key,
        defaults={
            "organisation": organisation,
            "kind": kind,
            "text": _within(text, 300),
            "url_name": url_name,
            "url_args": list(url_args),
            "at": at or timezone.now(),
        },
    )
    return notice if made else None


@transaction.atomic
def untell(organisation: Organisation, *, keys: str, but: Person) -> None:
    """Take back what people were told of something that they may no longer see: all whose keys begin with ``keys``,
    except what ``but`` was told."""
    Notice.objects.filter(organisation=organisation, key__startswith=keys).exclude(person=but).delete()


def mark_read(notice: Notice, *, at: datetime) -> None:
    """The person has opened it. Safe to repeat: the first moment stays."""
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=at)
    notice.read_at = notice.read_at or at


def mark_all_read(membership: Membership, *, up_to: int, at: datetime) -> int:
    """All that the person had on the page: what came in since (a higher key than ``up_to``) stays unread."""
    return Notice.objects.for_member(membership).unread().filter(pk__lte=up_to).update(read_at=at)


def _within(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
