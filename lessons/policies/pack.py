"""Who may answer lessons before work begins."""

from kmportal.lib import things
from kmportal.lib.work import Work
from lessons.models import Lesson, PieceOfWork
from organisations import policies
from organisations.models import Membership
from organisations.permissions import Permission


def may_see_work(membership: Membership | None, work: Work) -> bool:
    """Whoever may see the piece of work, at home. One query."""
    if membership is None or not policies.may(Permission.READ, membership, work.organisation):
        return False
    return bool(things.kind(work.ref.kind).rows_visible_to(membership).filter(pk=work.ref.pk).exists())


def may_answer_pack(membership: Membership | None, work: Work) -> bool:
    """Whoever contributes and may see the piece of work, and whoever leads it."""
    if membership is None or not may_see_work(membership, work):
        return False
    leads = work.leads is not None and work.leads.pk == membership.person_id
    return leads or membership.can(Permission.CONTRIBUTE)


def may_answer_lesson(membership: Membership | None, work: Work, lesson: Lesson) -> bool:
    """Whoever may answer the pack, to a checked lesson that they read. Two queries."""
    if membership is None or not lesson.is_shared or not may_answer_pack(membership, work):
        return False
    return Lesson.objects.visible_to(membership).filter(pk=lesson.pk).exists()


def may_change_work(membership: Membership | None, work: PieceOfWork) -> bool:
    """Whoever described it, and those who plan."""
    if membership is None or not policies.may(Permission.CONTRIBUTE, membership, work.organisation):
        return False
    return work.author_id == membership.person_id or membership.can(Permission.PLAN)
