"""Who reads what an expert outside was asked of a lesson, and when the link opens nothing."""

from datetime import date

from kmportal.lib.sentences import capital
from lessons.models import ExpertQuestion, Lesson
from organisations.models import Membership
from organisations.permissions import Permission


def may_read_experts(membership: Membership, lesson: Lesson) -> bool:
    """Those who check, and its author."""
    if lesson.organisation_id != membership.organisation_id:
        return False
    return lesson.author_id == membership.person_id or membership.can(Permission.VALIDATE)


def why_closed_to_expert(question: ExpertQuestion, *, on: date) -> str:
    """Why a link opens nothing, in words for whoever holds it; empty while it does. ``question.lesson`` is loaded."""
    lesson, who = question.lesson, question.asked_by or "whoever asked you"
    if question.answered_at is not None:
        return f"Your answer has reached {who}. There is nothing more to do."
    if question.revoked_at is not None:
        return f"The link was taken back. If you think that this is a mistake, ask {who}."
    if question.is_over(on):
        return f"It was open for 30 days. If you would still like to answer, ask {who} for a new link."
    if lesson.revision_id != question.revision_id:
        return f"The words have been changed since. Ask {who} for a new link."
    if not (lesson.is_waiting or lesson.is_shared) or lesson.is_ended:
        return f"It is no longer asked for. Thank you all the same. {capital(str(who))} can tell you more."
    return ""
