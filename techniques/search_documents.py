"""Sessions and techniques as the search knows them: words of plan, agreed summary and card. Never a note."""

from collections.abc import Iterable, Iterator

from organisations.visibility import Reach
from search.index import Doc
from techniques.models import Session, Technique


def session_documents(sessions: Iterable[Session]) -> Iterator[Doc]:
    """What can be found of sessions; those that were cancelled cannot, and those of an action learning set never."""
    return (
        _session_document(session)
        for session in sessions
        if session.state != Session.State.CANCELLED and session.learning_set_id is None
    )


def technique_documents(techniques: Iterable[Technique]) -> Iterator[Doc]:
    """What can be found of techniques."""
    return map(_technique_document, techniques)


def _session_document(session: Session) -> Doc:
    """Every member finds every session that was not cancelled, by the words of its plan and of its summary.

    The words stand in the order of their keys: PostgreSQL keeps JSON in an order of its own, and what was just written
    would look changed when it is read again.
    """
    return Doc(
        kind="session",
        ident=session.pk,
        organisation=session.organisation,
        reach=Reach.ORGANISATION,
        group_id=session.group_id,
        author_id=session.created_by_id,
        title=session.title,
        abstract=session.purpose,
        body="\n".join([session.technique.name, *(words for _, words in sorted(session.summary.items()))]),
        state=session.state,
        subkind=session.technique.key,
        year=session.starts_at.year,
        rank=200,
        at=session.starts_at,
    )


def _technique_document(technique: Technique) -> Doc:
    """Everybody finds the card of a shipped technique; an own copy is found in its organisation."""
    card = technique.card
    return Doc(
        kind="technique",
        ident=technique.pk,
        organisation=technique.organisation,
        reach=Reach.ORGANISATION if technique.organisation else Reach.NETWORK,
        group_id=None,
        author_id=None,
        title=technique.name,
        abstract=technique.purpose,
        body="\n".join([*card.use_when, *(stage.name for stage in technique.stages)]),
        tags=card.aliases,
        subkind=technique.moment,
        rank=100,
    )
