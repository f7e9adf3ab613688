"""What happens in a room. Each change is logged in its own transaction, so that every screen hears of it."""

from techniques.actions.room.closing import close
from techniques.actions.room.joining import join, lead, leave, open_door, open_room, shut_door, take_out
from techniques.actions.room.notes import change, take_back, write
from techniques.actions.room.stages import give_time, go_to, pause, resume, reveal

__all__ = [
    "change",
    "close",
    "give_time",
    "go_to",
    "join",
    "lead",
    "leave",
    "open_door",
    "open_room",
    "pause",
    "resume",
    "reveal",
    "shut_door",
    "take_back",
    "take_out",
    "write",
]
