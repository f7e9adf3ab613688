"""Self-assessment: the instrument as data, rounds of it, answers with or without a name, and what was decided.

By aggregate, one file each; Django finds them here.
"""

from selfassessment.models.answers import LAST_VERSION, Answer, AnswerQuerySet, Response, ResponseQuerySet, Withholding
from selfassessment.models.decisions import Decision, DecisionQuerySet
from selfassessment.models.framework import Criterion, Framework, FrameworkQuerySet, Section, Suggestion
from selfassessment.models.rounds import DAYS_TO_READ, Asked, AskedCount, AskedQuerySet, Assessment, AssessmentQuerySet

__all__ = [
    "DAYS_TO_READ",
    "LAST_VERSION",
    "Answer",
    "AnswerQuerySet",
    "Asked",
    "AskedCount",
    "AskedQuerySet",
    "Assessment",
    "AssessmentQuerySet",
    "Criterion",
    "Decision",
    "DecisionQuerySet",
    "Framework",
    "FrameworkQuerySet",
    "Response",
    "ResponseQuerySet",
    "Section",
    "Suggestion",
    "Withholding",
]
