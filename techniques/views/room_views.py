"""What the pages of a room share, whoever sits there: drawing it, saving a note, answering a poll."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kmportal.lib import days
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership, Person
from organisations.requests import GuestRequest, MemberRequest
from techniques import (
    guest_cookies,
    helper_registry,
    participant_lookup,
    policies,
    preconditions,
    room_updates,
    room_visibility,
)
from techniques.actions.room import notes, screen
from techniques.column_kinds import NOTE
from techniques.forms import NoteForm
from techniques.forms.afterwards import FeedbackForm
from techniques.models import Note, Participant, Session
from techniques.policies import Writer
from techniques.seen_room import Audience, SeenGroup, SeenNote, SeenRoom, SeenStage
from techniques.views import join_links

# The press that gives a stage more time
MORE_MINUTES = 2
TEMPLATES = {
    Audience.PARTICIPANT: "techniques/room_participant.html",
    Audience.FACILITATOR: "techniques/room_facilitator.html",
    Audience.SCREEN: "techniques/room_screen.html",
}
RoomRequest = GuestRequest | MemberRequest


@dataclass(frozen=True)
class Seat:
    """From where somebody sees a room, as whom they act there, and under which addresses they write.

    ``participant`` is whose own notes they see. Whoever leads acts by their ``membership``.
    """

    session: Session
    audience: Audience
    participant: Participant | None = None
    membership: Membership | None = None

    @property
    def writer(self) -> Writer | None:
        """Who writes from here; nobody in front of the big screen."""
        return self.membership or self.participant

    @property
    def own_name(self) -> str:
        """Their name as the room knows it: offered where somebody promises something."""
        return self.participant.name if self.participant else str(self.membership.person) if self.membership else ""

    @property
    def home(self) -> str:
        """The page of the room itself."""
        return self._url({"participant": "join_room", "facilitator": "session_room", "screen": "session_screen"})

    @property
    def note_url(self) -> str:
        return self._url({"participant": "join_note", "facilitator": "room_note"})

    @property
    def act_url(self) -> str:
        """Where the presses of a step’s helper go."""
        return self._url({"participant": "join_act", "facilitator": "room_act"})

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


@contextmanager
def refusals_kept() -> Iterator[list[str]]:
    """Put the sentence with which the action inside refuses into the list that it yields: for pages and JSON alike.

    The code after it runs only when the action refused.
    """
    said: list[str] = []
    try:
        yield said
    except Refusal as refusal:
        said.append(str(refusal))


def draw_room(request: RoomRequest, seat: Seat, *, status: int = 200, **values: Any) -> HttpResponse:
    """The page of the room as of now; ``?stage=`` looks at another stage without moving anybody, and so does a draft
    that was refused there."""
    room = room_from(seat, request.now)
    shown = room.stage(request.GET.get("stage", values.get("draft", {}).get("stage", ""))) or room.current
    context = {
        "seat": seat,
        "room": room,
        "session": seat.session,
        "shown": shown,
        "audience": seat.audience,
        "stages": [(stage, room.before(stage), room.after(stage)) for stage in room.stages],
        "clock": room_updates.clock_values(room.clock, request.now),
        "more": MORE_MINUTES,
        "minutes_alone": screen.MINUTES_ALONE,
        "poster": None if seat.audience is Audience.PARTICIPANT else join_links.poster_of(request, seat.session),
        **values,
    }
    return render(request, TEMPLATES[seat.audience], context, status=status)


def room_from(seat: Seat, at: datetime) -> SeenRoom:
    """The room as it is seen from this seat, as of now."""
    rows = room_visibility.read_room(seat.session)
    return room_visibility.project_room(rows, seat.audience, participant=seat.participant, at=at)


def save_note(request: RoomRequest, seat: Seat) -> HttpResponse:
    """Save a note; with JavaScript answer what was saved, without go back to the room."""
    form = NoteForm(request.POST)
    if not form.is_valid() or seat.writer is None:
        return refuse_note(request, seat, form.why_not)
    sent = form.cleaned_data
    with refusals_kept() as said:
        note = notes.write_note(
            seat.session,
            by=seat.writer,
            at=request.now,
            stage_key=sent["stage"],
            column=sent["column"],
            text=sent["text"],
            client_id=sent["client_id"],
            promised_by=sent["promised_by"],
            due_on=sent["due_on"],
        )
        return answer_saved(request, seat, note)
    return refuse_note(request, seat, said[0])


def change_note(request: RoomRequest, seat: Seat, handle: UUID) -> HttpResponse:
    """One note: change its words, or take it back (``take_back``). GET is the page to do so."""
    note, by = _find_note_of_seat(seat.session, handle), seat.writer
    if note is None or by is None or not policies.may_withdraw_note(by, note):
        raise Http404
    if request.method != "POST":
        return draw_change(request, seat, note)
    text, column = request.POST.get("text", ""), request.POST.get("column", note.column)
    with refusals_kept() as said:
        if "take_back" in request.POST:
            notes.withdraw_note(note, by=by, at=request.now)
        else:
            promise = _promise_in(request)
            notes.change_note(note, by=by, at=request.now, text=text, column=column, **promise)
        note.refresh_from_db()
        return answer_saved(request, seat, note)
    if wants_json(request):
        return json_answer({"error": said[0]}, status=422)
    return draw_change(request, seat, note, error=said[0], typed=text)


def _promise_in(request: RoomRequest) -> dict[str, Any]:
    """Who does it and by when, where a form asks for it. Raises ``Refusal`` for what is no day."""
    if "promised_by" not in request.POST:
        return {}
    text = request.POST.get("due_on", "").strip()
    try:
        return {"promised_by": request.POST["promised_by"], "due_on": days.read_day(text) if text else None}
    except days.NotADay as problem:
        raise Refusal(str(problem)) from None


def _find_note_of_seat(session: Session, handle: UUID) -> Note | None:
    rows = Note.objects.select_related("session__organisation", "stage", "author")
    return rows.filter(session=session, client_id=handle).first()


def draw_change(request: RoomRequest, seat: Seat, note: Note, *, error: str = "", typed: str = "") -> HttpResponse:
    """The page on which a note is changed. Whoever leads reads there that the writer of another’s note is told."""
    seen = room_visibility.readable_note(note, seat.participant.pk if seat.participant else 0)
    if seen is None or seat.writer is None or note.gone_at is not None or seat.session.is_over:
        raise Http404
    values = {
        "seat": seat,
        "session": seat.session,
        "stage": note.stage,
        "note": seen,
        "typed": typed or seen.text,
        "error": error,
        "is_own": policies.is_own(seat.writer, note),
        "takes_promise": any(column.makes == "actions" for column in note.stage.columns),
    }
    return render(request, "techniques/note_form.html", values, status=422 if error else 200)


def answer_saved(request: RoomRequest, seat: Seat, note: Note) -> HttpResponse:
    """What the writer hears after the commit."""
    if not wants_json(request):
        return redirect(f"{seat.home}?stage={note.stage.key}" if note.stage_id != seat.session.stage_id else seat.home)
    if note.gone_at is not None:
        values = {"handle": str(note.client_id), "gone": True}
        return json_answer({**values, **_marks_that_count(request, seat, note)})
    own = room_visibility.own_notes(note.stage, [note], note.author_id or 0)[0]
    values = {
        "handle": str(note.client_id),
        "stage": note.stage.key,
        "column": note.column,
        "is_hidden": not note.stage.shows_notes,
        "html": _draw_own_note(request, seat, own),
    }
    return json_answer({**values, **_marks_that_count(request, seat, note)})


def _marks_that_count(request: RoomRequest, seat: Seat, note: Note) -> dict[str, Any]:
    """One’s own marks with the answer, where the helper of the step counts what one writes in it."""
    helper = helper_registry.helper_of(note.stage.takes)
    counts = helper is not None and helper.counts_own and seat.audience is Audience.PARTICIPANT
    return {"marks": own_marks(request, seat)} if counts else {}


def refuse_note(request: RoomRequest, seat: Seat, sentence: str) -> HttpResponse:
    """Nothing was saved, and nothing that was typed is lost."""
    if wants_json(request):
        return json_answer({"error": sentence}, status=422)
    if seat.session.is_over:
        return draw_over(request, seat.session, typed=request.POST.get("text", ""))
    stage, column = request.POST.get("stage", ""), request.POST.get("column", "")
    found = seat.session.stages.filter(key=stage).first()
    kind = next((one.kind for one in found.columns if one.key == column), NOTE) if found else NOTE
    draft = {
        "stage": stage,
        "box": f"{stage}{kind.box}",
        "text": request.POST.get("text", ""),
        "error": sentence,
        "who": request.POST.get("promised_by", ""),
        "day": _day_typed(request),
    }
    return draw_room(request, seat, status=422, draft=draft)


def _day_typed(request: RoomRequest) -> date | None:
    """The day of a promise, to be shown again."""
    with suppress(days.NotADay):
        return days.read_day(request.POST.get("due_on", ""))
    return None


def draw_over(request: HttpRequest, session: Session, *, typed: str = "") -> HttpResponse:
    """The session is over, for whoever was in: what was agreed, which a guest reads as long as their browser is known;
    and what was typed too late, so that it can be copied."""
    if wants_json(request):
        return json_answer({"error": worded("This session is over.")}, status=410)
    guest = participant_lookup.participant_of(session, None, request.COOKIES)
    until = guest_cookies.lasts_until(request.COOKIES, session.pk) if guest else None
    values = {"session": session, "typed": typed, "until": until, **_questions_for(request, session)}
    if session.is_closed:
        values["summary"] = [*session.summary_by_step(), *helper_registry.told_in(session)]
    return render(request, "techniques/room_over.html", values, status=422 if typed else 410)


def _questions_for(request: HttpRequest, session: Session) -> dict[str, Any]:
    """The two questions at the end, for whoever was in and has not answered yet."""
    person = request.user if isinstance(request.user, Person) else None
    one = participant_lookup.participant_of(session, person, request.COOKIES)
    if one is None or one.gave_feedback or not preconditions.is_feedback_open(session, timezone.now()):
        return {}
    return {"feedback": FeedbackForm()}


def send_own_notes(request: RoomRequest, seat: Seat) -> HttpResponse:
    """One’s own notes, for a second window that has not seen them yet. Nobody else’s."""
    room = room_from(seat, request.now)
    mine = {
        stage.key: [{"handle": str(note.handle), "html": _draw_own_note(request, seat, note)} for note in stage.mine]
        for stage in room.stages
    }
    return json_answer({"notes": mine, "seq": room.seq, "marks": _marks_of(request, seat, room)})


def own_marks(request: RoomRequest, seat: Seat) -> dict[str, Any]:
    """What is this person’s own on the board that all have: see ``_marks_of``."""
    return _marks_of(request, seat, room_from(seat, request.now))


def _marks_of(request: RoomRequest, seat: Seat, room: SeenRoom) -> dict[str, Any]:
    """For one browser: which cards are one’s own, which one has said “me too” to, and one’s votes; which comments can
    be taken back; what whoever leads did to one’s notes."""
    notes = [note for stage in room.stages for note in stage.notes]
    things: list[SeenNote | SeenGroup] = [*notes, *(one for stage in room.stages for one in stage.named_groups)]
    corrections = render_to_string(
        "techniques/_room_corrections.html", {"room": room, "session": seat.session}, request=request
    )
    return {
        "own": [str(note.handle) for note in notes if note.is_mine],
        "me_too": [str(note.handle) for note in notes if note.is_agreed],
        "comments": [str(one.handle) for note in notes for one in note.comments if one.is_mine],
        "votes": {str(thing.handle): thing.votes.mine for thing in things if thing.votes.mine},
        "left": {stage.key: stage.voting.left for stage in room.stages if stage.voting and stage.voting.is_open},
        "ready": room.is_ready,
        "agreed": room.wording.version if room.wording and room.wording.is_agreed else 0,
        "corrections": corrections if room.corrections else "",
        "helpers": {
            stage.key: _draw_own_helper(request, seat, stage)
            for stage in room.stages
            if stage.helper and stage.helper.own and seat.audience is Audience.PARTICIPANT
        },
    }


def _draw_own_note(request: RoomRequest, seat: Seat, note: room_visibility.SeenNote) -> str:
    values = {"note": note, "session": seat.session, "audience": seat.audience}
    return render_to_string(note.kind.drawing, values, request=request)


def _draw_own_helper(request: RoomRequest, seat: Seat, stage: SeenStage) -> str:
    """What is this person’s own of a step’s helper, as on the page."""
    helper = stage.helper
    values = {"stage": stage, "helper": helper, "seen": helper and helper.seen, "session": seat.session, "seat": seat}
    return render_to_string(helper.own if helper else "", values, request=request)


def send_updates(request: RoomRequest, seat: Seat, number: int) -> HttpResponse:
    """The same pieces as the stream sends, for browsers whose stream does not get through."""
    page = room_updates.updates_since(seat.session.pk, number, seat.audience, at=request.now)
    pieces = [piece.as_json() for piece in page.pieces]
    now = room_updates.milliseconds(request.now)
    return json_answer({"seq": page.upto, "now": now, "more": page.more, "pieces": pieces})


def run_action(
    request: MemberRequest, seat: Seat, action: Callable[..., object], *, thing: object = None, **values: Any
) -> HttpResponse:
    """Run one of the actions of whoever leads, on the session or a ``thing`` in it; screens hear of it by the log."""
    with refusals_kept() as said:
        action(thing or seat.session, by=request.membership, at=request.now, **values)
        return json_answer({"done": True}) if wants_json(request) else redirect(seat.home)
    if wants_json(request):
        return json_answer({"error": said[0]}, status=422)
    messages.error(request, said[0])
    return redirect(seat.session if seat.session.is_over else seat.home)


def read_handle(text: str) -> UUID:
    """The handle of a note or group in what was sent. Raises ``Http404`` when it is none."""
    with suppress(ValueError):
        return UUID(text)
    raise Http404


def wants_json(request: HttpRequest) -> bool:
    """Whether our own JavaScript asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def json_answer(values: dict[str, Any], *, status: int = 200) -> JsonResponse:
    """An answer to our own JavaScript, which nobody is to keep."""
    return JsonResponse(values, status=status, headers={"Cache-Control": "no-store"})
