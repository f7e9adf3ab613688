"""What can happen to a promise: made, reworded, moved, handed over, done, dropped, opened again.

Each writes a line of its story and of the organisation’s trail, and tells whoever must now do something.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from actionplan import emails
from actionplan.digests import Digest, due_digests
from actionplan.models import Action, ActionChange, Reminder
from actionplan.policies import may_change
from actionplan.search_documents import document
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Refusal, Stale
from notifications.actions import tell
from notifications.models import DailyMail
from organisations import audit
from organisations.models import Group, Membership, Organisation, Person
from organisations.visibility import Reach
from search import index

logger = logging.getLogger(__name__)
State, Kind = Action.State, ActionChange.Kind
GUEST_NAME_LIMIT = Action._meta.get_field("guest_name").max_length


@transaction.atomic
def promise(
    organisation: Organisation,
    *,
    by: Person | None,
    title: str,
    detail: str = "",
    owner: Person | None = None,
    guest_name: str = "",
    guest_email: str = "",
    due_on: date | None = None,
    source: str = "",
    source_url_name: str = "",
    source_url_args: Sequence[str | int] = (),
    told_when_late: Person | None = None,
    reach: str = Reach.ORGANISATION,
    group: Group | None = None,
    once: UUID | None = None,
) -> Action:
    """Write an action down. The caller has checked that ``by`` may promise here.

    The owner is a member or a guest (name, and address if there is one); a guest whose address belongs to a member
    becomes that member. ``source`` is what the page of the action shows behind "From"; the URL name and arguments
    lead back there. ``told_when_late`` also hears by mail once the day has passed. The same ``once`` a second time
    answers what it made the first time.
    """
    title = " ".join(title.split())
    if not title:
        raise Refusal("Say what will be done.")
    if len(title) > 200:
        raise Refusal("Say what will be done in 200 characters or fewer. The rest can go into the details.")
    owner, guest_name, guest_email = _owner(organisation, owner, guest_name, guest_email)
    values: dict[str, Any] = {
        "title": title,
        "detail": detail.strip(),
        "owner": owner,
        "guest_name": guest_name,
        "guest_email": guest_email,
        "due_on": due_on,
        "source": source[:200],
        "source_url_name": source_url_name,
        "source_url_args": list(source_url_args),
        "told_when_late": told_when_late,
        "reach": reach,
        "group": group,
        "author": by,
    }
    action, made = Action.objects.get_or_create(organisation=organisation, once=once or uuid4(), defaults=values)
    if not made:
        return action
    index.put_many([document(action)])
    _note(action, Kind.MADE, by=by, after=_day(due_on))
    _trail(action, "promised", by=by, due_on=due_on, owner=owner.pk if owner else None)
    _tell_owner(action, by=by, text=f"{by or 'The portal'} gave you an action: {title}", event="given")
    return action


@transaction.atomic
def reword(action: Action, *, by: Person, seen: int, title: str, detail: str) -> Action:
    """Change the words only. ``seen`` is the version that the person had before them; ``Stale`` if it has moved on."""
    _lock(action)
    _check(action, by)
    if action.version != seen:
        raise Stale
    before, action.title, action.detail = action.title, " ".join(title.split()), detail.strip()
    _keep(action, "title", "detail")
    _note(action, Kind.EDITED, by=by, before=before, after=action.title)
    _trail(action, "reworded", by=by)
    return action


@transaction.atomic
def done(action: Action, *, by: Person, at: datetime | None = None, note: str = "") -> Action:
    """It is done. Safe to repeat: the first time counts, a second press changes nothing."""
    _lock(action)
    _check(action, by)
    if action.state == State.DONE:
        return action
    if action.state == State.DROPPED:
        raise Refusal("This action was dropped. Open it again first.")
    action.state, action.done_at, action.done_by = State.DONE, at or timezone.now(), by
    action.done_note = note.strip()
    _keep(action, "state", "done_at", "done_by", "done_note")
    _note(action, Kind.DONE, by=by, reason=action.done_note)
    _trail(action, "done", by=by, late_by=_days_late(action))
    if action.author_id not in {by.pk, action.owner_id}:
        _tell(action, action.author, text=f"{by} has marked an action as done: {action.title}", event="done")
    return action


@transaction.atomic
def reopen(action: Action, *, by: Person) -> Action:
    """Take *done* or *dropped* back. Safe to repeat."""
    _lock(action)
    _check(action, by)
    if action.state == State.OPEN:
        return action
    before = action.get_state_display()
    action.state, action.done_at, action.done_by, action.done_note = State.OPEN, None, None, ""
    _keep(action, "state", "done_at", "done_by", "done_note")
    _note(action, Kind.REOPENED, by=by, before=before)
    _trail(action, "reopened", by=by)
    _tell_owner(action, by=by, text=f"{by} opened an action of yours again: {action.title}", event="reopened")
    return action


@transaction.atomic
def move(action: Action, *, to: date | None, reason: str, by: Person) -> Action:
    """Promise another day, or none. Asks why, but not for the first day. Moving to the day it has changes nothing."""
    _lock(action)
    _check(action, by)
    _must_be_open(action)
    if action.due_on == to:
        return action
    if action.due_on:
        reason = _reason(reason, "Say why the date moves.")
    before, action.due_on = action.due_on, to
    _keep(action, "due_on")
    _note(action, Kind.MOVED, by=by, before=_day(before), after=_day(to), reason=reason)
    _trail(action, "moved", by=by, before=before, after=to)
    text = (
        f"{by} moved an action of yours to {_day(to)}: {action.title}"
        if to
        else (f"{by} removed the date of an action of yours: {action.title}")
    )
    _tell_owner(action, by=by, text=text, event="moved")
    return action


@transaction.atomic
def hand_over(
    action: Action,
    *,
    by: Person,
    owner: Person | None = None,
    guest_name: str = "",
    guest_email: str = "",
    reason: str = "",
) -> Action:
    """Give it to another member or a guest. Who had it and who has it now are told, unless they did it themselves."""
    _lock(action)
    _check(action, by)
    _must_be_open(action)
    owner, guest_name, guest_email = _owner(action.organisation, owner, guest_name, guest_email)
    if owner is None and not guest_name:
        raise Refusal("Choose who does it now, or name a guest.")
    if (owner, guest_name, guest_email) == (action.owner, action.guest_name, action.guest_email):
        return action
    had, before = action.owner, action.owner_name
    action.owner, action.guest_name, action.guest_email = owner, guest_name, guest_email
    _keep(action, "owner", "guest_name", "guest_email")
    _note(action, Kind.HANDED, by=by, before=before, after=action.owner_name, reason=reason.strip()[:500])
    _trail(action, "handed over", by=by, owner=owner.pk if owner else None, owner_before=had.pk if had else None)
    _tell_owner(action, by=by, text=f"{by} gave you an action: {action.title}", event="given")
    if had is not None and had != by:
        _tell(action, had, text=f"{action.owner_name} has taken over an action of yours: {action.title}", event="taken")
    return action


@transaction.atomic
def drop(action: Action, *, by: Person, reason: str) -> Action:
    """It will not be done, and why. Safe to repeat."""
    _lock(action)
    _check(action, by)
    if action.state == State.DROPPED:
        return action
    _must_be_open(action)
    reason = _reason(reason, "Say why it will not be done.")
    action.state = State.DROPPED
    _keep(action, "state")
    _note(action, Kind.DROPPED, by=by, reason=reason)
    _trail(action, "dropped", by=by)
    _tell_owner(action, by=by, text=f"{by} dropped an action of yours: {action.title}", event="dropped")
    return action


@transaction.atomic
def show_to(action: Action, *, by: Person, reach: str, group: Group | None = None) -> Action:
    """What it hangs on is for other readers now, so it is, too. The caller has checked that ``by`` may decide that."""
    _lock(action)
    if (action.reach, action.group) != (reach, group):
        action.reach, action.group = reach, group
        _keep(action, "reach", "group")
        _trail(action, "shown to others", by=by, reach=reach)
    return action


@transaction.atomic
def done_by_guest(action: Action, *, at: datetime, note: str = "") -> Action:
    """The guest who promised it says that it is done. The caller has checked the guest’s link. Safe to repeat."""
    _lock(action)
    if action.state != State.OPEN:
        return action
    action.state, action.done_at, action.done_note = State.DONE, at, note.strip()[:500]
    _keep(action, "state", "done_at", "done_note")
    _note(action, Kind.DONE, by=None, after=action.guest_name, reason=action.done_note)
    _trail(action, "done", by=None, late_by=_days_late(action))
    _tell(action, action.author, text=f"{action.guest_name} has marked an action as done: {action.title}", event="done")
    return action


# --- Reminding ---------------------------------------------------------------------------------------------------


def remind_everybody(*, at: datetime) -> tuple[int, int]:
    """Write the mails of this moment: how many were written, and how many could not be.

    Each mail is one transaction; what goes wrong with one does not hold up the others.
    """
    written = failed = 0
    for digest in due_digests(at):
        try:
            written += remind(digest, at=at)
        except Exception:  # one address that makes trouble must not keep the others from their mail
            actions = [item.action.pk for item in digest.items]
            logger.exception("The reminder of the actions %s could not be written", actions)
            failed += 1
    return written, failed


@transaction.atomic
def remind(digest: Digest, *, at: datetime) -> bool:
    """Write one mail, what it told of, and that it is the one of the day, all or nothing.

    False when the day’s mail is there already (another run was faster) or when nothing is left to say.
    """
    try:
        with transaction.atomic():
            DailyMail.objects.create(address=digest.address, person=digest.person, day=digest.day(at), written_at=at)
    except IntegrityError:
        return False
    # Read again: it may have been done since the list was made.
    only = [item.action.pk for item in digest.items]
    fresh = next(iter(due_digests(at, only=only, address=digest.address)), None)
    if fresh is None:
        transaction.set_rollback(True)
        return False
    Reminder.objects.bulk_create(
        Reminder(action=item.action, address=digest.address, due_on=item.due_on, stage=item.stage, written_at=at)
        for item in fresh.items
    )
    emails.reminder(fresh)
    return True


# --- What they share ---------------------------------------------------------------------------------------------


def _lock(action: Action) -> None:
    """Read the row again and hold it, so that of two who press at once the second sees what the first did."""
    action.refresh_from_db(from_queryset=Action.objects.select_for_update())


def _check(action: Action, by: Person) -> None:
    members = Membership.objects.current().filter(organisation=action.organisation_id, person=by)
    membership = members.first()
    if membership is None or not may_change(action, membership):
        raise Refusal(
            "Only the person who does this action, the person who wrote it down, a facilitator or the KM lead "
            "can change it."
        )


def _must_be_open(action: Action) -> None:
    if action.state != State.OPEN:
        raise Refusal(f"This action is {action.get_state_display().lower()}. Open it again first.")


def _reason(reason: str, question: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refusal(question)
    if len(reason) > 500:
        raise Refusal("Give the reason in 500 characters or fewer.")
    return reason


def _owner(
    organisation: Organisation, owner: Person | None, guest_name: str, guest_email: str
) -> tuple[Person | None, str, str]:
    """One owner: a current member, or a guest, or nobody yet."""
    guest_name, guest_email = guest_name.strip(), guest_email.strip().lower()
    here = Membership.objects.current().filter(organisation=organisation).select_related("person")
    if owner is not None:
        if guest_name or guest_email:
            raise Refusal("Choose a member or name a guest, not both.")
        if not here.filter(person=owner).exists():
            raise Refusal(f"{owner} is not a member here any more. Choose somebody else.")
        return owner, "", ""
    if not guest_email:
        return None, guest_name, ""
    try:
        validate_email(guest_email)
    except ValidationError:
        raise Refusal(f"“{guest_email}” is not a complete e-mail address.") from None
    member = here.filter(person__email__iexact=guest_email).first()
    if member:
        return member.person, "", ""
    return None, guest_name or guest_email[:GUEST_NAME_LIMIT], guest_email


def _keep(action: Action, *fields: str) -> None:
    action.version += 1
    action.save(update_fields=[*fields, "version"])
    index.put_many([document(action)])


def _note(action: Action, kind: str, *, by: Person | None, **words: str) -> None:
    ActionChange.objects.create(action=action, kind=kind, by=by, **words)


def _trail(action: Action, verb: str, *, by: Person | None, **facts: Any) -> None:
    audit.record(action.organisation, verb, action, by=by, **facts)


def _tell_owner(action: Action, *, by: Person | None, text: str, event: str) -> None:
    if action.owner is not None and action.owner != by:
        _tell(action, action.owner, text=text, event=event)


def _tell(action: Action, person: Person | None, *, text: str, event: str) -> None:
    tell(
        person,
        organisation=action.organisation,
        kind="action",
        text=text,
        url_name="action_detail",
        url_args=[action.organisation.slug, action.pk],
        # The version makes each event of one action a different one, and a repeat of the same event the same.
        key=f"action {action.pk} {event} {action.version}",
    )


def _day(day: date | None) -> str:
    return long_day(day) if day else ""


def _days_late(action: Action) -> int:
    if action.due_on is None or action.done_at is None:
        return 0
    zone = ZoneInfo(action.organisation.time_zone)
    return max(0, (timezone.localdate(action.done_at, zone) - action.due_on).days)
