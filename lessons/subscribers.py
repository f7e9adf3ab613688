"""What follows: whoever follows something of a lesson is told, actions that were agreed because of it are for no more
readers than it is, and what somebody looked after in a group that they no longer belong to is looked after by nobody.
"""

from actionplan.actions import follow_readers
from actionplan.models import Action
from jobs.actions import enqueue
from kmportal.lib.domain_words import worded
from lessons import emails
from lessons.actions.assets import release_assets
from lessons.actions.leaving import KEPT_FOR
from lessons.actions.life import lose_agreement
from lessons.actions.risk_holders import note_leaver, note_return
from lessons.actions.upkeep import begin_upkeep
from lessons.events import Event
from lessons.models import Follow, Lesson, LessonFeed, State
from lessons.reports.leaving import drafts_of
from lessons.workflow import readers_of_actions, readers_of_both
from organisations.events import Occurrence
from organisations.models import Membership


def let_actions_follow(occurrence: Occurrence) -> None:
    """A lesson is for other readers now, and so are its actions. Those of work that uses it lose the readers that it
    has lost; the work does not gain any."""
    lesson = occurrence.subject
    assert isinstance(lesson, Lesson)  # noqa: S101  what the event is about
    agreed = Action.objects.agreed_in(occurrence.ref) | Action.objects.filter(pack_answers__lesson=lesson.pk)
    for action in agreed.distinct().select_related("organisation", "group"):
        readers = readers_of_both(lesson, action.organisation_id, action.reach, action.group)
        if action.source == occurrence.ref:
            readers = readers_of_actions(lesson)
        follow_readers(action, occurrence, **readers)


def follow_dropped_action(occurrence: Occurrence) -> None:
    """Of a lesson whose last action was dropped or taken out, nobody changes anything any more."""
    action = occurrence.subject
    assert isinstance(action, Action)  # noqa: S101  what the event is about
    if action.source_kind != "lesson":
        return
    lesson = Lesson.objects.filter(pk=action.source_ident or 0, state=State.ACTION_AGREED).first()
    if lesson is not None:
        lose_agreement(lesson, at=occurrence.at, but=action)


def tell_followers_later(occurrence: Occurrence) -> None:
    """A lesson was checked, or belongs to further themes: whoever follows something of it is told, by work that may
    take its time."""
    themes = occurrence.texts.get("new", "")
    if occurrence.event == Event.LESSON_FILED and not themes:
        return
    enqueue(
        "lessons.tasks.tell_followers",
        {"entry_id": occurrence.entry.pk, "themes": themes},
        title=worded("Tell people of a lesson that they follow"),
        at=occurrence.at,
        key=f"followers {occurrence.entry.pk}",
        organisation=occurrence.organisation,
    )


def let_author_keep(occurrence: Occurrence) -> None:
    """A lesson was checked: from now on somebody looks after it."""
    begin_upkeep(occurrence.subject)


def release_assets_of_leaver(occurrence: Occurrence) -> None:
    """Somebody was removed from an organisation, and so from these groups."""
    release_assets([int(group) for group in occurrence.texts.get("groups", "").split()], at=occurrence.at)


def note_knowledge_that_left(occurrence: Occurrence) -> None:
    """Somebody was removed: what they know about is at risk from today."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    note_leaver(membership, at=occurrence.at)


def note_knowledge_that_is_back(occurrence: Occurrence) -> None:
    """Somebody is here, perhaps again: what they know about is not at risk because they left."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    note_return(membership, at=occurrence.at)


def forget_follows_of_leaver(occurrence: Occurrence) -> None:
    """Somebody was removed: what they followed and the addresses of their feeds go, and do not come back with them."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    LessonFeed.objects.filter(membership=membership).delete()
    Follow.objects.filter(membership=membership).delete()


def tell_leaver_of_drafts(occurrence: Occurrence) -> None:
    """Somebody was removed: they are told what becomes of the drafts that nobody else can read."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    drafts = drafts_of(membership)
    if drafts.closed:
        emails.drafts_of_leaver(membership, drafts.closed, at=occurrence.at, until=occurrence.at + KEPT_FOR)


def release_assets_of_group(occurrence: Occurrence) -> None:
    """Somebody has left what has this group."""
    release_assets([occurrence.subject.group_id], at=occurrence.at)
