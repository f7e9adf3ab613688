"""What time does to communities: questions while they form, questions without an answer, last days, the archive.

All of it is the portal’s own: called by its timetable, safe to repeat.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from communities import catalogue
from communities.actions.closing import ARCHIVED_AFTER, archive_due_community, close_due_community
from communities.actions.health import ask_quiet_communities
from communities.actions.kickoff import end_due_kickoff
from communities.actions.rehoming import walk_closings
from communities.actions.shelf import ask_about_pin
from communities.events import Event
from communities.meeting_days import lay_days, lock_meeting, meetings_that_go_on
from communities.models import Attendance, Closing, Community, KickOff, Meeting, Pin, State, Thread
from communities.transitions import lock_community
from lessons.workflow import working_days_after
from organisations import events
from techniques.models import Session

ANSWER_WITHIN = 3  # working days, then the facilitators are told


def move_communities_on(*, at: datetime) -> int:
    """Everything that is due today, each thing in a transaction of its own; answers how much was done."""
    done = sum(ask_forming_community(community, at=at) for community in _forming())
    done += sum(tell_of_unanswered(thread, at=at) for thread in _unanswered())
    done += sum(ask_about_pin(pin, at=at) for pin in Pin.objects.due(timezone.localdate(at)))
    done += ask_quiet_communities(at=at)
    done += walk_closings(at=at)
    for kickoff in KickOff.objects.over(timezone.localdate(at)).select_related("organisation"):
        done += end_due_kickoff(kickoff, at=at).is_ended
    done += sum(lay_days_ahead(meeting, at=at) for meeting in meetings_that_go_on())
    for closing in _ending(at):
        done += close_due_community(closing.community, at=at).state == State.CLOSED
    for community in Community.objects.filter(state=State.CLOSED, closed_at__lte=at - ARCHIVED_AFTER):
        done += archive_due_community(community, at=at).state == State.ARCHIVED
    return done + _forget_who_came_before()


@transaction.atomic
def _forget_who_came_before() -> int:
    """Names on the days of sessions that were closed by a version that left them standing, or came back with an old
    back-up; answers how many. Idempotent. The mark has the old rows taken from the files of the database, too."""
    named = Attendance.objects.never_to_be_kept()
    Session.objects.filter(pk__in=named.values("day__session")).update(keeps_traces=True)
    return named.delete()[0]


@transaction.atomic
def ask_forming_community(community: Community, *, at: datetime) -> bool:
    """Ask the facilitators what belongs to this day of forming. A day that was missed is not asked later as well: the
    newest question counts, each once."""
    lock_community(community)
    if community.state != State.FORMING:
        return False
    age = (timezone.localdate(at) - timezone.localdate(community.created_at)).days
    due = [one for one in catalogue.forming() if community.asked_day < one.day <= age]
    if not due:
        return False
    community.asked_day = due[-1].day
    community.save(update_fields=["asked_day"])
    events.record(Event.COMMUNITY_ASKED, community, by=None, at=at, day=due[-1].day, texts={"ask": due[-1].ask})
    return True


@transaction.atomic
def tell_of_unanswered(thread: Thread, *, at: datetime) -> bool:
    """Tell the facilitators, once, of a question that nobody has answered for three working days."""
    rows = Thread.objects.select_for_update(of=("self",)).select_related("community", "organisation")
    thread.refresh_from_db(from_queryset=rows)
    zone = ZoneInfo(thread.organisation.time_zone)
    due = working_days_after(timezone.localdate(thread.at, zone), ANSWER_WITHIN)
    is_early = timezone.localdate(at, zone) <= due
    is_answered = thread.answers or thread.answer_id is not None
    if is_answered or thread.told_unanswered_at or not thread.community.is_living or is_early:
        return False
    thread.told_unanswered_at = at
    thread.save(update_fields=["told_unanswered_at"])
    events.record(Event.THREAD_LEFT_UNANSWERED, thread, by=None, at=at)
    return True


@transaction.atomic
def lay_days_ahead(meeting: Meeting, *, at: datetime) -> int:
    """The days that have come within a year; answers how many. Its calendar entries have them already."""
    lock_meeting(meeting)
    return lay_days(meeting, at=at) if meeting.cancelled_at is None else 0


def _forming() -> list[Community]:
    return list(Community.objects.filter(state=State.FORMING))


def _unanswered() -> list[Thread]:
    return list(Thread.objects.unanswered().filter(told_unanswered_at=None))


def _ending(at: datetime) -> list[Closing]:
    rows = Closing.objects.filter(outcome=Closing.Outcome.OPEN, last_on__lt=timezone.localdate(at))
    return list(rows.select_related("community"))
