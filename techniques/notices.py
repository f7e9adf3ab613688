"""Who is told what of a session: whoever is to lead it, and those who are asked to come. Never the one who did it."""

from collections.abc import Iterable

from kmportal.lib.sentences import quoted
from notifications.actions import notify
from organisations.events import Occurrence
from organisations.models import Person
from techniques import emails
from techniques.events import Event
from techniques.models import Invitee, Participant, Session


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event, and write its mails."""
    session = occurrence.subject
    assert isinstance(session, Session)  # noqa: S101  what the event is about
    match occurrence.event:
        case Event.SESSION_PLANNED:
            _tell_facilitator(occurrence, session)
        case Event.SESSION_CHANGED:
            if occurrence.facts["moved"]:
                emails.announce_move(session, by=occurrence.by, at=occurrence.at)
            if occurrence.facts["new_facilitator"]:
                _tell_facilitator(occurrence, session)
        case Event.SUMMARY_SENT:
            _tell_those_who_joined(occurrence, session, f"Here is what came out of {quoted(session.title)}")
        case Event.SUMMARY_CORRECTED:
            if occurrence.facts["told"]:
                _tell_those_who_joined(occurrence, session, f"The summary of {quoted(session.title)} was corrected")
        case Event.ADVICE_REPORTED:
            if occurrence.facts["told"]:
                _tell_those_who_joined(
                    occurrence, session, f"Read what became of the advice in {quoted(session.title)}"
                )
        case Event.MATCHES_TOLD:
            _pass_thanks_on(occurrence, session)
        case Event.SESSION_CANCELLED:
            emails.announce_cancelling(session, by=occurrence.by, at=occurrence.at)


def send_invitations(occurrence: Occurrence, invitees: Iterable[Invitee]) -> None:
    """Ask those to come who are new on the list; the event itself knows only how many."""
    session = occurrence.subject
    assert isinstance(session, Session)  # noqa: S101  what the event is about
    for invitee in invitees:
        emails.invite(invitee, session, by=occurrence.by, at=occurrence.at)
        notify(invitee.person, occurrence, f"You are invited to {quoted(session.title)}")


def ask_to_lead_set(occurrence: Occurrence, adviser: Person | None) -> None:
    """Tell the new adviser of a set. Which set it is stands on its page alone."""
    notify(adviser, occurrence, f"{occurrence.person} asks you to lead an action learning set")


def _tell_those_who_joined(occurrence: Occurrence, session: Session, sentence: str) -> None:
    """Members, as they have it set; guests are written to once, when the summary is sent."""
    here = Participant.objects.here().filter(session=session, person__isnull=False).select_related("person")
    for participant in here:
        notify(participant.person, occurrence, sentence)


def _pass_thanks_on(occurrence: Occurrence, session: Session) -> None:
    """Whoever helped, and has an account, hears that there are thanks; whose, and the words, stand on the page of
    these two, and nowhere else."""
    thanked = session.matches.filter(pk__in=occurrence.texts["thanked"].split(), giver__isnull=False)
    for match in thanked.select_related("giver"):
        notify(match.giver, occurrence, f"Somebody thanks you for your help after {quoted(session.title)}")


def _tell_facilitator(occurrence: Occurrence, session: Session) -> None:
    notify(session.facilitator, occurrence, f"{occurrence.person} asks you to lead {quoted(session.title)}")
