"""What happens to a round: prepared, opened, people asked, answered, closed, decided upon."""

from selfassessment.actions.answering import Changed, Choice, Respondent, Saved, answer, finish
from selfassessment.actions.deciding import accept_as_action, accept_as_intervention, reject, undo
from selfassessment.actions.rounds import (
    Invited,
    ask,
    close,
    discard,
    edit,
    open_for_answers,
    prepare,
    remind,
    tell_closing,
    turn_link_off,
    turn_link_on,
)

__all__ = [
    "Changed",
    "Choice",
    "Invited",
    "Respondent",
    "Saved",
    "accept_as_action",
    "accept_as_intervention",
    "answer",
    "ask",
    "close",
    "discard",
    "edit",
    "finish",
    "open_for_answers",
    "prepare",
    "reject",
    "remind",
    "tell_closing",
    "turn_link_off",
    "turn_link_on",
    "undo",
]
