"""A round of assessment as the search knows it."""

from collections.abc import Iterator, Sequence

from kmportal.lib.domain_words import worded
from organisations.visibility import Reach
from search.index import Doc
from selfassessment.models import Assessment


def documents(rounds: Sequence[Assessment]) -> Iterator[Doc]:
    """What can be found of rounds; one that was never opened cannot."""
    return (_assessment_document(one) for one in rounds if one.state != Assessment.State.DRAFT)


def _assessment_document(assessment: Assessment) -> Doc:
    """Title, for whom, state. Never a word or a figure of the answers."""
    return Doc(
        kind="assessment",
        ident=assessment.pk,
        organisation=assessment.organisation,
        reach=Reach.ORGANISATION,
        group_id=None,
        author_id=assessment.created_by_id,
        title=assessment.title,
        abstract=f"{worded('Self-assessment')}: {_for_whom_in_a_list(assessment)}",
        state=assessment.state,
        at=assessment.closed_at or assessment.opened_at,
    )


def _for_whom_in_a_list(assessment: Assessment) -> str:
    """Whoever reads a list is not the one who answers."""
    is_individual = assessment.capacity == Assessment.Capacity.INDIVIDUAL
    return "each for themselves" if is_individual else assessment.for_whom
