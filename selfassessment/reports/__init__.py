"""The gap report: worked out once as plain values, shown as page, PDF and CSV."""

from selfassessment.reports.building import ShortReport, build, build_short, remarks_to_read, turnout
from selfassessment.reports.example import ExampleReport, build_example
from selfassessment.reports.files import as_csv, as_pdf, file_name, pdf_values
from selfassessment.reports.pages import (
    AssessmentPage,
    GapReportPage,
    PeoplePage,
    ReadingPage,
    Remark,
    RoundLine,
    listed,
    round_lines,
)
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
    "ReadingPage",
    "Remark",
    "Remarks",
    "Result",
    "RoundLine",
    "SectionScore",
    "ShortReport",
    "Turnout",
    "as_csv",
    "as_pdf",
    "build",
    "build_example",
    "build_short",
    "file_name",
    "listed",
    "pdf_values",
    "pictures_of",
    "remarks_to_read",
    "round_lines",
    "turnout",
]
