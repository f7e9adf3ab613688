"""Searches without a result: kept without a name, and answered by those who curate."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kmportal.lib import things
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.things import Ref
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that
from search.events import Event
from search.models import UnansweredSearch
from search.policies import may_answer, words_to_keep
from search.query import key_of_words, parse

# What can be the answer to a search.
ANSWERS = ("lesson", "asset", "community")
State = UnansweredSearch.State


@transaction.atomic
def keep_search(
    organisation: Organisation, text: str, *, by: Membership, at: datetime, told: bool = False
) -> UnansweredSearch | None:
    """Keep the words of a search that found nothing, once for a day; with ``told``, that somebody waits for an answer.

    Idempotent: nobody is noted, so of one day neither who asked nor how often is known (decision record). None where
    the words may not be kept. No event: the trail would say who searched.
    """
    require(Permission.READ, by, organisation)
    words = words_to_keep(text)
    if not words:
        return None
    day = timezone.localdate(at)
    row, _ = UnansweredSearch.objects.get_or_create(
        organisation=organisation,
        key=key_of_words(parse(words)),
        defaults={"words": words, "last_on": day, "told_on": day if told else None},
    )
    same = UnansweredSearch.objects.filter(pk=row.pk)
    if row.last_on < day:  # of two at once the second finds it done
        same.filter(last_on__lt=day).update(days=F("days") + 1, last_on=day)
    if told:
        same.exclude(told_on=day).update(told_on=day)
        # Somebody has seen the answer that there was, and it was not enough.
        same.filter(state=State.ANSWERED).update(state=State.OPEN)
    row.refresh_from_db()
    return row


@transaction.atomic
def answer_search(
    search: UnansweredSearch, *, by: Membership, at: datetime, about: Ref | None = None, words: str = ""
) -> UnansweredSearch:
    """Say what answers it: a thing that whoever answers can read, a line of words, or both. It can be said anew."""
    require_that(may_answer(by, search))
    line = line_of_text(words)
    if about is None and not line:
        raise Refusal("Choose what answers it, or write a line.")
    if about is not None and (about.kind not in ANSWERS or about not in things.pointers([about], by)):
        raise Refusal("That cannot be found any more. Choose something else.")
    refuse_invalid(UnansweredSearch(answer_words=line), "answer_words")
    search = _lock(search)
    search.answer_kind, search.answer_ident = about or ("", None)
    search.answer_words = line
    return _move(search, State.ANSWERED, Event.UNANSWERED_ANSWERED, by=by, at=at)


@transaction.atomic
def set_search_aside(search: UnansweredSearch, *, by: Membership, at: datetime) -> UnansweredSearch:
    """Say that it is not for this organisation to answer. Idempotent."""
    require_that(may_answer(by, search))
    search = _lock(search)
    if search.state == State.ASIDE:
        return search
    return _move(search, State.ASIDE, Event.UNANSWERED_SET_ASIDE, by=by, at=at)


@transaction.atomic
def open_search_again(search: UnansweredSearch, *, by: Membership, at: datetime) -> UnansweredSearch:
    """Have it wait again; what was said to answer it is forgotten. Idempotent."""
    require_that(may_answer(by, search))
    search = _lock(search)
    if search.state == State.OPEN:
        return search
    search.answer_kind, search.answer_ident, search.answer_words = "", None, ""
    return _move(search, State.OPEN, Event.UNANSWERED_OPENED_AGAIN, by=by, at=at)


def _lock(search: UnansweredSearch) -> UnansweredSearch:
    return UnansweredSearch.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=search.pk)


def _move(search: UnansweredSearch, state: State, event: Event, *, by: Membership, at: datetime) -> UnansweredSearch:
    search.state = state
    is_open = state == State.OPEN
    search.answered_by = None if is_open else by.person
    search.answered_on = None if is_open else timezone.localdate(at)
    search.save(update_fields=["state", "answered_by", "answered_on", "answer_kind", "answer_ident", "answer_words"])
    events.record(event, search, by=by, at=at)
    return search
