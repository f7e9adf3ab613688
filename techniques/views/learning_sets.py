"""Action learning sets: their page for members and adviser, their meetings, and what presenters mean to do."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import posted, sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import guest, requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest
from techniques import participant_lookup, policies, reports
from techniques.actions import learning_sets, planning
from techniques.actions.room import joining
from techniques.actions.room.learning import Hint, ask_question
from techniques.forms.learning_sets import EndMeetingForm, OwnActionForm, SetForm, SetMeetingForm, SetPeopleForm
from techniques.learning import TURNS
from techniques.models import LearningSet, OwnAction, Session, Technique
from techniques.views.facilitating import find_session
from techniques.views.joining import answer_stranger, by_code, seat_of_guest

Crumbs = list[tuple[str, str]]


def _find_set(request: MemberRequest, pk: int) -> LearningSet:
    """A set that this reader is in, or advises. Nobody else hears that it is there."""
    rows = LearningSet.objects.visible_to(request.membership).select_related("organisation", "adviser")
    return get_object_or_404(rows, pk=pk)


def _find_set_to_lead(request: MemberRequest, pk: int) -> LearningSet:
    learning_set = _find_set(request, pk)
    if not policies.may_lead_set(request.membership, learning_set):
        raise Http404
    return learning_set


def _script(request: MemberRequest) -> Technique | None:
    runnable = Technique.objects.visible_to(request.membership).filter(can_run=True)
    return next((one for one in runnable if one.meets_as_set), None)


def _crumbs(organisation: Organisation, learning_set: LearningSet | None = None) -> Crumbs:
    trail = [
        (worded("Sessions"), reverse("session_list", args=[organisation.slug])),
        ("Action learning sets", reverse("learning_set_list", args=[organisation.slug])),
    ]
    return [*trail, (str(learning_set), learning_set.get_absolute_url())] if learning_set else trail


@requires(Permission.READ)
@never_cache
def learning_set_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One’s own sets, and what one means to do."""
    values = {
        "page": reports.OwnSets.build(request.membership),
        "may_plan": policies.may_plan(request.membership, organisation),
        "crumbs": _crumbs(organisation)[:1],
    }
    return render(request, "techniques/learning_set_list.html", values)


@requires(Permission.FACILITATE)
def learning_set_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    form = SetForm(sent(request), organisation=organisation, technique=_script(request))
    if form.is_valid():
        with refusals_on(form):
            found = learning_sets.begin_set(organisation, by=request.membership, at=request.now, **form.wanted)
            return done(request, "The set is there, and its first meeting is planned. Its members are asked.", found)
    return form_page(
        request,
        form,
        title="Begin an action learning set",
        verb="Begin the set",
        back=reverse("learning_set_list", args=[organisation.slug]),
        back_words="Back to the sets",
        intro="The same few peers meet several times, and each brings a real issue. Only they and you know of the set.",
        crumbs=_crumbs(organisation),
    )


@requires(Permission.READ)
@never_cache
def learning_set_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A set, for whoever is in it; with what is this reader’s own."""
    learning_set = _find_set(request, pk)
    page = reports.SetPage.build(learning_set, request.membership, at=request.now)
    is_in = bool(page.to_come and participant_lookup.participant_of(page.to_come, request.user, request.COOKIES))
    values = {"set": learning_set, "page": page, "is_in": is_in, "crumbs": _crumbs(organisation)}
    return render(request, "techniques/learning_set_detail.html", values)


@requires(Permission.READ)
def learning_set_next(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Plan the next meeting from the last, or move the one that is planned."""
    learning_set = _find_set_to_lead(request, pk)
    planned = learning_set.meetings.to_come().first()
    if planned and not planned.is_planned:
        return done(request, "The meeting is under way. Plan the next one when it has ended.", learning_set)
    form = SetMeetingForm(sent(request), learning_set=learning_set, planned=planned, technique=_script(request))
    differences: list[Difference] = []
    if form.is_valid():
        said, by, at = form.cleaned_data, request.membership, request.now
        with refusals_on(form), conflicts_on(form, lambda: _still_planned(learning_set, said)) as differences:
            if form.changes:
                meeting = _still_planned(learning_set, said)
                before = {name: getattr(meeting, name) for name in planning.ANNOUNCED}
                planning.edit_session(meeting, by=by, at=at, seen=said["version"] or 0, **form.wanted)
                is_told = any(form.wanted.get(name, was) != was for name, was in before.items())
                told = " The members are told." if is_told else ""
                return done(request, f"The meeting is changed.{told}", learning_set)
            learning_sets.plan_next_meeting(learning_set, by=by, at=at, once=said["once"], **form.wanted)
            return done(request, "The next meeting is planned. The members are asked.", learning_set)
    title, verb = ("Change the next meeting", "Save it") if form.changes else ("Plan the next meeting", "Plan it")
    template = "components/versioned_form.html"
    return _form_of_set(request, learning_set, form, title=title, verb=verb, template=template, differences=differences)


def _still_planned(learning_set: LearningSet, said: Mapping[str, Any]) -> Session:
    """The meeting that the form was about: a later one is another. Raises ``Refusal``."""
    planned = learning_set.meetings.filter(state=Session.State.PLANNED).select_related("technique", "organisation")
    found = planned.filter(pk=said["meeting"]).first()
    if found is None:
        raise Refusal("This meeting is over or was called off. Go back to the set to see what is planned now.")
    return found


@requires(Permission.READ)
def learning_set_people(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let somebody in, and say who leads the set."""
    learning_set = _find_set_to_lead(request, pk)
    form = SetPeopleForm(sent(request), learning_set=learning_set)
    if form.is_valid():
        with refusals_on(form):
            people, adviser = form.cleaned_data.get("people", ()), form.cleaned_data["adviser"]
            by, at = request.membership, request.now
            with transaction.atomic():  # both or neither
                learning_sets.bring_in(learning_set, by=by, at=at, people=list(people))
                learning_sets.choose_adviser(learning_set, by=by, at=at, adviser=adviser)
            stays = LearningSet.objects.visible_to(request.membership).filter(pk=pk).exists()
            home: Any = learning_set if stays else reverse("learning_set_list", args=[organisation.slug])
            return done(request, "It is saved.", home)
    return _form_of_set(request, learning_set, form, title="Members and adviser", verb="Save it")


@requires(Permission.READ)
@require_POST
def learning_set_leave(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    learning_set = _find_set(request, pk)
    if not policies.is_member_of_set(request.membership, learning_set):
        raise Http404
    with refusals_said(request):
        learning_sets.leave_set(learning_set, by=request.membership, at=request.now)
        kept = OwnAction.objects.of_person(request.user).filter(learning_set=learning_set).exists()
        still = " What you wanted to do is still here for you." if kept else ""
        words = f"You have left {quoted(learning_set)}.{still}"
        return done(request, words, "learning_set_list", organisation.slug)
    return redirect(learning_set)


# --- A meeting -----------------------------------------------------------------------------------------------------


def _find_meeting(request: MemberRequest, pk: int) -> tuple[Session, LearningSet]:
    session = find_session(request, pk)
    if session.learning_set is None or not policies.may_facilitate(request.membership, session):
        raise Http404
    return session, session.learning_set


@requires(Permission.READ)
@require_POST
def set_meeting_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Open the room. Whoever advises the set goes to the desk, a member of one that leads itself into the room."""
    session, learning_set = _find_meeting(request, pk)
    with refusals_said(request):
        session = joining.open_room(session, by=request.membership, at=request.now)
        if not policies.leads_itself(learning_set):
            return redirect("session_room", organisation.slug, session.pk)
        return redirect("join_session", session.code)
    return redirect(learning_set)


@requires(Permission.READ)
def set_meeting_end(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """End the meeting: two lines on how the set worked, and nothing else."""
    session, learning_set = _find_meeting(request, pk)
    if not session.is_live:
        return redirect(learning_set)
    form = EndMeetingForm(sent(request), session=session, learning_set=learning_set)
    if form.is_valid():
        with refusals_on(form):
            said = {name: form.cleaned_data.get(name, "") for name in ("asking", "working")}
            people = list(form.cleaned_data.get("people", ()))
            learning_sets.end_meeting(session, by=request.membership, at=request.now, people=people, **said)
            return done(request, "The meeting is over. What is for your eyes you find below.", learning_set)
    intro = "Bids are deleted now. Questions and gifts stay a week for those who presented, and for nobody else."
    return _form_of_set(request, learning_set, form, title="End the meeting", verb="End the meeting", intro=intro)


@guest
@by_code
def join_ask(request: GuestRequest, session: Session) -> HttpResponse:
    """A question to whoever presents. What does not read as one is shown once more with a hint; the writer decides."""
    seat = seat_of_guest(request, session)
    if seat is None or seat.participant is None:
        return answer_stranger(request, session)
    stage = session.stages.filter(takes=TURNS).first()
    if stage is None:
        raise Http404
    text, hint, error = posted(request, "text"), "", ""
    if request.method == "POST":
        try:
            ask_question(
                session, by=seat.participant, at=request.now, stage=stage, text=text, is_sure="sure" in request.POST
            )
            return redirect(f"{seat.home}?stage={stage.key}")
        except Hint as thought:
            hint = str(thought)
        except Refusal as refusal:
            error = str(refusal)
    values = {"session": session, "seat": seat, "stage": stage, "typed": text, "hint": hint, "error": error}
    return render(request, "techniques/question_form.html", values, status=422 if hint or error else 200)


# --- What somebody means to do -------------------------------------------------------------------------------------


def _find_own_action(request: MemberRequest, pk: int) -> OwnAction:
    rows = OwnAction.objects.of_person(request.user).select_related("learning_set__organisation")
    return get_object_or_404(rows.filter(learning_set__organisation=request.membership.organisation_id), pk=pk)


def _home_of(request: MemberRequest, action: OwnAction) -> str:
    """The page of the set, or, for whoever has left it, of all their sets."""
    learning_set = action.learning_set
    if LearningSet.objects.visible_to(request.membership).filter(pk=learning_set.pk).exists():
        return f"{learning_set.get_absolute_url()}#own"
    return reverse("learning_set_list", args=[learning_set.organisation.slug])


@requires(Permission.READ)
@never_cache
def own_action_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    learning_set = _find_set(request, pk)
    if not policies.is_member_of_set(request.membership, learning_set):
        raise Http404
    form = OwnActionForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            learning_sets.write_own_action(learning_set, by=request.membership, at=request.now, **form.wanted)
            return done(request, "It is written down. Only you read it.", f"{learning_set.get_absolute_url()}#own")
    return _form_of_set(request, learning_set, form, title="What will you do?", verb="Write it down")


@requires(Permission.READ)
@never_cache
def own_action_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    action = _find_own_action(request, pk)
    home = _home_of(request, action)
    form = OwnActionForm(sent(request), instance=action)
    if form.is_valid():
        with refusals_on(form):
            fresh = _find_own_action(request, pk)
            learning_sets.change_own_action(fresh, by=request.membership, at=request.now, **form.wanted)
            return done(request, "It is saved. Only you read it.", home)
    return form_page(
        request,
        form,
        title="What you want to do",
        verb="Save it",
        back=home,
        template="techniques/own_action_form.html",
        action=action,
        crumbs=_crumbs(organisation),
    )


@requires(Permission.READ)
@require_POST
def own_action_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    action = _find_own_action(request, pk)
    home = _home_of(request, action)
    learning_sets.delete_own_action(action, by=request.membership, at=request.now)
    return done(request, "It is deleted.", home)


@requires(Permission.READ)
@require_POST
def own_action_share(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make an action of it that others read."""
    action = _find_own_action(request, pk)
    home = _home_of(request, action)
    with refusals_said(request):
        learning_sets.share_own_action(action, by=request.membership, at=request.now)
        return done(request, worded("It is an action now that others can read, without a word about the set."), home)
    return redirect(home)


def _form_of_set(
    request: MemberRequest, learning_set: LearningSet, form: Any, *, title: str, verb: str, intro: str = "", **more: Any
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        verb=verb,
        intro=intro,
        back=learning_set.get_absolute_url(),
        back_words="Back to the set",
        crumbs=_crumbs(learning_set.organisation, learning_set),
        **more,
    )
