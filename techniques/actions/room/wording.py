"""The shared close: its draft, what people would word otherwise, who agrees, and where a guest is written to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log
from techniques.models import WISH_LIMIT, Participant, RoomEvent, Session, Wish, Wording
from techniques.policies import Writer
from techniques.preconditions import lock_open_room, refuse_words_of_set

# Of one person; more are a talk, for which people have voices.
WISHES_OF_ONE = 20
Values = Mapping[str, Sequence[str]]


@transaction.atomic
def save_wording(
    session: Session, *, by: Membership, at: datetime, fields: Values, shown: Mapping[str, Any]
) -> Wording:
    """Keep the draft of the close. Idempotent: the same words again are nobody’s news.

    ``fields`` is the form, put together with what others have saved (``lessons.wording``), ``shown`` what the room
    reads. Other words are another version, to which nobody has agreed yet.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    refuse_words_of_set(session)
    wording = Wording.objects.get_or_create(session=session)[0]
    fresh = {name: list(values) for name, values in fields.items()}
    if wording.fields == fresh and wording.shown == shown:
        return wording
    is_news = wording.shown != shown
    wording.fields, wording.shown = fresh, dict(shown)
    wording.version += is_news
    wording.saved_by, wording.saved_at = by.person, at
    wording.save()
    if is_news:
        room_log.append_event(session, RoomEvent.Kind.WORDING, at=at)
    return wording


@transaction.atomic
def make_wish(session: Session, *, by: Writer, at: datetime, about: str, text: str, client_id: UUID) -> Wish:
    """Say what one would word otherwise or add. Everybody in the room reads it, without a name.

    Idempotent: the same ``client_id`` saves once.
    """
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    refuse_words_of_set(session)
    author = by if isinstance(by, Participant) else None
    if saved := Wish.objects.filter(session=session, client_id=client_id).first():
        if saved.author_id != (author.pk if author else None):
            raise Refusal("This could not be saved. Copy its text, reload the page and write it again.")
        return saved
    words = clean_text(text).strip()
    if not words:
        raise Refusal("Write how you would word it before you send it.")
    if len(words) > WISH_LIMIT:
        raise Refusal(f"This has at most {WISH_LIMIT} characters. Yours has {len(words):,}: say it shorter.")
    if about not in Wish.About.values:
        raise Refusal("Say what your words are about.")
    if author and Wish.objects.filter(session=session, author=author).count() >= WISHES_OF_ONE:
        raise Refusal("You have said enough of this in writing. Say the rest aloud.")
    wish = Wish.objects.create(
        session=session, author=author, about=about, text=words, client_id=client_id, created_at=at
    )
    room_log.append_event(session, RoomEvent.Kind.WORDING, at=at)
    return wish


@transaction.atomic
def decide_wish(wish: Wish, *, by: Membership, at: datetime, takes: bool) -> Wish:
    """Take up what somebody would word otherwise, or leave it out. The first decision counts. Idempotent.

    Taking up only says so: the words get into the draft in the same transaction (``lessons.actions.wording``).
    """
    require_that(policies.may_facilitate(by, wish.session))
    session = lock_open_room(wish.session)
    wish = Wish.objects.select_related("session__organisation").get(pk=wish.pk)
    if wish.state != Wish.State.OPEN:
        return wish
    wish.state = Wish.State.TAKEN if takes else Wish.State.LEFT_OUT
    wish.save(update_fields=["state"])
    room_log.append_event(session, RoomEvent.Kind.WORDING, at=at)
    return wish


@transaction.atomic
def agree_to_words(session: Session, *, by: Participant, at: datetime, version: int, is_on: bool) -> None:
    """Agree to the words as they stand, or no longer. Nobody is told who agrees, only how many. Idempotent.

    Refuses words that have changed since they were read.
    """
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    wording = Wording.objects.filter(session=session).first()
    if wording is None or not wording.version:
        raise Refusal("There are no words to agree to yet.")
    if is_on and wording.version != version:
        raise Refusal("The words have changed meanwhile. Read them once more, then agree.")
    wanted = version if is_on else None
    if not Participant.objects.filter(pk=by.pk).exclude(agreed_to=wanted).update(agreed_to=wanted):
        return
    room_log.append_event(session, RoomEvent.Kind.WORDING, at=at)


@transaction.atomic
def leave_address(session: Session, *, by: Participant, at: datetime, email: str) -> None:
    """Where a guest wants the summary to be sent; empty takes it back. Nobody is shown it. Idempotent.

    It is deleted when the summary has been sent. Members read theirs in the portal and need none.
    """
    require_that(policies.may_write(by, session))
    lock_open_room(session)
    by = Participant.objects.get(pk=by.pk)
    if by.person_id is not None:
        raise Refusal(worded("You have an account here: you will find the summary on the page of the session."))
    by.email = email.strip()
    refuse_invalid(by, "email")
    by.save(update_fields=["email"])
