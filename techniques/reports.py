"""What the page of a session shows, and what its reader may press there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look
from organisations.models import Membership
from techniques import policies, room_visibility
from techniques.labels import STATES
from techniques.models import QUESTIONS, Bowl, Feedback, Invitee, Participant, Session, Worth
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
