"""The end of wants and offers: everybody’s own list, and who found whom as far as it may be kept."""

from collections.abc import Iterable
from datetime import datetime

from kmportal.lib.unlinking import shuffle
from techniques import emails, trading
from techniques.confidentiality import Confidentiality
from techniques.models import Claim, Match, Participant, Session, Sheet, Stage, Unmet
from techniques.trading import WITH_SHEET, Entry, Half, Market


def close(stage: Stage, at: datetime) -> None:
    """Everybody is sent their own list; then who wrote and claimed what goes, but for what the two of a match read.

    Once for a session, with the first of its steps that has to do with it.
    """
    session = stage.session
    if session.stages.filter(takes__in=WITH_SHEET).order_by("position").first() != stage:
        return
    found = trading.read_markets([session.pk])[session.pk]
    _send_lists(session, found, at)
    keeps_notes = Confidentiality(session.confidentiality).keeps_notes
    matches = [one for entry in found.entries for one in _matches_of(session, entry, found)]
    unmet = [
        Unmet(session=session, text=one.text if keeps_notes else "")
        for one in found.entries
        if one.is_want and not one.claimants
    ]
    for rows in (matches, unmet):
        shuffle(rows)  # the order of writing says who was first
    Match.objects.bulk_create(matches)
    Unmet.objects.bulk_create(unmet)
    Claim.objects.filter(note__session=session).delete()
    Sheet.objects.filter(participant__session=session).delete()
    Participant.objects.filter(session=session).exclude(claims_made=0).update(claims_made=0)


def _send_lists(session: Session, found: Market, at: datetime) -> None:
    people = Participant.objects.here().filter(session=session, sheet__isnull=False).select_related("person")
    for participant in people:
        if deals := found.deals_of(participant.pk):
            emails.send_list(session, participant, deals, at=at)


def _matches_of(session: Session, entry: Entry, found: Market) -> Iterable[Match]:
    for claimant in entry.claimants:
        for author in entry.partners_of(claimant):
            author_half, claimant_half = found.sheets.get(author), found.sheets.get(claimant)
            taker, giver = (author_half, claimant_half) if entry.is_want else (claimant_half, author_half)
            yield _match(session, entry, taker, giver)


def _match(session: Session, entry: Entry, taker: Half | None, giver: Half | None) -> Match:
    """Where it is not kept who came, or neither of the two has an account to read it, only that there was a match; what
    they wrote only where notes are kept."""
    match, keeps = Match(session=session, is_want=entry.is_want), Confidentiality(session.confidentiality)
    can_read = (taker and taker.person) or (giver and giver.person)
    if not can_read or not keeps.keeps_who_came:
        return match
    match.text = entry.text if keeps.keeps_notes else ""
    if taker:
        match.taker_id, match.taker_reach = taker.person, taker.reach
        match.taker_name = "" if taker.person else taker.name
    if giver:
        match.giver_id, match.giver_reach = giver.person, giver.reach
        match.giver_name = "" if giver.person else giver.name
    return match
