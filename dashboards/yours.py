"""Everything that one person has promised or is asked for, on one page: what they do, lead, write and answer."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from communities.models import Knock
from kmportal.lib.days import day_in_words, due_in_words, moment_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.mail import can_leave
from kmportal.lib.sentences import capital, quoted
from kmportal.lib.things import Look
from lessons.labels import look_of, look_of_risk
from lessons.models import WITH_AUTHOR, Lesson, Risk
from organisations.models import Membership
from roadmap.labels import STATES as PLAN_STATES
from roadmap.models import Intervention
from selfassessment.labels import STATES as ROUND_STATES
from selfassessment.labels import UNREAD
from selfassessment.models import Assessment
from techniques.labels import STATES as SESSION_STATES
from techniques.models import Session

# More of one kind have a list of their own, to which the section leads.
SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One thing: what it is, where it is, and where it stands."""

    title: str
    url: str
    facts: str = ""
    late: str = ""
    look: Look | None = None


@dataclass(frozen=True)
class Section:
    """One kind of thing, with what to say where there is none."""

    key: str
    title: str
    lines: list[Line]
    count: int
    nothing: str
    more_url: str = ""


def sections(membership: Membership, *, at: datetime) -> list[Section]:
    """All of it, in the order in which it presses. The same few queries for one row and for many."""
    today = timezone.localdate(at)
    guests = _guests(membership, today)
    return [
        _actions(membership, today),
        *([guests] if guests.lines else []),
        _interventions(membership, today),
        _lessons(membership),
        _sessions(membership, at),
        _rounds(membership, today),
        *_risks(membership, today),
        *_requests(membership, at),
    ]


def _actions(membership: Membership, today: date) -> Section:
    rows = Action.objects.visible_to(membership).owned_by(membership.person).open().by_day()
    lines = [
        Line(
            action.title,
            action.get_absolute_url(),
            "" if action.days_late(today) > 0 else capital(due_in_words(action.due_on, on=today)),
            due_in_words(action.due_on, on=today) if action.days_late(today) > 0 else "",
        )
        for action in rows.select_related("organisation")[:SHOWN]
    ]
    url = reverse("action_list", args=[membership.organisation.slug])
    return Section("actions", worded("Actions"), lines, rows.count(), worded("No action waits for you."), url)


def _guests(membership: Membership, today: date) -> Section:
    rows = Action.objects.visible_to(membership).left_to_tell(membership.person, mail_leaves=can_leave()).by_day()
    lines = [
        Line(
            action.title,
            action.get_absolute_url(),
            f"{action.guest_name}."
            if action.days_late(today) > 0
            else f"{action.guest_name}. {capital(due_in_words(action.due_on, on=today))}",
            due_in_words(action.due_on, on=today) if action.days_late(today) > 0 else "",
        )
        for action in rows.select_related("organisation")[:SHOWN]
    ]
    return Section("guests", "Guests to remind, whom the portal cannot write to", lines, rows.count(), "")


def _interventions(membership: Membership, today: date) -> Section:
    rows = Intervention.objects.visible_to(membership).under_way().filter(owner=membership.person)
    ordered = rows.select_related("programme__organisation").order_by(F("ends_on").asc(nulls_last=True), "pk")
    lines = [
        Line(
            str(row),
            row.get_absolute_url(),
            f"Step {row.step}. {_days_of(row, today)}",
            due_in_words(row.ends_on, on=today) if row.ends_on and row.ends_on < today else "",
            PLAN_STATES[row.state],
        )
        for row in ordered[:SHOWN]
    ]
    return Section("plan", "In the plan", lines, rows.count(), "Nothing in the plan is yours.")


def _days_of(row: Intervention, today: date) -> str:
    if row.state == Intervention.State.PLANNED and row.starts_on:
        begun = "Should have begun" if row.starts_on < today else "Begins"
        return f"{begun} {day_in_words(row.starts_on, on=today)}"
    if row.ends_on is None:
        return "It has no dates yet" if row.starts_on is None else "It has no last day yet"
    return "" if row.ends_on < today else f"Ends {day_in_words(row.ends_on, on=today)}"


def _lessons(membership: Membership) -> Section:
    rows = Lesson.objects.visible_to(membership).written_by(membership.person).filter(state__in=WITH_AUTHOR)
    lines = [
        Line(
            str(lesson.revision),
            lesson.get_absolute_url(),
            f"From {lesson.session}" if lesson.session else "",
            look=look_of(lesson, membership.organisation_id),
        )
        for lesson in rows.select_related("revision", "organisation", "session").order_by("-pk")[:SHOWN]
    ]
    url = reverse("lesson_mine", args=[membership.organisation.slug])
    return Section("lessons", worded("Lessons to finish"), lines, rows.count(), worded("No lesson waits for you."), url)


def _requests(membership: Membership, at: datetime) -> list[Section]:
    """Who asks to join a community that this member keeps together; most keep none."""
    rows = Knock.objects.to_answer_by(membership).order_by("at", "pk")
    page = membership.organisation.slug
    lines = [
        Line(
            f"{knock.membership.person} asks to join {quoted(knock.community)}",
            f"{reverse('community_detail', args=[page, knock.community_id])}#knocks",
            f"{capital(moment_in_words(timezone.localtime(knock.at), on=timezone.localdate(at)))}",
        )
        for knock in rows.select_related("community", "membership__person")[:SHOWN]
    ]
    return [Section("requests", "They ask to join", lines, rows.count(), "")] if lines else []


def _risks(membership: Membership, today: date) -> list[Section]:
    """What this member sees to or knows about in the register of knowledge at risk; most have none."""
    mine = Q(owner=membership.person_id) | Q(holders__person=membership.person_id)
    rows = Risk.objects.visible_to(membership).open().filter(mine).distinct().order_by("pk")
    lines = [
        Line(
            risk.title,
            risk.get_absolute_url(),
            "You see to it" if risk.owner_id == membership.person_id else "You know about it",
            due_in_words(risk.due_on, on=today)
            if risk.owner_id == membership.person_id and risk.due_on and risk.due_on < today
            else "",
            look_of_risk(risk),
        )
        for risk in rows.select_related("organisation")[:SHOWN]
    ]
    url = reverse("risk_list", args=[membership.organisation.slug])
    return [Section("risks", "Knowledge at risk", lines, rows.count(), "", url)] if lines else []


def _sessions(membership: Membership, at: datetime) -> Section:
    rows = Session.objects.visible_to(membership).with_person(membership.person).to_come()
    today = timezone.localdate(at)
    lines = [
        Line(
            session.title,
            session.get_absolute_url(),
            ". ".join(
                filter(
                    None,
                    (
                        "You lead it" if session.facilitator_id == membership.person_id else "You are invited",
                        capital(moment_in_words(timezone.localtime(session.starts_at), on=today)),
                        session.place,
                    ),
                )
            ),
            look=SESSION_STATES[session.state],
        )
        for session in rows.select_related("organisation", "technique")[:SHOWN]
    ]
    return Section("sessions", worded("Sessions"), lines, rows.count(), worded("No session is planned with you."))


def _rounds(membership: Membership, today: date) -> Section:
    """Rounds that this member runs, and those that ask them. Whether they have answered is not said here."""
    mine = Q(facilitator=membership.person) | Q(asked__person=membership.person, state=Assessment.State.OPEN)
    going = ~Q(state=Assessment.State.CLOSED) | Q(comments_read_at=None, facilitator=membership.person)
    rows = Assessment.objects.visible_to(membership).filter(mine).filter(going).distinct()
    lines = []
    for row in rows.select_related("organisation").order_by("closes_on", "pk")[:SHOWN]:
        runs = "You run it" if row.facilitator_id == membership.person_id else "You are asked to answer"
        closes = f"Closes {day_in_words(row.closes_on, on=today)}" if row.is_open else ""
        look = UNREAD if row.is_closed and not row.is_published else ROUND_STATES[row.state]
        lines.append(Line(str(row), row.get_absolute_url(), ". ".join(filter(None, (runs, closes))), look=look))
    return Section(
        "rounds", worded("Rounds of self-assessment"), lines, rows.count(), worded("No round waits for you.")
    )
