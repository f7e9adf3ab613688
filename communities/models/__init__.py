"""Communities of practice: the community and its people, its charter and steps, what it talks about, how it ends.

A kick-off, from which many of them begin, stands beside them.
"""

from communities.models.closing import Closing, Objection, Rehoming
from communities.models.community import (
    ENDED,
    LISTED,
    LIVING,
    RUNNING_ROLES,
    Access,
    Charter,
    Community,
    CommunityRole,
    Knock,
    RoleKind,
    State,
    StepAnswer,
    StepKind,
    StepMove,
)
from communities.models.emergency import EmergencyReader, EmergencyReading
from communities.models.health import Agreed, InPicture, QuietLine
from communities.models.kickoff import KickOff, NamedBarrier, Problem, Support, Topic
from communities.models.meetings import (
    Attendance,
    CalendarFeed,
    Follower,
    MailWish,
    Meeting,
    MeetingDay,
    Muted,
    Pace,
    Seen,
    Wish,
)
from communities.models.review import Review, ReviewAnswer, ReviewVoice, Transfer, TransferRow
from communities.models.shelf import Pin
from communities.models.stories import ClaimedBenefit, ClaimedBenefitQuerySet, Story
from communities.models.talk import LONGEST_POST, Post, PostFile, PostRevision, Thread

__all__ = [
    "ENDED",
    "LISTED",
    "LIVING",
    "LONGEST_POST",
    "RUNNING_ROLES",
    "Access",
    "Agreed",
    "Attendance",
    "CalendarFeed",
    "Charter",
    "ClaimedBenefit",
    "ClaimedBenefitQuerySet",
    "Closing",
    "Community",
    "CommunityRole",
    "EmergencyReader",
    "EmergencyReading",
    "Follower",
    "InPicture",
    "KickOff",
    "Knock",
    "MailWish",
    "Meeting",
    "MeetingDay",
    "Muted",
    "NamedBarrier",
    "Objection",
    "Pace",
    "Pin",
    "Post",
    "PostFile",
    "PostRevision",
    "Problem",
    "QuietLine",
    "Rehoming",
    "Review",
    "ReviewAnswer",
    "ReviewVoice",
    "RoleKind",
    "Seen",
    "State",
    "StepAnswer",
    "StepKind",
    "StepMove",
    "Story",
    "Support",
    "Thread",
    "Topic",
    "Transfer",
    "TransferRow",
    "Wish",
]
