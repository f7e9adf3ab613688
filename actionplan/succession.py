"""Actions, for whoever takes over from somebody who goes."""

from actionplan.actions import pass_on_action
from actionplan.models import Action
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
    open_rows=lambda organisation: (
        Action.objects.open().filter(organisation=organisation).select_related("organisation", "owner", "author")
    ),
    pass_on=pass_on_action,
    must_have=False,  # an action may be nobody’s from the beginning, and stands in its own list
)
