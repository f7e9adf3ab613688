"""The report as files: a table for a spreadsheet, and a tagged PDF."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import slugify

from kmportal.lib import pdf
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.sentences import capital
from selfassessment.models import Assessment
from selfassessment.reports.pictures import pictures_of
from selfassessment.reports.values import GapReport, Offer, Remarks, Turnout
from selfassessment.scoring import FLOOR, Measure

FIGURES = (
    _("Section"), "Code", "Criterion", "Now", "Wanted", "Gap", "Lowest now", "Highest now", "Matters most to",
    "Answered", "Through the link",
)  # fmt: skip
WORDS = ("Comments", "Evidence", "Withheld")
DECISIONS = (
    _("Place of the suggestion"), _("Suggestion"), "Decision", "In which words, or why not", "Decided by", "Decided on",
    "Became", "Who does it", "State",
)  # fmt: skip
HEADINGS = (*FIGURES, *WORDS, *DECISIONS)


def as_csv(report: GapReport) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Headings and rows: for each criterion its figures, what the report shows of what people wrote, and what was
    decided. Below the floor one row with the number of answers. Empty: fewer than five answered it.
    """
    if not report.is_enough:
        return ("Answers",), [(report.turnout.answered,)]
    names = {row.key: row.name for row in report.sections}
    remarks = {row.result.code: row for row in report.remarks}
    offers = {row.result.code: row for row in report.every_offer}
    zone = ZoneInfo(report.assessment.organisation.time_zone)
    rows: list[Sequence[object]] = [
        (
            names[row.section],
            row.code,
            row.name,
            row.figures.now,
            row.figures.wanted,
            row.figures.gap,
            row.figures.low,
            row.figures.high,
            row.figures.votes,
            row.figures.answered,
            _through_the_link(row.figures, report.turnout),
            *_words_about(remarks.get(row.code)),
            *_decision_about(offers.get(row.code), zone),
        )
        for row in report.results
    ]
    return HEADINGS, rows


def _words_about(remarks: Remarks | None) -> Sequence[object]:
    """Each comment on a line of its own, in the order of the alphabet as on the page."""
    if remarks is None:
        return ("",) * len(WORDS)
    return "\n".join(remarks.comments), "\n".join(remarks.evidence), capital(remarks.withheld_sentence)


def _decision_about(offer: Offer | None, zone: ZoneInfo) -> Sequence[object]:
    """What was suggested, and what was decided about it."""
    if offer is None:
        return ("",) * len(DECISIONS)
    outcome = offer.outcome
    if outcome is None:
        return (offer.rank, offer.suggestion.title, *("",) * (len(DECISIONS) - 2))
    return (
        offer.rank,
        offer.suggestion.title,
        outcome.decision.get_verdict_display(),
        outcome.words if outcome.is_accepted else outcome.reason,
        outcome.by,
        timezone.localdate(outcome.at, zone).isoformat(),
        outcome.title,
        outcome.who,
        outcome.state,
    )


def _through_the_link(figures: Measure, turnout: Turnout) -> int | None:
    if figures.answered is None or figures.people is None or not turnout.counts_asked:
        return figures.answered
    return figures.answered - figures.people


def as_pdf(report: GapReport) -> bytes:
    """The report on A4, tagged for screen readers. For the worker: drawing takes a second or two."""
    return pdf.render("pdf/gap_report.html", pdf_values(report))


def pdf_values(report: GapReport) -> dict[str, Any]:
    """What the report on paper takes."""
    closed = closed_on(report.assessment)
    return {
        "report": report,
        "assessment": report.assessment,
        "organisation": report.assessment.organisation,
        "pictures": pictures_of(report) if report.is_enough else None,
        "closed": long_day(closed) if closed else "",
        "logo": report.assessment.organisation.logo_as_data,
        "floor": FLOOR,
    }


def file_name(report: GapReport) -> str:
    """A name for a file of this report, without its ending."""
    return f"gap-report-{slugify(report.assessment.title)[:60] or report.assessment.pk}"


def closed_on(assessment: Assessment) -> date | None:
    """The day of the close in the organisation’s zone."""
    zone = ZoneInfo(assessment.organisation.time_zone)
    return timezone.localdate(assessment.closed_at, zone) if assessment.closed_at else None
