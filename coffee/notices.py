"""Who is told what of a coffee trial. Whoever did it is never told."""

from django.db.models import QuerySet

from coffee import emails
from coffee.events import Event
from coffee.models import Joiner, Seat, Trial
from kmportal.lib.sentences import listed, quoted
from notifications.actions import notify
from organisations.events import Occurrence


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event, and write the mails that go with them."""
    trial = occurrence.subject
    assert isinstance(trial, Trial)  # noqa: S101  what the event is about
    match occurrence.event:
        case Event.TRIAL_TOO_FEW:
            words = f"Too few people have joined {quoted(trial)} to make pairs. Move its day, or call it off"
            notify(trial.coordinator, occurrence, words)
        case Event.TRIAL_CANCELLED:
            for joiner in _joiners(trial):
                notify(joiner.membership.person, occurrence, f"{quoted(trial)} was called off")
        case Event.TRIAL_PAIRED | Event.TRIAL_PAIRED_ANEW:
            _tell_pairs(trial, occurrence)
        case Event.TRIAL_HALF:
            # Who has just been drawn hears of that alone.
            waiting = _seats(trial).filter(pairing__dissolved_at=None).exclude(has_met=True)
            for seat in waiting.exclude(pairing__made_at=occurrence.at):
                person = seat.joiner.membership.person
                words = f"Half of the time of {quoted(trial)} is gone. Have you met?"
                if notify(person, occurrence, words):
                    emails.half_time(trial, person, occurrence)
        case Event.TRIAL_ENDED:
            for seat in _seats(trial).filter(pairing__dissolved_at=None):
                person = seat.joiner.membership.person
                words = f"{quoted(trial)} is over. Two short questions wait for you"
                if notify(person, occurrence, words) or person == occurrence.person:
                    emails.questions(trial, person, occurrence)
        case Event.TRIAL_SHARED:
            for joiner in _joiners(trial):
                person = joiner.membership.person
                if notify(person, occurrence, f"What came of {quoted(trial)}"):
                    emails.outcome(trial, person, occurrence)


def _tell_pairs(trial: Trial, occurrence: Occurrence) -> None:
    """Everybody of the pairs that were made at this moment, with whom."""
    together: dict[int, list[Seat]] = {}
    for seat in _seats(trial).filter(pairing__made_at=occurrence.at, pairing__dissolved_at=None):
        together.setdefault(seat.pairing_id, []).append(seat)
    for seats in together.values():
        for seat in seats:
            person = seat.joiner.membership.person
            others = [one.joiner for one in seats if one is not seat]
            names = listed([str(one) for one in others])
            is_told = notify(person, occurrence, f"{quoted(trial)}: find half an hour with {names}")
            if is_told or person == occurrence.person:
                emails.pair(trial, seat, others, occurrence)


def _joiners(trial: Trial) -> QuerySet[Joiner]:
    return trial.joiners.taking_part().select_related("membership__person")


def _seats(trial: Trial) -> QuerySet[Seat]:
    rows = Seat.objects.filter(pairing__trial=trial, joiner__left_at=None)
    return rows.select_related("joiner__membership__person", "pairing")
