"""Writing the trail. Called by every action that changes a state, inside its transaction."""

from typing import Any

from django.db.models import Model

from organisations.models import AuditEntry, AuditName, Organisation, Person


def record(organisation: Organisation, verb: str, subject: Model, *, by: Person | None, **facts: Any) -> AuditEntry:
    """Add one row to the organisation's trail.

    ``verb`` is a past participle that the trail page can show ("closed", "accepted"); ``facts`` are short JSON
    values (states, days, counts, ids), never free text of a person and never names. ``by`` is None for the timetable.
    """
    kind = str(subject._meta.verbose_name)
    _remember(organisation, kind, subject)
    if by is not None:
        _remember(organisation, "person", by)
    return AuditEntry.objects.create(
        organisation=organisation,
        actor_id=by.pk if by else None,
        verb=verb,
        kind=kind,
        ident=subject.pk,
        facts={key: _plain(value) for key, value in facts.items()},
    )


def _remember(organisation: Organisation, kind: str, subject: Model) -> None:
    """Keep the name of a thing beside the trail; what not everybody may read has a ``name_in_trail`` that says less."""
    name = str(getattr(subject, "name_in_trail", subject))[:250]
    AuditName.objects.update_or_create(organisation=organisation, kind=kind, ident=subject.pk, defaults={"name": name})


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | bool) else str(value)
