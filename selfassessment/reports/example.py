"""The example report: the invented answers, worked out by the same rules as anybody’s."""

from dataclasses import dataclass

from selfassessment.examples import Decided, Example
from selfassessment.models import Assessment, Criterion, Framework, Response
from selfassessment.reports.building import Row, work_out_report
from selfassessment.reports.values import GapReport, Offer, Turnout

ASKED = Response.Way.ASKED


@dataclass(frozen=True)
class Line:
    """A suggestion with what the invented meeting decided about it, if it did."""

    offer: Offer
    decided: Decided | None


@dataclass(frozen=True)
class ExampleReport:
    """The report with its decisions. None of it is stored."""

    example: Example
    report: GapReport
    lines: tuple[Line, ...]


def build_example(example: Example) -> ExampleReport | None:
    """Work the example out with the framework that is current; None while no framework is loaded that knows it."""
    framework = Framework.objects.filter(is_current=True, organisation=None).first()
    if framework is None:
        return None
    keys = dict(Criterion.objects.filter(section__framework=framework).values_list("code", "pk"))
    if not set(example.answers) <= set(keys):
        return None
    rows: list[Row] = [
        (
            keys[code], one.now, one.wanted, one.dont_know, 1 if one.matters else None, one.comment, one.evidence,
            ASKED, "", "",
        )
        for code, said in example.answers.items()
        for one in said.choices
        if one.is_answered
    ]  # fmt: skip
    assessment = Assessment(
        title=example.title, framework=framework, state=Assessment.State.CLOSED, not_heard=example.not_heard
    )
    turnout = Turnout(answered=example.people, asked=example.asked, asked_answered=example.people, by_link=0)
    report = work_out_report(assessment, turnout, rows, {})
    decided = {one.criterion: one for one in example.decisions}
    quick = [report.quick_win] if report.quick_win else []
    ranked = sorted([*report.offers, *quick, *report.others], key=lambda offer: offer.rank)
    lines = tuple(Line(offer, decided.get(offer.result.code)) for offer in ranked)
    return ExampleReport(example, report, lines)
