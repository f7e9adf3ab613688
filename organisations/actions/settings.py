"""The organisation itself: founded, and its settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kmportal.lib.domain_words import BY_KEY, Forms, find_problems
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.mail import can_leave
from kmportal.lib.sentences import capital
from organisations import emails, events, policies
from organisations.events import Event
from organisations.models import (
    Membership,
    Organisation,
    Person,
)
from organisations.permissions import Permission, Role

NAME_LIMIT = 120
# As the trail says them.
SETTINGS_IN_WORDS = {
    "incident_name": "incident system",
    "incident_url": "address of the incident system",
    "time_zone": "time zone",
    "admits_outsiders": _("members of other organisations in our groups"),
    "lends_members": _("our members in groups elsewhere"),
    "asks_second_step": "second step when signing in",
    "words": "words of the organisation",
    "leads_invite": _("KM leads inviting people"),
}


@transaction.atomic
def found_organisation(name: str, *, slug: str, kind: str, administrator: Person, at: datetime) -> Membership:
    """Make an organisation with its first administrator; answers their membership.

    For the operator of the portal (``make first``, the demo): no page leads here, so nobody's permission is asked.
    """
    organisation = Organisation.objects.create(name=name, slug=slug, kind=kind, created_at=at)
    membership = Membership.objects.create(
        organisation=organisation, person=administrator, role=Role.ADMINISTRATOR, joined_at=at
    )
    events.record(Event.ORGANISATION_FOUNDED, organisation, by=membership, at=at)
    return membership


@transaction.atomic
def change_settings(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    logo: bytes | None = None,
    **values: str | bool | Mapping[str, Sequence[str]],
) -> None:
    """Save these settings and write down which of them changed; none is no change. ``logo`` is a PNG, empty to take
    it away, None to leave it. A new version: what was drawn with the old ones is drawn anew.

    Raises ``Stale`` when somebody else has changed them since version ``seen``. Refuses ``words`` that nobody could
    tell apart: see ``kmportal.lib.domain_words``.
    """
    policies.require(Permission.ADMINISTER, by, organisation)
    organisation.refresh_from_db(from_queryset=Organisation.objects.select_for_update())
    if organisation.version != seen:
        raise Stale
    wanted: dict[str, object] = {**values}
    if "words" in wanted:
        _require_sayable(wanted["words"])
    if logo is not None:
        wanted |= {"logo": logo, "logo_type": "image/png" if logo else ""}
    changed = [name for name, value in wanted.items() if getattr(organisation, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(organisation, name, wanted[name])
    organisation.version += 1
    organisation.save(update_fields=[*changed, "version"])
    named = {str(SETTINGS_IN_WORDS.get(name, name)) for name in changed if name != "logo_type"}
    events.record(Event.SETTINGS_CHANGED, organisation, by=by, at=at, fields=", ".join(sorted(named)))


def _require_sayable(words: Any) -> None:
    unknown = set(words) - set(BY_KEY)
    if unknown:
        raise LookupError(f"No words of the portal: {', '.join(sorted(unknown))}")
    for key, problem in find_problems({key: Forms(*forms) for key, forms in words.items()}):
        raise Refusal(f"{capital(BY_KEY[key].usual.one)}: {problem[:1].lower()}{problem[1:]}.")


@transaction.atomic
def send_test_mail(organisation: Organisation, *, by: Membership, at: datetime) -> None:
    """Write a mail to oneself, to see whether mail arrives. Refuses where none can leave."""
    policies.require(Permission.ADMINISTER, by, organisation)
    if not can_leave():
        raise Refusal("E-mail is not set up, so there is nothing to test yet.")
    events.record(Event.MAIL_TESTED, organisation, by=by, at=at)
    emails.test_mail(organisation, by.person, at=at)
