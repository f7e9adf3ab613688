"""Quotes: asking somebody whether they may be quoted, noting that they agreed, their yes, and taking one back."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from jobs.models import JobFile
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import Lesson, Quote
from organisations import events
from organisations.models import Membership, Person
from organisations.policies import require_that
from techniques.models import Session

# Papers on which quotes stand: their files are drawn anew when one is taken back.
PAPERS = ("lessons.tasks.pack_pdf", "lessons.tasks.summary_pdf")
MOST_AT_A_PLACE = 20


@transaction.atomic
def add_quote(
    place: Lesson | Session,
    *,
    by: Membership,
    at: datetime,
    text: str,
    signed: str,
    said_by: Person | None = None,
    agreed_on: date | None = None,
    once: UUID | None = None,
) -> Quote:
    """Write in what somebody said. A member is asked, and nobody sees it before their yes; one’s own words need none.
    Of anybody else it is noted on which day they agreed. Idempotent: the same ``once`` answers what it made."""
    require_that(policies.may_add_quote(by, place))
    _lock_place(place)
    if once and (found := Quote.objects.filter(organisation=place.organisation, once=once).first()):
        return found
    _refuse_more(place)
    quote = Quote(
        organisation=place.organisation,
        text=clean_text(text).strip() if line_of_text(text) else "",
        signed=line_of_text(signed),
        noted_by=by.person,
        state=Quote.State.ASKED,
        at=at,
        once=once,
    )
    setattr(quote, "session" if isinstance(place, Session) else "lesson", place)
    refuse_invalid(quote, "text", "signed")
    if not quote.text or not quote.signed:
        raise Refusal("Write what was said, and what stands under it.")
    if said_by is None:
        _note_consent(quote, agreed_on, at)
    else:
        _refuse_out_of_reach(said_by, place)
        quote.person = said_by
        if said_by.pk == by.person_id:
            _agree(quote, at)
    quote.save()
    events.record(Event.QUOTE_AGREED if quote.stands else Event.QUOTE_ASKED, quote, by=by, at=at)
    return quote


@transaction.atomic
def agree_to_quote(quote: Quote, *, by: Membership, at: datetime, signed: str) -> Quote:
    """Say yes to one’s own words, under the name or role that one chooses. Idempotent."""
    require_that(policies.may_answer_quote(by, quote))
    _lock_quote(quote)
    if quote.stands:
        return quote
    if quote.is_over:
        raise Refusal("This was taken back meanwhile.")
    quote.signed = line_of_text(signed)
    refuse_invalid(quote, "signed")
    if not quote.signed:
        raise Refusal("Say what stands under it: your name, or what you do.")
    _agree(quote, at)
    quote.save(update_fields=["signed", "state", "agreed_on", "answered_at"])
    events.record(Event.QUOTE_AGREED, quote, by=by, at=at)
    return quote


@transaction.atomic
def withdraw_quote(quote: Quote, *, by: Membership, at: datetime) -> Quote:
    """Say no, or take a yes back: the words are gone from every page at once, and from every file that was drawn with
    them. Idempotent."""
    require_that(policies.may_withdraw_quote(by, quote))
    _lock_quote(quote)
    if quote.is_over:
        return quote
    is_no = quote.state == Quote.State.ASKED and by.person_id == quote.person_id
    since = quote.answered_at
    quote.state = Quote.State.REFUSED if is_no else Quote.State.WITHDRAWN
    quote.text, quote.signed, quote.answered_at = "", "", at
    quote.save(update_fields=["state", "text", "signed", "answered_at"])
    if since is not None:
        drawn = JobFile.objects.filter(job__organisation=quote.organisation, job__function__in=PAPERS)
        drawn.filter(created_at__gte=since).delete()
    events.record(Event.QUOTE_REFUSED if is_no else Event.QUOTE_WITHDRAWN, quote, by=by, at=at)
    return quote


# --- What they share -------------------------------------------------------------------------------------------------


def _lock_place(place: Lesson | Session) -> None:
    """Of two presses at once the second finds what the first made."""
    type(place)._base_manager.select_for_update(of=("self",)).get(pk=place.pk)


def _lock_quote(quote: Quote) -> None:
    rows = Quote.objects.select_for_update(of=("self",))
    quote.refresh_from_db(from_queryset=rows.select_related("organisation", "person", "noted_by", "lesson", "session"))


def _refuse_more(place: Lesson | Session) -> None:
    there = Quote.objects.filter(lesson=place) if isinstance(place, Lesson) else Quote.objects.filter(session=place)
    if there.exclude(text="").count() >= MOST_AT_A_PLACE:
        raise Refusal(f"There are {MOST_AT_A_PLACE} quotes here already. Take one back first.")


def _note_consent(quote: Quote, agreed_on: date | None, at: datetime) -> None:
    if agreed_on is None:
        raise Refusal("Say who it is, or on which day they agreed.")
    if agreed_on > timezone.localdate(at):
        raise Refusal("The day on which they agreed cannot lie ahead.")
    quote.state, quote.agreed_on, quote.answered_at = Quote.State.AGREED, agreed_on, at


def _refuse_out_of_reach(said_by: Person, place: Lesson | Session) -> None:
    """Whoever is asked must be able to read where their words will stand."""
    member = Membership.objects.current().filter(person=said_by, organisation=place.organisation_id).first()
    rows = Lesson.objects if isinstance(place, Lesson) else Session.objects
    if member is None or not rows.visible_to(member).filter(pk=place.pk).exists():
        what = worded("this lesson") if isinstance(place, Lesson) else worded("this session")
        raise Refusal(f"{said_by} cannot read {what}. Ask them yourself, and note the day on which they agreed.")


def _agree(quote: Quote, at: datetime) -> None:
    quote.state, quote.agreed_on, quote.answered_at = Quote.State.AGREED, timezone.localdate(at), at
