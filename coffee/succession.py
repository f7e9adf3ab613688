"""Coffee trials, for whoever takes over from somebody who goes."""

from django.urls import reverse

from coffee.actions import pass_on_trial
from coffee.models import Trial
from kmportal.lib.succession import Owned
from organisations.permissions import Permission

TRIALS = Owned(
    model="coffee.Trial",
    field="coordinator",
    title="Coffee trials to look after",
    call="Find somebody to co-ordinate",
    needs=Permission.FACILITATE,
    chosen_by=Permission.FACILITATE,
    open_rows=lambda organisation, on: (
        Trial.objects.filter(organisation=organisation).open().select_related("organisation", "coordinator")
    ),
    pass_on=pass_on_trial,
    chosen_at=lambda row: reverse("trial_edit", args=[row.organisation.slug, row.pk]),
)
