"""Who may do what with a lesson: its moves, its words, its checks, and what it is sorted under."""

from datetime import date

from django.db.models import QuerySet

from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from lessons.models import LIVING, SHARED, Lesson, LessonEvent, LessonMerge, Receipt, SafeAuthor, State
from lessons.policies.risks import may_see_register
from lessons.workflow import MOVES, Who, is_late
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from techniques.models import Session

# Who has checked a lesson as one of several does not check it again.
_CHECKS = frozenset({"claim", "take_over", "identify", "note", "check_in_part"})


def may_write(membership: Membership | None, lesson: Lesson) -> bool:
    """The author while it is with them; once it is checked also those who curate, and its page says so."""
    if membership is None or not policies.may(Permission.CONTRIBUTE, membership, lesson.organisation):
        return False
    is_author = lesson.author_id == membership.person_id
    if lesson.is_ended:
        return False
    if lesson.is_shared:
        return is_author or membership.can(Permission.FACILITATE)
    return is_author and lesson.is_with_author


def why_not_write(membership: Membership, lesson: Lesson) -> str:
    """Why somebody who asks to change a lesson cannot, in words for them."""
    if lesson.author_id == membership.person_id and lesson.is_waiting:
        return worded("This lesson is being reviewed. Take it back first if you want to change it.")
    if lesson.author_id == membership.person_id and lesson.state == State.DECLINED:
        return worded("This lesson was declined and can no longer be changed.")
    if lesson.is_ended:
        return worded("This lesson is no longer in use. Have it brought back before you change it.")
    return worded("Only its author can change this lesson.")


def wrote(membership: Membership, lesson: Lesson) -> bool:
    """Whether this member is its author, also of a safe lesson, which does not say so: nobody checks their own."""
    if not lesson.is_safe:
        return lesson.author_id == membership.person_id
    loaded: bool | None = getattr(lesson, "reader_wrote_it", None)  # ``with_own_marked``, for lists
    if loaded is not None:
        return loaded
    return SafeAuthor.objects.filter(lesson=lesson, person=membership.person_id).exists()


def may_move(membership: Membership | Receipt | None, lesson: Lesson, name: str, *, on: date) -> bool:
    """Whether this member, or whoever holds this receipt, may make this move of the table with the lesson as it stands
    on this day."""
    move = MOVES[name]
    if isinstance(membership, Receipt):
        return move.who is Who.RECEIPT and membership.lesson_id == lesson.pk and lesson.state in move.before
    if membership is None or not policies.belongs(membership, lesson.organisation) or lesson.state not in move.before:
        return False
    is_author = lesson.author_id == membership.person_id
    if move.who is Who.CONTRIBUTOR:
        return membership.can(Permission.CONTRIBUTE)
    if move.who is Who.AUTHOR:
        is_fresh = name != "send_safely" or not was_sent(lesson)
        return is_author and membership.can(Permission.CONTRIBUTE) and is_fresh
    if move.who is Who.RECEIPT or not membership.can(Permission.VALIDATE) or wrote(membership, lesson):
        return False
    holds = lesson.claimed_by_id == membership.person_id
    if name in _CHECKS and has_checked(membership, lesson):
        return False
    if move.who is Who.HOLDER:
        return holds
    return name != "take_over" or (not holds and (is_late(lesson, on=on) or lesson.claimed_by_id is None))


def first_version_for(membership: Membership, lesson: Lesson) -> int:
    """From which version on somebody may read its words: its author and those who check from the first, others from
    the first that was checked, because what the check took out may have named somebody. One query for those."""
    is_here = policies.may(Permission.READ, membership, lesson.organisation)
    if is_here and (lesson.author_id == membership.person_id or membership.can(Permission.VALIDATE)):
        return 1
    checked = lesson.events.filter(after__in=SHARED, revision__isnull=False).order_by("revision__number")
    first: int | None = checked.values_list("revision__number", flat=True).first()
    return first or lesson.words.number


def may_discard(membership: Membership | None, lesson: Lesson) -> bool:
    """The author of a draft that was never sent."""
    is_own = lesson.state == State.DRAFT and may_write(membership, lesson)
    return is_own and not was_sent(lesson)


def has_checked(membership: Membership, lesson: Lesson) -> bool:
    """Whether this member has checked its words as they are now. One query, unless ``checks`` are loaded."""
    return any(
        (one.person_id, one.revision_id, one.withdrawn_at) == (membership.person_id, lesson.revision_id, None)
        for one in lesson.checks.all()
    )


def may_withdraw_check(membership: Membership, lesson: Lesson) -> bool:
    """One’s own, while the lesson waits for others, too."""
    return lesson.is_waiting and membership.can(Permission.VALIDATE) and has_checked(membership, lesson)


def may_ask_expert(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever checks lessons, of one that waits or was checked; never its author."""
    if membership is None or not policies.may(Permission.VALIDATE, membership, lesson.organisation):
        return False
    return (lesson.is_waiting or (lesson.is_shared and not lesson.is_ended)) and not wrote(membership, lesson)


def may_confirm(membership: Membership | None, lesson: Lesson) -> bool:
    """Whether this member may say that a lesson which was changed after its check is still right."""
    if not lesson.is_shared or lesson.is_ended or not lesson.changed_since_validation or lesson.revision is None:
        return False
    if membership is None or not policies.may(Permission.VALIDATE, membership, lesson.organisation):
        return False
    if has_checked(membership, lesson):
        return False
    return membership.person_id != lesson.revision.by_id and not wrote(membership, lesson)


def may_add_action(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever contributes, once the lesson is checked and as long as it is in use."""
    return (
        lesson.is_shared
        and not lesson.is_ended
        and policies.may(Permission.CONTRIBUTE, membership, lesson.organisation)
    )


def may_merge(membership: Membership | None, lesson: Lesson) -> bool:
    """Whether this member may have it go into another one: whoever checks lessons, never its author. It is checked and
    living, or it waits and nobody else has claimed it."""
    if membership is None or not policies.may(Permission.VALIDATE, membership, lesson.organisation):
        return False
    if lesson.merged_into_id is not None:
        return False
    is_at_hand = lesson.claimed_by_id in {None, membership.person_id} if lesson.is_waiting else lesson.state in LIVING
    return is_at_hand and not wrote(membership, lesson)


def may_take_in(membership: Membership | None, lesson: Lesson) -> bool:
    """Whether this member may have another lesson go into this one: it is checked and living, and not their own."""
    return lesson.state in LIVING and may_merge(membership, lesson)


def may_part(membership: Membership | None, merge: LessonMerge) -> bool:
    """Who may take a merge back: whoever could have made it."""
    if membership is None or not policies.may(Permission.VALIDATE, membership, merge.source.organisation):
        return False
    return not (wrote(membership, merge.source) or wrote(membership, merge.target))


def may_curate(membership: Membership | None, organisation: Organisation) -> bool:
    """Who looks after tags, themes and what is incomplete: whoever curates."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_file_under_themes(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever may write it, and of what was sent whoever curates or checks lessons."""
    if membership is None or lesson.merged_into_id is not None or not policies.belongs(membership, lesson.organisation):
        return False
    if may_write(membership, lesson):
        return True
    is_curator = membership.can(Permission.FACILITATE) or membership.can(Permission.VALIDATE)
    return is_curator and (lesson.is_shared or lesson.is_waiting)


def may_see_aging(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever checks lessons, and whoever oversees the programme: which have waited how long for what."""
    return any(policies.may(one, membership, organisation) for one in (Permission.VALIDATE, Permission.OVERSEE))


def may_add_session_action(membership: Membership | None, session: Session) -> bool:
    """Whoever contributes, once the session is closed: until then actions belong to its close."""
    return session.is_closed and policies.may(Permission.CONTRIBUTE, membership, session.organisation)


@prepared
def _shown(lesson: int) -> QuerySet[LessonEvent]:
    return LessonEvent.objects.filter(lesson=lesson).exclude(after=State.DRAFT)


def was_sent(lesson: Lesson) -> bool:
    """Whether somebody else has been shown it."""
    return _shown.exists(lesson.pk)


def allowed(membership: Membership | None, lesson: Lesson, *, on: date) -> frozenset[str]:
    """The names of all moves that this member may make with the lesson as it stands on this day."""
    found = {name for name in MOVES if may_move(membership, lesson, name, on=on)}
    if membership is not None and may_withdraw_check(membership, lesson):
        found.add("withdraw_check")
    others = {
        "write": may_write,
        "discard": may_discard,
        "confirm": may_confirm,
        "add_action": may_add_action,
        "merge": may_merge,
        "file": may_file_under_themes,
        "ask_expert": may_ask_expert,
    }
    return frozenset(found | {name for name, may in others.items() if may(membership, lesson)})


def allowed_in(membership: Membership | None, organisation: Organisation) -> frozenset[str]:
    """What this member may do with lessons in an organisation, whichever lesson it is: log, check, import them."""
    permissions = {
        "log": Permission.CONTRIBUTE,
        "check": Permission.VALIDATE,
        "import": Permission.FACILITATE,
        "set_check_rules": Permission.PLAN,
    }
    found = {name for name, permission in permissions.items() if policies.may(permission, membership, organisation)}
    others = {"see_aging": may_see_aging, "see_risks": may_see_register}
    return frozenset(found | {name for name, may in others.items() if may(membership, organisation)})
