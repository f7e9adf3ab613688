"""What waits among rounds of self-assessment: to answer, to close, to read, and to decide."""

from datetime import date

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from dashboards.gaps import LatestRound
from dashboards.todo.need import FETCHED, Need
from kmportal.lib.days import day_in_words, due_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import quoted
from organisations.models import Membership
from selfassessment.models import Assessment


@prepared
def _waiting_for(membership: Membership) -> QuerySet[Assessment]:
    return Assessment.objects.waiting_for(membership).select_related("framework")


def answers_owed(membership: Membership, today: date) -> list[Need]:
    """Rounds that ask this member."""
    return [
        Need(
            f"Answer {quoted(assessment)}",
            reverse("assessment_answer", args=[membership.organisation.slug, assessment.pk]),
            "Answer",
            f"About {assessment.framework.minutes} minutes, in one go or several. "
            f"Open until {day_in_words(assessment.closes_on, on=today)}",
            weight=65,
        )
        for assessment in _waiting_for(membership)
    ]


@prepared
def _over(membership: Membership, today: date) -> QuerySet[Assessment]:
    rows = Assessment.objects.visible_to(membership).open().filter(closes_on__lt=today, facilitator=membership.person)
    return rows.select_related("organisation")


def rounds_to_close(membership: Membership, today: date) -> list[Need]:
    """Rounds whose last day has passed."""
    return [
        Need(
            f"Close {quoted(assessment)} and read the results",
            assessment.get_absolute_url(),
            "Close",
            late=due_in_words(assessment.closes_on, on=today),
            weight=58,
        )
        for assessment in _over(membership, today)
    ]


@prepared
def _unread(membership: Membership) -> QuerySet[Assessment]:
    return (
        Assessment.objects.visible_to(membership)
        .unread()
        .select_related("organisation")
        .order_by("closed_at")[:FETCHED]
    )


def comments_to_read(membership: Membership, today: date) -> list[Need]:
    """Closed rounds that wait for somebody to read what people wrote: for everybody who runs rounds, so that none hangs
    on one person."""
    return [
        Need(
            f"Read the comments of {quoted(assessment)} and publish them",
            reverse("assessment_comments", args=[membership.organisation.slug, assessment.pk]),
            "Read the comments",
            _when_published(assessment, today),
            weight=62 if assessment.facilitator_id == membership.person_id else 48,
        )
        for assessment in _unread(membership)
    ]


def _when_published(assessment: Assessment, today: date) -> str:
    if assessment.is_published or assessment.publishes_on is None:
        return "Its figures are published already"
    return f"Its figures are published {day_in_words(assessment.publishes_on, on=today)} in any case"


def undecided_gaps(latest: LatestRound) -> list[Need]:
    """Suggestions of the latest round of which nobody has said yes or no."""
    count = len(latest.undecided)
    if not count:
        return []
    them = worded(ngettext("suggestion", "suggestions", count))
    return [
        Need(
            f"Decide on {intcomma(count)} {them} from {quoted(latest.title)}",
            f"{latest.url}#do",
            "Decide",
            ", ".join(latest.undecided[:3]),
            weight=45,
            number=count,
        )
    ]
