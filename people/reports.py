"""The page of one question, as whoever asked and whoever was asked see it; and both lists of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse

from kmportal.lib import things
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look, Pointer
from organisations.models import Membership
from people import policies
from people.labels import ANSWERS
from people.models import Enquiry, Profile, Recipient

Answer = Recipient.Answer


class AnswerLine(NamedTuple):
    """One person who was asked, with the answer; ``profile`` where they are listed."""

    recipient: Recipient
    look: Look
    profile: Profile | None


@dataclass(frozen=True)
class EnquiryPage:
    """One question. ``lines`` are for whoever asked alone; ``mine`` is the row of a reader who was asked."""

    enquiry: Enquiry
    about: Pointer | None
    is_author: bool
    lines: Sequence[AnswerLine]
    mine: Recipient | None
    others: int
    others_help: int
    presses: Sequence[Press]

    @property
    def may_answer(self) -> bool:
        return self.mine is not None and not self.enquiry.closed_at and self.mine.answer != Answer.PASSED

    @classmethod
    def build(cls, enquiry: Enquiry, membership: Membership) -> "EnquiryPage":
        is_author = enquiry.author_id == membership.person_id
        rows = list(enquiry.recipients.select_related("person", "passed_from__person"))
        mine = next((row for row in rows if row.person_id == membership.person_id), None)
        others = [row for row in rows if row is not mine]
        ref = enquiry.about
        return cls(
            enquiry=enquiry,
            about=things.pointers([ref], membership).get(ref) if ref else None,
            is_author=is_author,
            lines=_answer_lines(rows, membership) if is_author else (),
            mine=mine,
            others=len(others),
            others_help=sum(row.answer == Answer.HELP for row in others),
            presses=_presses_of(enquiry, membership),
        )


def _answer_lines(rows: Sequence[Recipient], membership: Membership) -> list[AnswerLine]:
    people = [row.person_id for row in rows if row.person_id]
    listed = Profile.objects.to_ask(membership).filter(membership__person__in=people).select_related("membership")
    profiles = {profile.membership.person_id: profile for profile in listed}
    return [AnswerLine(row, ANSWERS[Answer(row.answer)], profiles.get(row.person_id or 0)) for row in rows]


def _presses_of(enquiry: Enquiry, membership: Membership) -> list[Press]:
    args = [enquiry.organisation.slug, enquiry.pk]
    allowed = {"close", "delete"} if policies.may_close(membership, enquiry) else set()
    if enquiry.closed_at:
        allowed.discard("close")
    presses = [
        Press("close", "I have my answer", reverse("enquiry_close", args=args), look="secondary", icon="check"),
        Press("delete", "Delete the question", reverse("enquiry_delete", args=args), look="quiet", icon="trash-2"),
    ]
    return offered(presses, allowed)


@dataclass(frozen=True)
class EnquiryLists:
    """What one was asked and has not answered, what one has answered, and what one asked oneself."""

    to_answer: Sequence[Recipient]
    answered: Sequence[tuple[Recipient, Look]]
    asked: Sequence[Enquiry]

    MOST = 50

    @classmethod
    def build(cls, membership: Membership) -> "EnquiryLists":
        mine = Recipient.objects.filter(
            person_id=membership.person_id, enquiry__organisation_id=membership.organisation_id
        ).select_related("enquiry__author", "enquiry__organisation")
        waiting = mine.waiting().order_by("asked_at", "pk")
        done = mine.exclude(pk__in=waiting.values("pk")).order_by("-asked_at", "-pk")[: cls.MOST]
        own = Enquiry.objects.filter(
            author_id=membership.person_id, organisation_id=membership.organisation_id
        ).select_related("organisation")
        counts = own.annotate(
            helpers=Count("recipients", filter=Q(recipients__answer=Answer.HELP)),
            waiting=Count("recipients", filter=Q(recipients__answer=Answer.WAITING)),
        )
        return cls(
            to_answer=list(waiting[: cls.MOST]),
            answered=[(row, ANSWERS[Answer(row.answer)]) for row in done],
            asked=list(counts[: cls.MOST]),
        )
