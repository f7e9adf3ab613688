"""Who is meant by the name that somebody wrote beside a promise: a member, or a guest of the room."""

from typing import Any

from kmportal.lib.cleaning import reading_key
from organisations.models import Membership
from techniques.models import Participant, Session


def owner_called(name: str, session: Session) -> dict[str, Any]:
    """The owner of an action, as the form of the close takes it: ``owner``, or ``guest_name``. The address that a
    guest left for the summary is shown to nobody.

    Whoever is in the room is meant before anybody else of that name. A first name is enough where one person here has
    it. A name that fits several stays a guest’s name: whoever leads sees it and chooses.
    """
    wanted = reading_key(name)
    if not wanted:
        return {}
    members = list(Membership.objects.current().filter(organisation=session.organisation).select_related("person"))
    current = {one.person_id for one in members}
    here = list(Participant.objects.here().filter(session=session))
    for matches in (_is_called, _is_called_first):
        found = [one for one in here if matches(one.name, wanted)]
        if len(found) == 1:
            person = found[0].person_id
            if person in current:
                return {"owner": str(person)}
            return {"guest_name": found[0].name}
        if found:
            return {"guest_name": name}
    called = [one.person_id for one in members if _is_called(str(one.person), wanted)]
    return {"owner": str(called[0])} if len(called) == 1 else {"guest_name": name}


def _is_called(name: str, wanted: str) -> bool:
    return reading_key(name) == wanted


def _is_called_first(name: str, wanted: str) -> bool:
    return reading_key(name).split(" ")[0] == wanted
