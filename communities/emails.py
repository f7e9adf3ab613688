"""Mails of communities: a meeting for the calendar, a discussion at once. All of them can be stopped at their foot."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from communities.models import Meeting, MeetingDay, Thread
from communities.reports.calendars import (
    day_in_words,
    entries_of_meeting,
    entry_of_day,
    entry_of_time_gone,
    rhythm_in_words,
)
from communities.tokens import stop_link
from kmportal.lib.calendar_files import CANCEL, REQUEST, Entry, Party, calendar_file
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line
from organisations.models import GroupMembership


def tell_of_meeting(
    meeting: Meeting,
    day: MeetingDay | None,
    seat: GroupMembership,
    *,
    days: list[MeetingDay],
    version: int,
    at: datetime,
) -> None:
    """That it was planned, changed or called off, as a whole or on one ``day``: a mail for each of its times, because a
    calendar keeps each as an entry of its own. Written once for each version, whatever restarts."""
    url = _page_of(seat, "meeting_detail", meeting.pk)
    is_off = meeting.cancelled_at is not None or (day is not None and day.cancelled_at is not None)
    slots = meeting.slots if day is None else [day.slot]
    for slot in slots:
        if day is not None:
            entries = [entry_of_day(meeting, day, url, is_alone=not meeting.is_rhythm)]
        else:
            entries = entries_of_meeting(meeting, slot, days, url)
        if not entries:
            continue
        calendar = _invitation(entries, seat, is_off=is_off, at=at)
        with meeting.organisation.at_home():
            when = day_in_words(day.starts_at) if day is not None else rhythm_in_words(meeting)
        verb = "Called off" if is_off else "Moved" if day is not None else "Changed" if version > 1 else "Meeting"
        values = {"meeting": meeting, "day": day, "when": when, "verb": verb, "is_off": is_off}
        values["place"] = day.place if day is not None else meeting.place
        subject = f"{verb}: {meeting.title}, {when}"
        key = f"meeting {meeting.pk} {version} {slot} {seat.pk}"
        _post(seat, subject, "meeting", {**values, "url": url}, key=key, calendar=calendar, at=at)


def tell_of_time_gone(meeting: Meeting, slot: int, seat: GroupMembership, *, version: int, at: datetime) -> None:
    """That a meeting no longer has one of its times: calendars keep each as an entry of its own, and drop this one."""
    url = _page_of(seat, "meeting_detail", meeting.pk)
    calendar = _invitation([entry_of_time_gone(meeting, slot, url)], seat, is_off=True, at=at)
    with meeting.organisation.at_home():
        now = rhythm_in_words(meeting)
    values = {"meeting": meeting, "is_off": True, "gone": now, "url": url}
    subject = f"Called off: the second time of {meeting.title}"
    key = f"meeting {meeting.pk} {version} {slot} {seat.pk}"
    _post(seat, subject, "meeting", values, key=key, calendar=calendar, at=at)


def _invitation(entries: Sequence[Entry], seat: GroupMembership, *, is_off: bool, at: datetime) -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return calendar_file(
        entries,
        at=at,
        method=CANCEL if is_off else REQUEST,
        organiser=Party(address, name),
        attendee=Party(seat.person.email, seat.person.name),
    )


def tell_of_thread(thread: Thread, seat: GroupMembership, *, at: datetime) -> None:
    """A new discussion, to who wants to hear of it at once. Once for each person, whatever restarts."""
    url = _page_of(seat, "thread_detail", thread.pk)
    subject = f"{thread.community}: {thread.title}"
    _post(seat, subject, "thread", {"thread": thread, "url": url}, key=f"thread {thread.pk} {seat.pk}", at=at)


def _post(
    seat: GroupMembership,
    subject: str,
    template: str,
    values: Mapping[str, Any],
    *,
    key: str,
    at: datetime,
    calendar: str = "",
) -> None:
    stop = stop_link(seat.pk)
    community = seat.group.community
    shared = {"seat": seat, "community": community, "stop_url": stop}
    shared["mail_url"] = _page_of(seat, "community_mail", community.pk)
    with community.organisation.at_home():
        body = render_to_string(f"emails/communities/{template}.txt", {**shared, **values})
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    post(seat.person.email, one_line(subject), body, key=key, headers=headers, calendar=calendar, at=at)


def _page_of(seat: GroupMembership, name: str, pk: int) -> str:
    """A page in the organisation through which somebody belongs to the community."""
    return absolute(reverse(name, args=[seat.membership.organisation.slug, pk]))
