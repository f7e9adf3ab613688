"""How communities and their threads are spoken of: looks of states, who may read, what a role is good for."""

from datetime import datetime

from communities.models import Access, Community, KickOff, Problem, RoleKind, State, Thread
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


def who_may_come_in(community: Community, *, is_at_home: bool) -> str:
    """“Here” is the organisation of the page: for a reader of another one it is named."""
    if community.access == Access.OPEN and not is_at_home:
        return f"Everybody at {community.organisation} can join"
    return ACCESS_WORDS[Access(community.access)]


# --- Kick-offs -------------------------------------------------------------------------------------------------------

OPEN, UNCLAIMED, TAKEN_UP = "open", "unclaimed", "taken-up"
PROBLEMS: dict[str, Look] = {
    OPEN: Look("info", "sprout", "Being talked about"),
    UNCLAIMED: Look("warn", "circle-dashed", "Nobody has taken it up yet"),
    TAKEN_UP: Look("good", "users", "Taken up"),
}
TO_COME, RUNNING, ENDED = "to-come", "running", "ended"
KICKOFFS: dict[str, Look] = {
    TO_COME: Look("", "calendar", "Not open yet"),
    RUNNING: Look("good", "flag", "Open"),
    ENDED: Look("", "lock", "Ended"),
}


def problem_state(problem: Problem) -> str:
    """Where a problem stands; a key of ``PROBLEMS``. Its kick-off must be loaded."""
    if problem.community_id is not None:
        return TAKEN_UP
    return UNCLAIMED if problem.kickoff.is_ended else OPEN


def kickoff_look(kickoff: KickOff, at: datetime) -> Look:
    if kickoff.is_ended:
        return KICKOFFS[ENDED]
    return KICKOFFS[RUNNING if kickoff.has_begun(at) else TO_COME]
