"""What the house needs: a programme, people for what nobody does, roles that nobody has, mail, a way to incidents."""

from datetime import date
from functools import cache
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from actionplan.models import Action
from dashboards.todo.need import FETCHED, Need
from jobs.health import has_room
from kmportal.lib.days import due_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.mail import can_leave
from kmportal.lib.prepared import Prepared, prepared
from kmportal.lib.sentences import quoted
from kmportal.lib.succession import Owned, owned_kinds
from organisations.models import Invitation, Membership
from organisations.permissions import Permission, Role
from roadmap.models import Intervention, Programme
from roadmap.reports import giving_url
from techniques.models import Session

SOONEST = (F("starts_on").asc(nulls_last=True), F("ends_on").asc(nulls_last=True), "step", "pk")


@prepared
def _ownerless(membership: Membership) -> QuerySet[Intervention]:
    rows = Intervention.objects.visible_to(membership).filter(programme__is_current=True).without_owner()
    return rows.select_related("programme__organisation").order_by(*SOONEST)[:FETCHED]


def without_owner(membership: Membership) -> list[Need]:
    """What stands in the plan and nobody does."""
    return [
        Need(
            f"Find somebody for {quoted(intervention)}",
            giving_url(intervention, membership.organisation.slug),
            "Choose an owner",
            f"Step {intervention.step}. Nobody does it yet",
            weight=40,
        )
        for intervention in _ownerless(membership)
    ]


@prepared
def _programmes(membership: Membership) -> QuerySet[Programme]:
    return Programme.objects.visible_to(membership)


def programme_to_begin(membership: Membership) -> list[Need]:
    """The first thing of a new lead: everything else of theirs hangs on it."""
    if _programmes.exists(membership):
        return []
    return [
        Need(
            worded("Begin a programme"),
            reverse("programme_new", args=[membership.organisation.slug]),
            "Begin it",
            worded("It can bring the interventions of its first hundred days"),
            weight=45,
        )
    ]


@prepared
def _sessions(membership: Membership) -> QuerySet[Session]:
    return Session.objects.filter(organisation=membership.organisation)


@prepared
def _who_may(membership: Membership, permission: Permission) -> QuerySet[Membership]:
    return Membership.objects.current().filter(organisation=membership.organisation).may(permission)


@prepared
def _who_else_facilitates(membership: Membership) -> QuerySet[Membership]:
    here = Membership.objects.current().filter(organisation=membership.organisation)
    return here.may(Permission.FACILITATE).exclude(role=Role.LEAD)


@prepared
def _invited_as(membership: Membership, role: Role) -> QuerySet[Invitation]:
    return Invitation.objects.open().filter(organisation=membership.organisation, role=role)


def facilitator_to_find(membership: Membership) -> list[Need]:
    """Until the first session: where nobody but the lead could hold one, somebody is asked for."""
    if _sessions.exists(membership) or not _who_may.exists(membership, Permission.PLAN):
        return []
    if _who_else_facilitates.exists(membership) or _invited_as.exists(membership, Role.FACILITATOR):
        return []
    return [
        Need(
            worded("Invite a facilitator"),
            f"{reverse('invitation_new', args=[membership.organisation.slug])}?role={Role.FACILITATOR}",
            "Invite somebody",
            worded("Only the KM lead can hold sessions and check lessons so far"),
            weight=30,
        )
    ]


def lead_to_find(membership: Membership) -> list[Need]:
    """In a new organisation nobody may plan, so that for everybody else each page ends at “ask the KM lead”."""
    if _who_may.exists(membership, Permission.PLAN) or _invited_as.exists(membership, Role.LEAD):
        return []
    return [
        Need(
            worded("Invite the KM lead"),
            f"{reverse('invitation_new', args=[membership.organisation.slug])}?role={Role.LEAD}",
            "Invite somebody",
            worded("Somebody has to plan the programme, and nobody has that role yet"),
            weight=80,
        )
    ]


def incidents_to_name(membership: Membership) -> list[Need]:
    """Until the settings say where incidents are reported."""
    if membership.organisation.incident_url:
        return []
    return [
        Need(
            "Say where incidents are reported",
            f"{reverse('organisation_edit', args=[membership.organisation.slug])}#id_incident_url",
            "Open the settings",
            "Until then “Report an incident” on every page leads to a page of help",
            weight=25,
        )
    ]


def room_to_make(membership: Membership) -> list[Need]:
    """While the disk is nearly full, for there is still time."""
    if has_room():
        return []
    return [
        Need(
            "Have room made on the portal’s disk",
            f"{reverse('organisation_edit', args=[membership.organisation.slug])}#disk",
            "See how much is left",
            "Once it is full nothing is saved any more",
            weight=95,
        )
    ]


def mail_to_set_up(membership: Membership) -> list[Need]:
    """Until mail can leave the machine."""
    if can_leave():
        return []
    return [
        Need(
            "Have e-mail set up",
            f"{reverse('organisation_edit', args=[membership.organisation.slug])}#mail",
            "See what is missing",
            "Nobody gets an invitation, a reminder or a new password by e-mail until then",
            weight=35,
        )
    ]


@cache
def _left(key: str) -> "Prepared[[Membership, date], Any]":
    """What hangs on nobody, of one kind."""
    [owned] = [one for one in owned_kinds() if one.key == key]

    def rows(membership: Membership, today: date) -> QuerySet[Any]:
        here = Membership.objects.current().filter(organisation=membership.organisation)
        found: QuerySet[Any] = owned.to_pass_on(membership, here, on=today)[:FETCHED]
        return found

    return prepared(rows)


def to_pass_on(membership: Membership, today: date) -> list[Need]:
    """What hangs on somebody who cannot come in, or on nobody although somebody must do it: for those who can choose.

    Over everything that a person can be responsible for (``kmportal.lib.succession``).
    """
    return [
        _call_for(owned, row, today)
        for owned in owned_kinds()
        if membership.can(Permission(owned.chosen_by))
        for row in _left(owned.key)(membership, today)
    ]


def _call_for(owned: Owned, row: Any, today: date) -> Need:
    return Need(
        owned.call_for(row),
        owned.chosen_at(row),
        "Choose somebody",
        owned.why_left(row),
        due_in_words(row.due_on, on=today) if isinstance(row, Action) and row.days_late(today) else "",
        weight=75,
    )
