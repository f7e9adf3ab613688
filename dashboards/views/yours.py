"""What is yours."""

from django.http import HttpResponse
from django.shortcuts import render

from dashboards.yours import sections
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
def yours(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Everything that this member has promised or is asked for, by kind."""
    return render(request, "dashboards/yours.html", {"sections": sections(request.membership, at=request.now)})
