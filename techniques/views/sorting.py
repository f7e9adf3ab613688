"""The desk: sorting the notes into groups, and votes."""

from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from kmportal.lib.forms import posted
from kmportal.lib.pagination import whole_number
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.actions.room import grouping, reactions, voting
from techniques.models import Comment, NoteGroup, Stage
from techniques.views import room_views
from techniques.views.facilitating import desk_of_session
from techniques.views.room_views import read_handle


@requires(Permission.FACILITATE)
@require_POST
def room_sort(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Put ticked notes under a name, make them one, take them apart, rename a group, undo the last step."""
    seat = desk_of_session(request, pk)
    verb = posted(request, "verb")
    stage = get_object_or_404(Stage, session=seat.session, key=posted(request, "stage"))
    if verb.startswith("undo"):
        seen = whole_number(verb.partition("/")[2], most=10_000)
        return room_views.run_action(request, seat, grouping.undo_grouping, stage=stage, seen=seen)
    if verb == "rename":
        group = get_object_or_404(NoteGroup, stage=stage, handle=read_handle(posted(request, "group")))
        return room_views.run_action(
            request, seat, grouping.rename_group, group=group, name=request.POST.get("name", "")
        )
    ticked = _ticked(request)
    if verb == "merge":
        return room_views.run_action(request, seat, grouping.merge_notes, stage=stage, notes=ticked)
    if verb == "apart":
        return room_views.run_action(request, seat, grouping.take_notes_apart, stage=stage, notes=ticked)
    chosen = request.POST.get("group", "")
    values = {"name": request.POST.get("name", ""), "group": read_handle(chosen) if chosen else None}
    return room_views.run_action(request, seat, grouping.group_notes, stage=stage, notes=ticked, **values)


def _ticked(request: MemberRequest) -> list[UUID]:
    """What cannot be read was not ticked by our page."""
    found = []
    for typed in request.POST.getlist("note"):
        with suppress(ValueError):
            found.append(UUID(typed))
    return found


@requires(Permission.FACILITATE)
@require_POST
def room_vote(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Open a vote on a step, or end it."""
    seat = desk_of_session(request, pk)
    stage = get_object_or_404(Stage, session=seat.session, key=posted(request, "stage"))
    if request.POST.get("verb") == "end":
        return room_views.run_action(request, seat, voting.end_voting, stage=stage)
    budget = whole_number(posted(request, "budget"), most=1000)
    return room_views.run_action(
        request, seat, voting.open_voting, stage=stage, on=posted(request, "on"), budget=budget
    )


@requires(Permission.FACILITATE)
@require_POST
def room_comment(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take a comment away, for example because it names a patient."""
    seat = desk_of_session(request, pk)
    rows = Comment.objects.filter(session=seat.session).select_related("note__session__organisation")
    comment = get_object_or_404(rows, client_id=read_handle(posted(request, "comment")))
    return room_views.run_action(request, seat, reactions.withdraw_comment, thing=comment)
