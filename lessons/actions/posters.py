"""Posters of units: opening one, a new address, closing it; what people leave there, and what is made of it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.cleaning import clean_text, first_words
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.actions.writing import start_lesson
from lessons.events import Event
from lessons.models import LeftNote, Lesson, Poster, new_code
from organisations import events
from organisations.models import Group, Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require

# What one poster takes in an hour, whoever comes: a busy ward, and no machine.
MOST_AN_HOUR = 30
# What waits in one organisation before anybody has looked.
MOST_WAITING = 300


@transaction.atomic
def open_poster(organisation: Organisation, *, by: Membership, at: datetime, group: Group) -> Poster:
    """Make the poster of a unit or team, or open it again as it was. Idempotent."""
    require(Permission.VALIDATE, by, organisation)
    if not policies.has_poster(organisation, group):
        raise Refusal("Choose a unit or a team of your own organisation.")
    poster, made = Poster.objects.get_or_create(
        group=group, defaults={"organisation": organisation, "made_by": by.person, "made_at": at}
    )
    if made or not poster.is_open:
        poster.is_open = True
        poster.save(update_fields=["is_open"])
        events.record(Event.POSTER_OPENED, poster, by=by, at=at)
    return poster


@transaction.atomic
def renew_poster(poster: Poster, *, by: Membership, at: datetime, seen: int) -> Poster:
    """A new address: what hangs on the wall opens nothing any more. ``Stale`` when somebody has renewed it since."""
    require(Permission.VALIDATE, by, poster.organisation)
    _lock_poster(poster)
    if poster.version != seen:
        raise Stale("Somebody has made a new address meanwhile. It is on this page.")
    poster.code, poster.made_by, poster.made_at, poster.is_open = new_code(), by.person, at, True
    poster.version += 1
    poster.save(update_fields=["code", "made_by", "made_at", "is_open", "version"])
    events.record(Event.POSTER_RENEWED, poster, by=by, at=at)
    return poster


@transaction.atomic
def close_poster(poster: Poster, *, by: Membership, at: datetime) -> Poster:
    """Nobody can leave anything there until it is opened again. Idempotent."""
    require(Permission.VALIDATE, by, poster.organisation)
    _lock_poster(poster)
    if not poster.is_open:
        return poster
    poster.is_open = False
    poster.save(update_fields=["is_open"])
    events.record(Event.POSTER_CLOSED, poster, by=by, at=at)
    return poster


@transaction.atomic
def request_poster_pdf(poster: Poster, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw the poster. Idempotent: once for each person and address."""
    require(Permission.VALIDATE, by, poster.organisation)
    if not poster.is_open:
        raise Refusal("Open the poster first.")
    return enqueue(
        "lessons.tasks.poster_pdf",
        {"poster_id": poster.pk},
        title=f"Poster of {poster.group} as a PDF",
        key=f"poster {poster.pk} {poster.version} {poster.organisation.version} {poster.group.version} {by.person_id}",
        by=by,
        organisation=by.organisation,
        at=at,
        back_url=poster.get_absolute_url(),
    )


@transaction.atomic
def leave_note(poster: Poster, *, at: datetime, happened: str, advice: str = "", once: UUID | None = None) -> LeftNote:
    """Keep what somebody without an account left. Whoever holds the address may. Nothing is kept of who it was.

    Idempotent: the same ``once`` a second time answers what it made.
    """
    _lock_poster(poster)
    if not poster.is_open:
        raise Refusal("This poster is closed. Tell somebody on the unit instead.")
    here = LeftNote.objects.filter(organisation=poster.organisation)
    if once and (found := here.filter(once=once).first()):
        return found
    lately = here.filter(group=poster.group, at__gt=at - timedelta(hours=1), at__lte=at)
    if lately.count() >= MOST_AN_HOUR or here.waiting().count() >= MOST_WAITING:
        raise Refusal("A lot was left here just now, and nobody has read it yet. Please come back tomorrow.")
    note = LeftNote(
        organisation=poster.organisation,
        group=poster.group,
        happened=clean_text(happened).strip(),
        advice=clean_text(advice).strip(),
        at=at,
        once=once,
    )
    refuse_invalid(note, "happened", "advice")
    note.save()
    events.record(Event.NOTE_LEFT, note, by=None, at=at)
    return note


@transaction.atomic
def take_note(note: LeftNote, *, by: Membership, at: datetime) -> Lesson:
    """Write it up: a draft of one’s own from its words. Of two who press at once one gets it. Idempotent for them."""
    require(Permission.VALIDATE, by, note.organisation)
    require(Permission.CONTRIBUTE, by, note.organisation)
    _lock_note(note)
    if note.lesson is not None and note.decided_by_id == by.person_id:
        return note.lesson
    if note.lesson is not None:
        raise Refusal(f"{note.decided_by or 'Somebody else'} is writing it up already.")
    words = {"title": first_words(note.happened, 80), "happened": note.happened, "then_do": note.advice}
    lesson = start_lesson(note.organisation, by=by, at=at, words=words, facts={"group": note.group})
    note.state, note.decided_by, note.decided_at, note.lesson = LeftNote.State.TAKEN, by.person, at, lesson
    note.save(update_fields=["state", "decided_by", "decided_at", "lesson"])
    events.record(Event.NOTE_TAKEN, note, by=by, at=at, lesson=lesson)
    return lesson


@transaction.atomic
def put_note_aside(note: LeftNote, *, by: Membership, at: datetime) -> LeftNote:
    """Nothing comes of it. It can still be written up later. Idempotent."""
    require(Permission.VALIDATE, by, note.organisation)
    _lock_note(note)
    if note.state == LeftNote.State.ASIDE:
        return note
    if note.lesson is not None:
        raise Refusal(f"{note.decided_by or 'Somebody else'} is writing it up already.")
    note.state, note.decided_by, note.decided_at = LeftNote.State.ASIDE, by.person, at
    note.save(update_fields=["state", "decided_by", "decided_at"])
    events.record(Event.NOTE_PUT_ASIDE, note, by=by, at=at)
    return note


# --- What they share -------------------------------------------------------------------------------------------------


def _lock_poster(poster: Poster) -> None:
    """Row lock: hold the row, and bring ``poster`` up to what stands there now."""
    poster.refresh_from_db(
        from_queryset=Poster.objects.select_for_update(of=("self",)).select_related("organisation", "group")
    )


def _lock_note(note: LeftNote) -> None:
    rows = LeftNote.objects.select_for_update(of=("self",))
    note.refresh_from_db(from_queryset=rows.select_related("organisation", "group", "lesson", "decided_by"))
