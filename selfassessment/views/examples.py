"""What a completed assessment looks like, for those who have none yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from selfassessment import examples, reports

SUGGESTIONS_SHOWN = 7
SPLITS_SHOWN = 5


@requires(Permission.READ)
def assessment_example(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """An invented round of twelve people, from the finding to what was decided."""
    built = reports.build_example(examples.example())
    values = {
        "example": examples.example(),
        "built": built,
        "report": built.report if built else None,
        "lines": _worth_showing(built) if built else (),
        "splits": built.report.splits[:SPLITS_SHOWN] if built else (),
        "pictures": reports.pictures_of(built.report) if built else None,
    }
    return render(request, "selfassessment/example_report.html", values)


def _worth_showing(built: reports.ExampleReport) -> list[object]:
    """The first of the list, and whatever was decided further down."""
    return [line for place, line in enumerate(built.lines) if place < SUGGESTIONS_SHOWN or line.decided]
