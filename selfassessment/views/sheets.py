"""What somebody who answers has before them: the questions in order, with their own answers so far."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404

from selfassessment.models import Answer, Assessment, Criterion, Response
from selfassessment.views.visitors import Visitor


@dataclass(frozen=True)
class Place:
    """One criterion in the list of all, as this respondent sees it."""

    number: int
    criterion: Criterion
    answer: Answer | None
    url: str

    @property
    def is_given(self) -> bool:
        return self.answer is not None and self.answer.is_given

    @property
    def is_half(self) -> bool:
        return self.answer is not None and self.answer.is_half

    @property
    def matters(self) -> bool:
        return self.answer is not None and self.answer.slot is not None


class Sheet:
    """All criteria of the round with what this respondent has said so far. Nothing is read before it is asked for."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    @cached_property
    def response(self) -> Response | None:
        if not self.visitor.key:
            return None
        by = self.visitor.respondent
        rows = Response.objects.of(self.visitor.assessment, key=by.key, person=by.person)
        return rows.prefetch_related("answers").first()

    @cached_property
    def places(self) -> list[Place]:
        said = {row.criterion_id: row for row in self.response.answers.all()} if self.response else {}
        return [
            Place(number, row, said.get(row.pk), self.visitor.question_url(number))
            for number, row in enumerate(criteria_of(self.visitor.assessment), start=1)
        ]

    @property
    def is_begun(self) -> bool:
        """Whether the pages of questions open: read and begun here as what one still is, or answered before."""
        return (self._has_key and not self.visitor.respondent.has_changed) or self.response is not None

    @property
    def is_begun_as_another(self) -> bool:
        """Whether one was asked, or is no longer asked, since one began here: there is more to read first."""
        return self._has_key and self.response is None and self.visitor.respondent.has_changed

    @property
    def _has_key(self) -> bool:
        return self.visitor.has_cookie and bool(self.visitor.key)

    @property
    def given(self) -> int:
        return sum(place.is_given for place in self.places)

    @property
    def progress(self) -> str:
        return f"{self.given} of {len(self.places)} answered"

    @property
    def chosen(self) -> list[Place]:
        return [place for place in self.places if place.matters]

    @property
    def missing(self) -> list[Place]:
        return [place for place in self.places if not place.is_given]

    @property
    def halves(self) -> list[Place]:
        return [place for place in self.places if place.is_half]

    @property
    def next_url(self) -> str:
        """Where to go on: the first question without an answer, or the end."""
        return self.missing[0].url if self.missing else self.visitor.finish_url

    @property
    def sections(self) -> list[tuple[str, list[Place]]]:
        grouped: dict[str, list[Place]] = {}
        for place in self.places:
            grouped.setdefault(place.criterion.section.name, []).append(place)
        return list(grouped.items())

    @property
    def is_finished(self) -> bool:
        return self.response is not None and self.response.is_finished

    def place(self, number: int) -> Place:
        if not 1 <= number <= len(self.places):
            raise Http404
        return self.places[number - 1]


def criteria_of(assessment: Assessment) -> QuerySet[Criterion]:
    """The questions of a round in their order."""
    rows = Criterion.objects.filter(section__framework=assessment.framework_id)
    return rows.select_related("section").order_by("section__position", "position")


def criterion_at(assessment: Assessment, number: int) -> tuple[Criterion, bool]:
    """One question by its number, and whether it is the last one."""
    found = list(criteria_of(assessment)[number - 1 : number + 1]) if number > 0 else []
    if not found:
        raise Http404
    return found[0], len(found) == 1
