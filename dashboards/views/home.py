"""Home: what needs me, where we stand."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboards.reports import Home
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission, Role
from organisations.requests import MemberRequest

TEMPLATES: dict[str, str] = {Role.SPONSOR: "dashboards/home_sponsor.html", Role.READER: "dashboards/home_member.html"}
TEMPLATES |= {Role.CONTRIBUTOR: "dashboards/home_member.html", Role.ADMINISTRATOR: "dashboards/home_member.html"}


@requires(Permission.READ)
def home(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One page in three orders: for who plans and facilitates, for who takes part, for who sponsors."""
    report = Home.build(request.membership, at=timezone.now())
    template = TEMPLATES.get(request.membership.role, "dashboards/home_lead.html")
    can = request.membership.can
    values = {
        "home": report,
        "can_plan": can(Permission.PLAN),
        "can_contribute": can(Permission.CONTRIBUTE),
        "can_administer": can(Permission.ADMINISTER),
    }
    return render(request, template, values)
