"""What an action is called where others point at it, and how it is found."""

from actionplan.labels import STATES
from actionplan.models import Action
from actionplan.search_documents import documents
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Thing

ACTION = Thing(
    kind="action",
    word=_("Action"),
    words=_("Actions"),
    model="actionplan.Action",
    icon="check",
    page="action_detail",
    related=("organisation", "owner"),
    states=STATES,
    search_documents=documents,
    indexed=lambda: Action.objects.select_related("organisation", "owner"),
)
