"""A round of assessment as the search knows it."""

from organisations.visibility import Reach
from search.index import Doc
from selfassessment.models import Assessment


def of_assessment(assessment: Assessment) -> Doc:
    """Title, for whom, state. Never a word or a figure of the answers."""
    return Doc(
        kind="assessment",
        ident=assessment.pk,
        organisation=assessment.organisation,
        reach=Reach.ORGANISATION,
        group_id=None,
        author_id=assessment.created_by_id,
        title=assessment.title,
        abstract=f"Self-assessment: {assessment.for_whom}",
        url_name="assessment_detail",
        url_args=[assessment.organisation.slug, assessment.pk],
        state=assessment.state,
        at=assessment.closed_at or assessment.opened_at,
    )
