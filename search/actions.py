"""Searches without a result: kept without a name, and answered by those who curate. And what words mean here."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kmportal.lib import things
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.things import Ref
from kmportal.lib.unlinking import number_by_lot
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that
from search.abbreviations import MOST_WORDS
from search.analyser import stems
from search.dictionary import MOST
from search.events import Event
from search.models import DictionaryEntry, UnansweredSearch
from search.policies import may_answer, may_define, words_to_keep
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
        same.filter(last_on__lt=day).update(days=F("days") + 1, last_on=day, traces=number_by_lot())
    if told:
        same.exclude(told_on=day).update(told_on=day, traces=number_by_lot())
        # What was said before was not enough for somebody. Others may still be helped: an answer goes on being shown.
        opened = {"state": State.OPEN, "traces": number_by_lot()}
        same.filter(state=State.ASIDE).update(answered_by=None, answered_on=None, **opened)
        same.filter(state=State.ANSWERED).update(**opened)
    row.refresh_from_db()
    return row


@transaction.atomic
def answer_search(
    search: UnansweredSearch, *, by: Membership, at: datetime, seen: int, about: Ref | None = None, words: str = ""
) -> UnansweredSearch:
    """Say what answers it: a thing that whoever answers can read, a line of words, or both. It can be said anew.

    The same again changes nothing; ``Stale`` when somebody else said something since ``seen``.
    """
    require_that(may_answer(by, search))
    line = line_of_text(words)
    if about is None and not line:
        raise Refusal("Choose what answers it, or write a line.")
    if about is not None and (about.kind not in ANSWERS or about not in things.pointers([about], by)):
        raise Refusal("That cannot be found any more. Choose something else.")
    refuse_invalid(UnansweredSearch(answer_words=line), "answer_words")
    search = _lock(search)
    if search.state == State.ANSWERED and (search.answer, search.answer_words) == (about, line):
        return search
    if search.version != seen:
        raise Stale
    search.answer_kind, search.answer_ident = about or ("", None)
    search.answer_words = line
    return _move(search, State.ANSWERED, Event.UNANSWERED_ANSWERED, by=by, at=at)


@transaction.atomic
def set_search_aside(search: UnansweredSearch, *, by: Membership, at: datetime, seen: int) -> UnansweredSearch:
    """Say that it is not for this organisation to answer; what was said to answer it is taken back. Idempotent.

    ``Stale`` when somebody else said something since ``seen``.
    """
    require_that(may_answer(by, search))
    search = _lock(search)
    if search.state == State.ASIDE:
        return search
    if search.version != seen:
        raise Stale("Somebody else has said something about this search since. Read it again.")
    search.answer_kind, search.answer_ident, search.answer_words = "", None, ""
    return _move(search, State.ASIDE, Event.UNANSWERED_SET_ASIDE, by=by, at=at)


@transaction.atomic
def open_search_again(search: UnansweredSearch, *, by: Membership, at: datetime) -> UnansweredSearch:
    """Have it wait again; what was said to answer it is shown until somebody says something better. Idempotent."""
    require_that(may_answer(by, search))
    search = _lock(search)
    if search.state == State.OPEN:
        return search
    return _move(search, State.OPEN, Event.UNANSWERED_OPENED_AGAIN, by=by, at=at)


@transaction.atomic
def define_word(
    organisation: Organisation, *, by: Membership, at: datetime, short: str, long: str, only_capitals: bool = False
) -> DictionaryEntry:
    """Say what a word or an abbreviation means here: whoever searches for either finds both. The same again changes
    nothing but whether it holds in capitals only."""
    require_that(may_define(by, organisation))
    short, long = line_of_text(short), line_of_text(long)
    refuse_invalid(DictionaryEntry(short=short, long=long), "short", "long")
    one, other = tuple(stems(short)), tuple(stems(long))
    if not one or not other:
        raise Refusal("Use letters or figures.")
    if max(len(one), len(other)) > MOST_WORDS:
        raise Refusal(f"Use {MOST_WORDS} words at most on each side.")
    if one == other:
        raise Refusal("Search finds these two together already. Write what else stands in texts.")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    keys = f"{' '.join(one)}|{' '.join(other)}"[:200]
    here = DictionaryEntry.objects.filter(organisation=organisation)
    if found := here.filter(keys=keys).first():
        if found.only_capitals != only_capitals:
            found.only_capitals = only_capitals
            found.save(update_fields=["only_capitals"])
            events.record(Event.MEANING_ADDED, found, by=by, at=at)
        return found
    if here.count() >= MOST:
        raise Refusal(f"{MOST} words are explained already. Take one away first.")
    entry = DictionaryEntry.objects.create(
        organisation=organisation, short=short, long=long, keys=keys, only_capitals=only_capitals
    )
    events.record(Event.MEANING_ADDED, entry, by=by, at=at)
    return entry


@transaction.atomic
def forget_word(entry: DictionaryEntry, *, by: Membership, at: datetime) -> None:
    """Take what a word means away; what ships with the portal holds again. Idempotent."""
    require_that(may_define(by, entry.organisation))
    if DictionaryEntry.objects.filter(pk=entry.pk).exists():
        events.record(Event.MEANING_DELETED, entry, by=by, at=at)
        DictionaryEntry.objects.filter(pk=entry.pk).delete()


def _lock(search: UnansweredSearch) -> UnansweredSearch:
    return UnansweredSearch.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=search.pk)


def _move(search: UnansweredSearch, state: State, event: Event, *, by: Membership, at: datetime) -> UnansweredSearch:
    search.state = state
    if state != State.OPEN:
        search.answered_by, search.answered_on = by.person, timezone.localdate(at)
    elif not search.has_answer:
        search.answered_by, search.answered_on = None, None
    search.version += 1
    search.save(
        update_fields=[
            "state", "answered_by", "answered_on", "answer_kind", "answer_ident", "answer_words", "version",
        ]
    )  # fmt: skip
    events.record(event, search, by=by, at=at)
    return search
