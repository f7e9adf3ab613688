"""What needs somebody today: the one list that asks, worked out from every app below, most pressing first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from actionplan.models import Action
from actionplan.reports import sources_of
from dashboards.gaps import LatestRound
from kmportal.lib.days import day_in_words, due_in_words, moment_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.mail import can_leave
from kmportal.lib.sentences import capital, quoted
from lessons.models import Lesson, State
from organisations.models import Invitation, Membership
from organisations.permissions import Permission, Role
from people.models import Recipient
from roadmap.models import Intervention
from roadmap.reports import giving_url
from selfassessment.models import Assessment
from techniques.models import Session

SOON = 3  # days
MOST = 8
SOONEST = (F("starts_on").asc(nulls_last=True), F("ends_on").asc(nulls_last=True), "step", "pk")


@dataclass(frozen=True)
class Need:
    """One thing that waits for this person: what it is, the one button, how late it is."""

    title: str
    url: str
    button: str
    facts: str = ""
    late: str = ""
    weight: int = 0
    number: int | None = None  # of what is counted in the title, and on the page that it opens


def needs_of(membership: Membership, latest: LatestRound, *, at: datetime) -> list[Need]:
    """Everything that waits for this member, most pressing first; at most eight, so that it stays a list for today."""
    today = timezone.localdate(at)
    found = [
        *_own_actions(membership, today),
        *_sessions_to_prepare(membership, at),
        *_answers_owed(membership, today),
        *_questions_asked(membership),
        *_returned_lessons(membership),
    ]
    if membership.can(Permission.VALIDATE):
        found += _lessons_waiting(membership, today)
    if membership.can(Permission.FACILITATE):
        found += [*_rounds_to_close(membership, today), *_sessions_to_close(membership, at)]
    if membership.can(Permission.PLAN):
        found += [*_undecided_gaps(latest), *_without_owner(membership, today), *_left_behind(membership, today)]
    if membership.can(Permission.ADMINISTER):
        found += [*_lead_to_find(membership), *_mail_to_set_up(membership)]
    return sorted(found, key=lambda need: -need.weight)[:MOST]


def _own_actions(membership: Membership, today: date) -> list[Need]:
    rows = (
        Action.objects.visible_to(membership)
        .owned_by(membership.person)
        .open()
        .filter(due_on__lte=today + timedelta(days=SOON))
    )
    needs = []
    actions = list(rows.select_related("organisation").order_by("due_on", "pk")[:MOST])
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
                facts if late > 0 else _join_sentence(words, facts),
                words if late > 0 else "",
                weight=60 + min(late, 30),
            )
        )
    return needs


def _sessions_to_prepare(membership: Membership, at: datetime) -> list[Need]:
    person = membership.person
    mine = Q(facilitator=person) | Q(invitees__person=person)
    rows = (
        Session.objects.visible_to(membership)
        .to_come()
        .filter(mine, starts_at__lte=at + timedelta(days=2), starts_at__gte=at - timedelta(hours=12))
    )
    needs = []
    for session in rows.select_related("organisation", "technique").distinct().order_by("starts_at"):
        leads = session.facilitator_id == person.pk
        starts = timezone.localtime(session.starts_at)
        live = session.state == Session.State.LIVE
        button = "Open the room" if leads else ("Join" if live else worded("See the session"))
        page = reverse("session_room", args=[membership.organisation.slug, session.pk]) if leads and live else None
        facts = _join_sentence(
            "Under way now" if live else capital(moment_in_words(starts, on=timezone.localdate(at))),
            session.technique.name,
            session.place,
        )
        needs.append(Need(session.title, page or session.get_absolute_url(), button, facts, weight=90 if live else 70))
    return needs


def _answers_owed(membership: Membership, today: date) -> list[Need]:
    return [
        Need(
            f"Answer {quoted(assessment)}",
            reverse("assessment_answer", args=[membership.organisation.slug, assessment.pk]),
            "Answer",
            f"About {assessment.framework.minutes} minutes, in one go or several. "
            f"Open until {day_in_words(assessment.closes_on, on=today)}",
            weight=65,
        )
        for assessment in Assessment.objects.waiting_for(membership).select_related("framework")
    ]


def _questions_asked(membership: Membership) -> list[Need]:
    """What colleagues have asked this member, and wait for."""
    rows = Recipient.objects.waiting().filter(person=membership.person, enquiry__organisation=membership.organisation)
    asked = rows.select_related("enquiry__organisation", "enquiry__author").order_by("asked_at", "pk")[:MOST]
    return [
        Need(
            row.enquiry.line,
            row.enquiry.get_absolute_url(),
            "Answer",
            f"{row.enquiry.author or 'Somebody who has left'} asks you. One press is enough.",
            weight=35,
        )
        for row in asked
    ]


def _returned_lessons(membership: Membership) -> list[Need]:
    rows = Lesson.objects.visible_to(membership).written_by(membership.person).filter(state=State.RETURNED)
    return [
        Need(
            f"Rewrite your {worded('lesson')} {quoted(lesson.revision)}",
            lesson.get_absolute_url(),
            "Read the comment",
            "Somebody checked it and asks for a change",
            weight=55,
        )
        for lesson in rows.select_related("revision", "organisation")[:3]
    ]


def _lessons_waiting(membership: Membership, today: date) -> list[Need]:
    waiting = Lesson.objects.waiting_for(membership)
    rows = list(waiting.select_related("revision", "organisation", "author").order_by("submitted_at", "pk")[:2])
    count = waiting.count() if len(rows) == 2 else len(rows)
    if not rows:
        return []
    first = rows[0]
    late = ""
    if first.answer_due_on and first.answer_due_on < today:
        late = due_in_words(first.answer_due_on, on=today)
    if count == 1:
        who = f"{first.author} sent it in" if first.author else "Sent in"
        return [
            Need(
                f"Check {worded('a lesson')}: {quoted(first.revision)}",
                first.get_absolute_url(),
                "Check",
                who,
                late,
                weight=50,
            )
        ]
    url = reverse("lesson_queue", args=[membership.organisation.slug])
    return [
        Need(
            f"Check {intcomma(count)} {worded('lessons')}",
            url,
            "Check",
            f"Longest waiting: {quoted(first.revision)}",
            late,
            weight=50,
            number=count,
        )
    ]


def _rounds_to_close(membership: Membership, today: date) -> list[Need]:
    rows = Assessment.objects.visible_to(membership).open().filter(closes_on__lt=today, facilitator=membership.person)
    return [
        Need(
            f"Close {quoted(assessment)} and read the results",
            assessment.get_absolute_url(),
            "Close",
            late=due_in_words(assessment.closes_on, on=today),
            weight=58,
        )
        for assessment in rows.select_related("organisation")
    ]


def _sessions_to_close(membership: Membership, at: datetime) -> list[Need]:
    rows = Session.objects.visible_to(membership).filter(
        state=Session.State.LIVE, facilitator=membership.person, opened_at__lt=at - timedelta(hours=12)
    )
    return [
        Need(
            f"End {quoted(session)} and keep what came out",
            reverse("session_close", args=[membership.organisation.slug, session.pk]),
            worded("End the session"),
            f"Under way since {day_in_words(timezone.localtime(session.opened_at).date(), on=timezone.localdate(at))}",
            weight=57,
        )
        for session in rows
    ]


def _undecided_gaps(latest: LatestRound) -> list[Need]:
    count = len(latest.undecided)
    if not count:
        return []
    them = worded(ngettext("suggestion", "suggestions", count))
    return [
        Need(
            f"Decide on {intcomma(count)} {them} from {quoted(latest.title)}",
            f"{latest.url}#do",
            "Decide",
            ", ".join(latest.undecided[:3]),
            weight=45,
            number=count,
        )
    ]


def _without_owner(membership: Membership, today: date) -> list[Need]:
    rows = Intervention.objects.visible_to(membership).filter(programme__is_current=True).without_owner()
    return [
        Need(
            f"Find somebody for {quoted(intervention)}",
            giving_url(intervention, membership.organisation.slug),
            "Choose an owner",
            f"Step {intervention.step}. Nobody does it yet",
            weight=40,
        )
        for intervention in rows.select_related("programme__organisation").order_by(*SOONEST)[:2]
    ]


def _lead_to_find(membership: Membership) -> list[Need]:
    """In a new organisation nobody may plan, so that for everybody else each page ends at “ask the KM lead”."""
    organisation = membership.organisation
    if Membership.objects.current().filter(organisation=organisation).may(Permission.PLAN).exists():
        return []
    if Invitation.objects.open().filter(organisation=organisation, role=Role.LEAD).exists():
        return []
    return [
        Need(
            worded("Invite the KM lead"),
            f"{reverse('invitation_new', args=[organisation.slug])}?role={Role.LEAD}",
            "Invite somebody",
            worded("Somebody has to plan the programme, and nobody has that role yet"),
            weight=80,
        )
    ]


def _mail_to_set_up(membership: Membership) -> list[Need]:
    if can_leave():
        return []
    return [
        Need(
            "Have e-mail set up",
            f"{reverse('organisation_edit', args=[membership.organisation.slug])}#mail",
            "See what is missing",
            "Nobody gets an invitation, a reminder or a new password by e-mail until then",
            weight=35,
        )
    ]


def _left_behind(membership: Membership, today: date) -> list[Need]:
    """Actions of people who have gone."""
    here = Membership.objects.current().filter(organisation=membership.organisation).values("person")
    rows = (
        Action.objects.visible_to(membership)
        .open()
        .filter(organisation=membership.organisation, owner__isnull=False)
        .exclude(owner__in=here)
    )
    return [
        Need(
            f"Find a new owner for {quoted(action)}",
            reverse("action_hand_over", args=[membership.organisation.slug, action.pk]),
            "Choose an owner",
            f"{action.owner} is no longer here",
            due_in_words(action.due_on, on=today) if action.days_late(today) else "",
            weight=75,
        )
        for action in rows.select_related("organisation", "owner").order_by("due_on")[:3]
    ]


def _join_sentence(*parts: str) -> str:
    return ". ".join(capital(part) for part in parts if part)
