"""Sessions, for whoever takes over from somebody who goes."""

from django.urls import reverse

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.succession import Owned
from organisations.permissions import Permission
from techniques.actions.planning import pass_on_session
from techniques.models import Session

SESSIONS = Owned(
    model="techniques.Session",
    field="facilitator",
    title=_("Sessions to lead"),
    call="Find somebody to lead",
    needs=Permission.FACILITATE,
    chosen_by=Permission.FACILITATE,
    open_rows=lambda organisation, on: Session.objects.filter(
        organisation=organisation, learning_set=None, state__in=[Session.State.PLANNED, Session.State.LIVE]
    ).select_related("organisation", "facilitator", "technique"),
    pass_on=pass_on_session,
    chosen_at=lambda row: reverse("session_edit", args=[row.organisation.slug, row.pk]),
)
