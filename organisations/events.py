"""Events: every deed is told once, by ``record``, and whoever must know of it hears it from there.

Each app has its vocabulary, a class ``Event`` in its ``events.py``: a stable key and the words of the trail. ``record``
writes the line of the trail and then calls, in the same transaction, the subscribers that ``kmportal/subscribers.py``
names for that event: the app's own history, the search index, notices and mails.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Model
from django.utils.module_loading import import_string

from kmportal.lib import things
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Ref
from organisations.models import AuditEntry, AuditName, Membership, Organisation, Person

DELETED = ".deleted"  # how the key of an event ends after which the thing is no more


class Event(models.TextChoices):
    """What can happen to an organisation, its people and its groups."""

    ORGANISATION_FOUNDED = "organisation.founded", _("founded")
    MAIL_TESTED = "organisation.mail_tested", _("tested the mail")
    SETTINGS_CHANGED = "organisation.settings_changed", _("changed settings")
    INVITATION_SENT = "invitation.sent", _("made")
    INVITATION_CHANGED = "invitation.changed", _("changed")
    INVITATION_RESENT = "invitation.resent", _("renewed")
    INVITATION_REVOKED = "invitation.revoked", _("revoked")
    MEMBER_JOINED = "membership.joined", _("joined")
    MEMBER_RENAMED = "membership.renamed", _("renamed")
    MEMBER_ROLE_CHANGED = "membership.role_changed", _("changed role")
    MEMBER_SUSPENDED = "membership.suspended", _("suspended")
    MEMBER_RESTORED = "membership.restored", _("let in again")
    MEMBER_REMOVED = "membership.removed", _("removed")
    RESET_LINK_MADE = "membership.reset_link_made", _("made a link for a new password")
    PASSWORD_CHOSEN = "membership.password_chosen", _("chose a password by link")
    MEMBER_SECOND_STEP_RESET = "membership.second_step_reset", _("took the second step off")
    MEMBER_SIGNED_OUT = "membership.signed_out", _("signed out everywhere")
    MEMBER_LENT = "membership.lent", _("let into a group elsewhere")
    TOKEN_CREATED = "membership.token_created", _("made an access token")
    TOKEN_REVOKED = "membership.token_revoked", _("revoked an access token")
    GROUP_CREATED = "group.created", _("made")
    GROUP_CHANGED = "group.changed", _("changed")


# Who does something: a member, or somebody in a room or behind a signed link who has no account (any row with an empty
# ``person``); None is the portal itself, by its timetable.
Actor = Membership | Person | Model | None


@dataclass(frozen=True)
class Occurrence:
    """One thing that has happened, as subscribers hear of it.

    ``subject`` is the row that it happened to, of the model whose app declares the event. ``facts`` are the values as
    they were given (days, states, people). What never enters the trail: ``note`` is what the person wrote about it,
    ``texts`` are other words that a subscriber needs (how it was called before). ``also`` are other things that have
    changed with it.
    """

    event: str
    subject: Any
    organisation: Organisation
    by: Actor
    at: datetime
    entry: AuditEntry
    facts: Mapping[str, Any]
    note: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    also: Sequence[Model] = ()

    @property
    def ref(self) -> Ref:
        return Ref(self.entry.kind, self.entry.ident)

    @property
    def person(self) -> Person | None:
        """The account behind it; None for a guest and for the portal itself."""
        return person_of(self.by)

    @property
    def is_deletion(self) -> bool:
        return self.event.endswith(DELETED)


Subscriber = Callable[[Occurrence], None]


def record(
    event: str,
    subject: Any,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    texts: Mapping[str, str] | None = None,
    also: Sequence[Model] = (),
    **facts: Any,
) -> Occurrence:
    """Tell once that something has happened to ``subject``, in the transaction of the change.

    The trail keeps ``facts`` as short JSON values (states, days, counts; a person or thing as its key), never free
    text and never names. Before a deletion the row must still have its key. Raises ``LookupError`` for a thing
    without a line in ``kmportal/things.py``.
    """
    organisation = _organisation_of(subject)
    with organisation.at_home():
        entry = _write_trail(organisation, str(event), subject, by=by, at=at, facts=facts)
    occurrence = Occurrence(str(event), subject, organisation, by, at, entry, facts, note, texts or {}, also)
    with organisation.at_home():
        for subscriber in subscribers_of(str(event)):
            subscriber(occurrence)
    return occurrence


def record_in_each(person: Person, event: str, *, at: datetime, **facts: Any) -> None:
    """Tell each organisation that somebody belongs to what they have done with their account."""
    for membership in Membership.objects.listed().filter(person=person).select_related("organisation", "person"):
        record(event, membership, by=membership, at=at, **facts)


def person_of(by: Actor) -> Person | None:
    """The account of somebody who acts; None for a guest and for the portal itself."""
    return by if isinstance(by, Person) else getattr(by, "person", None)


def _organisation_of(subject: Any) -> Organisation:
    organisation: Organisation = subject if isinstance(subject, Organisation) else subject.organisation
    return organisation


# --- The trail -------------------------------------------------------------------------------------------------------


def _write_trail(
    organisation: Organisation, event: str, subject: Model, *, by: Actor, at: datetime, facts: Mapping[str, Any]
) -> AuditEntry:
    ref, person = things.ref_of(subject), person_of(by)
    _remember_name(organisation, ref, subject)
    if person is not None:
        _remember_name(organisation, Ref("person", person.pk), person)
    written = {key: _plain_facts(value) for key, value in facts.items()}
    if by is not None and person is None:
        written["guest"] = True
    return AuditEntry.objects.create(
        organisation=organisation,
        at=at,
        actor_id=person.pk if person else None,
        event=event,
        kind=ref.kind,
        ident=ref.pk,
        facts=written,
    )


def _remember_name(organisation: Organisation, ref: Ref, subject: Model) -> None:
    """Keep the name of a thing beside the trail; what not everybody may read has a ``name_in_trail`` that says less.

    A name that stands there already is not written again: the row would tell which transaction was the last.
    """
    name = str(getattr(subject, "name_in_trail", subject))[:250]
    rows = AuditName.objects.filter(organisation=organisation, kind=ref.kind, ident=ref.pk)
    if rows.values_list("name", flat=True).first() != name:
        rows.update_or_create(organisation=organisation, kind=ref.kind, ident=ref.pk, defaults={"name": name})


def _plain_facts(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return value if value is None or isinstance(value, int | float | bool) else str(value)


# --- Who hears of it -------------------------------------------------------------------------------------------------


@cache
def vocabulary() -> dict[str, str]:
    """Every event of every app by its key, in the words of the trail."""
    found: dict[str, str] = {}
    for dotted in _import_from_map("EVENTS"):
        found.update(dict(import_string(dotted).choices))
    return found


@cache
def subscribers_of(event: str) -> tuple[Subscriber, ...]:
    """Who hears of this event, in this order: those of all events, of its kind (``action.*``), of it alone."""
    if event not in vocabulary():
        raise LookupError(f"{event} is in no app’s vocabulary")
    kind = event.partition(".")[0]
    listed = _import_from_map("SUBSCRIBERS")
    return tuple(import_string(dotted) for key in ("*", f"{kind}.*", event) for dotted in listed.get(key, ()))


def _import_from_map(name: str) -> Any:
    return import_string(f"{getattr(settings, 'SUBSCRIBERS', 'kmportal.subscribers')}.{name}")
