"""What an organisation, its people and its groups are called where others point at them."""

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Thing

ORGANISATION = Thing(
    kind="organisation",
    model="organisations.Organisation",
    word="Organisation",
    page="home",
    page_args=lambda organisation: [],
)
PERSON = Thing(kind="person", model="organisations.Person", word="Person")
MEMBERSHIP = Thing(
    kind="membership", model="organisations.Membership", word="Membership", related=("person", "organisation")
)
INVITATION = Thing(kind="invitation", model="organisations.Invitation", word="Invitation", related=("organisation",))
GROUP = Thing(kind="group", model="organisations.Group", word=_("Group"))
