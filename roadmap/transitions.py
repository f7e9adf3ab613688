"""What was deleted by mistake comes back: what is kept of an intervention for a week, and how it is put back.

Part of deleting and of undoing; those actions have asked the permission.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core import serializers

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sentences import quoted
from organisations import events
from organisations.models import Membership, Person
from roadmap.events import Event
from roadmap.models import CatalogueEntry, Intervention, PlanChange

# So long whoever deleted it can put it back. After that nothing of it is left but its line in the trail.
UNDO_LASTS = timedelta(days=7)


def keep_deleted(intervention: Intervention, *, by: Membership, at: datetime) -> PlanChange:
    """Write down all that an intervention and its story say, before it goes."""
    rows = [intervention, *intervention.changes.order_by("pk")]
    return PlanChange.objects.create(
        programme=intervention.programme,
        once=uuid4(),
        words=f"{quoted(intervention)} is deleted."[:200],
        rows=[{"pk": intervention.pk, "deleted": _as_plain(serializers.serialize("python", rows))}],
        by=by.person,
        at=at,
    )


def _as_plain(rows: list[dict[str, Any]]) -> Any:
    """Moments and days as text, to the last digit: Django’s own JSON cuts them to milliseconds."""
    return json.loads(json.dumps(rows, default=str))


def put_back(change: PlanChange, *, by: Membership, at: datetime) -> None:
    """Have the intervention again under its number, with its story. Who has left since is named no more."""
    if at >= change.at + UNDO_LASTS:
        raise Refusal(worded("The intervention was deleted too long ago to be put back."))
    members = Membership.objects.current().filter(organisation=change.programme.organisation)
    here = set(members.values_list("person_id", flat=True))
    [kept] = change.rows
    named = {saved["fields"].get(name) for saved in kept["deleted"] for name in ("created_by", "by")} - {None}
    everybody = set(Person.objects.filter(pk__in=named).values_list("pk", flat=True))
    for saved in kept["deleted"]:
        fields = saved["fields"]
        for name in ("created_by", "by"):
            _empty_unless(fields, name, everybody)
        _empty_unless(fields, "owner", here)
        if fields.get("entry") and not CatalogueEntry.objects.filter(pk=fields["entry"]).exists():
            fields["entry"] = None
    for row in serializers.deserialize("python", kept["deleted"], ignorenonexistent=True):
        row.save()
    intervention = Intervention.objects.select_related("programme__organisation", "owner").get(pk=kept["pk"])
    events.record(
        Event.INTERVENTION_PUT_BACK, intervention, by=by, at=at, texts={"words": "Put back after it was deleted."}
    )


def _empty_unless(fields: dict[str, Any], name: str, known: set[int]) -> None:
    if fields.get(name) not in known and name in fields:
        fields[name] = None


def forget_deleted(at: datetime) -> int:
    """Drop what was kept of interventions that cannot be put back any more. Answers of how many."""
    late = PlanChange.objects.deletions().filter(at__lte=at - UNDO_LASTS)
    return late.delete()[0]
