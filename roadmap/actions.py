"""What happens to a programme and its plan: begun, revised, planned, changed with a reason, brought on.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

import actionplan.actions
from actionplan.models import Action
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.locking import save_over
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import listed, quoted
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import may_pass_on, require, require_that
from roadmap import labels, policies, starters, transitions
from roadmap.events import Event
from roadmap.models import Area, CatalogueEntry, Intervention, PlanChange, Programme, ProgrammeStep, Step
from roadmap.preconditions import require_programme_untouched, require_untouched
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
            f"{chosen.name} last until {long_day(last)}, longer than the {worded('programme')}. "
            f"Let the {worded('programme')} end later, or begin with an empty plan."
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
    """Change the plan, and keep what changed and why. ``Stale`` if somebody else was first.

    Asks why when a day moves that somebody has agreed to (``Intervention.is_draft``).
    """
    require(Permission.PLAN, by, intervention.organisation)
    before = _locked_intervention(intervention.pk)
    if before is None or before.version != seen:
        raise Stale
    if "areas" in fields:
        fields["areas"] = _areas_in_order(fields["areas"])
    _check_days(fields.get("starts_on", before.starts_on), fields.get("ends_on", before.ends_on))
    if "owner" in fields and fields["owner"] != before.owner:
        _check_people(intervention.organisation, owner=fields.get("owner"))
    if "title" in fields:
        refuse_invalid(Intervention(title=fields["title"]), "title")
    words = labels.changes(before, fields)
    if not words:
        return intervention
    reason = reason.strip()
    if labels.days_moved(before, fields) and not before.is_draft(timezone.localdate(at)) and not reason:
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
def pass_on_intervention(
    intervention: Intervention, *, by: Membership, at: datetime, to: Person | None
) -> Intervention:
    """Take it from somebody who goes, and give it to another member or to nobody. Idempotent."""
    require_that(may_pass_on(Permission.PLAN, by, intervention.organisation))
    before = _locked_intervention(intervention.pk)
    if before is None or before.owner == to:
        return intervention
    _check_people(intervention.organisation, owner=to)
    words = labels.changes(before, {"owner": to})
    save_over(intervention, seen=before.version, owner=to)
    events.record(
        Event.INTERVENTION_CHANGED,
        intervention,
        by=by,
        at=at,
        texts={"words": " ".join(words)},
        fields=1,
        new_owner=True,
    )
    return intervention


@transaction.atomic
def pass_on_programme(programme: Programme, *, by: Membership, at: datetime, role: str, to: Person | None) -> Programme:
    """Name somebody else, or nobody, as its lead or its sponsor. Idempotent."""
    require_that(may_pass_on(Permission.PLAN, by, programme.organisation))
    before = Programme.objects.select_for_update().get(pk=programme.pk)
    if getattr(before, role) == to:
        return programme
    _check_people(programme.organisation, **{role: to})
    save_over(programme, seen=before.version, **{role: to})
    events.record(Event.PROGRAMME_REVISED, programme, by=by, at=at)
    return programme


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
def change_together(
    programme: Programme,
    chosen: Mapping[int, int],
    *,
    by: Membership,
    at: datetime,
    once: UUID,
    move: str,
    reason: str = "",
    **wanted: Any,
) -> PlanChange:
    """Batch edit: one change of several interventions, each by its own action and with its own event.

    ``chosen`` has the version of each that the person saw. ``move`` is give (``owner``), dates (``starts_on``,
    ``ends_on``; what is left out stays), shift (``weeks``) or set_state (``state``). What one row refuses is kept with
    its sentence, and the others go on. The same ``once`` again answers what it did the first time.
    """
    require(Permission.PLAN, by, programme.organisation)
    change, made = PlanChange.objects.get_or_create(
        programme=programme, once=once, defaults={"at": at, "by": by.person, "words": ""}
    )
    if not made:
        return change
    does: Callable[[Intervention], None] = {
        "give": lambda row: _change_row(row, by=by, at=at, owner=wanted["owner"]),
        "dates": lambda row: _change_row(
            row, by=by, at=at, reason=reason, **{name: day for name, day in wanted.items() if day}
        ),
        "shift": lambda row: _change_row(
            row, by=by, at=at, reason=reason, **_days_moved_by_weeks(row, weeks=wanted["weeks"])
        ),
        "set_state": lambda row: _set_state_of_row(row, by=by, at=at, state=wanted["state"], reason=reason),
    }[move]
    for pk, seen in sorted(chosen.items()):
        _change_one_of_many(change, pk, seen, does)
    change.words = _words_of_change(change, move, wanted)
    change.save(update_fields=["words", "rows", "problems"])
    return change


def _change_one_of_many(change: PlanChange, pk: int, seen: int, does: Callable[[Intervention], None]) -> None:
    """Try it on one row; a refusal takes nothing back but this row."""
    row = _locked_intervention(pk)
    if row is None or row.programme_id != change.programme_id:
        change.problems.append({"pk": pk, "title": "One of them", "words": "It is not in this plan any more."})
        return
    before = {
        "owner": row.owner_id,
        "starts_on": row.starts_on.isoformat() if row.starts_on else None,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "state": row.state,
        "state_reason": row.state_reason,
    }
    try:
        with transaction.atomic():
            if row.version != seen:
                raise Refusal("It was changed meanwhile, so it stays as it is now.")
            does(row)
    except Refusal as refusal:
        change.problems.append({"pk": pk, "title": row.title, "words": str(refusal)})
    else:
        change.rows.append({"pk": pk, "version": row.version, "before": before})


def _change_row(row: Intervention, *, by: Membership, at: datetime, reason: str = "", **fields: Any) -> None:
    version = row.version
    change_intervention(row, by=by, at=at, seen=version, reason=reason, **fields)
    if row.version == version:
        raise Refusal("It was like that already.")


def _set_state_of_row(row: Intervention, *, by: Membership, at: datetime, state: str, reason: str) -> None:
    if row.state == state:
        raise Refusal("It was like that already.")
    set_intervention_state(row, by=by, at=at, state=state, reason=reason)


def _days_moved_by_weeks(row: Intervention, *, weeks: int) -> dict[str, date]:
    """The days of an intervention so many weeks later or earlier. A first day on which it began stays."""
    if not row.is_open:
        raise Refusal(f"It is {row.get_state_display().lower()}, so its dates stay.")
    names = ("starts_on", "ends_on") if row.state == State.PLANNED else ("ends_on",)
    days = {name: day for name in names if (day := getattr(row, name))}
    if not days:
        raise Refusal("It has no date to move.")
    try:
        return {name: day + timedelta(weeks=weeks) for name, day in days.items()}
    except OverflowError:
        raise Refusal("No calendar goes that far.") from None


def _words_of_change(change: PlanChange, move: str, wanted: Mapping[str, Any]) -> str:
    """What was done, in one sentence; it counts what changed and nothing else."""
    number = len(change.rows)
    them = f"{number} {worded(ngettext('intervention', 'interventions', number))}"
    if not number:
        return "Nothing is changed."
    if move == "give":
        return f"{them} given to {wanted['owner']}." if wanted["owner"] else f"{them} given to nobody for now."
    if move == "set_state":
        return f"{them} marked as {State(wanted['state']).label.lower()}."
    if move == "dates":
        return f"{them} with new dates."
    weeks = wanted["weeks"]
    return f"{them} moved {abs(weeks)} {'week' if abs(weeks) == 1 else 'weeks'} {'later' if weeks > 0 else 'earlier'}."


@transaction.atomic
def undo_change_together(change: PlanChange, *, by: Membership, at: datetime) -> PlanChange:
    """Put every row back as it was before, also one that was deleted. Idempotent.

    Refuses, and names them, when rows were changed since.
    """
    require_that(policies.may_undo(by, change))
    change.refresh_from_db(from_queryset=PlanChange.objects.select_for_update())
    if change.undone_at:
        return change
    if change.is_deletion:
        transitions.put_back(change, by=by, at=at)
        change.undone_at = at
        change.save(update_fields=["undone_at"])
        return change
    rows = [(kept, _locked_intervention(kept["pk"])) for kept in change.rows]
    moved = [row for kept, row in rows if row is not None and row.version != kept["version"]]
    if moved:
        raise Refusal(f"Somebody has changed {listed([quoted(row) for row in moved])} since. Nothing is put back.")
    if any(row is None for _, row in rows):
        raise Refusal("One of them is not in the plan any more. Nothing is put back.")
    for kept, row in rows:
        assert row is not None  # noqa: S101  refused above
        _put_back(row, kept["before"], by=by, at=at)
    change.undone_at = at
    change.save(update_fields=["undone_at"])
    return change


def _put_back(row: Intervention, before: Mapping[str, Any], *, by: Membership, at: datetime) -> None:
    """One row as it was. A person who has left is refused by name, as everywhere."""
    if row.state != before["state"]:
        set_intervention_state(row, by=by, at=at, state=before["state"], reason=before["state_reason"])
        return
    days = {name: date.fromisoformat(before[name]) if before[name] else None for name in ("starts_on", "ends_on")}
    owner = Person.objects.filter(pk=before["owner"]).first() if before["owner"] else None
    change_intervention(
        row, by=by, at=at, seen=row.version, reason="A change of several was undone.", owner=owner, **days
    )


def _locked_intervention(pk: int) -> Intervention | None:
    rows = Intervention.objects.select_for_update(of=("self",))
    return rows.select_related("owner", "programme__organisation").filter(pk=pk).first()


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


@transaction.atomic
def delete_intervention(intervention: Intervention, *, by: Membership, at: datetime) -> PlanChange | None:
    """Delete what was planned by mistake; the change that is answered can be undone for a week by who deleted it.

    Refuses where anything hangs on it, and does nothing the second time.
    """
    require(Permission.PLAN, by, intervention.organisation)
    row = _locked_intervention(intervention.pk)
    if row is None:
        return None
    require_untouched(row)
    change = transitions.keep_deleted(row, by=by, at=at)
    events.record(Event.INTERVENTION_DELETED, row, by=by, at=at)
    row.delete()
    return change


def tidy_plan(at: datetime) -> int:
    """Forget what was kept of deleted interventions that nobody can put back any more. Answers of how many."""
    return transitions.forget_deleted(at)


@transaction.atomic
def delete_programme(programme: Programme, *, by: Membership, at: datetime) -> None:
    """Delete a programme that was begun by mistake, with its interventions. Refuses where anything hangs on them."""
    require(Permission.PLAN, by, programme.organisation)
    rows = Programme.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(pk=programme.pk).first()
    if row is None:
        return
    require_programme_untouched(row)
    for intervention in row.interventions.select_related("programme__organisation"):
        events.record(Event.INTERVENTION_DELETED, intervention, by=by, at=at)
    events.record(Event.PROGRAMME_DELETED, row, by=by, at=at)
    row.delete()


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
