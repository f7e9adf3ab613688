"""Techniques as scripts, and the sessions in which people use them together.

A room is stage data: which prompts, how long, what is written in which column, open or hidden until shown, and what
the close makes of it. No technique has code of its own here. One file for each aggregate; Django finds them here.
"""

from techniques.column_kinds import NOTE_LIMIT
from techniques.models.rooms import Note, Participant, ParticipantQuerySet, RoomEvent, check_note_length
from techniques.models.sessions import Invitee, Session, SessionQuerySet, Stage
from techniques.models.techniques import Length, Technique, TechniqueQuerySet

__all__ = [
    "NOTE_LIMIT",
    "Invitee",
    "Length",
    "Note",
    "Participant",
    "ParticipantQuerySet",
    "RoomEvent",
    "Session",
    "SessionQuerySet",
    "Stage",
    "Technique",
    "TechniqueQuerySet",
    "check_note_length",
]
