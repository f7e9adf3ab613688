"""Signed-in sessions and access tokens: made and ended by whom they belong to."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import access_tokens, events, policies, sign_ins
from organisations.events import Event
from organisations.models import (
    AccessToken,
    Person,
    SignIn,
)

LONGEST_TOKEN_DAYS = 366


@transaction.atomic
def end_session(session: SignIn, *, by: Person, at: datetime) -> None:
    """Sign a browser of one’s own out. Idempotent."""
    policies.require_that(by.pk == session.person_id)
    sign_ins.end_session(session)


@transaction.atomic
def end_other_sessions(person: Person, *, by: Person, at: datetime, current: str) -> int:
    """Sign out every browser of one’s own but that with the session ``current``; answers how many."""
    policies.require_that(by.pk == person.pk)
    return sign_ins.end_sessions(person, but=current)


@transaction.atomic
def create_access_token(
    person: Person, *, by: Person, at: datetime, name: str, scope: str, days: int, once: UUID | None = None
) -> str:
    """Make a token with which a program acts for oneself; answers the token, which nobody can show again.

    Each organisation’s trail tells it. Refuses a lifetime under a day or over a year, and the same ``once`` a second
    time: it makes no second token, and the first cannot be shown again.
    """
    policies.require_that(by.pk == person.pk)
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Refusal(f"A token lasts between 1 and {LONGEST_TOKEN_DAYS} days.")
    secret = access_tokens.make_secret()
    token = AccessToken(
        person=person,
        name=name,
        hash=access_tokens.hash_of(secret),
        scope=scope,
        created_at=at,
        expires_at=at + timedelta(days=days),
        once=once,
    )
    if once and AccessToken.objects.filter(once=once).exists():
        raise Refusal("This token was made already, and cannot be shown again. Revoke it if you have not copied it.")
    refuse_invalid(token, "name", "scope")
    token.save()
    events.record_in_each(person, Event.TOKEN_CREATED, at=at, token=token.pk, scope=scope)
    return access_tokens.written(token, secret)


@transaction.atomic
def revoke_access_token(token: AccessToken, *, by: Person, at: datetime) -> None:
    """Let a token open nothing any more. Idempotent."""
    policies.require_that(by.pk == token.person_id)
    if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        events.record_in_each(token.person, Event.TOKEN_REVOKED, at=at, token=token.pk)
