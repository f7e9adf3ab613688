"""Who may say who looks after a lesson, and answer whether it is still right."""

from datetime import date

from lessons.models import LIVING, Lesson, ReviewTurn, Upkeep
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission


def may_set_months(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever curates says after how long lessons are looked at again."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_be_kept(lesson: Lesson) -> bool:
    """Whether somebody can look after it: it is checked, in use, and a lesson of its own."""
    return lesson.state in LIVING and lesson.merged_into_id is None


def may_choose_keeper(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever curates, or checks lessons, and whoever looks after it. One query at most."""
    if membership is None or not may_be_kept(lesson):
        return False
    if not policies.may(Permission.CONTRIBUTE, membership, lesson.organisation):
        return False
    if membership.can(Permission.FACILITATE) or membership.can(Permission.VALIDATE):
        return True
    return Upkeep.objects.filter(lesson=lesson, owner=membership.person_id).exists()


def keeper_today(upkeep: Upkeep, able: frozenset[int], *, on: date) -> int | None:
    """Who is asked: its owner, or the deputy while the owner is away or can no longer do it. ``able``: the people who
    may."""
    owner = upkeep.owner if upkeep.owner_id in able else None
    deputy = upkeep.deputy if upkeep.deputy_id in able else None
    if owner is not None and deputy is not None and owner.is_away(on) and not deputy.is_away(on):
        return deputy.pk
    return owner.pk if owner is not None else deputy.pk if deputy is not None else None


def may_answer_turn(membership: Membership | None, turn: ReviewTurn) -> bool:
    """Whoever was asked, as long as they may contribute here and read it."""
    if membership is None or turn.person_id != membership.person_id or not membership.is_current:
        return False
    if not policies.may(Permission.CONTRIBUTE, membership, turn.lesson.organisation):
        return False
    return Lesson.objects.visible_to(membership).filter(pk=turn.lesson_id).exists()
