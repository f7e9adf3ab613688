"""The pack before somebody starts: the lessons, knowledge assets, people and communities that fit a piece of work, each
with why it is here, and what was answered to each lesson.

The number of queries is the same for ten lessons and for a hundred thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from kmportal.lib import pdf
from kmportal.lib.cleaning import first_words
from kmportal.lib.days import day_in_words, long_day
from kmportal.lib.markdown import plain
from kmportal.lib.slots import filled_slots
from kmportal.lib.things import Look
from kmportal.lib.work import Work
from lessons import labels, policies
from lessons.finding import LOOKED_AT, answers_to, find_fitting, rank_lessons, readable_lessons, why_related
from lessons.models import Asset, Lesson, PackAnswer, PieceOfWork, Quote, Reuse
from lessons.reports.quotes import quotes_of_lessons
from organisations.models import Membership
from search.related import Related

LONGEST_LINE = 200


@dataclass(frozen=True)
class PackLesson:
    """One lesson of the pack for one reader: quotes, why it is here, what was answered, and what they may do about
    it."""

    lesson: Lesson
    look: Look
    why: tuple[str, ...]
    answer: PackAnswer | None = None
    may_report: bool = False
    quotes: Sequence[Quote] = ()

    @property
    def version(self) -> int:
        return self.answer.version if self.answer else 0

    @property
    def is_settled(self) -> bool:
        return self.answer is not None and self.answer.answer != PackAnswer.Answer.LATER

    @property
    def is_used(self) -> bool:
        return self.answer is not None and self.answer.answer == PackAnswer.Answer.USE


@dataclass(frozen=True)
class PackRow:
    """Somebody or something besides lessons: what it is called, its page, a line about it, and why it is here."""

    title: str
    url: str
    text: str
    why: str


@dataclass(frozen=True)
class PackSection:
    """People, communities, knowledge assets: what upper apps fill, too (slot ``pack.sections``). ``more``: what one can
    do with all of them together, in words and as an address."""

    key: str
    heading: str
    rows: Sequence[PackRow]
    more: str = ""
    more_url: str = ""


@dataclass(frozen=True)
class Pack:
    """What fits one piece of work, for one reader. ``found``: kind of thing → what the index says, for the slots."""

    work: Work
    lessons: Sequence[PackLesson]
    sections: Sequence[PackSection]
    found: Mapping[str, Sequence[Related]] = field(default_factory=dict)
    may_answer: bool = False

    @property
    def to_answer(self) -> list[PackLesson]:
        """What waits for an answer: without any, or put off."""
        return [row for row in self.lessons if not row.is_settled]

    @property
    def answered(self) -> list[PackLesson]:
        return [row for row in self.lessons if row.is_settled]

    @cached_property
    def used(self) -> list[PackLesson]:
        return [row for row in self.lessons if row.is_used]


def build_pack(work: Work, membership: Membership) -> Pack:
    """All that fits, the best first; lessons that were answered stay, wherever they stand now."""
    found = find_fitting(work, membership, *LOOKED_AT)
    answers = {row.lesson_id: row for row in answers_to(work, membership)}
    why = rank_lessons(found["lesson"], work, membership)
    keys = [*why, *(key for key in answers if key not in why)]
    rows = readable_lessons(membership).filter(pk__in=keys).in_bulk()
    helped = set(Reuse.objects.said_by(membership).helped().filter(lesson__in=keys).values_list("lesson_id", flat=True))
    quotes = quotes_of_lessons(keys, membership)
    lessons = [
        PackLesson(
            rows[key],
            labels.look_of(rows[key], membership.organisation_id),
            tuple(why.get(key, ())),
            answers.get(key),
            may_report=key not in helped,
            quotes=quotes.get(key, ()),
        )
        for key in keys
        if key in rows
    ]
    pack = Pack(work, lessons, [], found, policies.may_answer_pack(membership, work))
    upper = [values["section"] for _, values in filled_slots("pack.sections", pack, membership)]
    return replace(pack, sections=[*_assets(found["asset"], membership), *upper])


def _assets(related: Sequence[Related], membership: Membership) -> list[PackSection]:
    found = Asset.objects.visible_to(membership).in_bulk([one.ident for one in related])
    slug = membership.organisation.slug
    rows = [
        PackRow(
            found[one.ident].title,
            reverse("asset_detail", args=[slug, one.ident]),
            first_words(plain(found[one.ident].purpose), LONGEST_LINE),
            why_related(one),
        )
        for one in related
        if one.ident in found
    ]
    return [PackSection("assets", "Knowledge assets", rows)] if rows else []


def pack_as_pdf(work: Work, membership: Membership) -> bytes:
    """The pack on A4, tagged for screen readers. For the worker: drawing takes a second or two."""
    return pdf.render("pdf/pack.html", pdf_values(work, membership, on=timezone.localdate()))


def pdf_values(work: Work, membership: Membership, *, on: date) -> dict[str, Any]:
    """What its template draws."""
    return {
        "organisation": membership.organisation,
        "logo": membership.organisation.logo_as_data,
        "work": work,
        "text": work.row.text if isinstance(work.row, PieceOfWork) else "",
        "pack": build_pack(work, membership),
        "begins": begins_in_words(work, on),
        "drawn": long_day(on),
        "reader": membership.person,
    }


def begins_in_words(work: Work, today: date) -> str:
    """When it begins; empty where nobody has said."""
    if work.starts_on is None:
        return ""
    verb = "Began" if work.starts_on < today else "Begins"
    return f"{verb} {day_in_words(work.starts_on, on=today)}"
