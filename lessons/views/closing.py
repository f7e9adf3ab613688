"""The close of a session: agree the summary, the actions and the lessons, then end it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from actionplan.action_pages import action_page
from kmportal.lib.cleaning import first_words
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import status_of
from lessons import prefill
from lessons.actions import closing
from lessons.forms.closing import AdviceFormSet, PromiseFormSet, SummaryForm
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from techniques.models import Session
from techniques.room_visibility import unshown_count


@requires(Permission.FACILITATE)
def session_close(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Everything the close needs on one page, filled in from the notes that were shown."""
    sessions = Session.objects.visible_to(request.membership).for_room()
    session = get_object_or_404(sessions, pk=pk)
    if not session.is_live:
        messages.info(request, _why_not(session))
        return redirect(session)
    forms = _sent(request, session) if request.method == "POST" else _empty(request, session)
    if request.method == "POST" and _add_what_is_new(forms, session):
        messages.warning(request, "Notes were written since you opened this page. They are added below.")
        return _page(request, session, forms)
    if request.method == "POST" and _are_valid(forms):
        try:
            _close(request, session, forms)
        except Refusal as refusal:
            forms["summary"].add_error(None, str(refusal))
        else:
            messages.success(request, "The session is closed. Here is what came out of it.")
            return redirect(session)
    return _page(request, session, forms)


@requires(Permission.CONTRIBUTE)
def session_action_new(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What somebody promised and nobody wrote down before the close."""
    session = get_object_or_404(Session.objects.visible_to(request.membership).for_room(), pk=pk)
    if session.state != Session.State.CLOSED:
        return redirect(session)
    return action_page(
        request,
        partial(closing.promise_for, session),
        thing="session",
        back=session.get_absolute_url(),
        intro=f"For: {session.title}",
        crumbs=[
            ("Sessions", reverse("session_list", args=[organisation.slug])),
            (session.title, session.get_absolute_url()),
        ],
    )


def _empty(request: HttpRequest, session: Session) -> dict[str, Any]:
    notes = prefill.gather(session)
    return {
        "summary": SummaryForm(notes=notes),
        "promises": PromiseFormSet(
            initial=[_promise(text) for text in notes.actions],
            form_kwargs={"membership": request.membership},
            prefix="a",
        ),
        "advice": AdviceFormSet(initial=[_advice(text) for text in notes.lessons], prefix="l"),
    }


def _sent(request: HttpRequest, session: Session) -> dict[str, Any]:
    data = request.POST.copy()
    return {
        "summary": SummaryForm(data, notes=prefill.gather(session)),
        "promises": PromiseFormSet(data, form_kwargs={"membership": request.membership}, prefix="a"),
        "advice": AdviceFormSet(data, prefix="l"),
    }


def _are_valid(forms: dict[str, Any]) -> bool:
    """Whether all hold. Each is asked, so that every mistake is shown at once."""
    return sum(not form.is_valid() for form in forms.values()) == 0


def _promise(note: str) -> dict[str, Any]:
    """A note as an action; a long one keeps its words in the details."""
    title = first_words(note, 200)
    return {"title": title, "detail": note if title != note else ""}


def _advice(note: str) -> dict[str, Any]:
    when_you, then_do = prefill.advice_in(note)
    return {"when_you": when_you[:300], "then_do": then_do, "title": prefill.title_of(note)}


def _add_what_is_new(forms: dict[str, Any], session: Session) -> bool:
    """Put what was written since the page was opened into the forms: the close would delete it unread."""
    summary: SummaryForm = forms["summary"]
    known = frozenset(summary.data.get("known", "").split())
    fresh = prefill.gather(session, known=known)
    if not (fresh.actions or fresh.lessons or any(notes.summary for notes in fresh.stages)):
        return False
    summary.add(fresh)
    forms["promises"].add([_promise(text) for text in fresh.actions])
    forms["advice"].add([_advice(text) for text in fresh.lessons])
    return True


def _close(request: HttpRequest, session: Session, forms: dict[str, Any]) -> None:
    closing.close(
        session,
        by=request.user,
        at=timezone.now(),
        summary=forms["summary"].words,
        promised=forms["promises"].kept,
        advice=forms["advice"].kept,
    )


def _why_not(session: Session) -> str:
    if session.state == Session.State.CLOSED:
        return "This session is closed. Here is what came out of it."
    if session.state == Session.State.CANCELLED:
        return "This session was cancelled, so there is nothing to close."
    return "This session has not begun. Open the room first."


def _page(request: HttpRequest, session: Session, forms: dict[str, Any]) -> HttpResponse:
    context = {
        "session": session,
        **forms,
        "form": forms["summary"],
        "unshown": unshown_count(session),
        "promise": session.promise,
    }
    return render(request, "lessons/session_close.html", context, status=status_of(*forms.values()))
