"""Mails about lessons. Each is written into the outbox inside the caller’s transaction."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from actionplan.models import Action
from actionplan.tokens import guest_path
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line, quoted
from lessons.models import Lesson, LessonEvent, State
from techniques.models import Session

_SUBJECTS = {
    State.RETURNED: "Your lesson came back with a comment",
    State.DECLINED: "Your lesson was declined",
    State.IDENTIFIED: "Your lesson was checked",
    State.NOTED: "Your lesson was checked",
}


def answer(lesson: Lesson, event: LessonEvent) -> None:
    """Tell the author what became of the lesson they sent, with the comment and where to go on."""
    if lesson.author is None or event.by is None:
        return
    values = {"lesson": lesson, "event": event, "link": absolute(lesson.get_absolute_url()), "State": State}
    post(
        lesson.author.email,
        f"{_SUBJECTS[State(event.after)]}: {lesson.words.title}"[:200],
        render_to_string("emails/lessons/answer.txt", values),
        key=f"lesson {lesson.pk} answer {event.pk}",
    )


def promised(session: Session, address: str, name: str, actions: Sequence[Action]) -> None:
    """Tell a guest what they have promised in a session, and where they say that it is done: they have no account."""
    promises = [(action, absolute(guest_path(action))) for action in actions]
    values = {"session": session, "name": name, "promises": promises}
    post(
        address,
        one_line(f"What you promised in {quoted(session.title)}"),
        render_to_string("emails/lessons/promised.txt", values),
        key=f"action {actions[0].pk} promised by a guest",
    )
