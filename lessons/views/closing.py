"""The close of a session: agree the summary, the actions and the lessons, then end it."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from actionplan.action_pages import action_page
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import status_of
from kmportal.lib.view_kit import done, refusals_on
from lessons.actions import closing
from lessons.forms.closing import CloseForms
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.models import Session
from techniques.room_visibility import unshown_count


@requires(Permission.FACILITATE)
def session_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Everything the close needs on one page, filled in from the notes that were shown."""
    session = _session_or_404(request, pk)
    if not session.is_live:
        messages.info(request, _why_not_now(session))
        return redirect(session)
    if request.method != "POST":
        return _close_page(request, session, CloseForms.from_notes(session, request.membership))
    forms = CloseForms.from_post(session, request.membership, request.POST)
    if _is_out_of_date(request, session, forms):
        return _close_page(request, session, forms)
    if forms.are_valid() and forms.forget_everything:
        messages.warning(request, "Nothing is ticked yet. Tick what to keep, or say that nothing is kept.")
        return _close_page(request, session, forms, asks=True)
    if forms.are_valid():
        with refusals_on(forms.summary):
            closing.close_with_lessons(session, by=request.membership, at=request.now, **forms.wanted())
            return done(request, worded("The session is closed. Here is what came out of it."), session)
    return _close_page(request, session, forms)


@requires(Permission.CONTRIBUTE)
def session_action_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What somebody took on and nobody wrote down before the close."""
    session = _session_or_404(request, pk)
    if not session.is_closed:
        return redirect(session)
    return action_page(
        request,
        partial(closing.add_session_action, session),
        thing="session",
        back=session.get_absolute_url(),
        intro=f"For: {session.title}",
        crumbs=[
            (worded("Sessions"), reverse("session_list", args=[organisation.slug])),
            (session.title, session.get_absolute_url()),
        ],
    )


def _session_or_404(request: MemberRequest, pk: int) -> Session:
    return get_object_or_404(Session.objects.visible_to(request.membership).for_room(), pk=pk)


def _why_not_now(session: Session) -> str:
    if session.state == Session.State.CLOSED:
        return worded("This session is closed. Here is what came out of it.")
    if session.state == Session.State.CANCELLED:
        return worded("This session was cancelled, so there is nothing to close.")
    return worded("This session has not begun. Open the room first.")


def _is_out_of_date(request: MemberRequest, session: Session, forms: CloseForms) -> bool:
    """Whether the room has changed since the page was opened; then the page follows it, and says so."""
    gone, is_new = forms.remove_what_is_gone(), forms.add_what_is_new(session)
    if gone:
        notes = "1 note was" if gone == 1 else f"{gone} notes were"
        words = f"{notes} taken away since you opened this page, and left out below. Read your own words once more."
        messages.warning(request, words)
    if is_new:
        messages.warning(request, "Notes were written since you opened this page. They are added below.")
    return bool(gone) or is_new


def _close_page(request: MemberRequest, session: Session, forms: CloseForms, *, asks: bool = False) -> HttpResponse:
    context = {
        "asks": asks,
        "session": session,
        "summary": forms.summary,
        "actions": forms.actions,
        "advice": forms.advice,
        "form": forms.summary,
        "unshown": unshown_count(session),
        "promise": session.what_is_kept,
        "afterwards": session.was_entered_afterwards,
    }
    return render(request, "lessons/session_close.html", context, status=status_of(*forms.parts))
