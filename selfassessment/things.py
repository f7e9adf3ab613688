"""What rounds of assessment and decisions are called where others point at them, and how they are found."""

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.sentences import quoted
from kmportal.lib.things import Thing
from selfassessment.labels import STATES
from selfassessment.models import Assessment, Decision
from selfassessment.search_documents import documents


def _decision_title(decision: Decision) -> str:
    return f"{worded('Gap report')} {quoted(decision.assessment)}, {decision.criterion}"


ASSESSMENT = Thing(
    kind="assessment",
    word=_("Assessment"),
    words=_("Assessments"),
    model="selfassessment.Assessment",
    icon="circle-check",
    page="assessment_detail",
    related=("organisation", "framework"),
    states=STATES,
    search_documents=documents,
    indexed=lambda: Assessment.objects.select_related("organisation", "framework"),
)
DECISION = Thing(
    kind="decision",
    word="Decision",
    model="selfassessment.Decision",
    page="gap_report",
    page_args=lambda decision: [decision.assessment_id],
    title=_decision_title,
    related=("assessment__organisation", "criterion"),
)
