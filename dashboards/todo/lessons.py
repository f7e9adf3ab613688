"""What waits among lessons: one’s own to write, those of others to check, assets, packs before work, and benefits."""

from datetime import date

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.urls import reverse

from communities.models import ClaimedBenefit
from dashboards.todo.need import FETCHED, Need
from kmportal.lib.days import day_in_words, due_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import capital, counted, quoted
from lessons.labels import asset_keeper_in_words, risk_in_words, saved_in_words
from lessons.models import Asset, Lesson, Quote, ReviewTurn, Risk, Saving, State
from lessons.reports.pack_waiting import WaitingPacks
from lessons.tokens import turn_path
from organisations.models import Membership
from organisations.permissions import Permission


@prepared
def _returned(membership: Membership) -> QuerySet[Lesson]:
    rows = Lesson.objects.visible_to(membership).written_by(membership.person).filter(state=State.RETURNED)
    return rows.select_related("revision", "organisation")[:FETCHED]


def returned_lessons(membership: Membership) -> list[Need]:
    """Those that somebody checked and gave back."""
    return [
        Need(
            f"Rewrite your {worded('lesson')} {quoted(lesson.revision)}",
            lesson.get_absolute_url(),
            "Read the comment",
            "Somebody checked it and asks for a change",
            weight=55,
        )
        for lesson in _returned(membership)
    ]


@prepared
def _quotes(membership: Membership) -> QuerySet[Quote]:
    return Quote.objects.asked_of(membership).select_related("organisation", "noted_by")[:FETCHED]


def quotes_to_answer(membership: Membership) -> list[Need]:
    """Whether they may be quoted: nobody else reads it before they have said yes."""
    return [
        Need(
            "Say whether you may be quoted",
            quote.get_absolute_url(),
            "Read it",
            f"{quote.noted_by or 'Somebody who has left'} has written down what you said",
            weight=41,
        )
        for quote in _quotes(membership)
    ]


@prepared
def _drafts_from_sessions(membership: Membership) -> QuerySet[Lesson]:
    rows = Lesson.objects.visible_to(membership).written_by(membership.person).filter(state=State.DRAFT)
    return rows.exclude(session=None).select_related("revision", "organisation", "session").order_by("-pk")[:FETCHED]


def lesson_drafts(membership: Membership) -> list[Need]:
    """Drafts that a session made: nobody else can see them."""
    return [
        Need(
            f"Finish your draft {quoted(lesson.words.title)}" if lesson.words.title else "Finish your draft",
            lesson.get_absolute_url(),
            "Read it and send it",
            f"From {quoted(lesson.session)}. Only you can see it",
            weight=42,
        )
        for lesson in _drafts_from_sessions(membership)
    ]


@prepared
def _changed(membership: Membership, today: date) -> QuerySet[Lesson]:
    rows = Lesson.objects.visible_to(membership).to_look_at_again(today).filter(validated_by=membership.person)
    return rows.select_related("revision", "organisation").order_by("look_again_on", "pk")[:FETCHED]


def changes_to_look_at(membership: Membership, today: date) -> list[Need]:
    """Lessons that they checked and that changed something half a year ago."""
    return [
        Need(
            f"Is it still so? {quoted(lesson.revision)}",
            lesson.get_absolute_url(),
            "Look again",
            "Something changed because of it six months ago",
            weight=36,
        )
        for lesson in _changed(membership, today)
    ]


@prepared
def _assets_due(membership: Membership, today: date) -> QuerySet[Asset]:
    rows = Asset.objects.visible_to(membership).to_look_at(today, on=today, people=[membership.person_id])
    return rows.select_related("organisation", "owner").order_by("review_on", "pk")[:FETCHED]


def assets_to_look_at(membership: Membership, today: date) -> list[Need]:
    """Knowledge assets that they look after, or stand in for today, and that may have aged."""
    return [
        Need(
            f"Look again at {quoted(asset)}",
            asset.get_absolute_url(),
            "Is it still right?",
            asset_keeper_in_words(asset, membership.person),
            weight=35,
        )
        for asset in _assets_due(membership, today)
    ]


@prepared
def _own_risks(membership: Membership, today: date) -> QuerySet[Risk]:
    rows = Risk.objects.visible_to(membership).pressing(today).filter(owner=membership.person_id)
    return rows.select_related("organisation").order_by("warn_on", "pk")[:FETCHED]


def own_risks(membership: Membership, today: date) -> list[Need]:
    """Knowledge at risk that they see to, and that cannot wait; not where they may not contribute any more, and so do
    not read when others leave."""
    if not membership.can(Permission.CONTRIBUTE):
        return []
    return [
        Need(
            f"See to it that it is kept: {quoted(risk)}",
            risk.get_absolute_url(),
            "See what is known",
            risk_in_words(risk, today),
            weight=54,
        )
        for risk in _own_risks(membership, today)
    ]


@prepared
def _pressing_risks(membership: Membership, today: date) -> QuerySet[Risk]:
    return Risk.objects.visible_to(membership).pressing(today)


def risks_that_press(membership: Membership, today: date) -> list[Need]:
    """For those who read the register: how many topics cannot wait, with the list of them."""
    count = _pressing_risks.count(membership, today)
    if not count:
        return []
    url = f"{reverse('risk_list', args=[membership.organisation.slug])}?show=pressing"
    title = f"{capital(counted(count, 'topic', 'topics'))} of knowledge at risk cannot wait"
    return [Need(title, url, "See the register", "Somebody leaves, or a day has passed", weight=51, number=count)]


@prepared
def _turns(membership: Membership) -> QuerySet[ReviewTurn]:
    return ReviewTurn.objects.of(membership).open().select_related("lesson__organisation", "lesson__revision")


def lessons_to_look_at(membership: Membership) -> list[Need]:
    """The lesson of this month’s round, or how many, with the list of them."""
    found = list(_turns(membership))
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


@prepared
def _savings(membership: Membership) -> QuerySet[Saving]:
    return Saving.objects.to_decide(membership)


@prepared
def _stories(membership: Membership) -> QuerySet[ClaimedBenefit]:
    return ClaimedBenefit.objects.to_decide(membership)


def benefits_to_confirm(membership: Membership) -> list[Need]:
    """The one benefit that waits for a second person, or how many, with the register narrowed to them."""
    savings, stories = _savings.count(membership), _stories.count(membership)
    count = savings + stories
    facts = "It counts once somebody else has confirmed it"
    if count > 1:
        title, url = f"Confirm {intcomma(count)} benefits", reverse("benefit_list", args=[membership.organisation.slug])
        return [Need(title, f"{url}?waits=1", "See them", "Or say why not", weight=34, number=count)]
    if savings:
        for saving in Saving.objects.to_decide(membership).select_related(
            "reuse__lesson__revision", "reuse__organisation"
        ):
            title = f"{saved_in_words(saving)} saved with {quoted(saving.reuse.lesson.words.title)}"
            return [Need(title, saving.reuse.get_absolute_url(), "Is it so?", facts, weight=34)]
    if stories:
        for benefit in ClaimedBenefit.objects.to_decide(membership).select_related("story__organisation"):
            title = f"Confirm what came of {quoted(benefit.story)}"
            return [Need(title, benefit.story.get_absolute_url(), "Is it so?", facts, weight=34)]
    return []


def packs_to_answer(packs: WaitingPacks, today: date) -> list[Need]:
    """Work that this person leads and that begins within a week: lessons of its pack that wait for an answer."""
    return [
        Need(
            f"Answer {counted(pack.count, worded('lesson'), worded('lessons'))} "
            f"before you start {quoted(pack.work.title)}",
            pack.url,
            "Read them",
            f"Begins {day_in_words(pack.starts_on, on=today)}",
            weight=53,
            number=pack.count,
        )
        for pack in packs.rows
    ]


ENOUGH = 2  # to see whether it is one, or a number that is counted


@prepared
def _first_waiting(membership: Membership) -> QuerySet[Lesson]:
    waiting = Lesson.objects.waiting_for(membership).select_related("revision", "organisation", "author")
    return waiting.order_by("submitted_at", "pk")[:ENOUGH]


@prepared
def _waiting(membership: Membership) -> QuerySet[Lesson]:
    return Lesson.objects.waiting_for(membership)


def lessons_waiting(membership: Membership, today: date) -> list[Need]:
    """Lessons that somebody else sent in."""
    rows = _first_waiting(membership)
    count = _waiting.count(membership) if len(rows) == ENOUGH else len(rows)
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
