"""When a community meets: the list, planning, one meeting, one day of it."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from communities import policies
from communities.actions import meetings
from communities.forms.meetings import DaySessionForm, MeetingDayForm, MeetingEditForm, MeetingForm, WriteUpForm
from communities.meeting_days import next_rhythm_day
from communities.models import Community, Meeting, MeetingDay
from communities.reports.calendars import day_in_words, file_of_meeting
from communities.reports.meetings import (
    DayRow,
    MeetingPage,
    days_ahead,
    days_of_community,
    not_called_off_as_a_whole,
    who_joined,
)
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from kmportal.lib.calendar_files import CONTENT_TYPE
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.links import absolute
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.policies import may_plan

PER_PAGE = 20

NEIGHBOURS = ("community__organisation", "community__group", "organisation")


def meeting_or_404(request: MemberRequest, pk: int) -> Meeting:
    """A meeting of a community that this member belongs to."""
    return get_object_or_404(Meeting.objects.visible_to(request.membership).select_related(*NEIGHBOURS), pk=pk)


def day_or_404(request: MemberRequest, pk: int) -> MeetingDay:
    """A day of such a meeting."""
    neighbours = ("session__organisation", *(f"meeting__{name}" for name in NEIGHBOURS))
    return get_object_or_404(MeetingDay.objects.visible_to(request.membership).select_related(*neighbours), pk=pk)


def _may_plan_or_403(request: MemberRequest, community: Community) -> None:
    if not policies.may_shape(request.membership, community):
        raise PermissionDenied


def _allowed(request: MemberRequest, community: Community) -> frozenset[str]:
    return policies.allowed(request.membership, community, policies.standing_of(request.membership, community))


@requires(Permission.READ)
@require_safe
def meeting_list(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What comes and what has been, for who belongs to it."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_in")
    rows = days_of_community(community, request.membership)
    ahead = not_called_off_as_a_whole(days_ahead(rows, request.now))
    past = rows.filter(starts_at__lt=request.now).order_by("-starts_at", "-pk")
    found = Paginator(past, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "community": community,
        "ahead": [DayRow.of(day, at=request.now) for day in ahead[:20]],
        "behind": [DayRow.of(day, at=request.now) for day in found],
        "page": found,
        "allowed": _allowed(request, community),
        "trail": crumbs(request, community),
    }
    return render(request, "communities/meeting_list.html", context)


@requires(Permission.READ)
def meeting_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Plan a meeting, or a rhythm of them."""
    community = community_or_404(request, pk)
    _may_plan_or_403(request, community)
    form = MeetingForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            meeting = meetings.plan_meeting(community, by=request.membership, at=request.now, **form.values())
            return done(request, "It is planned.", "meeting_detail", organisation.slug, meeting.pk)
    back = page(request, "meeting_list", pk)
    trail = crumbs(request, community, ("Meetings", back))
    words = {"title": "Plan a meeting", "verb": "Plan it", "back": back, "back_words": "Back to the meetings"}
    return form_page(request, form, crumbs=trail, **words)


@requires(Permission.READ)
@require_safe
def meeting_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One meeting: its rhythm, its days."""
    meeting = meeting_or_404(request, pk)
    built = MeetingPage.build(meeting, request.membership, at=request.now)
    context = {
        "allowed": _allowed(request, meeting.community),
        "may_change": meeting.is_rhythm or not built.is_over,  # a rhythm can go on
        "trail": _trail(request, meeting),
    }
    return render(request, "communities/meeting_detail.html", {**vars(built), **context})


def _trail(request: MemberRequest, meeting: Meeting, *more: tuple[str, str]) -> list[tuple[str, str]]:
    listed = ("Meetings", page(request, "meeting_list", meeting.community_id))
    return crumbs(request, meeting.community, listed, *more)


def _trail_to_meeting(request: MemberRequest, meeting: Meeting) -> list[tuple[str, str]]:
    return _trail(request, meeting, (meeting.title, page(request, "meeting_detail", meeting.pk)))


@requires(Permission.READ)
@require_safe
def meeting_calendar(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All of it as a file for one’s own calendar."""
    meeting = meeting_or_404(request, pk)
    text = file_of_meeting(meeting, absolute(page(request, "meeting_detail", pk)), at=request.now)
    headers = {"Content-Disposition": f'attachment; filename="meeting-{meeting.pk}.ics"'}
    return HttpResponse(text, content_type=CONTENT_TYPE, headers=headers)


@requires(Permission.READ)
def meeting_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change all days that are still to come. Who saves second is shown both versions and chooses."""
    meeting = meeting_or_404(request, pk)
    _may_plan_or_403(request, meeting.community)
    initial = {"version": meeting.version, "first_on": next_rhythm_day(meeting, at=request.now) or meeting.first_on}
    form = MeetingEditForm(sent(request), instance=meeting, initial=initial)
    differences: list[Difference] = []
    if form.is_valid():
        now = meeting_or_404(request, pk)
        with refusals_on(form), conflicts_on(form, lambda: now) as differences:
            meetings.change_meeting(now, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, "The change is saved.", "meeting_detail", organisation.slug, pk)
    meeting = meeting_or_404(request, pk)
    context = {
        "form": form,
        "meeting": meeting,
        "differences": differences,
        "back": page(request, "meeting_detail", pk),
        "trail": _trail_to_meeting(request, meeting),
    }
    return render(request, "communities/meeting_edit.html", context, status=status_of(form))


@requires(Permission.READ)
def meeting_cancel(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asked once more: all of its days to come."""
    meeting = meeting_or_404(request, pk)
    _may_plan_or_403(request, meeting.community)
    if request.method == "POST":
        with refusals_said(request):
            meetings.cancel_meeting(meeting, by=request.membership, at=request.now)
            return done(
                request, f"{quoted(meeting)} is called off.", "meeting_list", organisation.slug, meeting.community_id
            )
    context = {
        "what": meeting.title,
        "whole": meeting.is_rhythm,
        "back": page(request, "meeting_detail", pk),
        "trail": _trail_to_meeting(request, meeting),
    }
    return render(request, "communities/meeting_cancel.html", context)


# --- One day ---------------------------------------------------------------------------------------------------------


@requires(Permission.READ)
@require_safe
def meeting_day(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One day: when and where, who came, what came of it."""
    day = day_or_404(request, pk)
    allowed = _allowed(request, day.meeting.community)
    came = day.attendances.select_related("person").order_by("person__name") if day.keeps_who_came else []
    context = {
        "row": DayRow.of(day, at=request.now),
        "day": day,
        "meeting": day.meeting,
        "came": [one.person for one in came],
        "allowed": allowed,
        "may_hold": "meet" in allowed and may_plan(request.membership, day.meeting.organisation),
        "session_differs": day.session is not None and day.session.starts_at != day.starts_at,
        "trail": _trail_to_meeting(request, day.meeting),
    }
    return render(request, "communities/meeting_day.html", context)


def _form_of_day(request: MemberRequest, day: MeetingDay, form: object, **words: str) -> HttpResponse:
    return form_page(
        request,
        form,  # type: ignore[arg-type]
        back=page(request, "meeting_day", day.pk),
        back_words="Back to the day",
        crumbs=_trail_to_meeting(request, day.meeting),
        intro=day_in_words(day.starts_at),
        **words,
    )


@requires(Permission.READ)
def meeting_day_move(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Another time or place for this day."""
    day = day_or_404(request, pk)
    _may_plan_or_403(request, day.meeting.community)
    initial = {name: getattr(day, name) for name in ("version", "starts_at", "minutes", "place")}
    form = MeetingDayForm(sent(request), initial=initial)
    if form.is_valid():
        values = {**form.cleaned_data}
        with refusals_on(form), conflicts_on(form, lambda: day_or_404(request, pk)):
            seen = values.pop("version")
            meetings.move_meeting_day(day, by=request.membership, at=request.now, seen=seen, **values)
            return done(request, "This day is changed.", "meeting_day", organisation.slug, pk)
    return _form_of_day(request, day, form, title="Move this day", verb="Move it")


@requires(Permission.READ)
def meeting_day_cancel(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asked once more: this day alone."""
    day = day_or_404(request, pk)
    _may_plan_or_403(request, day.meeting.community)
    if request.method == "POST":
        with refusals_said(request):
            meetings.cancel_meeting_day(day, by=request.membership, at=request.now)
            return done(request, "This day is called off.", "meeting_day", organisation.slug, pk)
    context = {
        "what": f"{day.meeting.title}, {day_in_words(day.starts_at)}",
        "whole": False,
        "back": page(request, "meeting_day", pk),
        "trail": _trail_to_meeting(request, day.meeting),
    }
    return render(request, "communities/meeting_cancel.html", context)


@requires(Permission.READ)
def meeting_day_write_up(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who came, and what came of it."""
    day = day_or_404(request, pk)
    _may_plan_or_403(request, day.meeting.community)
    written = _written(day)
    joined = [] if written["people"] or day.notes else who_joined(day)
    initial = {"version": day.version, **written, **({"people": joined} if joined else {})}
    form = WriteUpForm(sent(request), day=day, initial=initial)
    if joined:
        form.fields["people"].help_text = worded("Ticked are those who were in the session. Take out or add others")
    if form.is_valid():
        values = {**form.cleaned_data}
        with refusals_on(form), conflicts_on(form, lambda: day_or_404(request, pk), _written):
            seen, people = values.pop("version"), list(values.pop("people", []))
            meetings.write_up_meeting(day, by=request.membership, at=request.now, seen=seen, people=people, **values)
            return done(request, "It is written up.", "meeting_day", organisation.slug, pk)
    return _form_of_day(request, day, form, title="Who came, and what came of it", verb="Write it up")


def _written(day: MeetingDay) -> dict[str, object]:
    came = day.attendances.values_list("person_id", flat=True) if day.keeps_who_came else []
    return {"notes": day.notes, "people": list(came)}


@requires(Permission.FACILITATE)
def meeting_day_session(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Hold this day as a session with a technique."""
    day = day_or_404(request, pk)
    _may_plan_or_403(request, day.meeting.community)
    form = DaySessionForm(sent(request), community=day.meeting.community, initial={"length": "standard"})
    if form.is_valid():
        with refusals_on(form):
            session = meetings.plan_session_of_day(day, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, worded("The session is planned."), session)
    return _form_of_day(request, day, form, title=worded("Hold it as a session"), verb=worded("Plan the session"))
