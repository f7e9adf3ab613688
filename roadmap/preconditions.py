"""Preconditions of deleting: what was planned by mistake can go as long as nothing else speaks of it."""

from collections.abc import Sequence

from django.db.models import Model, QuerySet

from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Ref
from roadmap.models import Intervention, Programme

# Rows that are part of a thing and go with it.
PARTS = {"changes", "steps", "interventions", "plan_changes"}
HANGS_ON_IT = "“{title}” cannot be deleted: {reason}. Drop it instead, and say why."
BEGUN = "work on it has begun"
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
    return _reason_to_keep_any([intervention])


@prepared
def _begun(programme: int) -> QuerySet[Intervention]:
    waiting = (Intervention.State.PLANNED, Intervention.State.DROPPED)
    return Intervention.objects.filter(programme=programme).exclude(state__in=waiting)


def _reason_to_keep_programme(programme: Programme) -> str:
    if _begun.exists(programme.pk):
        return BEGUN
    return _reason_to_keep_any(list(programme.interventions.all())) or _what_speaks_of(Programme, [programme])


def _reason_to_keep_any(rows: Sequence[Intervention]) -> str:
    """Why these interventions stay, in a few queries for all of them."""
    if any(row.state not in (Intervention.State.PLANNED, Intervention.State.DROPPED) for row in rows):
        return BEGUN
    if Action.objects.agreed_in(*(Ref("intervention", row.pk) for row in rows)).exists():
        return worded("an action was promised for it")
    return _what_speaks_of(Intervention, rows)


def _what_speaks_of(kind: type[Model], things: Sequence[Model]) -> str:
    """The kind of a row of any app that points at one of these things, in words; empty when there is none."""
    for relation in kind._meta.related_objects:
        if relation.get_accessor_name() in PARTS or not things:
            continue
        if relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": things}).exists():
            return f"there is a {relation.related_model._meta.verbose_name} of it"
    return ""
