"""Working a gap report out.

This is the only place that turns answers into something to show. Under five respondents a report carries their number
and nothing else, so no page, file, mail or index can show more by mistake.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, QuerySet

from kmportal.lib.prepared import prepared
from organisations.events import Event as OfMembers
from organisations.models import AuditEntry, Membership
from organisations.tokens import RESET_LASTS
from roadmap.models import CatalogueEntry
from selfassessment import scoring
from selfassessment.models import Answer, Asked, Assessment, Criterion, Decision, Response, Section, Suggestion
from selfassessment.reports.values import (
    COMMENT,
    EVIDENCE,
    GapReport,
    Offer,
    Outcome,
    Remarks,
    Result,
    SectionScore,
    Turnout,
    Withheld,
)
from techniques.models import Technique

STRENGTHS_SHOWN = 5

# One answer: criterion, now, wanted, “don’t know”, place among those that matter most, comment, evidence, by what right
# it was given, and why comment and evidence are withheld.
Row = tuple[int, int | None, int | None, bool, int | None, str, str, str, str, str]


@prepared
def _ways(assessment: int) -> QuerySet[Response, tuple[str, int]]:
    rows = Response.objects.filter(assessment=assessment).counted().order_by()
    return rows.values_list("way").annotate(n=Count("pk"))


@prepared
def _asked(assessment: int) -> QuerySet[Asked, tuple[bool, int]]:
    return Asked.objects.filter(assessment=assessment).order_by().values_list("is_late").annotate(n=Count("pk"))


def turnout(assessment: Assessment) -> Turnout:
    """How many have answered until now. The only figure of a round that may be shown while it is open."""
    ways, asked = Counter(dict(_ways(assessment.pk))), Counter(dict(_asked(assessment.pk)))
    asked_answered = ways[Response.Way.ASKED]
    return Turnout(
        answered=ways.total(),
        asked=asked.total(),
        asked_answered=asked_answered,
        by_link=ways[Response.Way.LINK],
        # Below the floor nobody needs to know.
        doubtful=asked[True] + _count_new_passwords(assessment) if scoring.enough(asked_answered) else 0,
    )


@prepared
def _new_passwords(assessment: int, first: datetime, last: datetime | None) -> QuerySet[Membership, int]:
    asked = Asked.objects.filter(assessment=assessment).exclude(person=None)
    members = Membership.objects.filter(person__in=asked.values("person"))
    made = AuditEntry.objects.filter(
        organisation__in=members.values("organisation"),
        event=OfMembers.RESET_LINK_MADE,
        at__gte=first,
        ident__in=members.values("pk"),
    )
    if last is not None:
        made = made.filter(at__lte=last)
    return members.filter(pk__in=made.values("ident")).order_by().values_list("person", flat=True).distinct()


def _count_new_passwords(assessment: Assessment) -> int:
    """Of how many who were asked an administrator, here or of another organisation of theirs, has made a link for a new
    password while they could answer, or so shortly before that it could still be used: with it somebody else could
    answer as them."""
    if assessment.opened_at is None:
        return 0
    first = assessment.opened_at - RESET_LASTS
    return len(_new_passwords(assessment.pk, first, assessment.closed_at))


def build(assessment: Assessment) -> GapReport:
    """The report of a published round. Before that, and below the floor, nothing but the turnout.

    Where fewer than five of those who were asked have answered, their answers are not even read: docs/decisions/0025.
    What people wrote is in it once somebody has read it, and never what was withheld: docs/decisions/0037.
    """
    people = turnout(assessment)
    if not assessment.is_published or not people.is_enough:
        return GapReport(assessment, people, is_enough=False)
    report = work_out_report(assessment, people, _read_rows(assessment, people), _read_outcomes(assessment))
    report = replace(report, remarks=tuple(row.without_withheld_words() for row in report.remarks))
    if assessment.comments_read_at is not None:
        return report
    return replace(report, remarks=(), unread=sum(len(row.comments) + len(row.evidence) for row in report.remarks))


@dataclass(frozen=True)
class ShortReport:
    """What other pages say of a report: the widest gaps, and which of the first suggestions nobody has decided on."""

    assessment: Assessment
    widest: tuple[Result, ...]
    undecided: tuple[Result, ...]


@prepared
def _counted_answers(assessment: int, ways: tuple[str, ...]) -> QuerySet[Answer, tuple[Any, ...]]:
    rows = Answer.objects.filter(response__assessment=assessment, response__way__in=ways).order_by()
    same = rows.values_list("criterion_id", "now", "wanted", "dont_know", "slot", "response__way")
    return same.annotate(n=Count("pk"))


@prepared
def _decided(assessment: int) -> QuerySet[Decision, int]:
    return Decision.objects.filter(assessment=assessment).values_list("criterion_id", flat=True)


def build_short(assessment: Assessment) -> ShortReport | None:
    """The widest gaps of a published round and the first suggestions that wait, as its report says them. None before
    that and below the floor: then the answers are not even read.

    The same answers are counted by the database, and neither words nor what became of anything is fetched.
    """
    people = turnout(assessment)
    if not assessment.is_published or not people.is_enough:
        return None
    said: dict[int, list[scoring.Said]] = defaultdict(list)
    for criterion, now, wanted, dont_know, slot, way, number in _counted_answers(assessment.pk, people.shown_ways):
        one = scoring.Said(now, wanted, dont_know, votes=bool(slot), counts=way == people.counted_way)
        said[criterion] += [one] * number
    measured = list(_measure_criteria(_criteria(assessment.framework_id), said, people))
    decided = set(_decided(assessment.pk))
    first = [row for *_, row, _ in _in_order(measured, people.shown)[: scoring.TOP]]
    return ShortReport(
        assessment,
        widest=_find_widest(row.result for row in measured),
        undecided=tuple(row.result for row in first if row.pk not in decided),
    )


def remarks_to_read(assessment: Assessment) -> tuple[Remarks, ...]:
    """What people wrote in a closed round, for whoever reads it before it is published: the comments and the evidence
    that the report would show, in the order of the alphabet, those that are withheld apart. Nothing below the floor.
    """
    people = turnout(assessment)
    if not assessment.is_closed or not people.is_enough:
        return ()
    return work_out_report(assessment, people, _read_rows(assessment, people), {}).remarks


@prepared
def _answers(assessment: int, ways: tuple[str, ...]) -> QuerySet[Answer, Row]:
    return Answer.objects.filter(response__assessment=assessment, response__way__in=ways).values_list(
        "criterion_id", "now", "wanted", "dont_know", "slot", "comment", "evidence", "response__way",
        "comment_withheld", "evidence_withheld",
    )  # fmt: skip


def _read_rows(assessment: Assessment, people: Turnout) -> list[Row]:
    """The answers that count, in no order."""
    return _answers(assessment.pk, people.shown_ways)


@prepared
def _sections(framework: int) -> QuerySet[Section]:
    return Section.objects.filter(framework=framework)


@prepared
def _criteria(framework: int) -> QuerySet[Criterion]:
    rows = Criterion.objects.filter(section__framework=framework).select_related("section")
    return rows.prefetch_related("suggestions").order_by("section__position", "position")


def work_out_report(
    assessment: Assessment, people: Turnout, rows: Sequence[Row], outcomes: Mapping[int, Outcome]
) -> GapReport:
    """The report of these answers. The caller has seen to it that there are enough of them."""
    sections, criteria = _sections(assessment.framework_id), _criteria(assessment.framework_id)
    results = {row.pk: row for row in _measure_criteria(criteria, _said(rows, people), people)}
    remarks = _collect_remarks(results.values(), rows)
    said = {row.result.code: len(row.comments) for row in remarks}
    plain = tuple(replace(row.result, comments=said.get(row.result.code, 0)) for row in results.values())
    ranked = _rank_offers(results.values(), people.shown, outcomes)
    top, rest = ranked[: scoring.TOP], ranked[scoring.TOP :]
    has_quick = any(row.suggestion.effort == "quick" for row in top)
    quick = None if has_quick else next((row for row in rest if row.suggestion.effort == "quick"), None)
    return GapReport(
        assessment=assessment,
        turnout=people,
        is_enough=True,
        not_heard=assessment.not_heard,
        sections=tuple(_score_section(section, plain) for section in sections),
        results=plain,
        offers=tuple(top),
        quick_win=replace(quick, is_quick_win=True) if quick else None,
        others=tuple(row for row in rest if row is not quick),
        strengths=_find_strengths(plain),
        splits=_find_splits(plain),
        widest=_find_widest(plain),
        remarks=remarks,
    )


@dataclass(frozen=True)
class _Measured:
    pk: int
    result: Result
    suggestions: tuple[Suggestion, ...]


def _said(rows: Iterable[Row], turnout: Turnout) -> dict[int, list[scoring.Said]]:
    """The answers to each criterion, as they are measured."""
    by_criterion: dict[int, list[scoring.Said]] = defaultdict(list)
    for criterion_id, now, wanted, dont_know, slot, _, _, way, *_ in rows:
        said = scoring.Said(now, wanted, dont_know, votes=bool(slot), counts=way == turnout.counted_way)
        by_criterion[criterion_id].append(said)
    return by_criterion


def _measure_criteria(
    criteria: Iterable[Criterion], by_criterion: Mapping[int, list[scoring.Said]], turnout: Turnout
) -> Iterable[_Measured]:
    for criterion in criteria:
        yield _Measured(
            pk=criterion.pk,
            suggestions=tuple(criterion.suggestions.all()),
            result=Result(
                code=criterion.code,
                name=criterion.name,
                question=criterion.question,
                section=criterion.section.key,
                statements=tuple(criterion.statements),
                figures=scoring.measure(by_criterion.get(criterion.pk, []), doubtful=turnout.doubtful_counted),
            ),
        )


def _score_section(section: Section, results: Iterable[Result]) -> SectionScore:
    mine = [row for row in results if row.section == section.key]
    both = [row for row in mine if row.figures.gap is not None]
    widest = max(both, key=lambda row: (row.figures.gap, row.figures.votes or 0), default=None)
    return SectionScore(
        key=section.key,
        name=section.name,
        short_name=section.short_name,
        now=scoring.average(row.figures.now for row in both),
        wanted=scoring.average(row.figures.wanted for row in both),
        widest=widest if widest and widest.figures.gap and widest.figures.gap > 0 else None,
    )


# A suggestion with what puts it in its place: score, gap, votes.
_Ranked = tuple[Fraction, float, int, _Measured, Suggestion]


def _in_order(rows: Iterable[_Measured], people: int) -> list[_Ranked]:
    """Every criterion with a gap and its fitting suggestion, most pressing first; equals keep the framework’s order."""
    found: list[_Ranked] = []
    for row in rows:
        figures = row.result.figures
        if figures.gap is None or figures.gap <= 0 or figures.now is None:
            continue
        band = scoring.band(figures.now)
        suggestion = next((one for one in row.suggestions if one.band == band), None)
        if suggestion:
            votes = figures.votes or 0
            score = scoring.priority(figures.gap, votes=votes, people=people, effort=suggestion.effort)
            found.append((score, figures.gap, votes, row, suggestion))
    return sorted(found, key=lambda one: one[:3], reverse=True)


@prepared
def _entries(keys: tuple[str, ...]) -> QuerySet[CatalogueEntry]:
    return CatalogueEntry.objects.filter(key__in=keys)


@prepared
def _techniques(keys: tuple[str, ...]) -> QuerySet[Technique]:
    return Technique.objects.filter(organisation=None, can_run=True, key__in=keys)


def _rank_offers(rows: Iterable[_Measured], people: int, outcomes: Mapping[int, Outcome]) -> list[Offer]:
    """The suggestions in their order, each with where it leads and what was decided."""
    found = _in_order(rows, people)
    keys = tuple(sorted({suggestion.entry_key for *_, suggestion in found if suggestion.entry_key}))
    entries = {entry.key: entry for entry in _entries(keys)}
    named = tuple(sorted({suggestion.technique_key for *_, suggestion in found if suggestion.technique_key}))
    techniques = {technique.key: technique for technique in _techniques(named)}
    return [
        Offer(
            rank=rank,
            result=row.result,
            suggestion=suggestion,
            score=scoring.to_one_decimal(score),
            people=people,
            entry=entries.get(suggestion.entry_key),
            technique=techniques.get(suggestion.technique_key),
            outcome=outcomes.get(row.pk),
        )
        for rank, (score, _, _, row, suggestion) in enumerate(found, start=1)
    ]


@prepared
def _decisions(assessment: int) -> QuerySet[Decision]:
    return Decision.objects.filter(assessment=assessment).select_related(
        "by", "criterion", "assessment__organisation", "suggestion", "action__owner", "action__organisation",
        "intervention__owner", "intervention__programme__organisation",
    )  # fmt: skip


def _read_outcomes(assessment: Assessment) -> dict[int, Outcome]:
    """What was decided, by criterion, with how it stands today."""
    return {row.criterion_id: _outcome_of(row) for row in _decisions(assessment.pk)}


def _outcome_of(row: Decision) -> Outcome:
    thing = row.intervention or row.action
    became, title, who, state, url = "", "", "", "", ""
    if row.intervention:
        became, who = "intervention", str(row.intervention.owner or "")
    elif row.action:
        became, who = "action", row.action.owner_name
    if thing:
        title, state, url = thing.title, thing.get_state_display(), thing.get_absolute_url()
    return Outcome(
        decision=row,
        verdict=row.verdict,
        words=row.words,
        reason=row.reason,
        by=str(row.by or ""),
        at=row.at,
        became=became,
        title=title,
        who=who,
        state=state,
        url=url,
    )


def _find_widest(results: Iterable[Result]) -> tuple[Result, ...]:
    gaps = [row for row in results if row.figures.gap is not None and row.figures.gap > 0]
    return tuple(sorted(gaps, key=lambda row: (-row.figures.gap, -(row.figures.votes or 0))))  # type: ignore[operator]


def _find_strengths(results: Iterable[Result]) -> tuple[Result, ...]:
    rows = [row for row in results if row.figures.is_strength]
    return tuple(sorted(rows, key=lambda row: -(row.figures.now or 0))[:STRENGTHS_SHOWN])


def _find_splits(results: Iterable[Result]) -> tuple[Result, ...]:
    rows = [row for row in results if row.figures.is_split]
    return tuple(sorted(rows, key=lambda row: (-(row.figures.spread or 0), -(row.figures.votes or 0))))


def _collect_remarks(measured: Iterable[_Measured], rows: Iterable[Row]) -> tuple[Remarks, ...]:
    """Comments and evidence of criteria that at least five people answered. Alphabetical: the order says nothing."""
    comments: dict[int, list[str]] = defaultdict(list)
    evidence: dict[int, list[str]] = defaultdict(list)
    withheld: dict[int, list[Withheld]] = defaultdict(list)
    for criterion, *_, comment, proof, _way, no_comment, no_proof in rows:
        for kind, words, reason, shown in (
            (COMMENT, comment, no_comment, comments),
            (EVIDENCE, proof, no_proof, evidence),
        ):
            if words and reason:
                withheld[criterion].append(Withheld(kind, words, reason))
            elif words:
                shown[criterion].append(words)
    return tuple(
        Remarks(
            result=row.result,
            comments=tuple(sorted(comments[row.pk], key=str.casefold)),
            evidence=tuple(sorted(evidence[row.pk], key=str.casefold)),
            withheld=tuple(sorted(withheld[row.pk], key=lambda one: (one.kind, one.words.casefold()))),
        )
        for row in measured
        if row.result.figures.is_enough and (comments[row.pk] or evidence[row.pk] or withheld[row.pk])
    )
