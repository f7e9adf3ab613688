"""An action as the search knows it."""

from collections.abc import Iterator, Sequence

from actionplan.models import Action
from kmportal.lib import things
from search.index import Doc


def documents(actions: Sequence[Action]) -> Iterator[Doc]:
    """What can be found of them: also by the name of the owner and of where it was agreed, as both are called today."""
    sources = things.titles(action.source for action in actions if action.source)
    for action in actions:
        source = sources.get(action.source, "") if action.source else ""
        yield _build_document(action, source)


def _build_document(action: Action, source: str) -> Doc:
    """In the index its owner stands as author, so that they always find it."""
    return Doc(
        kind="action",
        ident=action.pk,
        organisation=action.organisation,
        reach=action.reach,
        group_id=action.group_id,
        author_id=action.owner_id or action.author_id,
        title=action.title,
        abstract=action.detail,
        tags=[words for words in (action.owner.name if action.owner else "", source) if words],
        state=action.state,
        rank=100 if action.state == Action.State.OPEN else 0,
        at=action.created_at,
    )
