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
from communities.models import ClaimedBenefit
from dashboards.gaps import LatestRound
from kmportal.lib.days import day_in_words, due_in_words, moment_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.mail import can_leave
from kmportal.lib.sentences import capital, counted, quoted
from kmportal.lib.succession import owned_kinds
from lessons.finding import count_to_answer, pack_url
from lessons.labels import saved_in_words
from lessons.models import Asset, Lesson, ReviewTurn, Saving, State
from lessons.policies import may_confirm_benefits
from lessons.promises import beginning
from lessons.tokens import turn_path
from organisations.models import Invitation, Membership
from organisations.permissions import Permission, Role
from people.models import Recipient
from roadmap.models import Intervention, Programme
from roadmap.reports import giving_url
from selfassessment.models import Assessment
from techniques.models import Session

SOON = 3  # days
MOST = 8
MOST_PACKS = 2
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
        *_lesson_drafts(membership),
        *_assets_to_look_at(membership, today),
        *_lessons_to_look_at(membership),
        *_own_interventions(membership, today),
        *_packs_to_answer(membership, today),
        *_guests_to_remind(membership, today),
    ]
    if membership.can(Permission.VALIDATE):
        found += _lessons_waiting(membership, today)
    if may_confirm_benefits(membership, membership.organisation):
        found += _benefits_to_confirm(membership)
    if membership.can(Permission.FACILITATE):
        found += [*_rounds_to_close(membership, today), *_comments_to_read(membership, today)]
        found += _sessions_to_close(membership, at)
    if membership.can(Permission.PLAN):
        found += [*_programme_to_begin(membership), *_undecided_gaps(latest), *_without_owner(membership, today)]
    found += _to_pass_on(membership, today)
    if membership.can(Permission.ADMINISTER):
        found += [*_lead_to_find(membership), *_facilitator_to_find(membership), *_mail_to_set_up(membership)]
        found += _incidents_to_name(membership)
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


def _guests_to_remind(membership: Membership, today: date) -> list[Need]:
    """Actions of guests whom the portal cannot write to: whoever gave them has to say it."""
    mine = Q(author=membership.person) | Q(told_when_late=membership.person)
    rows = (
        Action.objects.visible_to(membership).open().filter(mine, owner=None, due_on__lte=today).exclude(guest_name="")
    )
    if can_leave():
        rows = rows.filter(guest_email="")
    return [
        Need(
            f"Remind {action.guest_name} of {quoted(action)}",
            action.get_absolute_url(),
            "Open",
            "The portal cannot write to them",
            due_in_words(action.due_on, on=today) if action.days_late(today) else "",
            weight=56,
        )
        for action in rows.select_related("organisation").order_by("due_on", "pk")[:3]
    ]


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


def _lesson_drafts(membership: Membership) -> list[Need]:
    """Drafts that a session or an import of words made, or that somebody began: nobody else can see them."""
    rows = Lesson.objects.visible_to(membership).written_by(membership.person).filter(state=State.DRAFT)
    found = list(rows.select_related("revision", "organisation", "session").order_by("-pk")[:MOST])
    from_sessions = [lesson for lesson in found if lesson.session_id]
    return [
        Need(
            f"Finish your draft {quoted(lesson.revision)}",
            lesson.get_absolute_url(),
            "Read it and send it",
            f"From {quoted(lesson.session)}. Only you can see it",
            weight=42,
        )
        for lesson in from_sessions[:3]
    ]


def _assets_to_look_at(membership: Membership, today: date) -> list[Need]:
    rows = Asset.objects.visible_to(membership).to_look_at(today).filter(owner=membership.person)
    return [
        Need(
            f"Look again at {quoted(asset)}",
            asset.get_absolute_url(),
            "Is it still right?",
            "You look after it",
            weight=35,
        )
        for asset in rows.select_related("organisation").order_by("review_on", "pk")[:3]
    ]


def _lessons_to_look_at(membership: Membership) -> list[Need]:
    """The lesson of this month’s round, or how many, with the list of them."""
    turns = ReviewTurn.objects.of(membership).open().select_related("lesson__organisation", "lesson__revision")
    found = list(turns)
    if len(found) > 1:
        title = f"Look again at {counted(len(found), worded('lesson'), worded('lessons'))}"
        url = reverse("upkeep_list", args=[membership.organisation.slug])
        return [Need(title, url, "See them", "You look after them", weight=35, number=len(found))]
    return [
        Need(
            f"Look again at {quoted(turn.lesson.words.title)}",
            turn_path(turn),
            "Is it still right?",
            "You look after it",
            weight=35,
        )
        for turn in found
    ]


def _benefits_to_confirm(membership: Membership) -> list[Need]:
    """The one benefit that waits for a second person, or how many, with the register narrowed to them."""
    savings = Saving.objects.to_decide(membership)
    stories = ClaimedBenefit.objects.to_decide(membership)
    count = savings.count() + stories.count()
    facts = "It counts once somebody else has confirmed it"
    if count > 1:
        title, url = f"Confirm {intcomma(count)} benefits", reverse("benefit_list", args=[membership.organisation.slug])
        return [Need(title, f"{url}?waits=1", "See them", "Or say why not", weight=34, number=count)]
    if saving := savings.select_related("reuse__lesson__revision", "reuse__organisation").first():
        title = f"{saved_in_words(saving)} saved with {quoted(saving.reuse.lesson.words.title)}"
        return [Need(title, saving.reuse.get_absolute_url(), "Is it so?", facts, weight=34)]
    if benefit := stories.select_related("story__organisation").first():
        title = f"Confirm what came of {quoted(benefit.story)}"
        return [Need(title, benefit.story.get_absolute_url(), "Is it so?", facts, weight=34)]
    return []


def _own_interventions(membership: Membership, today: date) -> list[Need]:
    """What this person does in the plan: late, late to begin, or beginning within days."""
    rows = Intervention.objects.visible_to(membership).under_way().filter(owner=membership.person)
    pressing = rows.filter(
        Q(ends_on__lte=today + timedelta(days=SOON))
        | Q(state=Intervention.State.PLANNED, starts_on__lte=today + timedelta(days=SOON))
    )
    needs = []
    for row in pressing.select_related("programme__organisation").order_by("ends_on", "pk")[:MOST]:
        late, facts = _stand_of(row, today)
        weight = 58 if late else 52
        needs.append(Need(str(row), row.get_absolute_url(), "See your piece of the plan", facts, late, weight))
    if undated := rows.without_dates().filter(programme__is_current=True).count():
        first = rows.without_dates().filter(programme__is_current=True).select_related("programme__organisation")[0]
        undated_words = capital(counted(undated, worded("intervention"), worded("interventions")))
        words = ngettext("has", "have", undated)
        needs.append(
            Need(
                f"{undated_words} of yours {words} no dates",
                first.get_absolute_url() if undated == 1 else reverse("yours", args=[membership.organisation.slug]),
                "See what is yours",
                weight=30,
            )
        )
    return needs


def _packs_to_answer(membership: Membership, today: date) -> list[Need]:
    """Work that this person leads and that begins within a week: lessons of its pack that wait for an answer."""
    works = [
        (work.starts_on, work)
        for _, work in beginning(today, today, [membership.person_id], organisation=membership.organisation_id)
        if work.starts_on is not None
    ]
    needs = []
    for starts_on, work in sorted(works, key=lambda one: one[0])[:MOST_PACKS]:
        if number := count_to_answer(work, membership):
            lessons = counted(number, worded("lesson"), worded("lessons"))
            needs.append(
                Need(
                    f"Answer {lessons} before you start {quoted(work.title)}",
                    pack_url(work, membership),
                    "Read them",
                    f"Begins {day_in_words(starts_on, on=today)}",
                    weight=53,
                    number=number,
                )
            )
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


def _comments_to_read(membership: Membership, today: date) -> list[Need]:
    """Closed rounds that wait for somebody to read what people wrote: for everybody who runs rounds, so that none hangs
    on one person."""
    rows = Assessment.objects.visible_to(membership).unread().select_related("organisation")
    return [
        Need(
            f"Read the comments of {quoted(assessment)} and publish them",
            reverse("assessment_comments", args=[membership.organisation.slug, assessment.pk]),
            "Read the comments",
            _when_published(assessment, today),
            weight=62 if assessment.facilitator_id == membership.person_id else 48,
        )
        for assessment in rows.order_by("closed_at")[:3]
    ]


def _when_published(assessment: Assessment, today: date) -> str:
    if assessment.is_published or assessment.publishes_on is None:
        return "Its figures are published already"
    return f"Its figures are published {day_in_words(assessment.publishes_on, on=today)} in any case"


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


def _programme_to_begin(membership: Membership) -> list[Need]:
    """The first thing of a new lead: everything else of theirs hangs on it."""
    if Programme.objects.visible_to(membership).exists():
        return []
    return [
        Need(
            worded("Begin a programme"),
            reverse("programme_new", args=[membership.organisation.slug]),
            "Begin it",
            worded("It can bring the interventions of its first hundred days"),
            weight=45,
        )
    ]


def _facilitator_to_find(membership: Membership) -> list[Need]:
    """Until the first session: where nobody but the lead could hold one, somebody is asked for."""
    organisation = membership.organisation
    here = Membership.objects.current().filter(organisation=organisation)
    facilitators = here.may(Permission.FACILITATE)
    if not here.may(Permission.PLAN).exists() or facilitators.exclude(role=Role.LEAD).exists():
        return []
    if Invitation.objects.open().filter(organisation=organisation, role=Role.FACILITATOR).exists():
        return []
    if Session.objects.filter(organisation=organisation).exists():
        return []
    return [
        Need(
            worded("Invite a facilitator"),
            f"{reverse('invitation_new', args=[organisation.slug])}?role={Role.FACILITATOR}",
            "Invite somebody",
            worded("Only the KM lead can hold sessions and check lessons so far"),
            weight=30,
        )
    ]


def _incidents_to_name(membership: Membership) -> list[Need]:
    if membership.organisation.incident_url:
        return []
    return [
        Need(
            "Say where incidents are reported",
            f"{reverse('organisation_edit', args=[membership.organisation.slug])}#id_incident_url",
            "Open the settings",
            "Until then “Report an incident” on every page leads to a page of help",
            weight=25,
        )
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


def _to_pass_on(membership: Membership, today: date) -> list[Need]:
    """What hangs on somebody who cannot come in, or on nobody although somebody must do it: for those who can choose.

    Over everything that a person can be responsible for (``kmportal.lib.succession``).
    """
    here = Membership.objects.current().filter(organisation=membership.organisation)
    kinds = [owned for owned in owned_kinds() if membership.can(Permission(owned.chosen_by))]
    return [
        Need(
            owned.call_for(row),
            owned.chosen_at(row),
            "Choose somebody",
            owned.why_left(row),
            due_in_words(row.due_on, on=today) if isinstance(row, Action) and row.days_late(today) else "",
            weight=75,
        )
        for owned in kinds
        for row in owned.to_pass_on(membership, here)[:3]
    ]


def _join_sentence(*parts: str) -> str:
    return ". ".join(capital(part) for part in parts if part)
