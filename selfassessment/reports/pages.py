"""Rounds and reports as one reader sees their pages: how they stand, and what this reader may press.

Which presses there are follows from the policies alone, the same that the actions ask.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.crypto import salted_hmac

from kmportal.lib.domain_words import worded
from kmportal.lib.personal_data import Hint, personal
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import one_line
from kmportal.lib.things import Look
from organisations.models import Membership
from selfassessment import policies
from selfassessment.labels import STATES, UNREAD
from selfassessment.models import Asked, Assessment, AssessmentQuerySet, Response, Withholding
from selfassessment.reports.building import build, remarks_to_read, turnout
from selfassessment.reports.pictures import Pictures, pictures_of
from selfassessment.reports.values import COMMENT, EVIDENCE, GapReport, Offer, Remarks, Turnout
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
        Press(
            "read_comments",
            "Read the comments",
            _url_of_round(assessment, "assessment_comments"),
            is_form=True,
        ),
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


# --- Reading the comments before they are published ------------------------------------------------------------------


@dataclass(frozen=True)
class Remark:
    """One comment or piece of evidence of a closed round, for whoever reads it before everybody can.

    ``mark`` is what its address has instead of the words. It comes from round, question and words alone, so it says
    nothing of the answer that they stand in, and two of one answer have nothing in common.
    """

    code: str
    kind: str
    words: str
    reason: str
    mark: str
    hints: tuple[Hint, ...] = ()
    presses: tuple[Press, ...] = ()

    @property
    def why(self) -> str:
        return str(Withholding(self.reason).label)


@dataclass(frozen=True)
class RemarksOfQuestion:
    """What people wrote to one question, alphabetically, with what this reader may do about each."""

    label: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class ReadingPage:
    """The comments of a closed round. Of those withheld the words are here only until the report is published."""

    questions: tuple[RemarksOfQuestion, ...]
    presses: list[Press]
    count: int
    withheld: int

    @classmethod
    def build(cls, assessment: Assessment, membership: Membership) -> "ReadingPage":
        allowed = policies.allowed(membership, assessment)
        names = Membership.objects.names_in(assessment.organisation_id)
        found = remarks_to_read(assessment)
        questions = tuple(
            RemarksOfQuestion(row.result.label, tuple(_remarks_of(assessment, row, names, allowed))) for row in found
        )
        url = _url_of_round(assessment, "assessment_publish")
        first = "Publish the report" if not assessment.is_published else "Publish the comments"
        withheld = sum(len(row.withheld) for row in found)
        count = sum(len(row.remarks) for row in questions)
        return cls(questions, offered([Press("publish", first, url)], allowed), count, withheld)

    def find(self, mark: str) -> Remark | None:
        """The comment with this mark in its address."""
        return next((one for row in self.questions for one in row.remarks if one.mark == mark), None)


def _remarks_of(assessment: Assessment, row: Remarks, names: list[str], allowed: frozenset[str]) -> Iterator[Remark]:
    """Comments, then evidence, then what is withheld; of the last, after the report is published, only the reason."""
    said = [(COMMENT, words, "") for words in row.comments] + [(EVIDENCE, words, "") for words in row.evidence]
    said += [(one.kind, one.words, one.reason) for one in row.withheld]
    for kind, words, reason in dict.fromkeys(said):
        mark = salted_hmac("selfassessment.remarks", f"{assessment.pk} {row.result.code} {kind} {words}").hexdigest()[
            :24
        ]
        about = one_line(words)[:60]
        presses = [
            Press("show_again", "Let it in again", _url_of_round(assessment, "remark_show", mark), look="quiet")
            if reason
            else Press(
                "withhold",
                "Withhold",
                _url_of_round(assessment, "remark_withhold", mark),
                is_form=True,
                look="quiet",
                about=about,
            )
        ]
        is_shown = not reason or assessment.comments_read_at is None
        yield Remark(
            row.result.code,
            kind,
            words if is_shown else "",
            reason,
            mark,
            tuple(personal(words, names=names)) if is_shown else (),
            tuple(offered(presses, allowed)),
        )


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
        is_open = assessment.comments_read_at is None
        if report.is_enough and (report.remarks or is_open):
            presses.append(
                Press(
                    "withhold",
                    "Read the comments" if is_open else "Withhold a comment",
                    _url_of_round(assessment, "assessment_comments"),
                    is_form=True,
                    look="secondary" if is_open else "quiet",
                )
            )
        if report.is_enough:
            presses.append(_meeting_press(assessment))
        pictures = pictures_of(report) if report.is_enough else None
        return cls(_with_presses(report, membership), pictures, offered(presses, allowed))


def _meeting_press(assessment: Assessment) -> Press:
    """To the session in which people talk about it; where none was booked, to planning one."""
    slug = assessment.organisation.slug
    session = assessment.results_session
    if session is not None and session.state != session.State.CANCELLED:
        url = reverse("session_detail", args=[slug, session.pk])
        return Press("read_report", "See the results meeting", url, is_form=True, look="quiet")
    url = f"{reverse('session_new', args=[slug])}?technique=self-assessment-meeting"
    return Press("withhold", "Plan the results meeting", url, is_form=True, look="secondary")


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
    """Those that its state leaves: to decide, or to take back what was decided."""
    code, about = offer.result.code, offer.suggestion.title
    if offer.outcome:
        return [Press("undo", "Undo", _url_of_round(assessment, "decision_undo", code), look="quiet", about=about)]
    accept, reject = (_url_of_round(assessment, name, code) for name in ("decision_new", "decision_reject"))
    return [
        Press("decide", "Accept", accept, is_form=True, look="secondary", about=about),
        Press("decide", "Change", f"{accept}?change", is_form=True, look="quiet", about=about),
        Press("decide", "Reject", reject, is_form=True, look="quiet", about=about),
    ]


# --- What they share -------------------------------------------------------------------------------------------------


def _look_of_round(assessment: Assessment) -> Look:
    return UNREAD if assessment.is_closed and not assessment.is_published else STATES[assessment.state]


def _url_of_round(assessment: Assessment, name: str, *args: object) -> str:
    return reverse(name, args=[assessment.organisation.slug, assessment.pk, *args])
