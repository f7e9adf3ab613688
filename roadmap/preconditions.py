"""Preconditions of deleting: what was planned by mistake can go as long as nothing else speaks of it."""

from django.db.models import Model

from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.things import Ref
from roadmap.models import Intervention, Programme

# Rows that are part of a thing and go with it.
PARTS = {"changes", "steps", "interventions", "plan_changes"}
HANGS_ON_IT = "“{title}” cannot be deleted: {reason}. Drop it instead, and say why."
HANGS_ON_PROGRAMME = "“{title}” cannot be deleted: {reason}."


def is_untouched(intervention: Intervention) -> bool:
    """Whether it was only planned: it has not begun, and no session, lesson, decision or action comes of it."""
    return not _reason_to_keep(intervention)


def require_untouched(intervention: Intervention) -> None:
    """Raise ``Refusal`` where something hangs on it."""
    if reason := _reason_to_keep(intervention):
        raise Refusal(HANGS_ON_IT.format(title=intervention, reason=reason))


def is_programme_untouched(programme: Programme) -> bool:
    """Whether nothing but mistaken interventions hangs on it."""
    return not _reason_to_keep_programme(programme)


def require_programme_untouched(programme: Programme) -> None:
    """Raise ``Refusal`` where something hangs on it, or on an intervention of it."""
    if reason := _reason_to_keep_programme(programme):
        raise Refusal(HANGS_ON_PROGRAMME.format(title=programme, reason=reason))


def _reason_to_keep(intervention: Intervention) -> str:
    if intervention.state not in (Intervention.State.PLANNED, Intervention.State.DROPPED):
        return "it has begun"
    if Action.objects.agreed_in(Ref("intervention", intervention.pk)).exists():
        return worded("an action was promised for it")
    return _what_speaks_of(intervention)


def _reason_to_keep_programme(programme: Programme) -> str:
    if reason := _what_speaks_of(programme):
        return reason
    for intervention in programme.interventions.all():
        if reason := _reason_to_keep(intervention):
            return f"{reason} (“{intervention}”)"
    return ""


def _what_speaks_of(thing: Model) -> str:
    """The kind of a row of any app that points at this thing, in words; empty when there is none."""
    for relation in thing._meta.related_objects:
        name = relation.get_accessor_name()
        if name in PARTS:
            continue
        rows = relation.related_model._default_manager.filter(**{relation.field.name: thing})
        if rows.exists():
            return f"there is a {relation.related_model._meta.verbose_name} of it"
    return ""
