"""What the pages of a room share, whoever sits there: drawing it, saving a note, answering a poll."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import Person
from techniques import actions, room_updates, room_visibility
from techniques.forms import NoteForm
from techniques.models import Note, Participant, Session
from techniques.room_visibility import Audience, SeenRoom
from techniques.views import join_links

# The press that gives a stage more time
MORE_MINUTES = 2
TEMPLATES = {
    Audience.PARTICIPANT: "techniques/room_participant.html",
    Audience.FACILITATOR: "techniques/room_facilitator.html",
    Audience.SCREEN: "techniques/room_screen.html",
}


@dataclass(frozen=True)
class Seat:
    """From where somebody sees a room, and under which addresses they write there."""

    session: Session
    audience: Audience
    participant: Participant | None = None
    person: Person | None = None

    @property
    def leads(self) -> bool:
        return self.audience is Audience.FACILITATOR

    @property
    def home(self) -> str:
        """The page of the room itself."""
        return self._url({"participant": "join_room", "facilitator": "session_room", "screen": "session_screen"})

    @property
    def note_url(self) -> str:
        return self._url({"participant": "join_note", "facilitator": "room_note"})

    @property
    def mine_url(self) -> str:
        return self._url({"participant": "join_mine", "facilitator": "room_mine"})

    @property
    def since_url(self) -> str:
        """Where to poll; the browser puts its last number in place of the nought at the end."""
        return self._url({"participant": "join_since", "facilitator": "room_since", "screen": "screen_since"}, 0)

    @property
    def live_url(self) -> str:
        return f"/live/sessions/{self.session.pk}/?as={self.audience}"

    @property
    def fresh_id(self) -> UUID:
        """A new identifier for each form that asks: a form sent twice saves once."""
        return uuid4()

    def _url(self, names: dict[str, str], *args: object) -> str:
        name = names.get(self.audience, "")
        if not name:
            return ""
        if self.audience is Audience.PARTICIPANT:
            return reverse(name, args=[self.session.code, *args])
        return reverse(name, args=[self.session.organisation.slug, self.session.pk, *args])


def draw_room(request: HttpRequest, seat: Seat, *, status: int = 200, **values: Any) -> HttpResponse:
    """The page of the room as of now; ``?stage=`` looks at another stage without moving anybody, and so does a draft
    that was refused there."""
    room = look(seat)
    shown = room.stage(request.GET.get("stage", values.get("draft", {}).get("stage", ""))) or room.current
    now = timezone.now()
    context = {
        "seat": seat,
        "room": room,
        "session": seat.session,
        "shown": shown,
        "audience": seat.audience,
        "stages": [(stage, room.before(stage), room.after(stage)) for stage in room.stages],
        "clock": room_updates.clock(room.clock, now),
        "more": MORE_MINUTES,
        "poster": None if seat.audience is Audience.PARTICIPANT else join_links.poster(request, seat.session),
        **values,
    }
    return render(request, TEMPLATES[seat.audience], context, status=status)


def look(seat: Seat) -> SeenRoom:
    return room_visibility.look(room_visibility.gather(seat.session), seat.audience, participant=seat.participant)


def save_note(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Save a note; with JavaScript answer what was saved, without go back to the room."""
    form = NoteForm(request.POST)
    if not form.is_valid() or seat.participant is None:
        return refuse_note(request, seat, "This note could not be read. Reload the page and write it again.")
    sent = form.cleaned_data
    try:
        note = actions.write(
            seat.session, stage_key=sent["stage"], column=sent["column"], text=sent["text"],
            client_id=sent["client_id"], author=seat.participant, leads=seat.leads, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return refuse_note(request, seat, str(refusal))
    return saved(request, seat, note)


def change_note(request: HttpRequest, seat: Seat, handle: UUID) -> HttpResponse:
    """One note of one’s own: change its words, or take it back (``take_back``). GET is the page to do so."""
    note = Note.objects.select_related("session", "stage", "author").filter(session=seat.session, client_id=handle)
    found = note.first()
    if found is None:
        raise Http404
    seen = room_visibility.one(found, seat.participant.pk if seat.participant else 0)
    if seen is None or not (seen.is_mine or seat.leads):
        raise Http404
    if request.method != "POST" or seat.participant is None:
        return draw_change(request, seat, found, seen)
    try:
        if "take_back" in request.POST:
            actions.take_back(found, by=seat.participant, leads=seat.leads, person=seat.person, at=timezone.now())
        else:
            found = actions.change(
                found, text=request.POST.get("text", ""), column=request.POST.get("column", found.column),
                by=seat.participant, leads=seat.leads, at=timezone.now(),
            )  # fmt: skip
    except Refusal as refusal:
        if wants_json(request):
            return json_answer({"error": str(refusal)}, status=422)
        return draw_change(request, seat, found, seen, error=str(refusal), typed=request.POST.get("text", ""))
    found.refresh_from_db()
    return saved(request, seat, found)


def draw_change(
    request: HttpRequest, seat: Seat, note: Note, seen: room_visibility.SeenNote, *, error: str = "", typed: str = ""
) -> HttpResponse:
    """The page on which a note is changed. Whoever leads may only take away what others wrote."""
    if note.gone_at is not None or seat.session.is_over:
        raise Http404
    values = {
        "seat": seat, "session": seat.session, "stage": note.stage, "note": seen, "typed": typed or seen.text,
        "error": error, "may_write": seen.is_mine or note.by_facilitator,
    }  # fmt: skip
    return render(request, "techniques/note_form.html", values, status=422 if error else 200)


def saved(request: HttpRequest, seat: Seat, note: Note) -> HttpResponse:
    """What the writer hears after the commit."""
    if not wants_json(request):
        return redirect(f"{seat.home}?stage={note.stage.key}" if note.stage_id != seat.session.stage_id else seat.home)
    if note.gone_at is not None:
        return json_answer({"handle": str(note.client_id), "gone": True})
    return json_answer(
        {
            "handle": str(note.client_id),
            "stage": note.stage.key,
            "column": note.column,
            "is_hidden": not note.stage.shows_notes,
            "html": _own_note(request, seat, room_visibility.own(note.stage, [note], note.author_id or 0)[0]),
        }
    )


def refuse_note(request: HttpRequest, seat: Seat, sentence: str) -> HttpResponse:
    """Nothing was saved, and nothing that was typed is lost."""
    if wants_json(request):
        return json_answer({"error": sentence}, status=422)
    if seat.session.is_over:
        return draw_over(request, seat.session, typed=request.POST.get("text", ""))
    draft = {"stage": request.POST.get("stage", ""), "text": request.POST.get("text", ""), "error": sentence}
    return draw_room(request, seat, status=422, draft=draft)


def draw_over(request: HttpRequest, session: Session, *, typed: str = "") -> HttpResponse:
    """The session is over, for whoever was in; with what was typed too late, so that it can be copied."""
    if wants_json(request):
        return json_answer({"error": "This session is over."}, status=410)
    status = 422 if typed else 410
    return render(request, "techniques/room_over.html", {"session": session, "typed": typed}, status=status)


def own_notes(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One’s own notes, for a second window that has not seen them yet. Nobody else’s."""
    room = look(seat)
    notes = {
        stage.key: [{"handle": str(note.handle), "html": _own_note(request, seat, note)} for note in stage.mine]
        for stage in room.stages
    }
    return json_answer({"notes": notes, "seq": room.seq})


def _own_note(request: HttpRequest, seat: Seat, note: room_visibility.SeenNote) -> str:
    values = {"note": note, "session": seat.session, "audience": seat.audience}
    return render_to_string("techniques/_room_note.html", values, request=request)


def news_since(seat: Seat, number: int) -> HttpResponse:
    """The same pieces as the stream sends, for browsers whose stream does not get through."""
    now = timezone.now()
    page = room_updates.since(seat.session.pk, number, seat.audience, at=now)
    pieces = [piece.as_json() for piece in page.pieces]
    return json_answer({"seq": page.upto, "now": room_updates.milliseconds(now), "more": page.more, "pieces": pieces})


def do(request: HttpRequest, seat: Seat, action: Callable[..., object], **values: Any) -> HttpResponse:
    """Run one of the room’s actions; the screens hear of it through the log."""
    try:
        action(seat.session, by=request.user, at=timezone.now(), **values)
    except Refusal as refusal:
        if wants_json(request):
            return json_answer({"error": str(refusal)}, status=422)
        messages.error(request, str(refusal))
        return redirect(seat.home if not seat.session.is_over else seat.session)
    return json_answer({"done": True}) if wants_json(request) else redirect(seat.home)


def wants_json(request: HttpRequest) -> bool:
    """Whether our own JavaScript asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def json_answer(values: dict[str, Any], *, status: int = 200) -> JsonResponse:
    """An answer to our own JavaScript, which nobody is to keep."""
    return JsonResponse(values, status=status, headers={"Cache-Control": "no-store"})
