"""Who may say what came of a lesson, and confirm what it saved."""

from lessons.models import Lesson, Reuse, Saving
from lessons.policies.reading import readable_lessons
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission


def may_say_reuse(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever reads a checked lesson, also one that another organisation shares: they say it at home. One query."""
    if not lesson.is_shared or not isinstance(membership, Membership):
        return False
    is_in = membership.is_current and membership.can(Permission.READ)
    return is_in and readable_lessons.exists(membership, lesson.pk)


def may_change_reuse(membership: Membership | None, reuse: Reuse) -> bool:
    """Whoever said it, and nobody else."""
    is_own = membership is not None and reuse.person_id == membership.person_id
    return is_own and policies.may(Permission.READ, membership, reuse.organisation)


def may_confirm_benefits(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever checks lessons, and whoever oversees the programme."""
    return any(policies.may(one, membership, organisation) for one in (Permission.VALIDATE, Permission.OVERSEE))


def may_decide_saving(membership: Membership | None, saving: Saving) -> bool:
    """Segregation of duties: one of those who may confirm benefits, who can read it and did not say it themselves."""
    reuse = saving.reuse
    if membership is None or not may_confirm_benefits(membership, reuse.organisation):
        return False
    return reuse.person_id != membership.person_id and Reuse.objects.visible_to(membership).filter(pk=reuse.pk).exists()
