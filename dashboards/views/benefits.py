"""The benefits register."""

from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboards.benefits import (
    COLUMNS,
    TOTAL_COLUMNS,
    WHAT,
    BenefitChoice,
    cells_of,
    cells_of_totals,
    keys_of,
    lines_of,
    totals_of,
)
from kmportal.lib.csv import csv_download
from lessons.models import Saving, Sureness
from lessons.policies import may_confirm_benefits
from lessons.reports import ListHead
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 20


@requires(Permission.READ)
@require_safe
def benefit_list(request: MemberRequest, organisation: Organisation) -> HttpResponseBase:
    """What came of it all, as far as this member may read where it was told."""
    choice = BenefitChoice.of(request.GET)
    keys = keys_of(request.membership, choice)
    if request.GET.get("format") == "csv":
        return csv_download("benefits", COLUMNS, cells_of(keys, ZoneInfo(organisation.time_zone)))
    totals = totals_of(request.membership, choice)
    if request.GET.get("format") == "totals":
        return csv_download("benefits-totals", TOTAL_COLUMNS, cells_of_totals(totals))
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": lines_of(page),
        "page": page,
        "choice": choice,
        "may_decide": may_confirm_benefits(request.membership, organisation),
        "totals": totals,
        "whats": list(WHAT.items()),
        "states": Saving.State.choices,
        "surenesses": Sureness.choices,
        "head": ListHead.build(request.membership, "benefits"),
    }
    return render(request, "dashboards/benefit_list.html", context)
