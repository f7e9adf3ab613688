"""Rounds of assessment, for whoever takes over from somebody who goes."""

from django.db.models import Q
from django.urls import reverse

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.succession import Owned
from organisations.permissions import Permission
from selfassessment.actions.rounds import pass_on_assessment
from selfassessment.models import Assessment

ROUNDS = Owned(
    model="selfassessment.Assessment",
    field="facilitator",
    title=_("Rounds of self-assessment to run"),
    call="Find somebody to run",
    needs=Permission.FACILITATE,
    chosen_by=Permission.FACILITATE,
    open_rows=lambda organisation, on: (
        Assessment.objects.filter(organisation=organisation)
        .filter(~Q(state=Assessment.State.CLOSED) | Q(comments_read_at=None))
        .select_related("organisation", "facilitator")
    ),
    pass_on=pass_on_assessment,
    chosen_at=lambda row: reverse("assessment_edit", args=[row.organisation.slug, row.pk]),
    asked_about=lambda rows: rows.exclude(state=Assessment.State.CLOSED),  # anybody who runs rounds reads them
)
