"""Who may do what with a lesson: asked by the action, by the page’s buttons and by the API’s ``allowed``."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from kmportal.lib import things
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import capital
from kmportal.lib.work import Work
from lessons.models import (
    LIVING,
    SHARED,
    Asset,
    AssetPart,
    ExpertQuestion,
    Follow,
    ImportRun,
    Lesson,
    LessonComment,
    LessonEvent,
    LessonFeed,
    LessonMerge,
    PieceOfWork,
    Quote,
    Receipt,
    Reuse,
    Risk,
    SafeAuthor,
    SavedList,
    Saving,
    State,
    Tag,
)
from lessons.workflow import MOVES, Who, is_late
from organisations import policies
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Permission
from techniques.models import Session

# Who has checked a lesson as one of several does not check it again.
_CHECKS = frozenset({"claim", "take_over", "identify", "note", "check_in_part"})
# A file whose lessons are being written, or have been: how it is read stays as it was.
BEGUN = frozenset({ImportRun.State.RUNNING, ImportRun.State.DONE, ImportRun.State.UNDOING, ImportRun.State.UNDONE})
UNDO_WITHIN = timedelta(days=7)


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


def known_author(membership: Membership | None, lesson: Lesson) -> Person | None:
    """Who wrote a safe lesson, for the one who was trusted with it, as long as they check lessons. One query."""
    if not lesson.is_safe or membership is None:
        return None
    if not policies.may(Permission.VALIDATE, membership, lesson.organisation):
        return None
    row = SafeAuthor.objects.filter(lesson=lesson, known_to=membership.person_id).select_related("person").first()
    return row.person if row else None


def is_author_kept(lesson: Lesson) -> bool:
    """Whether anybody can still see who wrote a safe lesson. One query."""
    return SafeAuthor.objects.filter(lesson=lesson).exclude(person=None).exclude(known_to=None).exists()


def may_forget_author(lesson: Lesson) -> bool:
    """By the receipt, once it is answered: checked, also where it is part of another one now, or declined. One that
    went into another unchecked may come out again within some days and wait; until then it keeps its author."""
    if not lesson.is_safe:
        return False
    if lesson.merged_into_id is None or lesson.validated_at is not None:
        return lesson.state in SHARED or lesson.state == State.DECLINED
    merge = LessonMerge.objects.filter(source=lesson, undone_at=None).first()
    return merge is None or not merge.can_be_undone(timezone.now())


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


def allowed_with_import(membership: Membership | None, run: ImportRun, *, at: datetime) -> frozenset[str]:
    """The names of all moves that this member may make with a file of lessons as it stands."""
    if not policies.may(Permission.FACILITATE, membership, run.organisation):
        return frozenset()
    if run.state in BEGUN:
        return frozenset({"undo"}) if can_be_undone(run, at=at) else frozenset()
    return frozenset({"settle", "try", "run"})


def can_be_undone(run: ImportRun, *, at: datetime) -> bool:
    """Whether a file that was brought in, or partly, can be taken out again: only if it is known what came from it. One
    query."""
    State = ImportRun.State
    if run.state == State.DONE:
        is_open = run.finished_at is not None and at - run.finished_at <= UNDO_WITHIN
    else:
        is_open = run.has_stopped and run.state in (State.RUNNING, State.UNDOING)
    return is_open and (run.state == State.UNDOING or run.rows.exists())


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


# --- Innovations -----------------------------------------------------------------------------------------------------


def may_write_innovation(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever may write the lesson."""
    return lesson.kind == Lesson.Kind.INNOVATION and may_write(membership, lesson)


def may_adapt(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever contributes at home and reads one that is checked, also one that another organisation shares. A stopped
    one can be tried again elsewhere. One query."""
    if membership is None or lesson.kind != Lesson.Kind.INNOVATION or not lesson.is_shared or lesson.is_ended:
        return False
    return policies.may(Permission.CONTRIBUTE, membership, membership.organisation) and _readable.exists(
        membership, lesson.pk
    )


# --- Quotes ----------------------------------------------------------------------------------------------------------


def may_add_quote(membership: Membership | None, place: Lesson | Session) -> bool:
    """Whoever contributes, to a checked lesson that is in use and to a session that is closed, which they can read. One
    query."""
    if membership is None or not policies.may(Permission.CONTRIBUTE, membership, place.organisation):
        return False
    if isinstance(place, Session):
        return place.is_closed and Session.objects.visible_to(membership).filter(pk=place.pk).exists()
    return place.is_shared and not place.is_ended and _readable.exists(membership, place.pk)


def may_answer_quote(membership: Membership | None, quote: Quote) -> bool:
    """Who said it."""
    is_theirs = membership is not None and quote.person_id == membership.person_id
    return is_theirs and policies.may(Permission.READ, membership, quote.organisation)


def may_withdraw_quote(membership: Membership | None, quote: Quote) -> bool:
    """Who said it, whenever they like; whoever wrote it in; and who checks lessons, for those without an account."""
    if membership is None or not policies.may(Permission.READ, membership, quote.organisation):
        return False
    if membership.person_id in {quote.person_id, quote.noted_by_id}:
        return True
    return quote.stands and membership.can(Permission.VALIDATE)


# --- Comments --------------------------------------------------------------------------------------------------------


def may_comment(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever reads a checked lesson that is in use; one of another organisation is talked about at home. One query."""
    return not lesson.is_ended and may_say_reuse(membership, lesson)


def may_read_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """As the queryset says it. One query."""
    if not isinstance(membership, Membership) or not (membership.is_current and membership.can(Permission.READ)):
        return False
    return LessonComment.objects.visible_to(membership).filter(pk=comment.pk).exists()


def may_withdraw_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """Its writer, also one that was hidden, and of a lesson that is out of their reach by now."""
    is_own = membership is not None and comment.author_id == membership.person_id
    return is_own and policies.may(Permission.READ, membership, comment.organisation)


def may_change_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """Its writer, as long as it stands there."""
    return may_withdraw_comment(membership, comment) and may_read_comment(membership, comment)


def may_hide_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """Moderation: whoever checks lessons and reads it, never its writer."""
    if membership is None or not policies.may(Permission.VALIDATE, membership, comment.organisation):
        return False
    return comment.author_id != membership.person_id and may_read_comment(membership, comment)


def may_show_comment(membership: Membership | None, comment: LessonComment) -> bool:
    return may_hide_comment(membership, comment)


# --- Posters ---------------------------------------------------------------------------------------------------------


def has_poster(organisation: Organisation, group: Group) -> bool:
    """Whether a group can have one: a unit or a team, whose wall people pass."""
    return group.organisation_id == organisation.pk and group.kind in {Group.Kind.UNIT, Group.Kind.TEAM}


# --- What came of a lesson -------------------------------------------------------------------------------------------


@prepared
def _readable(membership: Membership, lesson: int) -> QuerySet[Lesson]:
    return Lesson.objects.visible_to(membership).filter(pk=lesson)


def may_say_reuse(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever reads a checked lesson, also one that another organisation shares: they say it at home. One query."""
    if not lesson.is_shared or not isinstance(membership, Membership):
        return False
    is_in = membership.is_current and membership.can(Permission.READ)
    return is_in and _readable.exists(membership, lesson.pk)


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


# --- Knowledge assets ------------------------------------------------------------------------------------------------


def may_read_asset(membership: Membership | None, asset: Asset) -> bool:
    """As the queryset says it. One query."""
    return isinstance(membership, Membership) and (
        membership.is_current and Asset.objects.visible_to(membership).filter(pk=asset.pk).exists()
    )


def may_write_asset(membership: Membership | None, asset: Asset) -> bool:
    """The author of a draft. Once it is published: its author, whoever looks after it or stands in, the people of its
    group, and those who facilitate, as far as they can read it."""
    if membership is None or not policies.may(Permission.CONTRIBUTE, membership, asset.organisation):
        return False
    if asset.is_draft:
        return asset.author_id == membership.person_id
    if not may_read_asset(membership, asset):
        return False
    theirs = {asset.author_id, asset.owner_id, asset.deputy_id}
    if membership.person_id in theirs or membership.can(Permission.FACILITATE):
        return True
    return (
        asset.group_id is not None
        and GroupMembership.objects.in_force(membership).filter(group_id=asset.group_id).exists()
    )


def may_share_asset(membership: Membership | None, asset: Asset) -> bool:
    """Who may say who else reads it: its author, and whoever looks after it."""
    return membership is not None and membership.person_id in {asset.author_id, asset.owner_id}


def may_publish_asset(membership: Membership | None, asset: Asset) -> bool:
    return asset.is_draft and may_write_asset(membership, asset)


def may_keep_asset(membership: Membership | None, asset: Asset) -> bool:
    """Say that it still holds."""
    return not asset.is_draft and may_write_asset(membership, asset)


def may_check_asset(membership: Membership | None, asset: Asset) -> bool:
    """Whoever contributes, reads it, and wrote neither it nor its words of today."""
    if asset.is_draft or asset.is_checked or membership is None:
        return False
    if not policies.may(Permission.CONTRIBUTE, membership, asset.organisation):
        return False
    writers = asset.revisions.filter(number=asset.number).values_list("by", flat=True)
    return membership.person_id not in {asset.author_id, *writers} and may_read_asset(membership, asset)


def may_take_asset(membership: Membership | None, asset: Asset) -> bool:
    """Whoever may write it can look after what nobody or somebody else looks after."""
    is_own = membership is not None and asset.owner_id == membership.person_id
    return not asset.is_draft and not is_own and may_write_asset(membership, asset)


def may_remove_part(membership: Membership | None, part: AssetPart) -> bool:
    """Whoever may write it, and whoever is named as somebody to ask and would rather not be."""
    is_oneself = membership is not None and part.person_id is not None and part.person_id == membership.person_id
    return may_write_asset(membership, part.asset) or (is_oneself and may_read_asset(membership, part.asset))


def allowed_with_asset(membership: Membership | None, asset: Asset) -> frozenset[str]:
    """The names of all moves that this member may make with a knowledge asset as it stands."""
    found = {
        "write": may_write_asset,
        "publish": may_publish_asset,
        "discard": may_publish_asset,
        "check": may_check_asset,
        "take": may_take_asset,
        "keep": may_keep_asset,
    }
    return frozenset(name for name, may in found.items() if may(membership, asset))


# --- Knowledge at risk -----------------------------------------------------------------------------------------------


def may_see_register(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever curates, and whoever oversees the programme, reads all of it. Others read what they see to or know."""
    return any(policies.may(one, membership, organisation) for one in (Permission.FACILITATE, Permission.OVERSEE))


def may_add_risk(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever curates."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_read_leaving(membership: Membership | None, risk: Risk) -> bool:
    """Who may read when others leave who know about it: whoever reads the register, and whoever sees to it."""
    return may_see_register(membership, risk.organisation) or _sees_to(membership, risk)


def may_write_risk(membership: Membership | None, risk: Risk) -> bool:
    """Whoever curates, and whoever sees to it."""
    return may_add_risk(membership, risk.organisation) or _sees_to(membership, risk)


def may_begin_asset_of(membership: Membership | None, risk: Risk) -> bool:
    """Whoever sees to it: a draft is its author’s alone."""
    return _sees_to(membership, risk)


def _sees_to(membership: Membership | None, risk: Risk) -> bool:
    is_theirs = membership is not None and risk.owner_id == membership.person_id
    return is_theirs and policies.may(Permission.CONTRIBUTE, membership, risk.organisation)


def allowed_with_risk(membership: Membership | None, risk: Risk) -> frozenset[str]:
    """The names of all moves that this member may make with a topic as it stands."""
    if not may_write_risk(membership, risk):
        return frozenset()
    if risk.is_settled:
        return frozenset({"reopen"})
    begins = risk.asset_id is None and may_begin_asset_of(membership, risk)
    return frozenset({"write", "settle"} | ({"begin_asset"} if begins else set()))


# --- Before somebody starts ------------------------------------------------------------------------------------------


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


# --- Following -------------------------------------------------------------------------------------------------------


@prepared
def _is_here(organisation: int, person: int) -> QuerySet[Membership]:
    return Membership.objects.current().filter(organisation=organisation, person=person)


def followable(membership: Membership, lesson: Lesson) -> dict[str, Tag | Group | Person]:
    """What of a checked lesson its reader may follow, by a key: its tags, its group, and its author where the page
    names them and they still belong here. The tags, groups and people of another organisation are not ours to list."""
    if not lesson.is_shared or lesson.organisation_id != membership.organisation_id:
        return {}
    found: dict[str, Tag | Group | Person] = {f"tag-{tag.pk}": tag for tag in lesson.tags.all()}
    if lesson.group is not None:
        found["group"] = lesson.group
    author = None if lesson.source or lesson.author_id == membership.person_id else lesson.author
    if author is not None and _is_here.exists(lesson.organisation_id, author.pk):
        found["author"] = author
    return found


def may_follow(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever reads a checked lesson of their own organisation. One query."""
    if membership is None or not policies.may(Permission.READ, membership, lesson.organisation):
        return False
    return lesson.is_shared and _readable.exists(membership, lesson.pk)


def is_own_follow(membership: Membership | None, follow: Follow | LessonFeed | SavedList) -> bool:
    """What somebody follows, the address of a feed, and a list under a name are their own."""
    return membership is not None and membership.is_current and follow.membership_id == membership.pk
