"""The widest gaps of the latest closed round, for the home pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from kmportal.lib.charts import MiniGap, mini_gap
from kmportal.lib.prepared import prepared
from organisations.models import Membership
from selfassessment.models import Assessment
from selfassessment.reports import ShortReport, build_short

SHOWN = 3


@dataclass(frozen=True)
class Gap:
    """One criterion with its distance and its small picture."""

    code: str
    name: str
    now: float | None
    wanted: float | None
    picture: MiniGap
    url: str


@dataclass(frozen=True)
class LatestRound:
    """The latest closed round: its widest gaps and what is still to be decided. Empty if nothing may be shown.

    ``scope`` is whom it is about when that is not everybody, so that nobody takes the gaps of one ward for all.
    """

    gaps: Sequence[Gap] = ()
    months: int = 12
    title: str = ""
    url: str = ""
    undecided: Sequence[str] = ()
    scope: str = ""


@prepared
def _latest_rounds(membership: Membership) -> QuerySet[Assessment]:
    rows = Assessment.objects.visible_to(membership).published().order_by("-closed_at")
    return rows.select_related("organisation", "framework", "facilitator")[:2]


def latest_round(membership: Membership) -> LatestRound:
    """The latest published round of the organisation that enough people answered; the report keeps its own floor."""
    for assessment in _latest_rounds(membership):
        if report := build_short(assessment):
            return _latest_round(report, membership)
    return LatestRound()


def _latest_round(report: ShortReport, membership: Membership) -> LatestRound:
    url = reverse("gap_report", args=[membership.organisation.slug, report.assessment.pk])
    gaps = [
        Gap(
            row.code, row.name, row.figures.now, row.figures.wanted,
            mini_gap(row.figures.now, row.figures.wanted), f"{url}#bars",
        )
        for row in report.widest[:SHOWN]
    ]  # fmt: skip
    open_ones = [row.label for row in report.undecided]
    assessment = report.assessment
    scope = "" if assessment.capacity == Assessment.Capacity.ORGANISATION else assessment.scope
    return LatestRound(gaps, assessment.months_ahead, str(assessment), url, open_ones, scope)
