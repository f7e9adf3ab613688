"""Techniques as scripts, and the sessions in which people use them together.

A room is stage data: which prompts, how long, what is written in which column, open or hidden until shown, and what
the close makes of it. What a technique has besides notes is kept by the helper of a step (``helper_registry``). One
file for each aggregate; Django finds them here.
"""

from techniques.column_kinds import NOTE_LIMIT
from techniques.models.afterwards import ASKED_AFTER, ASKED_FOR, FEEDBACK_FOR, QUESTIONS, Feedback, Outcome, Worth
from techniques.models.assist import REPORT_AFTER, Advice, TalkShare
from techniques.models.consent import Consent, ConsentAsked
from techniques.models.fishbowl import Answered, Bowl, Chair, Spoken, Waiting
from techniques.models.grouping import GROUP_NAME_LIMIT, NoteGroup
from techniques.models.learning import (
    LINE_LIMIT,
    READ_FOR,
    Backing,
    Bid,
    Gift,
    LookBack,
    OwnAction,
    Question,
    Reported,
    SetVisit,
    Turn,
    readable_until,
)
from techniques.models.learning_sets import (
    FEWEST_MEMBERS,
    MOST_DATES,
    MOST_MEMBERS,
    LearningSet,
    SetDate,
    SetMember,
)
from techniques.models.market import (
    ASKED_WHETHER_TALKED,
    CLAIMS_EVER,
    CLAIMS_OF_ONE,
    MOST_OF_ONE,
    TALKED_AFTER,
    Claim,
    Match,
    Sheet,
    Unmet,
)
from techniques.models.marks import Mark, Marking
from techniques.models.outlook import Outlook
from techniques.models.reactions import COMMENT_LIMIT, Comment, Correction, MeToo
from techniques.models.rooms import NOTED, Note, Participant, ParticipantQuerySet, RoomEvent, Side, check_note_length
from techniques.models.rota import Rota, Seat
from techniques.models.sessions import GRACE, Invitee, Session, SessionQuerySet, Stage
from techniques.models.techniques import Length, Technique, TechniqueQuerySet
from techniques.models.voting import BUDGETS, Ballot, Voting
from techniques.models.wording import WISH_LIMIT, SummaryVersion, Wish, Wording

__all__ = [
    "ASKED_AFTER",
    "ASKED_FOR",
    "ASKED_WHETHER_TALKED",
    "BUDGETS",
    "CLAIMS_EVER",
    "CLAIMS_OF_ONE",
    "COMMENT_LIMIT",
    "FEEDBACK_FOR",
    "FEWEST_MEMBERS",
    "GRACE",
    "GROUP_NAME_LIMIT",
    "LINE_LIMIT",
    "MOST_DATES",
    "MOST_MEMBERS",
    "MOST_OF_ONE",
    "NOTED",
    "NOTE_LIMIT",
    "QUESTIONS",
    "READ_FOR",
    "REPORT_AFTER",
    "TALKED_AFTER",
    "WISH_LIMIT",
    "Advice",
    "Answered",
    "Backing",
    "Ballot",
    "Bid",
    "Bowl",
    "Chair",
    "Claim",
    "Comment",
    "Consent",
    "ConsentAsked",
    "Correction",
    "Feedback",
    "Gift",
    "Invitee",
    "LearningSet",
    "Length",
    "LookBack",
    "Mark",
    "Marking",
    "Match",
    "MeToo",
    "Note",
    "NoteGroup",
    "Outcome",
    "Outlook",
    "OwnAction",
    "Participant",
    "ParticipantQuerySet",
    "Question",
    "Reported",
    "RoomEvent",
    "Rota",
    "Seat",
    "Session",
    "SessionQuerySet",
    "SetDate",
    "SetMember",
    "SetVisit",
    "Sheet",
    "Side",
    "Spoken",
    "Stage",
    "SummaryVersion",
    "TalkShare",
    "Technique",
    "TechniqueQuerySet",
    "Turn",
    "Unmet",
    "Voting",
    "Waiting",
    "Wish",
    "Wording",
    "Worth",
    "check_note_length",
    "readable_until",
]
