"""The plan, for whoever takes over from somebody who goes."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.succession import Owned
from organisations.permissions import Permission
from roadmap.actions import pass_on_intervention, pass_on_programme
from roadmap.models import Intervention, Programme
from roadmap.reports import giving_url


def _open_programmes(organisation: Any, on: date) -> QuerySet[Programme]:
    rows = Programme.objects.filter(organisation=organisation).select_related("organisation", "lead", "sponsor")
    return rows.filter(Q(is_current=True) | Q(ends_on__gte=on))


INTERVENTIONS = Owned(
    model="roadmap.Intervention",
    field="owner",
    title=_("Interventions that are not done"),
    call="Find somebody for",
    needs=Permission.READ,
    chosen_by=Permission.PLAN,
    open_rows=lambda organisation, on: (
        Intervention.objects.under_way()
        .filter(programme__organisation=organisation)
        .select_related("programme__organisation", "owner")
    ),
    pass_on=pass_on_intervention,
    must_have=False,  # the plan has a list of those without an owner
    chosen_at=lambda row: giving_url(row, row.organisation.slug),
)
LEADS = Owned(
    model="roadmap.Programme",
    field="lead",
    title=_("Programmes to lead"),
    call="Find somebody to lead",
    needs=Permission.PLAN,
    chosen_by=Permission.PLAN,
    open_rows=_open_programmes,
    pass_on=partial(pass_on_programme, role="lead"),
    chosen_at=lambda row: reverse("programme_edit", args=[row.organisation.slug, row.pk]),
)
SPONSORS = Owned(
    model="roadmap.Programme",
    field="sponsor",
    title=_("Programmes to sponsor"),
    call=_("Find a new sponsor for"),
    needs=Permission.READ,
    chosen_by=Permission.PLAN,
    open_rows=_open_programmes,
    pass_on=partial(pass_on_programme, role="sponsor"),
    must_have=False,  # not every programme has one
    chosen_at=lambda row: reverse("programme_edit", args=[row.organisation.slug, row.pk]),
)
