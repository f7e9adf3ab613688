"""Programmes and interventions as the search knows them."""

from collections.abc import Iterator, Sequence

from organisations.visibility import Reach
from roadmap.models import Intervention, Programme
from search.index import Doc


def programme_documents(programmes: Sequence[Programme]) -> Iterator[Doc]:
    """What can be found of programmes."""
    return map(_programme_document, programmes)


def intervention_documents(interventions: Sequence[Intervention]) -> Iterator[Doc]:
    """What can be found of interventions."""
    return map(_intervention_document, interventions)


def _programme_document(programme: Programme) -> Doc:
    """Every member finds every programme; the current one first."""
    return Doc(
        kind="programme",
        ident=programme.pk,
        organisation=programme.organisation,
        reach=Reach.ORGANISATION,
        group_id=None,
        author_id=None,
        title=programme.name,
        abstract=programme.vision,
        body="\n".join(words for words in (programme.mission, programme.ambition) if words),
        state="current" if programme.is_current else "other",
        year=programme.starts_on.year,
        rank=300 if programme.is_current else 100,
        at=programme.created_at,
    )


def _intervention_document(intervention: Intervention) -> Doc:
    """Every member finds every intervention, by its own words and by those of the catalogue."""
    entry = intervention.entry
    return Doc(
        kind="intervention",
        ident=intervention.pk,
        organisation=intervention.organisation,
        reach=Reach.ORGANISATION,
        group_id=None,
        author_id=intervention.created_by_id,
        title=intervention.title,
        abstract=intervention.summary,
        body="\n".join(words for words in (intervention.output, entry.what if entry else "") if words),
        tags=[intervention.get_step_display(), *intervention.area_names, *([entry.name] if entry else [])],
        state=intervention.state,
        subkind=intervention.kind,
        year=intervention.starts_on.year if intervention.starts_on else None,
        rank=0 if intervention.state == Intervention.State.DROPPED else 200,
        at=intervention.created_at,
    )
