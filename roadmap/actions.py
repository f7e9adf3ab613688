"""What happens to a programme and its plan: begun, revised, planned, changed with a reason, brought on.

A change of the plan keeps what moved and why beside the intervention, and leaves a row in the organisation's trail.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

import actionplan.actions
from actionplan.models import Action
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.locking import save_over
from notifications.actions import tell
from organisations import audit
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap import labels, starters
from roadmap.models import (
    Area,
    CatalogueEntry,
    Intervention,
    InterventionAction,
    InterventionChange,
    Programme,
    ProgrammeStep,
    Step,
)
from roadmap.search_documents import of_intervention, of_programme
from roadmap.starters import Starter
from search import index

State = Intervention.State


@transaction.atomic
def begin(
    organisation: Organisation,
    *,
    by: Person,
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
    chosen = _starter(starter, starts_on=starts_on, ends_on=ends_on)
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
            "is_current": not Programme.objects.filter(organisation=organisation).current().exists(),
        },
    )
    if made:
        ProgrammeStep.objects.bulk_create(ProgrammeStep(programme=programme, number=step) for step in Step)
        index.put_many([of_programme(programme)])
        audit.record(organisation, "begun", programme, by=by, starts_on=starts_on, ends_on=ends_on, starter=starter)
        _plan_first_days(programme, chosen, by=by)
    return programme


def _starter(key: str, *, starts_on: date, ends_on: date) -> Starter | None:
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


def _plan_first_days(programme: Programme, chosen: Starter | None, *, by: Person) -> None:
    """Plan the interventions of a starter. They belong to nobody yet; the summary says for whom they are."""
    lines = chosen.lines if chosen else ()
    rows = CatalogueEntry.objects.filter(retired_at=None).in_bulk([line.entry.key for line in lines], field_name="key")
    for line in lines:
        first, last = line.days_from(programme.starts_on)
        plan(
            programme,
            by=by,
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
def revise(programme: Programme, *, by: Person, seen: int, **fields: Any) -> Programme:
    """Change what the programme says about itself. Raises ``Stale`` when somebody else was first."""
    _check_people(
        programme.organisation,
        **{role: fields[role] for role in ("lead", "sponsor") if fields.get(role) != getattr(programme, role)},
    )
    save_over(programme, seen=seen, **fields)
    index.put_many([of_programme(programme)])
    audit.record(programme.organisation, "revised", programme, by=by)
    return programme


@transaction.atomic
def make_current(programme: Programme, *, by: Person) -> Programme:
    """From now on this is the programme that the portal opens with. Safe to repeat."""
    Organisation.objects.select_for_update().get(pk=programme.organisation_id)
    programme.refresh_from_db()
    if programme.is_current:
        return programme
    before = list(Programme.objects.filter(organisation=programme.organisation_id).current())
    Programme.objects.filter(pk__in=[row.pk for row in before]).update(is_current=False)
    programme.is_current = True
    programme.save(update_fields=["is_current"])
    for row in before:
        row.is_current = False
    index.put_many(of_programme(row) for row in [*before, programme])
    audit.record(programme.organisation, "made current", programme, by=by)
    return programme


@transaction.atomic
def mark_step(step: ProgrammeStep, *, by: Person, seen: int, state: str, note: str = "") -> ProgrammeStep:
    """Say where a step stands. Steps are phases, not gates: any order is allowed, and going back too."""
    before = step.state
    save_over(step, seen=seen, state=state, note=note.strip())
    audit.record(step.programme.organisation, "marked", step, by=by, step=step.number, before=before, after=state)
    return step


@transaction.atomic
def plan(
    programme: Programme,
    *,
    by: Person,
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
    """Put an intervention into the plan. The caller has checked that ``by`` may plan.

    What is left out comes from the catalogue entry: areas, kind and effort. Somebody else who is to do it is told.
    The same ``once`` a second time answers what it made the first time.
    """
    title = title.strip()
    if not title:
        raise Refusal("Give the intervention a name.")
    if len(title) > 120:
        raise Refusal("Give the intervention a name of 120 characters or fewer.")
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
            "areas": _in_order(areas if areas is not None else entry.areas if entry else []),
            "output": output.strip()[:300],
            "created_by": by,
        },
    )
    if made:
        index.put_many([of_intervention(intervention)])
        facts = {"step": step, "starts_on": starts_on, "ends_on": ends_on, "owner": owner.pk if owner else None}
        audit.record(programme.organisation, "planned", intervention, by=by, **facts)
        _tell_owner(intervention, by=by, text=f"{by} gave you an intervention: {title}", event="given")
    return intervention


@transaction.atomic
def change(intervention: Intervention, *, by: Person, seen: int, reason: str = "", **fields: Any) -> Intervention:
    """Change the plan. Asks why when a day moves; keeps what changed and why. ``Stale`` if somebody else was first."""
    before = Intervention.objects.select_for_update(of=("self",)).select_related("owner").get(pk=intervention.pk)
    if before.version != seen:
        raise Stale
    if "areas" in fields:
        fields["areas"] = _in_order(fields["areas"])
    _check_days(fields.get("starts_on", before.starts_on), fields.get("ends_on", before.ends_on))
    if fields.get("owner") != before.owner:
        _check_people(intervention.programme.organisation, owner=fields.get("owner"))
    words = labels.changes(before, fields)
    if not words:
        return intervention
    reason = reason.strip()
    if labels.days_moved(before, fields) and not reason:
        raise Refusal("Say why the plan changes.")
    save_over(intervention, seen=seen, **fields)
    index.put_many([of_intervention(intervention)])
    _keep_change(intervention, words, by=by, reason=reason)
    audit.record(intervention.programme.organisation, "changed", intervention, by=by, fields=len(words))
    if before.owner_id != intervention.owner_id:
        text = f"{by} gave you an intervention: {intervention.title}"
        _tell_owner(intervention, by=by, text=text, event="given")
    return intervention


@transaction.atomic
def set_state(intervention: Intervention, *, by: Person, state: str, reason: str = "") -> Intervention:
    """Say where an intervention stands. Stopping it (paused, dropped) asks why. The same state again changes nothing.

    Whoever plans may, and the owner.
    """
    intervention.refresh_from_db(from_queryset=Intervention.objects.select_for_update())
    if not may_set_state(intervention, _membership(intervention.programme.organisation, by)):
        raise Refusal("Only the person who does this intervention, or the KM lead, can say where it stands.")
    if state == intervention.state:
        return intervention
    reason = reason.strip()
    if state in Intervention.STOPPED and not reason:
        raise Refusal("Say why it stops.")
    before = intervention.get_state_display()
    intervention.state, intervention.state_reason = state, reason
    intervention.version += 1
    intervention.save(update_fields=["state", "state_reason", "version"])
    index.put_many([of_intervention(intervention)])
    words = f"{before} until now, {intervention.get_state_display().lower()} from today."
    _keep_change(intervention, [words], by=by, reason=reason)
    audit.record(intervention.programme.organisation, "set", intervention, by=by, before=before, after=state)
    _tell_owner(
        intervention,
        by=by,
        text=f"{by} marked your intervention as {intervention.get_state_display().lower()}: {intervention.title}",
        event="state",
    )
    return intervention


@transaction.atomic
def promise_for(intervention: Intervention, *, by: Person, **words: Any) -> Action:
    """An action that hangs on an intervention; the programme's lead hears when it is late.

    ``words`` are those of ``actionplan.actions.promise``.
    """
    programme = intervention.programme
    action = actionplan.actions.promise(
        programme.organisation,
        by=by,
        source=f"{intervention.title} (step {intervention.step})"[:200],
        source_url_name="intervention_detail",
        source_url_args=[programme.organisation.slug, intervention.pk],
        told_when_late=programme.lead,
        **words,
    )
    InterventionAction.objects.get_or_create(action=action, defaults={"intervention": intervention})
    return action


def may_set_state(intervention: Intervention, membership: Membership | None) -> bool:
    """Those who plan, and the one who does it."""
    if membership is None:
        return False
    return membership.can(Permission.PLAN) or membership.person_id == intervention.owner_id


def _membership(organisation: Organisation, person: Person) -> Membership | None:
    return Membership.objects.current().filter(organisation=organisation, person=person).first()


def _check_people(organisation: Organisation, **people: Person | None) -> None:
    for person in people.values():
        if person is not None and _membership(organisation, person) is None:
            raise Refusal(f"{person} is not a member here any more. Choose somebody else.")


def _check_days(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refusal("The last day must not be before the first.")


def _in_order(areas: Iterable[str]) -> list[str]:
    chosen = set(areas)
    if unknown := chosen - set(Area.values):
        raise Refusal(f"There is no area called “{min(unknown)}”.")
    return [area for area in Area.values if area in chosen]


def _keep_change(intervention: Intervention, words: list[str], *, by: Person, reason: str) -> None:
    text = " ".join(words)
    InterventionChange.objects.create(
        intervention=intervention, words=text if len(text) <= 400 else text[:399] + "…", reason=reason[:500], by=by
    )


def _tell_owner(intervention: Intervention, *, by: Person, text: str, event: str) -> None:
    if intervention.owner is None or intervention.owner == by:
        return
    organisation = intervention.programme.organisation
    tell(
        intervention.owner,
        organisation=organisation,
        kind="intervention",
        text=text,
        url_name="intervention_detail",
        url_args=[organisation.slug, intervention.pk],
        key=f"intervention {intervention.pk} {event} {intervention.version}",
    )
