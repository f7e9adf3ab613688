"""The gap report: worked out once as plain values, shown as page, PDF and CSV."""

from selfassessment.reports.building import build, turnout
from selfassessment.reports.example import ExampleReport, build_example
from selfassessment.reports.files import as_csv, as_pdf, file_name, pdf_values
from selfassessment.reports.pages import AssessmentPage, GapReportPage, PeoplePage, RoundLine, listed, round_lines
from selfassessment.reports.pictures import Pictures, pictures_of
from selfassessment.reports.values import GapReport, Offer, Outcome, Remarks, Result, SectionScore, Turnout

__all__ = [
    "AssessmentPage",
    "ExampleReport",
    "GapReport",
    "GapReportPage",
    "Offer",
    "Outcome",
    "PeoplePage",
    "Pictures",
    "Remarks",
    "Result",
    "RoundLine",
    "SectionScore",
    "Turnout",
    "as_csv",
    "as_pdf",
    "build",
    "build_example",
    "file_name",
    "listed",
    "pdf_values",
    "pictures_of",
    "round_lines",
    "turnout",
]
