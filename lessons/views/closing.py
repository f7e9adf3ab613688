"""The close of a session: agree the summary, the actions and the lessons, then end it."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from actionplan.action_pages import action_page
from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import posted, status_of
from kmportal.lib.things import ref_of
from kmportal.lib.view_kit import done, refusals_on
from lessons.actions import closing, wording
from lessons.actions.wording import Draft
from lessons.forms.closing import CloseForms
from lessons.forms.closing_rows import advice_in_words
from lessons.models import Lesson
from lessons.wording import digest_of
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.helper_registry import told_in
from techniques.models import Session, Wish, Wording
from techniques.room_visibility import unshown_count
from techniques.views import facilitating, room_views


@dataclass(frozen=True)
class Clash:
    """What somebody else has put where I have written, too."""

    label: str
    field: str
    theirs: str


@requires(Permission.FACILITATE)
def session_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Everything the close needs on one page, filled in from the notes that were shown. The room reads each save."""
    session = _session_or_404(request, pk)
    if session.learning_set_id:
        return redirect("set_meeting_end", organisation.slug, session.pk)
    saves_itself = request.headers.get("Autosave") == "1"
    if not session.is_live:
        return _too_late(request, session, saves_itself=saves_itself)
    if request.method != "POST":
        stored = Wording.objects.filter(session=session).first()
        forms = CloseForms.from_draft(session, request.membership, stored.fields if stored else {})
        return _close_page(request, session, forms)
    try:
        draft = wording.keep_wording(session, by=request.membership, at=request.now, posted=request.POST)
    except Refusal:
        session.refresh_from_db()
        return _too_late(request, session, saves_itself=saves_itself)
    if saves_itself:
        return _saved(draft)
    return _save_or_close(request, session, draft)


def _save_or_close(request: MemberRequest, session: Session, draft: Draft) -> HttpResponse:
    forms = draft.forms
    if draft.conflicts:
        mine = {**forms.values(), **{one.name: one.mine for one in draft.conflicts}}
        both = CloseForms.from_draft(session, request.membership, mine)
        return _close_page(request, session, both, draft=draft)
    closes = "save" not in request.POST
    if _is_out_of_date(request, draft, closes=closes):
        return _close_page(request, session, forms)
    if closes and draft.has_words_of_others:
        messages.warning(request, "Somebody else has written here since. Read the words once more, then close.")
        return _close_page(request, session, forms)
    if "save" in request.POST:
        reads = ", and the room reads it" if session.participants.joined().exists() else ""
        return done(request, f"What you wrote is saved{reads}.", "session_close", *_address(session))
    if forms.are_valid() and forms.forget_everything:
        messages.warning(request, "Nothing is ticked yet. Tick what to keep, or say that nothing is kept.")
        return _close_page(request, session, forms, asks=True)
    if forms.are_valid():
        with refusals_on(forms.summary):
            seen = draft.wording.saved_at
            closing.close_with_lessons(session, by=request.membership, at=request.now, seen=seen, **forms.wanted())
            return done(request, worded("The session is closed. Here is what came out of it."), session)
    return _close_page(request, session, forms)


def _saved(draft: Draft) -> JsonResponse:
    """What was saved by itself, what others have changed, and where both have written."""
    kept, clashing = draft.forms.values(), {one.name for one in draft.conflicts}
    changed = {
        name: values
        for name, values in kept.items()
        if name not in clashing and values != draft.sent.get(name, []) and not _is_counted(name)
    }
    seen = digest_of(kept)
    for name in clashing:
        seen[name] = draft.seen.get(name, "")
    answer = {
        "seen": seen,
        "known": "".join(kept.get("known", [])),
        "changed": changed,
        "fresh": draft.is_new,
        "theirs": {one.name: "\n".join(one.theirs) for one in draft.conflicts},
        "words": {one.name: _clash_of(draft.forms, one.name, one.theirs).theirs for one in draft.conflicts},
        "agreed": draft.wording.version,
    }
    if draft.conflicts:
        answer["unsaved"] = "Somebody else has written in the same place. Both versions stand below."
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def _is_counted(name: str) -> bool:
    """What the page knows and counts by itself; nobody types it."""
    return name == "known" or name.endswith("_FORMS")


def _too_late(request: MemberRequest, session: Session, *, saves_itself: bool) -> HttpResponse:
    """The session is closed, or not open: what somebody had still on their page is not lost."""
    if saves_itself:
        why = worded("This session is closed meanwhile. What you typed is not saved: copy it.")
        return JsonResponse({"problem": why if session.is_closed else _why_not_now(session)}, status=409)
    if request.method != "POST":
        messages.info(request, _why_not_now(session))
        return redirect(session)
    shown = CloseForms.from_post(session, request.membership, request.POST).shown() if session.is_closed else {}
    kept = "\n".join(session.summary.values())
    lost = [one for one in shown.get("summary", []) if one["words"].strip() not in kept]
    agreed = {action.title for action in Action.objects.agreed_in(ref_of(session))}
    actions = [one for one in shown.get("actions", []) if one["title"] not in agreed]
    made = Lesson.objects.filter(session=session).values_list("revision__when_you", "revision__then_do")
    kept_lessons = {advice_in_words(*words) for words in made}
    lessons = [one for one in shown.get("lessons", []) if one["words"] not in kept_lessons]
    if not (lost or actions or lessons):
        messages.info(request, _why_not_now(session))
        return redirect(session)
    context = {"session": session, "lost": lost, "actions": actions, "lessons": lessons, "why": _why_not_now(session)}
    return render(request, "lessons/session_close_late.html", context, status=409)


@requires(Permission.FACILITATE)
@require_POST
def session_wish(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What somebody in the room would word otherwise: take it up, or leave it out."""
    seat = facilitating.desk_of_session(request, pk)
    takes = "take" in request.POST
    handle = room_views.read_handle(posted(request, "take" if takes else "leave_out"))
    wish = get_object_or_404(Wish.objects.select_related("session__organisation"), session=pk, client_id=handle)
    return room_views.run_action(request, seat, wording.decide_wish, thing=wish, takes=takes)


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


def _address(session: Session) -> tuple[str, int]:
    return session.organisation.slug, session.pk


def _why_not_now(session: Session) -> str:
    if session.state == Session.State.CLOSED:
        return worded("This session is closed. Here is what came out of it.")
    if session.state == Session.State.CANCELLED:
        return worded("This session was cancelled, so there is nothing to close.")
    return worded("This session has not begun. Open the room first.")


def _is_out_of_date(request: MemberRequest, draft: Draft, *, closes: bool) -> bool:
    """Whether the room has changed since the page was opened; then the page follows it, and says so."""
    if draft.gone:
        notes = "1 note was" if draft.gone == 1 else f"{draft.gone} notes were"
        words = f"{notes} taken away since you opened this page, and left out below. Read your own words once more."
        messages.warning(request, words)
    is_new = draft.unread if closes else draft.is_new
    if is_new:
        messages.warning(request, "Notes were written since you opened this page. They are added below.")
    return bool(draft.gone) or is_new


def _close_page(
    request: MemberRequest, session: Session, forms: CloseForms, *, asks: bool = False, draft: Draft | None = None
) -> HttpResponse:
    stored = draft.forms.values() if draft else forms.values()
    forms.show_as_seen(digest_of(stored))
    clashes = [_clash_of(forms, one.name, one.theirs) for one in draft.conflicts] if draft else []
    context = {
        "asks": asks,
        "session": session,
        "summary": forms.summary,
        "actions": forms.actions,
        "advice": forms.advice,
        "form": forms.summary,
        "clashes": clashes,
        "saved_by": draft.saved_by if draft else None,
        "is_last": session.stage_id == session.stages.values_list("pk", flat=True).last(),
        "unshown": unshown_count(session),
        "promise": session.what_is_kept,
        "told": told_in(session),
        "afterwards": session.was_entered_afterwards,
    }
    return render(request, "lessons/session_close.html", context, status=409 if clashes else status_of(*forms.parts))


def _clash_of(forms: CloseForms, name: str, theirs: list[str]) -> Clash:
    boxes: dict[str, BoundField] = {
        box.html_name: box for form in (forms.summary, *forms.actions, *forms.advice) for box in form
    }
    box = boxes.get(name)
    words = "\n".join(theirs)
    if box is not None and hasattr(box.field, "choices"):
        names = {str(key): str(label) for key, label in box.field.choices}
        words = ", ".join(names.get(one, one) for one in theirs)
    elif theirs == ["on"]:
        words = "Ticked"
    label = str(box.label) if box is not None else name
    return Clash(label, box.id_for_label if box is not None else "", words or "Nothing, or no tick")
