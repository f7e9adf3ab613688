"""Programmes, interventions, sessions, and work described in words, as pieces of work (``kmportal.lib.work``)."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kmportal.lib.things import Ref
from kmportal.lib.work import KindOfWork, Span, Work
from lessons.models import PieceOfWork
from roadmap.models import Intervention, Programme
from techniques.models import Session

# Of a programme, so many of its interventions describe it: the next ones.
MOST_INTERVENTIONS = 12


def _programme(row: Programme) -> Work:
    coming = row.interventions.under_way().order_by("step", "pk")[:MOST_INTERVENTIONS]
    known = list(coming.values_list("pk", "title", "entry_id"))
    return Work(
        Ref("programme", row.pk),
        row,
        row.name,
        (row.name, row.ambition, row.vision, row.mission, *(title for _, title, _ in known)),
        row.organisation,
        starts_on=row.starts_on,
        leads=row.lead,
        entries=tuple(entry for _, _, entry in known if entry),
        interventions=tuple(pk for pk, _, _ in known),
        is_over=row.ends_on < timezone.localdate(),
    )


def _intervention(row: Intervention) -> Work:
    return Work(
        Ref("intervention", row.pk),
        row,
        row.title,
        (row.title, row.summary, row.output, row.entry.name if row.entry else ""),
        row.organisation,
        starts_on=row.starts_on,
        leads=row.owner,
        entries=(row.entry_id,) if row.entry_id else (),
        interventions=(row.pk,),
        is_over=not row.is_open,
    )


def _session(row: Session) -> Work:
    about = row.intervention
    return Work(
        Ref("session", row.pk),
        row,
        row.title,
        (row.title, row.purpose, f"{about.title} {about.summary}" if about else ""),
        row.organisation,
        starts_on=timezone.localdate(row.starts_at),
        leads=row.facilitator,
        entries=(about.entry_id,) if about and about.entry_id else (),
        interventions=(about.pk,) if about else (),
        technique=row.technique_id,
        is_over=row.is_over,
    )


def _described(row: PieceOfWork) -> Work:
    return Work(
        Ref("work", row.pk),
        row,
        row.title,
        (row.title, row.text),
        row.organisation,
        starts_on=row.starts_on,
        leads=row.author,
        is_over=row.starts_on is not None and row.starts_on < timezone.localdate(),
    )


def _of_people(rows: QuerySet[Any], field: str, people: tuple[int, ...] | None) -> QuerySet[Any]:
    rows = rows.exclude(**{field: None})
    return rows if people is None else rows.filter(**{f"{field}__in": people})


def _programmes(span: Span, people: tuple[int, ...] | None) -> QuerySet[Programme]:
    return _of_people(Programme.objects.filter(starts_on__range=(span.first, span.last)), "lead", people)


def _interventions(span: Span, people: tuple[int, ...] | None) -> QuerySet[Intervention]:
    days = (span.first, span.last)
    planned = Intervention.objects.filter(state=Intervention.State.PLANNED, starts_on__range=days)
    return _of_people(planned, "owner", people)


def _sessions(span: Span, people: tuple[int, ...] | None) -> QuerySet[Session]:
    """But for meetings of action learning sets: nothing that is prepared for them is told to anybody."""
    planned = Session.objects.filter(state=Session.State.PLANNED, starts_at__gte=span.begins, starts_at__lt=span.ends)
    return _of_people(planned.filter(learning_set=None), "facilitator", people)


def _pieces(span: Span, people: tuple[int, ...] | None) -> QuerySet[PieceOfWork]:
    return _of_people(PieceOfWork.objects.filter(starts_on__range=(span.first, span.last)), "author", people)


PROGRAMME = KindOfWork(_programme, _programmes, ("organisation", "lead"))
INTERVENTION = KindOfWork(_intervention, _interventions, ("programme__organisation", "entry", "owner"))
SESSION = KindOfWork(_session, _sessions, ("organisation", "facilitator", "technique", "intervention__entry"))
DESCRIBED = KindOfWork(_described, _pieces, ("organisation", "author"))
