"""What the page of a session shows, and what its reader may press there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look
from organisations.models import Membership, Person
from techniques import policies, room_visibility
from techniques.labels import STATES
from techniques.models import (
    QUESTIONS,
    Bowl,
    Feedback,
    Gift,
    Invitee,
    LearningSet,
    LookBack,
    OwnAction,
    Participant,
    Question,
    Session,
    SetVisit,
    Turn,
    Worth,
    readable_until,
)
from techniques.room_visibility import Audience, SeenRoom, SeenStage
from techniques.scoring import FEWEST

# How long before the start people are likely to begin
COMES_TO_MIND = timedelta(minutes=30)


@dataclass(frozen=True)
class PreparationItem:
    """One item of the checklist, with its day."""

    text: str
    on: date
    is_done: bool


@dataclass(frozen=True)
class SessionPage:
    """The page of one session for one reader. ``leads``: whether they facilitate here."""

    look: Look
    presses: list[Press]
    invite: list[Press]
    allowed: frozenset[str]
    leads: bool
    admits: bool
    room: SeenRoom
    checklist: list[PreparationItem]
    invitees: list[Invitee]
    came: int
    feedback: "SeenFeedback | None"
    reports: bool
    matches: bool
    has_sheet: bool
    circle: Bowl | None

    @property
    def helped(self) -> list[SeenStage]:
        """The steps whose helpers have left something to tell."""
        return [stage for stage in self.room.stages if stage.helper and stage.helper.told]

    @classmethod
    def build(cls, session: Session, membership: Membership, *, at: datetime, is_in: bool) -> "SessionPage":
        """``is_in``: whether this browser has joined the room. What is offered follows from the policies alone."""
        allowed, leads = policies.allowed(membership, session), policies.may_facilitate(membership, session)
        invitees = list(session.invitees.select_related("person")) if leads else []
        came = Participant.objects.here().filter(session=session).count()
        words = "Invite more people" if invitees else "Invite people"
        invite = Press(
            "invite", words, _page_of_session(session, "session_invite"), is_form=True, look="small", icon="mail"
        )
        first = _facilitator_presses(
            session,
            opens_soon=session.starts_at - at < COMES_TO_MIND,
            came=came,
            invite=invite if session.is_planned and not invitees else None,
        )
        return cls(
            look=STATES[session.state],
            presses=[*offered(first, allowed), *_way_into_room(session, allowed, leads=leads, is_in=is_in)],
            invite=offered([invite], allowed),
            allowed=allowed,
            leads=leads,
            admits=is_in or session.admission_stopped_at is None,
            room=room_visibility.project_room(room_visibility.read_room(session), Audience.PARTICIPANT),
            checklist=checklist_of(session),
            invitees=invitees,
            came=came,
            feedback=feedback_of(session) if leads and session.is_closed else None,
            matches=session.matches.of_person(membership.person).exists(),
            has_sheet=leads and session.has_claims and not session.is_over,
            circle=(Bowl.objects.filter(session=session).first() or Bowl()) if session.has_circle else None,
            reports=session.advice.exists() and policies.may_tell_outcome(membership, session),
        )


def _facilitator_presses(session: Session, *, opens_soon: bool, came: int, invite: Press | None) -> list[Press]:
    """On top of the page. Inviting stands there, too, while nobody was asked."""
    page = partial(_page_of_session, session)
    return [
        Press("go_to_stage", "Go to the room", page("session_room"), is_form=True),
        Press("close", worded("End the session"), page("session_close"), is_form=True, look="secondary"),
        Press("open_room", "Open the room", page("session_open"), look="" if opens_soon else "secondary"),
        *([replace(invite, look="secondary")] if invite else []),
        Press(
            "note_attendance",
            "Change who was there" if came else "Say who was there",
            page("session_attendance"),
            is_form=True,
            look="quiet" if came else "secondary",
        ),
        Press("edit", "Change the plan", page("session_edit"), is_form=True, look="quiet"),
    ]


def _way_into_room(session: Session, allowed: frozenset[str], *, leads: bool, is_in: bool) -> list[Press]:
    """Back into the room for whoever is in; else a press to join. Whoever facilitates joins only when it is open."""
    if is_in and not session.is_over:
        url = reverse("join_room", args=[session.code])
        return [Press("join", "Go to your notes", url, is_form=True, look="secondary")]
    url = _page_of_session(session, "session_join")
    if not leads:
        return offered([Press("join", worded("Join the session"), url)], allowed)
    return offered([Press("join", "Join with this device", url, look="quiet")], allowed) if session.is_live else []


@dataclass(frozen=True)
class SeenFeedback:
    """What people said of a session, as far as it may be shown. ``lines``: each question with how many gave which
    answer, in the order of ``answers``."""

    people: int
    waiting: int
    lines: list[tuple[str, list[tuple[str, int]]]]
    answers: tuple[str, ...] = tuple(map(str, Worth.labels))
    fewest: int = FEWEST


def feedback_of(session: Session) -> SeenFeedback:
    """The figures for whoever leads: from three people on, and three more at a time."""
    rows = {row.is_shown: row for row in Feedback.objects.filter(session=session)}
    shown, waiting = rows.get(True), rows.get(False)
    people = waiting.people if waiting else 0
    if shown is None:
        return SeenFeedback(0, people, [])
    lines = [
        (words, [(str(one.label), getattr(shown, f"{question}_{one.value}")) for one in Worth])
        for question, words in QUESTIONS.items()
    ]
    return SeenFeedback(shown.people, people, lines)


def _page_of_session(session: Session, name: str) -> str:
    return reverse(name, args=[session.organisation.slug, session.pk])


def checklist_of(session: Session) -> list[PreparationItem]:
    """What to prepare, with the day counted back from the session, but never to before it was planned."""
    day = timezone.localdate(session.starts_at)
    first = min(day, timezone.localdate(session.created_at))
    done = set(session.prepared)
    return [
        PreparationItem(text, max(first, day - timedelta(days=days)), text in done)
        for days, text in session.technique.preparation
    ]


def with_looks(sessions: Iterable[Session]) -> list[tuple[Session, Look]]:
    """Sessions for a list, each with the look of its state."""
    return [(session, STATES[session.state]) for session in sessions]


def with_attendance(sessions: Iterable[Session]) -> list[tuple[Session, Look, int]]:
    """Sessions for a list, each with the look of its state and how many took part, in one query."""
    rows = list(sessions)
    here = Participant.objects.filter(session__in=rows).here().order_by()
    counts = dict(here.values_list("session").annotate(n=Count("pk")))
    return [(session, look, counts.get(session.pk, 0)) for session, look in with_looks(rows)]


# --- Action learning sets ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """What somebody was given in a turn of theirs, for their eyes alone, and until when it stands there."""

    session: Session
    until: datetime
    questions: list[str]
    gifts: list[str]


@dataclass(frozen=True)
class HeldMeeting:
    """A meeting that is over, as its set looks it up."""

    session: Session
    came: list[str]
    presented: list[str]
    asking: str
    working: str


@dataclass(frozen=True)
class SetPage:
    """A set for one reader. ``own`` and ``given`` are that reader’s, and read by nobody else.

    ``members``: each with how often they have presented, those first who have waited longest.
    """

    leads: bool
    leads_itself: bool
    is_member: bool
    members: list[tuple[str, int]]
    to_come: Session | None
    look: Look | None
    dates: list[datetime]
    held: list[HeldMeeting]
    own: list[OwnAction]
    given: list[Given]

    @classmethod
    def build(cls, learning_set: LearningSet, membership: Membership, *, at: datetime) -> "SetPage":
        to_come = learning_set.meetings.to_come().select_related("organisation", "technique").first()
        held = list(learning_set.meetings.held().order_by("-starts_at"))
        turns = list(Turn.objects.held().filter(session__in=held).select_related("person").order_by("position"))
        often: dict[int | None, list[datetime]] = {}
        began = {session.pk: session.starts_at for session in held}
        for turn in turns:
            often.setdefault(turn.person_id, []).append(began[turn.session_id])
        waited = {pk: (len(days), max(days)) for pk, days in often.items()}
        never = (0, learning_set.created_at)
        people = sorted(learning_set.people, key=lambda one: (*waited.get(one.pk, never), one.name))
        own = OwnAction.objects.of_person(membership.person).filter(learning_set=learning_set)
        return cls(
            leads=policies.may_lead_set(membership, learning_set),
            leads_itself=policies.leads_itself(learning_set),
            is_member=policies.is_member_of_set(membership, learning_set),
            members=[(str(person), len(often.get(person.pk, ()))) for person in people],
            to_come=to_come,
            look=STATES[to_come.state] if to_come else None,
            dates=list(learning_set.dates.to_come(at).values_list("starts_at", flat=True)),
            held=_meetings_of(held, turns),
            own=list(own.order_by(F("done_at").desc(nulls_first=True), "due_on", "pk")),
            given=_given_to(membership.person, turns, held, at),
        )


def _meetings_of(held: list[Session], turns: list[Turn]) -> list[HeldMeeting]:
    visits = list(SetVisit.objects.filter(session__in=held).select_related("person").order_by("person__name"))
    lines = {one.session_id: one for one in LookBack.objects.filter(session__in=held)}
    return [
        HeldMeeting(
            session,
            [str(one.person or "Somebody who has gone") for one in visits if one.session_id == session.pk],
            [str(one.person or "Somebody who has gone") for one in turns if one.session_id == session.pk],
            lines[session.pk].asking if session.pk in lines else "",
            lines[session.pk].working if session.pk in lines else "",
        )
        for session in held
    ]


def _given_to(person: Person, turns: list[Turn], held: list[Session], at: datetime) -> list[Given]:
    """Two queries, however many turns somebody has had."""
    last = {session.pk: (session, readable_until(session.closed_at or at)) for session in held}
    own = [turn for turn in turns if turn.person_id == person.pk and at < last[turn.session_id][1]]
    questions, gifts = (_texts_of(model, own) for model in (Question, Gift)) if own else ({}, {})
    return [
        Given(*last[turn.session_id], questions.get(turn.pk, []), gifts.get(turn.pk, []))
        for turn in own
        if turn.pk in questions or turn.pk in gifts
    ]


def _texts_of(model: type[Question | Gift], turns: list[Turn]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for turn, text in model._default_manager.filter(turn__in=turns).values_list("turn", "text"):
        found.setdefault(turn, []).append(text)
    return found


@dataclass(frozen=True)
class OwnSets:
    """The sets that somebody is in or advises, each with its next meeting, and what they mean to do; of sets that they
    have left, what is done, too: there is no page of the set on which they would find it."""

    sets: list[tuple[LearningSet, Session | None]]
    own: list[OwnAction]

    @classmethod
    def build(cls, membership: Membership) -> "OwnSets":
        sets = list(LearningSet.objects.visible_to(membership).select_related("organisation"))
        next_of: dict[int | None, Session] = {}
        for session in Session.objects.filter(learning_set__in=sets).to_come():
            next_of.setdefault(session.learning_set_id, session)
        own = OwnAction.objects.of_person(membership.person).filter(Q(done_at=None) | ~Q(learning_set__in=sets))
        own = own.filter(learning_set__organisation=membership.organisation_id)
        return cls(
            [(one, next_of.get(one.pk)) for one in sets],
            list(own.order_by(F("done_at").desc(nulls_first=True), "due_on", "pk")),
        )
