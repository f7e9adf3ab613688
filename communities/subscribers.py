"""What follows elsewhere: somebody was removed from an organisation, and a community may be without a facilitator; a
session of a kick-off or a look back was closed, and its page takes over what was shown."""

from communities.actions.emergency import forget_emergency_reader
from communities.actions.kickoff import take_over_session
from communities.actions.meetings import call_off
from communities.actions.people import keep_a_facilitator
from communities.actions.review import take_over_review_session
from communities.actions.shelf import release_pins
from communities.meeting_days import has_days_to_come, lock_meeting
from communities.models import CalendarFeed, Community, Follower, MeetingDay, Muted, Pin, Thread
from jobs.actions import enqueue
from organisations.events import Occurrence
from organisations.models import Membership
from techniques.models import Session


def keep_facilitators(occurrence: Occurrence) -> None:
    """In the communities that they belonged to, wherever those are at home; and what they looked after is free."""
    groups = [int(group) for group in occurrence.texts.get("groups", "").split()]
    for community in Community.objects.filter(group__in=groups):
        keep_a_facilitator(community, at=occurrence.at)
    release_pins(groups, at=occurrence.at)


def forget_emergency_reader_who_left(occurrence: Occurrence) -> None:
    """Somebody was removed from an organisation in which they were named."""
    forget_emergency_reader(occurrence.subject, at=occurrence.at)


def close_calendar_of_leaver(occurrence: Occurrence) -> None:
    """Somebody was removed from the last organisation to which they belonged: the address of their calendar goes, and
    opens nothing when they come back. One who belongs to others keeps it for those.
    """
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    if not Membership.objects.filter(person=membership.person_id, left_at=None).exists():
        CalendarFeed.objects.filter(person=membership.person_id).delete()


def take_over_session_of_kickoff(occurrence: Occurrence) -> None:
    """Nothing happens for a session that belongs to no kick-off."""
    session = occurrence.subject
    assert isinstance(session, Session)  # noqa: S101  what the event is about
    take_over_session(session, at=occurrence.at)


def take_over_session_of_review(occurrence: Occurrence) -> None:
    """Nothing happens for a session that belongs to no look back."""
    session = occurrence.subject
    assert isinstance(session, Session)  # noqa: S101  what the event is about
    take_over_review_session(session, at=occurrence.at)


def forget_who_came_on_the_day(occurrence: Occurrence) -> None:
    """A day of a meeting was held as a session of which it is not kept who was there: the page of the day, which may
    have been written up before, forgets it too."""
    session = occurrence.subject
    assert isinstance(session, Session)  # noqa: S101  what the event is about
    for day in MeetingDay.objects.filter(session=session).select_related("session"):
        if not day.keeps_who_came:
            day.attendances.all().delete()


def call_off_meetings(occurrence: Occurrence) -> None:
    """A community that has ended meets no more: the calendars of its people drop what is still to come. What was held
    was not called off."""
    for meeting in occurrence.subject.meetings.filter(cancelled_at=None):
        lock_meeting(meeting)
        if has_days_to_come(meeting, at=occurrence.at):
            call_off(meeting, by=None, at=occurrence.at)


def follow_own_thread(occurrence: Occurrence) -> None:
    """Whoever writes in a discussion hears of what is written next, unless they have muted it."""
    thread, person = occurrence.subject, occurrence.person
    if person is not None and not Muted.objects.filter(thread=thread, person=person).exists():
        Follower.objects.get_or_create(thread=thread, person=person)


def tell_at_once(occurrence: Occurrence) -> None:
    """Have the worker write to those who want to hear of each new discussion at once."""
    thread = occurrence.subject
    enqueue(
        "communities.tasks.tell_of_thread",
        {"thread_id": thread.pk},
        title="Write the mails about a discussion",
        key=f"thread {thread.pk}",
        at=occurrence.at,
    )


def carry_to_merged_lesson(occurrence: Occurrence) -> None:
    """A lesson has gone into another: it stands on shelves in its place, and discussions lead there. Where the other
    one stands on the same shelf already, nothing is added."""
    merge = occurrence.facts["merge"]
    merge.carry("pin", Pin.objects.all(), once=["community"])
    merge.carry("thread", Thread.objects.all())


def bring_back_to_lesson(occurrence: Occurrence) -> None:
    """It is a lesson of its own again."""
    merge = occurrence.facts["merge"]
    merge.bring_back("pin", Pin.objects.all())
    merge.bring_back("thread", Thread.objects.all())
