"""How communities and their threads are spoken of: looks of states, who may read, what a role is good for."""

from communities.models import Access, Community, RoleKind, State, Thread
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Look
from organisations.visibility import Reach

STATES: dict[str, Look] = {
    State.FORMING: Look("info", "sprout", "Forming"),
    State.ESTABLISHED: Look("good", "users", "Established"),
    State.INFORMAL: Look("", "users", "Informal"),
    State.CLOSING: Look("warn", "clock", "Closing"),
    State.CLOSED: Look("", "lock", "Closed"),
    State.ARCHIVED: Look("", "archive", "Archived"),
}
UNANSWERED, ANSWERED, TALK = "unanswered", "answered", "talk"
THREADS: dict[str, Look] = {
    UNANSWERED: Look("warn", "message-circle", "No answer yet"),
    "discussed": Look("info", "message-circle", "Being discussed"),
    ANSWERED: Look("good", "circle-check", "Answered"),
    TALK: Look("", "message-circle", "Talk"),
}
STORIES: dict[str, Look] = {"told": Look("good", "thumbs-up", "Told")}
ROLE_HINTS: dict[str, str] = {
    RoleKind.FACILITATOR: _("keeps the community together"),
    RoleKind.DEPUTY: _("stands in for the facilitator"),
    RoleKind.CORE: "plans what comes next",
    RoleKind.EXPERT: "is asked by name when a question stays open",
    RoleKind.LIBRARIAN: _("keeps what the community knows in order"),
    RoleKind.SPONSOR: "stands behind it and gives it time",
}
ACCESS_WORDS = {
    Access.OPEN: "Everybody here can join",
    Access.REQUEST: _("You ask, and the facilitator answers"),
    Access.INVITATION: "Members are invited",
}


def thread_state(thread: Thread) -> str:
    """What a reader of the list wants to know of a thread first; a key of ``THREADS``."""
    if thread.answer_id:
        return ANSWERED
    if not thread.is_question:
        return TALK
    return "discussed" if thread.answers else UNANSWERED


def who_may_read(thread: Thread) -> str:
    """Who may read a thread, in words for its page."""
    if thread.reach == Reach.ORGANISATION:
        return f"Everybody at {thread.organisation} can read this."
    return f"Only those who belong to “{thread.community}” can read this. The administrator cannot."


def who_may_come_in(community: Community) -> str:
    return ACCESS_WORDS[Access(community.access)]
