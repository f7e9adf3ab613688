"""Who somebody is in one room: by their account, or by the key that a guest’s browser keeps."""

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from organisations.models import Membership, Person
from organisations.permissions import Permission
from techniques import guest_cookies, policies, presence
from techniques.models import LearningSet, Participant, Session
from techniques.room_visibility import Audience

PERMISSIONS = {Audience.FACILITATOR: Permission.FACILITATE, Audience.SCREEN: Permission.READ}


def membership_in(session: Session, person: Person | None) -> Membership | None:
    """The person’s membership in the session’s organisation, if they may come in today."""
    if person is None:
        return None
    rows = Membership.objects.current().select_related("organisation", "person")
    return rows.filter(organisation_id=session.organisation_id, person=person).first()


def participant_of(session: Session, person: Person | None, cookies: Mapping[str, str]) -> Participant | None:
    """Who has already joined with this account or this browser; None for everybody else, and for whoever has left the
    action learning set whose meeting it is."""
    joined = Participant.objects.select_related("person").filter(session=session, joined_at__isnull=False)
    membership = membership_in(session, person)
    if session.learning_set_id:
        sets = LearningSet.objects.filter(pk=session.learning_set_id)
        inside = membership is not None and sets.visible_to(membership).exists()
        return joined.filter(person=person).first() if inside else None
    if membership and (found := joined.filter(person=person).first()):
        return found
    if key := guest_cookies.key_from(cookies, session.pk):
        return joined.filter(person=None, key=guest_cookies.fingerprint(key)).first()
    return None


def claims_made_with(session: Session, key: str) -> int:
    """How often a guest has claimed who came in with this browser, by its key; also where they have gone again."""
    rows = Participant.objects.filter(session=session, person=None, key=guest_cookies.fingerprint(key))
    return rows.values_list("claims_made", flat=True).first() or 0


def who_listens(cookies: Mapping[str, str], pk: int, audience: Audience) -> str | None:
    """A word for whoever may listen to this room as this audience, the same for all their windows; else None.

    For the stream, which has no middleware: reads the account from the session cookie.
    """
    session = Session.objects.filter(pk=pk).first()
    if session is None:
        return None
    person = _person_of_cookies(cookies)
    if audience is Audience.PARTICIPANT:
        participant = participant_of(session, person, cookies)
        if participant is None:
            return None
        presence.mark_here(session.pk, participant.pk)
        return f"participant {participant.pk}"
    membership = membership_in(session, person)
    if membership is None or not membership.can(PERMISSIONS[audience]):
        return None
    if session.learning_set_id and not _hears_of_set(session, membership, audience):
        return None
    return f"member {membership.pk}"


def _hears_of_set(session: Session, membership: Membership, audience: Audience) -> bool:
    """The big screen whoever is in the set, the desk whoever leads it."""
    if audience is Audience.FACILITATOR:
        return policies.may_facilitate(membership, session)
    return Session.objects.visible_to(membership).filter(pk=session.pk).exists()


def _person_of_cookies(cookies: Mapping[str, str]) -> Person | None:
    """Whose account the browser is signed in with, checked as Django’s own middleware does."""
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    # After a change of SECRET_KEY a page gives the browser a new session key; a stream, which sets no cookie, cannot.
    request.session.cycle_key = lambda: None  # type: ignore[method-assign]
    found = get_user(request)
    return found if isinstance(found, Person) else None
