"""What somebody has promised, leads, or is asked: actions, their part of the plan, sessions, questions."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from actionplan.models import Action
from actionplan.reports import sources_of
from dashboards.todo.need import FETCHED, SOON, Need, join_sentence
from kmportal.lib.days import day_in_words, due_in_words, moment_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.mail import can_leave
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import capital, counted, quoted
from organisations.models import Membership
from people.models import Recipient
from roadmap.models import Intervention
from techniques.models import (
    ASKED_AFTER,
    ASKED_FOR,
    REPORT_AFTER,
    TALKED_AFTER,
    Advice,
    Match,
    Outcome,
    Session,
    SetMember,
)
from techniques.policies import may_facilitate


@prepared
def _due_actions(membership: Membership, until: date) -> QuerySet[Action]:
    rows = Action.objects.visible_to(membership).owned_by(membership.person).open().filter(due_on__lte=until)
    return rows.select_related("organisation").order_by("due_on", "pk")[:FETCHED]


def own_actions(membership: Membership, today: date) -> list[Need]:
    """What they promised and what is due."""
    needs = []
    actions = _due_actions(membership, today + timedelta(days=SOON))
    sources = sources_of(actions, membership)
    for action in actions:
        late = action.days_late(today)
        words = due_in_words(action.due_on, on=today)
        facts = f"Promised in: {sources[action.pk].title}" if action.pk in sources else ""
        needs.append(
            Need(
                action.title,
                action.get_absolute_url(),
                "Open",
                facts if late > 0 else join_sentence(words, facts),
                words if late > 0 else "",
                weight=60 + min(late, 30),
            )
        )
    return needs


@prepared
def _actions_of_guests(membership: Membership, today: date, mail_leaves: bool) -> QuerySet[Action]:
    rows = Action.objects.visible_to(membership).left_to_tell(membership.person, mail_leaves=mail_leaves)
    return rows.filter(due_on__lte=today).select_related("organisation").order_by("due_on", "pk")[:FETCHED]


def guests_to_remind(membership: Membership, today: date) -> list[Need]:
    """Actions of guests whom the portal cannot write to: whoever gave them has to say it."""
    return [
        Need(
            f"Remind {action.guest_name} of {quoted(action)}",
            action.get_absolute_url(),
            "Open",
            "The portal cannot write to them",
            due_in_words(action.due_on, on=today) if action.days_late(today) else "",
            weight=56,
        )
        for action in _actions_of_guests(membership, today, can_leave())
    ]


@prepared
def _sessions_between(membership: Membership, first: datetime, last: datetime) -> QuerySet[Session]:
    mine = Q(facilitator=membership.person) | Q(invitees__person=membership.person)
    rows = Session.objects.visible_to(membership).to_come().filter(mine, starts_at__lte=last, starts_at__gte=first)
    return rows.select_related("organisation", "technique").distinct().order_by("starts_at")


def sessions_to_prepare(membership: Membership, at: datetime) -> list[Need]:
    """Sessions of these days that they lead or are invited to."""
    needs = []
    for session in _sessions_between(membership, at - timedelta(hours=12), at + timedelta(days=2)):
        leads = session.facilitator_id == membership.person_id
        starts = timezone.localtime(session.starts_at)
        live = session.state == Session.State.LIVE
        button = "Open the room" if leads else ("Join" if live else worded("See the session"))
        page = reverse("session_room", args=[membership.organisation.slug, session.pk]) if leads and live else None
        facts = join_sentence(
            "Under way now" if live else capital(moment_in_words(starts, on=timezone.localdate(at))),
            session.technique.name,
            session.place,
        )
        needs.append(Need(session.title, page or session.get_absolute_url(), button, facts, weight=90 if live else 70))
    return needs


@prepared
def _sessions_open_since(membership: Membership, before: datetime) -> QuerySet[Session]:
    sets = SetMember.objects.filter(person=membership.person).values("learning_set")
    mine = Q(facilitator=membership.person) | Q(learning_set__in=sets)
    rows = Session.objects.visible_to(membership).filter(mine, state=Session.State.LIVE)
    rows = rows.filter(Q(opened_at__lt=before) | Q(starts_at__lt=before))
    return rows.select_related("organisation", "learning_set__organisation")


def sessions_to_close(membership: Membership, at: datetime) -> list[Need]:
    """Sessions that somebody forgot to end, or has begun to write down afterwards: with the day on which their room was
    opened, or on which they were held without one. Of a set that leads itself each member is asked."""
    needs = []
    before = at - timedelta(hours=12)
    for session in _sessions_open_since(membership, before):
        if not may_facilitate(membership, session):
            continue
        opened_at = session.opened_at or session.starts_at
        held_at = session.starts_at if session.was_entered_afterwards else opened_at
        if held_at >= before:
            continue
        day = day_in_words(timezone.localdate(held_at), on=timezone.localdate(at))
        of_set = session.learning_set_id is not None
        page = reverse(
            "set_meeting_end" if of_set else "session_close", args=[membership.organisation.slug, session.pk]
        )
        needs.append(
            Need(
                f"End {quoted(session)}" if of_set else f"End {quoted(session)} and keep what came out",
                page,
                "End the meeting" if of_set else worded("End the session"),
                f"{capital(day)}, not ended yet",
                weight=57,
            )
        )
    return needs


@prepared
def _sessions_to_tell_of(membership: Membership, first: datetime, last: datetime) -> QuerySet[Session]:
    promised = Action.objects.filter(source_kind="session", owner=membership.person).values("source_ident")
    rows = Session.objects.visible_to(membership).closed_between(first, last)
    rows = rows.filter(Q(facilitator=membership.person) | Q(pk__in=promised))
    rows = rows.exclude(pk__in=Outcome.objects.filter(person=membership.person).values("session"))
    return rows.select_related("organisation").order_by("closed_at", "pk")[:FETCHED]


def outcomes_to_tell(membership: Membership, at: datetime) -> list[Need]:
    """Sessions of three months ago that they led or promised something in."""
    last = at - ASKED_AFTER
    return [
        Need(
            f"What came of {quoted(session)}?",
            reverse("session_outcome", args=[membership.organisation.slug, session.pk]),
            "Say it",
            "It is three months ago",
            weight=33,
        )
        for session in _sessions_to_tell_of(membership, last - ASKED_FOR, last)
    ]


@prepared
def _advice_to_report_on(membership: Membership, first: datetime, last: datetime) -> QuerySet[Session]:
    promised = Action.objects.filter(source_kind="session", owner=membership.person).values("source_ident")
    rows = Session.objects.visible_to(membership).closed_between(first, last)
    rows = rows.filter(Q(facilitator=membership.person) | Q(pk__in=promised))
    rows = rows.filter(pk__in=Advice.objects.to_report_on().values("session"))
    return rows.select_related("organisation").order_by("closed_at", "pk")[:FETCHED]


def advice_to_report_on(membership: Membership, at: datetime) -> list[Need]:
    """Sessions of six weeks ago whose visitors wait to hear what became of their advice."""
    last = at - REPORT_AFTER
    return [
        Need(
            f"Tell the visitors of {quoted(session)} what became of their advice",
            reverse("session_report", args=[membership.organisation.slug, session.pk]),
            "Tell them",
            "It is six weeks ago",
            weight=34,
        )
        for session in _advice_to_report_on(membership, last - ASKED_FOR, last)
    ]


@prepared
def _matches_to_tell_of(membership: Membership, first: datetime, last: datetime) -> QuerySet[Session]:
    rows = Session.objects.visible_to(membership).closed_between(first, last)
    rows = rows.filter(pk__in=Match.objects.asked_of(membership.person).not_told().values("session"))
    return rows.select_related("organisation").order_by("closed_at", "pk")[:FETCHED]


def matches_to_tell_of(membership: Membership, at: datetime) -> list[Need]:
    """Sessions of four weeks ago in which they found somebody."""
    last = at - TALKED_AFTER
    return [
        Need(
            f"Did you talk with the people you found in {quoted(session)}?",
            reverse("session_matches", args=[membership.organisation.slug, session.pk]),
            "Say it",
            "It is four weeks ago",
            weight=34,
        )
        for session in _matches_to_tell_of(membership, last - ASKED_FOR, last)
    ]


@prepared
def _questions(membership: Membership) -> QuerySet[Recipient]:
    rows = Recipient.objects.waiting().filter(person=membership.person, enquiry__organisation=membership.organisation)
    return rows.select_related("enquiry__organisation", "enquiry__author").order_by("asked_at", "pk")[:FETCHED]


def questions_asked(membership: Membership) -> list[Need]:
    """What colleagues have asked this member, and wait for."""
    return [
        Need(
            row.enquiry.line,
            row.enquiry.get_absolute_url(),
            "Answer",
            f"{row.enquiry.author or 'Somebody who has left'} asks you. One press is enough.",
            weight=35,
        )
        for row in _questions(membership)
    ]


@prepared
def _pressing_interventions(membership: Membership, until: date) -> QuerySet[Intervention]:
    rows = Intervention.objects.visible_to(membership).under_way().filter(owner=membership.person)
    begins = Q(state=Intervention.State.PLANNED, starts_on__lte=until)
    rows = rows.filter(Q(ends_on__lte=until) | begins).select_related("programme__organisation")
    return rows.order_by("ends_on", "pk")[:FETCHED]


@prepared
def _undated_interventions(membership: Membership) -> QuerySet[Intervention]:
    rows = Intervention.objects.visible_to(membership).under_way().filter(owner=membership.person).without_dates()
    return rows.filter(programme__is_current=True).select_related("programme__organisation")


def own_interventions(membership: Membership, today: date) -> list[Need]:
    """What this person does in the plan: late, late to begin, or beginning within days."""
    needs = []
    for row in _pressing_interventions(membership, today + timedelta(days=SOON)):
        late, facts = _stand_of(row, today)
        weight = 58 if late else 52
        needs.append(Need(str(row), row.get_absolute_url(), "See your piece of the plan", facts, late, weight))
    if undated := _undated_interventions.count(membership):
        page = reverse("yours", args=[membership.organisation.slug])
        if undated == 1:
            page = _undated_interventions(membership)[0].get_absolute_url()
        undated_words = capital(counted(undated, worded("intervention"), worded("interventions")))
        words = ngettext("has", "have", undated)
        needs.append(Need(f"{undated_words} of yours {words} no dates", page, "See what is yours", weight=30))
    return needs


def _stand_of(row: Intervention, today: date) -> tuple[str, str]:
    """How late an intervention is, and else when it begins or ends."""
    if row.ends_on and row.ends_on < today:
        return due_in_words(row.ends_on, on=today), "You do this in the plan"
    if row.state == Intervention.State.PLANNED and row.starts_on:
        if row.starts_on < today:
            return f"should have begun {day_in_words(row.starts_on, on=today)}", "Say where it stands"
        return "", f"Begins {day_in_words(row.starts_on, on=today)}"
    return "", capital(due_in_words(row.ends_on, on=today)) if row.ends_on else ""
