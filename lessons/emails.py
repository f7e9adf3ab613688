"""Mails about lessons. Each is written into the outbox inside the caller’s transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone

from actionplan.models import Action
from actionplan.tokens import guest_path
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line, quoted
from lessons.models import ExpertQuestion, Lesson, State
from lessons.tokens import expert_path
from organisations.events import Occurrence
from organisations.models import Membership
from techniques.models import Session

_SUBJECTS = {
    State.RETURNED: _("Your lesson came back with a comment"),
    State.DECLINED: _("Your lesson was declined"),
    State.IDENTIFIED: _("Your lesson was checked"),
    State.NOTED: _("Your lesson was checked"),
}


def answer_to_author(lesson: Lesson, occurrence: Occurrence) -> None:
    """Tell the author what became of the lesson they sent, with the comment and where to go on."""
    if lesson.author is None:
        return
    values = {
        "lesson": lesson,
        "who": occurrence.person,
        "comment": occurrence.note,
        "link": absolute(lesson.get_absolute_url()),
        "State": State,
    }
    post(
        lesson.author.email,
        f"{_SUBJECTS[State(lesson.state)]}: {lesson.words.title}"[:200],
        render_to_string("emails/lessons/answer.txt", values),
        key=f"{occurrence.event} {occurrence.entry.pk}",
        at=occurrence.at,
        by=occurrence.by,
    )


def drafts_of_leaver(membership: Membership, drafts: str, *, at: datetime, until: datetime) -> None:
    """Tell somebody who was removed what becomes of what only they can read. ``drafts``: “two lessons”."""
    with membership.organisation.at_home():
        values = {"membership": membership, "drafts": drafts, "until": timezone.localdate(until)}
        body = render_to_string("emails/lessons/drafts_of_leaver.txt", values)
    post(membership.person.email, one_line(f"Your drafts at {membership.organisation}"), body, at=at)


def question_to_expert(question: ExpertQuestion, *, at: datetime) -> None:
    """Ask somebody without account, with the link where they answer."""
    organisation = question.lesson.organisation
    with organisation.at_home():
        values = {"question": question, "link": absolute(expert_path(question))}
        body = render_to_string("emails/lessons/question_to_expert.txt", values)
    post(
        question.email,
        one_line(f"{question.asked_by} at {organisation} asks for your opinion"),
        body,
        key=f"expert {question.pk}",
        at=at,
    )


def actions_of_guest(session: Session, address: str, name: str, actions: Sequence[Action], *, at: datetime) -> None:
    """Tell a guest what they have taken on in a session, and where they say that it is done: they have no account.

    Written once for all time: told again of the same action, they get no second mail.
    """
    lines = [(action, absolute(guest_path(action))) for action in actions]
    values = {"session": session, "name": name, "lines": lines}
    with session.organisation.at_home():
        body = render_to_string("emails/lessons/actions_of_guest.txt", values)
    post(
        address,
        one_line(f"What you promised in {quoted(session.title)}"),
        body,
        key=f"action {actions[0].pk} promised by a guest",
        at=at,
    )
