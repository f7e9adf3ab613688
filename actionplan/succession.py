"""Actions, for whoever takes over from somebody who goes."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from actionplan.actions import pass_on_action
from actionplan.history import NOBODY
from actionplan.models import Action, ActionChange
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.succession import Owned
from organisations.permissions import Permission

ACTIONS = Owned(
    model="actionplan.Action",
    field="owner",
    title=_("Actions to do"),
    call="Find a new owner for",
    needs=Permission.READ,
    chosen_by=Permission.PLAN,
    open_rows=lambda organisation, on: (
        Action.objects.open().filter(organisation=organisation).select_related("organisation", "owner", "author")
    ),
    pass_on=pass_on_action,
    must_have=False,  # an action may be nobody’s from the beginning, and stands in its own list
    chosen_at=lambda action: reverse("action_hand_over", args=[action.organisation.slug, action.pk]),
    let_go=Q(
        Exists(ActionChange.objects.filter(kind=ActionChange.Kind.HANDED, after=NOBODY, action=OuterRef("pk"))),
        owner=None,
        guest_name="",
    ),
)
