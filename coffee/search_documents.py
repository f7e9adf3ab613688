"""Coffee trials as the search knows them: name, rule and what came of them. Nobody who takes part."""

from collections.abc import Iterator, Sequence

from coffee.models import Trial
from organisations.visibility import Reach
from search.index import Doc


def documents(trials: Sequence[Trial]) -> Iterator[Doc]:
    """What can be found of those that were not called off."""
    return (_build_document(trial) for trial in trials if trial.state != Trial.State.CANCELLED)


def _build_document(trial: Trial) -> Doc:
    return Doc(
        kind="trial",
        ident=trial.pk,
        organisation=trial.organisation,
        reach=Reach.ORGANISATION,
        group_id=None,
        author_id=None,
        title=trial.title,
        abstract=trial.outcome if trial.shared_at else "",
        body="Randomised coffee trial",
        state=trial.state,
        year=trial.pairs_on.year,
        rank=200,
        at=trial.created_at,
    )
