"""What there is to read before the first round: the questions, and what a completed assessment looks like."""

from itertools import zip_longest

from django.http import Http404, HttpResponse
from django.shortcuts import render

from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from selfassessment import examples, policies, reports
from selfassessment.models import Framework

SUGGESTIONS_SHOWN = 7
SPLITS_SHOWN = 5


@requires(Permission.READ)
def assessment_questions(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The whole instrument with which this organisation would assess itself today, to be read before a round."""
    framework = Framework.objects.usable_by(organisation).first()
    if framework is None:
        raise Http404
    values = {
        "framework": framework,
        "sections": framework.sections.prefetch_related("criteria__suggestions"),
        "levels": list(zip_longest(framework.level_names, framework.level_rules, fillvalue="")),
        "may_run": policies.may_prepare(request.membership, organisation),
    }
    return render(request, "selfassessment/assessment_questions.html", values)


@requires(Permission.READ)
def assessment_example(request: MemberRequest, organisation: Organisation) -> HttpResponse:
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
