"""What changes sessions: planning them, what happens in the room, and the end."""

from techniques.actions.planning import cancel, edit, invite, plan, tick
from techniques.actions.room import (
    change,
    close,
    give_time,
    go_to,
    join,
    lead,
    leave,
    open_room,
    pause,
    resume,
    reveal,
    take_back,
    write,
)

__all__ = [
    "cancel",
    "change",
    "close",
    "edit",
    "give_time",
    "go_to",
    "invite",
    "join",
    "lead",
    "leave",
    "open_room",
    "pause",
    "plan",
    "resume",
    "reveal",
    "take_back",
    "tick",
    "write",
]
