"""The states of a round: holding one while its state decides, the sentences where it says no, and where it leads."""

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from roadmap.models import Programme
from selfassessment.models import Assessment


def lock_assessment(assessment: Assessment) -> Assessment:
    """Row lock: the round as it stands, held until the transaction ends, so that opening, closing and answering take
    turns."""
    rows = Assessment.objects.select_for_update(of=["self"])
    return rows.select_related("organisation", "facilitator").get(pk=assessment.pk)


def require_open(assessment: Assessment) -> None:
    """Refuse unless people can answer now."""
    if assessment.is_draft:
        raise Refusal(worded("Open the round first."))
    if assessment.is_closed:
        raise Refusal(worded("This round is closed."))


def require_closed(assessment: Assessment) -> None:
    """Refuse while there is nothing that could be read."""
    if not assessment.is_closed:
        raise Refusal(worded("Close the round first."))


def require_published(assessment: Assessment) -> None:
    """Refuse while there is no report to read or to decide upon."""
    if not assessment.is_closed:
        raise Refusal(worded("Close the round before you decide what to do about it."))
    if not assessment.is_published:
        raise Refusal("Read the comments and publish the report before you decide what to do about it.")


def programme_for(assessment: Assessment) -> Programme | None:
    """The programme that an accepted suggestion goes to: the round’s own, else the current one."""
    own = assessment.programme
    return own or Programme.objects.filter(organisation=assessment.organisation_id).current().first()
