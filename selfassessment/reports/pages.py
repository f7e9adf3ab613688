"""Rounds and reports as one reader sees their pages: how they stand, and what this reader may press.

Which presses there are follows from the policies alone, the same that the actions ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from kmportal.lib.domain_words import worded
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look
from organisations.models import Membership
from selfassessment import policies
from selfassessment.labels import STATES
from selfassessment.models import Asked, Assessment, AssessmentQuerySet, Response
from selfassessment.reports.building import build, turnout
from selfassessment.reports.pictures import Pictures, pictures_of
from selfassessment.reports.values import GapReport, Offer, Turnout
from selfassessment.respondents import Respondent

# --- The list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoundLine:
    """One round in the list, and where this reader goes from there."""

    assessment: Assessment
    look: Look
    has_answered: bool
    presses: list[Press]


def listed(membership: Membership) -> AssessmentQuerySet:
    """The rounds that this member sees, with the numbers of those who answered and who were asked, in one query."""
    answered = Response.objects.counted().filter(assessment=OuterRef("pk")).order_by().values("assessment")
    asked = Asked.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    rows = Assessment.objects.visible_to(membership).select_related("facilitator", "organisation")
    return rows.annotate(
        answered=Coalesce(Subquery(answered.annotate(n=Count("pk")).values("n")), 0),
        asked_count=Coalesce(Subquery(asked.annotate(n=Count("pk")).values("n")), 0),
    )


def round_lines(rounds: Iterable[Assessment], membership: Membership) -> list[RoundLine]:
    """Rounds with what this reader may press. One query for all: whether they were asked."""
    rows = list(rounds)
    asked = Asked.objects.filter(assessment__in=rows, person=membership.person_id)
    by_round = {row.assessment_id: row for row in asked}
    return [_round_line(row, membership, by_round.get(row.pk)) for row in rows]


def _round_line(assessment: Assessment, membership: Membership, asked: Asked | None) -> RoundLine:
    allowed = set(policies.allowed(membership, assessment))
    if asked is not None and _may_answer(assessment, membership, asked):
        allowed.add("answer")
    has_answered = asked is not None and asked.answered
    report = Press(
        "read_report", "Read the report", _url_of_round(assessment, "gap_report"), is_form=True, look="secondary"
    )
    answer = _answer_press(assessment, asked, look="secondary" if has_answered else "")
    presses = [replace(press, about=assessment.title) for press in (answer, report)]
    return RoundLine(assessment, _look_of_round(assessment), has_answered, offered(presses, allowed))


# --- One round -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AssessmentPage:
    """The page of a round that is prepared or open. ``turnout`` is for those who run rounds."""

    assessment: Assessment
    look: Look
    presses: list[Press]
    turnout: Turnout | None

    @classmethod
    def build(cls, assessment: Assessment, membership: Membership, *, on: date) -> "AssessmentPage":
        asked = Asked.objects.filter(assessment=assessment, person=membership.person_id).first()
        allowed = set(policies.allowed(membership, assessment))
        if _may_answer(assessment, membership, asked):
            allowed.add("answer")
        may_run = policies.may_run(membership, assessment)
        return cls(
            assessment,
            _look_of_round(assessment),
            offered(_round_presses(assessment, asked, may_run=may_run, is_past=assessment.closes_on < on), allowed),
            turnout(assessment) if may_run else None,
        )


def _may_answer(assessment: Assessment, membership: Membership, asked: Asked | None) -> bool:
    respondent = Respondent("", member=membership, asked=asked)
    return assessment.is_open and policies.may_answer(respondent, assessment)


def _round_presses(assessment: Assessment, asked: Asked | None, *, may_run: bool, is_past: bool) -> list[Press]:
    """On top of the page; before the closing date people are asked first, after it the round is closed first."""
    ask_look, close_look = ("secondary", "") if is_past else ("", "secondary")
    about = assessment.title
    return [
        _answer_press(assessment, asked, look="secondary" if may_run else ""),
        Press("open", "Open for answers", _url_of_round(assessment, "assessment_open")),
        Press("ask", "Ask people", _url_of_round(assessment, "assessment_people"), is_form=True, look=ask_look),
        Press(
            "close",
            worded("Close the round"),
            _url_of_round(assessment, "assessment_close"),
            is_form=True,
            look=close_look,
        ),
        Press("edit", "Change", _url_of_round(assessment, "assessment_edit"), is_form=True, look="quiet", about=about),
        Press(
            "discard", "Delete", _url_of_round(assessment, "assessment_delete"), is_form=True, look="quiet", about=about
        ),
    ]


def _answer_press(assessment: Assessment, asked: Asked | None, *, look: str) -> Press:
    words = "Carry on answering" if asked and asked.answered else "Answer"
    return Press("answer", words, _url_of_round(assessment, "assessment_answer"), is_form=True, look=look)


# --- Asking people ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeoplePage:
    """The page on which people are asked: what can be done with the one link, and reminding."""

    link: list[Press]
    remind: list[Press]

    @classmethod
    def build(cls, assessment: Assessment, membership: Membership) -> "PeoplePage":
        allowed = policies.allowed(membership, assessment)
        return cls(offered(_link_presses(assessment), allowed), offered([_remind_press(assessment)], allowed))


def _link_presses(assessment: Assessment) -> list[Press]:
    url = _url_of_round(assessment, "assessment_link")
    words, value = ("Make a new link", "new") if assessment.link_nonce else ("Make one link for all", "on")
    return [
        Press("enable_link", words, url, look="secondary", fields=(("link", value),)),
        Press("disable_link", "Turn the link off", url, look="quiet", fields=(("link", "off"),)),
    ]


def _remind_press(assessment: Assessment) -> Press:
    words = "Remind everybody" if assessment.anonymous else "Remind those who have not answered"
    return Press("remind", words, _url_of_round(assessment, "assessment_remind"), look="secondary")


# --- The report ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GapReportPage:
    """The page of a report: its suggestions carry what this reader may do with each."""

    report: GapReport
    pictures: Pictures | None
    presses: list[Press]

    @classmethod
    def build(cls, assessment: Assessment, membership: Membership) -> "GapReportPage":
        report, allowed = build(assessment), policies.allowed(membership, assessment)
        presses = [
            Press(
                "request_report_pdf",
                "PDF",
                _url_of_round(assessment, "gap_report_pdf"),
                look="secondary",
                icon="download",
                about=assessment.title,
            ),
            Press(
                "read_report",
                "CSV",
                _url_of_round(assessment, "gap_report_csv"),
                is_form=True,
                look="quiet",
                about=assessment.title,
            ),
        ]
        pictures = pictures_of(report) if report.is_enough else None
        return cls(_with_presses(report, membership), pictures, offered(presses, allowed))


def _with_presses(report: GapReport, membership: Membership) -> GapReport:
    """The same report, in which each suggestion offers what this reader may do with it."""
    allowed = policies.allowed(membership, report.assessment)
    decisions = [offer.outcome.decision for offer in report.every_offer if offer.outcome]
    undoable = policies.undoable(membership, decisions)

    def with_presses(offer: Offer) -> Offer:
        if offer.outcome is None:
            moves = allowed
        else:
            moves = frozenset({"undo"} if offer.outcome.decision.pk in undoable else ())
        return replace(offer, presses=tuple(offered(_offer_presses(report.assessment, offer), moves)))

    return replace(
        report,
        offers=tuple(map(with_presses, report.offers)),
        quick_win=with_presses(report.quick_win) if report.quick_win else None,
        others=tuple(map(with_presses, report.others)),
    )


def _offer_presses(assessment: Assessment, offer: Offer) -> list[Press]:
    code, about = offer.result.code, offer.suggestion.title
    accept = _url_of_round(assessment, "decision_new", code)
    reject, undo = _url_of_round(assessment, "decision_reject", code), _url_of_round(assessment, "decision_undo", code)
    return [
        Press("decide", "Accept", accept, is_form=True, look="secondary", about=about),
        Press("decide", "Change", f"{accept}?change", is_form=True, look="quiet", about=about),
        Press("decide", "Reject", reject, is_form=True, look="quiet", about=about),
        Press("undo", "Undo", undo, look="quiet", about=about),
    ]


# --- What they share -------------------------------------------------------------------------------------------------


def _look_of_round(assessment: Assessment) -> Look:
    return STATES[assessment.state]


def _url_of_round(assessment: Assessment, name: str, *args: object) -> str:
    return reverse(name, args=[assessment.organisation.slug, assessment.pk, *args])
