"""Techniques as scripts, and the sessions in which people use them together.

A room is stage data: which prompts, how long, what is written in which column, open or hidden until shown, and what
the close makes of it. No technique has code of its own here. One file for each aggregate; Django finds them here.
"""

from techniques.column_kinds import NOTE_LIMIT
from techniques.models.grouping import GROUP_NAME_LIMIT, NoteGroup
from techniques.models.reactions import COMMENT_LIMIT, Comment, Correction, MeToo
from techniques.models.rooms import NOTED, Note, Participant, ParticipantQuerySet, RoomEvent, check_note_length
from techniques.models.sessions import GRACE, Invitee, Session, SessionQuerySet, Stage
from techniques.models.techniques import Length, Technique, TechniqueQuerySet
from techniques.models.voting import BUDGETS, Ballot, Voting
from techniques.models.wording import WISH_LIMIT, SummaryVersion, Wish, Wording

__all__ = [
    "BUDGETS",
    "COMMENT_LIMIT",
    "GRACE",
    "GROUP_NAME_LIMIT",
    "NOTED",
    "NOTE_LIMIT",
    "WISH_LIMIT",
    "Ballot",
    "Comment",
    "Correction",
    "Invitee",
    "Length",
    "MeToo",
    "Note",
    "NoteGroup",
    "Participant",
    "ParticipantQuerySet",
    "RoomEvent",
    "Session",
    "SessionQuerySet",
    "Stage",
    "SummaryVersion",
    "Technique",
    "TechniqueQuerySet",
    "Voting",
    "Wish",
    "Wording",
    "check_note_length",
]
