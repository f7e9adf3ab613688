"""The pages of lessons as plain values: one lesson, the queue, what stands above the lists, and what may be pressed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from django.db.models import QuerySet, prefetch_related_objects
from django.urls import reverse

from actionplan.models import Action
from attachments.reports import Files
from kmportal.lib import things
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look
from lessons import labels, policies
from lessons.labels import Line
from lessons.models import (
    ImportedRow,
    ImportRun,
    LeftNote,
    Lesson,
    LessonEvent,
    LessonQuerySet,
    LessonRevision,
    State,
    Tag,
    Theme,
)
from lessons.reports.checks import ChecksLine, checkers_of
from lessons.reports.comments import CommentPanel
from lessons.reports.ending import EndBox
from lessons.reports.experts import QuestionRow, answers_for
from lessons.reports.files import files_of
from lessons.reports.innovations import InnovationPanel
from lessons.reports.life import LifeBox
from lessons.reports.merging import MergingBox
from lessons.reports.quotes import QuotePanel
from lessons.reports.reuse import ReusePanel
from lessons.reports.tabs import Tabs, build_tabs
from lessons.reports.upkeep import KeeperBox
from lessons.workflow import is_late
from organisations.models import Membership, Person
from organisations.permissions import Permission

# Which panel says where a lesson stands and what comes next: for its author by its state, for others by their move.
_OF_AUTHOR = {
    State.DRAFT: "draft",
    State.RETURNED: "returned",
    State.DECLINED: "declined",
    State.SUBMITTED: "waiting",
    State.IN_REVIEW: "waiting",
}
_OF_OTHERS = {"claim": "free", "identify": "held", "take_over": "overdue"}


@dataclass(frozen=True)
class LessonPage:
    """The page of one lesson. One that another organisation shares has no moves, history or actions; what came of it is
    said at home."""

    lesson: Lesson
    words: LessonRevision
    look: Look
    long_advice: bool
    shared_by: str
    standing: str
    presses: Sequence[Press]
    allowed: frozenset[str]
    is_late: bool
    answer: Line | None
    lines: Sequence[Line]
    actions: Sequence[tuple[Action, int]]
    tags: Sequence[Tag]
    can_follow: bool
    contact_name: str
    known_author: Person | None
    checkers: str
    expert_answers: Sequence[QuestionRow]
    checks: ChecksLine
    contact_has_left: bool
    flags: Sequence[str]
    brought: ImportedRow | None
    who_may_read: str
    reuse: ReusePanel | None
    life: LifeBox
    keeper: KeeperBox | None
    merging: MergingBox
    themes: Sequence[Theme]
    may_have_themes: bool
    files: Files
    wants_words: bool
    new: InnovationPanel | None
    quotes: QuotePanel | None
    talk: CommentPanel | None
    changed_since: str
    has_versions: bool
    end: EndBox
    end_presses: Sequence[Press]

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership, *, on: date) -> "LessonPage":
        """What is offered follows from the policies alone."""
        is_ours = lesson.organisation_id == membership.organisation_id
        contact_name = lesson.contact.partition(",")[0]
        prefetch_related_objects([lesson], "tags")
        lines = _history_of(lesson, membership) if is_ours else []
        allowed = policies.allowed(membership, lesson, on=on)
        files = files_of(lesson, membership)
        return cls(
            lesson=lesson,
            words=lesson.words,
            look=labels.look_of(lesson, membership.organisation_id),
            long_advice=labels.is_long_advice(lesson.words),
            shared_by="" if is_ours else labels.shared_by(lesson),
            standing=_standing_of(lesson, membership, allowed),
            presses=offered(_standing_presses(lesson), allowed),
            allowed=allowed,
            is_late=is_late(lesson, on=on),
            answer=next((line for line in reversed(lines) if line.comment), None),
            lines=lines,
            actions=_actions_of(lesson, membership, on=on) if is_ours else [],
            tags=list(lesson.tags.all()),
            can_follow=bool(policies.followable(membership, lesson)),
            checkers=checkers_of(lesson),
            expert_answers=answers_for(lesson, membership),
            checks=ChecksLine.build(lesson, membership),
            known_author=policies.known_author(membership, lesson),
            contact_name=contact_name,
            contact_has_left=bool(contact_name)
            and not lesson.source
            and Membership.objects.has_left(lesson.organisation_id, contact_name),
            flags=labels.flags_in_words(lesson),
            brought=_row_it_came_from(lesson) if is_ours and lesson.source else None,
            who_may_read=labels.who_may_read(lesson),
            reuse=ReusePanel.build(lesson, membership),
            life=LifeBox.build(lesson, allowed, on=on),
            keeper=KeeperBox.build(lesson, membership),
            merging=MergingBox.build(lesson, membership),
            themes=_themes_of(lesson.pk) if is_ours else [],
            may_have_themes="file" in allowed and _themes.exists(membership),
            files=files,
            wants_words=any(not one.tells for one in (*files.pictures, *files.sounds)),
            new=InnovationPanel.build(lesson, membership),
            quotes=QuotePanel.build(lesson, membership) if lesson.is_shared else None,
            talk=CommentPanel.build(lesson, membership),
            has_versions=is_ours and policies.first_version_for(membership, lesson) < lesson.words.number,
            changed_since=labels.changed_since(lesson),
            end=EndBox.build(lesson, membership),
            end_presses=offered(_ending_presses(lesson), allowed),
        )


@prepared
def _themes(membership: Membership) -> QuerySet[Theme]:
    return Theme.objects.visible_to(membership).in_use()


@prepared
def _themes_of(lesson: int) -> QuerySet[Theme]:
    return Theme.objects.filter(lessons=lesson).in_use()


def _row_it_came_from(lesson: Lesson) -> ImportedRow | None:
    """The last row of a file that made or changed it and was not taken out again."""
    return lesson.imported_rows.that_changed().standing().select_related("run__by").order_by("pk").last()


@prepared
def _events(lesson: int) -> QuerySet[LessonEvent]:
    return LessonEvent.objects.filter(lesson=lesson).select_related("by", "revision").order_by("pk")


def _history_of(lesson: Lesson, membership: Membership) -> list[Line]:
    is_side = lesson.author_id == membership.person_id or membership.can(Permission.VALIDATE)
    return labels.history_lines(_events(lesson.pk), lesson, with_comments=is_side)


@prepared
def _agreed(membership: Membership, lesson: int) -> QuerySet[Action]:
    rows = Action.objects.visible_to(membership).agreed_in(things.Ref("lesson", lesson))
    return rows.select_related("owner", "organisation").by_day()


def _actions_of(lesson: Lesson, membership: Membership, *, on: date) -> list[tuple[Action, int]]:
    """What must change because of it, with the days that it is late."""
    return [(action, action.days_late(on)) for action in _agreed(membership, lesson.pk)]


def _standing_of(lesson: Lesson, membership: Membership, allowed: frozenset[str]) -> str:
    """The panel of the page; empty for a lesson on which nobody has to do anything."""
    if lesson.author_id == membership.person_id:
        return _OF_AUTHOR.get(State(lesson.state), "")
    own_move = next((panel for move, panel in _OF_OTHERS.items() if move in allowed), "")
    return own_move or ("claimed" if lesson.is_waiting else "")


def _standing_presses(lesson: Lesson) -> list[Press]:
    page = partial(_page_of_lesson, lesson)
    words = {State.DRAFT: "Carry on writing", State.RETURNED: "Change it and send it again"}.get(State(lesson.state))
    return [
        *([Press("write", words, page("lesson_edit"), is_form=True)] if words else []),
        Press("send_safely", "Send it without your name", page("lesson_send_safely"), is_form=True, look="quiet"),
        Press("discard", "Delete the draft", page("lesson_discard"), look="quiet"),
        Press("withdraw", "Take it back", page("lesson_withdraw"), look="secondary"),
        Press("claim", "Claim it and check it", page("lesson_claim")),
        Press("identify", "Check it", page("lesson_check"), is_form=True),
        Press("release", "Put it back", page("lesson_release"), look="quiet"),
        Press("take_over", "Take it over", page("lesson_take_over"), look="secondary"),
        Press("withdraw_check", "Take my check back", page("lesson_check_back"), look="quiet"),
    ]


def _ending_presses(lesson: Lesson) -> list[Press]:
    page = partial(_page_of_lesson, lesson)
    retire = "Take it out of use altogether" if lesson.is_ended else "Take it out of use"
    return [
        Press("bring_back", "Bring it back into use", page("lesson_bring_back"), look="secondary"),
        Press("supersede", "A newer one takes its place", page("lesson_supersede"), is_form=True, look="quiet"),
        Press("retire", retire, page("lesson_retire"), is_form=True, look="quiet"),
    ]


def sending_presses(lesson: Lesson, membership: Membership, *, on: date) -> list[Press]:
    """Before it goes: change it once more, or send it as it is."""
    presses = [
        Press("write", "Change it", _page_of_lesson(lesson, "lesson_edit"), is_form=True),
        Press("submit", "Send anyway", _page_of_lesson(lesson, "lesson_send"), look="secondary"),
        Press(
            "send_safely", "Send it without your name", _page_of_lesson(lesson, "lesson_send_safely"),
            is_form=True, look="quiet",
        ),
    ]  # fmt: skip
    is_allowed = {
        "write": policies.may_write(membership, lesson),
        "submit": policies.may_move(membership, lesson, "submit", on=on),
        "send_safely": policies.may_move(membership, lesson, "send_safely", on=on),
    }
    return [press for press in presses if is_allowed[press.move]]


def confirming_presses(lesson: Lesson, membership: Membership, *, on: date) -> list[Press]:
    """Below what was changed after the check; the press says which words were read."""
    read = (("read", str(lesson.revision_id)),)
    press = Press("confirm", "Confirm that it is still right", _page_of_lesson(lesson, "lesson_confirm"), fields=read)
    return offered([press], policies.allowed(membership, lesson, on=on))


def _page_of_lesson(lesson: Lesson, name: str) -> str:
    return reverse(name, args=[lesson.organisation.slug, lesson.pk])


# --- The queue -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QueueRow:
    """One lesson that waits, and what this member may press beside it."""

    lesson: Lesson
    is_late: bool
    presses: Sequence[Press]


@dataclass(frozen=True)
class QueueSection:
    """Rows under one heading."""

    key: str
    heading: str
    rows: Sequence[QueueRow]


@dataclass(frozen=True)
class Queue:
    """All that waits to be checked by one member, in sections, and what was changed since its check."""

    sections: Sequence[QueueSection]
    total: int
    late: int
    changed: Sequence[Lesson]
    left: Sequence[LeftNote]

    @classmethod
    def build(cls, membership: Membership, *, on: date) -> "Queue":
        """Claimed by oneself, free to claim, claimed by others; empty sections are left out."""
        rows = [_build_queue_row(lesson, membership, on=on) for lesson in _waiting_for(membership)]
        me = membership.person_id
        sections = [
            _queue_section("mine", "Claimed by you", rows, lambda lesson: lesson.claimed_by_id == me),
            _queue_section("free", "Waiting to be claimed", rows, lambda lesson: lesson.state == State.SUBMITTED),
            _queue_section(
                "others",
                "Claimed by others",
                rows,
                lambda lesson: lesson.state == State.IN_REVIEW and lesson.claimed_by_id != me,
            ),
        ]
        return cls(
            sections=[section for section in sections if section.rows],
            total=len(rows),
            late=sum(row.is_late for row in rows),
            changed=_changed_for(membership),
            left=list(LeftNote.objects.visible_to(membership).waiting().select_related("group", "organisation")),
        )


def _waiting_for(membership: Membership) -> LessonQuerySet:
    rows = Lesson.objects.waiting_for(membership).with_own_marked(membership)
    near = rows.select_related("organisation", "revision", "author", "group", "claimed_by")
    return near.prefetch_related("checks")


def _changed_for(membership: Membership) -> list[Lesson]:
    rows = Lesson.objects.changed_since_validation(membership).select_related("revision__by", "organisation")
    rows = rows.with_own_marked(membership).prefetch_related("checks")
    return [lesson for lesson in rows if policies.may_confirm(membership, lesson)]


def _build_queue_row(lesson: Lesson, membership: Membership, *, on: date) -> QueueRow:
    page, about = partial(_page_of_lesson, lesson), lesson.words.title
    presses = [
        Press("claim", "Claim it", page("lesson_claim")),
        Press("identify", "Check it", page("lesson_check"), is_form=True),
        Press("take_over", "Take it over", page("lesson_take_over")),
    ]
    small = [replace(press, look="small", about=about) for press in presses]
    return QueueRow(lesson, is_late(lesson, on=on), offered(small, policies.allowed(membership, lesson, on=on)))


def _queue_section(
    key: str, heading: str, rows: Sequence[QueueRow], belongs_here: Callable[[Lesson], bool]
) -> QueueSection:
    return QueueSection(key, heading, [row for row in rows if belongs_here(row.lesson)])


# --- What stands above the lists, and the pages of an import ----------------------------------------------------------


@dataclass(frozen=True)
class ListHead:
    """Above the lists of lessons: the tabs, with how many stand behind them, and what may be pressed."""

    allowed: frozenset[str]
    presses: Sequence[Press]
    tabs: Tabs
    mine_count: int

    @classmethod
    def build(cls, membership: Membership, here: str) -> "ListHead":
        allowed = policies.allowed_in(membership, membership.organisation)
        ours = Lesson.objects.filter(organisation=membership.organisation_id)
        mine = ours.written_by(membership.person).count() if "log" in allowed else 0
        queue = Lesson.objects.waiting_for(membership).count() if "check" in allowed else 0
        return cls(
            allowed=allowed,
            presses=offered(_list_presses(membership), allowed),
            tabs=build_tabs(membership, here, allowed, mine=mine, queue=queue),
            mine_count=mine,
        )


def _list_presses(membership: Membership) -> list[Press]:
    slug = membership.organisation.slug
    return [
        Press("log", worded("Log a lesson"), reverse("lesson_new", args=[slug]), is_form=True, icon="plus"),
        Press("import", worded("Bring lessons in"), reverse("import_list", args=[slug]), is_form=True, look="quiet"),
    ]


def import_presses(run: ImportRun, membership: Membership, *, at: datetime) -> list[Press]:
    """What comes next with a file: trying it out, then bringing its lessons in, if there are any; for a week after that
    they can be taken out again."""
    page = [run.organisation.slug, run.pk]
    presses = [Press("try", "Try it out", reverse("import_try", args=page))]
    if run.state == ImportRun.State.TRIED:
        has_lessons = run.counts["created"] or run.counts["merged"]
        presses = (
            [Press("run", worded("Bring the lessons in"), reverse("import_run", args=page))] if has_lessons else []
        )
    presses.append(
        Press("undo", worded("Take these lessons out again"), reverse("import_undo", args=page), look="quiet")
    )
    return offered(presses, policies.allowed_with_import(membership, run, at=at))
