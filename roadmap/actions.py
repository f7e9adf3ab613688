"""What happens to a programme and its plan: begun, revised, planned, changed with a reason, brought on.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

import actionplan.actions
from actionplan.models import Action
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.locking import save_over
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import require, require_that
from roadmap import labels, policies, starters
from roadmap.events import Event
from roadmap.models import Area, CatalogueEntry, Intervention, Programme, ProgrammeStep, Step
from roadmap.starters import Starter

State = Intervention.State


@transaction.atomic
def begin_programme(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    name: str,
    starts_on: date,
    ends_on: date,
    vision: str = "",
    mission: str = "",
    ambition: str = "",
    lead: Person | None = None,
    sponsor: Person | None = None,
    starter: str = "",
    once: UUID | None = None,
) -> Programme:
    """A new programme with its five steps ready. The first one of an organisation is the current one at once.

    ``starter`` names a starter programme whose interventions are planned at once, with days from the start.
    """
    require(Permission.PLAN, by, organisation)
    chosen = _find_starter(starter, starts_on=starts_on, ends_on=ends_on)
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # of two firsts, one is current
    _check_people(organisation, lead=lead, sponsor=sponsor)
    programme, made = Programme.objects.get_or_create(
        organisation=organisation,
        once=once or uuid4(),
        defaults={
            "name": name.strip(),
            "vision": vision.strip(),
            "mission": mission.strip(),
            "ambition": ambition.strip(),
            "lead": lead,
            "sponsor": sponsor,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "created_at": at,
            "is_current": not Programme.objects.filter(organisation=organisation).current().exists(),
        },
    )
    if made:
        ProgrammeStep.objects.bulk_create(ProgrammeStep(programme=programme, number=step) for step in Step)
        events.record(
            Event.PROGRAMME_BEGUN, programme, by=by, at=at, starts_on=starts_on, ends_on=ends_on, starter=starter
        )
        _plan_first_days(programme, chosen, by=by, at=at)
    return programme


def _find_starter(key: str, *, starts_on: date, ends_on: date) -> Starter | None:
    """The starter of that key, if the programme is long enough for it."""
    if not key:
        return None
    chosen = starters.starter(key)
    if chosen is None:
        raise Refusal("This way to begin does not exist any more. Choose another one.")
    last = max(line.days_from(starts_on)[1] for line in chosen.lines)
    if last > ends_on:
        raise Refusal(
            f"{chosen.name} last until {long_day(last)}, longer than the programme. "
            "Let the programme end later, or begin with an empty plan."
        )
    return chosen


def _plan_first_days(programme: Programme, chosen: Starter | None, *, by: Membership, at: datetime) -> None:
    """Plan the interventions of a starter. They belong to nobody yet; the summary says for whom they are."""
    lines = chosen.lines if chosen else ()
    rows = CatalogueEntry.objects.filter(retired_at=None).in_bulk([line.entry.key for line in lines], field_name="key")
    for line in lines:
        first, last = line.days_from(programme.starts_on)
        plan_intervention(
            programme,
            by=by,
            at=at,
            title=line.entry.name,
            step=line.entry.step,
            entry=rows.get(line.entry.key),
            starts_on=first,
            ends_on=last,
            areas=line.entry.areas,
            summary=line.words,
            kind=line.entry.kind,
            effort=line.entry.effort,
            output=labels.first_of(line.entry.outputs, 300),
        )


@transaction.atomic
def revise_programme(programme: Programme, *, by: Membership, at: datetime, seen: int, **fields: Any) -> Programme:
    """Change what the programme says about itself. Raises ``Stale`` when somebody else was first."""
    require(Permission.PLAN, by, programme.organisation)
    chosen = {role: fields[role] for role in ("lead", "sponsor") if role in fields}
    _check_people(
        programme.organisation,
        **{role: person for role, person in chosen.items() if person != getattr(programme, role)},
    )
    save_over(programme, seen=seen, **fields)
    events.record(Event.PROGRAMME_REVISED, programme, by=by, at=at)
    return programme


@transaction.atomic
def make_programme_current(programme: Programme, *, by: Membership, at: datetime) -> Programme:
    """From now on this is the programme that the portal opens with. Idempotent."""
    require(Permission.PLAN, by, programme.organisation)
    Organisation.objects.select_for_update().get(pk=programme.organisation_id)
    programme.refresh_from_db()
    if programme.is_current:
        return programme
    before = list(
        Programme.objects.filter(organisation=programme.organisation_id).current().select_related("organisation")
    )
    Programme.objects.filter(pk__in=[row.pk for row in before]).update(is_current=False)
    programme.is_current = True
    programme.save(update_fields=["is_current"])
    for row in before:
        row.is_current = False
    events.record(Event.PROGRAMME_MADE_CURRENT, programme, by=by, at=at, also=before)
    return programme


@transaction.atomic
def mark_step(
    step: ProgrammeStep, *, by: Membership, at: datetime, seen: int, state: str, note: str = ""
) -> ProgrammeStep:
    """Say where a step stands. Steps are phases, not gates: any order is allowed, and going back too."""
    require(Permission.PLAN, by, step.organisation)
    before = step.state
    save_over(step, seen=seen, state=state, note=note.strip())
    events.record(Event.STEP_MARKED, step, by=by, at=at, step=step.number, before=before, after=state)
    return step


@transaction.atomic
def plan_intervention(
    programme: Programme,
    *,
    by: Membership,
    at: datetime,
    title: str,
    step: int,
    entry: CatalogueEntry | None = None,
    owner: Person | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    areas: Iterable[str] | None = None,
    summary: str = "",
    kind: str = "",
    effort: str = "",
    output: str = "",
    once: UUID | None = None,
) -> Intervention:
    """Put an intervention into the plan.

    What is left out comes from the catalogue entry: areas, kind and effort. Somebody else who is to do it is told.
    The same ``once`` a second time answers what it made the first time.
    """
    require(Permission.PLAN, by, programme.organisation)
    title = title.strip()
    refuse_invalid(Intervention(programme=programme, title=title, summary=summary.strip()), "title", "summary")
    _check_days(starts_on, ends_on)
    _check_people(programme.organisation, owner=owner)
    intervention, made = Intervention.objects.get_or_create(
        programme=programme,
        once=once or uuid4(),
        defaults={
            "entry": entry,
            "step": step,
            "title": title,
            "summary": summary.strip(),
            "owner": owner,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "kind": kind or (entry.kind if entry else ""),
            "effort": effort or (entry.effort if entry else ""),
            "areas": _areas_in_order(areas if areas is not None else entry.areas if entry else []),
            "output": output.strip()[:300],
            "created_by": by.person,
            "created_at": at,
        },
    )
    if made:
        facts: dict[str, Any] = {"step": step, "starts_on": starts_on, "ends_on": ends_on, "owner": owner}
        events.record(Event.INTERVENTION_PLANNED, intervention, by=by, at=at, **facts)
    return intervention


@transaction.atomic
def change_intervention(
    intervention: Intervention, *, by: Membership, at: datetime, seen: int, reason: str = "", **fields: Any
) -> Intervention:
    """Change the plan. Asks why when a day moves; keeps what changed and why. ``Stale`` if somebody else was first."""
    require(Permission.PLAN, by, intervention.organisation)
    before = Intervention.objects.select_for_update(of=("self",)).select_related("owner").get(pk=intervention.pk)
    if before.version != seen:
        raise Stale
    if "areas" in fields:
        fields["areas"] = _areas_in_order(fields["areas"])
    _check_days(fields.get("starts_on", before.starts_on), fields.get("ends_on", before.ends_on))
    if fields.get("owner") != before.owner:
        _check_people(intervention.organisation, owner=fields.get("owner"))
    if "title" in fields:
        refuse_invalid(Intervention(title=fields["title"]), "title")
    words = labels.changes(before, fields)
    if not words:
        return intervention
    reason = reason.strip()
    if labels.days_moved(before, fields) and not reason:
        raise Refusal("Say why the plan changes.")
    save_over(intervention, seen=seen, **fields)
    events.record(
        Event.INTERVENTION_CHANGED,
        intervention,
        by=by,
        at=at,
        note=reason,
        texts={"words": " ".join(words)},
        fields=len(words),
        new_owner=before.owner_id != intervention.owner_id,
    )
    return intervention


@transaction.atomic
def set_intervention_state(
    intervention: Intervention, *, by: Membership, at: datetime, state: str, reason: str = ""
) -> Intervention:
    """Say where an intervention stands. Stopping it (paused, dropped) asks why. The same state again changes nothing.

    Whoever plans may, and the owner.
    """
    require_that(policies.may_set_state(by, intervention))
    intervention.refresh_from_db(from_queryset=Intervention.objects.select_for_update())
    if state == intervention.state:
        return intervention
    reason = reason.strip()
    if state in Intervention.STOPPED and not reason:
        raise Refusal("Say why it stops.")
    before = intervention.get_state_display()
    intervention.state, intervention.state_reason = state, reason
    intervention.version += 1
    intervention.save(update_fields=["state", "state_reason", "version"])
    events.record(
        Event.INTERVENTION_STATE_SET,
        intervention,
        by=by,
        at=at,
        note=reason,
        texts={"words": f"{before} until now, {intervention.get_state_display().lower()} from today."},
        before=before,
        after=state,
    )
    return intervention


@transaction.atomic
def add_intervention_action(intervention: Intervention, *, by: Membership, at: datetime, **words: Any) -> Action:
    """An action that comes from an intervention; the programme’s lead hears when it is late.

    ``words`` are those of ``actionplan.actions.add_action``, which asks the permission.
    """
    return actionplan.actions.add_action(
        intervention.organisation,
        by=by,
        at=at,
        source=intervention,
        told_when_late=intervention.programme.lead,
        **words,
    )


@transaction.atomic
def delete_untouched_intervention(intervention: Intervention, *, by: Membership, at: datetime) -> None:
    """Take back an intervention that nothing has happened to since it was planned. Part of undoing what planned it."""
    require(Permission.PLAN, by, intervention.organisation)
    events.record(Event.INTERVENTION_DELETED, intervention, by=by, at=at)
    intervention.delete()


def _is_member_here(organisation: Organisation, person: Person) -> bool:
    return Membership.objects.current().filter(organisation=organisation, person=person).exists()


def _check_people(organisation: Organisation, **people: Person | None) -> None:
    for person in people.values():
        if person is not None and not _is_member_here(organisation, person):
            raise Refusal(f"{person} is not a member here any more. Choose somebody else.")


def _check_days(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refusal("The last day must not be before the first.")


def _areas_in_order(areas: Iterable[str]) -> list[str]:
    chosen = set(areas)
    if unknown := chosen - set(Area.values):
        raise Refusal(f"There is no area called “{min(unknown)}”.")
    return [area for area in Area.values if area in chosen]
