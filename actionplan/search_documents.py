"""An action as the search knows it."""

from actionplan.models import Action
from search.index import Doc


def document(action: Action) -> Doc:
    """What can be found of it. In the index its owner stands as author, so that they always find it."""
    return Doc(
        kind="action",
        ident=action.pk,
        organisation=action.organisation,
        reach=action.reach,
        group_id=action.group_id,
        author_id=action.owner_id or action.author_id,
        title=action.title,
        abstract=action.detail,
        tags=[words for words in (action.owner.name if action.owner else "", action.source) if words],
        state=action.state,
        url_name="action_detail",
        url_args=[action.organisation.slug, action.pk],
        rank=100 if action.state == Action.State.OPEN else 0,
        at=action.created_at,
    )
