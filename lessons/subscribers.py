"""What follows: actions that were agreed because of a lesson are for no more readers than it is, and what somebody
looked after in a group that they no longer belong to is looked after by nobody."""

from actionplan.actions import follow_readers
from actionplan.models import Action
from lessons.actions.assets import release_assets
from lessons.models import Lesson
from lessons.workflow import readers_of_actions
from organisations.events import Occurrence


def let_actions_follow(occurrence: Occurrence) -> None:
    """A lesson is for other readers now, and so are its actions."""
    lesson = occurrence.subject
    assert isinstance(lesson, Lesson)  # noqa: S101  what the event is about
    for action in Action.objects.agreed_in(occurrence.ref).select_related("organisation", "group"):
        follow_readers(action, occurrence, **readers_of_actions(lesson))


def release_assets_of_leaver(occurrence: Occurrence) -> None:
    """Somebody was removed from an organisation, and so from these groups."""
    release_assets([int(group) for group in occurrence.texts.get("groups", "").split()], at=occurrence.at)


def release_assets_of_group(occurrence: Occurrence) -> None:
    """Somebody has left what has this group."""
    release_assets([occurrence.subject.group_id], at=occurrence.at)
