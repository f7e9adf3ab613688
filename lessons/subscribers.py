"""What follows a lesson: the actions that were agreed because of it are for no more readers than it is."""

from actionplan.actions import follow_readers
from actionplan.models import Action
from lessons.models import Lesson
from lessons.workflow import readers_of_actions
from organisations.events import Occurrence


def let_actions_follow(occurrence: Occurrence) -> None:
    """A lesson is for other readers now, and so are its actions."""
    lesson = occurrence.subject
    assert isinstance(lesson, Lesson)  # noqa: S101  what the event is about
    for action in Action.objects.agreed_in(occurrence.ref).select_related("organisation", "group"):
        follow_readers(action, occurrence, **readers_of_actions(lesson))
