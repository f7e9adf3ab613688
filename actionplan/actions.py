"""What can happen to an action: added, reworded, moved, handed over, done, dropped, opened again.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from actionplan import emails, policies
from actionplan.digests import Digest, Readers, batches_of_readers, due_digests, in_batches
from actionplan.events import Event
from actionplan.models import Action, PromiseReminder, Reminder
from actionplan.tokens import is_token_of
from kmportal.lib import things
from kmportal.lib.addresses import normal_address
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.mail import post_all
from kmportal.lib.model_rules import refuse_invalid
from notifications.models import DailyMail
from organisations import events
from organisations.events import Occurrence
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import require, require_that
from organisations.visibility import Reach

logger = logging.getLogger(__name__)
State = Action.State
# So many mails are one transaction: a fifth of a second for who writes meanwhile.
TOGETHER = 100
GUEST_NAME_LIMIT = Action._meta.get_field("guest_name").max_length
OWN_ONLY = _("You can add actions for yourself. Ask somebody who writes here to give one to others.")


@transaction.atomic
def add_action(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    title: str,
    detail: str = "",
    owner: Person | None = None,
    guest_name: str = "",
    guest_email: str = "",
    due_on: date | None = None,
    source: Model | None = None,
    told_when_late: Person | None = None,
    reach: str = Reach.ORGANISATION,
    group: Group | None = None,
    once: UUID | None = None,
) -> Action:
    """Write an action down. A reader may for themselves alone.

    The owner is a member or a guest (name, and address if there is one); a guest whose address belongs to a member
    becomes that member. ``source`` is the thing it comes from. ``told_when_late`` also hears by mail once the day has
    passed. Idempotent: the same ``once`` a second time answers what it made the first time.
    """
    require(Permission.READ, by, organisation)
    owner, guest_name, guest_email = _find_owner(organisation, owner, guest_name, guest_email)
    if not policies.may_assign(by) and (owner != by.person or guest_name):
        raise Refusal(OWN_ONLY)
    ref = things.ref_of(source) if source is not None else None
    values: dict[str, Any] = {
        "title": line_of_text(title),
        "detail": detail.strip(),
        "owner": owner,
        "guest_name": guest_name,
        "guest_email": guest_email,
        "due_on": due_on,
        "source_kind": ref.kind if ref else "",
        "source_ident": ref.pk if ref else None,
        "told_when_late": told_when_late,
        "reach": reach,
        "group": group,
        "author": by.person,
        "created_at": at,
    }
    refuse_invalid(Action(organisation=organisation, **values), "title", "detail", "guest_name")
    action, made = Action.objects.get_or_create(organisation=organisation, once=once or uuid4(), defaults=values)
    if made:
        events.record(Event.ACTION_ADDED, action, by=by, at=at, due_on=due_on, owner=owner)
    return action


@transaction.atomic
def reword_action(
    action: Action, *, by: Membership, at: datetime, seen: int, title: str, detail: str | None = None
) -> Action:
    """Change the words only; a ``detail`` of None stays. ``seen`` is the version that the person had before them.

    Raises ``Stale`` if it has moved on.
    """
    require_that(policies.may_change(by, action))
    _lock_action(action)
    if action.version != seen:
        raise Stale
    before, action.title = action.title, line_of_text(title)
    if detail is not None:
        action.detail = detail.strip()
    refuse_invalid(action, "title", "detail")
    _save_fields(action, "title", "detail")
    events.record(Event.ACTION_REWORDED, action, by=by, at=at, texts={"title_before": before})
    return action


@transaction.atomic
def complete_action(action: Action, *, by: Membership, at: datetime, note: str = "") -> Action:
    """It is done. Idempotent: the first time counts, a second press changes nothing."""
    require_that(policies.may_change(by, action))
    _lock_action(action)
    if action.state == State.DONE:
        return action
    if action.state == State.DROPPED:
        raise Refusal(worded("This action was dropped. Open it again first."))
    _complete_one(action, by=by, at=at, note=note)
    return action


@transaction.atomic
def complete_as_guest(action: Action, *, token: str, at: datetime, note: str = "") -> Action:
    """The guest who owns it says that it is done; the token of their link is the permission. Idempotent."""
    require_that(is_token_of(token, action))
    _lock_action(action)
    if action.state == State.OPEN:
        _complete_one(action, by=None, at=at, note=note[:500])
    return action


def _complete_one(action: Action, *, by: Membership | None, at: datetime, note: str) -> None:
    action.state, action.done_at, action.done_by = State.DONE, at, by.person if by else None
    action.done_note = note.strip()
    refuse_invalid(action, "done_note")
    _save_fields(action, "state", "done_at", "done_by", "done_note")
    facts: dict[str, Any] = {"late_by": _count_days_late(action)}
    if by is None:
        facts["guest"] = True
    events.record(Event.ACTION_DONE, action, by=by, at=at, note=action.done_note, **facts)


@transaction.atomic
def reopen_action(action: Action, *, by: Membership, at: datetime) -> Action:
    """Take *done* or *dropped* back. Idempotent."""
    require_that(policies.may_change(by, action))
    _lock_action(action)
    if action.state == State.OPEN:
        return action
    before = action.get_state_display()
    action.state, action.done_at, action.done_by, action.done_note = State.OPEN, None, None, ""
    _save_fields(action, "state", "done_at", "done_by", "done_note")
    events.record(Event.ACTION_REOPENED, action, by=by, at=at, texts={"state_before": before})
    return action


@transaction.atomic
def reschedule_action(action: Action, *, by: Membership, at: datetime, to: date | None, reason: str = "") -> Action:
    """Set another day, or none. Asks why, but not for the first day. Moving to the day it has changes nothing."""
    require_that(policies.may_change(by, action))
    _lock_action(action)
    _must_be_open(action)
    if action.due_on == to:
        return action
    if action.due_on:
        reason = _clean_reason(reason, "Say why the date moves.")
    before, action.due_on = action.due_on, to
    _save_fields(action, "due_on")
    events.record(Event.ACTION_MOVED, action, by=by, at=at, note=reason, before=before, after=to)
    return action


@transaction.atomic
def hand_over_action(
    action: Action,
    *,
    by: Membership,
    at: datetime,
    owner: Person | None = None,
    guest_name: str = "",
    guest_email: str = "",
    reason: str = "",
) -> Action:
    """Give it to another member or a guest. Who had it and who has it now are told, unless they did it themselves."""
    require_that(policies.may_change(by, action))
    _lock_action(action)
    _must_be_open(action)
    owner, guest_name, guest_email = _find_owner(action.organisation, owner, guest_name, guest_email)
    if owner is None and not guest_name:
        raise Refusal("Choose who does it now, or name a guest.")
    if (owner, guest_name, guest_email) == (action.owner, action.guest_name, action.guest_email):
        return action
    had, before = action.owner, action.owner_name
    action.owner, action.guest_name, action.guest_email = owner, guest_name, guest_email
    refuse_invalid(action, "guest_name")
    _save_fields(action, "owner", "guest_name", "guest_email")
    events.record(
        Event.ACTION_HANDED_OVER,
        action,
        by=by,
        at=at,
        note=reason.strip()[:500],
        texts={"owner_before": before},
        owner_before=had,
        owner=owner,
    )
    return action


@transaction.atomic
def pass_on_action(action: Action, *, by: Membership, at: datetime, to: Person | None) -> Action:
    """Take it from somebody who goes, and give it to another member or to nobody. Idempotent."""
    require_that(policies.may_pass_on(by, action))
    _lock_action(action)
    _must_be_open(action)
    owner, _, _ = _find_owner(action.organisation, to, "", "")
    had, before = action.owner, action.owner_name
    if owner == had:
        return action
    action.owner, action.guest_name, action.guest_email = owner, "", ""
    _save_fields(action, "owner", "guest_name", "guest_email")
    events.record(
        Event.ACTION_HANDED_OVER,
        action,
        by=by,
        at=at,
        texts={"owner_before": before},
        owner_before=had,
        owner=owner,
    )
    return action


@transaction.atomic
def drop_action(action: Action, *, by: Membership, at: datetime, reason: str) -> Action:
    """It will not be done, and why. Idempotent."""
    require_that(policies.may_change(by, action))
    _lock_action(action)
    if action.state == State.DROPPED:
        return action
    _must_be_open(action)
    reason = _clean_reason(reason, "Say why it will not be done.")
    action.state = State.DROPPED
    _save_fields(action, "state")
    events.record(Event.ACTION_DROPPED, action, by=by, at=at, note=reason)
    return action


@transaction.atomic
def follow_readers(action: Action, occurrence: Occurrence, *, reach: str, group: Group | None = None) -> Action:
    """What the action comes from is for other readers now, so the action is, too. Only that thing’s own event may;
    that of anything else that the action is about narrows its readers, and never widens them."""
    require_that(action.source == occurrence.ref or policies.is_narrower(action, reach, group))
    _lock_action(action)
    if (action.reach, action.group) != (reach, group):
        action.reach, action.group = reach, group
        _save_fields(action, "reach", "group")
        events.record(Event.ACTION_READERS_CHANGED, action, by=occurrence.by, at=occurrence.at, reach=reach)
    return action


@transaction.atomic
def delete_untouched_action(action: Action, *, by: Membership, at: datetime) -> None:
    """Take back an action to which nothing has happened since it was added. Part of undoing what made it."""
    require_that(policies.may_change(by, action))
    _lock_action(action)
    if policies.is_touched(action):
        raise Refusal(worded("Something has happened with this action since then. Drop it on its own page."))
    events.record(Event.ACTION_DELETED, action, by=by, at=at)
    action.delete()


# --- Reminding ---------------------------------------------------------------------------------------------------


def send_due_digests(*, at: datetime) -> tuple[int, int]:
    """Write the mails of this moment: how many were written, and how many could not be.

    Some of them together are one transaction. When it fails, each of them is written by itself: what goes wrong with
    one does not hold up the others.
    """
    written = failed = 0
    for readers in batches_of_readers(at):
        for some in in_batches(due_digests(at, readers=readers), TOGETHER):
            try:
                written += send_digests(some, at=at)
            except Exception:  # one of them, or the database for a moment: which one is found here
                each = [_send_alone(digest, at=at) for digest in some]
                written, failed = written + sum(one or 0 for one in each), failed + each.count(None)
    return written, failed


def _send_alone(digest: Digest, *, at: datetime) -> int | None:
    """How many were written, or None when it cannot be."""
    try:
        return send_digests([digest], at=at)
    except Exception:  # one address that makes trouble must not keep the others from their mail
        actions = [item.action.pk for item in digest.items]
        logger.exception("The reminder of the actions %s could not be written", actions)
        return None


@transaction.atomic
def send_digests(digests: Sequence[Digest], *, at: datetime) -> int:
    """Write these mails, what they told of, and that each is the one of its day, all or nothing. Answers how many.

    Left out is who has the day’s mail already (another run was faster) and for whom nothing is left to say.
    """
    # Read again: it may have been done since the list was made.
    only = {item.action.pk for digest in digests for item in digest.items}
    readers = Readers({one.person.pk for one in digests if one.person}, {one.address for one in digests})
    # In one order, so that two runs wait for each other and never both at once.
    fresh = sorted(due_digests(at, only=only, readers=readers), key=lambda one: one.address)
    days = [DailyMail(address=one.address, person=one.person, day=one.day(at), written_at=at) for one in fresh]
    try:
        with transaction.atomic():
            DailyMail.objects.bulk_create(days)
    except IntegrityError:
        return sum(send_digests([one], at=at) for one in fresh) if len(fresh) > 1 else 0
    Reminder.objects.bulk_create(row for one in fresh for row in one.reminders(at))
    PromiseReminder.objects.bulk_create(row for one in fresh for row in one.promise_reminders(at))
    post_all(emails.reminder(one, at=at) for one in fresh)
    return len(fresh)


# --- What they share ---------------------------------------------------------------------------------------------


def _lock_action(action: Action) -> None:
    """Row lock: read the row again and hold it, so that of two who press at once the second sees what the first did."""
    action.refresh_from_db(from_queryset=Action.objects.select_for_update())


def _must_be_open(action: Action) -> None:
    if action.state != State.OPEN:
        raise Refusal(f"This {worded('action')} is {action.get_state_display().lower()}. Open it again first.")


def _clean_reason(reason: str, question: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refusal(question)
    if len(reason) > 500:
        raise Refusal("Give the reason in 500 characters or fewer.")
    return reason


def _find_owner(
    organisation: Organisation, owner: Person | None, guest_name: str, guest_email: str
) -> tuple[Person | None, str, str]:
    """One owner: a current member, or a guest, or nobody yet."""
    guest_name, guest_email = line_of_text(guest_name), guest_email.strip()
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
        guest_email = normal_address(guest_email)
    except ValidationError:
        raise Refusal(f"“{guest_email}” is not a complete e-mail address.") from None
    member = here.filter(person__email=guest_email).first()
    if member:
        return member.person, "", ""
    return None, guest_name or guest_email[:GUEST_NAME_LIMIT], guest_email


def _save_fields(action: Action, *fields: str) -> None:
    """Write these columns of a locked row and count its version up."""
    action.version += 1
    action.save(update_fields=[*fields, "version"])


def _count_days_late(action: Action) -> int:
    if action.due_on is None or action.done_at is None:
        return 0
    zone = ZoneInfo(action.organisation.time_zone)
    return max(0, (timezone.localdate(action.done_at, zone) - action.due_on).days)
